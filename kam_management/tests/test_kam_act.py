"""Reconciliation acts: they tie to the ledger, are sealed, and tell what came later."""

import base64
import hashlib
from datetime import date
from decimal import Decimal

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_kam_ageing import ReceivableCase


class ActCase(ReceivableCase):
    def act(self, date_from="2026-03-01", date_to="2026-03-31", partner=None, **vals):
        self.env.flush_all()
        return self.env["kam.act"].create(
            {
                "partner_id": (partner or self.customer).id,
                "date_from": date_from,
                "date_to": date_to,
                **vals,
            }
        )

    def signed(self, *period, **vals):
        act = self.act(*period, **vals)
        act.send()
        act.sign("Paul Buyer, director", "Charter", max(act.date_to, date(2026, 7, 1)))
        return act

    def rows(self, act):
        return [
            (row.kind, str(row.date), row.debit, row.credit, row.difference)
            for row in act.line_ids
        ]

    def ledger(self, day, partner=None, currency=None):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", (partner or self.customer).id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
                *([("currency_id", "=", currency.id)] if currency else []),
            ]
        )
        name = "amount_currency" if currency else "balance"
        return round(sum(lines.mapped(name)), 2)

    def printed(self, act):
        body = self.env["ir.actions.report"]._render_qweb_html(
            "kam_management.report_kam_act", act.ids
        )[0]
        return html.fromstring(body)

    def words(self, node):
        return " ".join(node.text_content().split())


