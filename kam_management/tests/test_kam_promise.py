"""Promises and disputes in Odoo: derived from the ledger, rights, decisions."""

import base64
import hashlib
import io
import zipfile
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..kam_core.collections import casefile
from . import client_case, common


class CollectionsCase(client_case.ClientCase):
    """Acme owes two invoices and belongs to Kim; Bolt to Lou; Cog to nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cy.group_ids += cls.env.ref("account.group_account_invoice")
        cls.account = cls.designate(cls.acme, cls.kim)
        cls.designate(cls.bolt, cls.lou)
        cls.first = cls.invoice(cls.acme, 1000, -60, -30)
        cls.second = cls.invoice(cls.acme, 500, -20, 10)
        cls.theirs = cls.invoice(cls.bolt, 300, -60, -40)
        cls.reason = cls.env.ref("kam_management.kam_dispute_reason_price")

    @classmethod
    def promise(cls, amount=1000, made=-10, by=-5, moves=None, user=None, **vals):
        return (
            cls.env["kam.promise"]
            .with_user(user or cls.kim)
            .create(
                {
                    "partner_id": cls.acme.id,
                    "amount": amount,
                    "made_on": cls.day(made),
                    "date_promised": cls.day(by),
                    "move_ids": moves and [Command.set(moves.ids)],
                    **vals,
                }
            )
        )

    @classmethod
    def pay(cls, move, amount, days):
        """Register a payment as an accountant does."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount, "payment_date": cls.day(days)})
        )
        return wizard._create_payments()

    @classmethod
    def dispute(cls, move, amount, user=None, **vals):
        return (
            cls.env["kam.dispute"]
            .with_user(user or cls.kim)
            .create(
                {
                    "partner_id": move.commercial_partner_id.id,
                    "reason_id": cls.reason.id,
                    "line_ids": [
                        Command.create({"move_id": move.id, "amount": amount})
                    ],
                    **vals,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestPromise(CollectionsCase, common.KamCase):
    def test_kept_broken_or_in_part_is_what_the_ledger_says(self):
        kept = self.promise(950, -10, -5, self.first)
        part = self.promise(500, -10, -6, self.second)
        broken = self.promise(300, -4, -3)
        still = self.promise(300, 0, 5)
        self.pay(self.first, 950, -3)
        self.pay(self.second, 100, -6)
        every = kept | part | broken | still
        self.assertEqual(every.mapped("state"), ["kept", "part", "broken", "open"])
        self.assertEqual(kept.kept_on, self.day(-3))
        self.assertEqual(part.paid_amount, 100)
        self.assertEqual(
            self.env["kam.promise"].search(
                [("state", "in", ["part", "broken"]), ("id", "in", every.ids)]
            ),
            part | broken,
        )
        groups = self.env["kam.promise"]._read_group(
            [("id", "in", every.ids)], ["state"], ["amount:sum"]
        )
        self.assertEqual(
            dict(groups), {"kept": 950, "part": 500, "broken": 300, "open": 300}
        )
        found = {one["id"]: one for one in every.keeping(str(self.day(-5)))}
        self.assertEqual(found[kept.id]["state"], "open")
        self.assertEqual(found[part.id]["state"], "open")
        self.assertNotIn(still.id, found)

    def test_an_allocation_undone_breaks_it_again(self):
        promise = self.promise(1000, -10, -5, self.first)
        self.assertEqual(promise.state, "broken")
        self.pay(self.first, 1000, -5)
        self.assertEqual(promise.state, "kept")
        self.first.line_ids.remove_move_reconcile()
        self.assertEqual(promise.state, "broken")

    def test_money_not_allocated_yet_keeps_a_promise_of_the_account(self):
        general = self.promise(700, -10, -5)
        named = self.promise(1000, -10, -5, self.first)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.acme.id,
                "amount": 700,
                "date": self.day(-6),
            }
        )
        payment.action_post()
        self.assertEqual((general.state, named.state), ("kept", "broken"))

    def test_credit_notes_settle_but_do_not_keep(self):
        promise = self.promise(1000, -10, -5, self.first)
        note = self.invoice(self.acme, -1000, -7)
        lines = (note | self.first).line_ids.filtered(
            lambda one: one.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual(promise.state, "settled")

    def test_a_state_in_another_currency(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "CHF")])
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2.0, "name": self.day(-400)}
        )
        move = self.first.copy({"currency_id": other.id})
        move.write({"invoice_date": self.day(-60), "currency_id": other.id})
        move.action_post()
        promise = self.promise(1000, -10, -5, move, currency_id=other.id)
        wrong = self.env["kam.promise"].with_user(self.kim)
        with self.assertRaisesRegex(UserError, "in CHF"):
            wrong.create(
                {
                    "partner_id": self.acme.id,
                    "amount": 1,
                    "move_ids": [Command.set(move.ids)],
                }
            )
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": self.day(-5)})
        )
        self.assertEqual(wizard.currency_id, other)
        wizard._create_payments()
        self.assertEqual((promise.state, promise.paid_amount), ("kept", 1000))

    def test_ten_promises_cost_as_many_queries_as_one(self):
        self.promise(100, -10, -5, self.first)
        self.env.flush_all()
        counts = []
        for more in (0, 0, 10):
            for n in range(more):
                self.promise(10 + n, -10, -5)
            every = self.env["kam.promise"].search([])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            every.mapped("state")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_only_of_ones_own_customers_and_their_invoices(self):
        with self.assertRaisesRegex(UserError, "do not answer"):
            self.promise(10, partner_id=self.bolt.id)
        with self.assertRaisesRegex(UserError, "no invoice of this customer"):
            self.promise(10, moves=self.theirs, user=self.cy)
        with self.assertRaisesRegex(UserError, "nobody of this customer"):
            self.promise(10, contact_id=self.bolt.id)
        with self.assertRaisesRegex(UserError, "above zero"):
            self.promise(0)
        anybody = self.promise(10, partner_id=self.cog.id, user=self.cy)
        self.assertFalse(anybody.account_id)
        with self.assertRaises(AccessError):
            anybody.with_user(self.kim).read(["amount"])
        account = self.designate(self.cog, self.kim, 0)
        self.assertEqual(anybody.account_id, account)
        self.assertEqual(anybody.with_user(self.kim).amount, 10)

    def test_withdrawn_with_a_reason_while_it_is_open(self):
        promise = self.promise(100, -1, 4)
        action = promise.action_withdraw()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.kim)
            .with_context(**action["context"])
            .create({"reason": "The invoice was wrong"})
        )
        dialog.action_apply()
        self.assertEqual(promise.state, "withdrawn")
        with self.assertRaisesRegex(UserError, "passed on"):
            self.promise(100, -10, -5).withdraw("Too late")
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            self.promise(100, 0, 5).withdraw("Stale", expected_version=7)
        with self.assertRaises(UserError):
            promise.unlink()
        with self.assertRaises(UserError):
            promise.copy()

    def test_the_form_proposes_what_is_open(self):
        form = Form(self.env["kam.promise"].with_user(self.cy))
        form.partner_id = self.acme
        form.move_ids.add(self.first)
        self.assertEqual(form.amount, 1000)
        form.date_promised = self.day(3)
        self.assertEqual(form.save().user_id, self.cy)

    def test_a_substitute_notes_it_on_behalf(self):
        self.env["kam.delegation"].with_user(self.kim).create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_to": self.day(3),
            }
        )
        promise = self.promise(10, 0, 3, user=self.lou)
        [event] = promise.kam_history()["events"]
        self.assertEqual((event["actor"], event["behalf"]), ("Lou", "Kim"))


