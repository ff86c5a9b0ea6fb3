"""What callers give when they ask for key figures: days, people, periods."""

from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..kam_core.periods import fiscal_period
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
        """Return the month, quarter or year of a day, by the company's fiscal year."""
        if not isinstance(period, str) or period not in PERIODS:
            raise UserError(
                self.env._("“Period” is “month”, “quarter” or “year”; choose one.")
            )
        company = self.env.company.root_id
        return fiscal_period(
            day,
            PERIODS[period],
            int(company.fiscalyear_last_month),
            company.fiscalyear_last_day,
        )

    def _of_company(self, company):
        """Return the figures as asked of one root company and its branches.

        Of what the user looks at; of the whole tree for the system itself.
        """
        root = company.root_id
        tree = self.env.companies.filtered(lambda one: one.root_id == root)
        if self.env.su:
            tree = root.search([("id", "child_of", root.id)])
        first = tree & root
        return self.with_context(allowed_company_ids=(first | tree).ids)

    def _companies(self):
        """Return the ids of the companies that figures are of, never empty.

        Those the user looks at whose books are in the currency of the present one:
        money of two currencies is never added up.
        """
        currency = self.env.company.currency_id
        found = self.env.companies.filtered(lambda one: one.currency_id == currency)
        return tuple(found.ids) or (0,)

    def _left_out(self):
        """Return the names of companies that are looked at, but in another currency."""
        rest = self.env.companies - self.env.companies.browse(self._companies())
        return [
            f"{one.display_name} ({one.currency_id.name})"
            for one in rest.sorted("name")
        ]

    def _mine(self, user_id):
        return Domain("user_id", "=", user_id) if user_id else Domain.TRUE


def plain(value):
    """Return a figure as the client takes it; None stays None."""
    return None if value is None else float(value)
