"""Deliveries as Odoo's warehouse makes them: what stock moves do becomes facts."""

from datetime import datetime

from odoo import Command
from odoo.tests import Form, tagged

from odoo.addons.kam_management.tests import test_kam_facts


@tagged("post_install", "-at_install")
class TestDeliveriesFromStock(test_kam_facts.DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls.env["product.product"].create(
            {
                "name": "Valve",
                "type": "consu",
                "is_storable": True,
                "list_price": 50,
                "standard_price": 30,
                "invoice_policy": "delivery",
                "taxes_id": False,
            }
        )
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.goods, warehouse.lot_stock_id, 100
        )
        cls.env.cr.flush()

    def _confirmed(self, quantity=10):
        order = self._order()
        order.order_line = [
            Command.clear(),
            Command.create({"product_id": self.goods.id, "product_uom_qty": quantity}),
        ]
        order.action_confirm()
        self.env.cr.flush()
        return order

    def _ship(self, picking, quantity):
        """Ship so much of a picking; what is left waits in another."""
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.env.cr.flush()

    def _take_back(self, picking, quantity):
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_ids=picking.ids, active_model=picking._name
            )
        ).save()
        wizard.product_return_moves.quantity = quantity
        wizard.product_return_moves.to_refund = True
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self._ship(back, quantity)

    def _delivered(self, order):
        """Return [(quantity delivered so far, value)] as the log tells it."""
        return [
            (list(row["payload"]["delivered"].values()), row["payload"]["value"])
            for row in self._log(order)
            if row["type"] == "Delivered"
        ]

    def test_in_parts_and_taken_back(self):
        order = self._confirmed()
        self.assertEqual(self._types(order), ["OrderConfirmed"])
        first = order.picking_ids
        self._ship(first, 4)
        self.assertEqual(self._delivered(order), [(["4"], "200")])
        self._ship(order.picking_ids - first, 6)
        self.assertEqual(self._delivered(order)[-1], (["10"], "500"))
        self._take_back(first, 1)
        self.assertEqual(order.order_line.qty_delivered, 9)
        self.assertEqual(self._delivered(order)[-1], (["9"], "450"))
        # the flat facts add up to what lies at the customer's
        self.env["kam.fact"]._catch_up()
        rows = self.env["kam.fact"].search(
            [("res_id", "=", order.id), ("kind", "=", "delivery")]
        )
        self.assertEqual(sum(rows.mapped("amount")) or sum(rows.mapped("untaxed")), 450)

    def test_genesis_dates_a_delivery_by_the_first_shipment(self):
        """Odoo keeps it as the order's effective date."""
        facts = type(self.env["kam.document.facts"])
        with test_kam_facts.patch.object(facts, "_touch", lambda *_args: None):
            order = self._confirmed()
            self._ship(order.picking_ids, 10)
            order.picking_ids.date_done = datetime(2026, 3, 5, 12)
            self.env.flush_all()
        self.env["kam.genesis"]._run()
        log = self._log(order)
        self.assertEqual([row["type"] for row in log], ["OrderConfirmed", "Delivered"])
        self.assertEqual(log[1]["payload"]["day"], "2026-03-05")
        self.assertTrue(log[1]["payload"]["imported"])

    def test_a_cancelled_shipment_is_no_delivery(self):
        order = self._confirmed()
        order.picking_ids.action_cancel()
        self.assertEqual(self._types(order), ["OrderConfirmed"])
        self.assertFalse(self._delivered(order))

    def test_what_is_delivered_and_invoiced_is_sold_once(self):
        order = self._confirmed()
        self._ship(order.picking_ids, 4)
        invoice = order._create_invoices()
        invoice.action_post()
        self.env.cr.flush()
        self.assertEqual(invoice.amount_untaxed, 200)
        self.assertEqual(self._types(invoice), ["Posted"])
        self.assertEqual(self._delivered(order), [(["4"], "200")])
