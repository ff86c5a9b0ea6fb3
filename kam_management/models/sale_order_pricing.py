"""Orders against the customer's price column: prices, real discount, what is beyond."""

from odoo import api, models

from .kam_price_sheet import Held, Sheet

# an order changed so may have outgrown what was granted for it
OUTGROWS = {"order_line", "pricelist_id", "partner_id", "currency_id", "date_order"}
LINE_OUTGROWS = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # ----------------------------------------------------------------- findings
    def _kam_found(self, told):
        found = super()._kam_found(told)
        for order, sheet in self._kam_sheets(told=told).items():
            found.setdefault(order.id, []).extend(sheet.findings())
        return found

    def _kam_sheets(self, every_column=False, told=None):
        """Return {order: :class:`Sheet`} of the orders that a policy judges.

        Two queries, however many orders and lines: the columns granted, and the rules
        of the pricelists. Prices are those of the order's own date.

        :param every_column: with the prices of all columns, not those judged by only
        :param told: what is known of the orders already: saves the first query
        """
        judged = []
        for order in self:
            book = self._kam_book(order)
            if book and (order.kam_account_id or book["scope"] == "all"):
                judged.append((order, book))
        if not judged:
            return {}
        if told:
            held = {order: _granted(told.get(order.id)) for order, _book in judged}
        else:
            held = self._kam_held(judged)
        sheets = {
            order: Sheet(order, book, held[order], every_column)
            for order, book in judged
        }
        self._kam_price_sheets(list(sheets.values()), told or {})
        return sheets

    def _kam_held(self, judged):
        """Return {order: :class:`Held`}, asked for by a query."""
        held = {}
        for day, orders in self._kam_by_day(judged).items():
            ids = [one.kam_account_id.id for one in orders if one.kam_account_id]
            granted = self.env["kam.price.grant"]._in_force(ids, day)
            for order in orders:
                account = order.kam_account_id
                column_id = granted.get(account.id, (None, None))[1]
                held[order] = Held(column_id, account.account_class)
        return held

    def _kam_by_day(self, judged):
        days = {}
        for order, _book in judged:
            day = order.company_id._kam_today()
            days.setdefault(day, []).append(order)
        return days

    def _kam_book(self, order):
        company = order.company_id or self.env.company
        return self.env["kam.price.policy"]._book(
            company.root_id.id, company._kam_today()
        )

    def _kam_price_sheets(self, sheets, told):
        """Fill the sheets with prices: the rules of all pricelists are loaded once."""
        # sudo: the prices of other columns are asked to judge; what is shown of them
        # the screen decides
        engine = self.env["kam.price.engine"].sudo()
        pricelists = (
            self.env["product.pricelist"]
            .sudo()
            .browse(sorted({one for sheet in sheets for one in sheet.pricelist_ids()}))
        )
        products = (
            self.env["product.product"]
            .sudo()
            .union(*(line.product_id for sheet in sheets for line in sheet.goods))
        )
        if not products:
            return
        plain = [
            sheet.goods
            for sheet in sheets
            if sheet.order.id in told and not told[sheet.order.id].has_values
        ]
        engine._know(products, self.env["sale.order.line"].union(*plain))
        with engine._rules_loaded(pricelists, products):
            for sheet in sheets:
                sheet.fill(engine)

    def _kam_measure(self, kind):
        """Return what the order takes beyond the rules of a kind, as a measure.

        By the code of each finding, so that one request covers all of its kind.
        """
        self.ensure_one()
        # sudo: judged whoever asks; the sentences tell what may be told
        findings = self.sudo()._kam_findings_left()[1].get(self.id, ())
        return {
            one.code: dict(one.measure)
            for one in findings
            if one.kind == kind and one.severity == "ask" and one.measure
        }

    # ---------------------------------------------------------------- outgrowing
    def write(self, vals):
        result = super().write(vals)
        outgrows = OUTGROWS.intersection(vals)
        # a confirmation sets the date as well; the gate judges it by the approvals
        if outgrows and not (
            vals.get("state") == "sale" and outgrows == {"date_order"}
        ):
            self.env["kam.approval"]._watch(self)
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["kam.approval"]._watch(lines.order_id)
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not LINE_OUTGROWS.isdisjoint(vals):
            # sudo: the order of a line is looked at, whoever may write the line
            self.env["kam.approval"]._watch(self.sudo().order_id)
        return result

    def unlink(self):
        orders = self.sudo().order_id  # sudo: as in write
        result = super().unlink()
        self.env["kam.approval"]._watch(orders)
        return result

    def _kam_is_deduction(self):
        """Tell whether the line takes from the order, instead of selling something."""
        reward = "is_reward_line" in self._fields and self.is_reward_line
        return bool(
            reward
            or self._is_discount_line()
            or self._is_global_discount()
            or (self.price_unit < 0 < self.product_uom_qty)
        )

    def _kam_is_goods(self):
        return bool(
            self.product_id
            and not self.display_type
            and not self.combo_item_id  # the combo is what is sold
            and not self.is_downpayment
            and not self._is_delivery()
            and not self._kam_is_deduction()
        )


def _granted(told):
    if not told:
        return Held()
    return Held(told.column_id, told.account_class, told.term_days)
