"""Whatever comes later, in any order: a closed statement stays, to the cent."""

import json
import random
from datetime import timedelta

from odoo.tests import tagged

from ..kam_core.pay.calculation import calculate
from .test_kam_kpi import START
from .test_kam_pay import NEXT, PayCase

TURNS, STEPS = 5, 10


@tagged("post_install", "-at_install")
class TestLater(PayCase):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(20261124)
        self.moves = [self.invoice(380, START + timedelta(10))]

    # ------------------------------------------------------------------- steps
    def day(self):
        return START + timedelta(self.chance.randint(0, 85))

    def step_invoice(self):
        self.moves.append(self.invoice(self.chance.randint(1, 90000) / 100, self.day()))

    def step_refund(self):
        posted = [one for one in self.moves if one.state == "posted"]
        origin = self.chance.choice([*posted, self.env["account.move"]])
        self.invoice(
            self.chance.randint(1, 5000) / 100,
            self.day(),
            kind="out_refund",
            reversed_entry_id=origin.id,
        )

    def step_withdraw(self):
        one = self.chance.choice(self.moves)
        if one.state == "posted":
            one.button_draft()

    def step_post(self):
        for one in self.moves:
            if one.state == "draft":
                one.action_post()

    def step_pay(self):
        posted = [one for one in self.moves if one.state == "posted"]
        if posted and posted[-1].amount_residual:
            self.pay(posted[-1], posted[-1].amount_residual / 2, self.day())

    def step_hand_over(self):
        share = self.chance.randint(1, 99)
        self.account.hand_over(
            [
                {"user_id": self.one.id, "share": share},
                {"user_id": self.two.id, "share": 100 - share},
            ],
            "Shared",
            self.day().isoformat(),
        )

    def step_redefine(self):
        self.kpis["net_sales"].measure = self.chance.choice(["untaxed", "amount"])

    def step_rebuild(self):
        self.env["kam.kpi.fact"]._rebuild()

    # -------------------------------------------------------------------- tests
    def test_closed_statements_stay_and_all_is_paid_in_sum(self):
        both = self.statement(self.one) + self.statement(self.two)
        both.close()
        said = {one: (one.digest, one.total) for one in both}
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        for _turn in range(TURNS):
            for _step in range(STEPS):
                self.chance.choice(steps)()
            for one in both:
                told = one.verify()
                self.assertEqual(
                    (told["same"], told["digest"], one.total), (True, *said[one])
                )
        self.kpis["net_sales"].measure = "untaxed"
        for one in both:
            self.assertPaidInSum(one)

    def assertPaidInSum(self, closed):
        """What was paid, with the adjustments, is what is known now; each is named."""
        following = self.statement(closed.user_id, NEXT[0])
        following.refresh()
        later = following.line_ids.filtered(lambda line: line.kind == "adjustment")
        self.assertTrue(later)
        for line in later:
            self.assertIn(line.event_model, ("account.move", "kam.account"))
            self.assertTrue(line.event_stream and line.event_version)
            self.assertEqual(line.closed_id, closed)
        question = self.env["kam.pay.knowledge"]._question(
            closed, None, json.loads(closed.stamped)
        )[0]
        paid = closed.total + sum(later.mapped("amount"))
        self.assertAlmostEqual(paid, float(calculate(question).total), 2)
