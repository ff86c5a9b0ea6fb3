"""Every way a price comes onto an order: templates, options, combos, deductions, edits.

Whatever is given beyond the column is found; what takes nothing away passes.
"""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from . import common
from .pricing_case import PricingCase


class TestTermsPrices(PricingCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("sale_management.group_sale_order_template")
        cls.env.ref("base.group_user").implied_ids += group

    def line(self, order, **vals):
        """Add a line of the product at the column's price, or what is given."""
        values = {"order_id": order.id, "product_id": self.product.id, **vals}
        return order.order_line.create(values)

    # ------------------------------------------------------- templates, options
    def template(self, **vals):
        product = {"product_id": self.product.id, "product_uom_qty": 10}
        return self.env["sale.order.template"].create(
            {
                "name": "Usual",
                "sale_order_template_line_ids": [
                    Command.create(product),
                    Command.create(
                        {
                            "name": "If you like",
                            "display_type": "line_section",
                            "is_optional": True,
                        }
                    ),
                    Command.create({"product_id": self.other.id, "product_uom_qty": 0}),
                ],
                **vals,
            }
        )

    def test_a_quotation_of_a_template(self):
        template = self.template()
        form = Form(self.env["sale.order"].with_user(self.kim))
        form.partner_id = self.acme
        form.sale_order_template_id = template
        order = form.save()
        self.assertEqual(order.order_line[0].price_unit, 100)
        self.assertEqual(order.amount_untaxed, 1000)
        self.assertEqual(self.codes(order), [])
        with Form(order) as form, form.order_line.edit(0) as line:
            line.price_unit = 90
        self.assertStopped(order.action_confirm)
        order.order_line[0].price_unit = 100
        order.action_confirm()

    def test_optional_lines_cost_nothing_until_they_are_taken(self):
        form = Form(self.env["sale.order"].with_user(self.kim))
        form.partner_id = self.acme
        form.sale_order_template_id = self.template()
        order = form.save()
        option = order.order_line[2]
        self.assertTrue(option._is_line_optional())
        option.price_unit = 10  # 50 in every column, but nobody took it
        self.assertEqual(self.codes(order), [])
        self.assertAlmostEqual(order.kam_real_discount, 1 - 100 / 110)
        option.write({"product_uom_qty": 2, "price_unit": 10})  # on the portal
        self.assertEqual(self.codes(order), ["beyond_column"])
        self.assertStopped(order.action_confirm)
        option.product_uom_qty = 0
        order.action_confirm()
        self.assertStopped(
            lambda: option.write({"product_uom_qty": 2, "price_unit": 10})
        )

    # -------------------------------------------------------------- prices, free
    def test_free_goods_and_a_whole_discount(self):
        for vals in ({"price_unit": 0}, {"discount": 100}):
            with self.subTest(vals):
                order = self.quote()
                line = self.line(order, product_uom_qty=1, **vals)
                self.assertEqual(self.codes(order), ["beyond_column"])
                self.assertStopped(order.action_confirm, "100 % below")
                line.unlink()
                order.action_confirm()

    def test_a_price_above_one_line_pays_for_no_other(self):
        order = self.quote(price=200)
        self.line(order, product_uom_qty=1, price_unit=50)
        self.assertEqual(self.codes(order), ["beyond_column"])
        order.order_line[1].unlink()
        order.action_confirm()

    def test_negative_lines_rewards_and_returned_goods(self):
        order = self.quote(quantity=20)
        taken = self.line(order, product_uom_qty=-1)  # taken back at its price
        self.assertEqual(taken.price_unit, 100)
        self.assertEqual(self.codes(order), [])
        taken.price_unit = 150  # given back more than it costs
        self.assertEqual(self.codes(order), ["beyond_column"])
        self.assertStopped(order.action_confirm)
        taken.price_unit = 90  # given back less: nothing is given away
        self.assertEqual(self.codes(order), [])
        taken.unlink()
        self.line(order, product_id=self.other.id, price_unit=-61)
        self.assertStopped(order.action_confirm)
        order.order_line[1].price_unit = -60  # the 3 % that are free
        order.action_confirm()

    def test_sections_notes_and_down_payments_are_no_goods(self):
        order = self.quote()
        order.order_line.create(
            [
                {"order_id": order.id, "display_type": kind, "name": "For May"}
                for kind in ("line_section", "line_note")
            ]
        )
        self.assertEqual(self.codes(order), [])
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 20,
            }
        )
        wizard._create_invoices(order).action_post()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        line = order.order_line.filtered("product_uom_qty")[0]
        line.write({"price_unit": 98})
        self.assertEqual(self.codes(order), [])
        self.assertStopped(lambda: line.write({"price_unit": 90}))

    def test_lines_of_one_product_are_looked_at_together(self):
        """The quantity of a column's rule is the line's, as Odoo counts it."""
        item = self.wholesale.item_ids.copy({"min_quantity": 50, "fixed_price": 70})
        order = self.quote(quantity=50)
        self.assertEqual(order.order_line.price_unit, 70)
        self.assertEqual(self.codes(order), [])
        order.order_line.write({"product_uom_qty": 49, "price_unit": 70})
        self.assertEqual(self.codes(order), ["beyond_column"])
        item.unlink()

    # ------------------------------------------------------------------- combos
    def combo(self):
        choices = [
            Command.create(
                {
                    "name": product.name,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
            )
            for product in (self.product, self.other)
        ]
        return self.env["product.product"].create(
            {
                "name": "Starter",
                "type": "combo",
                "list_price": 2000,
                "taxes_id": False,
                "combo_ids": choices,
            }
        )

    def combo_order(self, discount=0):
        combo = self.combo()
        order = self.quote(quantity=10)
        order.order_line.unlink()
        parent = self.line(order, product_id=combo.id, product_uom_qty=1)
        for part in combo.combo_ids.combo_item_ids:
            self.line(
                order,
                product_id=part.product_id.id,
                product_uom_qty=1,
                combo_item_id=part.id,
                linked_line_id=parent.id,
            )
        order.order_line.discount = discount
        return order

    def test_a_combo_is_judged_as_what_is_sold(self):
        order = self.combo_order()
        self.assertEqual(order.amount_untaxed, 2000)
        self.assertEqual(self.codes(order), [])
        told = order.kam_columns()
        self.assertEqual([one["net"] for one in told["lines"]], [2000])
        self.assertAlmostEqual(told["real_discount"], 0)
        order.action_confirm()
        given = self.combo_order(discount=10)
        self.assertEqual(self.codes(given), ["beyond_column"])
        self.assertStopped(given.action_confirm, "Starter is 10 % below")
        given.order_line.discount = 3
        given.action_confirm()

    def test_the_smallest_order_counts_a_combo_once(self):
        order = self.combo_order()
        policy = self.policy.copy()
        policy.condition_ids.minimum_order = 2001
        policy.publish("Higher", str(self.today))
        self.assertEqual(self.codes(order), ["below_minimum"])

    # ------------------------------------------------------- after confirmation
    def test_pricelist_company_and_customer_stay_after_confirmation(self):
        order = self.quote()
        order.action_confirm()
        self.assertStopped(lambda: order.write({"pricelist_id": self.dealer.id}), ".")
        self.assertEqual(order.pricelist_id, self.wholesale)
        order.with_user(self.kim).action_lock()
        with self.assertRaises(UserError):
            order.order_line.with_user(self.kim).write({"price_unit": 50})

    def test_prices_updated_on_a_quotation_follow_the_pricelist(self):
        order = self.quote(price=80)
        order.pricelist_id = self.dealer
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 90)
        self.assertEqual(self.codes(order), ["better_column"])
        order.pricelist_id = self.wholesale
        order.action_update_prices()
        self.assertEqual(self.codes(order), [])

    def test_a_pricelist_emptied_is_odoo_s_own_price(self):
        order = self.quote(pricelist_id=False)
        self.assertEqual(order.order_line.price_unit, 110)
        self.assertEqual(self.codes(order), [])
        order.order_line.price_unit = 80
        self.assertStopped(order.action_confirm)

    def test_another_customer_takes_another_column(self):
        order = self.quote()
        order.action_confirm()
        account = self.designate(self.bolt, self.kim)
        self.assertFalse(account.price_column_id)
        self.assertStopped(lambda: order.write({"partner_id": self.bolt.id}), ".")

    def test_an_approval_of_a_column_covers_that_column(self):
        order = self.quote(pricelist_id=self.dealer.id)
        approvals = self.env["kam.approval"].with_user(self.kim)
        approval = self.env["kam.approval"].browse(
            approvals.ask("column", "sale.order", order.id, None, "A try")
        )
        approval.with_user(self.hal).approve()
        order.order_line.price_unit = 80  # and more on top of it
        self.assertStopped(order.action_confirm)
        order.order_line.price_unit = 90
        order.action_confirm()
        self.assertEqual(approval.state, "used")
