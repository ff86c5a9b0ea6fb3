"""The dialog of a decision on a promise or a dispute: why, and from when."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.kam_dispute import OUTCOMES


class KamCollectionDecide(models.TransientModel):
    _name = "kam.collection.decide"
    _description = "Decision on a promise or a dispute"

    kind = fields.Selection(
        [
            ("withdraw", "Withdraw a promise"),
            ("settle", "Settle a dispute"),
            ("reopen", "Reopen a dispute"),
            ("lift", "Lift a stop of shipment"),
        ],
        required=True,
        default="settle",
    )
    promise_id = fields.Many2one("kam.promise", readonly=True)
    dispute_id = fields.Many2one("kam.dispute", readonly=True)
    reminder_id = fields.Many2one("kam.reminder", readonly=True)
    version = fields.Integer(compute="_compute_version", store=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    disputed = fields.Monetary(related="dispute_id.amount", string="Disputed")
    outcome = fields.Selection(OUTCOMES)
    accepted = fields.Monetary(
        "Conceded", help="What we give up of the disputed amount, tax included."
    )
    effective_on = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._kam_today(),
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")

    @api.depends("promise_id", "dispute_id", "reminder_id")
    def _compute_version(self):
        """Keep the version the dialog was opened on."""
        for wizard in self:
            record = wizard._record()
            wizard.version = record.event_version

    def _record(self):
        links = {"withdraw": "promise_id", "lift": "reminder_id"}
        return self[links.get(self.kind, "dispute_id")]

    def action_apply(self):
        """Record the decision."""
        self.ensure_one()
        record = self._record()
        if not record:
            raise UserError(
                self.env._("Nothing is chosen. Open the dialog from the record.")
            )
        day = fields.Date.to_string(self.effective_on)
        match self.kind:
            case "lift":
                record.lift_stop(self.reason, day, self.version)
            case "withdraw":
                record.withdraw(self.reason, day, self.version)
            case "settle":
                record.settle(
                    self.outcome, self.reason, self.accepted, day, self.version
                )
            case _:
                record.reopen(self.reason, day, self.version)
        return {"type": "ir.actions.act_window_close"}
