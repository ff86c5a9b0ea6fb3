"""The analysis of the real history says what plain Python says of the file.

A database that has the whole history already is used as it is (give it to pytest);
any other gets a slice of it for the time of the test.
"""

import csv
import lzma
import unittest
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged

DATA = Path(__file__).parents[3] / "shared" / "data"
FILE = DATA / "online-retail.csv.xz"
COMPANY = "Online Retail Ltd"
SLICE = 120
CENT = Decimal("0.01")


def rows_of_the_file():
    """Yield (customer, day, net revenue) of every line of the file."""
    with lzma.open(FILE, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            net = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
            yield (
                row["CustomerID"] or f"Counter sales, {row['Country']}",
                datetime.fromisoformat(row["InvoiceDate"]).date(),
                net.quantize(CENT, rounding=ROUND_HALF_UP),
            )


@tagged("post_install", "-at_install", "standard")
@unittest.skipUnless(
    FILE.exists(), "The trading history is not there (../shared/data)."
)
class TestAnalysisHistory(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].search([("name", "=", COMPANY)], limit=1)
        if not cls.company:
            cls.company = cls.load_slice()
        admin = cls.env.ref("base.user_admin")
        admin.company_ids += cls.company
        cls.env = cls.env(user=admin, context={"allowed_company_ids": [cls.company.id]})
        cls.partners = {
            partner.ref or partner.name: partner.id
            for partner in cls.env["account.move"]
            .search(
                [
                    ("company_id", "=", cls.company.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                ]
            )
            .commercial_partner_id
        }
        cls.net, cls.by_month, cls.period = cls.file_says()
        cls.found = cls.env["kam.analysis"].analyse(
            cls.company.id, *cls.period, {"xyz_months": 6}
        )
        cls.lines = cls.env["kam.analysis.line"].search(
            [("analysis_id", "=", cls.found["id"])]
        )

    @classmethod
    def load_slice(cls):
        from history.load import Options, load

        options = Options(
            FILE, DATA / "accounts-receivable.csv", customers=SLICE, salespeople=2
        )
        return load(cls.env(user=cls.env.ref("base.user_admin")), options).company

    @classmethod
    def file_says(cls):
        """Return net by customer, by customer and month, and the period of it all."""
        rows = [row for row in rows_of_the_file() if row[0] in cls.partners]
        last = max(day for _customer, day, _net in rows)
        booked = cls.env["account.move"].search(
            [
                ("company_id", "=", cls.company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            order="invoice_date desc",
            limit=1,
        )
        moved = booked.invoice_date - last if booked else timedelta(0)
        net, by_month = defaultdict(Decimal), defaultdict(Decimal)
        for customer, day, amount in rows:
            net[customer] += amount
            by_month[(day + moved).replace(day=1)] += amount
        first = min(day for _customer, day, _net in rows) + moved
        return net, by_month, (first, last + moved)

    def test_revenue_of_every_customer_to_the_cent(self):
        found = {
            line.partner_id.id: Decimal(str(line.net)).quantize(CENT)
            for line in self.lines
        }
        says = {self.partners[customer]: net for customer, net in self.net.items()}
        self.assertEqual(found, says)
        total = sum(self.net.values())
        self.assertEqual(Decimal(str(self.found["total"])).quantize(CENT), total)

    def test_every_month_to_the_cent(self):
        found = {
            date.fromisoformat(one["month"]): Decimal(str(one["net"])).quantize(CENT)
            for one in self.found["months"]
        }
        self.assertEqual(found, dict(self.by_month))

    def test_shares_and_classes(self):
        base = sum(net for net in self.net.values() if net > 0)
        ranked = sorted(
            (-net, self.partners[customer]) for customer, net in self.net.items()
        )
        before = Decimal(0)
        concentration = Decimal(0)
        self.assertEqual(
            self.lines.sorted("rank").partner_id.ids, [one[1] for one in ranked]
        )
        lines = {line.partner_id.id: line for line in self.lines}
        for minus, partner_id in ranked:
            line, net = lines[partner_id], -minus
            if net <= 0:
                self.assertEqual((line.abc, line.share), ("C", False))
                continue
            klass = "C" if before >= base * Decimal("0.95") else "B"
            self.assertEqual(line.abc, "A" if before < base * Decimal("0.8") else klass)
            self.assertAlmostEqual(line.share, float(net / base), 12)
            before += net
            self.assertAlmostEqual(line.cumulative, float(before / base), 12)
            concentration += (net / base) ** 2
        self.assertAlmostEqual(self.found["hhi"], float(concentration), 12)

    def test_the_smallest_sets(self):
        base = sum(net for net in self.net.values() if net > 0)
        for portion, count in (
            ("0.7", self.found["core_count"]),
            ("0.8", self.found["wide_count"]),
        ):
            largest = sorted(self.net.values(), reverse=True)
            needed = base * Decimal(portion)
            self.assertGreaterEqual(sum(largest[:count]), needed)
            self.assertLess(sum(largest[: count - 1]), needed)

    def test_no_customer_is_key_but_the_largest_are_candidates(self):
        customers = [name for name in self.net if not name.startswith("Counter sales")]
        customers.sort(key=lambda name: -self.net[name])
        # A database that is worked with may have key accounts already.
        accounts = self.env["kam.account"].search(
            [("status", "in", ("key", "suspended"))]
        )
        others = [
            self.partners[name]
            for name in customers
            if self.partners[name] not in accounts.partner_id.ids
        ]
        self.assertEqual(
            [one["partner"]["id"] for one in self.found["candidates"]], others[:20]
        )
        base = sum(net for net in self.net.values() if net > 0)
        key = sum(self.net[name] >= base / 10 for name in customers)
        self.assertEqual(self.found["key_count"], key)
        for one in self.found["candidates"]:
            self.assertTrue(one["reasons"])
