from odoo import api, fields, models
from odoo.exceptions import UserError


class KamPayTalk(models.TransientModel):
    _name = "kam.pay.talk"
    _description = "Objection to a pay statement, or its answer"

    statement_id = fields.Many2one(
        "kam.pay.statement",
        default=lambda self: self._default_statement(),
        readonly=True,
    )
    objection_id = fields.Many2one(
        "kam.pay.objection",
        "Answer to",
        domain="[('statement_id', '=', statement_id), ('answered_on', '=', False)]",
    )
    answers = fields.Boolean(compute="_compute_answers")
    words = fields.Text("Said")

    def _default_statement(self):
        if self.env.context.get("active_model") != "kam.pay.statement":
            return False
        found = self.env["kam.pay.statement"].browse(self.env.context.get("active_id"))
        return found.exists().id

    @api.depends("statement_id")
    @api.depends_context("uid")
    def _compute_answers(self):
        payroll = self.env.user.has_group("kam_management.group_kam_payroll")
        for wizard in self:
            own = wizard.statement_id.user_id == self.env.user
            wizard.answers = payroll and not own

    def action_apply(self):
        """Record the objection, or the answer."""
        self.ensure_one()
        if not self.statement_id:
            raise UserError(self.env._("Open the dialog from a pay statement."))
        if self.objection_id:
            self.statement_id.answer(self.objection_id.id, self.words)
        else:
            self.statement_id.object_to(self.words)
        return {"type": "ir.actions.act_window_close"}
