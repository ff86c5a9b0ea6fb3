"""The run of reminders, before it is run: who gets what, and why others do not."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class KamReminderWizard(models.TransientModel):
    _name = "kam.reminder.wizard"
    _description = "Run of reminders"

    day = fields.Date(
        required=True,
        default=lambda self: self.env.company._kam_today(),
        help="Today to send; a day ahead to see what will be due.",
    )
    line_ids = fields.One2many("kam.reminder.wizard.line", "wizard_id", "Reminders")
    sent_ids = fields.One2many(
        "kam.reminder.wizard.line",
        "wizard_id",
        "Will be sent",
        domain=[("reason", "=", False)],
    )
    held_ids = fields.One2many(
        "kam.reminder.wizard.line",
        "wizard_id",
        "Held back",
        domain=[("reason", "!=", False)],
        readonly=True,
    )
    is_ahead = fields.Boolean(compute="_compute_is_ahead")
    count = fields.Integer("To send", compute="_compute_count")

    @api.depends("day")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Run reminders")

    @api.depends("day")
    def _compute_is_ahead(self):
        today = self.env.company._kam_today()
        for wizard in self:
            wizard.is_ahead = bool(wizard.day and wizard.day > today)

    @api.depends("line_ids.selected", "line_ids.reason")
    def _compute_count(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered(
                lambda one: one.selected and not one.reason
            )
            wizard.count = len(chosen)

    @api.model
    def action_open(self):
        """Open the run of today, with its preview."""
        wizard = self.create({})
        wizard._fill()
        return wizard._open()

    def action_preview(self):
        """Show the preview of the chosen day."""
        self.ensure_one()
        self._fill()
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Run reminders"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _fill(self):
        self.line_ids.unlink()
        found = self.env["kam.reminder"].preview(fields.Date.to_string(self.day))
        self.env["kam.reminder.wizard.line"].create(
            [
                {
                    "wizard_id": self.id,
                    "partner_id": one["partner_id"],
                    "stage_id": one["stage_id"],
                    "currency_id": one["currency_id"],
                    "amount": one["amount"],
                    "invoices": one["invoices"],
                    "reason": one["reason"],
                    "why": one["why"],
                    "selected": not one["reason"],
                }
                for one in found
            ]
        )

    def action_run(self):
        """Send the chosen reminders."""
        self.ensure_one()
        chosen = self.line_ids.filtered(lambda one: one.selected and not one.reason)
        if not chosen:
            raise UserError(
                self.env._("Nothing is chosen: tick at least one customer.")
            )
        ids = self.env["kam.reminder"].run(
            chosen.partner_id.ids, fields.Date.to_string(self.day)
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reminders sent"),
            "res_model": "kam.reminder",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
        }


class KamReminderWizardLine(models.TransientModel):
    _name = "kam.reminder.wizard.line"
    _description = "Reminder in a run"
    _order = "amount desc, id"

    wizard_id = fields.Many2one(
        "kam.reminder.wizard", required=True, ondelete="cascade", index=True
    )
    selected = fields.Boolean("Send")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    stage_id = fields.Many2one("kam.reminder.stage", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    invoices = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True)
    why = fields.Char("Why not", readonly=True)


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail(self, auto_commit=False):
        """Note in the worklist that the customer was written to from it."""
        result = super()._action_send_mail(auto_commit=auto_commit)
        if partner_id := self.env.context.get("kam_collection_partner"):
            # checks that the sender may collect from this customer
            self.env["kam.collection"].note(partner_id, "sent", kind="mail")
        return result
