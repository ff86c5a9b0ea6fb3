"""The dialog in which an approval is asked, filled in by what was found."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.kam_approval import KINDS


class KamApprovalAsk(models.TransientModel):
    _name = "kam.approval.ask"
    _description = "Request for an approval"

    order_id = fields.Many2one("sale.order", ondelete="cascade")
    account_id = fields.Many2one("kam.account", ondelete="cascade")
    move_id = fields.Many2one("account.move", "Invoice", ondelete="cascade")
    moved_days = fields.Integer(
        "Due date moved by (days)", related="move_id.kam_due_moved_days"
    )
    kind = fields.Selection(KINDS, help="Empty: one request for each kind found.")
    column_id = fields.Many2one("kam.price.column")
    reason = fields.Text(help="Why the customer should get it, in a sentence.")
    valid_until = fields.Date(
        help="Included. Empty: until it is used.",
        default=lambda self: fields.Date.add(self.env.company._kam_today(), days=14),
    )
    found = fields.Html("What is asked", compute="_compute_found", sanitize=False)

    @api.depends("order_id")
    def _compute_found(self):
        for wizard in self:
            words = [
                one.message
                for kind, some in wizard._asking().items()
                if not wizard.kind or kind == wizard.kind
                for one in some
            ]
            wizard.found = words and Markup("<ul class='mb-0 ps-3'>%s</ul>") % (
                Markup().join(Markup("<li>%s</li>") % one for one in words)
            )

    def _asking(self):
        """Return {kind: findings} to ask for: those that nobody was asked for yet."""
        if not self.order_id:
            return {}
        self.order_id.check_access("read")
        return self.order_id._kam_to_ask()

    def action_ask(self):
        """Ask for each kind that was found, and open what was asked."""
        self.ensure_one()
        day = fields.Date.to_string(self.valid_until) or None
        approvals = self.env["kam.approval"]
        if self.move_id:
            ids = [
                approvals.ask(
                    "due_date", "account.move", self.move_id.id, None, self.reason, day
                )
            ]
        elif self.account_id and self.column_id:
            ids = [
                approvals.ask(
                    "column",
                    "kam.account",
                    self.account_id.id,
                    {"column": f"#{self.column_id.id}"},
                    self.reason,
                    day,
                )
            ]
        else:
            kinds = set(self._asking())
            kinds &= {self.kind} if self.kind else kinds
            if not kinds:
                raise UserError(
                    self.env._(
                        "The order is within the rules, or all of it was asked for:"
                        " there is nothing more to ask."
                    )
                )
            ids = [
                approvals.ask(
                    kind, "sale.order", self.order_id.id, None, self.reason, day
                )
                for kind in sorted(kinds)
            ]
        return self._open(ids)

    def _open(self, ids):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Approvals"),
            "res_model": "kam.approval",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
        }
        if len(ids) == 1:
            action |= {"res_id": ids[0], "views": [(False, "form")]}
        return action
