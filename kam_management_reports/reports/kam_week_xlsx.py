"""Weeks of visits: what both the plan and the report of a week need."""

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class KamWeekXlsx(models.AbstractModel):
    _name = "kam.week.workbook"
    _inherit = "kam.workbook"
    _description = "What workbooks of visits share"
    _asks = ("period", "user_ids", "account_ids")
    _groups = "kam_management.group_kam_user"
    _for_records = "kam.week"

    def _size(self, objs, asked):
        return self.env["kam.visit"].search_count(self._domain(objs, asked))

    def _days(self, weeks, asked):
        """Return the first and the last day that the workbook is of."""
        if not weeks:
            return asked.date_from, asked.date_to
        mondays = weeks.mapped("monday")
        return min(mondays), fields.Date.add(max(mondays), days=6)

    def _managers(self, weeks, asked):
        """Return whose visits are asked for; none: all that one may see."""
        return weeks.user_id or asked.user_ids

    def _domain(self, weeks, asked):
        """Return the domain of the visits, planned or made, in the order of time."""
        company = Domain("company_id", "=", self.env.company.root_id.id)
        if weeks:
            return company & Domain.OR(self._week_domain(one) for one in weeks)
        visits = self.env["kam.visit"]
        begin, end = visits._moments(asked.date_from, asked.date_to)
        domain = company & Domain("planned_start", ">=", begin)
        domain &= Domain("planned_start", "<", end)
        if asked.user_ids:
            domain &= Domain("user_id", "in", asked.user_ids.ids)
        if asked.account_ids:
            domain &= Domain("account_id", "in", asked.account_ids.ids)
        return domain

    def _week_domain(self, week):
        begin, end = (one.replace(tzinfo=None) for one in week._window())
        return (
            Domain("user_id", "=", week.user_id.id)
            & Domain("planned_start", ">=", begin)
            & Domain("planned_start", "<", end)
        )

    def _visits(self, domain):
        return self.env["kam.visit"].search(domain, order="user_id, planned_start, id")

    def _week_facts(self, weeks, asked):
        _ = self.env._
        facts = self._print_facts(self.env.company, None if weeks else asked)
        if weeks:
            facts.append((_("Weeks"), ", ".join(weeks.mapped("display_name"))))
        return [*facts, (_("Times"), self.env.user.tz or "UTC")]

    def _weekday(self, moment):
        """Return weekday and date of a UTC moment, where the reader is."""
        day = self._local(moment).date()
        return f"{format_date(self.env, day, date_format='EEEE')} {self._day(day)}"
