"""Every door of an order leads through the gate; what is found there is made up."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from ..kam_core.gate import Finding
from . import common
from .client_case import ClientCase


class TestSaleOrderGate(ClientCase, common.KamCase):
    """A made-up rule: no more than 100 an order, and no discount beyond 10 %."""

    def setUp(self):
        super().setUp()
        self.asked = []
        self.product.list_price = 10  # Odoo prices a line anew when it changes

        def findings(orders):
            self.asked.append(orders.ids)
            return {one.id: self.found(one) for one in orders}

        model = type(self.env["sale.order"])
        self.enterContext(patch.object(model, "_kam_findings", findings))

    def found(self, order):
        out = []
        if order.amount_total > 100:
            over = {"amount": str(order.amount_total - 100)}
            out.append(Finding("big", "credit", "ask", "Beyond 100.", over))
        for line in order.order_line.filtered(lambda one: one.discount > 10):
            measure = {"percent": str(line.discount), "line_id": line.id}
            out.append(Finding("cheap", "discount", "ask", "Beyond 10 %.", measure))
        return out

    def assertRefused(self, act, words="Beyond 100"):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            act()
        self.env.invalidate_all()

    def test_confirm(self):
        small = self.order(self.acme, 0, price=10, confirm=False)
        big = self.order(self.acme, 0, price=11, confirm=False)
        small.action_confirm()
        self.assertEqual(small.state, "sale")
        for state in ("draft", "sent"):
            big.state = state
            self.assertRefused(big.action_confirm)
            self.assertEqual(big.state, state)
        self.assertRefused(lambda: big.write({"state": "sale"}))
        self.assertRefused(lambda: big.copy().action_confirm())
        self.assertRefused(lambda: big.copy({"state": "sale"}).flush_recordset())
        self.assertRefused(lambda: big.sudo()._validate_order())

    def test_confirm_again_after_cancel(self):
        order = self.order(self.acme, 0, price=10)
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 11
        self.assertRefused(order.action_confirm)

    def test_many_at_once_are_judged_once(self):
        orders = self.env["sale.order"].union(
            *(self.order(self.acme, 0, confirm=False) for _n in range(3))
        )
        self.asked.clear()
        orders.action_confirm()
        self.assertEqual(self.asked, [orders.ids])

    def test_many_at_once_all_or_nothing_naming_each(self):
        small = self.order(self.acme, 0, confirm=False)
        big = self.order(self.acme, 0, price=11, confirm=False)
        huge = self.order(self.acme, 0, price=12, confirm=False)
        self.assertRefused(
            (small | big | huge).action_confirm, f"{big.name}[^Z]*{huge.name}"
        )
        self.assertEqual((small | big | huge).mapped("state"), ["draft"] * 3)

    def test_raised_after_confirmation(self):
        order = self.order(self.acme, 0)
        line = order.order_line
        new = {"product_id": self.product.id, "price_unit": 1, "tax_ids": False}
        for act in (
            lambda: line.write({"product_uom_qty": 11}),
            lambda: line.write({"price_unit": 11}),
            lambda: order.write(
                {"order_line": [Command.update(line.id, {"price_unit": 11})]}
            ),
            lambda: order.write({"order_line": [Command.create(new)]}),
            lambda: line.create({**new, "order_id": order.id}),
            lambda: line.with_context(default_order_id=order.id).create(new),
            lambda: line.sudo().write({"product_uom_qty": 11}),
        ):
            self.assertRefused(act)
        line.write({"product_uom_qty": 9})
        self.assertEqual(order.amount_total, 90)

    def test_a_line_moved_or_a_deduction_taken_out(self):
        order, other = self.order(self.acme, 0), self.order(self.acme, 0)
        self.assertRefused(lambda: other.order_line.write({"order_id": order.id}))
        deduction = order.order_line.create(
            {
                "order_id": order.id,
                "product_id": self.product.id,
                "price_unit": -5,
                "tax_ids": False,
            }
        )
        order.order_line[0].price_unit = 10.5
        order.action_unlock()
        self.assertRefused(
            lambda: deduction.with_context(force_delete=True).write(
                {"product_uom_qty": 0}
            )
        )

    def test_lines_replaced_are_judged_together(self):
        order = self.order(self.acme, 0)
        line = order.order_line
        new = {"product_id": self.product.id, "price_unit": 60, "tax_ids": False}
        order.write(
            {
                "order_line": [
                    Command.create(new),
                    Command.update(line.id, {"product_uom_qty": 4, "price_unit": 10}),
                ]
            }
        )
        self.assertEqual(order.amount_total, 100)

    def test_a_change_that_asks_for_no_more_passes(self):
        order = self.order(self.acme, 0, price=11, confirm=False)
        with patch.object(type(self), "found", lambda _self, _order: []):
            order.action_confirm()
        order.order_line.write({"product_uom_qty": 9.5, "price_unit": 11})
        self.assertEqual(order.amount_total, 104.5)
        self.assertRefused(lambda: order.order_line.write({"price_unit": 12}))
        order._action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_discount_after_confirmation(self):
        order = self.order(self.acme, 0)
        order.order_line.discount = 10
        self.assertRefused(lambda: order.order_line.write({"discount": 11}), "10 %")

    def test_asked_before_anybody_confirms(self):
        order = self.order(self.acme, 0, price=11, confirm=False)
        [told] = order.kam_findings()
        self.assertFalse(told["may_confirm"])
        self.assertEqual(told["findings"][0]["code"], "big")
        self.assertEqual(order.state, "draft")
