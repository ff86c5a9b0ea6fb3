"""The worklist: ranking, next step, results in two taps, rights, and its cost."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import common, test_kam_promise


@tagged("post_install", "-at_install")
class TestWorklist(test_kam_promise.CollectionsCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cog.phone = "+1 206-555-0199"
        cls.cogs = cls.invoice(cls.cog, 50, -20, -12)

    def worklist(self, user, **args):
        return self.env["kam.collection"].with_user(user).worklist(**args)

    def row(self, partner, user=None):
        rows = self.worklist(user or self.cy)["rows"]
        return next(one for one in rows if one["id"] == partner.id)

    def note(self, result, partner=None, user=None, **args):
        model = self.env["kam.collection"].with_user(user or self.kim)
        return model.note((partner or self.acme).id, result, **args)

    def test_the_great_and_old_debts_come_first(self):
        found = self.worklist(self.cy)
        ours = [one for one in found["rows"] if one["name"] in ("Acme", "Bolt", "Cog")]
        self.assertEqual([one["name"] for one in ours], ["Acme", "Bolt", "Cog"])
        acme = ours[0]
        self.assertEqual((acme["overdue"], acme["documents"]), (1000, 1))
        self.assertEqual((acme["oldest_days"], acme["step"]), (30, "call"))
        self.assertIn("overdue since", acme["why"])
        scores = [one["score"] for one in found["rows"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        json.dumps(found)

    def test_each_sees_whom_they_collect_from(self):
        self.assertEqual(self.worklist(self.kim)["scopes"], ["own"])
        names = {one["name"] for one in self.worklist(self.kim, scope="all")["rows"]}
        self.assertEqual(names, {"Acme"})
        self.assertEqual(self.worklist(self.dot)["scopes"], ["own", "all"])
        support = new_test_user(
            self.env,
            "wl_support",
            groups="base.group_user,kam_management.group_kam_support",
        )
        for call in (
            lambda: self.worklist(support),
            lambda: self.note("other", user=support),
            lambda: self.note("other", partner=self.bolt),
            lambda: (
                self.env["kam.collection"].with_user(self.kim).documents(self.bolt.id)
            ),
            lambda: (
                self.env["kam.collection"].with_user(self.kim).compose(self.bolt.id)
            ),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_filters_and_pages(self):
        self.acme.name = "Zebra & Acme"
        found = self.worklist(self.cy, search="zebra")
        self.assertEqual([one["id"] for one in found["rows"]], self.acme.ids)
        counts = {one["code"]: one["count"] for one in found["steps"]}
        self.assertEqual(counts, {"todo": 1, "call": 1})
        self.assertFalse(self.worklist(self.cy, search="zebra", step="stop")["rows"])
        first = self.worklist(self.cy, limit=1)
        second = self.worklist(self.cy, limit=1, offset=1)
        self.assertNotEqual(first["rows"], second["rows"])
        self.assertEqual(first["total"], second["total"])

    def test_a_promise_in_two_taps(self):
        made = self.note("promised", promised_for=str(self.day(3)))
        promise = self.env["kam.promise"].browse(made["promise_id"])
        self.assertEqual((promise.amount, promise.user_id), (1000, self.kim))
        row = self.row(self.acme, self.kim)
        self.assertEqual((row["step"], row["waits"]), ("promise_wait", True))
        self.assertEqual(
            (row["promised"], row["last_result"]), (1000, "Promised to pay")
        )
        with self.assertRaisesRegex(UserError, "Promised for"):
            self.note("promised")

    def test_a_broken_promise_asks_for_a_call(self):
        self.promise(800, -10, -5)
        row = self.row(self.acme)
        self.assertEqual((row["step"], row["broken"]), ("broken", 1))
        self.note("no_answer")
        row = self.row(self.acme)
        self.assertEqual((row["step"], row["waits"]), ("wait", True))

    def test_a_dispute_takes_it_out(self):
        made = self.note(
            "disputes", move_ids=self.first.ids, reason_id=self.reason.id, note="Price"
        )
        dispute = self.env["kam.dispute"].browse(made["dispute_id"])
        self.assertEqual((dispute.amount, dispute.description), (1000, "Price"))
        row = self.row(self.acme)
        self.assertEqual((row["step"], row["disputed"]), ("settle", 1000))
        with self.assertRaisesRegex(UserError, "“Invoices” is empty"):
            self.note("disputes")

    def test_a_result_sent_twice_is_noted_once(self):
        key = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a78"
        first = self.note("will_check", command_id=key, again_on=str(self.day(2)))
        self.assertEqual(
            self.note("will_check", command_id=key, again_on=str(self.day(2))), first
        )
        talks = self.env["kam.collection.contact"].search(
            [("partner_id", "=", self.acme.id)]
        )
        self.assertEqual(len(talks), 1)
        with self.assertRaises(UserError):
            talks.result = "promised"
        with self.assertRaises(UserError):
            talks.unlink()

    def test_documents_of_a_customer(self):
        found = self.env["kam.collection"].with_user(self.kim).documents(self.acme.id)
        self.assertEqual(
            [
                (one["move_id"], one["amount"], one["days"])
                for one in found["documents"]
            ],
            [(self.first.id, 1000, 30), (self.second.id, 500, -10)],
        )
        self.assertIn(self.reason.id, [one["id"] for one in found["reasons"]])

    def test_written_to_in_their_language_with_the_statement(self):
        self.acme.email = "pay@acme.example.com"
        action = self.env["kam.collection"].with_user(self.kim).compose(self.acme.id)
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.kim)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(composer.subject, "Statement of open items")
        self.assertIn(self.acme, composer.partner_ids)
        [file] = composer.attachment_ids
        self.assertIn(self.first.name.encode(), file.raw)
        composer.action_send_mail()
        talk = self.env["kam.collection.contact"].search(
            [("partner_id", "=", self.acme.id)]
        )
        self.assertEqual((talk.kind, talk.result), ("mail", "sent"))

    def test_the_statement_adds_up_to_the_ledger(self):
        self.pay(self.first, 400, -1)
        [part] = self.acme._kam_statement()
        self.assertEqual((part["total"], part["overdue"]), (1100, 600))
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.acme.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(lines.mapped("balance")), part["total"])

    def test_a_hundred_customers_cost_as_many_queries_as_one(self):
        model = self.env["kam.collection"].with_user(self.cy)
        model.worklist()
        counts = []
        for more in (0, 30):
            partners = self.env["res.partner"].create(
                [{"name": f"Many {n}", "is_company": True} for n in range(more)]
            )
            for partner in partners:
                self.invoice(partner, 10, -20, -10)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            model.worklist()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 40)

    @mute_logger("odoo.sql_db")
    def test_wrong_arguments_are_refused_in_a_sentence(self):
        wrong = (None, True, -1, 2**70, float("nan"), "x", "nul\0", [], {}, [[1]])
        model = self.env["kam.collection"].with_user(self.cy)
        calls = {
            "worklist": ("scope", "step", "search", "offset", "limit"),
            "documents": ("partner_id",),
            "compose": ("partner_id",),
            "note": (
                "partner_id",
                "result",
                "note",
                "contact_id",
                "again_on",
                "amount",
                "promised_for",
                "move_ids",
                "reason_id",
                "kind",
                "command_id",
            ),
        }
        right = {
            "partner_id": self.acme.id,
            "result": "promised",
            "promised_for": str(self.day(1)),
        }
        for name, parameters in calls.items():
            for parameter in parameters:
                for value in wrong:
                    base = {k: v for k, v in right.items() if k in parameters}
                    with self.subTest(f"{name}({parameter}={value!r})"):
                        savepoint = self.env.cr.savepoint()
                        try:
                            getattr(model, name)(**{**base, parameter: value})
                        except UserError as refusal:
                            self.assertTrue(str(refusal))
                        finally:
                            savepoint.rollback()
                            savepoint.close(rollback=False)
                            self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestCollectionsPages(test_kam_promise.CollectionsCase, common.KamCase):
    def test_the_account_and_the_home_screen_show_it(self):
        self.promise(100, 0, 0)
        self.promise(100, -10, -5)
        self.dispute(self.first, 250)
        self.assertEqual(self.account.promise_count, 1)
        self.assertEqual(self.account.broken_count, 1)
        self.assertEqual(self.account.disputed, 250)
        needs = self.env["kam.account"].with_user(self.kim).home()["needs"]
        cards = {one["key"]: (one["count"], one["amount"]) for one in needs}
        self.assertEqual(cards["promises_due"], (1, 100))
        self.assertEqual(cards["promises_broken"], (1, 100))
        self.assertEqual(cards["disputes"], (1, 250))
        action = self.account.action_view_disputes()
        found = self.env["kam.dispute"].search(action["domain"])
        self.assertEqual(found.amount, 250)

    def test_the_agenda_of_a_visit_names_them(self):
        self.promise(100, 0, 2)
        self.dispute(self.first, 250)
        agenda = self.env["kam.visit.agenda"].with_user(self.kim)
        [found] = agenda.agenda(self.account.ids)
        sections = {one["key"]: one["items"] for one in found["sections"]}
        self.assertEqual(sections["promises"][0]["amount"], 100)
        self.assertEqual(sections["disputes"][0]["amount"], 250)


class ReminderCase(test_kam_promise.CollectionsCase):
    """Stages of 5, 20 (a call) and 40 days, which stops shipment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["kam.reminder.stage"].search([]).action_archive()
        cls.env.flush_all()
        cls.text = cls.env.ref("kam_management.mail_template_kam_reminder_friendly")
        cls.stages = cls.env["kam.reminder.stage"].create(
            [
                {"name": "First", "days": 5, "template_id": cls.text.id},
                {"name": "Call", "days": 20, "channel": "call"},
                {
                    "name": "Stop",
                    "days": 39,
                    "template_id": cls.text.id,
                    "is_stop": True,
                },
            ]
        )
        cls.acme.email = "pay@acme.example.com"
        cls.bolt.email = "pay@bolt.example.com"
        cls.everyone = (cls.acme | cls.bolt | cls.cog).ids
        # as it was run before: Acme had the first, Bolt that and a call
        for days in (-20, -12):
            cls.run_as(day=str(cls.day(days)))
        cls.before = cls.env["kam.reminder"].search(
            [("partner_id", "in", cls.everyone)]
        )

    @classmethod
    def run_as(cls, user=None, **args):
        model = cls.env["kam.reminder"].with_user(user or cls.cy)
        ids = model.run(partner_ids=cls.everyone, **args)
        return cls.env["kam.reminder"].browse(ids)

    def preview(self, **args):
        rows = self.env["kam.reminder"].with_user(self.cy).preview(**args)
        return {
            one["name"]: (one["stage"], one["reason"])
            for one in rows
            if one["partner_id"] in self.everyone
        }


