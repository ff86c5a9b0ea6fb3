"""Σ ageing = Σ act closings = ledger, whatever is done, and over the loaded history.

A state machine posts, back-dates, pays, matches, unmatches and resets at random; at
any month end both reports tie to the ledger, and what was known at an earlier moment
comes back to the cent.
"""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import TransactionCase, tagged

from odoo.addons.kam_management.tests import test_kam_act

from . import test_analysis_history

ENDS = [date(2026, m, 1) - timedelta(1) for m in (2, 3, 4, 5, 7)]
days = st.dates(date(2026, 1, 2), date(2026, 6, 29))
amounts = st.integers(1, 90000).map(lambda n: n / 100)
BALANCE = """
    SELECT coalesce(sum(l.balance), 0)::text FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.partner_id = ANY(%s) AND l.date <= %s"""


def ledger(env, partners, day):
    env.flush_all()
    env.cr.execute(BALANCE, [partners.ids, day])
    return Decimal(env.cr.fetchone()[0])


def aged(case, partners, day, **asked):
    rows = case.asking(day, **asked)
    found = rows._read_group(
        [("partner_id", "in", partners.ids)], [], ["total:sum", "residual:sum"]
    )
    return round(Decimal(str(found[0][0] or 0)), 2)


def closings(case, partners, day, currencies):
    """Return Σ closings, company currency, of acts that end on a day."""
    return sum(
        case.act("2026-01-01", day, partner=partner, currency_id=currency.id)
        ._take()[0]
        .closing_company
        for partner in partners
        for currency in currencies
    )


class Machine(RuleBasedStateMachine):
    case = None  # the running test

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.moves, self.known = [], []
        self.partners = self.case.customer + self.case.other

    def teardown(self):
        self.savepoint.rollback()
        self.savepoint.close(rollback=False)
        self.env.transaction.clear()

    def posted(self):
        return [one for one in self.moves if one.exists() and one.state == "posted"]

    @rule(amount=amounts, day=days, late=st.integers(0, 60), other=st.booleans())
    def invoice(self, amount, day, late, other):
        self.moves.append(
            self.case.invoice(
                amount, day, day + timedelta(late), self.partners[int(other)]
            )
        )

    @rule(amount=amounts, day=days)
    def credit_note(self, amount, day):
        self.moves.append(self.case.invoice(-amount, day))

    @rule(amount=amounts, day=days, other=st.booleans())
    def pay(self, amount, day, other):
        self.moves.append(self.case.pay(amount, day, self.partners[int(other)]))

    @precondition(lambda self: len(self.posted()) > 1)
    @rule(data=st.data())
    def match(self, data):
        pair = data.draw(
            st.lists(st.sampled_from(range(len(self.posted()))), min_size=2, max_size=3)
        )
        moves = self.env["account.move"].union(*(self.posted()[n] for n in pair))
        lines = self.case._receivable_lines(moves).filtered(lambda l: not l.reconciled)
        if len(lines) > 1:
            lines.reconcile()

    @precondition(lambda self: self.posted())
    @rule(data=st.data())
    def unmatch(self, data):
        move = data.draw(st.sampled_from(range(len(self.posted()))))
        self.case._receivable_lines(self.posted()[move]).remove_move_reconcile()

    @precondition(lambda self: self.posted())
    @rule(data=st.data(), day=days)
    def date_back(self, data, day):
        place = data.draw(st.sampled_from(range(len(self.posted()))))
        move = self.posted()[place]
        if move.move_type not in ("out_invoice", "out_refund"):
            return
        move.button_draft()
        move.write({"invoice_date": day, "date": day})
        move.action_post()

    @rule()
    def look(self):
        """Tie both reports to the ledger at every month end; remember what is known."""
        self.case.env.flush_all()
        currencies = self.env.company.currency_id
        for day in ENDS:
            wanted = ledger(self.env, self.partners, day)
            self.case.assertEqual(aged(self.case, self.partners, day), wanted)
            self.case.assertEqual(
                closings(self.case, self.partners, day, currencies), wanted
            )
        moment = self.case.stamp()
        self.known.append(
            (moment, [ledger(self.env, self.partners, day) for day in ENDS])
        )
        self.env["kam.fact"]._catch_up()
        for then, balances in self.known:
            for day, balance in zip(ENDS, balances, strict=True):
                self.case.assertEqual(
                    aged(self.case, self.partners, day, known_at=then), balance
                )


