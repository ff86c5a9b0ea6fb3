"""The agreement that orders, invoices and payments belong to: a name people give them.

An order hands it to its invoices, an invoice to its credit notes and to the payments
registered for it. A reconciliation act may be of one agreement alone.
"""

from odoo import fields, models

INTERNAL = "base.group_user"
HELP = (
    "Name or number of the contract, in one spelling. A reconciliation act can be of"
    " one agreement alone."
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_agreement = fields.Char("Agreement", groups=INTERNAL, help=HELP)

    def _prepare_invoice(self):
        """Hand the agreement to the invoice."""
        # sudo: closed to portal users, whose signature may make an invoice
        return {
            **super()._prepare_invoice(),
            "kam_agreement": self.sudo().kam_agreement,
        }


class AccountMove(models.Model):
    _inherit = "account.move"

    kam_agreement = fields.Char("Agreement", groups=INTERNAL, help=HELP)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    kam_agreement = fields.Char("Agreement", groups=INTERNAL, help=HELP)

    def _generate_move_vals(self, *args, **kwargs):
        """Hand the agreement to the entry."""
        # sudo: closed to portal users, who may pay online
        agreement = self.sudo().kam_agreement
        vals = super()._generate_move_vals(*args, **kwargs)
        return {**vals, "kam_agreement": agreement}

    def write(self, vals):
        """Keep the entry under the agreement of its payment."""
        result = super().write(vals)
        if "kam_agreement" in vals:
            self.move_id.write({"kam_agreement": vals["kam_agreement"]})
        return result
