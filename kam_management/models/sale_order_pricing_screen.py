"""What the quotation shows of columns: prices of all of them, the real discount."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .kam_optional_float import OptionalFloat

STAFF = "base.group_user"  # the customer reads the order in the portal, not this


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_column_id = fields.Many2one(
        "kam.price.column",
        "Price column",
        compute="_compute_kam_column",
        compute_sudo=True,  # which column, of an order that one may read
        groups=STAFF,
    )
    kam_real_discount = OptionalFloat(
        "Real discount",
        compute="_compute_kam_real_discount",
        compute_sudo=True,  # a figure of the order's own prices
        groups=STAFF,
        help="Of all product lines, discounts and rewards, against the base column.",
    )
    kam_approval_ids = fields.Many2many(
        "kam.approval",
        compute="_compute_kam_approvals",
        string="Approvals",
        groups=STAFF,
    )
    kam_approval_count = fields.Integer(compute="_compute_kam_approvals", groups=STAFF)

    @api.depends("partner_id", "company_id")
    def _compute_kam_column(self):
        for order in self:
            account = order.kam_account_id
            book = order._kam_book(order)
            order.kam_column_id = account.price_column_id or (
                book and (account or book["scope"] == "all") and book["columns"][0][0]
            )

    @api.depends(
        "pricelist_id",
        "date_order",
        "order_line.price_unit",
        "order_line.discount",
        "order_line.product_uom_qty",
        "order_line.product_id",
        "order_line.product_uom_id",
    )
    def _compute_kam_real_discount(self):
        sheets = self._kam_sheets()
        for order in self:
            ratio = order in sheets and sheets[order].real_discount()
            order.kam_real_discount = (
                float(ratio) if ratio is not None and ratio is not False else None
            )

    def _compute_kam_approvals(self):
        approvals = self.env["kam.approval"]
        found = approvals
        if approvals.has_access("read"):
            found = approvals.search(
                [("res_model", "=", "sale.order"), ("res_id", "in", self._origin.ids)]
            )
        for order in self:
            order.kam_approval_ids = found.filtered(
                lambda one, order=order: one.res_id == order._origin.id
            )
            order.kam_approval_count = len(order.kam_approval_ids)

    @api.readonly
    def kam_columns(self):
        """Return one order beside all columns its customer could have.

        Prices are of one unit, order currency, on the tax basis of the order's lines,
        at its date and for its quantities.

        :return: dict ``column`` and ``judged_by`` (ids), ``currency_id``,
            ``columns`` (list of ``id``, ``name``, ``rank``, ``total``, ``minimum``),
            ``real_discount`` (ratio or None), ``margin`` and ``margin_percent`` (for
            those entitled, else None), ``free_percent`` and ``lines``: list of ``id``,
            ``name``, ``quantity``, ``uom``, ``net`` (of one unit), ``prices`` {column
            id: price}, ``real_discount`` (ratio or None), ``below`` (percent below
            the customer's column)
        """
        self.ensure_one()
        if self.env.user.share:
            raise AccessError(self.env._("Only people of the company ask this."))
        self.check_access("read")
        # sudo: prices of columns are shown to whoever works on the order
        sheet = self.sudo()._kam_sheets(every_column=True).get(self.sudo())
        if not sheet:
            return {"columns": [], "lines": []}
        return {**sheet.told(), **self._kam_margin()}

    def _kam_margin(self):
        if not self.env.user.has_group("kam_management.group_kam_margin"):
            return {"margin": None, "margin_percent": None}
        order = self.sudo()  # sudo: entitled, whatever closes Odoo's own fields
        return {"margin": order.margin, "margin_percent": order.margin_percent}

    def action_kam_ask(self):
        """Open the dialog that asks for approval of what was found."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_approval_ask_action"
        )
        return {**action, "context": {"default_order_id": self.id}}

    def action_kam_approvals(self):
        """Open the approvals of the order: the one, or the list."""
        self.ensure_one()
        self.check_access("read")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Approvals"),
            "res_model": "kam.approval",
            "domain": [("res_model", "=", "sale.order"), ("res_id", "=", self.id)],
            "views": [(False, "list"), (False, "form")],
        }
        waiting = self.kam_approval_ids.filtered(lambda one: one.state == "asked")
        found = waiting if len(waiting) == 1 else self.kam_approval_ids
        if len(found) == 1:
            action |= {"res_id": found.id, "views": [(False, "form")]}
        return action


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    kam_real_discount = OptionalFloat(
        "Real discount",
        compute="_compute_kam_real_discount",
        compute_sudo=True,  # a figure of the line's own price
        groups=STAFF,
        help="Against the base column, at the order's date.",
    )

    @api.depends(
        "price_unit", "discount", "product_uom_qty", "product_id", "product_uom_id"
    )
    def _compute_kam_real_discount(self):
        sheets = self.order_id._kam_sheets()
        ratios = {}
        for sheet in sheets.values():
            ratios |= sheet.line_discounts()
        for line in self:
            line.kam_real_discount = ratios.get(line)
