"""Credit at the door of invoices that come from no order.

What was ordered was judged when it was confirmed: an invoice of it, a credit note and
goods delivered already are never held up here. Approvals are for orders: where an
invoice without one is stopped, the limit is raised, or it is made of an order.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..kam_core.gate import stopping


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        asking = self.filtered(lambda one: one._kam_asks_credit(soft))
        looks = asking._kam_judge_credit() if asking else []
        result = super()._post(soft)
        if looks:
            self.env["kam.credit.line"]._take(asking, looks)
        return result

    def _kam_asks_credit(self, soft):
        today = fields.Date.context_today(self)
        return (
            self.move_type in ("out_invoice", "out_receipt")
            and self.state == "draft"
            and not (soft and self.date and self.date > today)
        )

    def _kam_judge_credit(self):
        """Judge invoices without an order; return what they take.

        :raises UserError: naming each invoice, and why
        """
        # sudo: credit is judged whoever posts; only the findings' sentences are told
        exposure = self.env["kam.credit.exposure"].sudo()
        looks = exposure._looks(self.sudo())
        found = exposure._found_on(self, looks)
        lines = [
            f"{move.display_name}: {finding.message}"
            for move in self
            for finding in stopping(found.get(move.id, ()))
        ]
        if lines:
            raise UserError("\n".join(lines))
        return [look for look in looks if look.case.amount > 0]
