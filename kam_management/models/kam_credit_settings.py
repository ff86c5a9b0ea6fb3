"""Settings of credit: one a head company."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kam_credit_automatic = fields.Boolean(
        "Confirm waiting orders by themselves",
        help="Off: the salesperson is told that there is room now.",
    )
    kam_credit_cap = fields.Monetary(
        "Largest proposed limit",
        help="What a reliability check proposes at most; 0: no cap.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kam_credit_automatic = fields.Boolean(
        related="company_id.root_id.kam_credit_automatic", readonly=False
    )
    kam_credit_cap = fields.Monetary(
        related="company_id.root_id.kam_credit_cap",
        readonly=False,
        currency_field="kam_currency_id",
    )
    kam_currency_id = fields.Many2one(related="company_id.currency_id")
