from odoo import models

from ..kam_sheets.sheet import DECIMAL, INTEGER, Column, Sheet


class KamTargetXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.target_xlsx"
    _inherit = "kam.workbook"
    _for_records = "kam.target"
    _description = "Plans as a workbook, to edit and send back"

    def _book(self, targets, asked):
        company = targets[:1].company_id or self.env.company
        return self._make_book(
            self.env._("Plans"), company, [self._sheet(targets, company)]
        )

    def _sheet(self, targets, company):
        _ = self.env._
        return Sheet(
            name=_("Plans"),
            title=_("Plans"),
            facts=[
                *self._print_facts(company),
                (_("To edit"), _("The column “Plan” alone; then import the file.")),
            ],
            columns=[
                Column(_("Key"), width=14),
                Column(_("Version"), INTEGER),
                Column(_("Key figure"), width=26),
                Column(_("For"), width=26),
                Column(_("From"), width=12),
                Column(_("To"), width=12),
                Column(_("Plan"), DECIMAL, width=16),
            ],
            rows=[
                (key, int(version), *texts, plan)
                for key, version, *texts, plan in targets._exchange_rows()
            ],
        )
