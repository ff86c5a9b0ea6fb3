"""The dialogs of price columns: grant one to an account, publish a policy."""

from odoo import api, fields, models

from ..kam_core.pricing import grants


class KamPriceGrantWizard(models.TransientModel):
    _name = "kam.price.grant.wizard"
    _description = "Grant of a price column"

    account_id = fields.Many2one("kam.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    column_id = fields.Many2one(
        "kam.price.column",
        "Price column",
        required=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    basis = fields.Selection(
        [
            ("policy", "By policy"),
            ("agreement", "By agreement"),
            ("exception", "Exception"),
        ],
        required=True,
        default="policy",
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._kam_today()
    )
    date_to = fields.Date("To", help="Included. An exception needs it.")
    decides = fields.Boolean(compute="_compute_words")
    words = fields.Html("Where the account stands", compute="_compute_words")

    @api.depends("account_id")
    def _compute_words(self):
        for wizard in self:
            account = wizard.account_id
            wizard.words = account.column_words
            wizard.decides = bool(account) and account._may_decide() == account

    def action_grant(self):
        """Grant the column."""
        self.ensure_one()
        self.account_id.grant_column(
            self.column_id.id,
            self.basis,
            self.reason,
            fields.Date.to_string(self.date_from),
            fields.Date.to_string(self.date_to) or None,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_ask(self):
        """Ask for approval of the column as an exception."""
        self.ensure_one()
        approval_id = self.env["kam.approval"].ask(
            "column",
            "kam.account",
            self.account_id.id,
            {"column": f"#{self.column_id.id}"},
            self.reason,
            fields.Date.to_string(self.date_to) or None,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "kam.approval",
            "res_id": approval_id,
            "views": [(False, "form")],
        }

    @api.onchange("basis")
    def _onchange_basis(self):
        if self.basis == grants.EXCEPTION and not self.date_to:
            self.date_to = fields.Date.add(self.date_from, months=3)


class KamPricePolicyPublish(models.TransientModel):
    _name = "kam.price.policy.publish"
    _description = "Publication of a price policy"

    policy_id = fields.Many2one("kam.price.policy", required=True, ondelete="cascade")
    effective_on = fields.Date(
        "In force from",
        required=True,
        default=lambda self: self.env.company._kam_today(),
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")

    def action_apply(self):
        """Publish the version."""
        self.ensure_one()
        self.policy_id.publish(self.reason, fields.Date.to_string(self.effective_on))
        return {"type": "ir.actions.act_window_close"}
