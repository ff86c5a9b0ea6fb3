from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kam_visit_grace_hours = fields.Integer(
        related="company_id.kam_visit_grace_hours", readonly=False
    )
    kam_visit_gap_minutes = fields.Integer(
        related="company_id.kam_visit_gap_minutes", readonly=False
    )
    kam_visit_most_a_day = fields.Integer(
        related="company_id.kam_visit_most_a_day", readonly=False
    )
    kam_visit_strike_days = fields.Integer(
        related="company_id.kam_visit_strike_days", readonly=False
    )
    kam_visit_effect_days = fields.Integer(
        related="company_id.kam_visit_effect_days", readonly=False
    )
    kam_visit_remind = fields.Boolean(
        related="company_id.kam_visit_remind", readonly=False
    )
