from odoo import fields, models


class KamLogCheckLine(models.Model):
    _name = "kam.log.check.line"
    _description = "Finding of a check of the event log"
    _order = "id"

    check_id = fields.Many2one(
        "kam.log.check", required=True, ondelete="cascade", index=True
    )
    problem = fields.Char(required=True, readonly=True)
    model = fields.Char("Record type", readonly=True)
    key = fields.Char("Stream", readonly=True)
    version = fields.Integer(readonly=True, aggregator=None)
    res_id = fields.Many2oneReference("Record id", model_field="model", readonly=True)
    words = fields.Char("What is wrong", readonly=True)

    def action_open_events(self):
        """Open the events of the stream that is wrong."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Event log"),
            "res_model": "kam.event",
            "views": [(False, "list"), (False, "form")],
            "domain": [("model", "=", self.model), ("key", "=", self.key)],
        }
