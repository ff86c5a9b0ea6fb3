"""Generating the plan of a week: a preview first, stored when it is accepted."""

from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.visits import planning
from .kam_given import Given

DUE = """
    SELECT a.id, a.account_class, coalesce(a.key_since, a.create_date::date), p.city,
           c.interval_days, c.duration_minutes, c.hour_from, c.hour_to,
           ARRAY[c.monday, c.tuesday, c.wednesday, c.thursday, c.friday, c.saturday,
                 c.sunday],
           greatest(done.last, ahead.last), ahead.moments, c.kind_id, o.user_id
      FROM kam_account a
      JOIN res_partner p ON p.id = a.partner_id
      JOIN LATERAL (
           SELECT o.user_id FROM kam_account_owner o
            WHERE o.account_id = a.id AND o.date_from <= %(monday)s
              AND (o.date_to IS NULL OR o.date_to >= %(monday)s)
            ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1) o ON TRUE
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
     WHERE a.company_id = %(company)s AND a.active AND a.status IN ('key', 'prospect')
       AND o.user_id = ANY(%(users)s) AND a.id IN %(readable)s
     ORDER BY a.id"""
BUSY = """
    SELECT u.id, e.start, e.stop, e.allday, e.start_date, e.stop_date
      FROM calendar_event e
      JOIN calendar_event_res_partner_rel r ON r.calendar_event_id = e.id
      JOIN res_users u ON u.partner_id = r.res_partner_id
     WHERE u.id = ANY(%(users)s) AND e.active AND e.show_as = 'busy'
       AND e.stop > %(first)s AND e.start < %(last)s
       AND NOT EXISTS (SELECT FROM calendar_attendee t
                        WHERE t.event_id = e.id AND t.partner_id = r.res_partner_id
                          AND t.state = 'declined')"""
BOOKED = """
    SELECT v.user_id, v.planned_start, v.planned_stop, p.city
      FROM kam_visit v JOIN kam_account a ON a.id = v.account_id
      JOIN res_partner p ON p.id = a.partner_id
     WHERE v.user_id = ANY(%(users)s) AND v.state IN ('planned', 'underway', 'done')
       AND v.planned_stop > %(first)s AND v.planned_start < %(last)s"""


