"""What every workbook of ours shares: language, currency, who printed it and when."""

from odoo import fields, models
from odoo.tools import format_datetime

from ..kam_sheets.sheet import Book
from ..kam_sheets.writer import write


class KamWorkbook(models.AbstractModel):
    _name = "kam.workbook"
    _inherit = "report.report_xlsx.abstract"
    _description = "Excel workbook of key accounts"

    def generate_xlsx_report(self, workbook, data, objs):
        """Write the workbook of ``objs`` with the rights of the current user."""
        objs.check_access("read")
        write(workbook, self._book(objs))

    def _book(self, objs):
        """Return the :class:`Book` of the records."""
        raise NotImplementedError

    def _make_book(self, title, company, sheets):
        currency = company.currency_id
        language = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return Book(
            title=title,
            author=self.env.user.name,
            currency=currency.symbol or currency.name,
            digits=currency.decimal_places,
            before=currency.position == "before",
            created=fields.Datetime.now(),
            sheets=sheets,
            total=self.env._("Total"),
            page=self.env._("Page {page} of {pages}"),
            right_to_left=language.direction == "rtl",
        )

    def _print_facts(self, company):
        return [
            (self.env._("Company"), company.name),
            (
                self.env._("Printed"),
                self.env._(
                    "%(moment)s by %(user)s",
                    moment=format_datetime(self.env, fields.Datetime.now()),
                    user=self.env.user.name,
                ),
            ),
        ]
