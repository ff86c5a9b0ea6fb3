"""Aged receivables: as it was, as it was known, and always the ledger to the cent."""

from datetime import date, timedelta
from decimal import Decimal

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.kam_management.kam_core.receivables.ageing import Buckets, age
from odoo.addons.kam_management.kam_core.receivables.open_items import (
    Allocation,
    Item,
)

from . import test_kam_facts

DAY = date(2026, 6, 30)
GROUP = "kam_management.group_kam_"


class ReceivableCase(test_kam_facts.DocumentCase):
    """Two customers of two managers, and papers between them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "South Trading"})
        users = {
            name: new_test_user(cls.env, f"age_{name}", groups=f"base.group_user,{g}")
            for name, g in (
                ("kim", GROUP + "user"),
                ("lou", GROUP + "user"),
                ("cy", GROUP + "credit"),
                ("sam", GROUP + "support"),
            )
        }
        cls.kim, cls.lou, cls.cy, cls.sam = users.values()
        cls.accounts = cls.env["kam.account"].create(
            [
                {
                    "partner_id": partner.id,
                    "owner_ids": [
                        Command.create({"user_id": user.id, "date_from": "2026-01-01"})
                    ],
                }
                for partner, user in ((cls.customer, cls.kim), (cls.other, cls.lou))
            ]
        )
        cls.env.cr.flush()

    def invoice(self, amount=100, day="2026-03-10", due=None, partner=None, **vals):
        """Return a posted invoice, or a credit note when the amount is below zero."""
        move = self._invoice(
            abs(amount),
            "out_invoice" if amount > 0 else "out_refund",
            day,
            invoice_date_due=due or day,
            invoice_payment_term_id=False,
            partner_id=(partner or self.customer).id,
            **vals,
        )
        move.action_post()
        return move

    def pay(self, amount, day, partner=None, currency=None, match=None):
        """Return the posted entry of money received (given back below zero)."""
        vals = {
            "payment_type": "inbound" if amount > 0 else "outbound",
            "partner_type": "customer",
            "partner_id": (partner or self.customer).id,
            "amount": abs(amount),
            "date": day,
            "journal_id": self.bank.id,
        }
        if currency:
            vals["currency_id"] = currency.id
        payment = self.env["account.payment"].create(vals)
        payment.action_post()
        if match:
            self._receivable_lines(payment.move_id + match).reconcile()
        return payment.move_id

    def asking(self, as_of=DAY, user=None, **more):
        """Return the model of customers asked as of a day."""
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["kam.ageing"].with_user(user or self.env.user)
        asked = {"as_of": str(as_of), **more}
        return model.with_context(kam_ageing=asked)

    def row(self, partner=None, **asked):
        return self.asking(**asked).search(
            [("partner_id", "=", (partner or self.customer).id)]
        )

    def control(self, as_of=DAY, user=None, **more):
        self.env.flush_all()
        model = self.env["kam.ageing"].with_user(user or self.env.user)
        return model.control({"as_of": str(as_of), **more})

    def _now(self):
        self.env.cr.flush()
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        return self.env.cr.fetchone()[0]

    def stamp(self):
        """Return the moment until now, as the dialog sends it."""
        moment = self._now()
        self.env.cr.execute("SELECT pg_sleep(1.01)")  # the dialog knows seconds
        return moment.strftime("%Y-%m-%d %H:%M:%S")


@tagged("post_install", "-at_install")
class TestKamAgeing(ReceivableCase):
    def test_buckets_by_due_date(self):
        for back, amount in ((-10, 450), (0, 5), (1, 100), (30, 7), (31, 8), (200, 70)):
            due = DAY - timedelta(back)
            self.invoice(amount, min(due, DAY), due)
        self.invoice(-20, DAY)
        self.pay(50, DAY)
        row = self.row()
        self.assertEqual([row[f"slot_{n}"] for n in range(6)], [455, 107, 8, 0, 0, 70])
        self.assertEqual((row.unallocated, row.total), (-70, 570))
        self.assertEqual(row.overdue, 185)
        self.assertAlmostEqual(row.overdue_ratio, 185 / 640)
        self.assertEqual(row.oldest_date, DAY - timedelta(200))
        self.assertAlmostEqual(
            row.average_days, (100 + 7 * 30 + 8 * 31 + 70 * 200) / 185, 1
        )
        self.assertEqual(row.last_payment_date, DAY)
        self.assertEqual(self.control()["difference"], "0.00")

    def test_by_invoice_date(self):
        self.invoice(100, "2026-05-01", "2026-07-01")
        self.assertEqual(self.row().slot_0, 100)
        self.assertEqual(self.row(base="invoice").slot_2, 100)

    def test_as_of_an_earlier_day(self):
        invoice = self.invoice(100, "2026-03-10")
        self.pay(60, "2026-04-15", match=invoice)
        self.assertEqual(self.row(as_of="2026-04-14").total, 100)
        self.assertEqual(self.row(as_of="2026-04-15").total, 40)
        self.assertFalse(self.row(as_of="2026-03-09"))
        for day in ("2026-03-09", "2026-04-14", "2026-04-15", "2026-12-31"):
            self.assertEqual(self.control(day)["difference"], "0.00")

    def test_a_payment_before_its_invoice_is_unallocated_then(self):
        early = self.pay(100, "2026-03-01")
        invoice = self.invoice(100, "2026-04-01")
        self._receivable_lines(early + invoice).reconcile()
        self.assertEqual(self.row(as_of="2026-03-15").unallocated, -100)
        self.assertFalse(self.row())

    def test_money_given_back_does_not_age(self):
        self.pay(-40, "2026-03-01")
        self.assertEqual((self.row().unallocated, self.row().overdue), (40, 0))

    def test_as_we_knew_it_then(self):
        invoice = self.invoice(100, "2026-03-10")
        before = self.stamp()
        self.pay(30, "2026-03-20", match=invoice)  # entered late, dated earlier
        between = self.stamp()
        self._receivable_lines(invoice).remove_move_reconcile()
        self.invoice(55, "2026-02-01")
        self.env["kam.fact"]._catch_up()
        self.assertEqual(self.row(known_at=before).total, 100)
        known = self.row(known_at=between)
        self.assertEqual((known.total, known.unallocated), (70, 0))
        now = self.row(known_at=self.stamp())
        self.assertEqual((now.total, now.unallocated), (125, -30))
        self.assertEqual(self.row().total, 125)
        for moment in (before, between):
            self.assertEqual(self.control(known_at=moment)["difference"], "0.00")

    def test_what_was_known_before_the_log_is_unknown(self):
        with self.assertRaisesRegex(UserError, "unknown"):
            self.row(known_at="2020-01-01 00:00:00")

    def test_an_entry_back_in_draft_frees_what_it_settled(self):
        invoice = self.invoice(100, "2026-03-10")
        payment = self.pay(100, "2026-03-20", match=invoice)
        payment.button_draft()
        row = self.row()
        self.assertEqual((row.residual, row.crossed, row.total), (0, 100, 100))
        self.assertEqual(self.control()["difference"], "0.00")

    def test_a_debt_paid_by_another_customer(self):
        invoice = self.invoice(100, "2026-03-10")
        self.pay(100, "2026-03-20", partner=self.other, match=invoice)
        row, other = self.row(), self.row(self.other)
        self.assertEqual((row.residual, row.crossed, row.total), (0, 100, 100))
        self.assertEqual((other.crossed, other.total), (-100, -100))
        self.assertEqual(self.control()["difference"], "0.00")

    def test_a_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {"name": "2026-01-01", "currency_id": euro.id, "rate": 2},
                {"name": "2026-04-01", "currency_id": euro.id, "rate": 4},
            ]
        )
        invoice = self.invoice(100, "2026-03-10", currency_id=euro.id)
        self.pay(60, "2026-04-10", currency=euro, match=invoice)
        self.assertEqual(self.row(as_of="2026-03-31").total, 50)
        self.assertEqual(self.row(as_of="2026-03-31", currency_id=euro.id).total, 100)
        self.assertEqual(self.row(currency_id=euro.id).total, 40)
        self.assertEqual(self.row(currency_id=euro.id).currency_id, euro)
        self.assertEqual(self.row().total, 20)
        for currency in (False, euro.id):
            found = self.control(currency_id=currency)
            self.assertEqual(found["difference"], "0.00")
        self.assertFalse(self.row(currency_id=self.env.ref("base.GBP").id))

    def test_managers_now_and_then(self):
        self.invoice(100, "2026-03-10")
        self.accounts[0].hand_over([{"user_id": self.lou.id}], "Leaves", "2026-05-01")
        self.assertEqual(self.row().user_id, self.lou)
        self.assertEqual(self.row(as_of="2026-04-30", owner="then").user_id, self.kim)

    def test_every_figure_opens_its_documents(self):
        invoice = self.invoice(100, "2026-03-10", "2026-06-15")
        self.invoice(55, "2026-03-10", partner=self.other)
        row = self.row()
        action = row.action_open_documents()
        items = (
            self.env["kam.ageing.item"]
            .with_context(**action["context"])
            .search(action["domain"])
        )
        self.assertEqual((items.number, items.residual), (invoice.name, 100))
        self.assertEqual(items.bucket_id.display_name, "1 - 30")
        self.assertEqual((items.kind, items.days), ("invoice", 15))
        self.assertEqual(items.action_open_document()["res_id"], invoice.id)
        groups = (
            self.env["kam.ageing.item"]
            .with_context(**action["context"])
            .formatted_read_group(action["domain"], ["bucket_id"], ["residual:sum"])
        )
        self.assertEqual([one["residual:sum"] for one in groups], [100])

    def test_a_manager_sees_own_customers_only(self):
        self.invoice(100, "2026-03-10")
        self.invoice(55, "2026-03-10", partner=self.other)
        partners = (self.customer + self.other).ids
        for user, seen in (
            (self.kim, self.customer),
            (self.lou, self.other),
            (self.cy, self.customer + self.other),
        ):
            rows = self.asking(user=user).search([("partner_id", "in", partners)])
            self.assertEqual(rows.partner_id, seen)
            self.assertEqual(self.control(user=user)["difference"], "0.00")
        self.assertEqual(self.control(user=self.kim)["total"], "100.00")
        with self.assertRaises(AccessError):
            self.asking(user=self.sam).search([])

    def test_the_question_may_not_be_nonsense(self):
        for wrong in (
            {"as_of": "yesterday"},
            {"as_of": "0001-01-01"},
            {"base": "moon"},
            {"owner": "x"},
            {"currency_id": "EUR"},
            {"known_at": 7},
        ):
            with self.assertRaises(UserError):
                self.env["kam.ageing"].control(wrong)
        with self.assertRaises(UserError):
            self.env["kam.ageing"].with_context(kam_ageing=7).search([])

    def test_ranges_are_data(self):
        bucket = self.env["kam.ageing.bucket"]
        self.invoice(100, "2026-06-10")
        bucket.create({"days_to": 14})
        self.assertEqual(self.row().slot_2, 100)
        labels = self.asking().fields_get()
        self.assertEqual(labels["slot_1"]["string"], "1 - 14")
        self.assertEqual(labels["slot_6"]["string"], "Over 120")
        self.assertNotIn("slot_7", labels)
        arch = self.asking().get_view(
            self.env.ref("kam_management.kam_ageing_view_list").id, "list"
        )["arch"]
        self.assertIn("15 - 30", arch)
        self.assertNotIn("slot_7", arch)
        for wrong in (0, -3, 99999):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                bucket.create({"days_to": wrong})
        fixed = bucket.search([("kind", "=", "over")])
        with self.assertRaises(UserError):
            fixed.unlink()
        with self.assertRaises(UserError):
            fixed.kind = "range"

    def test_a_company_has_ranges_of_its_own(self):
        bucket = self.env["kam.ageing.bucket"]
        self.invoice(100, "2026-06-10")
        company = self.env["res.company"].create({"name": "Second books"})
        bucket.with_company(company).action_own_ranges()
        own = bucket.search([("company_id", "=", company.id)])
        self.assertEqual(own.mapped("days_to"), [30, 60, 90, 120])
        own[0].days_to = 10
        own[1:].unlink()
        own = own[0]
        self.assertEqual(own.display_name, "1 - 10")
        asked = self.asking().with_context(allowed_company_ids=company.ids)
        self.assertEqual(asked.fields_get()["slot_2"]["string"], "Over 10")
        self.assertEqual(self.row().slot_1, 100, "the first company has its own")
        self.assertEqual(self.asking().fields_get()["slot_2"]["string"], "31 - 60")
        bucket.with_company(company).action_own_ranges()
        self.assertEqual(bucket.search_count([("company_id", "=", company.id)]), 1)
        branch = self.env["res.company"].create(
            {"name": "Branch of it", "parent_id": company.id}
        )
        for wrong in (
            lambda: bucket.create({"days_to": 5, "company_id": branch.id}),
            lambda: bucket.search([("kind", "=", "over")]).write(
                {"company_id": company.id}
            ),
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                wrong()

    def test_books_in_two_currencies_do_not_add_up(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        second = self.env["res.company"].create(
            {"name": "Euro books", "currency_id": euro.id}
        )
        self.env["account.chart.template"].try_loading("generic_coa", second, False)
        second.currency_id = euro
        self.env.user.company_ids += second
        self.invoice(100, "2026-03-10")
        self.env["account.move"].with_company(second).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-11",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "x", "price_unit": 40, "tax_ids": [Command.clear()]}
                    )
                ],
            }
        ).action_post()
        self.env.flush_all()
        both = (self.env.company + second).ids
        told = self.env["kam.ageing"].with_context(allowed_company_ids=both)
        parts = told.control({"as_of": str(DAY)})["parts"]
        self.assertEqual([one["currency"] for one in parts], ["USD", "EUR"])
        self.assertEqual(parts[1]["total"], "40.00")
        self.assertEqual({one["difference"] for one in parts}, {"0.00"})
        rows = told.with_context(kam_ageing={"as_of": str(DAY)}).search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(sorted(rows.mapped("total")), [40, 100])

    def test_the_dialog(self):
        self.invoice(100, "2026-03-10")
        wizard = self.env["kam.ageing.wizard"].create(
            {"as_of": "2026-03-31", "clock": "known", "base": "invoice"}
        )
        action = wizard.action_show()
        rows = self.env["kam.ageing"].with_context(**action["context"])
        self.assertEqual(
            rows.search([("partner_id", "=", self.customer.id)]).slot_1, 100
        )
        again = self.env["kam.ageing.wizard"].with_context(**action["context"])
        self.assertEqual(again.default_get(["as_of", "base"])["base"], "invoice")

    def test_the_database_and_the_core_say_the_same(self):
        first = self.invoice(300, "2026-02-01", "2026-03-03")
        self.invoice(120, "2026-05-20", "2026-06-19")
        self.pay(110, "2026-04-01", match=first)
        self.pay(25, "2026-04-02")
        for as_of in (date(2026, 3, 31), date(2026, 4, 1), DAY):
            items = [
                self.core_item(line)
                for line in self.env["account.move.line"].search(
                    [
                        ("partner_id", "=", self.customer.id),
                        ("account_id.account_type", "=", "asset_receivable"),
                        ("parent_state", "=", "posted"),
                    ]
                )
            ]
            wanted = age(items, as_of, Buckets((30, 60, 90, 120)))
            row = self.row(as_of=as_of)
            self.assertEqual(
                [Decimal(str(row[f"slot_{n}"])) for n in range(6)],
                list(wanted.buckets),
            )
            self.assertEqual(Decimal(str(row.unallocated)), wanted.unallocated)
            self.assertEqual(row.oldest_date or None, wanted.oldest)

    def core_item(self, line):
        sides = line.matched_debit_ids + line.matched_credit_ids
        return Item(
            line.id,
            line.date,
            line.date_maturity or line.date,
            Decimal(str(line.balance)),
            bool(line.move_id.origin_payment_id),
            tuple(Allocation(Decimal(str(p.amount)), p.max_date) for p in sides),
        )

    def test_the_number_of_queries_does_not_grow(self):
        def ask():
            self.env.invalidate_all()
            rows = self.asking().search_fetch([], ["partner_id", "total", "overdue"])
            rows.mapped("overdue_ratio")

        self.invoice(100, "2026-03-10")
        self.invoice(10, "2026-03-10", partner=self.other)
        ask()
        with self.assertQueryCount(10):
            ask()
        for _n in range(10):
            self.invoice(10, "2026-03-10", partner=self.other)
        with self.assertQueryCount(10):
            ask()
