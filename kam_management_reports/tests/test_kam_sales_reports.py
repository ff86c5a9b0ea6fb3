"""Order form, price list, pay, history, scorecard: content, rights, round trip."""

import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.kam_management.tests.common import KamCase
from odoo.addons.kam_management.tests.pricing_case import PricingCase

from .report_case import ReportCase


@tagged("post_install", "-at_install")
class TestKamSalesReports(PricingCase, ReportCase, KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code, cls.other.default_code = "CRATE", "SACK"

    def order_form(self, user=None):
        return self.make("order_form", user or self.kim, records=self.account)

    def test_the_form_goes_out_and_comes_back_as_an_order(self):
        book = load_workbook(io.BytesIO(self.order_form()))
        sheet = book.worksheets[0]
        self.assertTrue(sheet.protection.sheet)
        [row] = [row for row in sheet.iter_rows() if row[1].value == "CRATE"]
        self.assertEqual((row[7].value, row[9].data_type), (100, "f"))
        self.assertFalse(row[8].protection.locked)
        self.assertTrue(row[7].protection.locked)
        [rule] = sheet.data_validations.dataValidation
        self.assertIn(row[8].coordinate, rule.sqref)
        row[8].value = 12
        out = io.BytesIO()
        book.save(out)
        account = self.account.with_user(self.kim)
        data = base64.b64encode(out.getvalue()).decode()
        told = account.preview_order_form(data)
        self.assertEqual((told["problems"], told["may_take"]), ([], True))
        self.assertEqual(told["untaxed"], 1200)
        result = account.take_order_form(data)
        order = self.env["sale.order"].browse(result["id"])
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertTrue(result["may_confirm"])

    def test_a_form_untouched_asks_for_nothing(self):
        data = base64.b64encode(self.order_form()).decode()
        told = self.account.with_user(self.kim).preview_order_form(data)
        self.assertEqual([one["code"] for one in told["problems"]], ["nothing_asked"])

    def test_a_customer_sees_one_column(self):
        book = self.book("order_form", self.kim, records=self.account)
        words = " ".join(self.texts(book))
        self.assertIn("Wholesale", words)
        self.assertNotIn("Retail", words)
        with self.assertRaises(AccessError):
            self.order_form(self.lou)
        other = self.designate(self.bolt, self.kim)
        with self.assertRaisesRegex(UserError, "one customer"):
            self.make("order_form", self.kim, records=self.account + other)

    def test_all_columns_only_for_those_who_lead(self):
        with self.assertRaises(UserError):
            self.make("price_list", self.kim)
        book = self.book("price_list", self.hal)
        sheet = book.worksheets[0]
        words = self.texts(book)
        for name in ("Retail", "Wholesale", "Dealer"):
            self.assertIn(name, words)
        self.assertNotIn("Cost", words)
        [row] = [row for row in sheet.iter_rows() if row[0].value == "CRATE"]
        self.assertEqual([one.value for one in row[6:9]], [110, 100, 90])
        self.hal.group_ids += self.env.ref("kam_management.group_kam_margin")
        book = self.book("price_list", self.hal)
        self.assertIn("Cost", self.texts(book))
        [row] = [r for r in book.worksheets[0].iter_rows() if r[0].value == "CRATE"]
        self.assertEqual(row[9].value, 6)
        self.assertAlmostEqual(row[11].value, 0.94)

    def test_the_form_tells_prices_from_a_quantity_on(self):
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.wholesale.id,
                "compute_price": "fixed",
                "applied_on": "1_product",
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "min_quantity": 50,
                "fixed_price": 80,
            }
        )
        sheet = self.book("order_form", self.kim, records=self.account).worksheets[0]
        cells = {
            row[1].value: [cell.value for cell in row] for row in sheet.iter_rows()
        }
        self.assertEqual(cells["CRATE"][7], 100)
        self.assertIn("from 50", cells["CRATE"][10])
        self.assertIn("80", cells["CRATE"][10])
        self.assertFalse(cells["SACK"][10])

    def test_sales_history_with_gaps(self):
        product = self.product
        for days in (-100, -5):
            move = self.invoice(self.acme, 100, days)
            move.button_draft()
            move.invoice_line_ids.product_id = product
            move.invoice_line_ids.write({"price_unit": 100, "tax_ids": [(5,)]})
            move.action_post()
        self.env.flush_all()
        question = {"period": "last_12_months"}
        if self.day(-5).month == self.today.month:
            question = {
                "period": "custom",
                "date_from": str(self.day(-300)),
                "date_to": str(self.today),
            }
        book = self.book("sales_matrix", self.kim, question, records=self.account)
        sheet = book.worksheets[0]
        [row] = [row for row in sheet.iter_rows() if "CRATE" in str(row[0].value)]
        values = [one.value for one in row]
        self.assertEqual(values[-3], 200)
        self.assertGreaterEqual(values[-2], 1)
        with self.assertRaises(AccessError):
            self.make("sales_matrix", self.lou, question, records=self.account)

    def test_scorecard_says_what_the_screens_say(self):
        self.order(self.acme, -1, price=100)
        self.env.flush_all()
        book = self.book("scorecard", self.hal, {"period": "this_month"})
        board = self.env["kam.kpi"].with_user(self.hal).team_board(None, "month")
        rows = {row[0].value: row for row in book.worksheets[0].iter_rows()}
        for person in board["rows"]:
            self.assertEqual(rows[person["name"]][1].value, person["rank"])

    def test_pay_is_for_whoever_may_read_it(self):
        with self.assertRaisesRegex(UserError, "yours to read"):
            self.make("pay", self.kim, {"period": "this_month"})
