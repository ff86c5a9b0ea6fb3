from odoo import fields, models

from .kam_cost_access import PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kam_close_cost_fields = fields.Boolean(
        "Close Odoo's own cost and margin",
        config_parameter=PARAMETER,
        help="Cost and margin of products, orders and analyses are shown only to"
        " those who may see margin and cost.",
    )
    kam_too_wide_user_ids = fields.Many2many(
        "res.users",
        string="See all documents",
        compute="_compute_kam_too_wide_user_ids",
    )

    def _compute_kam_too_wide_user_ids(self):
        found = self.env["res.users"]._kam_too_wide()
        for settings in self:
            settings.kam_too_wide_user_ids = found
