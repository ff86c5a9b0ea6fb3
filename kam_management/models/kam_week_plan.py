"""Generating the plan of a week: a preview first, stored when it is accepted."""

from datetime import datetime, time, timedelta, timezone
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.visits import planning
from ..kam_core.visits import week as weeks
from .kam_given import Given

DUE = """
    SELECT a.id, a.account_class, coalesce(a.key_since,
                  (a.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date),
           p.city,
           c.interval_days, c.duration_minutes, c.hour_from, c.hour_to,
           ARRAY[c.monday, c.tuesday, c.wednesday, c.thursday, c.friday, c.saturday,
                 c.sunday],
           greatest(done.last, ahead.last), ahead.moments, c.kind_id, o.user_id,
           o.date_from, o.date_to
      FROM kam_account a
      JOIN res_partner p ON p.id = a.partner_id
      JOIN LATERAL (
           SELECT o.user_id, o.date_from, o.date_to FROM kam_account_owner o
            WHERE o.account_id = a.id AND o.role = 'lead'
              AND o.user_id = ANY(%(users)s) AND o.date_from <= %(sunday)s
              AND (o.date_to IS NULL OR o.date_to >= %(first_day)s)
            ORDER BY o.date_from LIMIT 1) o ON TRUE
      LEFT JOIN kam_account_cadence c ON c.account_id = a.id
      LEFT JOIN LATERAL (
           SELECT v.finished_at AS last FROM kam_visit v
             JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
            WHERE v.account_id = a.id AND v.state = 'done'
              AND v.finished_at < %(until)s
            ORDER BY v.finished_at DESC LIMIT 1) done ON TRUE
      LEFT JOIN LATERAL (
           SELECT max(v.planned_start) FILTER (WHERE v.planned_start < %(from)s)
                      AS last,
                  array_agg(v.planned_start) FILTER (WHERE v.planned_start >= %(from)s)
                      AS moments
             FROM kam_visit v JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
            WHERE v.account_id = a.id AND v.state IN ('planned', 'underway')) ahead
           ON TRUE
     WHERE a.company_id = %(company)s AND a.active AND p.active
       AND a.status IN ('key', 'prospect') AND a.id IN %(readable)s AND %(which)s
     ORDER BY a.id"""


