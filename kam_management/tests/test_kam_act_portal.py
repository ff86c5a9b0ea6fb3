"""The customer's side: own acts only, by page, address, token and RPC."""

import json

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import common, test_kam_act


@tagged("post_install", "-at_install")
class TestKamActPortal(test_kam_act.ActCase, common.KamHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours, cls.theirs = (
            new_test_user(cls.env, login, groups="base.group_portal", password=login)
            for login in ("portal_north", "portal_south")
        )
        cls.ours.partner_id.parent_id = cls.customer
        cls.theirs.partner_id.parent_id = cls.other
        cls.env.cr.flush()

    def setUp(self):
        super().setUp()
        self.invoice(100, "2026-03-05")
        self.invoice(55, "2026-03-06", partner=self.other)
        self.mine = self.act()
        self.foreign = self.act(partner=self.other)
        self.draft = self.act("2026-04-01", "2026-04-30")
        (self.mine + self.foreign).send()
        self.env.flush_all()

    def get(self, path, **more):
        return self.url_open(path, **more)

    def answer(self, act, token=None, **data):
        csrf = http.Request.csrf_token(self)
        return self.url_open(
            f"/my/acts/{act.id}/answer",
            data={"csrf_token": csrf, "access_token": token or "", **data},
        )

    def rpc(self, model, method, *args, **kwargs):
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()

    def test_own_acts_and_no_others(self):
        self.authenticate("portal_north", "portal_north")
        page = self.get("/my/acts").text
        self.assertIn(self.mine.number, page)
        self.assertNotIn(self.foreign.number, page)
        self.assertNotIn(self.draft.number, page)
        self.assertIn("100.00", self.get(f"/my/acts/{self.mine.id}").text)
        for act in (self.foreign, self.draft):
            for path in (f"/my/acts/{act.id}", f"/my/acts/{act.id}?report_type=html"):
                self.assertNotIn(act.number, self.get(path).text)

    def test_by_rpc_own_only_and_nothing_of_ours(self):
        self.authenticate("portal_north", "portal_north")
        found = self.rpc("kam.act", "search_read", [], ["number"])["result"]
        self.assertEqual([one["id"] for one in found], self.mine.ids)
        lines = self.rpc("kam.act.line", "search_read", [], ["debit"])["result"]
        self.assertEqual([one["debit"] for one in lines], [100])
        for model, method, args in (
            ("kam.act", "read", [self.foreign.ids, ["number"]]),
            ("kam.act", "read", [self.draft.ids, ["number"]]),
            ("kam.act", "read", [self.mine.ids, ["late_amount"]]),
            ("kam.act", "write", [self.mine.ids, {"place": "x"}]),
            ("kam.act", "send", [self.mine.ids]),
            ("kam.act", "sign", [self.mine.ids, "I", "Me"]),
            ("kam.act", "register_answer", [self.mine.ids, "agreed"]),
            ("kam.act", "open_delta", [self.mine.ids]),
            ("kam.act", "kam_history", [self.mine.ids]),
            ("kam.act", "kam_as_of", [self.mine.ids, "2026-07-01"]),
            ("kam.act", "statement", [self.customer.id, "2026-01-01", "2026-02-01"]),
            ("kam.act.line", "read", [self.foreign.line_ids.ids, ["debit"]]),
            ("kam.act.their", "search_read", [[], ["number"]]),
            ("kam.act.difference", "search_read", [[], ["cause"]]),
            ("kam.ageing", "control", []),
            ("kam.ageing.item", "search_read", [[], ["residual"]]),
        ):
            with self.subTest(f"{model}.{method}"):
                self.assertIn("error", self.rpc(model, method, *args))

    def test_a_token_opens_its_act_alone(self):
        self.authenticate(None, None)
        token = self.mine._portal_ensure_token()
        self.draft._portal_ensure_token()
        self.env.flush_all()
        page = self.get(f"/my/acts/{self.mine.id}?access_token={token}").text
        self.assertIn(self.mine.number, page)
        for act, given in (
            (self.foreign, token),
            (self.mine, "wrong"),
            (self.mine, ""),
            (self.draft, self.draft.access_token),
        ):
            page = self.get(f"/my/acts/{act.id}?access_token={given}").text
            self.assertNotIn(act.number, page)

    def test_the_customer_agrees(self):
        self.authenticate("portal_north", "portal_north")
        self.answer(self.mine, answer="agreed", note="All right")
        self.env.invalidate_all()
        self.assertEqual((self.mine.status, self.mine.answer), ("answered", "agreed"))
        self.assertEqual(self.mine.answered_by_id, self.ours.partner_id)
        self.assertEqual(self.mine.answer_note, "All right")

    def test_the_customer_disagrees_line_by_line(self):
        self.authenticate("portal_north", "portal_north")
        line = self.mine.line_ids
        self.answer(
            self.mine,
            answer="disagreed",
            closing="90",
            **{
                f"line_{line.id}": "1",
                f"amount_{line.id}": "90",
                f"reason_{line.id}": "One crate was broken",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(self.mine.their_closing, 90)
        one = self.mine.difference_ids
        self.assertEqual((one.our_amount, one.their_amount, one.amount), (100, 90, 10))
        self.assertEqual(one.remark, "One crate was broken")
        self.assertEqual(one.activity_ids.user_id, self.mine.user_id)
        page = self.get(f"/my/acts/{self.mine.id}").text
        self.assertIn("One crate was broken", page)

    def test_said_again_it_replaces_and_a_payment_has_its_own_sign(self):
        self.pay(30, "2026-03-20")
        self.mine.take_back()
        self.mine.send()
        self.env.flush_all()
        self.authenticate("portal_north", "portal_north")
        invoice, payment = self.mine.line_ids
        for amount in ("90", "1.090,50"):
            self.answer(
                self.mine,
                answer="disagreed",
                closing="1 060,50",
                **{
                    f"line_{invoice.id}": "1",
                    f"amount_{invoice.id}": amount,
                    f"line_{payment.id}": "1",
                    f"amount_{payment.id}": "25",
                },
            )
        self.env.invalidate_all()
        found = self.mine.difference_ids.sorted("our_amount")
        self.assertEqual(found.mapped("their_amount"), [-25, 1090.5])
        self.assertEqual(found.mapped("amount"), [-5, -990.5])
        self.assertEqual(self.mine.their_closing, 1060.5)

    def test_the_statement_in_another_currency_and_as_a_file(self):
        euro = self.env.ref("base.EUR")
        if euro == self.env.company.currency_id:
            euro = self.env.ref("base.USD")
        euro.active = True
        self.invoice(77, "2026-03-07", currency_id=euro.id)
        self.env.flush_all()
        self.authenticate("portal_north", "portal_north")
        asked = "/my/statement?date_from=2026-03-01&date_to=2026-03-31"
        page = self.get(asked).text
        self.assertIn(f'value="{euro.id}"', page)
        self.assertNotIn("77.00", page)
        self.assertIn("77.00", self.get(f"{asked}&currency={euro.id}").text)
        for wrong in ("x", "0", "999999", "-1"):
            self.assertEqual(self.get(f"{asked}&currency={wrong}").status_code, 200)
        file = self.get(f"{asked}&report_type=pdf")
        self.assertIn("attachment", file.headers["Content-Disposition"])
        self.assertGreater(len(file.content), 1000)
        for kind in ("html", "pdf"):
            with mute_logger("odoo.http", "odoo.addons.web.controllers.report"):
                path = f"/report/{kind}/kam_management.report_kam_account_statement"
                answer = self.get(f"{path}/{self.other.id}")
            self.assertNotIn("South Trading", answer.text)

    def test_answers_that_do_not_count(self):
        self.authenticate("portal_north", "portal_north")
        foreign_line = self.foreign.line_ids.id
        for data in (
            {"answer": "perhaps"},
            {"answer": "disagreed", f"line_{foreign_line}": "1"},
            {"answer": "disagreed", "closing": "much"},
            {"answer": "disagreed", "note": "x" * 3000},
        ):
            page = self.answer(self.mine, **data).text
            self.assertIn("alert-danger", page)
        self.answer(self.foreign, answer="agreed")
        self.answer(self.draft, answer="agreed")
        self.env.invalidate_all()
        self.assertEqual(self.mine.status, "sent")
        self.assertEqual(self.foreign.status, "sent")
        self.assertEqual(self.draft.status, "draft")
        self.url_open(f"/my/acts/{self.mine.id}/answer", data={"answer": "agreed"})
        self.env.invalidate_all()
        self.assertEqual(self.mine.status, "sent", "without the form's own token")

    def test_a_signed_act_is_answered_no_more(self):
        self.mine.sign("Paul", "Charter", "2026-07-01")
        self.authenticate("portal_north", "portal_north")
        self.assertIn("alert-danger", self.answer(self.mine, answer="agreed").text)
        self.assertNotIn('name="answer"', self.get(f"/my/acts/{self.mine.id}").text)

    def test_the_print(self):
        self.authenticate("portal_north", "portal_north")
        page = self.get(f"/my/acts/{self.mine.id}?report_type=html").text
        self.assertIn("By the data of", page)
        self.assertIn(self.mine.digest, page)

    def test_the_statement_is_of_the_own_company(self):
        self.authenticate("portal_north", "portal_north")
        page = self.get("/my/statement?date_from=2026-03-01&date_to=2026-03-31").text
        self.assertIn("100.00", page)
        self.assertNotIn("55.00", page)
        for wrong in ("date_from=x", "date_from=1990-01-01", "date_to=9999-12-31"):
            self.assertEqual(self.get(f"/my/statement?{wrong}").status_code, 200)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.get("/my/statement").url)

    def test_the_home_page_counts(self):
        self.authenticate("portal_north", "portal_north")
        self.assertIn("/my/acts", self.get("/my/home").text)

    def test_internal_people_without_a_role_see_nothing(self):
        clerk = new_test_user(self.env, "clerk_only", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.mine.with_user(clerk).read(["number"])