@tagged("post_install", "-at_install")
class TestKamAct(ActCase):
    def test_opening_operations_turnover_closing(self):
        self.invoice(50, "2026-02-10")
        self.invoice(100, "2026-03-05")
        self.invoice(-20, "2026-03-06")
        self.pay(70, "2026-03-20")
        self.invoice(999, "2026-04-01")
        act = self.act()
        self.assertEqual(
            self.rows(act),
            [
                ("invoice", "2026-03-05", 100, 0, False),
                ("credit_note", "2026-03-06", 0, 20, False),
                ("payment", "2026-03-20", 0, 70, False),
            ],
        )
        self.assertEqual(
            (act.now_opening, act.now_debit, act.now_credit, act.now_closing),
            (50, 100, 90, 60),
        )
        act.send()
        self.assertEqual(
            (act.opening, act.debit, act.credit, act.closing), (50, 100, 90, 60)
        )
        self.assertEqual(act.closing, self.ledger("2026-03-31"))
        self.assertTrue(act.number.startswith("ACT/"))

    def test_an_empty_period_has_balances_only(self):
        self.invoice(50, "2026-02-10")
        act = self.act()
        act.send()
        self.assertEqual((act.opening, act.closing), (50, 50))
        self.assertFalse(act.line_ids)
        page = self.printed(act)
        self.assertEqual(len(page.xpath("//table//tbody/tr")), 3)

    def test_of_one_agreement_alone(self):
        """The acts of each agreement, and of none, add up to the customer's balance."""
        first = self.invoice(100, "2026-03-05", kam_agreement="Contract 7")
        self.invoice(40, "2026-03-06", kam_agreement=" contract 7 ")
        self.invoice(30, "2026-03-07", kam_agreement="Contract 8")
        self.invoice(9, "2026-03-08")
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=first.ids
        )
        made = wizard.create({"amount": 60, "payment_date": "2026-03-09"})
        payment = made._create_payments()
        self.assertEqual(payment.kam_agreement, "Contract 7")
        acts = {
            name: self.act(agreement=name, by_agreement=True)
            for name in ("Contract 7", "CONTRACT 8", False)
        }
        closings = [one.now_closing for one in acts.values()]
        self.assertEqual(closings, [80, 30, 9])
        self.assertEqual(sum(closings), self.act(agreement="any").now_closing)
        self.assertEqual(sum(closings), self.ledger("2026-03-31"))
        told = self.env["kam.act"].statement(
            self.customer.id, "2026-03-01", "2026-03-31", agreement="contract 8"
        )
        self.assertEqual(told["closing"], "30.00")
        # a chain of its own, and what comes later under it alone
        seven = acts["Contract 7"]
        seven.send()
        seven.sign("Paul", "Charter", "2026-07-01")
        self.invoice(5, "2026-03-20", kam_agreement="Contract 8")
        self.assertEqual(seven.late_count, 0)
        self.invoice(-8, "2026-03-21", kam_agreement="Contract 7")
        seven.invalidate_recordset()
        self.assertEqual((seven.late_count, seven.late_amount), (1, -8))
        following = self.act(
            "2026-04-01", "2026-04-30", agreement="Contract 7", by_agreement=True
        )
        self.assertEqual((following.now_opening, following.now_closing), (80, 72))
        payment.kam_agreement = "Contract 8"
        self.assertEqual(payment.move_id.kam_agreement, "Contract 8")

    def test_an_order_hands_its_agreement_on(self):
        order = self._order()
        order.kam_agreement = "Contract 9"
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(invoice.kam_agreement, "Contract 9")
        invoice.action_post()
        self.assertEqual(invoice._reverse_moves().kam_agreement, "Contract 9")

    def test_contacts_and_the_group(self):
        contact, branch = self.env["res.partner"].create(
            [
                {"name": "Paul", "parent_id": self.customer.id},
                {"name": "Branch", "parent_id": self.customer.id, "is_company": True},
            ]
        )
        self.customer.is_company = True
        self.invoice(10, "2026-03-05", partner=self.customer)
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-07",
                "journal_id": self.general.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable.id,
                            "partner_id": contact.id,
                            "debit": 5,
                        }
                    ),
                    Command.create({"account_id": self.income.id, "credit": 5}),
                ],
            }
        ).action_post()
        self.invoice(300, "2026-03-08", partner=branch)
        wanted = {"contact": 10, "company": 15, "group": 315}
        for scope, closing in wanted.items():
            self.assertEqual(self.act(scope=scope).now_closing, closing)
        self.assertEqual(self.act(partner=contact, scope="contact").now_closing, 5)
        self.assertEqual(self.act(partner=contact).partner_id, self.customer)

    def test_a_foreign_act_ties_to_its_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {"name": "2026-01-01", "currency_id": euro.id, "rate": 2},
                {"name": "2026-03-15", "currency_id": euro.id, "rate": 4},
            ]
        )
        invoice = self.invoice(100, "2026-03-10", currency_id=euro.id)
        self.pay(60, "2026-03-20", currency=euro, match=invoice)
        self.invoice(7, "2026-03-11")
        foreign, own = self.act(currency_id=euro.id), self.act()
        (foreign + own).send()
        self.assertEqual(
            (foreign.debit, foreign.credit, foreign.closing), (100, 60, 40)
        )
        self.assertEqual(foreign.closing, self.ledger("2026-03-31", currency=euro))
        self.assertEqual(own.closing, 7)
        self.assertEqual(
            foreign.closing_company + own.closing_company, self.ledger("2026-03-31")
        )
        page = self.words(self.printed(foreign))
        self.assertIn("40.00", page)
        self.assertIn("Forty", page)

    def test_with_payables(self):
        bill = self._invoice(30, "in_invoice", "2026-03-09")
        bill.action_post()
        self.invoice(100, "2026-03-10")
        self.assertEqual(self.act().now_closing, 100)
        self.assertEqual(self.act(with_payable=True).now_closing, 70)

    def test_the_next_act_opens_with_the_last_closing(self):
        self.invoice(50, "2026-02-10")
        self.invoice(100, "2026-03-05")
        first = self.signed()
        self.invoice(10, "2026-04-05")
        second = self.signed("2026-04-01", "2026-04-30")
        self.assertEqual((second.opening, second.closing), (first.closing, 160))

    def test_what_is_posted_later_is_a_difference_and_no_other_act(self):
        self.invoice(100, "2026-03-05")
        act = self.signed()
        digest, closing = act.digest, act.closing
        self.invoice(30, "2026-03-15")
        self.invoice(8, "2026-01-15")
        self.env.invalidate_all()
        self.assertEqual((act.late_count, act.late_amount), (2, 38))
        self.assertEqual((act.digest, act.closing), (digest, closing))
        self.assertEqual(act._stored_digest(), digest)
        delta = self.env["kam.act"].browse(act.open_delta())
        self.assertEqual(act.open_delta(), delta.ids, "the open one is given again")
        self.assertEqual(delta.kind, "delta")
        self.assertEqual(
            self.rows(delta),
            [
                ("opening", "2026-02-28", 8, 0, True),
                ("invoice", "2026-03-15", 30, 0, True),
            ],
        )
        self.assertIn(f"difference after act No. {act.number}", delta.display_name)
        delta.send()
        delta.sign("Paul Buyer", "Charter", "2026-07-01")
        self.assertEqual((delta.opening, delta.closing), (100, 138))
        self.assertEqual(delta.closing, self.ledger("2026-03-31"))
        self.env.invalidate_all()
        self.assertEqual((act.late_count, delta.late_count), (0, 0))
        with self.assertRaisesRegex(UserError, "Nothing was posted"):
            act.open_delta()

    def test_an_entry_reset_after_the_act_gives_its_amount_back(self):
        invoice = self.invoice(100, "2026-03-05")
        other = self.invoice(20, "2026-03-06")
        act = self.signed()
        invoice.button_draft()
        other.button_draft()
        other.date = other.invoice_date = "2026-04-03"
        other.action_post()
        self.env.invalidate_all()
        self.assertEqual((act.late_count, act.late_amount), (2, -120))
        following = self.act("2026-04-01", "2026-04-30")
        self.assertEqual(
            self.rows(following),
            [
                ("invoice", "2026-03-05", 0, 100, True),
                ("invoice", "2026-03-06", 0, 20, True),
                ("invoice", "2026-04-03", 20, 0, False),
            ],
        )
        self.assertEqual(
            (following.now_opening, following.now_closing),
            (120, self.ledger("2026-04-30")),
        )

    def test_the_next_act_takes_up_what_no_delta_has(self):
        self.invoice(100, "2026-03-05")
        first = self.signed()
        self.invoice(30, "2026-03-15")
        second = self.signed("2026-04-01", "2026-04-30")
        self.assertEqual((second.opening, second.closing), (100, 130))
        with self.assertRaisesRegex(UserError, second.number):
            first.open_delta()
        self.invoice(5, "2026-03-16")
        self.env.invalidate_all()
        self.assertEqual(second.late_amount, 5)
        delta = self.env["kam.act"].browse(second.open_delta())
        self.assertEqual((delta.now_opening, delta.now_closing), (130, 135))

    def test_an_act_sent_before_the_one_before_was_corrected_is_not_signed(self):
        self.invoice(100, "2026-03-05")
        first = self.signed()
        self.invoice(30, "2026-03-15")
        second = self.act("2026-04-01", "2026-04-30")
        second.send()
        delta = self.env["kam.act"].browse(first.open_delta())
        delta.send()
        delta.sign("Paul Buyer", "Charter", "2026-07-01")
        with self.assertRaisesRegex(UserError, "Take it back"):
            second.sign("Paul Buyer", "Charter", "2026-07-01")
        second.take_back("The act before was corrected")
        second.send()
        second.sign("Paul Buyer", "Charter", "2026-07-01")
        self.assertEqual((second.opening, second.closing), (130, 130))

    def test_the_daily_look_opens_the_delta_act_and_tells_who_answers(self):
        self.invoice(100, "2026-03-05")
        act = self.signed(user_id=self.cy.id)
        self.invoice(30, "2026-03-15")
        for _again in (1, 2):
            with self.enter_registry_test_mode():
                cron = self.env.ref("kam_management.ir_cron_kam_act_differences")
                cron.method_direct_trigger()
        [delta] = act.delta_ids
        self.assertEqual(delta.activity_ids.user_id, self.cy)
        self.assertIn(act.number, delta.activity_ids.summary)

    def test_life(self):
        act = self.act()
        with self.assertRaisesRegex(UserError, "fits only"):
            act.sign("Paul", "Charter")
        act.send()
        with self.assertRaisesRegex(UserError, "Only a draft"):
            act.agreement = "Other"
        with self.assertRaisesRegex(UserError, "Only a draft"):
            act.unlink()
        act.register_answer("agreed", note="Fine")
        self.assertEqual((act.status, act.answer), ("answered", "agreed"))
        act.take_back()
        self.assertEqual((act.status, act.answer, act.closing), ("draft", False, 0))
        act.agreement = "Contract 7"
        act.send()
        with self.assertRaisesRegex(UserError, "Authority"):
            act.sign("Paul", "  ")
        with self.assertRaisesRegex(UserError, "before the end"):
            act.sign("Paul", "Charter", "2026-03-30")
        scan = base64.b64encode(b"%PDF scan").decode()
        act.sign("Paul", "Charter", "2026-04-02", scan=scan, scan_name="act.pdf")
        self.assertEqual(act.scan_digest, hashlib.sha256(b"%PDF scan").hexdigest())
        self.assertEqual(base64.b64decode(act.scan), b"%PDF scan")
        with self.assertRaisesRegex(UserError, "signed and stays"):
            act.take_back()
        with self.assertRaisesRegex(UserError, "signed and stays"):
            act.place = "Here"
        act.close()
        self.assertEqual(act.status, "closed")
        with self.assertRaises(UserError):
            act.write({"status": "draft"})

    def test_a_command_is_done_once(self):
        act = self.act()
        command_id = "6a8f7b8e-3f0e-4b0e-9d0e-0d1e2f3a4b5c"
        act.send(command_id=command_id)
        version = act.event_version
        act.send(command_id=command_id)
        self.env.invalidate_all()
        self.assertEqual(act.event_version, version)
        with self.assertRaisesRegex(UserError, "meanwhile"):
            act.take_back(expected_version=1)

    def test_lines_changed_in_the_table_are_not_signed_and_come_back(self):
        self.invoice(100, "2026-03-05")
        act = self.act()
        act.send()
        self.env.cr.execute(
            "UPDATE kam_act_line SET debit = 99 WHERE act_id = %s", [act.id]
        )
        with self.assertRaisesRegex(UserError, "not those that were sent"):
            act.sign("Paul", "Charter", "2026-07-01")
        act._restore_lines()
        act.sign("Paul", "Charter", "2026-07-01")
        self.assertEqual(act.line_ids.debit, 100)

    def test_the_print_has_two_halves_and_three_conclusions(self):
        invoice = self.invoice(1234.5, "2026-03-05")
        act = self.act(agreement="Contract 7 of 1 March", place="Riga")
        act.send()
        page = self.printed(act)
        self.assertEqual(len(page.xpath("//table//thead/tr[2]/th")), 8)
        [row] = page.xpath("//tr[starts-with(@name, 'line_')]")
        self.assertEqual(len(row.xpath("td")), 8)
        self.assertIn(invoice.name, self.words(row))
        self.assertIn("1,234.50", self.words(row))
        for word in (act.number, "Contract 7 of 1 March", "Riga", act.digest):
            self.assertIn(word, self.words(page))
        [told] = page.xpath("//p[@name='conclusion']")
        self.assertIn(f"{self.customer.name} owes", self.words(told))
        self.assertIn("One Thousand", self.words(told))
        self.pay(2000, "2026-03-06")
        other = self.act()
        [told] = self.printed(other).xpath("//p[@name='conclusion']")
        self.assertIn(f"{self.env.company.name} owes", self.words(told))
        self.invoice(765.5, "2026-03-07")
        [told] = self.printed(self.act()).xpath("//p[@name='conclusion']")
        self.assertIn("neither", self.words(told))

    def test_who_may_do_what(self):
        self.invoice(100, "2026-03-05")
        act = self.act()
        self.env.flush_all()
        self.assertEqual(act.with_user(self.kim).number, act.number)
        with self.assertRaises(AccessError):
            act.with_user(self.lou).read(["number"])
        with self.assertRaises(AccessError):
            act.with_user(self.kim).send()
        by_credit = act.with_user(self.cy)
        by_credit.send()
        by_credit.register_answer("disagreed", their_closing=90)
        self.assertEqual(act.their_closing, 90)
        with self.assertRaises(AccessError):
            self.env["kam.act"].with_user(self.kim).statement(
                self.customer.id, "2026-01-01", "2026-03-31"
            )

    def test_a_statement_without_an_act(self):
        invoice = self.invoice(100, "2026-03-05")
        self.pay(30, "2026-03-06")
        told = self.env["kam.act"].statement(
            self.customer.id, "2026-03-01", "2026-03-31"
        )
        self.assertEqual(Decimal(told["closing"]), 70)
        self.assertEqual(told["lines"][0]["number"], invoice.name)

    def test_nonsense_is_refused_in_a_sentence(self):
        act = self.act()
        act.send()
        for call in (
            lambda: act.register_answer("perhaps"),
            lambda: act.register_answer("disagreed", their_closing="much"),
            lambda: act.register_answer("disagreed", their_closing=float("nan")),
            lambda: act.register_answer("disagreed", lines=[{"line_id": 10**9}]),
            lambda: act.register_answer("disagreed", lines="x"),
            lambda: act.register_answer("disagreed", note="x" * 2001),
            lambda: act.sign("Paul", "Charter", "2026-07-01", scan="no base64!"),
            lambda: act.sign("Paul", "Charter", "someday"),
            lambda: act.statement("x", "2026-01-01", "2026-03-31"),
            lambda: self.act("2026-03-31", "2026-03-01"),
            lambda: self.act(scope="moon"),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                call()

    def test_a_copy_is_for_the_period_that_follows(self):
        act = self.signed()
        copy = act.copy()
        self.assertEqual(
            (str(copy.date_from), str(copy.date_to), copy.status),
            ("2026-04-01", "2026-04-30", "draft"),
        )
        self.assertNotEqual(copy.number, act.number)

    def test_ten_thousand_lines_take_few_queries(self):
        for day in range(1, 9):
            self.invoice(10 + day, f"2026-03-0{day}")
        act = self.act()
        with self.assertQueryCount(25):
            act.send()
