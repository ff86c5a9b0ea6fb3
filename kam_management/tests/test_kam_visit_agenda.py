"""The agenda: facts of Odoo, with the reader's rights, at a fixed cost."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import common
from .client_case import ClientCase


@tagged("post_install", "-at_install")
class TestKamVisitAgenda(ClientCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.designate(cls.acme, cls.kim)
        cls.other = cls.designate(cls.bolt, cls.lou, letter="B")
        cls.account.write({"needs": "Decaf\n\nPallets", "openings": "Tea"})
        cls.late = cls.invoice(cls.acme, 500, -100, due=-70)
        cls.invoice(cls.acme, 90, -5, due=20)  # not due yet
        for days in (-50, -36, -22):
            cls.order(cls.acme, days)
        cls.quotation = cls.order(cls.acme, -2, confirm=False)
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "All houses",
                "type": "opportunity",
                "partner_id": cls.acme.id,
                "user_id": cls.kim.id,
                "expected_revenue": 42000,
            }
        )
        cls.account.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=cls.day(-1),
            summary="Bring samples",
            user_id=cls.kim.id,
        )
        cls.env.flush_all()

    def agenda(self, user, accounts=None):
        model = self.env["kam.visit.agenda"].with_user(user)
        return {
            row["account_id"]: {one["key"]: one["items"] for one in row["sections"]}
            for row in model.agenda((accounts or self.account).ids)
        }

    def test_what_odoo_knows_is_on_the_agenda(self):
        found = self.agenda(self.kim)[self.account.id]
        [overdue] = found["overdue"]
        self.assertEqual(
            (overdue["amount"], overdue["model"], overdue["res_id"]),
            (500, "account.move", self.late.id),
        )
        self.assertEqual(overdue["detail"], "70 days late")
        [quotation] = found["quotations"]
        self.assertEqual(quotation["res_id"], self.quotation.id)
        self.assertEqual(len(found["last_orders"]), 3)
        self.assertEqual(
            [one["date"] for one in found["last_orders"]],
            [self.day(one).isoformat() for one in (-22, -36, -50)],
        )
        [item] = found["reorder"]
        self.assertEqual(item["res_id"], self.product.id)
        self.assertEqual(item["date"], self.day(-8).isoformat())
        self.assertEqual(item["detail"], "every 14 days, usually 10 Units")
        self.assertEqual(
            [one["title"] for one in found["needs"]], ["Decaf", "Pallets", "Tea"]
        )
        self.assertEqual(found["leads"][0]["amount"], 42000)
        self.assertEqual(found["next_step"][0]["title"], "Bring samples")
        self.assertEqual(len(found["open_orders"]), 3)

    def test_each_item_opens_a_document_the_reader_may_open(self):
        for user in (self.kim, self.hal, self.dot, self.cy):
            for items in self.agenda(user)[self.account.id].values():
                for one in items:
                    self.env[one["model"]].with_user(user).browse(
                        one["res_id"]
                    ).check_access("read")

    def test_notes_of_needs_come_with_amount_and_day(self):
        note = (
            self.env["kam.need"]
            .with_user(self.kim)
            .create(
                {
                    "account_id": self.account.id,
                    "kind": "opening",
                    "name": "Oat drink in all shops",
                    "amount": 9000,
                    "due_on": self.day(30),
                }
            )
        )
        [first, *_texts] = self.agenda(self.kim)[self.account.id]["needs"]
        self.assertEqual(
            (first["model"], first["res_id"], first["amount"]),
            ("kam.need", note.id, 9000),
        )

    def test_what_ends_soon_is_to_be_renewed(self):
        terms = self.env["kam.credit.terms"]
        settings = {"credit_limit": 5000, "valid_until": self.day(20).isoformat()}
        [terms_id] = terms.set_terms(self.acme.ids, settings, "Trusted")
        self.env.flush_all()
        found = self.agenda(self.kim)[self.account.id]
        [item] = found["renewals"]
        self.assertEqual(
            (item["model"], item["res_id"], item["date"], item["tone"]),
            ("kam.credit.terms", terms_id, self.day(20).isoformat(), "warning"),
        )
        far = {"credit_limit": 5000, "valid_until": self.day(200).isoformat()}
        terms.browse(terms_id).change_terms(far, "Longer")
        self.env.flush_all()
        self.assertNotIn("renewals", self.agenda(self.kim)[self.account.id])

    def test_days_of_orders_are_those_of_the_company(self):
        """Ordered at 23:30 UTC: the next day in Bangkok."""
        self.env.company.resource_calendar_id.tz = "Asia/Bangkok"
        order = self.order(self.acme, -3)
        order.date_order = f"{self.day(-3)} 23:30:00"
        self.env.flush_all()
        [last, *_rest] = self.agenda(self.kim)[self.account.id]["last_orders"]
        self.assertEqual(last["date"], self.day(-2).isoformat())
        histories = self.env["kam.visit.agenda"]._histories(self.account, self.day(0))
        days = [day for day, _many in histories[self.account.id][self.product.id]]
        self.assertIn(self.day(-2), days)
        self.assertNotIn(self.day(-3), days)

    def test_strangers_get_nothing(self):
        with self.assertRaises(AccessError):
            self.agenda(self.lou)
        internal = self.env["res.users"].create({"name": "X", "login": "agenda_x"})
        with self.assertRaises(AccessError):
            self.agenda(internal)

    def test_the_credit_controller_sees_no_leads(self):
        found = self.agenda(self.cy)[self.account.id]
        self.assertNotIn("leads", found)
        self.assertIn("needs", found)

    def test_the_number_of_queries_is_fixed(self):
        accounts = self.account + self.other
        counts = []
        for _round in range(2):
            self.agenda(self.dot, accounts)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.agenda(self.dot, accounts)
            counts.append(self.cr.sql_log_count - before)
            partners = self.env["res.partner"].create(
                [{"name": f"More {n}", "is_company": True} for n in range(10)]
            )
            ids = (
                self.env["kam.account"]
                .with_user(self.hal)
                .designate(
                    partners.ids, "C", "Many", self.today, [{"user_id": self.kim.id}]
                )
            )
            for partner in partners:
                for days in (-50, -36, -22):
                    self.order(partner, days)
            self.env.flush_all()
            accounts += accounts.browse(ids)
        self.assertLessEqual(counts[1], counts[0] + 1)
        self.assertLess(counts[1], 40)

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        model = self.env["kam.visit.agenda"].with_user(self.dot)
        for wrong in (None, 3, "x", ["x"], [True], [2**70], [10**9], list(range(500))):
            with self.subTest(wrong=str(wrong)[:40]), self.assertRaises(UserError):
                model.agenda(wrong)

    def test_a_later_part_adds_a_section(self):
        cls = type(self.env["kam.visit.agenda"])

        def claims(model, accounts, today):
            return {one.id: [model._item(one, f"Claim of {today}")] for one in accounts}

        self.patch(cls, "_providers", lambda _self: [("needs", "_agenda_promises")])
        self.patch(cls, "_agenda_promises", claims)
        found = self.agenda(self.kim)[self.account.id]
        self.assertEqual(found["needs"][0]["title"], f"Claim of {self.today}")
