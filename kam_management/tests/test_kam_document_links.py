from datetime import date, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import common


@tagged("post_install", "-at_install")
class TestKamDocumentLinks(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env.company._kam_today()
        cls.anna, cls.ben = (
            new_test_user(cls.env, login, groups="kam_management.group_kam_user")
            for login in ("link_anna", "link_ben")
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Links Ltd", "is_company": True}
        )
        cls.branch = cls.env["res.partner"].create(
            {"name": "Links shop", "parent_id": cls.customer.id}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Link", "list_price": 100, "invoice_policy": "order"}
        )
        cls.Account = cls.env["kam.account"]

    def order(self, day, partner=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.branch).id,
                "date_order": fields.Datetime.to_datetime(day) + timedelta(hours=10),
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(day) + timedelta(hours=10)
        return order

    def designate(self, day, user):
        [account_id] = self.Account.designate(
            self.customer.ids,
            "A",
            "Largest of the region",
            day.isoformat(),
            [{"user_id": user.id, "share": 100}],
        )
        return self.Account.browse(account_id)

    def invoice(self, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def test_manager_then(self):
        account = self.designate(date(2026, 1, 1), self.anna)
        account.hand_over(
            [{"user_id": self.ben.id, "share": 100}], "Territory", "2026-03-01"
        )
        early, late = self.order(date(2026, 2, 28)), self.order(date(2026, 3, 1))
        before = self.order(date(2025, 12, 31))
        self.assertEqual(early.kam_account_id, account)
        self.assertEqual(early.kam_user_id, self.anna)
        self.assertEqual(late.kam_user_id, self.ben)
        self.assertFalse(before.kam_user_id)
        self.assertEqual(before.kam_account_id, account)
        invoice = self.invoice(early, date(2026, 2, 28))
        self.assertEqual(invoice.kam_user_id, self.anna)
        self.env.flush_all()
        groups = self.env["sale.report"]._read_group(
            [("kam_account_id", "=", account.id)], ["kam_user_id"], ["nbr:sum"]
        )
        self.assertIn(self.anna, [user for user, _lines in groups])
        groups = self.env["account.invoice.report"]._read_group(
            [("kam_account_id", "=", account.id)], ["kam_user_id"], ["__count"]
        )
        self.assertEqual(groups, [(self.anna, 1)])

    def test_existing_documents_and_back_dated_hand_over(self):
        order = self.order(date(2026, 2, 10))
        invoice = self.invoice(order, date(2026, 2, 11))
        self.assertFalse(order.kam_account_id)
        account = self.designate(date(2026, 1, 1), self.anna)
        self.assertEqual((order.kam_user_id, invoice.kam_user_id), (self.anna,) * 2)
        account.hand_over(
            [{"user_id": self.ben.id, "share": 100}], "Was agreed", "2026-02-11"
        )
        self.assertEqual(order.kam_user_id, self.anna)
        self.assertEqual(invoice.kam_user_id, self.ben)

    def test_turnover_follows_the_ordering_customer(self):
        account = self.designate(date(2026, 1, 1), self.anna)
        payer = self.env["res.partner"].create({"name": "Payer", "is_company": True})
        order = self.order(date(2026, 2, 10))
        order.partner_invoice_id = payer
        invoice = self.invoice(order, date(2026, 2, 11))
        self.assertEqual(invoice.commercial_partner_id, payer)
        self.assertEqual(invoice.kam_account_id, account)

    def test_rights_of_documents(self):
        account = self.designate(date(2026, 1, 1), self.anna)
        account.hand_over(
            [{"user_id": self.ben.id, "share": 100}], "Territory", "2026-03-01"
        )
        old, new = self.order(date(2026, 2, 1)), self.order(date(2026, 3, 2))
        (old + new).user_id = self.env.ref("base.user_admin")
        orders = self.env["sale.order"]
        mine = [("id", "in", (old + new).ids)]
        self.assertEqual(orders.with_user(self.ben).search(mine), new + old)
        self.assertEqual(orders.with_user(self.anna).search(mine), old)
        self.assertTrue(old.with_user(self.ben).has_access("write"))
        self.assertFalse(old.with_user(self.anna).has_access("write"))
        lines = self.env["sale.order.line"].with_user(self.anna)
        self.assertEqual(
            lines.search([("order_id", "in", (old + new).ids)]), old.order_line
        )

    def test_deleting_a_prospect_clears_the_links(self):
        account = self.Account.create({"partner_id": self.customer.id})
        order = self.order(self.today)
        self.assertEqual(order.kam_account_id, account)
        account.unlink()
        order.flush_recordset()
        self.assertFalse(order.kam_account_id)
        self.assertFalse(order.kam_user_id)

    def test_a_thousand_documents_cost_one_statement_each_table(self):
        self.order(date(2026, 2, 10))
        account = self.designate(date(2026, 1, 1), self.anna)
        self.env.flush_all()

        def cost():
            self.env.flush_all()
            with self.assertQueryCount(__system__=100):
                start = self.env.cr.sql_log_count
                account._attribute_documents()
                return self.env.cr.sql_log_count - start

        one = cost()
        for day in range(1, 6):
            self.order(date(2026, 2, day))
        self.assertEqual(cost(), one)

    def test_a_new_account_is_not_handed_over_to_its_first_owner(self):
        account = self.designate(date(2026, 1, 1), self.anna)
        types = [one["type"] for one in account.kam_history()["events"]]
        self.assertEqual(types, ["Designated", "Created"])
