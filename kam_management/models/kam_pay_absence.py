"""Absence in a statement of pay: typed by payroll, or counted from time off."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..kam_core.pay import absence
from ..kam_core.periods import Period


class KamPayStatement(models.Model):
    _inherit = "kam.pay.statement"

    absence = fields.Selection(related="scheme_id.absence")
    time_off_days = fields.Integer(
        "Days of time off",
        compute="_compute_time_off_days",
        help="Whole days away in the period, as Time Off says now.",
    )

    @api.depends("user_id", "date_from", "date_to")
    def _compute_time_off_days(self):
        for one in self:
            one.time_off_days = one._time_off() if one.date_from and one.date_to else 0

    def _absence(self, scheme):
        """Return the days the base is not paid for, by the edition of the scheme.

        :param scheme: state of the edition in force
        """
        if self.state == "closed":  # what was counted at the close is in it
            return self.absent_days
        return {
            absence.TIME_OFF: self._time_off,
            absence.IGNORED: lambda: 0,
        }.get(scheme.absence, lambda: self.absent_days)()

    def _time_off(self):
        """Return the whole days of the period on which the user was away."""
        # sudo: that somebody was away is told to whoever may read the statement
        user = self.user_id.sudo()
        zone = ZoneInfo(user._kam_zone(self.company_id))
        period = Period(self.date_from, self.date_to)
        calendar = user.resource_calendar_id or self.company_id.resource_calendar_id
        return absence.absent_days(
            period, self._away(user, period, zone), _hours(calendar.sudo())
        )

    def _away(self, user, period, zone):
        """Return (from, to) of the user's time off, where the user is."""
        begin, end = (
            datetime.combine(day, time.min, zone)
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (period.start, period.end + timedelta(days=1))
        )
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()  # sudo: see _time_off
            .search(
                [
                    ("time_type", "=", "leave"),
                    ("resource_id.user_id", "=", user.id),
                    ("date_from", "<", end),
                    ("date_to", ">", begin),
                ]
            )
        )
        return [
            tuple(
                moment.replace(tzinfo=timezone.utc)
                .astimezone(zone)
                .replace(tzinfo=None)
                for moment in (leave.date_from, leave.date_to)
            )
            for leave in leaves
        ]


def _hours(calendar):
    """Return {weekday: (first hour, last hour)} of a working schedule."""
    found = {}
    for line in calendar.attendance_ids:
        if line.day_period == "lunch" or line.display_type:
            continue
        day = int(line.dayofweek)
        first, last = found.get(day, (24, 0))
        found[day] = (min(first, line.hour_from), max(last, line.hour_to))
    return found
