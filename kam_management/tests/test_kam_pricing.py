"""Columns on orders: prices, what is beyond, how it is approved, who may grant."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from . import common
from .pricing_case import PricingCase


class TestKamPricing(PricingCase, common.KamCase):
    # ------------------------------------------------------------------- columns
    def test_the_column_s_price_is_within_the_rules(self):
        order = self.quote()
        self.assertEqual(order.pricelist_id, self.wholesale)  # the mirror
        self.assertEqual(order.order_line.price_unit, 100)
        self.assertEqual(self.codes(order), [])
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_what_is_free_needs_nobody(self):
        self.quote(price=97).action_confirm()
        order = self.quote(price=96.98)
        self.assertEqual(self.codes(order), ["beyond_column"])
        self.assertStopped(order.action_confirm)

    def test_every_way_to_give_more_is_stopped(self):
        """Form, import, RPC, copy, raised discount, a negative line, free goods."""
        order = self.quote(discount=10)
        self.assertStopped(order.action_confirm)
        self.assertStopped(order.copy().action_confirm)
        form = Form(self.quote())
        with form.order_line.edit(0) as line:
            line.price_unit = 80
        self.assertStopped(form.save().action_confirm)
        order = self.quote()
        header = [".id", "order_line/.id", "order_line/price_unit"]
        order.load(header, [[str(order.id), str(order.order_line.id), "80"]])
        self.assertEqual(order.order_line.price_unit, 80)
        self.assertStopped(order.action_confirm)
        order = self.quote()
        order.order_line.create(
            {
                "order_id": order.id,
                "product_id": self.other.id,
                "price_unit": 0,
                "product_uom_qty": 1,
            }
        )
        self.assertStopped(order.action_confirm)
        order = self.quote()
        order.order_line.create(
            {
                "order_id": order.id,
                "product_id": self.other.id,
                "price_unit": -100,
                "product_uom_qty": 1,
            }
        )
        self.assertStopped(order.action_confirm)
        order = self.quote()
        order.order_line.write({"price_unit": 80, "technical_price_unit": 80})
        self.assertStopped(order.action_confirm)

    def test_the_global_discount_wizard(self):
        for kind, values in (
            ("so_discount", {"discount_percentage": 0.1}),
            ("sol_discount", {"discount_percentage": 0.1}),
            ("amount", {"discount_amount": 100}),
        ):
            order = self.quote()
            wizard = self.env["sale.order.discount"].create(
                {"sale_order_id": order.id, "discount_type": kind, **values}
            )
            wizard.action_apply_discount()
            with self.subTest(kind):
                self.assertEqual(self.codes(order), ["beyond_column"])
                self.assertStopped(order.action_confirm)

    def test_a_better_pricelist_is_a_better_column(self):
        order = self.quote(pricelist_id=self.dealer.id)
        self.assertEqual(order.order_line.price_unit, 90)
        self.assertEqual(self.codes(order), ["better_column"])
        self.assertStopped(order.action_confirm, "those of the column")
        order = self.quote(pricelist_id=self.retail.id)  # pays more: nobody asks
        self.assertEqual(order.order_line.price_unit, 110)
        order.action_confirm()

    def test_a_pricelist_that_is_no_column(self):
        cheap = self.retail.copy(
            {
                "name": "T cheap",
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 40})
                ],
            }
        )
        order = self.quote(pricelist_id=cheap.id)
        self.assertEqual(self.codes(order), ["beyond_column"])

    def test_the_minimum_is_tested_at_the_base_price(self):
        """9 crates: 990 at the base, 10: 1 100 at the base and 1 000 at the column."""
        self.assertEqual(self.codes(self.quote(quantity=9)), ["below_minimum"])
        self.assertEqual(self.codes(self.quote(quantity=10)), [])
        policy = self.policy.copy()
        policy.condition_ids[0].minimum_order = 1050
        policy.publish("Higher", str(self.day(-1)))
        self.assertEqual(self.codes(self.quote(quantity=10)), [])
        self.quote(quantity=9).action_confirm()  # a warning only

    def test_a_longer_term_than_the_column_goes_with(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "60 days",
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 60})],
            }
        )
        order = self.quote(payment_term_id=term.id)
        self.assertEqual(self.codes(order), ["longer_term"])

    def test_after_confirmation(self):
        order = self.quote()
        order.action_confirm()
        line = order.order_line
        self.assertStopped(lambda: line.write({"price_unit": 80}))
        self.assertStopped(lambda: line.write({"discount": 20}))
        self.assertStopped(
            lambda: order.write(
                {
                    "order_line": [
                        Command.create({"product_id": self.other.id, "price_unit": 1})
                    ]
                }
            )
        )
        line.write({"price_unit": 99})

    def test_another_currency_and_unit(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2, "name": "2020-01-01"}
        )
        foreign = self.wholesale.copy({"name": "T foreign", "currency_id": other.id})
        foreign.item_ids.fixed_price = 200
        order = self.quote(pricelist_id=foreign.id)
        self.assertEqual(order.currency_id, other)
        self.assertEqual(self.codes(order), [])
        order.order_line.price_unit = 180
        [told] = order.kam_findings()
        self.assertEqual(told["findings"][0]["measure"]["amount"], "200.00")
        self.assertEqual(told["findings"][0]["measure"]["currency"], other.name)
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.quote(quantity=1)
        order.order_line.product_uom_id = dozen
        self.assertEqual(order.order_line.price_unit, 1200)
        self.assertEqual(self.codes(order), [])

    def test_tax_included_prices_are_compared_on_one_basis(self):
        tax = self.env["account.tax"].create(
            {
                "name": "T 10 % incl.",
                "amount": 10,
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
            }
        )
        self.product.taxes_id = tax
        order = self.quote()
        self.assertEqual(self.codes(order), [])
        order.order_line.discount = 5
        self.assertEqual(self.codes(order), ["beyond_column"])

    def test_who_is_judged(self):
        order = self.quote(price=1, partner_id=self.bolt.id)
        self.assertEqual(self.codes(order), [])
        policy = self.policy.copy({"scope": "all"})
        policy.publish("Everybody", str(self.today))
        self.assertEqual(self.codes(order), ["beyond_column"])

    # ------------------------------------------------------------------ approval
    def ask(self, order, user=None):
        approvals = self.env["kam.approval"].with_user(user or self.kim)
        approval_id = approvals.ask("discount", "sale.order", order.id, None, "Tender")
        return self.env["kam.approval"].browse(approval_id)

    def test_asked_approved_confirmed_and_not_beyond(self):
        order = self.quote(price=80)
        approval = self.ask(order)
        self.assertEqual((approval.amount, approval.percent), (200, 20))
        self.assertEqual(approval.policy_id, self.policy)
        self.assertStopped(order.action_confirm)
        approval.with_user(self.hal).approve()
        order.action_confirm()
        self.assertEqual((order.state, approval.state), ("sale", "used"))
        line = order.order_line
        self.assertStopped(lambda: line.write({"price_unit": 79}))
        self.assertStopped(
            lambda: line.write({"product_uom_qty": 11, "price_unit": 80})
        )
        line.write({"price_unit": 85})  # less is covered
        line.write({"price_unit": 80})

    def test_changed_beyond_it_is_void(self):
        order = self.quote(price=80)
        approval = self.ask(order)
        approval.with_user(self.hal).approve()
        order.order_line.write({"product_uom_qty": 9, "price_unit": 80})
        self.env.cr.precommit.run()
        self.assertEqual(approval.state, "approved")
        order.order_line.write({"product_uom_qty": 11, "price_unit": 80})
        self.env.cr.precommit.run()
        self.assertEqual(approval.state, "voided")
        self.assertStopped(order.action_confirm)

    def test_a_copy_is_another_order(self):
        order = self.quote(price=80)
        self.ask(order).with_user(self.hal).approve()
        self.assertStopped(order.copy().action_confirm)
        order.action_confirm()

    def test_confirmed_again_in_time_only(self):
        order = self.quote(price=80)
        approval = self.ask(order)
        approval.with_user(self.hal).approve(valid_until=str(self.day(1)))
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        day = self.day(2)
        company = type(self.company)
        with patch.object(company, "_kam_today", lambda _self: day):
            self.assertStopped(order.action_confirm)

    def test_nothing_to_ask(self):
        with self.assertRaisesRegex(UserError, "within the rules"):
            self.ask(self.quote())

    # -------------------------------------------------------------------- grants
    def test_by_policy_when_the_conditions_are_met(self):
        account = self.designate(self.bolt, self.kim)
        mine = account.with_user(self.kim)
        with self.assertRaisesRegex(UserError, "10,500.00 more"):
            mine.grant_column(self.col_wholesale.id)
        self.sell(self.bolt, 100, 100)  # 11 000 at the base price, 10 000 paid
        report = mine.column_report()
        self.assertEqual(report["facts"]["turnover"], 11000)
        self.assertEqual(report["entitled"], "Wholesale")
        mine.grant_column(self.col_wholesale.id)
        self.assertEqual(account.price_column_id, self.col_wholesale)
        partner = self.bolt.with_company(self.company)
        self.assertEqual(partner.property_product_pricelist, self.wholesale)
        self.assertIn("39,000.00 more", mine.column_words)
        grant = account.price_grant_id
        self.assertEqual((grant.policy_id, grant.basis), (self.policy, "policy"))

    def sell(self, partner, quantity, price):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    def test_beyond_the_policy_the_head_decides(self):
        mine = self.account.with_user(self.kim)
        for basis in ("agreement", "exception"):
            with self.assertRaises(AccessError):
                mine.grant_column(
                    self.col_dealer.id, basis, "Friends", None, "2099-1-1"
                )
        approval_id = (
            self.env["kam.approval"]
            .with_user(self.kim)
            .ask(
                "column",
                "kam.account",
                self.account.id,
                {"column": f"#{self.col_dealer.id}"},
                "They open three shops",
                str(self.day(60)),
            )
        )
        approval = self.env["kam.approval"].browse(approval_id)
        approval.with_user(self.hal).approve()
        self.assertEqual(self.account.price_column_id, self.col_dealer)
        grant = self.account.price_grant_id
        self.assertEqual((grant.basis, grant.date_to), ("exception", self.day(60)))
        self.assertEqual((grant.approval_id, approval.state), (approval, "used"))
        self.assertEqual(self.quote().order_line.price_unit, 90)
        grant.with_user(self.hal).end_grant("The shops never came")
        self.assertEqual(self.account.price_column_id, self.col_wholesale)
        self.assertEqual(self.quote().order_line.price_unit, 100)

    def test_the_pricelist_of_the_customer_is_a_mirror(self):
        partner = self.acme.with_company(self.company)
        for user in (self.kim, self.env.ref("base.user_root")):
            with self.assertRaisesRegex(UserError, "follows its price column"):
                partner.with_user(user).write(
                    {"specific_property_product_pricelist": self.dealer.id}
                )
        partner.with_user(self.hal).property_product_pricelist = self.dealer
        self.assertEqual(self.account.price_column_id, self.col_dealer)
        self.assertEqual(self.account.price_grant_id.granted_by_id, self.hal)
        self.assertEqual(partner.property_product_pricelist, self.dealer)

    def test_accounts_by_column(self):
        account = self.designate(self.bolt, self.kim)
        found = self.env["kam.account"].search(
            [("price_column_id", "=", self.col_wholesale.id)]
        )
        self.assertEqual(found, self.account)
        none = self.env["kam.account"].search([("price_column_id", "=", False)])
        self.assertIn(account, none)
        self.assertNotIn(self.account, none)
        self.assertEqual(self.col_wholesale.account_count, 1)

    def test_a_published_version_stays(self):
        with self.assertRaisesRegex(UserError, "published"):
            self.policy.window_months = 6
        with self.assertRaisesRegex(UserError, "published"):
            self.policy.condition_ids[0].turnover = 1
        draft = self.env["kam.price.policy"].browse(self.policy.new_version())
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.number, self.policy.number + 1)
        self.assertEqual(len(draft.condition_ids), 2)
        with self.assertRaisesRegex(UserError, "lies before"):
            draft.publish("Back", str(self.day(-500)))

    def test_queries(self):
        """Ten orders of five lines are judged by as many queries as one of one line."""
        orders = self.env["sale.order"].union(*(self.quote() for _n in range(10)))
        for order in orders[1:]:
            order.order_line = [
                Command.create({"product_id": self.other.id, "product_uom_qty": n})
                for n in range(1, 5)
            ]
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            some.order_line.mapped("product_id.list_price")  # as confirming reads
            some.mapped("kam_account_id.account_class")
            some.mapped("partner_id.commercial_partner_id")
            before = self.env.cr.sql_log_count
            some._kam_findings()
            return self.env.cr.sql_log_count - before

        count(orders[:1])
        self.assertEqual(count(orders[1:2]), count(orders[1:]))
        self.assertLessEqual(count(orders[1:2]), 12)
