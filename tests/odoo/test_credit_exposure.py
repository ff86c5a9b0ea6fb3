"""Exposure equals an independent recomputation, whatever is done, at every step.

A hypothesis state machine: each example is a sequence of what people do with orders,
invoices and payments, undone at its end; a failing one is shrunk to the shortest.
"""

from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.kam_management.tests import common, test_kam_credit

EXAMPLES, STEPS = 6, 14


@tagged("post_install", "-at_install")
class TestExposureWalk(test_kam_credit.CreditCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        cls.env["res.currency.rate"].create(
            {"name": "2020-01-01", "currency_id": cls.eur.id, "rate": 0.8}
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": cls.eur.id}
        )

        # invoiced by what was delivered, which is entered by hand
        cls.delivered = cls.env["product.product"].create(
            {
                "name": "Delivered by hand",
                "type": "service",
                "invoice_policy": "delivery",
                "list_price": cls.product.list_price,
                "taxes_id": False,
            }
        )

    def test_any_sequence(self):
        case = self

        class Machine(Walk):
            def __init__(self):
                super().__init__(case)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )


class Walk(RuleBasedStateMachine):
    """What people do; after every step the exposure is recomputed."""

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.savepoint = case.env.cr.savepoint()
        self.partner = None

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all(flush=False)

    @initialize(foreign=st.booleans())
    def begin(self, foreign):
        env = self.case.env
        self.limit_currency = (
            self.case.eur if foreign else self.case.company.currency_id
        )
        self.partner = env["res.partner"].create({"name": "Walker", "is_company": True})
        self.terms = self.case.grant(
            self.partner, 10**6, currency_id=self.limit_currency.id, overdue_days=9
        )
        self.orders, self.moves = env["sale.order"], env["account.move"]

    @invariant()
    def exposure_is_what_it_is(self):
        if self.partner is None:
            return
        self.case.env.flush_all()
        found = self.case.standing(self.terms)
        wanted = self.recomputed(self.limit_currency)
        told = (found.exposure, found.receivable - found.receipts, found.reserved)
        assert told == (sum(wanted), *wanted), (told, wanted)

    # --------------------------------------------------------------- recomputed
    def recomputed(self, currency):
        """Return (open receivables, reservations) from Odoo's own fields."""
        lines = self.case.env["account.move.line"].search(
            [
                ("partner_id", "child_of", self.partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        owed = 0.0
        for line in lines:
            if line.currency_id == currency:
                owed += line.amount_residual_currency
            else:
                owed += self.to_limit(
                    line.amount_residual, line.company_currency_id, currency
                )
        held = 0.0
        for order in self.case.env["sale.order"].search(
            [
                ("partner_invoice_id", "child_of", self.partner.id),
                ("state", "=", "sale"),
            ]
        ):
            if order.kam_closed:
                continue
            held += self.to_limit(self.rest(order), order.currency_id, currency)
        return tuple(
            Decimal(f"{one:.6f}").quantize(Decimal("0.01")) for one in (owed, held)
        )

    def to_limit(self, amount, source, currency):
        day = self.case.company._kam_today()
        return amount * source._get_conversion_rate(
            source, currency, self.case.company, day
        )

    def rest(self, order):
        posted = drafted = 0
        for line in order.order_line.invoice_lines:
            move = line.move_id
            amount = line.price_total
            if line.currency_id != order.currency_id:
                amount = self.to_limit(amount, line.currency_id, order.currency_id)
            down = line.sale_line_ids.filtered("is_downpayment")
            if move.move_type == "out_invoice" and move.state == "posted":
                posted += amount
            elif move.move_type == "out_invoice" and move.state == "draft":
                drafted += amount
            elif move.move_type == "out_refund" and move.state == "posted" and down:
                posted -= amount
        if order.invoice_status == "invoiced" and not drafted:
            return 0
        return max(order.amount_total - posted, drafted, 0)

    # -------------------------------------------------------------------- steps
    def pick(self, records, fits=lambda _one: True):
        found = records.exists().filtered(fits)
        return found[self.dice.randrange(len(found))] if found else found

    def confirmed(self):
        return self.pick(self.orders, lambda one: one.state == "sale")

    @rule(dice=st.randoms(use_true_random=False))
    def step_order(self, dice):
        self.dice = dice
        values = {"partner_id": self.partner.id}
        if self.dice.random() < 0.4:
            values["pricelist_id"] = self.case.pricelist.id
        price = self.dice.randint(5, 90)
        order = self.case.quote(**{"partner": self.partner, "price": price, **values})
        if self.dice.random() < 0.4:
            order.order_line.product_id = self.case.delivered
            order.order_line.price_unit = price
        order.order_line.product_uom_qty = self.dice.randint(1, 6)
        order.action_confirm()
        self.orders |= order

    @rule(dice=st.randoms(use_true_random=False))
    def step_change(self, dice):
        self.dice = dice
        order = self.confirmed()
        if order and not order.locked:
            line = order.order_line.filtered(lambda one: not one.is_downpayment)[:1]
            line.product_uom_qty = max(line.qty_invoiced, self.dice.randint(1, 8))

    @rule(dice=st.randoms(use_true_random=False))
    def step_deliver_part(self, dice):
        self.dice = dice
        order = self.confirmed()
        for line in order.order_line.filtered(
            lambda one: one.product_id == self.case.delivered
        ):
            line.qty_delivered = self.dice.randint(0, int(line.product_uom_qty))

    @rule(dice=st.randoms(use_true_random=False))
    def step_rate(self, dice):
        """The rate changes today; such rates leave no half cents."""
        self.dice = dice
        today, rates = self.case.today, self.case.env["res.currency.rate"]
        rate = rates.search(
            [("currency_id", "=", self.case.eur.id), ("name", "=", today)]
        )
        values = {"rate": self.dice.choice((0.5, 2.0))}
        if rate:
            rate.write(values)
        else:
            rates.create({"name": today, "currency_id": self.case.eur.id, **values})

    @rule(dice=st.randoms(use_true_random=False))
    def step_part_invoice(self, dice):
        self.dice = dice
        order = self.confirmed()
        if not order or order.invoice_status != "to invoice":
            return
        move = order._create_invoices(final=self.dice.random() < 0.5)
        goods = move.invoice_line_ids.filtered(
            lambda one: one.quantity > 1 and not one.is_downpayment
        )
        if goods and self.dice.random() < 0.6:
            goods[0].quantity = self.dice.randint(1, int(goods[0].quantity))
        self.moves |= move

    @rule(dice=st.randoms(use_true_random=False))
    def step_down_payment(self, dice):
        self.dice = dice
        order = self.confirmed()
        if not order or order.invoice_status != "to invoice":
            return
        wizard = self.case.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 20,
            }
        )
        self.moves |= wizard._create_invoices(order)

    @rule(dice=st.randoms(use_true_random=False))
    def step_post(self, dice):
        self.dice = dice
        move = self.pick(
            self.moves, lambda one: one.state == "draft" and one.amount_total >= 0
        )
        if move:
            move.invoice_date = self.case.today
            move.action_post()

    @rule(dice=st.randoms(use_true_random=False))
    def step_credit_note(self, dice):
        self.dice = dice
        move = self.pick(
            self.moves,
            lambda one: one.state == "posted" and one.move_type == "out_invoice",
        )
        if not move:
            return
        note = move._reverse_moves([{"invoice_date": self.case.today}])
        if self.dice.random() < 0.5:
            line = note.invoice_line_ids[:1]
            line.quantity = line.quantity / 2
        note.action_post()
        self.moves |= note

    @rule(dice=st.randoms(use_true_random=False))
    def step_pay(self, dice):
        self.dice = dice
        self.pay_part(1)

    @rule(dice=st.randoms(use_true_random=False))
    def step_pay_part(self, dice):
        self.dice = dice
        self.pay_part(0.5)

    def pay_part(self, share):
        move = self.pick(
            self.moves,
            lambda one: (
                one.state == "posted"
                and one.move_type == "out_invoice"
                and one.amount_residual > 1
            ),
        )
        if move:
            wizard = self.case.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            )
            amount = move.currency_id.round(move.amount_residual * share)
            wizard.create({"amount": amount})._create_payments()

    @rule(dice=st.randoms(use_true_random=False))
    def step_refund(self, dice):
        self.dice = dice
        amount = self.dice.randint(1, 40)
        currency = self.dice.choice((self.case.company.currency_id, self.case.eur))
        self.case.pay(self.partner, amount, currency)

    @rule(dice=st.randoms(use_true_random=False))
    def step_match(self, dice):
        self.dice = dice
        lines = self.case.env["account.move.line"].search(
            [
                ("partner_id", "child_of", self.partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        for account in lines.account_id:
            some = lines.filtered(lambda one, a=account: one.account_id == a)
            if len({one.balance > 0 for one in some}) == 2:
                some.reconcile()

    @rule(dice=st.randoms(use_true_random=False))
    def step_cancel(self, dice):
        self.dice = dice
        order = self.pick(
            self.orders, lambda one: one.state == "sale" and not one.invoice_ids
        )
        if order:
            order._action_cancel()

    @rule(dice=st.randoms(use_true_random=False))
    def step_draft(self, dice):
        self.dice = dice
        move = self.pick(self.moves, lambda one: one.state == "posted")
        if move:
            move.button_draft()

    @rule(dice=st.randoms(use_true_random=False))
    def step_close(self, dice):
        self.dice = dice
        order = self.confirmed()
        if order and order.kam_closed:
            order.kam_reopen_rest("Again")
        elif order and self.dice.random() < 0.4:
            order.kam_close_rest("No more")

    @rule(dice=st.randoms(use_true_random=False))
    def step_manual_invoice(self, dice):
        self.dice = dice
        self.moves |= self.case.invoice(
            self.partner, self.dice.randint(1, 60), 0, due=30
        )
