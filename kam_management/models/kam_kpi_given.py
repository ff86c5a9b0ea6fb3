"""What callers give when they ask for key figures: days, people, periods."""

from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..kam_core.periods import Period, add_months
from ..kam_core.record import FIRST_DAY, LAST_DAY

PERIODS = {"month": 1, "quarter": 3, "year": 12}


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    @api.model
    def _given_day(self, value, name):
        """Return a date the caller gave.

        :raises UserError: it is none, or one no business reaches
        """
        try:
            if isinstance(value, bool):
                raise TypeError(value)
            day = fields.Date.to_date(value)
        except (TypeError, ValueError, OverflowError, AttributeError):
            day = None
        if not isinstance(day, date) or not FIRST_DAY <= day <= LAST_DAY:
            raise UserError(
                self.env._(
                    "“%s” is a date from 1900 to 2199, such as 2026-03-31.", name
                )
            )
        return day

    @api.model
    def _given_span(self, date_from, date_to):
        start = self._given_day(date_from, "date_from")
        stop = self._given_day(date_to, "date_to")
        if stop < start:
            raise UserError(self.env._("“date_to” is not before “date_from”."))
        return start, stop

    @api.model
    def _given_user(self, user_id):
        """Return the id of a person whose results the caller may see; None for all."""
        if user_id is None or user_id is False:
            return None
        seen = self.env["kam.kpi.fact"]._people_seen()
        if not isinstance(user_id, int) or isinstance(user_id, bool):
            raise UserError(self.env._("“user_id” is the number of a user."))
        if seen is not None and user_id not in seen:
            raise AccessError(
                self.env._("These results are of somebody else; you see your own.")
            )
        return user_id

    @api.model
    def _span_of(self, day, period):
        """Return the month, quarter or year of a day."""
        if not isinstance(period, str) or period not in PERIODS:
            raise UserError(
                self.env._("“Period” is “month”, “quarter” or “year”; choose one.")
            )
        months = PERIODS[period]
        first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
        return Period(first, add_months(first, months) - timedelta(1))

    def _mine(self, user_id):
        return Domain("user_id", "=", user_id) if user_id else Domain.TRUE


def plain(value):
    """Return a figure as the client takes it; None stays None."""
    return None if value is None else float(value)
