"""Plans as a workbook, to edit and send back."""

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import DECIMAL, INTEGER, Column, Sheet


class KamTargetXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.target_xlsx"
    _inherit = "kam.workbook"
    _for_records = "kam.target"
    _description = "Plans as a workbook, to edit and send back"
    _code = "target"
    _asks = ("period", "user_ids")
    _groups = "kam_management.group_kam_user"
    _usual = {"period": "this_quarter"}

    def _title(self):
        return self.env._("Plans")

    def _note(self):
        return self.env._(
            "Edit the column “Plan” and import the file again: all plans are taken"
            " over, or none."
        )

    def _size(self, targets, asked):
        return len(targets) or targets.search_count(self._domain(asked))

    def _domain(self, asked):
        """Return the domain of the plans in force that touch the period."""
        domain = (
            Domain("state", "!=", "replaced")
            & Domain("company_id", "=", self.env.company.root_id.id)
            & Domain("date_from", "<=", asked.date_to)
            & Domain("date_to", ">=", asked.date_from)
        )
        if asked.user_ids:
            domain &= Domain("user_id", "in", asked.user_ids.ids)
        return domain

    def _book(self, targets, asked):
        facts = [] if targets else self._print_facts(self.env.company, asked)
        targets = targets or targets.search(self._domain(asked))
        company = targets[:1].company_id or self.env.company
        return self._make_book(
            self._title(), company, [self._sheet(targets, company, facts)]
        )

    def _sheet(self, targets, company, facts):
        _ = self.env._
        return Sheet(
            name=_("Plans"),
            title=_("Plans"),
            facts=[
                *(facts or self._print_facts(company)),
                (_("To edit"), _("The column “Plan” alone; then import the file.")),
            ],
            columns=[
                Column(_("Key"), width=14),
                Column(_("Version"), INTEGER),
                Column(_("Key figure"), width=26),
                Column(_("For"), width=26),
                Column(_("From"), width=12),
                Column(_("To"), width=12),
                Column(_("Plan"), DECIMAL, width=16, input=True),
            ],
            rows=[
                (key, int(version), *texts, plan)
                for key, version, *texts, plan in targets._exchange_rows()
            ],
        )
