"""When managers are free: their working hours less time off, appointments, visits."""

from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytz

from odoo import models
from odoo.tools import SQL

from ..kam_core.visits import planning
from .kam_given import now
from .kam_week import _aware

OFFICE = (9, 17)  # where neither the manager nor the company has working hours
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
                            (first, now()),  # nothing is planned into the past
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
        if not calendar:
            return {
                user.id: self._office_hours(user, first, last) for user, _one in pairs
            }
        out = {}
        by_zone = defaultdict(list)
        for user, resource in pairs:
            by_zone[user._kam_zone()].append((user, resource))
        for zone, some in by_zone.items():
            found = calendar._work_intervals_batch(
                first, last, resources=resources, tz=pytz.timezone(zone)
            )
            for user, resource in some:
                hours = found[resource.id if resource else False]
                if resource and not resource.calendar_id:
                    # who works when they like is not sent at midnight
                    hours &= found[False]
                out[user.id] = [
                    (start.astimezone(timezone.utc), stop.astimezone(timezone.utc))
                    for start, stop, _attendance in hours
                ]
        return out

    def _office_hours(self, user, first, last):
        """Return Monday to Friday, nine to five, where nothing is set up."""
        zone = ZoneInfo(user._kam_zone())
        days = (first.date() + timedelta(days=n) for n in range((last - first).days))
        return [
            tuple(
                datetime.combine(day, time(hour), zone).astimezone(timezone.utc)
                for hour in OFFICE
            )
            for day in days
            if day.weekday() < 5
        ]

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
