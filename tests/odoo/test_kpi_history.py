"""Key figures of the real history are what plain Python says of the file, each month.

A database that has the whole history already is used as it is (give it to pytest);
any other gets a slice of it for the time of the test.
"""

import csv
import lzma
import unittest
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from odoo.tests import TransactionCase, tagged

from . import test_analysis_history as analysis

CENT, COMPANY, FILE = analysis.CENT, analysis.COMPANY, analysis.FILE


def documents_of_the_file():
    """Return {number: (customer, day, value)} of the documents that have a value."""
    found = {}
    with lzma.open(FILE, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            net = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
            customer = row["CustomerID"] or f"Counter sales, {row['Country']}"
            moment = datetime.fromisoformat(row["InvoiceDate"])
            one = found.setdefault(row["InvoiceNo"], [customer, moment, Decimal(0)])
            one[1] = min(one[1], moment)
            one[2] += net.quantize(CENT, rounding=ROUND_HALF_UP)
    return {
        number: (customer, moment.date(), value)
        for number, (customer, moment, value) in found.items()
        if value
    }


@tagged("post_install", "-at_install", "standard")
@unittest.skipUnless(
    FILE.exists(), "The trading history is not there (../shared/data)."
)
class TestKpiHistory(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].search([("name", "=", COMPANY)], limit=1)
        if not cls.company:
            cls.company = analysis.TestAnalysisHistory.load_slice.__func__(cls)
        admin = cls.env.ref("base.user_admin")
        admin.company_ids += cls.company
        cls.env = cls.env(user=admin, context={"allowed_company_ids": [cls.company.id]})
        cls.env["kam.genesis"]._run()
        cls.env["kam.kpi.fact"]._catch_up()
        moves = cls.env["account.move"].search(
            [
                ("company_id", "=", cls.company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            order="invoice_date desc",
        )
        here = {one.ref or one.name for one in moves.commercial_partner_id}
        documents = [one for one in documents_of_the_file().values() if one[0] in here]
        moved = moves[0].invoice_date - max(day for _who, day, _value in documents)
        cls.documents = [(who, day + moved, value) for who, day, value in documents]
        days = [day for _who, day, _value in cls.documents]
        cls.span = (min(days), max(days))
        codes = ("net_sales", "active_base", "new_customers")
        kpis = cls.env["kam.kpi"].search([("code", "in", codes)])
        cls.found = kpis._figures(*cls.span, by=("month",))

    def months(self, code):
        return {key[0]: row[code] for key, row in self.found.items() if row.get(code)}

    def test_net_sales_of_every_month_to_the_cent(self):
        says = defaultdict(Decimal)
        for _who, day, value in self.documents:
            says[f"{day:%Y-%m}"] += value
        self.assertEqual(self.months("net_sales"), dict(says))
        self.assertGreater(len(says), 10)

    def test_active_customers_of_every_month(self):
        says = defaultdict(set)
        for who, day, value in self.documents:
            if value > 0:
                says[f"{day:%Y-%m}"].add(who)
        self.assertEqual(
            self.months("active_base"), {month: len(one) for month, one in says.items()}
        )

    def test_new_customers_of_every_month(self):
        first = {}
        for who, day, value in self.documents:
            if value > 0:
                first[who] = min(day, first.get(who, day))
        says = defaultdict(int)
        for day in first.values():
            says[f"{day:%Y-%m}"] += 1
        self.assertEqual(self.months("new_customers"), dict(says))

    def test_months_add_up_to_any_two_dates(self):
        net = self.env["kam.kpi"].search([("code", "=", "net_sales")])
        total = net._figures(*self.span)[()]["net_sales"]
        self.assertEqual(total, sum(self.months("net_sales").values()))
        step = timedelta(97)
        cuts = [self.span[0] + n * step for n in range(20)]
        cuts = [day for day in cuts if day < self.span[1]] + [
            self.span[1] + timedelta(1)
        ]
        parts = [
            net._figures(start, stop - timedelta(1)).get((), {}).get("net_sales", 0)
            for start, stop in pairwise(cuts)
        ]
        self.assertEqual(sum(parts), total)

    def test_a_rebuild_gives_the_same_table(self):
        facts = self.env["kam.kpi.fact"]
        before = facts._digest()
        facts._rebuild()
        self.assertEqual(facts._digest(), before)