@tagged("post_install", "-at_install")
class TestDispute(CollectionsCase, common.KamCase):
    def test_the_reason_gives_the_days(self):
        dispute = self.dispute(self.first, 400)
        self.assertEqual(dispute.date_due, self.today + timedelta(self.reason.days))
        self.assertEqual((dispute.amount, dispute.state), (400, "open"))
        late = self.dispute(self.second, 10, opened_on=self.day(-30))
        self.assertEqual(late.state, "late")
        found = self.env["kam.dispute"].search(
            [("state", "=", "late"), ("partner_id", "=", self.acme.id)]
        )
        self.assertEqual(found, late)

    def test_the_disputed_part_is_at_most_what_is_open(self):
        self.dispute(self.first, 400)
        [row] = self.env["kam.dispute"]._disputed(partner_ids=self.acme.ids)
        self.assertEqual(row[2:], (self.first.id, 400, 400))
        self.pay(self.first, 800, -1)
        [row] = self.env["kam.dispute"]._disputed(partner_ids=self.acme.ids)
        self.assertEqual(row[3], 200)
        before = self.env["kam.dispute"]._disputed(self.day(-1), self.acme.ids)
        self.assertFalse(before)

    def test_settled_and_reopened(self):
        dispute = self.dispute(self.first, 400)
        with self.assertRaisesRegex(UserError, "Conceded"):
            dispute.settle("partly", "Half of it", 400)
        dialog = (
            self.env["kam.collection.decide"]
            .with_user(self.kim)
            .create(
                {
                    "kind": "settle",
                    "dispute_id": dispute.id,
                    "outcome": "partly",
                    "accepted": 150,
                    "reason": "Half of it",
                }
            )
        )
        dialog.action_apply()
        self.assertEqual((dispute.state, dispute.accepted), ("settled", 150))
        with self.assertRaisesRegex(UserError, "was settled on"):
            dispute.date_due = self.day(40)
        dispute.reopen("They wrote again")
        self.assertEqual((dispute.state, dispute.accepted), ("open", 0))
        titles = [one["title"] for one in dispute.kam_history()["events"]]
        self.assertEqual(titles, ["Reopened", "Settled", "Disputed"])

    def test_a_command_sent_twice_settles_once(self):
        dispute = self.dispute(self.first, 400)
        key = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a77"
        for _time in range(2):
            dispute.settle("rejected", "The price was agreed", command_id=key)
        self.assertEqual(len(dispute.kam_history()["events"]), 2)

    def test_only_invoices_of_the_customer_and_no_more_than_they_say(self):
        with self.assertRaisesRegex(UserError, "dispute no more"):
            self.dispute(self.first, 1000.01)
        with self.assertRaisesRegex(UserError, "no invoice of this customer"):
            self.dispute(self.theirs, 10, partner_id=self.acme.id)
        with self.assertRaisesRegex(UserError, "“Documents” is empty"):
            self.dispute(self.first, 10, line_ids=False)
        with self.assertRaises(AccessError):
            self.dispute(self.first, 10).with_user(self.lou).read(["amount"])


