"""What tests of workbooks share: make one as somebody, and read it again."""

import io

from openpyxl import load_workbook

from odoo.tests import TransactionCase


class ReportCase(TransactionCase):
    def make(self, code, user, question=None, records=None):
        """Return the bytes of a workbook, made as ``user`` by Odoo's own machinery."""
        report = self.env["kam.workbook"]._reports()[code]
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_id.ids, lang=user.lang)
            ._render_xlsx(
                report._name.removeprefix("report."),
                records.ids if records else None,
                {"question": question or {}},
            )
        )
        self.assertEqual(kind, "xlsx")
        return content

    def book(self, *args, values=True, **options):
        """Return the workbook as openpyxl reads it."""
        return self.opened(self.make(*args, **options), values)

    def opened(self, content, values=True):
        return load_workbook(io.BytesIO(content), data_only=values)

    def texts(self, book):
        """Return all texts of all sheets."""
        return [
            cell.value
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
        ]

    def below(self, sheet, title):
        """Return the cells below a head, to the end of the table."""
        head = next(
            cell for row in sheet.iter_rows() for cell in row if cell.value == title
        )
        return [
            sheet.cell(number, head.column)
            for number in range(head.row + 1, sheet.max_row + 1)
        ]

    def beside(self, sheet, label):
        """Return the cell to the right of a label."""
        found = next(
            cell for row in sheet.iter_rows() for cell in row if cell.value == label
        )
        return sheet.cell(found.row, found.column + 1)
