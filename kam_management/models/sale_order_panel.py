"""What a quotation shows of its customer's credit, before anybody confirms it."""

from odoo import api, fields, models

STAFF = "base.group_user"  # the customer reads the order in the portal, not this


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_has_credit = fields.Boolean(
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        help="The customer has credit terms.",
    )
    kam_has_limit = fields.Boolean(
        compute="_compute_kam_credit", compute_sudo=True, groups=STAFF
    )
    kam_credit_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
    )
    kam_credit_limit = fields.Monetary(
        "Credit limit",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        currency_field="kam_credit_currency_id",
    )
    kam_credit_exposure = fields.Monetary(
        "Exposure",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        currency_field="kam_credit_currency_id",
        help="Open receivables and confirmed orders, less receipts.",
    )
    kam_credit_after = fields.Monetary(
        "With this order",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        currency_field="kam_credit_currency_id",
        help="The exposure that this order makes.",
    )
    kam_credit_room = fields.Monetary(
        "Room after it",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        currency_field="kam_credit_currency_id",
    )
    kam_credit_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        currency_field="kam_credit_currency_id",
    )
    kam_days_late = fields.Float(
        "Days late on average",
        compute="_compute_kam_credit",
        compute_sudo=True,
        groups=STAFF,
        digits=(16, 1),
    )

    @api.depends("partner_invoice_id", "company_id", "amount_total", "state")
    def _compute_kam_credit(self):
        keys = {
            order: (
                order.partner_invoice_id.commercial_partner_id._origin.id,
                order.company_id.root_id.id,
            )
            for order in self
        }
        pairs = {pair for pair in keys.values() if all(pair)}
        found = self.env["kam.credit.exposure"]._standings(pairs)
        for order in self:
            order._kam_show(found.get(keys[order]))

    def _kam_show(self, standing):
        self.kam_has_credit = bool(standing)
        self.kam_has_limit = bool(standing and standing.credit_limit is not None)
        if not standing:
            self.update(
                {
                    "kam_credit_currency_id": self.currency_id.id,
                    "kam_credit_limit": 0,
                    "kam_credit_exposure": 0,
                    "kam_credit_after": 0,
                    "kam_credit_room": 0,
                    "kam_credit_overdue": 0,
                    "kam_days_late": 0,
                }
            )
            return
        company = self.company_id.root_id
        after = float(standing.exposure)
        if self.state in ("draft", "sent"):
            after += self.currency_id._convert(
                self.amount_total,
                self.env["res.currency"].browse(standing.currency_id),
                company,
                company._kam_today(),
            )
        customer = self.partner_invoice_id.commercial_partner_id._origin
        sums = self.env["kam.account"]._lateness_of(customer.ids, company)
        late = sums.get(customer.id)
        self.update(
            {
                "kam_credit_currency_id": standing.currency_id,
                "kam_credit_limit": standing.credit_limit or 0,
                "kam_credit_exposure": standing.exposure,
                "kam_credit_after": after,
                "kam_credit_room": float(standing.credit_limit or 0) - after,
                "kam_credit_overdue": standing.overdue,
                "kam_days_late": float((late and late.average_days()) or 0),
            }
        )