@tagged("post_install", "-at_install")
class TestSettlementsStateful(test_kam_act.ActCase):
    def test_ageing_acts_and_ledger_agree_whatever_is_done(self):
        Machine.case = self
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=4,
                stateful_step_count=12,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def test_what_came_late_is_told_to_the_cent(self):
        """One run of all that may happen, in a fixed order, signed acts between."""
        invoice = self.invoice(100, "2026-02-10", "2026-03-12")
        self.invoice(40, "2026-02-11", partner=self.other)
        act = self.signed("2026-01-01", "2026-02-28")
        payment = self.pay(130, "2026-03-05", match=invoice)
        self._receivable_lines(payment).remove_move_reconcile()
        self.invoice(7, "2026-02-20")
        partners = self.customer + self.other
        for day in ENDS:
            wanted = ledger(self.env, partners, day)
            self.assertEqual(aged(self, partners, day), wanted)
        following = self.act("2026-03-01", "2026-03-31")
        totals, rows = following._take()
        self.assertEqual(totals.opening, Decimal(str(act.closing)))
        self.assertEqual([one.difference for one in rows], [True, False])
        self.assertEqual(
            totals.closing, ledger(self.env, self.customer, date(2026, 3, 31))
        )


@tagged("post_install", "-at_install", "standard")
@unittest.skipUnless(
    test_analysis_history.FILE.exists(),
    "The trading history is not there (../shared/data).",
)
class TestSettlementsHistory(TransactionCase):
    """Months of real trading: every month end, every customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        name = test_analysis_history.COMPANY
        company = cls.env["res.company"].search([("name", "=", name)], limit=1)
        slice_of = test_analysis_history.TestAnalysisHistory.load_slice.__func__
        company = company or slice_of(cls)
        cls.env.user.company_ids += company
        cls.env = cls.env(context={"allowed_company_ids": company.ids})
        cls.trade = company

    def test_every_month_end_ties(self):
        self.env.cr.execute(
            """SELECT DISTINCT (date_trunc('month', date) + interval '1 month'
                                - interval '1 day')::date
                 FROM account_move WHERE company_id = %s ORDER BY 1""",
            [self.trade.id],
        )
        ends = [row[0] for row in self.env.cr.fetchall()]
        self.assertGreater(len(ends), 6)
        debtors = self.env["kam.ageing"]
        for day in ends:
            told = debtors.control({"as_of": str(day)})
            self.assertEqual(told["difference"], "0.00", day)
            self.assertEqual(Decimal(told["ledger"]), self.closings(day))

    def closings(self, day):
        """Return Σ closings of the acts of all customers with lines."""
        self.env.cr.execute(
            """SELECT DISTINCT p.commercial_partner_id, l.currency_id
                 FROM account_move_line l JOIN res_partner p ON p.id = l.partner_id
                 JOIN account_account a ON a.id = l.account_id
                WHERE a.account_type = 'asset_receivable' AND l.company_id = %s
                  AND l.date <= %s""",
            [self.trade.id, day],
        )
        total = Decimal(0)
        for partner_id, currency_id in self.env.cr.fetchall():
            act = self.env["kam.act"].new(
                {
                    "partner_id": partner_id,
                    "company_id": self.trade.id,
                    "currency_id": currency_id,
                    "date_from": day.replace(day=1),
                    "date_to": day,
                }
            )
            total += act._take()[0].closing_company
        return total
