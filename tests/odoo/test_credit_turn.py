"""Waiting one's turn on a credit line, in transactions that commit."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from odoo.addons.kam_management.models.sale_order_credit import SaleOrder

from .samples import sample
from .server import copied_database, registry_of


@tagged("post_install", "-at_install")
class TestTurn(BaseCase):
    def setUp(self):
        super().setUp()
        registry = registry_of(self.enterContext(copied_database("turn")))
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            terms = sample(env, "kam.credit.terms")
            product = env["product.product"].create({"name": "Rye", "list_price": 1})
            self.order_id = (
                env["sale.order"]
                .create(
                    {
                        "partner_id": terms.partner_id.id,
                        "order_line": [Command.create({"product_id": product.id})],
                    }
                )
                .id
            )
        self.env = api.Environment(
            self.enterContext(registry.cursor()), SUPERUSER_ID, {}
        )
        self.addCleanup(self.env.cr.rollback)
        self.waited = []
        wait = SaleOrder._kam_wait
        self.patch(
            registry["sale.order"],
            "_kam_wait",
            lambda orders, lines: self.waited.append(lines) or wait(orders, lines),
        )

    def order(self):
        return self.env["sale.order"].browse(self.order_id)

    def test_a_call_that_has_written_nothing_waits(self):
        self.order().action_confirm()
        self.assertEqual(self.order().state, "sale")
        self.assertEqual(len(self.waited), 1)

    def test_a_savepoint_of_the_caller_is_not_taken_away(self):
        with self.env.cr.savepoint():
            self.order().action_confirm()
        self.assertEqual(self.order().state, "sale")
        self.assertEqual(self.waited, [])

    def test_many_orders_one_by_one(self):
        [told] = self.order().kam_confirm()
        self.assertTrue(told["confirmed"], told["message"])
