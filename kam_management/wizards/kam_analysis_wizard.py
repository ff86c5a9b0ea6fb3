from odoo import api, fields, models

from ..models.kam_analysis_parameters import LIMITS


class KamAnalysisWizard(models.TransientModel):
    """Asks for the period and the settings of an analysis, and shows it."""

    _name = "kam.analysis.wizard"
    _inherit = "kam.analysis.parameters"
    _description = "Settings of a key account analysis: dialog"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    remember = fields.Boolean(
        "Use these settings from now on",
        help="For every analysis of this company, until somebody changes them again.",
    )

    @api.model
    def default_get(self, fields_list):
        """Start from the analysis that the dialog was opened on."""
        values = super().default_get(fields_list)
        analysis = self.env["kam.analysis"].search(
            [("id", "=", self.env.context.get("analysis_id", 0))]
        )
        if analysis:
            names = ["date_from", "date_to", *LIMITS]
            values.update({name: analysis[name] for name in names})
            values["company_id"] = analysis.company_id.id
            values["pooled_category_ids"] = [
                fields.Command.set(analysis.pooled_category_ids.ids)
            ]
        return values

    def action_analyse(self):
        """Show the analysis with these settings."""
        self.ensure_one()
        settings = {name: self[name] for name in LIMITS}
        settings["pooled_category_ids"] = self.pooled_category_ids.ids
        analyses = self.env["kam.analysis"].with_company(self.company_id)
        found = analyses.analyse(
            self.company_id.id, self.date_from, self.date_to, settings, top=0
        )
        if self.remember and self.env.user.has_group("kam_management.group_kam_head"):
            analyses._remember(settings)
        return analyses.browse(found["id"])._action_show()
