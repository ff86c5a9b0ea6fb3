"""DSO and its kin, expected cash and its backtest, from a real ledger."""

import json
from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import client_case, common

GROUP = "base.group_user,kam_management.group_kam_"


class BooksCase(client_case.ClientCase):
    """A company of its own with the worked example in its books.

    580 owed when January 2025 begins; sales 300, 360 and 390; 620 owed at its end, of
    which 450 are not due.
    """

    today_is = date(2025, 3, 31)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.company"].create({"name": "Books"})
        cls.env["account.chart.template"].try_loading("generic_coa", cls.firm)
        cls.clerk = new_test_user(
            cls.env,
            "books_clerk",
            groups=f"{GROUP}credit,account.group_account_invoice",
            company_id=cls.firm.id,
            company_ids=[Command.set(cls.firm.ids)],
        )
        cls.seller = new_test_user(
            cls.env,
            "books_seller",
            groups=f"{GROUP}user",
            company_id=cls.firm.id,
            company_ids=[Command.set(cls.firm.ids)],
        )
        cls.books = cls.env(
            context={"allowed_company_ids": cls.firm.ids, "tracking_disable": True}
        )
        cls.startClassPatcher(
            patch.object(
                cls.registry["res.company"], "_kam_today", lambda _self: cls.today_is
            )
        )

    @classmethod
    def sell(cls, partner, amount, day, due):
        move = cls.books["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": day,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def receive(cls, move, amount, day):
        wizard = (
            cls.books["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount, "payment_date": day})
        )
        return wizard._create_payments()

    @property
    def collection(self):
        return (
            self.env["kam.collection"]
            .with_user(self.clerk)
            .with_context(allowed_company_ids=self.firm.ids)
        )


@tagged("post_install", "-at_install")
class TestFigures(BooksCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        old = cls.sell(cls.acme, 580, date(2024, 12, 1), date(2024, 12, 31))
        january = cls.sell(cls.acme, 300, date(2025, 1, 10), date(2025, 2, 9))
        february = cls.sell(cls.bolt, 360, date(2025, 2, 10), date(2025, 4, 10))
        march = cls.sell(cls.acme, 390, date(2025, 3, 10), date(2025, 4, 9))
        cls.receive(old, 580, date(2025, 1, 20))
        cls.receive(january, 130, date(2025, 3, 5))
        # not due at the end: 360 - 60 + 390 - 240 = 450; overdue 170
        cls.receive(february, 60, date(2025, 3, 20))
        cls.receive(march, 240, date(2025, 3, 25))
        cls.february = february

    def test_the_worked_example_from_the_ledger(self):
        found = self.collection.figures(months=3)
        now = found["now"]
        self.assertEqual((now["closing"], now["not_due"]), (620, 450))
        self.assertEqual([one["sales"] for one in found["trend"]], [300, 360, 390])
        self.assertEqual(found["trend"][0]["opening"], 580)
        self.assertAlmostEqual(now["dso"], 53.1)
        self.assertAlmostEqual(now["best_possible_dso"], 38.6)
        self.assertAlmostEqual(now["days_delinquent"], 14.6)
        self.assertAlmostEqual(now["count_back"], 48.9)
        json.dumps(found)

    def test_by_customer_they_add_up(self):
        found = self.collection.figures(by="customer")
        ours = {one["name"]: one["closing"] for one in found["rows"]}
        self.assertEqual(ours, {"Acme": 320, "Bolt": 300})
        self.assertEqual(sum(ours.values()), found["now"]["closing"])
        one = self.collection.figures(partner_id=self.bolt.id)
        self.assertEqual(one["now"]["closing"], 300)

    def test_by_the_manager_at_the_time(self):
        accounts = self.books["kam.account"]
        account = accounts.create(
            {
                "partner_id": self.acme.id,
                "company_id": self.firm.id,
                "owner_ids": [
                    Command.create(
                        {"user_id": self.seller.id, "date_from": date(2025, 1, 1)}
                    )
                ],
            }
        )
        account.hand_over([{"user_id": self.clerk.id}], "Moved", "2025-03-15")
        found = self.collection.figures(by="manager")
        names = {one["name"]: one["closing"] for one in found["rows"]}
        self.assertEqual(names[self.clerk.name], 320)
        # led by the seller until the middle of March: February is the last month
        mine = self.collection.figures(user_id=self.seller.id)
        months = {one["month"]: one["closing"] for one in mine["trend"]}
        self.assertEqual(months["2025-02-01"], 300)

    def test_a_group_takes_its_ratio_from_its_sums(self):
        model = (
            self.env["kam.receivables.month"]
            .with_user(self.clerk)
            .with_context(allowed_company_ids=self.firm.ids)
        )
        rows = model._read_group(
            [("month", "=", date(2025, 3, 1))], [], ["dso:avg", "cei:avg"]
        )
        self.assertAlmostEqual(rows[0][0], 620 / 390 * 31)
        self.assertAlmostEqual(rows[0][1], (660 + 390 - 620) / (660 + 390 - 450))
        [march] = model.search(
            [("month", "=", date(2025, 3, 1)), ("partner_id", "=", self.bolt.id)]
        )
        action = march.action_view_items()
        lines = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(sum(lines.mapped("balance")), -60)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.env["kam.collection"].with_user(self.seller).figures(
                partner_id=self.acme.id
            )
        mine = (
            self.env["kam.collection"]
            .with_user(self.seller)
            .with_context(allowed_company_ids=self.firm.ids)
            .figures()
        )
        self.assertEqual(mine["trend"], [])

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        for args in (
            {"months": 0},
            {"months": 25},
            {"months": "x"},
            {"months": None},
            {"by": "x"},
            {"by": []},
            {"user_id": "x"},
            {"user_id": 2**40},
            {"partner_id": True},
            {"partner_id": [1]},
        ):
            with self.subTest(args), self.assertRaises(UserError):
                self.collection.figures(**args)


@tagged("post_install", "-at_install")
class TestExpectedCash(BooksCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Acme pays ten days late, always; Bolt on the day
        for n in range(12):
            month = date(2024, 3 + n, 1) if n < 10 else date(2025, n - 9, 1)
            due = month.replace(day=8)
            for partner, late in ((cls.acme, 10), (cls.bolt, 0)):
                move = cls.sell(partner, 100, month, due)
                cls.receive(move, 100, due.replace(day=8 + late))
        cls.open = cls.sell(cls.acme, 500, date(2025, 3, 10), date(2025, 4, 7))
        cls.other = cls.sell(cls.bolt, 70, date(2025, 3, 10), date(2025, 4, 7))

    def expected(self, **args):
        found = self.collection.expected_cash(**args)
        return found, {one["monday"]: one for one in found["weeks"]}

    def test_from_each_customers_own_lateness(self):
        found, weeks = self.expected(backtest=False)
        self.assertEqual(found["open"], 570)
        # Acme: 12/17 of 10 days and 5/17 of 5 days: 9 days after Monday the 7th
        self.assertEqual(weeks["2025-04-14"]["expected"], 500)
        self.assertEqual(weeks["2025-04-07"]["expected"], 70)
        self.assertEqual(weeks["2025-04-07"]["due"], 570)
        action = self.collection.cash_documents("2025-04-14")
        lines = self.env["account.move.line"].search(action["domain"])
        self.assertEqual(lines.move_id, self.open)

    def test_promises_and_disputes_move_it(self):
        self.books["kam.promise"].create(
            {
                "partner_id": self.acme.id,
                "company_id": self.firm.id,
                "amount": 500,
                "currency_id": self.open.currency_id.id,
                "made_on": date(2025, 3, 31),
                "date_promised": date(2025, 4, 30),
                "move_ids": [Command.set(self.open.ids)],
            }
        )
        self.books["kam.dispute"].create(
            {
                "partner_id": self.bolt.id,
                "company_id": self.firm.id,
                "currency_id": self.other.currency_id.id,
                "reason_id": self.env.ref("kam_management.kam_dispute_reason_price").id,
                "opened_on": date(2025, 3, 31),
                "date_due": date(2025, 4, 20),
                "line_ids": [Command.create({"move_id": self.other.id, "amount": 30})],
            }
        )
        found, weeks = self.expected(backtest=False)
        self.assertEqual(weeks["2025-04-28"]["promised"], 500)
        self.assertEqual(weeks["2025-04-28"]["expected"], 500)
        self.assertEqual(weeks["2025-04-07"]["expected"], 40)
        total = sum(one["expected"] for one in found["weeks"])
        self.assertEqual(total + found["later"] + found["unknown"], 570)

    def test_it_foretold_the_past_better_than_due_dates(self):
        accuracy = self.collection.expected_cash()["accuracy"]
        self.assertLess(accuracy["wape"], accuracy["wape_due"])
        came = sum(one["came"] for one in accuracy["trials"])
        self.assertGreater(came, 0)

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        for weeks in (0, 27, "x", None, True, 2.5):
            with self.subTest(weeks), self.assertRaises(UserError):
                self.collection.expected_cash(weeks)
        for monday in ("x", None, "2025-13-01"):
            with self.subTest(monday), self.assertRaises(UserError):
                self.collection.cash_documents(monday)
