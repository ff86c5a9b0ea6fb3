"""A due date that was moved: credit goes by the first one, until the new is approved.

Lateness always keeps the first date. What is approved are days beyond it, so that a
date moved further is not covered, and an approval that ends is as if it had not been.
"""

from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    kam_due_moved_days = fields.Integer(
        "Due date moved by (days)",
        compute="_compute_kam_due_moved_days",
        compute_sudo=True,
        groups="base.group_user",
        help="From the earliest due date ever known of the invoice. Credit goes by that"
        " one until the new is approved.",
    )

    @api.depends("line_ids.date_maturity", "state")
    def _compute_kam_due_moved_days(self):
        invoices = self.filtered(lambda one: one.move_type == "out_invoice")
        firsts = self.env["kam.credit.exposure"]._first_dues(
            invoices.commercial_partner_id.ids
        )
        for move in self:
            days = [
                (line.date_maturity - firsts[line._origin.id]).days
                for line in move.line_ids
                if line._origin.id in firsts and line.date_maturity
            ]
            move.kam_due_moved_days = max(days, default=0)

    def _kam_measure(self, kind):
        """Return what to ask approval of: days beyond the first due date, and of what.

        :param kind: ``due_date``; there is nothing to ask of the others
        """
        days = self.sudo().kam_due_moved_days  # sudo: whoever reads the invoice
        if kind != "due_date" or days <= 0:
            return {}
        return {
            "days": str(days),
            "amount": f"{self.amount_residual:.{self.currency_id.decimal_places}f}",
            "currency": self.currency_id.name,
        }

    def action_kam_ask_due_date(self):
        """Open the dialog that asks for approval of a due date that was moved."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_approval_ask_action"
        )
        return {
            **action,
            "context": {"default_move_id": self.id, "default_valid_until": False},
        }


class KamCreditExposure(models.AbstractModel):
    _inherit = "kam.credit.exposure"

    def _first_dues(self, partner_ids):
        """Return {line id: the earliest due date ever known} of lines that were moved.

        :param partner_ids: commercial partners
        """
        if not partner_ids:
            return {}
        self.env.cr.execute(
            "SELECT line_id, due FROM kam_es.first_dues(%s::int[])", [partner_ids]
        )
        return dict(self.env.cr.fetchall())
