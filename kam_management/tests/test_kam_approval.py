"""One mechanism for what is beyond the rules: asked, routed, decided, used once."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..kam_core import measures
from ..kam_core.gate import Finding
from . import common

GROUP = "kam_management.group_kam_"
ASKED = {"currency": "USD", "amount": "120.00", "percent": "15"}


class TestKamApproval(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.today = company._kam_today()
        # the company's directors and controllers are those of this test
        everyone = cls.env["res.users"].search([])
        for name in ("director", "credit"):
            everyone.write({"group_ids": [Command.unlink(cls.group(name).id)]})
        for login, role in (
            ("anna", "user"),
            ("ben", "user"),
            ("helen", "head"),
            ("other", "head"),
            ("diana", "director"),
            ("carl", "credit"),
            ("sam", "support"),
        ):
            groups = f"base.group_user,{GROUP}{role}"
            if login == "sam":
                groups += ",sales_team.group_sale_salesman_all_leads"
            user = new_test_user(
                cls.env, f"apr_{login}", groups=groups, email=f"{login}@example.com"
            )
            setattr(cls, login, user)
        partner = cls.env["res.partner"].create({"name": "Mill", "is_company": True})
        cls.account = cls.env["kam.account"].create(
            {
                "partner_id": partner.id,
                "head_id": cls.helen.id,
                "owner_ids": [Command.create({"user_id": cls.anna.id})],
            }
        )
        product = cls.env["product.product"].create({"name": "Rye", "list_price": 100})
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 8})
                    ],
                }
                for _n in range(2)
            ]
        )
        cls.order = cls.orders[0]

    @classmethod
    def group(cls, name):
        return cls.env.ref(GROUP + name)

    def ask(self, user=None, measure=None, **more):
        found = self.env["kam.approval"].with_user(user or self.anna)
        values = {"kind": "discount", "reason": "A tender", **more}
        record = values.pop("record", self.order)
        kind, reason = values.pop("kind"), values.pop("reason")
        approval_id = found.ask(
            kind, record._name, record.id, measure or ASKED, reason, **values
        )
        return found.browse(approval_id).with_user(self.env.user)

    def stand_in(self, absent, substitute, approves=True):
        return self.env["kam.delegation"].create(
            {
                "user_id": absent.id,
                "substitute_id": substitute.id,
                "date_from": self.today,
                "date_to": self.today + timedelta(3),
                "may_approve": approves,
            }
        )

    def finding(self, amount="120.00", kind="discount", severity="ask"):
        measure = {"currency": "USD", "amount": amount, "percent": "15"}
        return Finding("real_discount", kind, severity, "Beyond the column.", measure)

    # ---------------------------------------------------------------- ask, route
    def test_ask_and_approve(self):
        approval = self.ask(valid_until=str(self.today + timedelta(5)))
        self.assertEqual(approval.approver_id, self.helen)
        self.assertEqual(approval.account_id, self.account)
        self.assertEqual((approval.amount, approval.percent), (120, 15))
        self.assertEqual(approval.activity_ids.user_id, self.helen)
        self.assertIn("Mill", approval.display_name)
        waiting = approval.with_user(self.helen).search([("waits_for_me", "=", True)])
        self.assertEqual(waiting, approval)
        self.assertFalse(
            approval.with_user(self.anna).search([("waits_for_me", "=", True)])
        )
        approval.with_user(self.helen).approve("Once", expected_version=1)
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.decided_by_id, self.helen)
        self.assertFalse(approval.activity_ids)
        self.assertIn(self.anna.partner_id, approval.message_ids.partner_ids)
        titles = [one["title"] for one in approval.kam_history()["events"]]
        self.assertEqual(titles, ["Approved", "Asked"])

    def test_the_mail_goes_to_the_approver(self):
        with self.mock_mail() as sent:
            self.ask()
        self.assertIn(self.helen.partner_id, sent)

    def mock_mail(self):
        """Collect the partners that are notified."""
        case = self

        class Sent(list):
            def __enter__(self):
                model = type(case.env["mail.thread"])
                notify = model.message_notify

                def spy(thread, *args, partner_ids=(), **kwargs):
                    self.extend(case.env["res.partner"].browse(partner_ids))
                    return notify(thread, *args, partner_ids=partner_ids, **kwargs)

                self.patcher = patch.object(model, "message_notify", spy)
                self.patcher.start()
                return self

            def __exit__(self, *error):
                self.patcher.stop()

        return Sent()

    def test_by_amount_kind_and_class(self):
        self.env["kam.approval.rule"].create(
            [
                {"kind": "discount", "amount_to": 100, "role": "head"},
                {"kind": "discount", "role": "director"},
                {
                    "kind": "discount",
                    "account_class": "A",
                    "role": "user",
                    "user_id": self.other.id,
                },
            ]
        )
        self.assertEqual(self.ask().approver_id, self.diana)
        less = {**ASKED, "amount": "100"}
        self.assertEqual(self.ask(measure=less, kind="column").approver_id, self.helen)
        approval = self.ask(measure=less, record=self.orders[1])
        self.assertEqual(approval.approver_id, self.helen)
        self.assertEqual(approval.rule_id.amount_to, 100)
        self.assertEqual(approval.rule_version, 1)
        self.assertEqual(self.ask(kind="credit").approver_id, self.carl)
        self.account.with_user(self.helen).designate(
            self.account.partner_id.ids, "A", "Large"
        )
        self.assertEqual(
            self.ask(measure=less, record=self.account).approver_id, self.other
        )

    def test_a_head_who_asks_goes_to_the_director(self):
        self.assertEqual(self.ask(self.helen).approver_id, self.diana)
        self.account.head_id = self.diana
        with self.assertRaisesRegex(UserError, "Nobody but you"):
            self.ask(self.diana, record=self.account)

    def test_another_currency_is_routed_in_the_company_s(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.env.company.currency_id.id)], limit=1)
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 2, "name": "2020-01-01"}
        )
        approval = self.ask(measure={"currency": other.name, "amount": "120"})
        self.assertEqual(approval.amount, 60)

    def test_asking_again(self):
        first = self.ask()
        with self.assertRaisesRegex(UserError, "asked already"):
            self.ask(measure={**ASKED, "amount": "100"})
        second = self.ask(measure={**ASKED, "amount": "130"})
        self.assertEqual((first.state, second.state), ("voided", "asked"))

    def test_once_for_a_command_id(self):
        key = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a77"
        self.assertEqual(self.ask(command_id=key), self.ask(command_id=key))

    def test_asked_for_the_absent_owner(self):
        self.stand_in(self.anna, self.ben)
        approval = self.ask(self.ben)
        self.assertEqual(approval.behalf_id, self.anna)
        self.assertEqual(approval.requester_id, self.ben)
        # neither decides, even when both stand in for the head
        self.stand_in(self.helen, self.anna)
        for user in (self.anna, self.ben):
            self.assertDenied(approval, user)
        approval.with_user(self.helen).approve()

    def test_who_may_ask(self):
        for user in (self.ben, self.other):
            with self.assertRaises(AccessError):
                self.ask(user)
        self.assertEqual(self.ask(self.sam).requester_id, self.sam)

    def test_wrong_requests(self):
        for more in (
            {"kind": "holiday"},
            {"reason": " "},
            {"measure": {"amount": float("nan")}},
            {"measure": {"amount": "1", "currency": "Ducats"}},
            {"valid_until": "tomorrow"},
            {"record": self.env.company},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.ask(**more)

    # -------------------------------------------------------------------- decide
    def assertDenied(self, approval, user):
        record = approval.with_user(user)
        for act in (
            record.approve,
            lambda: record.approve_less({**ASKED, "amount": "1"}),
            lambda: record.refuse("No."),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()
        self.assertEqual(approval.state, "asked")

    def test_who_may_not_decide(self):
        approval = self.ask()
        for user in (self.anna, self.ben, self.other, self.carl, self.sam):
            self.assertDenied(approval, user)
        self.stand_in(self.helen, self.anna)  # the substitute is who asked
        self.assertDenied(approval, self.anna)
        self.stand_in(self.helen, self.other, approves=False)
        self.assertDenied(approval, self.other)

    def test_the_requester_s_own_substitute_may_not(self):
        approval = self.ask()
        self.stand_in(self.helen, self.ben)
        self.stand_in(self.anna, self.ben)
        self.assertDenied(approval, self.ben)

    def test_the_approver_s_substitute_and_the_director_may(self):
        self.stand_in(self.helen, self.ben)
        approval = self.ask()
        self.assertEqual(approval.activity_ids.user_id, self.helen | self.ben)
        self.assertTrue(approval.with_user(self.ben).may_decide)
        approval.with_user(self.ben).approve()
        event = approval.kam_history()["events"][0]
        self.assertEqual(event["behalf"], self.helen.name)
        other = self.ask(record=self.orders[1])
        other.with_user(self.diana).refuse("Not now.")
        self.assertEqual(other.state, "refused")

    def test_no_write_no_create_no_delete(self):
        approval = self.ask()
        for user in (self.anna, self.helen, self.diana):
            mine = approval.with_user(user)
            for act in (
                lambda mine=mine: mine.write({"state": "approved"}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.create(mine.copy_data()),
                lambda mine=mine: mine.copy(),
            ):
                with self.assertRaises(UserError):
                    act()
        with self.assertRaisesRegex(UserError, "use the button"):
            approval.sudo().write({"state": "approved"})

    def test_less(self):
        approval = self.ask()
        dialog = (
            self.env["kam.approval.decide"]
            .with_user(self.helen)
            .create({"approval_id": approval.id, "percent": 10, "amount": 80})
        )
        dialog.answer = "Ten, no more."
        dialog.action_apply()
        self.assertEqual(
            measures.decode(approval.granted),
            {"currency": "USD", "amount": "80.00", "percent": "10.00"},
        )
        self.assertEqual(approval.state, "approved")

    def test_a_stale_decision_is_refused(self):
        approval = self.ask()
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            approval.with_user(self.helen).approve(expected_version=7)

    def test_withdraw(self):
        approval = self.ask()
        with self.assertRaises(AccessError):
            approval.with_user(self.carl).withdraw()
        approval.with_user(self.anna).withdraw("Found another way")
        self.assertEqual(approval.state, "withdrawn")
        self.assertDeniedClosed(approval)

    def assertDeniedClosed(self, approval):
        with self.assertRaisesRegex(UserError, "already"):
            approval.with_user(self.helen).approve()

    def test_expiry(self):
        last = str(self.today + timedelta(2))
        asked = self.ask(valid_until=last)
        granted = self.ask(record=self.orders[1], valid_until=last)
        granted.with_user(self.helen).approve()
        open_ended = self.ask(record=self.account)
        company = type(self.env.company)
        for days, state in ((2, "asked"), (3, "expired")):
            day = self.today + timedelta(days)
            with (
                patch.object(company, "_kam_today", lambda _self, day=day: day),
                patch("odoo.fields.Date.today", lambda *_a, day=day: day),
                self.enter_registry_test_mode(),
            ):
                self.env.ref(
                    "kam_management.ir_cron_kam_approval_expire"
                ).method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(asked.state, state)
        self.assertEqual((granted.state, open_ended.state), ("expired", "asked"))

    # ----------------------------------------------------------------------- use
    def covered(self, orders, found):
        return self.env["kam.approval"]._covered(orders, found)

    def test_covers_exactly_what_was_asked(self):
        approval = self.ask()
        found = {self.order.id: [self.finding()]}
        self.assertEqual(self.covered(self.order, found), found)  # only asked
        approval.with_user(self.helen).approve()
        self.assertEqual(self.covered(self.order, found), {self.order.id: []})
        for finding in (
            self.finding("120.01"),
            self.finding(kind="credit"),
            self.finding(severity="block"),
        ):
            one = {self.order.id: [finding]}
            self.assertEqual(self.covered(self.order, one), one)
        strange = {self.orders[1].id: [self.finding()]}
        self.assertEqual(self.covered(self.orders[1], strange), strange)

    def confirm(self, orders, findings):
        model = type(self.env["sale.order"])
        with patch.object(
            model, "_kam_findings", lambda found: dict.fromkeys(found.ids, findings)
        ):
            orders.action_confirm()

    def test_the_gate_lets_through_and_uses_it(self):
        with self.assertRaisesRegex(UserError, "Beyond the column"):
            self.confirm(self.order, [self.finding()])
        approval = self.ask()
        approval.with_user(self.helen).approve()
        self.confirm(self.order.with_user(self.anna), [self.finding()])
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(approval.state, "used")
        self.assertEqual(
            (approval.used_model, approval.used_id), ("sale.order", self.order.id)
        )

    def test_one_approval_of_an_account_serves_one_order(self):
        approval = self.ask(record=self.account)
        approval.with_user(self.helen).approve()
        for order, passes in zip(self.orders, (True, False), strict=True):
            if passes:
                self.confirm(order, [self.finding()])
                continue
            with self.assertRaisesRegex(UserError, "Beyond the column"):
                self.confirm(order, [self.finding()])
        self.assertEqual(approval.used_id, self.orders[0].id)

    def test_an_order_that_outgrows_it_voids_it(self):
        approval = self.ask()
        model = type(self.env["sale.order"])
        for amount, state in (("119", "asked"), ("121", "voided")):
            found = {self.order.id: [self.finding(amount)]}
            with patch.object(model, "_kam_findings", lambda _s, found=found: found):
                self.env["kam.approval"]._watch(self.order)
                self.env.cr.precommit.run()
            self.assertEqual(approval.state, state)

    def test_queries(self):
        """An order without findings costs nothing; with, one query for all orders."""
        found = {one.id: [] for one in self.orders}
        approvals = self.env["kam.approval"]
        with self.assertQueryCount(0):
            approvals._covered(self.orders, found)
            approvals._use_for(self.orders, found)
        found = {one.id: [self.finding()] for one in self.orders}
        self.orders.mapped("kam_account_id.company_id.root_id")
        self.env.flush_all()
        with self.assertQueryCount(1):
            approvals._covered(self.orders, found)
