"""Plans go out as a workbook, are edited, and come back: all or nothing."""

import base64
import io
import random
from datetime import datetime

from openpyxl import Workbook, load_workbook

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestKamTargetXlsx(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = new_test_user(
            cls.env, "plans_head", groups="kam_management.group_kam_head"
        )
        cls.members = [
            new_test_user(cls.env, f"plans_{n}", groups="kam_management.group_kam_user")
            for n in "ab"
        ]
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Plans",
                "user_id": cls.head.id,
                "member_ids": [(6, 0, [one.id for one in cls.members])],
            }
        )
        cls.whole = cls.env["kam.target"].create(
            {
                "kpi_id": cls.env["kam.kpi"]._by_code("net_sales").id,
                "level": "team",
                "team_id": cls.team.id,
                "user_id": False,
                "plan": 1000,
            }
        )
        cls.parts = cls.whole.browse(cls.whole.cascade()).with_user(cls.head)

    def out(self):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.head)
            ._render_xlsx("kam_management_reports.target_xlsx", self.parts.ids, {})
        )
        return load_workbook(io.BytesIO(content))

    def back(self, book, user=None):
        content = io.BytesIO()
        book.save(content)
        data = base64.b64encode(content.getvalue())
        return self.send(data, user)

    def send(self, data, user=None):
        dialog = self.env["kam.target.import"].with_user(user or self.head)
        return dialog.create({"file": data}).action_apply()

    def plans(self, sheet):
        return [
            row[6] for row in sheet.iter_rows() if isinstance(row[6].value, float | int)
        ]

    def test_out_edited_and_back(self):
        book = self.out()
        first, second = self.plans(book.worksheets[0])
        first.value, second.value = 700, 300
        action = self.back(book)
        self.assertEqual(self.parts.mapped("plan"), [700, 300])
        self.assertEqual(len(action["domain"][0][2]), 2)

    def test_a_wrong_file_changes_nothing_and_names_the_cell(self):
        before = self.parts.mapped("plan")
        for column, value in ((6, 701), (6, "a lot"), (3, "Somebody"), (0, "x")):
            book = self.out()
            first, second = self.plans(book.worksheets[0])
            if column == 6 and value == 701:
                second.value = 300
            cell = book.worksheets[0].cell(first.row, column + 1)
            cell.value = value
            with self.subTest(cell.coordinate), self.assertRaises(UserError) as refused:
                self.back(book)
            self.assertIn(cell.coordinate, str(refused.exception))
            self.assertEqual(self.parts.mapped("plan"), before)

    def test_a_stale_file(self):
        book = self.out()
        self.parts[0].plan = 499
        self.parts[1].plan = 501
        with self.assertRaises(UserError):
            self.back(book)
        self.assertEqual(self.parts.mapped("plan"), [499, 501])

    def test_a_manager_plans_nothing_of_others(self):
        book = self.out()
        first, second = self.plans(book.worksheets[0])
        first.value, second.value = 700, 300
        with self.assertRaises(UserError):
            self.back(book, self.members[0])
        self.assertEqual(self.parts.mapped("plan"), [500, 500])

    def test_files_that_are_none(self):
        empty = load_workbook(io.BytesIO(self._empty()))
        for data in (base64.b64encode(b"no workbook"), b"???", False):
            with self.assertRaises(UserError):
                self.send(data)
        with self.assertRaises(UserError):
            self.back(empty)

    def test_damaged_files_change_nothing(self):
        """Bytes turned over, and the end cut off: a sentence, or the plans as they are.

        By what is left of a file no plan may change: each is what it was, or refused.
        """
        content = io.BytesIO()
        self.out().save(content)
        whole, chance = content.getvalue(), random.Random(6)
        before = self.parts.mapped("plan")
        for turn in range(150):
            damaged = bytearray(whole)
            if turn % 3 == 0:
                damaged = damaged[: chance.randrange(len(damaged))]
            else:
                for _byte in range(chance.choice((1, 3, 20))):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                self.send(base64.b64encode(bytes(damaged)))
            except UserError as refused:
                self.assertIn("“", str(refused), turn)
        self.assertEqual(self.parts.mapped("plan"), before)

    def test_any_value_in_any_cell_is_refused_with_the_cell(self):
        """Whatever stands in a cell of the table: no error but a sentence."""
        before = self.parts.mapped("plan")
        strange = ("", "=1+1", "NaN", 1e308, True, datetime(2026, 1, 1), "\u202e500")
        whole = io.BytesIO()
        self.out().save(whole)
        for column in range(7):
            book = load_workbook(io.BytesIO(whole.getvalue()))
            first = self.plans(book.worksheets[0])[0]
            cell = book.worksheets[0].cell(first.row, column + 1)
            for value in strange:
                cell.value = value
                with self.assertRaises(UserError) as refused:
                    self.back(book)
                self.assertIn(cell.coordinate, str(refused.exception), repr(value))
        self.assertEqual(self.parts.mapped("plan"), before)

    def _empty(self):
        content = io.BytesIO()
        Workbook().save(content)
        return content.getvalue()
