"""The dialogs of a visit that need a reason: move, cancel, reopen."""

from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [("move", "Move"), ("cancel", "Cancel"), ("reopen", "Reopen")]


class KamVisitStep(models.TransientModel):
    _name = "kam.visit.step"
    _description = "Step of visits that needs a reason"

    kind = fields.Selection(KINDS, required=True, default="move")
    visit_ids = fields.Many2many("kam.visit", string="Visits")
    is_one = fields.Boolean(compute="_compute_is_one")
    version = fields.Integer(readonly=True)
    planned_start = fields.Datetime("Begins")
    planned_stop = fields.Datetime("Ends")
    user_id = fields.Many2one(
        "res.users", "Key account manager", domain=[("share", "=", False)]
    )
    cancelled_by = fields.Selection(
        [("customer", "The customer"), ("us", "Us")], default="us"
    )
    reason = fields.Text()
    reason_needed = fields.Boolean(compute="_compute_is_one")

    @api.model
    def default_get(self, fields_list):
        """Begin with the visits that are chosen, as they are now."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") != "kam.visit":
            return values
        visits = self.env["kam.visit"].browse(self.env.context.get("active_ids") or [])
        visits.check_access("read")
        values["visit_ids"] = [fields.Command.set(visits.ids)]
        if len(visits) == 1:
            values |= {
                "version": visits.event_version,
                "planned_start": visits.planned_start,
                "planned_stop": visits.planned_stop,
                "user_id": visits.user_id.id,
            }
        return values

    @api.depends("visit_ids", "kind")
    def _compute_is_one(self):
        for step in self:
            step.is_one = len(step.visit_ids) == 1
            step.reason_needed = step.kind != "move" or any(
                step.visit_ids.mapped("needs_reason")
            )

    def action_confirm(self):
        """Do what was chosen, with the reason."""
        self.ensure_one()
        if not self.visit_ids:
            raise UserError(self.env._("“Visits” is empty: choose some."))
        version = self.version if self.is_one and self.version else None
        if self.kind == "cancel":
            self.visit_ids.cancel(self.reason, self.cancelled_by, version)
        elif self.kind == "reopen":
            self.visit_ids.reopen(self.reason, version)
        else:
            self._move(version)
        return {"type": "ir.actions.act_window_close"}

    def _move(self, version):
        # several visits are given to somebody; each keeps its own time
        self.visit_ids.move(
            self.is_one and self.planned_start,
            self.is_one and self.planned_stop,
            self.reason,
            self.user_id.id,
            version,
        )
