"""Where a user's days begin: own time zone, else that of the company."""

from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError

from .kam_given import now


class ResUsers(models.Model):
    _inherit = "res.users"

    def _kam_zone(self, company=None):
        """Return the name of the time zone in which the user plans.

        :param company: whose time zone holds where the user has none
        """
        # sudo: where a colleague's day begins is no secret
        user = self.sudo()
        company = company or user.company_id or self.env.company
        return user.tz or company.sudo()._kam_time_zone()

    def _kam_local_day(self, moment, company=None):
        """Return the date of a moment where the user is.

        :param moment: aware datetime
        """
        return moment.astimezone(ZoneInfo(self._kam_zone(company))).date()

    def _kam_user_today(self, company=None):
        """Return today's date where the user is."""
        return self._kam_local_day(now(), company)

    def _kam_check_user(self):
        """Refuse users that do not exist."""
        if self != self.sudo().exists():
            raise UserError(self.env._("This user does not exist; choose another."))


class ResCompany(models.Model):
    _inherit = "res.company"

    kam_visit_grace_hours = fields.Integer(
        "Visits: grace (hours)",
        default=12,
        help="So many hours after the end of its day a visit that nobody told of"
        " counts as missed.",
    )
    kam_visit_gap_minutes = fields.Integer(
        "Visits: minutes between two",
        default=30,
        help="Kept free between two visits when a week is generated, to travel.",
    )
    kam_visit_most_a_day = fields.Integer("Visits: most a day", default=8)
    kam_visit_strike_days = fields.Integer(
        "Visits: days to an order",
        default=3,
        help="An order counts for the nearest visit before it, so many days back at"
        " most.",
    )
    kam_visit_effect_days = fields.Integer(
        "Trainings: days before and after",
        default=90,
        help="Sales so many days before and after a training show its effect.",
    )
    kam_visit_remind = fields.Boolean(
        "Visits: remind by an activity",
        help="On its morning each visit of the day becomes an activity.",
    )
