"""The dialogs of an approval: grant less, refuse."""

from decimal import Decimal

from odoo import api, fields, models

from ..kam_core import measures


class KamApprovalDecide(models.TransientModel):
    _name = "kam.approval.decide"
    _description = "Decision on an approval"

    kind = fields.Selection(
        [("approve", "Approve"), ("less", "Approve less"), ("refuse", "Refuse")],
        required=True,
        default="less",
    )
    approval_id = fields.Many2one("kam.approval", required=True, ondelete="cascade")
    version = fields.Integer(readonly=True)
    currency_id = fields.Many2one(related="approval_id.currency_id")
    asked_percent = fields.Float(related="approval_id.percent", string="Asked (%)")
    asked_amount = fields.Monetary(related="approval_id.amount", string="Asked")
    percent = fields.Float("Discount up to (%)", digits=(16, 2))
    amount = fields.Monetary("Amount up to")
    valid_until = fields.Date(help="Included. Not after the day asked for.")
    answer = fields.Text(help="To the one who asked. It stays on record.")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        approval = self.env["kam.approval"].browse(
            values.get("approval_id") or self.env.context.get("active_id") or ()
        )
        if approval.exists():
            values.update(
                approval_id=approval.id,
                version=approval.event_version,
                percent=approval.percent,
                amount=approval.amount,
                valid_until=approval.valid_until,
            )
        return values

    @api.onchange("percent")
    def _onchange_percent(self):
        """What is given away falls with the discount."""
        if self.asked_percent:
            self.amount = self.asked_amount * min(1, self.percent / self.asked_percent)

    def action_apply(self):
        """Record the decision."""
        self.ensure_one()
        approval, version = self.approval_id, self.version or None
        day = fields.Date.to_string(self.valid_until) or None
        match self.kind:
            case "refuse":
                approval.refuse(self.answer, version)
            case "approve":
                approval.approve(self.answer, day, version)
            case _:
                approval.approve_less(self._granted(), self.answer, day, version)
        return {"type": "ir.actions.act_window_close"}

    def _granted(self):
        """Return what was asked with its figures cut down to those of the dialog."""
        asked = measures.decode(self.approval_id.measure)
        most = {}
        if self.asked_percent:
            most["percent"] = Decimal(str(self.percent)).quantize(Decimal("0.01"))
        if self.asked_amount:
            # the measure may be in the order's currency: cut it by the same share
            whole = measures.figure(asked, "amount") or Decimal(0)
            share = Decimal(str(self.amount)) / Decimal(str(self.asked_amount))
            most["amount"] = (whole * min(share, Decimal(1))).quantize(Decimal("0.01"))
        return measures.capped(asked, **most)
