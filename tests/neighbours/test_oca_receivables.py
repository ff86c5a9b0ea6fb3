"""The figures of other people's statement and aged report beside ours.

They agree where the definitions do: what is open of each customer as of a day, the
ranges by due date, turnover and balance of a period. Where they do not, we say so: an
unallocated payment is a column of ours and ages as a debt below zero of theirs.
"""

import unittest
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.kam_management.tests import test_kam_act

AGED = "report.account_financial_report.aged_partner_balance"
ACTIVITY = "report.partner_statement.activity_statement"
OUTSTANDING = "report.partner_statement.outstanding_statement"
SLOTS = ("current", "30_days", "60_days", "90_days", "120_days", "older")
BUCKETS = ("current", "b_1_30", "b_30_60", "b_60_90", "b_90_120", "b_over_120")
DAYS = [date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 30)]


def cents(amount):
    return Decimal(repr(float(amount))).quantize(Decimal("0.01"))


@tagged("post_install", "-at_install")
class TestPeers(test_kam_act.ActCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if AGED not in cls.env or ACTIVITY not in cls.env:
            raise unittest.SkipTest("Other people's addons are not here.")

    def setUp(self):
        super().setUp()
        self.partners = self.customer + self.other
        for n, partner in enumerate(self.partners):
            for late in (0, 10, 30, 31, 60, 61, 90, 91, 120, 121, 200):
                due = DAYS[-1] - timedelta(late)
                invoice = self.invoice(
                    100 + late + n, due - timedelta(20), due, partner
                )
                if late % 2:
                    paid = due + timedelta(3)
                    self.pay(40 + n, paid, partner, match=invoice)
            self.invoice(-7, "2026-04-02", partner=partner)
            self.pay(25, "2026-04-20", partner)
        self.env.flush_all()

    # ------------------------------------------------------------------- theirs
    def aged(self, day):
        wizard = self.env["aged.partner.balance.report.wizard"].create(
            {"company_id": self.env.company.id, "date_at": day}
        )
        wizard.receivable_accounts_only = True
        wizard.onchange_type_accounts_only()
        data = wizard._prepare_report_data()
        data["date_at"] = day.isoformat()
        data["partner_ids"] = self.partners.ids
        data["show_move_line_details"] = True
        told = self.env[AGED]._get_report_values(wizard.ids, data)
        found = defaultdict(lambda: defaultdict(Decimal))
        for account in told["aged_partner_balance"]:
            for partner in account["partners"]:
                for name in ("residual", *SLOTS):
                    found[partner["name"]][name] += cents(partner[name])
        return found

    def statement(self, model, day, **more):
        wizard = self.env["activity.statement.wizard"].with_context(
            active_ids=self.partners.ids
        )
        made = wizard.create(
            {
                "date_start": more.get("date_start", date(2026, 1, 1)),
                "date_end": day,
                "company_id": self.env.company.id,
                "filter_partners_non_due": False,
                "filter_negative_balances": False,
            }
        )
        data = made._prepare_statement()
        if model == OUTSTANDING:
            data = {**data, "is_activity": False, "date_start": None}
            data["amount_field"] = "open_amount"
        return self.env[model]._get_report_values(self.partners.ids, data)["data"]

    # --------------------------------------------------------------------- both
    def ours(self, day):
        rows = self.asking(day).search([("partner_id", "in", self.partners.ids)])
        return {row.partner_id: row for row in rows}

    def test_open_amounts_and_ranges_of_the_aged_report(self):
        for day in DAYS:
            theirs, ours = self.aged(day), self.ours(day)
            for partner in self.partners:
                them, us = theirs[partner.display_name], ours[partner]
                self.assertEqual(them["residual"], cents(us.residual), (day, partner))
                # theirs: credits in the ranges; ours: in a column of their own
                items = self.env["kam.ageing.item"].with_context(
                    kam_ageing={"as_of": str(day)}
                )
                credits = defaultdict(Decimal)
                for one in items.search([("partner_id", "=", partner.id)]):
                    if one.residual < 0:
                        place = max(0, min(5, -(-one.days // 30)))
                        credits[SLOTS[place]] += cents(one.residual)
                for place, name in enumerate(SLOTS):
                    self.assertEqual(
                        them[name], cents(us[f"slot_{place}"]) + credits[name], name
                    )
                self.assertEqual(sum(credits.values()), cents(us.unallocated))

    def test_buckets_of_the_statement(self):
        for day in DAYS:
            theirs, ours = self.statement(OUTSTANDING, day), self.ours(day)
            for partner in self.partners:
                told = theirs[partner.id]["currencies"][self.env.company.currency_id.id]
                self.assertEqual(
                    cents(told["amount_due"]), cents(ours[partner].residual)
                )
                self.assertEqual(
                    sum(cents(told["buckets"][name]) for name in BUCKETS),
                    cents(ours[partner].residual),
                )

    def test_turnover_and_balance_of_an_act(self):
        for start, end in (("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30")):
            first, day = date.fromisoformat(start), date.fromisoformat(end)
            theirs = self.statement(ACTIVITY, day, date_start=first)
            for partner in self.partners:
                act = self.act(start, end, partner=partner)
                told = theirs[partner.id]["currencies"][act.currency_id.id]
                for name in ("debit", "credit"):
                    self.assertEqual(
                        sum(cents(line[name]) for line in told["lines"]),
                        cents(act[f"now_{name}"]),
                    )
                self.assertEqual(cents(told["balance_forward"]), cents(act.now_opening))
                closing = told["balance_forward"] + told["ending_balance"]
                self.assertEqual(cents(closing), cents(act.now_closing))
