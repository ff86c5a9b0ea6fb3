import io
from datetime import date

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestKamReports(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = new_test_user(
            cls.env, "report_head", groups="kam_management.group_kam_head"
        )
        cls.director = new_test_user(
            cls.env,
            "report_director",
            groups="kam_management.group_kam_director,kam_management.group_kam_margin",
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "=SUM(1;2) Ltd", "is_company": True}
        )

    def sheet(self, report, records, user):
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_xlsx(f"kam_management_reports.{report}", records.ids, {})
        )
        self.assertEqual(kind, "xlsx")
        return load_workbook(io.BytesIO(content)).worksheets[0]

    def cells(self, sheet):
        return [
            [cell.value for cell in row if cell.value is not None]
            for row in sheet.iter_rows()
        ]

    def test_history_of_an_account(self):
        accounts = self.env["kam.account"].with_user(self.head)
        [account_id] = accounts.designate(
            self.partner.ids, "B", "@home in the region", "2026-01-15"
        )
        sheet = self.sheet("history_xlsx", accounts.browse(account_id), self.head)
        rows = self.cells(sheet)
        titles = [row[1] for row in rows if len(row) > 4]
        self.assertIn("Made a key account", titles)
        texts = [cell for row in sheet.iter_rows() for cell in row if cell.value]
        self.assertFalse([cell for cell in texts if cell.data_type == "f"])
        self.assertTrue([cell for cell in texts if "@home" in str(cell.value)])

    def test_history_only_of_what_one_may_read(self):
        accounts = self.env["kam.account"].with_user(self.head)
        [account_id] = accounts.designate(self.partner.ids, "B", "Region")
        stranger = new_test_user(
            self.env, "report_stranger", groups="kam_management.group_kam_user"
        )
        with self.assertRaises(AccessError):
            self.sheet("history_xlsx", accounts.browse(account_id), stranger)

    def analysis_lines(self):
        product = self.env["product.product"].create({"name": "Thing"})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 2, 3),
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": product.id, "price_unit": 1234.5, "quantity": 2}
                    )
                ],
            }
        )
        invoice.action_post()
        found = (
            self.env["kam.analysis"]
            .with_user(self.director)
            .analyse(date_from="2026-01-01", date_to="2026-12-31", fresh=True)
        )
        return self.env["kam.analysis.line"].search([("analysis_id", "=", found["id"])])

    def test_analysis_is_safe_and_adds_up(self):
        lines = self.analysis_lines()
        sheet = self.sheet("analysis_xlsx", lines, self.director)
        names = [row[0].value for row in sheet.iter_rows()]
        self.assertIn("=SUM(1;2) Ltd", names)
        row = names.index("=SUM(1;2) Ltd") + 1
        self.assertEqual(sheet.cell(row, 1).data_type, "s")
        self.assertEqual(sheet.cell(row, 3).value, 2469)
        total = sheet.cell(names.index("Total") + 1, 3)
        self.assertTrue(total.value.startswith("=SUBTOTAL(109,C"))
        outside = names.index("Of customers not in this workbook") + 1
        self.assertEqual(sheet.cell(outside, 2).value, 0)
        self.assertTrue(sheet._charts)

    def test_margin_only_for_those_entitled(self):
        lines = self.analysis_lines()
        for user, shown in ((self.director, True), (self.head, False)):
            visible = lines.with_user(user).search([("id", "in", lines.ids)])
            rows = self.cells(self.sheet("analysis_xlsx", visible, user))
            self.assertEqual(any("Margin" in row for row in rows), shown)
