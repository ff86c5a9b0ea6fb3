"""What the screens of visits show: one call each, a fixed number of queries."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models

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


def _shown(field, value):
    """Return a read value as JSON: links by id and name, times as text."""
    if isinstance(value, tuple):
        return {"id": value[0], "display_name": value[1]}
    if field is not None and field.type in ("datetime", "date") and value:
        return field.to_string(value)
    return value