@tagged("post_install", "-at_install")
class TestReminder(ReminderCase, common.KamCase):
    def test_preview_says_who_gets_what_and_why_not(self):
        late = self.invoice(self.acme, 100, -60, -10)
        self.assertEqual(
            self.preview(), {"Acme": ("Call", False), "Bolt": ("Stop", False)}
        )
        self.bolt.email = False
        self.dispute(self.first, 1000)
        self.dispute(late, 100)
        self.assertEqual(
            self.preview(), {"Acme": ("Call", "disputed"), "Bolt": ("Stop", "address")}
        )
        mine = [("partner_id", "in", self.everyone)]
        self.assertEqual(self.env["kam.reminder"].search(mine), self.before)

    def test_each_invoice_gets_each_stage_once(self):
        made = self.run_as()
        self.assertEqual(
            {(one.partner_id.name, one.stage_id.name) for one in made},
            {("Acme", "Call"), ("Bolt", "Stop")},
        )
        self.assertFalse(self.run_as())
        self.assertFalse(self.preview())
        self.assertEqual(made.mapped("amount"), [1000, 300])
        self.assertEqual(set(made.mapped("delivery")), {"call", "done"})

    def test_the_letter_waits_in_the_queue_with_the_statement(self):
        made = self.run_as().filtered(lambda one: one.partner_id == self.bolt)
        mail = self.env["mail.mail"].search(
            [("model", "=", "kam.reminder"), ("res_id", "=", made.id)]
        )
        self.assertEqual((len(mail), mail.state), (1, "outgoing"))
        self.assertEqual(mail.recipient_ids, self.bolt)
        self.assertIn("300", mail.body_html)
        self.assertIn(b"INV", mail.attachment_ids.raw)
        account = self.env["kam.account"].search([("partner_id", "=", self.bolt.id)])
        self.assertIn("Reminder", account.message_ids[0].body)
        self.assertEqual(made.signer_id, self.lou)

    def test_a_call_is_planned_for_the_manager(self):
        self.run_as()
        activity = self.account.activity_ids
        self.assertEqual(
            (activity.user_id, activity.summary), (self.kim, "Overdue: Call")
        )

    def test_promises_and_exceptions_hold_it_back(self):
        self.promise(1000, 0, 3, self.first)
        self.env["kam.reminder.exception"].create(
            {
                "partner_id": self.bolt.id,
                "reason": "In talks",
                "stage_ids": [Command.set(self.stages[2].ids)],
            }
        )
        self.assertEqual(
            self.preview(),
            {"Acme": ("Call", "promised"), "Bolt": ("Stop", "exception")},
        )
        self.env["kam.reminder.exception"].search([]).date_to = self.day(-1)
        self.assertEqual(self.preview()["Bolt"], ("Stop", False))
        self.env["kam.reminder.exception"].create(
            {"account_class": "A", "reason": "We call the great ones"}
        )
        self.assertEqual(self.preview()["Bolt"], ("Stop", "exception"))

    def test_the_stop_closes_the_gate_until_it_is_paid_or_lifted(self):
        reminder = self.run_as().filtered("is_stop")
        order = self.order(self.bolt, 0, confirm=False)
        [finding] = order._kam_findings()[order.id]
        self.assertEqual((finding.code, finding.severity), ("shipment_stopped", "ask"))
        with self.assertRaisesRegex(UserError, "is stopped since"):
            order.action_confirm()
        with self.assertRaisesRegex(UserError, "Reason"):
            reminder.with_user(self.cy).lift_stop("")
        action = reminder.action_lift()
        dialog = (
            self.env["kam.collection.decide"]
            .with_user(self.cy)
            .with_context(**action["context"])
            .create({"reason": "They pay tomorrow"})
        )
        dialog.action_apply()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertRaises(UserError):
            reminder.with_user(self.kim).lift_stop("I may not")

    def test_a_payment_opens_the_gate(self):
        self.run_as()
        self.pay(self.theirs, 300, 0)
        order = self.order(self.bolt, 0)
        self.assertEqual(order.state, "sale")

    def with_terms(self):
        """Let the stop hold Bolt's credit terms; return the terms and the reminder."""
        terms = self.env["kam.credit.terms"].with_user(self.cy)
        ids = terms.set_terms(self.bolt.ids, {"credit_limit": 9000}, "Trusted")
        reminder = self.run_as().filtered("is_stop")
        terms = terms.browse(ids)
        self.assertTrue(terms.on_hold)
        self.assertEqual(reminder.held_terms_id, terms)
        return terms, reminder

    def test_the_hold_of_the_terms_ends_with_the_stop(self):
        terms, reminder = self.with_terms()
        reminder.with_user(self.cy).lift_stop("They pay tomorrow")
        self.assertFalse(terms.on_hold)
        [last, *_rest] = terms.kam_history()["events"]
        self.assertEqual(last["title"], "Hold released")

    def test_the_hold_of_the_terms_ends_when_it_is_paid(self):
        terms, reminder = self.with_terms()
        cron = self.env.ref("kam_management.ir_cron_kam_reminder_release")
        for paid in (False, True):
            if paid:
                self.pay(self.theirs, 300, 0)
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(terms.on_hold, not paid)
        self.assertFalse(reminder.held_terms_id)

    def test_a_hold_of_another_reason_stays(self):
        terms = self.env["kam.credit.terms"].with_user(self.cy)
        ids = terms.set_terms(self.bolt.ids, {"credit_limit": 9000}, "Trusted")
        terms = terms.browse(ids)
        terms.hold("Their bank called")
        reminder = self.run_as().filtered("is_stop")
        reminder.with_user(self.cy).lift_stop("They pay tomorrow")
        self.assertTrue(terms.on_hold)

    def test_only_the_credit_controller_runs_it(self):
        with self.assertRaisesRegex(UserError, "credit controller"):
            self.run_as(self.kim)
        with self.assertRaisesRegex(UserError, "lies ahead"):
            self.run_as(day=str(self.day(1)))

    def test_through_the_dialog(self):
        action = self.env["kam.reminder.wizard"].with_user(self.cy).action_open()
        wizard = (
            self.env["kam.reminder.wizard"].with_user(self.cy).browse(action["res_id"])
        )
        for line in wizard.line_ids:
            line.selected = line.partner_id == self.acme
        self.assertEqual(wizard.count, 1)
        found = self.env["kam.reminder"].search(wizard.action_run()["domain"])
        self.assertEqual(found.partner_id, self.acme)
        wizard.day = self.day(30)
        wizard.action_preview()
        self.assertTrue(wizard.is_ahead)

    def test_a_rebuild_keeps_what_was_sent(self):
        made = self.run_as()
        self.assertFalse(self.env["kam.projector"]._drift("kam.reminder"))
        [event] = made[0].kam_history()["events"]
        self.assertEqual(event["title"], "Reminded")
