"""What the screens of accounts, customers and decisions show and do."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from . import common
from .client_case import ClientCase


@tagged("post_install", "-at_install")
class TestKamAccountFigures(ClientCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls.designate(cls.acme, cls.kim)
        cls.two = cls.designate(cls.bolt, cls.lou, letter="B")
        cls.invoice(cls.acme, 1000, -400, due=-370)
        cls.invoice(cls.acme, 500, -100, due=-70)
        cls.invoice(cls.acme, 300, -10, due=20)
        cls.invoice(cls.acme, -100, -5)
        cls.order(cls.acme, -30, price=12)
        cls.order(cls.acme, -2, price=7, confirm=False)

    def test_the_figures_of_an_account(self):
        account = self.one.with_user(self.kim)
        self.assertEqual(account.net_sales, 700)
        self.assertEqual(account.net_sales_before, 1000)
        self.assertAlmostEqual(account.growth_ratio, -0.3)
        self.assertEqual(account.receivable, 1700)
        self.assertEqual(account.overdue, 1500)
        self.assertEqual(account.overdue_since, self.day(-370))
        self.assertEqual(account.last_order_date, self.day(-30))
        self.assertEqual((account.order_count, account.quotation_count), (1, 1))
        self.assertEqual(account.quotation_amount, 70)
        self.assertEqual(account.invoice_count, 4)
        self.assertFalse(account.is_quiet)
        self.assertTrue(self.two.is_quiet)

    def test_the_margin_is_for_those_entitled(self):
        with self.assertRaises(AccessError):
            self.one.with_user(self.kim).read(["margin"])
        self.kim.group_ids += self.env.ref("kam_management.group_kam_margin")
        self.assertEqual(self.one.with_user(self.kim).margin, 60)

    def test_lists_sort_group_sum_and_search_by_figures(self):
        Account = self.env["kam.account"].with_user(self.hal)
        both = Account.browse((self.one | self.two).ids)
        inside = [("id", "in", both.ids)]
        rows = Account._read_group(
            inside, ["user_id"], ["net_sales:sum", "overdue:sum"]
        )
        self.assertEqual(
            sorted(rows, key=lambda row: -row[1]),
            [(self.kim, 700, 1500), (self.lou, 0, 0)],
        )
        self.assertEqual(
            Account.search(inside, order="net_sales desc")[:1].id, both[0].id
        )
        for domain, wanted in (
            ([("overdue", ">", 0)], both[0]),
            ([("overdue", "=", 0)], both[1]),
            ([("last_order_date", "=", False)], both[1]),
            ([("is_quiet", "=", True)], both[1]),
            ([("is_quiet", "=", False)], both[0]),
            ([("net_sales", ">=", 700)], both[0]),
        ):
            self.assertEqual(Account.search(domain + inside), wanted, domain)
        measures = Account.fields_get(["net_sales"], ["aggregator", "sortable"])
        self.assertEqual(measures["net_sales"], {"aggregator": "sum", "sortable": True})

    def test_a_list_of_many_costs_as_much_as_of_two(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Many {n}", "is_company": True} for n in range(78)]
        )
        Account = self.env["kam.account"].with_user(self.dot)
        Account.designate(
            partners.ids, "C", "Many", self.today, [{"user_id": self.kim.id}]
        )
        names = ["partner_id", "user_id", "net_sales", "overdue", "growth_ratio"]
        specification = {name: {} for name in [*names, "last_order_date", "is_quiet"]}
        counts = []
        for limit in (2, 80):
            self.env.invalidate_all()
            Account.web_search_read([], specification, limit=limit)  # warm
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = Account.web_search_read([], specification, limit=limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(found["records"]), 80)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 16)

    def test_customers_show_their_account(self):
        Partner = self.env["res.partner"].with_user(self.kim)
        buyer = Partner.sudo().create({"name": "Buyer", "parent_id": self.acme.id})
        inside = [("id", "in", (self.acme | self.bolt | self.cog | buyer).ids)]
        for domain, wanted in (
            ([("is_key_account", "=", True)], {self.acme, self.bolt, buyer}),
            ([("is_key_account", "=", False)], {self.cog}),
            ([("kam_class", "=", "B")], {self.bolt}),
            ([("kam_class", "!=", "B")], {self.acme, self.cog, buyer}),
            ([("kam_class", "=", False)], {self.cog}),
            ([("kam_user_id", "=", self.kim.id)], {self.acme, buyer}),
            ([("kam_user_id", "=", False)], {self.cog}),
        ):
            found = Partner.search(domain + inside)
            self.assertEqual(set(found.ids), {one.id for one in wanted}, domain)
        self.assertEqual(
            set(Partner._read_group(inside, ["kam_class"], ["__count"])),
            {("A", 2), ("B", 1), (False, 1)},
        )
        by_user = dict(Partner._read_group(inside, ["kam_user_id"], ["__count"]))
        self.assertEqual(by_user[self.kim], 2)
        shown = Partner.browse(buyer.id)
        self.assertEqual((shown.kam_class, shown.kam_user_id), ("A", self.kim))
        self.assertEqual(shown.kam_account_id.id, self.one.id)
        other = Partner.browse(self.bolt.id)
        self.assertTrue(other.is_key_account)
        self.assertFalse(other.kam_account_id, "another manager's account stays shut")

    def test_every_view_opens_for_every_role(self):
        for user in (self.kim, self.hal, self.dot, self.cy):
            for model in ("kam.account", "kam.delegation"):
                if not self.env[model].with_user(user).has_access("read"):
                    continue
                views = self.env[model].with_user(user)
                for kind in ("list", "form", "search"):
                    self.assertTrue(views.get_view(view_type=kind)["arch"])
        for kind in ("kanban", "pivot", "graph", "calendar", "activity"):
            self.assertTrue(self.env["kam.account"].get_view(view_type=kind)["arch"])


@tagged("post_install", "-at_install")
class TestKamAccountDecide(ClientCase, common.KamCase):
    def dialog(self, records, kind, user=None):
        model = self.env["kam.account.decide"].with_user(user or self.hal)
        return Form(
            model.with_context(
                active_model=records._name,
                active_ids=records.ids,
                default_kind=kind,
            )
        )

    def test_make_key_accounts_of_customers(self):
        self.invoice(self.acme, 250, -20)
        form = self.dialog(self.acme | self.bolt, "designate")
        form.account_class = "B"
        form.effective_on = self.day(-30)
        form.reason = "Both lead their segment"
        with form.owner_ids.edit(0) as line:
            line.user_id = self.kim
        self.assertIn("Acme, Bolt: key account of class B", form.preview)
        self.assertIn("Kim (100 %)", form.preview)
        self.assertIn("1 invoice or credit note", form.preview)
        self.assertIn("250", form.preview)
        form.save().action_apply()
        accounts = self.env["kam.account"].search(
            [("partner_id", "in", (self.acme | self.bolt).ids)]
        )
        self.assertEqual(accounts.mapped("status"), ["key", "key"])
        self.assertEqual(accounts.user_id, self.kim)
        self.assertEqual(accounts[0].key_since, self.day(-30))

    def test_the_preview_of_a_hand_over_comes_true(self):
        account = self.designate(self.acme, self.kim)
        early, late = self.invoice(self.acme, 100, -50), self.invoice(self.acme, 40, -5)
        order = self.order(self.acme, -4)
        form = self.dialog(account, "hand_over")
        form.effective_on = self.day(-10)
        form.reason = "Kim goes south"
        with form.owner_ids.edit(0) as line:
            line.user_id = self.lou
        self.assertIn("Ends the day before: Kim", form.preview)
        self.assertIn("1 order ", form.preview)
        self.assertIn("1 invoice or credit note", form.preview)
        self.assertIn("from Kim to Lou", form.preview)
        form.save().action_apply()
        self.assertEqual(early.kam_user_id, self.kim)
        self.assertEqual(late.kam_user_id, self.lou)
        self.assertEqual(order.kam_user_id, self.lou)
        self.assertEqual(account.user_id, self.lou)

    def test_a_hand_over_ahead_moves_nothing_and_voids_what_was_planned(self):
        account = self.designate(self.acme, self.kim)
        account.hand_over([{"user_id": self.lou.id}], "Planned", self.day(20))
        self.invoice(self.acme, 40, -5)
        form = self.dialog(account, "hand_over")
        form.effective_on = self.day(10)
        form.reason = "Sooner"
        with form.owner_ids.edit(0) as line:
            line.user_id = self.hal
        self.assertIn("no document changes hands", form.preview)
        self.assertIn("Void: Lou", form.preview)

    def test_several_kinds_and_what_they_leave_out(self):
        account = self.designate(self.acme, self.kim)
        prospect = (
            self.env["kam.account"]
            .with_user(self.hal)
            .create({"partner_id": self.bolt.id})
        )
        for kind, status in (
            ("change_class", "key"),
            ("suspend", "suspended"),
            ("resume", "key"),
            ("release", "former"),
        ):
            form = self.dialog(account | prospect, kind)
            form.reason = "Because"
            if kind == "change_class":
                form.account_class = "C"
            self.assertIn("Bolt (prospect)", form.skipped)
            form.save().action_apply()
            self.assertEqual((account.status, prospect.status), (status, "prospect"))
        self.assertEqual(account.account_class, "C")
        self.assertFalse(account.user_id)

    def test_a_stale_dialog_is_refused(self):
        account = self.designate(self.acme, self.kim)
        form = self.dialog(account, "suspend")
        form.reason = "Does not pay"
        wizard = form.save()
        account.change_class("B", "Smaller now")
        with self.assertRaisesRegex(UserError, "has been changed by somebody else"):
            wizard.action_apply()
        self.assertEqual(account.status, "key")

    def test_a_refusal_leaves_nothing_half_done(self):
        account = self.designate(self.acme, self.kim)
        form = self.dialog(account | self.designate(self.bolt, self.kim), "hand_over")
        form.reason = "Shared"
        for user, share in ((self.kim, 60), (self.lou, 30)):
            with form.owner_ids.new() as line:
                line.user_id, line.share = user, share
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "100"):
            wizard.action_apply()
        self.assertEqual(account.user_id, self.kim)

    def test_a_manager_does_not_decide(self):
        with self.assertRaises(AccessError):
            self.dialog(self.designate(self.acme, self.kim), "suspend", self.kim)

    def test_a_manager_opens_a_prospect(self):
        Account = self.env["kam.account"].with_user(self.kim)
        form = Form(Account)
        form.partner_id = self.cog
        form.needs = "Longer opening hours"
        account = form.save()
        self.assertEqual((account.status, account.user_id), ("prospect", self.kim))
        self.assertFalse(account.decides)
        self.assertTrue(account.with_user(self.dot).decides)
