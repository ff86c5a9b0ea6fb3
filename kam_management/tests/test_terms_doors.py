"""What the gate refuses with an error, and what it handles right: one test for each.

Refused with an error, never a wizard that an integration takes for success:

=====================================  ==============================================
reopening a closed order               ``TestCreditGate.test_reopening_a_closed_order``
a copy beyond the room                 ``TestCreditGate.test_every_door``
from "sent"                            ``TestCreditGate.test_every_door``
one mass confirmation, its sum over    ``TestCreditGate.test_many_at_once_…_or_none``
quantity, price raised after           ``TestCreditGate.test_raised_after_confirmation``
discount through a price edit          ``TestKamPricing.test_after_confirmation``
another active company                 ``TestCreditGate.test_another_active_company_…``
one's own request                      ``TestKamApproval.test_who_may_not_decide``,
                                       ``TestOwnRequest`` here
an approval twice, or for more         ``TestKamApproval.test_one_approval_…``,
                                       ``TestKamPricing.test_asked_approved_…``
born confirmed, by a default           ``TestDoors`` here
the same over RPC                      ``TestOverRpc`` here
=====================================  ==============================================

Handled right:

=====================================  ==============================================
down payments, parts, credit notes     ``TestDoors`` here; ``TestExposureWalk``
limit 0; no limit                      ``TestCreditGate.test_zero_means_zero_…``
a limit in another currency            ``TestCreditGate.test_a_limit_in_another_…``
a due date moved                       ``TestCreditGate.test_the_earlier_due_date_…``,
                                       ``test_kam_due_date``
archived partner with debt             ``TestCreditTerms.test_an_archived_customer_…``,
                                       ``TestDoors`` here
branch companies                       ``TestCreditGate.test_branches_share_…``
paid in full online                    ``TestCreditGate.test_paid_online_…``
signed on the portal                   ``test_terms_portal``
=====================================  ==============================================
"""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from . import common, test_kam_credit
from .client_case import GROUP
from .pricing_case import PricingCase


class TestDoors(test_kam_credit.CreditCase, common.KamCase):
    def test_born_confirmed_by_a_default(self):
        self.grant(self.acme, 100)
        values = {
            "partner_id": self.acme.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": 1,
                        "price_unit": 101,
                        "tax_ids": False,
                    }
                )
            ],
        }
        orders = self.env["sale.order"]
        self.assertRefused(
            lambda: orders.with_context(default_state="sale").create(values)
        )
        self.env["ir.default"].set("sale.order", "state", "sale", user_id=True)
        self.assertRefused(lambda: orders.create(values))
        values["order_line"][0][2]["price_unit"] = 100
        self.assertEqual(orders.create(values).state, "sale")
        self.assertRefused(lambda: self.quote(self.acme, 1).action_confirm())

    def test_down_payment_part_invoice_and_credit_note(self):
        """100 ordered, 30 paid down, 70 invoiced, 20 credited: always what is open."""
        terms = self.grant(self.acme, 100, overdue_days=30)
        order = self.quote(self.acme, 100)
        order.action_confirm()
        self.assertRefused(self.quote(self.acme, 1).action_confirm)
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": 30,
            }
        )
        down = wizard._create_invoices(order)
        self.assertEqual(self.standing(terms).exposure, 100)
        down.action_post()
        self.assertEqual(self.standing(terms).exposure, 100)  # 30 owed, 70 reserved
        self.assertEqual(self.standing(terms).reserved, 70)
        self.register_payment(down)
        self.assertEqual(self.standing(terms).exposure, 70)
        self.quote(self.acme, 30).action_confirm()
        rest = order._create_invoices(final=True)
        rest.action_post()
        self.assertEqual(rest.amount_total, 70)
        self.assertEqual(self.standing(terms).exposure, 100)
        back = rest._reverse_moves()
        back.invoice_line_ids.filtered(lambda one: one.price_subtotal < 0).unlink()
        back.invoice_line_ids.price_unit = 20
        back.action_post()  # a credit note is never held up
        self.assertEqual(self.standing(terms).exposure, 80)
        self.quote(self.acme, 20).action_confirm()

    def register_payment(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def test_an_archived_customer_orders_within_its_room_only(self):
        self.grant(self.acme, 100)
        self.invoice(self.acme, 70, -10, due=10)
        order = self.quote(self.acme, 31)
        self.acme.active = False
        self.assertRefused(order.action_confirm)
        order.order_line.price_unit = 30
        order.action_confirm()

    def test_a_branch_s_active_company_and_both_companies_limits(self):
        other = self.env["res.company"].create({"name": "Another trade"})
        self.env.user.company_ids += other
        (self.cy | self.hal).company_ids += other
        self.grant(self.acme, 100)
        there = self.env["kam.credit.terms"].with_user(self.cy).with_company(other)
        there.set_terms(self.acme.ids, {"credit_limit": 10}, "A trial")
        here = self.quote(self.acme, 100)
        abroad = self.quote(self.acme, 11, company_id=other.id)
        both = (here | abroad).with_context(
            allowed_company_ids=[other.id, self.company.id]
        )
        self.assertRefused(both.action_confirm, abroad.name)
        self.assertEqual(here.state, "draft", "all or none")
        here.action_confirm()
        abroad.order_line.price_unit = 10
        abroad.action_confirm()

    def test_paid_in_full_on_the_website_is_confirmed_by_the_payment(self):
        terms = self.grant(self.acme, 10)
        order = self.quote(self.acme, 100, require_payment=True)
        order.prepayment_percent = 1
        transaction = self.paid_online(order, 100, "done")
        transaction._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.standing(terms).exposure, 0)
        self.assertRefused(lambda: order.order_line.write({"price_unit": 111}))

    def test_limit_raised_or_payment_lets_the_queue_go_end_to_end(self):
        """What a controller does and what the hourly look does, in their own rights."""
        self.company.kam_credit_automatic = True
        terms = self.grant(self.acme, 50)
        order = self.quote(self.acme, 60, user_id=self.kim.id)
        order.with_user(self.kim).kam_wait("Season")
        cron = self.env.ref("kam_management.ir_cron_credit_queue")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        terms.with_user(self.cy).change_terms({"credit_limit": 60}, "Grew")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(
            (order.state, order.kam_queue_ids.status), ("sale", "released")
        )
        self.assertFalse(order.kam_waits)