class KamWeek(models.Model):
    _inherit = "kam.week"

    @api.model
    @api.readonly
    def generate(self, user_ids=None, monday=None):
        """Propose the visits of a week; nothing is stored.

        Who is due or overdue and has no visit planned, ranked by overdue ratio * weight
        of the class, put into the free working hours of the managers, one town on one
        day where it can be. The same input gives the same plan.

        :param user_ids: ids of the managers; left out: the user
        :param monday: Monday of the week, ``YYYY-MM-DD``; left out: this week's
        :return: dict ``monday``, ``proposals``: list of dicts ``account_id``,
            ``name``, ``city``, ``user_id``, ``kind_id``, ``planned_start``,
            ``planned_stop`` (UTC), ``due_on``, ``overdue_ratio``, ``score``; and
            ``left``: list of dicts ``account_id``, ``name``, ``user_id``, ``due_on``,
            ``overdue_ratio``, ``score``, ``cause`` (``no_day``, ``no_time``, ``full``)
            of those that found no place
        """
        managers = self._managers(user_ids)
        day = self._monday(monday, managers[:1])
        plan, left, kinds = self._plan(day, managers)
        names = self._names_of({one.account_id for one in (*plan, *left)})
        return {
            "monday": fields.Date.to_string(day),
            "proposals": [self._proposal(one, names, kinds) for one in plan],
            "left": [self._left_over(one, names) for one in left],
        }

    @api.model
    @api.readonly
    def first_free(self, account_id, day, user_id=None):
        """Return the first time at which a visit to an account fits into a day.

        :param account_id: id of a key account that the caller may read
        :param day: ``YYYY-MM-DD``, where the manager is
        :param user_id: id of the manager; left out: the caller
        :return: dict ``planned_start``, ``planned_stop`` (UTC), ``kind_id``; False when
            nothing is free on the day, or the account is not the manager's then
        :raises UserError: something is missing or wrong
        """
        _, given = self.env._, Given(self.env)
        wanted = given.date(_("Day"), day)
        account = self.env["kam.account"].browse(
            given.id(_("Account"), account_id) or ()
        )
        if not wanted or not account.exists():
            raise UserError(_("“Account” and “Day” are both needed; choose them."))
        account.check_access("read")
        users = given.id(_("Manager"), user_id)
        manager = self._managers(users and [users])
        monday = weeks.monday_of(wanted)
        rows = self._due_rows(monday, manager, account)
        for candidate in self._candidates(rows, manager, monday)[0]:
            [free] = self._free_managers(monday, manager)
            if slot := planning.first_free(wanted, free, candidate):
                return {
                    "planned_start": _text(slot[0]),
                    "planned_stop": _text(slot[1]),
                    "kind_id": rows[0][11] or False,
                }
        return False

    def _plan(self, monday, managers):
        rows = self._due_rows(monday, managers)
        candidates, kinds = self._candidates(rows, managers, monday)
        today = min(user._kam_user_today() for user in managers)
        plan, left = planning.plan_week(
            monday, today, self._free_managers(monday, managers), candidates
        )
        return plan, left, kinds

    def _due_of(self, monday, user):
        """Return who is due in a week and not planned, the most urgent first.

        :return: list of dicts as in :meth:`kam.visit.my_week`
        """
        rows = self._due_rows(monday, user)
        candidates, kinds = self._candidates(rows, user, monday)
        letters = {row[0]: row[1] for row in rows}
        today = user._kam_user_today()
        due = planning.due_list(monday, today, candidates)
        names = self._names_of({one.account_id for one, *_rest in due})
        return [
            {
                "account_id": one.account_id,
                "name": names[one.account_id],
                "city": one.town,
                "account_class": letters[one.account_id] or "",
                "due_on": fields.Date.to_string(due_on),
                "overdue_ratio": float(round(ratio, 2)),
                "last_visit_on": one.last and fields.Date.to_string(one.last),
                "interval_days": one.interval_days,
                "duration_minutes": one.duration_minutes,
                "kind_id": kinds[one.account_id],
            }
            for one, due_on, ratio, _score in due
        ]

    def _proposal(self, one, names, kinds):
        return {
            "account_id": one.account_id,
            "name": names[one.account_id],
            "city": one.town,
            "user_id": one.user_id,
            "kind_id": kinds[one.account_id],
            "planned_start": _text(one.start),
            "planned_stop": _text(one.stop),
            "due_on": fields.Date.to_string(one.due_on),
            "overdue_ratio": float(round(one.ratio, 2)),
            "score": float(round(one.score, 2)),
        }

    def _left_over(self, one, names):
        return {
            "account_id": one.account_id,
            "name": names[one.account_id],
            "user_id": one.user_id,
            "due_on": fields.Date.to_string(one.due_on),
            "overdue_ratio": float(round(one.ratio, 2)),
            "score": float(round(one.score, 2)),
            "cause": one.cause,
        }

    def _names_of(self, account_ids):
        """Return {account id: customer}; of the managers' own accounts."""
        # sudo: the customers of accounts that the caller may read
        accounts = self.env["kam.account"].sudo().browse(sorted(account_ids))
        return {one.id: one.partner_id.display_name for one in accounts}

    def _due_rows(self, monday, managers, account=None):
        """Return the accounts that the managers own in the week, and what is known.

        An account that is handed over within the week is planned for whom it is on
        the days that are left, the former first.

        :param account: that one alone
        """
        for model in (
            "kam.account",
            "kam.account.owner",
            "kam.account.cadence",
            "kam.visit",
            "kam.visit.kind",
        ):
            self.env[model].flush_model()
        self.env["res.partner"].flush_model(["city"])
        first = datetime.combine(monday, time.min)
        today = min(user._kam_user_today() for user in managers)
        return self.env.execute_query(
            SQL(
                DUE,
                **{
                    "first_day": max(monday, today),
                    "sunday": monday + timedelta(days=6),
                    "which": SQL("a.id = %s", account.id) if account else SQL("TRUE"),
                    "from": first - timedelta(hours=14),
                    "until": first + timedelta(days=8),
                    "company": self.env.company.root_id.id,
                    # no secret
                    "zone": self.env.company.root_id.sudo()._kam_time_zone(),
                    "users": managers.ids,
                    # a manager may own accounts that the caller's team is not of
                    "readable": self.env["kam.account"]._search([]).subselect(),
                },
            )
        )

    def _candidates(self, rows, managers, monday):
        """Return (candidates, {account id: kind id}) of what :data:`DUE` found."""
        cadence = self.env["kam.cadence"]._of_company(self.env.company.root_id)
        usual = self.env["kam.visit.kind"]._default_kind()
        minutes = self.env["kam.visit.kind"]._minutes()
        zones = {user.id: pytz.timezone(user._kam_zone()) for user in managers}
        found, kinds = [], {}
        for row in rows:
            account_id, letter, since, city, interval, lasts, *rest = row
            hour_from, hour_to, days, last, ahead, kind_id, user_id, *owned = rest
            zone = zones[user_id]
            planned = [_local_day(one, zone) for one in ahead or ()]
            before = [day for day in planned if day < monday]
            class_days, weight = cadence.get(letter, (None, Decimal(1)))
            kinds[account_id] = kind_id or usual.id
            found.append(
                planning.Candidate(
                    account_id=account_id,
                    user_id=user_id,
                    last=max(
                        [*before, *([_local_day(last, zone)] if last else ())],
                        default=None,
                    ),
                    since=since,
                    interval_days=interval or class_days or 0,
                    weight=weight,
                    planned=tuple(day for day in planned if day >= monday),
                    weekdays=_weekdays(days),
                    hour_from=Decimal(str(hour_from or 0)),
                    hour_to=Decimal(str(hour_to or 24)),
                    duration_minutes=lasts or minutes.get(kinds[account_id]) or 60,
                    town=city or "",
                    owned=tuple(owned),
                )
            )
        return tuple(found), kinds


def _text(moment):
    return fields.Datetime.to_string(moment.astimezone(timezone.utc))


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)


def _local_day(moment, zone):
    return _aware(moment).astimezone(zone).date()


def _weekdays(days):
    """Return the weekdays an account allows; Monday to Friday where it says nothing."""
    if days[0] is None and not any(days):
        return planning.ALL_DAYS
    return frozenset(n for n, allowed in enumerate(days) if allowed)
