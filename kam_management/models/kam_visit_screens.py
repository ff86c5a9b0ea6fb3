"""What the screens of visits show: one call each, a fixed number of queries."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.visits import adherence
from .kam_given import Given, now

SHOWN = (
    "account_id",
    "partner_id",
    "user_id",
    "kind_id",
    "contact_id",
    "contact_phone",
    "planned_start",
    "planned_stop",
    "state",
    "plan_status",
    "off_plan_kind",
    "change_reason",
    "subject",
    "place",
    "city",
    "is_call",
    "is_training",
    "attempts",
    "replans",
    "outcome",
    "next_step",
    "next_on",
    "started_at",
    "finished_at",
    "event_version",
    "calendar_asked",
    "account_class",
)

# column of the board: its count over the visits of a period, None: of the commitments
BOARD = {
    "visits": "count(*) FILTER (WHERE kam_visit.state <> 'cancelled')",
    "planned": "count(*) FILTER (WHERE kam_visit.state = 'planned')",
    "underway": "count(*) FILTER (WHERE kam_visit.state = 'underway')",
    "done": "count(*) FILTER (WHERE kam_visit.state = 'done')",
    "missed": "count(*) FILTER (WHERE kam_visit.state = 'missed')",
    "cancelled": "count(*) FILTER (WHERE kam_visit.state = 'cancelled'"
    " AND kam_visit.closed_kind IS DISTINCT FROM 'absence')",
    "excused": "count(*) FILTER (WHERE kam_visit.state = 'cancelled'"
    " AND kam_visit.closed_kind = 'absence')",
    "moved": "count(*) FILTER (WHERE kam_visit.replans > 0)",
    "off_plan": "count(*) FILTER (WHERE kam_visit.state = 'done'"
    " AND kam_visit.plan_status = 'off_plan')",
    "committed": None,
    "kept": None,
    "excused_committed": None,
}


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # ----------------------------------------------------------------- my week
    @api.model
    @api.readonly
    def my_week(self, user_id=None, monday=None):
        """Return the plan of one manager for a week, and who is due and not planned.

        :param user_id: id of the manager; left out: the user
        :param monday: Monday of the week, ``YYYY-MM-DD``; left out: this week's
        :return: dict of

            - ``monday``, ``user`` (``{id, name}``), ``zone`` (name of the manager's
              time zone), ``today``
            - ``week``: ``{id, state, committed_at, version, may_commit}`` and the
              figures ``committed``, ``done``, ``moved``, ``missed``, ``cancelled``,
              ``excused``, ``off_plan``, ``adherence`` (None: nothing committed)
            - ``visits``: list of dicts with the fields of :data:`SHOWN`; links are
              ``{id, display_name}``, times UTC
            - ``due``: list of dicts ``account_id``, ``name``, ``city``,
              ``account_class``, ``due_on``, ``overdue_ratio``, ``last_visit_on``,
              ``interval_days``, ``duration_minutes``, ``kind_id``: due in the week or
              before, without a visit planned, most urgent first
        """
        self.check_access("read")
        given = Given(self.env)
        week_model = self.env["kam.week"]
        user_id = given.id(self.env._("Manager"), user_id)
        [user] = week_model._managers([user_id] if user_id else None)
        day = week_model._monday(monday, user)
        first, last = adherence.week_window(day, user._kam_zone())
        found = self._of(user, first, last)
        return {
            "monday": fields.Date.to_string(day),
            "today": fields.Date.to_string(user._kam_user_today()),
            # sudo: the name of a colleague
            "user": {"id": user.id, "name": user.sudo().name},
            "zone": user._kam_zone(),
            "week": self._week_shown(user, day),
            "visits": found._shown(),
            "due": self._due_shown(user, day),
        }

    def _of(self, user, first, last):
        return self.search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", self.env.company.root_id.id),
                ("planned_start", ">=", first.replace(tzinfo=None)),
                ("planned_start", "<", last.replace(tzinfo=None)),
            ],
            order="planned_start, id",
        )

    def _shown(self):
        """Return the visits as dicts for the client."""
        rows = self.read(SHOWN)
        return [
            {name: _shown(self._fields.get(name), value) for name, value in row.items()}
            for row in rows
        ]

    def _week_shown(self, user, monday):
        week = self.env["kam.week"].search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", self.env.company.root_id.id),
                ("monday", "=", monday),
            ]
        )
        committed = week.state == "committed"
        over = user._kam_user_today() > monday + timedelta(days=6)
        return {
            "id": week.id,
            "state": week.state or "open",
            "committed_at": week.committed_at
            and fields.Datetime.to_string(week.committed_at),
            "version": week.event_version or 0,
            "may_commit": not committed and not over,
            "committed": week.committed_count,
            "done": week.done_count,
            "moved": week.moved_count,
            "missed": week.missed_count,
            "cancelled": week.cancelled_count,
            "excused": week.excused_count,
            "off_plan": week.off_plan_count,
            "adherence": week.adherence if week.committed_count else None,
        }

    def _due_shown(self, user, monday):
        """Return who is due for a manager in a week and has no visit planned."""
        return self.env["kam.week"]._due_of(monday, user)

    # ------------------------------------------------------------------ my day
    @api.model
    @api.readonly
    def my_day(self, day=None):
        """Return the user's visits and calls of one day, in order.

        :param day: date where the user is, ``YYYY-MM-DD``; left out: today
        :return: dict ``day``, ``zone``, ``now`` (UTC), ``visits``: as in
            :meth:`my_week`, those of the day and those still under way; ``open``:
            visits of earlier days that nobody told of yet
        """
        self.check_access("read")
        user = self.env.user
        wanted = Given(self.env).date(self.env._("Day"), day) or user._kam_user_today()
        zone = ZoneInfo(user._kam_zone())
        first, last = (
            datetime.combine(one, time.min, zone).astimezone(timezone.utc)
            for one in (wanted, wanted + timedelta(days=1))
        )
        late = self.search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", self.env.company.root_id.id),
                ("state", "in", ["planned", "underway"]),
                ("planned_start", "<", first.replace(tzinfo=None)),
            ],
            order="planned_start, id",
            limit=50,
        )
        return {
            "day": fields.Date.to_string(wanted),
            "zone": user._kam_zone(),
            "now": fields.Datetime.to_string(now()),
            "visits": self._of(user, first, last)._shown(),
            "open": late._shown(),
        }

    # -------------------------------------------------------------- team board
    @api.model
    @api.readonly
    def team_board(self, date_from, date_to, team_id=None):
        """Return what was planned, done, moved and missed, by manager.

        Only visits that the caller may read are counted; two queries in all.

        :param date_from: first day, ``YYYY-MM-DD``, where the company is
        :param date_to: last day, included
        :param team_id: id of a sales team; left out: everybody
        :return: dict ``date_from``, ``date_to``, ``rows``: list of dicts by manager's
            name, and ``total``: the same keys without the manager:

            - ``user_id``, ``name``
            - ``visits`` (in the period, cancelled ones not), ``planned``, ``underway``,
              ``done``, ``missed``, ``cancelled``, ``excused``, ``moved`` (re-planned
              after their week was committed), ``off_plan`` (done beside the plan)
            - ``committed`` (in the plans of the weeks that begin in the period),
              ``kept`` (of these, done in their week), ``excused_committed``
            - ``adherence``, ``off_plan_share``: ratios, None when there is nothing
        """
        self.check_access("read")
        given = Given(self.env)
        first = given.date(self.env._("From"), date_from)
        last = given.date(self.env._("To"), date_to)
        if not first or not last or last < first:
            raise UserError(
                self.env._("“From” and “To” are both needed, “To” not before “From”.")
            )
        domain = Domain("company_id", "child_of", self.env.companies.root_id.ids)
        if team_id := given.id(self.env._("Team"), team_id):
            domain &= Domain("user_id.sale_team_id", "=", team_id)
        rows = self._board_visits(domain, first, last)
        for user_id, counts in self._board_committed(domain, first, last).items():
            rows.setdefault(user_id, dict.fromkeys(BOARD, 0)).update(counts)
        return self._board_shown(first, last, rows)

    def _board_visits(self, domain, first, last):
        """Return {user id: counts} of the visits of a period."""
        self.flush_model()
        zone = ZoneInfo(self.env.company.sudo()._kam_time_zone())  # no secret
        begin, end = (
            datetime.combine(day, time.min, zone)
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        )
        query = self._search(
            domain
            & Domain("planned_start", ">=", begin)
            & Domain("planned_start", "<", end)
        )
        columns = SQL(", ").join(SQL(one) for one in BOARD.values() if one)
        names = [name for name, one in BOARD.items() if one]
        return {
            user_id: dict.fromkeys(BOARD, 0) | dict(zip(names, counts, strict=True))
            for user_id, *counts in self.env.execute_query(
                SQL(
                    "SELECT kam_visit.user_id, %s FROM %s WHERE %s GROUP BY 1",
                    columns,
                    query.from_clause,
                    query.where_clause or SQL("TRUE"),
                )
            )
        }

    def _board_committed(self, domain, first, last):
        """Return {user id: counts} of the commitments of the weeks of a period."""
        self.env["kam.week"].flush_model()
        self.env["kam.week.visit"].flush_model()
        query = self._search(domain)
        rows = self.env.execute_query(
            SQL(
                """SELECT w.user_id, count(*),
                          count(*) FILTER (WHERE kam_visit.state = 'done'
                              AND (kam_visit.finished_at AT TIME ZONE 'UTC'
                                   AT TIME ZONE coalesce(p.tz, %(zone)s))::date
                                  BETWEEN w.monday AND w.monday + 6),
                          count(*) FILTER (WHERE kam_visit.state = 'cancelled'
                              AND kam_visit.closed_kind = 'absence')
                     FROM kam_week w
                     JOIN kam_week_visit l ON l.week_id = w.id
                     JOIN res_users u ON u.id = w.user_id
                     JOIN res_partner p ON p.id = u.partner_id
                     JOIN %(visits)s ON kam_visit.id = l.visit_id
                    WHERE w.state = 'committed'
                      AND w.monday BETWEEN %(first)s AND %(last)s
                      AND %(where)s
                    GROUP BY 1""",
                zone=self.env.company.sudo()._kam_time_zone(),  # no secret
                visits=query.from_clause,
                where=query.where_clause or SQL("TRUE"),
                first=first,
                last=last,
            )
        )
        keys = ("committed", "kept", "excused_committed")
        return {
            user_id: dict(zip(keys, counts, strict=True)) for user_id, *counts in rows
        }

    def _board_shown(self, first, last, rows):
        # sudo: names of colleagues whose visits the caller may read
        users = self.env["res.users"].sudo().browse(rows)
        total = dict.fromkeys(BOARD, 0)
        for counts in rows.values():
            total = {name: total[name] + counts[name] for name in BOARD}
        return {
            "date_from": fields.Date.to_string(first),
            "date_to": fields.Date.to_string(last),
            "rows": [
                {"user_id": user.id, "name": user.name, **_with_ratios(rows[user.id])}
                for user in users.sorted(lambda one: (one.name or "", one.id))
            ],
            "total": _with_ratios(total),
        }


def _with_ratios(counts):
    kept = adherence.adherence(
        counts["kept"], counts["committed"], counts["excused_committed"]
    )
    share = adherence.off_plan_share(counts["off_plan"], counts["done"])
    return {
        **counts,
        "adherence": None if kept is None else float(kept),
        "off_plan_share": None if share is None else float(share),
    }


def _shown(field, value):
    """Return a read value as JSON: links by id and name, times as text."""
    if isinstance(value, tuple):
        return {"id": value[0], "display_name": value[1]}
    if field is not None and field.type in ("datetime", "date") and value:
        return field.to_string(value)
    return value