@tagged("post_install", "-at_install")
class TestDisputeFile(CollectionsCase, common.KamHttpCase):
    """All papers of a case in one archive."""

    def test_all_papers_and_the_export_is_on_record(self):
        order = self.order(self.acme, -90)
        invoice = order._create_invoices()
        invoice.invoice_date = self.day(-80)
        invoice.action_post()
        invoice.message_post(body="They called: the price is wrong")
        self.env["ir.attachment"].create(
            {
                "name": "../photo.txt",
                "raw": b"wet sacks",
                "res_model": "account.move",
                "res_id": invoice.id,
            }
        )
        dispute = self.dispute(invoice, 10)
        found = dispute.case_file()
        content = base64.b64decode(found["content"])
        self.assertEqual(hashlib.sha256(content).hexdigest(), found["sha256"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            self.assertEqual(len(names), found["files"])
            text = {name: archive.read(name) for name in names}
        folders = {name.split("/")[0] for name in names if "/" in name}
        self.assertEqual(
            folders,
            {"History", "Invoices", "Orders", "Statement", "Messages", "Attachments"},
        )
        self.assertIn(b"Acme", text["summary.html"])
        self.assertTrue(any(b"price is wrong" in one for one in text.values()))
        self.assertTrue(any(one == b"wet sacks" for one in text.values()))
        self.assertFalse(any(".." in name.split("/") for name in names))
        [event, *_rest] = dispute.kam_history()["events"]
        self.assertEqual(
            (event["title"], event["actor"]), ("All papers exported", "Kim")
        )

    def test_what_is_too_large_is_named_and_left_out(self):
        dispute = self.dispute(self.first, 10)
        with patch.object(casefile.plan, "__defaults__", (10,)):
            found = dispute.case_file()
        self.assertEqual(found["files"], 1)
        self.assertIn("history.json", found["left_out"])

    def test_nobody_else_downloads_it(self):
        dispute = self.dispute(self.first, 10)
        url = dispute.action_export()["url"]
        for user, status in ((self.lou, 404), (self.kim, 200)):
            user.password = user.login
            self.authenticate(user.login, user.login)
            self.assertEqual(self.url_open(url).status_code, status, user.name)
        self.assertEqual(self.url_open("/kam/dispute/999999999/file").status_code, 404)
