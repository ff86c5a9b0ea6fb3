"""The rest of an order given up: it holds nothing of the credit limit any more."""

from odoo import fields, models

from ..kam_core.credit import closings


class KamOrderClosing(models.Model):
    _name = "kam.order.closing"
    _inherit = ["kam.event.sourced"]
    _description = "Closing of an order"
    _rec_name = "order_id"
    _core = closings

    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    closed = fields.Boolean()
    closed_on = fields.Date()
    reason = fields.Text()

    _order_uniq = models.UniqueIndex(
        "(order_id)", "The closing of this order is there already."
    )

    def _event_titles(self):
        return {
            **super()._event_titles(),
            "RestGivenUp": self.env._("Rest given up"),
            "RestTakenUp": self.env._("Rest taken up again"),
        }