class KamWeek(models.Model):
    _inherit = "kam.week"

    # -------------------------------------------------------------- generate
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

    def _plan(self, monday, managers):
        rows = self._due_rows(monday, managers)
        candidates, kinds = self._candidates(rows, managers)
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
        candidates, kinds = self._candidates(rows, user)
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

    def _due_rows(self, monday, managers):
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
        return self.env.execute_query(
            SQL(
                DUE,
                **{
                    "monday": monday,
                    "from": first - timedelta(hours=14),
                    "until": first + timedelta(days=8),
                    "company": self.env.company.root_id.id,
                    "users": managers.ids,
                    # a manager may own accounts that the caller's team is not of
                    "readable": self.env["kam.account"]._search([]).subselect(),
                },
            )
        )

    def _candidates(self, rows, managers):
        """Return (candidates, {account id: kind id}) of what :data:`DUE` found."""
        cadence = self.env["kam.cadence"]._of_company(self.env.company.root_id)
        usual = self.env["kam.visit.kind"]._default_kind()
        minutes = self.env["kam.visit.kind"]._minutes()
        zones = {user.id: pytz.timezone(user._kam_zone()) for user in managers}
        found, kinds = [], {}
        for row in rows:
            account_id, letter, since, city, interval, lasts, *rest = row
            hour_from, hour_to, days, last, ahead, kind_id, user_id = rest
            class_days, weight = cadence.get(letter, (None, Decimal(1)))
            kinds[account_id] = kind_id or usual.id
            found.append(
                planning.Candidate(
                    account_id=account_id,
                    user_id=user_id,
                    last=last and _local_day(last, zones[user_id]),
                    since=since,
                    interval_days=interval or class_days or 0,
                    weight=weight,
                    planned=tuple(
                        _local_day(one, zones[user_id]) for one in ahead or ()
                    ),
                    weekdays=_weekdays(days),
                    hour_from=Decimal(str(hour_from or 0)),
                    hour_to=Decimal(str(hour_to or 24)),
                    duration_minutes=lasts or minutes.get(kinds[account_id]) or 60,
                    town=city or "",
                )
            )
        return tuple(found), kinds

    # ------------------------------------------------------------------- free
    def _free_managers(self, monday, managers):
        """Return when each manager works and is not busy in a week."""
        company = self.env.company
        first = datetime.combine(monday, time.min, timezone.utc) - timedelta(days=1)
        last = first + timedelta(days=9)
        span = {
            "users": managers.ids,
            "first": first.replace(tzinfo=None),
            "last": last.replace(tzinfo=None),
        }
        working = self._working_hours(managers, first, last)
        busy, booked = self._busy(span, managers), self._booked(span)
        return tuple(
            planning.Manager(
                user_id=user.id,
                zone=user._kam_zone(),
                free=tuple(
                    planning.subtract(
                        working[user.id],
                        [
                            *busy[user.id],
                            *_with_gap(booked[user.id], company.kam_visit_gap_minutes),
                        ],
                    )
                ),
                gap_minutes=max(0, company.kam_visit_gap_minutes),
                most_a_day=max(1, company.kam_visit_most_a_day or 8),
                booked=tuple((one[0], one[2]) for one in booked[user.id]),
            )
            for user in managers
        )

    def _working_hours(self, managers, first, last):
        """Return {user id: working intervals}, time off taken out, a batch a calendar.

        Time off lies in Odoo's resource leaves, with the addon for it or without.
        """
        # sudo: when colleagues work and are away is read to plan, and not shown
        resources = (
            self.env["resource.resource"]
            .sudo()
            .search(
                [
                    ("user_id", "in", managers.ids),
                    ("company_id", "in", [*self.env.companies.ids, False]),
                ],
                order="id",
            )
        )
        by_user = {}
        for one in resources:
            by_user.setdefault(one.user_id.id, one)
        out = {}
        by_calendar = defaultdict(list)
        for user in managers:
            resource = by_user.get(user.id)
            calendar = resource.calendar_id if resource else None
            by_calendar[calendar or self._company_calendar()].append((user, resource))
        for calendar, pairs in by_calendar.items():
            out |= self._hours_of(calendar, pairs, first, last)
        return out

    def _company_calendar(self):
        # sudo: the working hours of the company are no secret
        return self.env.company.sudo().resource_calendar_id

    def _hours_of(self, calendar, pairs, first, last):
        resources = self.env["resource.resource"].sudo().browse()  # as the caller's
        for _user, resource in pairs:
            resources |= resource or resources.browse()
        out = {}
        by_zone = defaultdict(list)
        for user, resource in pairs:
            by_zone[user._kam_zone()].append((user, resource))
        for zone, some in by_zone.items():
            found = calendar._work_intervals_batch(
                first, last, resources=resources, tz=pytz.timezone(zone)
            )
            for user, resource in some:
                key = resource.id if resource else False
                out[user.id] = [
                    (start.astimezone(timezone.utc), stop.astimezone(timezone.utc))
                    for start, stop, _attendance in found[key]
                ]
        return out

    def _busy(self, span, managers):
        """Return {user id: [(from, to)]} of busy calendar events."""
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model()
        zones = {user.id: pytz.timezone(user._kam_zone()) for user in managers}
        out = defaultdict(list)
        for user_id, *event in self.env.execute_query(SQL(BUSY, **span)):
            out[user_id].append(_event_interval(event, zones[user_id]))
        return out

    def _booked(self, span):
        """Return {user id: [(from, to, town)]} of visits that stand already."""
        out = defaultdict(list)
        for user_id, start, stop, city in self.env.execute_query(SQL(BOOKED, **span)):
            out[user_id].append((_aware(start), _aware(stop), city or ""))
        return out

    # ----------------------------------------------------------------- accept
    @api.model
    def accept(self, proposals, command_id=None):
        """Plan what was proposed, as it is or moved about.

        An account that has got a visit planned on that day meanwhile is passed over.

        :param proposals: list of dicts ``account_id``, ``user_id``, ``planned_start``,
            ``planned_stop`` (UTC, ``YYYY-MM-DD HH:MM:SS``), ``kind_id``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``created`` (ids of visits), ``skipped`` (ids of accounts)
        """
        return self._once(
            command_id, ["accept", proposals], lambda model: model._accept(proposals)
        )

    def _accept(self, proposals):
        given = Given(self.env)
        wanted = [
            self._accepted(given, one)
            for one in given.records(self.env._("Proposals"), proposals)
        ]
        taken = self._taken({one["account_id"] for one in wanted})
        fresh, skipped = [], []
        for one in wanted:
            key = (one["account_id"], one["planned_start"].date())
            if key in taken:
                skipped.append(one["account_id"])
                continue
            taken.add(key)
            fresh.append(one)
        made = self.env["kam.visit"].create(fresh)
        return {"created": made.ids, "skipped": skipped}

    def _accepted(self, given, one):
        _ = self.env._
        vals = {
            "account_id": given.id(_("Account"), one.get("account_id")),
            "user_id": given.id(_("Key account manager"), one.get("user_id")),
            "kind_id": given.id(_("Kind"), one.get("kind_id")),
            "planned_start": given.moment(_("Begins"), one.get("planned_start")),
            "planned_stop": given.moment(_("Ends"), one.get("planned_stop")),
        }
        if not vals["account_id"] or not vals["planned_start"]:
            raise UserError(
                _("“Account” and “Begins” are both needed in each proposal.")
            )
        for name in ("planned_start", "planned_stop"):
            vals[name] = vals[name] and vals[name].replace(tzinfo=None)
        return {name: value for name, value in vals.items() if value}

    def _taken(self, account_ids):
        found = self.env["kam.visit"].search_fetch(
            [("account_id", "in", list(account_ids)), ("state", "=", "planned")],
            ["account_id", "planned_start"],
        )
        return {(one.account_id.id, one.planned_start.date()) for one in found}


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


def _with_gap(booked, minutes):
    gap = timedelta(minutes=max(0, minutes))
    return [(start - gap, stop + gap) for start, stop, _city in booked]


def _event_interval(event, zone):
    """Return [from, to) of a calendar event; whole days are those of its attendee."""
    start, stop, allday, first_day, last_day = event
    if not allday or not first_day:
        return _aware(start), _aware(stop)
    after = (last_day or first_day) + timedelta(days=1)
    return tuple(
        zone.localize(datetime.combine(day, time.min)).astimezone(timezone.utc)
        for day in (first_day, after)
    )
