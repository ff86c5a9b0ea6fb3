from odoo import fields, models


class KamTargetSendBack(models.TransientModel):
    _name = "kam.target.send.back"
    _description = "Send a target back"

    target_ids = fields.Many2many(
        "kam.target",
        string="Targets",
        default=lambda self: self._default_targets(),
        readonly=True,
    )
    reason = fields.Text(help="What is to change, in a sentence.")

    def _default_targets(self):
        if self.env.context.get("active_model") != "kam.target":
            return False
        ids = self.env.context.get("active_ids") or []
        return [fields.Command.set(self.env["kam.target"].browse(ids).exists().ids)]

    def action_apply(self):
        """Send the targets back to whoever proposed them."""
        self.ensure_one()
        self.target_ids.send_back(self.reason)
        return {"type": "ir.actions.act_window_close"}
