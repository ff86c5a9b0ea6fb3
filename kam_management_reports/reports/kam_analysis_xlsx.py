"""Customer analysis: shares, classes, rhythm, with the Pareto curve."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    INTEGER,
    MONEY,
    RATIO,
    Column,
    Pareto,
    Sheet,
    total_of,
)

MARGIN = "kam_management.group_kam_margin"


class KamAnalysisXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.analysis_xlsx"
    _inherit = "kam.workbook"
    _for_records = "kam.analysis.line"
    _description = "Customer analysis as a workbook"
    _code = "analysis"
    _asks = ("period", "partner_ids")
    _groups = "kam_management.group_kam_user,kam_management.group_kam_credit"
    _usual = {"period": "last_12_months"}

    def _title(self):
        return self.env._("Customer analysis")

    def _note(self):
        return self.env._(
            "Shares and classes are of the whole company; lines are of the customers"
            " that you may see."
        )

    def _size(self, lines, asked):
        return len(lines) or self.env["kam.analysis.line"].search_count(
            self._domain(asked)
        )

    def _domain(self, asked):
        """Return the domain of the lines asked for; unchanged books keep their run."""
        found = self.env["kam.analysis"].analyse(
            date_from=str(asked.date_from), date_to=str(asked.date_to), top=0
        )
        domain = Domain("analysis_id", "=", found["id"])
        if partners := asked.partner_ids.commercial_partner_id:
            domain &= Domain("partner_id", "in", partners.ids)
        return domain

    def _book(self, lines, asked):
        lines = lines or lines.search(self._domain(asked))
        sheets = [
            self._sheet(
                analysis, lines.filtered(lambda one, a=analysis: one.analysis_id == a)
            )
            for analysis in lines.analysis_id
        ]
        if not sheets:
            raise UserError(
                self.env._("No customer that you may see bought in this period.")
            )
        title = self._title()
        return self._make_book(title, lines[:1].company_id or self.env.company, sheets)

    def _columns(self):
        """Return [(column, function(line) -> value)] that the reader may see."""
        _ = self.env._
        columns = [
            (Column(_("Customer"), width=34), lambda one: one.partner_id.display_name),
            (Column(_("Rank"), INTEGER), lambda one: one.rank),
            (Column(_("Net revenue"), MONEY, total="sum"), lambda one: one.net),
            (Column(_("Share"), RATIO), lambda one: one.share),
            (Column(_("Cumulative"), RATIO), lambda one: one.cumulative),
            (Column(_("ABC"), width=6), lambda one: one.abc),
            (Column(_("XYZ"), width=6), lambda one: one.xyz),
            (Column(_("Variation"), RATIO), lambda one: one.variation),
            (Column(_("RFM"), width=7), lambda one: one.rfm),
            (Column(_("Revenue before"), MONEY, total="sum"), lambda one: one.previous),
            (Column(_("Growth"), RATIO), lambda one: one.growth),
            (Column(_("Days late"), DECIMAL), lambda one: one.days_late),
            (Column(_("Paid on time"), RATIO), lambda one: one.reliability),
            (Column(_("Invoices"), INTEGER), lambda one: one.invoice_count),
            (Column(_("Last invoice"), DATE), lambda one: one.last_invoice_date),
            (Column(_("Reasons"), width=50), lambda one: one.reasons_text),
        ]
        if self.env.user.has_group(MARGIN):
            columns[11:11] = [
                (Column(_("Margin"), MONEY), lambda one: one.margin),
                (Column(_("Margin %"), RATIO), lambda one: one.margin_ratio),
                (Column(_("Present value"), MONEY), lambda one: one.npv),
            ]
        return columns

    def _sheet(self, analysis, lines):
        columns = self._columns()
        lines = lines.sorted("rank")
        net = total_of(line.net for line in lines)
        return Sheet(
            name=self.env._(
                "%(start)s to %(end)s",
                start=fields.Date.to_string(analysis.date_from),
                end=fields.Date.to_string(analysis.date_to),
            ),
            title=self.env._("Customer analysis"),
            facts=self._facts(analysis, lines),
            columns=[column for column, _value in columns],
            rows=[
                tuple(_known(value(line)) for _column, value in columns)
                for line in lines
            ],
            controls=[
                (self.env._("Net revenue of all customers"), analysis.total),
                (
                    self.env._("Of customers not in this workbook"),
                    total_of([analysis.total]) - net,
                ),
            ],
            chart=Pareto(self.env._("Pareto curve"), label=0, value=2, ratio=4),
        )

    def _facts(self, analysis, lines):
        period = self.env._(
            "%(start)s to %(end)s, net revenue without tax",
            start=format_date(self.env, analysis.date_from),
            end=format_date(self.env, analysis.date_to),
        )
        counted = self.env._(
            "%(here)s of %(all)s", here=len(lines), all=analysis.customer_count
        )
        return [
            *self._print_facts(analysis.company_id),
            (self.env._("Period"), period),
            (self.env._("Customers"), counted),
        ]


def _known(value):
    """Return None for what could not be measured, so that its cell stays empty."""
    return None if value is False else value
