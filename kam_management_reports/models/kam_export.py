from odoo import models


class KamExport(models.Model):
    _inherit = "kam.export"

    def _subject_names(self):
        reports = self.env["kam.workbook"]._reports()
        return super()._subject_names() | {
            code: model._title() for code, model in reports.items()
        }
