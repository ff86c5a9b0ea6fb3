from odoo import fields, models


class KamSegment(models.Model):
    _name = "kam.segment"
    _description = "Segment of key accounts"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "A segment of this name exists already."
    )
