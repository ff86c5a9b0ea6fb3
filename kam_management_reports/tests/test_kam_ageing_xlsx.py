from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .report_case import ReportCase


@tagged("post_install", "-at_install")
class TestKamAgeingXlsx(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = new_test_user(
            cls.env,
            "ageing_credit",
            groups="base.group_user,kam_management.group_kam_credit",
        )
        cls.manager = new_test_user(
            cls.env, "ageing_manager", groups="kam_management.group_kam_user"
        )
        cls.today = cls.env.company._kam_today()
        cls.partners = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("=Mine", "Ours, not mine")]
        )
        cls.account = cls.env["kam.account"].create(
            {
                "partner_id": cls.partners[0].id,
                "owner_ids": [Command.create({"user_id": cls.manager.id})],
            }
        )
        for partner, late, amount in (
            (cls.partners[0], 40, 1000.10),
            (cls.partners[0], 0, 200.20),
            (cls.partners[1], 100, 3000),
        ):
            day = cls.today - timedelta(late)
            cls.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": day,
                    "invoice_date_due": day,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Goods",
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            ).action_post()

    def chosen(self, **question):
        return {"partner_ids": self.partners.ids, **question}

    def test_rows_totals_and_the_control_line(self):
        sheet = self.book("ageing", self.credit, self.chosen()).worksheets[0]
        names = [cell.value for cell in self.below(sheet, "Customer")]
        row = self.below(sheet, "Customer")[names.index("=Mine")].row
        totals = self.below(sheet, "Total")
        found = {cell.row: cell.value for cell in totals}
        self.assertAlmostEqual(found[row], 1200.30)
        self.assertAlmostEqual(
            self.beside(sheet, "Total of this workbook").value, 4200.3
        )
        self.assertEqual(self.beside(sheet, "Difference to ledger").value, 0)
        ledger = self.beside(sheet, "Receivables in the ledger").value
        left = self.beside(sheet, "Of customers not in this workbook").value
        self.assertAlmostEqual(ledger - left, 4200.3)

    def test_totals_are_live(self):
        book = self.book("ageing", self.credit, self.chosen(), values=False)
        sheet = book.worksheets[0]
        total = self.beside(sheet, "Total of this workbook").value
        self.assertTrue(total.startswith("="), total)
        [cell] = [one for one in self.below(sheet, "Customer") if one.value == "=Mine"]
        self.assertEqual(cell.data_type, "s")

    def test_documents(self):
        book = self.book("ageing", self.credit, self.chosen(detail="detail"))
        sheet = book.worksheets[1]
        amounts = [one.value for one in self.below(sheet, "Amount") if one.value]
        self.assertAlmostEqual(max(amounts), 4200.3)
        self.assertTrue(any(one.outlineLevel for one in sheet.row_dimensions.values()))

    def test_a_manager_gets_own_customers_alone(self):
        book = self.book("ageing", self.manager, {"detail": "detail"})
        texts = self.texts(book)
        self.assertIn("=Mine", texts)
        self.assertFalse([one for one in texts if "not mine" in one])
        self.assertEqual(
            self.beside(book.worksheets[0], "Difference to ledger").value, 0
        )
