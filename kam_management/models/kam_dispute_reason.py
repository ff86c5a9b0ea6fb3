from odoo import fields, models


class KamDisputeReason(models.Model):
    _name = "kam.dispute.reason"
    _description = "Reason of a dispute"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        help="Short and stable, for integrations and reports.", copy=False
    )
    sequence = fields.Integer(default=10)
    days = fields.Integer(
        "Settle within",
        default=14,
        help="Days in which a dispute of this kind should be settled.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "A reason of this code exists already: choose another code."
    )
    _days_above_zero = models.Constraint(
        "CHECK(days >= 0)", "“Settle within” counts days: zero or more."
    )
