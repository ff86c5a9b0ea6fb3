"""Every report's figures against their source, and as LibreOffice reckons them anew."""

import unittest

from odoo.tests import tagged

from odoo.addons.kam_management.tests.common import KamCase

from . import office
from .rights_case import RightsCase


@tagged("post_install", "-at_install")
class TestKamTies(RightsCase, KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.readers["director"]
        cls.month = {"period": "this_month", "detail": "detail"}
        cls.act = cls.env["kam.act"].create(
            {
                "partner_id": cls.own.id,
                "date_from": cls.today.replace(day=1),
                "date_to": cls.today,
            }
        )
        cls.env.flush_all()

    def printed(self, name, user=None, ids=None, question=None):
        user = user or self.reader
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_id.ids, lang=user.lang)
            ._render_xlsx(
                f"kam_management_reports.{name}_xlsx", ids, {"question": question or {}}
            )
        )
        return content

    def balance(self, domain):
        lines = self.env["account.move.line"].search(
            [
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
                *domain,
            ]
        )
        return round(sum(lines.mapped("balance")), 2)

    # ---------------------------------------------------------------------- ties
    def test_ageing_is_the_ledger(self):
        content = self.printed("ageing", question=self.month)
        sheet = self.opened(content).worksheets[0]
        ledger = self.balance([("account_id.account_type", "=", "asset_receivable")])
        shown = self.beside(sheet, "Receivables in the ledger").value
        self.assertAlmostEqual(shown, ledger, places=2)
        self.assertAlmostEqual(
            self.beside(sheet, "Total of this workbook").value
            + self.beside(sheet, "Of customers not in this workbook").value,
            ledger,
            places=2,
        )
        self.assertEqual(self.beside(sheet, "Difference to ledger").value, 0)

    def test_the_act_closes_with_the_ledger(self):
        sheet = self.opened(self.printed("act", ids=self.act.ids)).worksheets[0]
        [row] = [r for r in sheet.iter_rows() if r[1].value == "Closing balance"]
        owed = self.balance(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("partner_id", "=", self.own.id),
            ]
        )
        self.assertAlmostEqual((row[2].value or 0) - (row[3].value or 0), owed, 2)

    def test_the_sales_history_is_the_income_of_the_ledger(self):
        content = self.printed(
            "sales_matrix", ids=self.own_account.ids, question=self.month
        )
        sheet = self.opened(content).worksheets[0]
        sums = [one.value for one in self.below(sheet, "Sum")]
        income = -self.balance(
            [("partner_id", "=", self.own.id), ("product_id", "!=", False)]
        )
        self.assertAlmostEqual(sums[-1], income, 2)

    def test_pay_is_what_the_statement_owes(self):
        content = self.printed("pay", self.readers["payroll"], self.statement.ids)
        for sheet in self.opened(content).worksheets:
            owed = self.beside(sheet, "Owed by the statements").value
            self.assertAlmostEqual(owed, self.statement.total, 2)

    def test_prices_are_those_of_the_pricelists(self):
        sheet = self.opened(self.printed("price_list")).worksheets[0]
        rows = {row[2].value: row for row in sheet.iter_rows() if row[2].value}
        columns = (self.col_retail, self.col_wholesale, self.col_dealer)
        for product in (self.product, self.other, self.secret_product):
            row = rows[product.name]
            for place, column in enumerate(columns, 6):
                price = column.pricelist_id._get_product_price(
                    product, 1, currency=self.company.currency_id, date=self.today
                )
                self.assertAlmostEqual(row[place].value, price, 2, product.name)

    def test_the_digests_are_those_of_the_log(self):
        content = self.printed("log", question={"period": "today"})
        sheet = self.opened(content).worksheets[0]
        keys = [one.value for one in self.below(sheet, "Key")]
        digests = [one.value for one in self.below(sheet, "Digest")]
        event_key = self.own_account.event_key
        mine = [d for k, d in zip(keys, digests, strict=True) if k == event_key]
        self.env.cr.execute(
            """SELECT encode(e.hash, 'hex') FROM kam_es.event e
                 JOIN kam_es.stream s ON s.id = e.stream_id
                WHERE s.category = 'kam.account' AND s.key = %s ORDER BY e.version""",
            [event_key],
        )
        self.assertEqual(mine, [row[0] for row in self.env.cr.fetchall()])
        self.assertTrue(mine)

    # -------------------------------------------------------------------- reader
    def test_the_readers_zone_and_name_stand_in_the_head(self):
        self.reader.tz = "Asia/Bangkok"
        for name in ("ageing", "sales_matrix", "log", "price_list"):
            book = self.opened(self.printed(name, question=self.month))
            text = "\n".join(self.texts(book))
            with self.subTest(name):
                self.assertIn("(Asia/Bangkok)", text)
                self.assertIn(self.reader.name, text)
                self.assertIn(self.company.name, text)

    # --------------------------------------------------------------- LibreOffice
    @unittest.skipUnless(office.PROGRAM, office.ABSENT)
    def test_libreoffice_reckons_the_same(self):
        """All reports in one run, from their formulas alone."""
        made = {
            code: self.printed(
                model._name.rsplit(".", 1)[1].removesuffix("_xlsx"),
                question=self.month,
            )
            for code, model in self.env["kam.workbook"]._reports().items()
            if code not in ("pay", "order_form")
        }
        made["act"] = self.printed("act", ids=self.act.ids)
        made["order_form"] = self.printed("order_form", self.kim, self.account.ids)
        made["pay"] = self.printed("pay", self.readers["payroll"], self.statement.ids)
        self.assertGreater(sum(map(len, map(office.formulas, made.values()))), 50)
        self.assertEqual(office.differences(made), [])
