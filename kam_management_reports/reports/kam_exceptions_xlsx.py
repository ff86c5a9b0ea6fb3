"""Exceptions granted: who asked, who decided, and what came of it."""

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import DATE, MONEY, RATIO, Column, Sheet


class KamExceptionsXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.exceptions_xlsx"
    _inherit = "kam.workbook"
    _description = "Exceptions as a workbook"
    _code = "exceptions"
    _asks = ("period", "user_ids", "account_ids")
    _groups = "kam_management.group_kam_user,kam_management.group_kam_credit"

    def _title(self):
        return self.env._("Exceptions and their outcome")

    def _found(self, objs, asked):
        """Return the approvals that the reader may see, asked for in the period."""
        zone = self.env.company._kam_time_zone()
        domain = Domain("create_date", ">=", self._start_of(asked.date_from, zone))
        domain &= Domain("create_date", "<", self._start_of(asked.date_to, zone, 1))
        if accounts := objs or asked.account_ids:
            domain &= Domain("account_id", "in", accounts.ids)
        if asked.user_ids:
            domain &= Domain("requester_id", "in", asked.user_ids.ids)
        return self.env["kam.approval"].search(domain, order="create_date, id")

    def _size(self, objs, asked):
        return len(self._found(objs, asked))

    def _book(self, objs, asked):
        _ = self.env._
        found = self._found(objs, asked)
        kinds = self._labels("kam.approval", "kind")
        states = self._labels("kam.approval", "state")
        columns = [
            Column(_("Asked on"), DATE),
            Column(_("Kind")),
            Column(_("Customer")),
            Column(_("About")),
            Column(_("Asked by")),
            Column(_("Reason"), width=40),
            Column(_("Currency"), name="currency"),
            Column(_("Amount"), MONEY, currency_name="currency"),
            Column(_("Discount"), RATIO),
            Column(_("Outcome")),
            Column(_("Decided by")),
            Column(_("Decided on"), DATE),
            Column(_("Answer"), width=40),
            Column(_("Valid until"), DATE),
            Column(_("Used on"), DATE),
        ]
        rows = [
            (
                self._local(one.create_date).date(),
                kinds.get(one.kind),
                one.partner_id.display_name,
                one.res_name,
                one.requester_id.name,
                one.reason,
                one.currency_id.name or None,
                one.amount or None,
                one.percent / 100 if one.percent else None,
                states.get(one.state),
                one.decided_by_id.name,
                one.decided_on,
                one.answer,
                one.granted_until,
                one.used_on,
            )
            for one in found
        ]
        company = self.env.company
        facts = self._print_facts(company, asked)
        sheet = Sheet(self._title(), self._title(), columns, rows, facts=facts)
        return self._make_book(self._title(), company, [sheet], found.currency_id)
