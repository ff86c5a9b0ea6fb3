"""The screens of pricing: from a quotation beyond its column to the confirmed order."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from . import common
from .client_case import GROUP
from .pricing_case import PricingCase


class TestKamDossier(PricingCase, common.KamCase):
    def ask(self, order, user=None):
        approvals = self.env["kam.approval"].with_user(user or self.kim)
        approval_id = approvals.ask("discount", "sale.order", order.id, None, "Tender")
        return self.env["kam.approval"].browse(approval_id)

    def used(self, price, paid_late):
        """Return an approval whose order was invoiced, and paid so many days late."""
        order = self.quote(price=price)
        approval = self.ask(order)
        approval.with_user(self.hal).approve()
        order.action_confirm()
        move = order.sudo()._create_invoices()
        move.invoice_date = self.day(-60)
        move.invoice_date_due = self.day(-30)
        move.action_post()
        if paid_late is not None:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({"payment_date": self.day(-30 + paid_late)})._create_payments()
        return approval

    def test_how_earlier_ones_turned_out(self):
        self.used(80, 0)
        self.used(81, 5)
        self.used(82, None)
        approval = self.ask(self.quote(price=70))
        told = approval.with_user(self.hal).dossier()
        self.assertEqual(
            [one["outcome"] for one in told["history"]], ["overdue", "late", "paid"]
        )
        self.assertEqual(told["history"][1]["days_late"], 5)
        self.assertEqual(told["repeated"], 3)
        self.assertEqual(told["column"], "Wholesale")
        self.assertEqual(told["policy"], self.policy.display_name)
        self.assertIn("30.00 % below the column", " ".join(told["asked"]))
        self.assertGreater(told["debt"]["overdue"], 0)
        self.assertIsNone(told["order"]["margin_percent"])
        self.assertTrue(all(one["margin_percent"] is None for one in told["history"]))
        self.hal.group_ids += self.env.ref(GROUP + "margin")
        told = approval.with_user(self.hal).dossier()
        self.assertAlmostEqual(told["order"]["margin_percent"], 64 / 70)
        self.assertIn("1 of 3 paid in time", approval.with_user(self.hal).dossier_html)

    def test_the_order_beside_all_columns(self):
        order = self.quote(price=80)
        told = order.with_user(self.kim).kam_columns()
        self.assertEqual(
            [one["name"] for one in told["columns"]], ["Retail", "Wholesale", "Dealer"]
        )
        [line] = told["lines"]
        self.assertEqual(list(line["prices"].values()), [110, 100, 90])
        self.assertAlmostEqual(line["real_discount"], 1 - 80 / 110)
        self.assertAlmostEqual(told["real_discount"], 1 - 80 / 110)
        self.assertAlmostEqual(line["below"], 20)
        self.assertEqual(told["column"], self.col_wholesale.id)
        self.assertIsNone(told["margin"])
        self.kim.group_ids += self.env.ref(GROUP + "margin")
        self.assertEqual(order.with_user(self.kim).kam_columns()["margin"], 740)
        self.assertAlmostEqual(order.kam_real_discount, 1 - 80 / 110)
        self.assertAlmostEqual(order.order_line.kam_real_discount, 1 - 80 / 110)

    def test_the_customer_is_told_nothing_of_it(self):
        portal = new_test_user(self.env, "pricing_portal", groups="base.group_portal")
        portal.partner_id.parent_id = self.acme
        order = self.quote(price=80)
        order.message_subscribe(portal.partner_id.ids)
        mine = order.with_user(portal)
        for name in ("kam_found", "kam_real_discount", "kam_column_id"):
            with self.assertRaises(AccessError):
                mine.read([name])
        for method in ("kam_columns", "kam_findings"):
            with self.assertRaisesRegex(AccessError, "people of the company"):
                getattr(mine, method)()

    def review(self, day):
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        company = type(self.company)
        with patch.object(company, "_kam_today", lambda _self: day):
            self.env["kam.account"]._review_columns(self.company)

    def test_a_lower_column_is_announced_and_comes_after_the_window(self):
        account = self.designate(self.bolt, self.kim)
        day = str(self.day(-90))
        account.sudo()._grant(self.col_wholesale, "policy", None, day, None)
        grant = account.price_grant_id
        _first, last = account._column_window(self.policy)
        self.review(last - timedelta(days=31))
        self.assertFalse(grant.demote_on)  # 30 days of notice
        self.review(last - timedelta(days=30))
        self.assertEqual(grant.demote_on, last + timedelta(days=1))
        self.assertIn("tell the customer", account.activity_ids[-1:].summary)
        self.assertEqual(grant.column_id, self.col_wholesale)
        self.review(last)
        self.assertFalse(grant.ended_on)
        self.review(grant.demote_on)
        self.assertEqual(grant.ended_on, grant.demote_on)

    def test_an_announcement_is_called_off_when_the_conditions_are_met(self):
        account = self.designate(self.bolt, self.kim)
        day = str(self.day(-90))
        account.sudo()._grant(self.col_wholesale, "policy", None, day, None)
        grant = account.price_grant_id
        _first, last = account._column_window(self.policy)
        self.review(last - timedelta(days=20))
        self.assertTrue(grant.demote_on)
        move = self.invoice(self.bolt, 100, 0)
        move.button_draft()
        move.invoice_line_ids.write({"product_id": self.product.id, "quantity": 200})
        move.action_post()
        self.review(last - timedelta(days=10))
        self.assertFalse(grant.demote_on)
        self.review(last + timedelta(days=1))
        self.assertFalse(grant.ended_on)


@tagged("post_install", "-at_install")
class TestKamPricingTour(PricingCase, common.KamHttpCase):
    browser_size = "1800x1000"

    def test_beyond_column_and_limit_asked_granted_less_and_confirmed(self):
        order = self.quote(price=80)
        terms = self.env["kam.credit.terms"].with_user(self.cy)
        terms.set_terms(self.acme.ids, {"credit_limit": 500}, "Trusted")
        path = f"/odoo/sales/{order.id}"
        self.start_tour(path, "kam_ask_tour", login="cli_kim")
        found = self.env["kam.approval"].search([("res_id", "=", order.id)])
        discount = found.filtered(lambda one: one.kind == "discount")
        credit = found - discount
        self.assertEqual((discount.state, discount.approver_id), ("asked", self.hal))
        self.assertEqual((credit.kind, credit.approver_id), ("credit", self.cy))
        waiting = "/odoo/key-account-approvals-waiting"
        self.start_tour(waiting, "kam_approve_less_tour", login="cli_hal")
        self.assertEqual(
            (discount.state, discount.decided_by_id), ("approved", self.hal)
        )
        self.assertEqual(discount.answer, "Ten, no more")
        self.start_tour(waiting, "kam_approve_credit_tour", login="cli_cy")
        # dearer each: fewer, to stay within the credit granted
        order.order_line.write({"product_uom_qty": 8, "price_unit": 80})
        self.start_tour(path, "kam_confirm_tour", login="cli_kim")
        self.assertEqual((order.state, order.amount_total), ("sale", 720))
        self.assertEqual(found.mapped("state"), ["used", "used"])
