from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.kam_account import CLASSES


class KamAccountDesignate(models.TransientModel):
    """Asks for what the designation of key accounts needs: class, manager, reason."""

    _name = "kam.account.designate"
    _description = "Make customers key accounts: dialog"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    account_class = fields.Selection(CLASSES, "Class", required=True, default="A")
    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        default=lambda self: self.env.user,
        required=True,
        domain=[("share", "=", False)],
    )
    effective_on = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._kam_today(),
        help="The day the decision takes effect; it can be in the past.",
    )
    reason = fields.Text(
        required=True, help="Recorded with the decision: say in a sentence why."
    )

    @api.model
    def default_get(self, fields_list):
        """Start from the customers selected, and from why they are candidates."""
        values = super().default_get(fields_list)
        lines = self.env["kam.analysis.line"]
        if self.env.context.get("active_model") == lines._name:
            lines = lines.browse(self.env.context.get("active_ids", [])).exists()
            values["partner_ids"] = [fields.Command.set(lines.partner_id.ids)]
            values["company_id"] = lines.company_id[:1].id or self.env.company.id
            if len(lines) == 1 and lines.reasons:
                # Without the margin: the decision is read by more than may see it.
                told = lines._open_reasons()
                values["reason"] = "; ".join(one["text"] for one in told)
        return values

    def action_designate(self):
        """Make the customers key accounts."""
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(
                self.env._("“Customers” is empty: choose at least one customer.")
            )
        self.env["kam.account"].with_company(self.company_id).designate(
            self.partner_ids.ids,
            self.account_class,
            self.reason,
            effective_on=self.effective_on,
            owners=[{"user_id": self.user_id.id, "share": 100, "role": "lead"}],
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Key accounts from %(day)s: %(names)s",
                    day=self.effective_on,
                    names=", ".join(self.partner_ids.mapped("display_name")),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
