from odoo import fields, models

from ..kam_core import segments


class KamSegment(models.Model):
    _name = "kam.segment"
    _inherit = ["kam.event.sourced"]
    _description = "Segment of key accounts"
    _order = "sequence, name"
    _core = segments

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()

    _name_uniq = models.Constraint(
        "UNIQUE(name)", "A segment of this name exists already."
    )

    def _event_titles(self):
        return {
            **super()._event_titles(),
            "SegmentRenamed": self.env._("Renamed"),
        }