class TestOwnRequest(PricingCase, common.KamCase):
    """Nobody decides on their own request, whatever rights they hold or borrow."""

    def ask(self, order, user):
        approvals = self.env["kam.approval"].with_user(user)
        approval_id = approvals.ask("discount", "sale.order", order.id, None, "Tender")
        return self.env["kam.approval"].browse(approval_id)

    def assertOwn(self, approval, user):
        mine = approval.with_user(user)
        for one in (mine, mine.sudo()):
            for act in (
                one.approve,
                one.action_approve,
                lambda one=one: one.refuse("No."),
            ):
                # AccessError is one as well
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    act()
            self.assertFalse(mine.may_decide)
        self.assertEqual(approval.state, "asked")

    def test_of_somebody_with_every_role(self):
        approval = self.ask(self.quote(price=80), self.kim)
        for role in ("head", "director", "credit"):
            self.kim.group_ids += self.env.ref(GROUP + role)
        self.account.head_id = self.kim
        self.assertOwn(approval, self.kim)
        approval.with_user(self.hal).approve()

    def test_as_the_substitute_of_the_approver(self):
        approval = self.ask(self.quote(price=80), self.kim)
        self.env["kam.delegation"].create(
            {
                "user_id": self.hal.id,
                "substitute_id": self.kim.id,
                "date_from": self.today,
                "date_to": self.day(3),
                "may_approve": True,
            }
        )
        self.assertOwn(approval, self.kim)

    def test_what_support_enters_is_the_manager_s(self):
        support = self.support()
        order = self.quote(price=80, user_id=self.hal.id)
        approval = self.ask(order, support)
        self.assertEqual(approval.behalf_id, self.hal)
        self.assertNotEqual(approval.approver_id, self.hal)
        self.assertOwn(approval, self.hal)
        other = self.ask(self.quote(price=80, user_id=self.kim.id), support)
        self.assertEqual((other.behalf_id, other.approver_id), (self.kim, self.hal))
        other.with_user(self.hal).approve("Once")
        self.assertIn(self.kim.partner_id, other.message_ids.partner_ids)

    def support(self):
        user = self.lou.copy({"login": "cli_sue", "name": "Sue"})
        wanted = f"{GROUP}support", "sales_team.group_sale_salesman_all_leads"
        user.group_ids = [
            Command.set([self.env.ref(one).id for one in ("base.group_user", *wanted)])
        ]
        return user

    def test_a_large_amount_is_not_hidden_behind_a_weak_currency(self):
        weak = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        weak.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": weak.id, "rate": 10000, "name": "2020-01-01"}
        )
        self.env["kam.approval.rule"].create(
            [
                {"kind": "discount", "amount_to": 50, "role": "head"},
                {"kind": "discount", "role": "director"},
            ]
        )
        order = self.quote(price=80)
        found = order._kam_measure("discount")
        approvals = self.env["kam.approval"].with_user(self.kim)
        approval_id = approvals.ask(
            "discount",
            "sale.order",
            order.id,
            {"a_trick": {"currency": weak.name, "amount": "1"}, **found},
            "Tender",
        )
        approval = self.env["kam.approval"].browse(approval_id)
        self.assertEqual((approval.amount, approval.role), (200, "director"))


@tagged("post_install", "-at_install")
class TestOverRpc(PricingCase, common.KamHttpCase):
    """A refusal is an error of the call; what is granted goes through by the same."""

    def rpc(self, user, model, method, *args, **kwargs):
        answer = self.answer(user, model, method, *args, **kwargs)
        self.assertNotIn("error", answer)
        return answer.get("result")

    def answer(self, user, model, method, *args, **kwargs):
        self.authenticate(user.login, user.login)
        call = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
            json={"jsonrpc": "2.0", "method": "call", "params": call},
            timeout=30,
        ).json()
        self.env.invalidate_all()
        return answer

    def assertFault(self, words, user, model, method, *args, **kwargs):
        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.answer(user, model, method, *args, **kwargs)
        self.assertIn(words, answer["error"]["data"]["message"])

    def test_refused_asked_approved_confirmed(self):
        order = self.quote(price=80)
        orders = ("sale.order", "action_confirm", order.ids)
        self.assertFault("below the column", self.kim, *orders)
        self.assertEqual(order.state, "draft")
        key = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a7e"
        ask = ("kam.approval", "ask", "discount", "sale.order", order.id)
        asked = [
            self.rpc(self.kim, *ask, reason="Tender", command_id=key) for _n in range(2)
        ]
        self.assertEqual(asked[0], asked[1])
        approval = self.env["kam.approval"].browse(asked[0])
        decide = ("kam.approval", "approve", approval.ids)
        self.assertFault("decided by", self.kim, *decide)
        self.assertFault("below the column", self.kim, *orders)
        self.assertTrue(self.rpc(self.hal, *decide))
        self.rpc(self.kim, *orders)
        self.assertEqual((order.state, approval.state), ("sale", "used"))
        line = order.order_line
        self.assertFault(
            "below the column",
            self.kim,
            "sale.order.line",
            "write",
            line.ids,
            {"price_unit": 79},
        )
        self.assertFault("already", self.hal, *decide)
