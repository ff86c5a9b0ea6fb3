"""Three ways in for files: order forms, edited plans, a customer's own act.

A file that is none gives a sentence, and nothing of what is stored is changed: the log,
the rows, the orders. ``KAM_DAMAGED`` says how many damaged variants each way gets.
"""

import base64
import io
import os
from contextlib import contextmanager

from openpyxl import Workbook, load_workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.kam_management.tests.common import KamCase
from odoo.addons.kam_management.tests.pricing_case import PricingCase

from .report_case import ReportCase
from .upload_case import damaged, hostile

VARIANTS = int(os.environ.get("KAM_DAMAGED", "40"))
TABLES = ("kam_act_their", "kam_act_difference", "sale_order", "ir_attachment")


@tagged("post_install", "-at_install")
class TestKamUploads(PricingCase, ReportCase, KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code = "CRATE"
        cls.target = cls.env["kam.target"].create(
            {
                "kpi_id": cls.env["kam.kpi"]._by_code("net_sales").id,
                "user_id": cls.kim.id,
                "plan": 1000,
            }
        )
        cls.invoice(cls.acme, 100, -5)
        cls.env.flush_all()
        cls.act = cls.env["kam.act"].create(
            {
                "partner_id": cls.acme.id,
                "date_from": cls.day(-30),
                "date_to": cls.today,
            }
        )
        cls.act.send()
        cls.env.flush_all()

    # ------------------------------------------------------------------ ways in
    def ways(self):
        """Return {way: (a good file, function(base64) that takes it)}."""
        found = {
            "order form": (self.filled_form(), self.take_form),
            "plans": (self.edited_plans(), self.take_plans),
            "act": (self.their_act(), self.take_act),
        }
        self.env.cr.flush()  # what was printed for it is on record before we look
        return found

    def filled_form(self):
        book = load_workbook(
            io.BytesIO(self.make("order_form", self.kim, records=self.account))
        )
        [row] = [r for r in book.worksheets[0].iter_rows() if r[1].value == "CRATE"]
        row[8].value = 12
        return self.saved(book)

    def edited_plans(self):
        reports = self.env["ir.actions.report"].with_user(self.dot)
        content, _kind = reports._render_xlsx(
            "kam_management_reports.target_xlsx", self.target.ids, {}
        )
        book = load_workbook(io.BytesIO(content))
        [cell] = [
            row[6]
            for row in book.worksheets[0].iter_rows()
            if isinstance(row[6].value, int | float)
        ]
        cell.value = 1200
        return self.saved(book)

    def their_act(self):
        book = Workbook()
        day = self.day(-5).strftime("%d.%m.%Y")
        for row in (
            ["Date", "Document", "Debit", "Credit"],
            [day, "Invoice 1", None, 100],
        ):
            book.active.append(row)
        return self.saved(book)

    def saved(self, book):
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def take_form(self, data):
        return self.account.with_user(self.kim).take_order_form(data)

    def take_plans(self, data):
        dialog = self.env["kam.target.import"].with_user(self.dot)
        return dialog.create({"file": data}).action_apply()

    def take_act(self, data):
        dialog = self.env["kam.act.load"].create({"act_id": self.act.id, "data": data})
        self.assertEqual(bool(dialog.preview), bool(data))  # it is looked at first
        dialog._onchange_data()
        dialog.data = data
        return dialog.action_match()

    # ------------------------------------------------------------------- judging
    def stored(self):
        """Return what must not change: how long the log is, how many rows there are."""
        self.env.flush_all()
        counts = ["SELECT 'log', count(*) FROM kam_es.event"]
        counts += [f"SELECT '{one}', count(*) FROM {one}" for one in TABLES]
        counts.append("SELECT 'plan', sum(plan)::int FROM kam_target")
        self.env.cr.execute(" UNION ALL ".join(counts))
        return sorted(self.env.cr.fetchall())

    @contextmanager
    def undone(self):
        """Undo what is done inside, as the end of a refused request does."""
        with self.env.cr.savepoint() as savepoint:
            yield
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def refusal(self, take, content):
        """Return the sentence that a file is refused with; None when it was taken.

        Nothing may be stored before the refusal, so that a caller that goes on has
        nothing half done.
        """
        before = self.stored()
        with self.undone():
            try:
                take(base64.b64encode(content).decode())
            except UserError as refused:
                self.assertEqual(self.stored(), before)
                return str(refused)
        return None

    def test_a_good_file_is_taken_and_changes_something(self):
        for way, (good, take) in self.ways().items():
            with self.subTest(way), self.undone():
                before = self.stored()
                take(base64.b64encode(good).decode())
                self.assertNotEqual(self.stored(), before)

    def test_hostile_files_are_refused_before_they_are_read(self):
        for way, (good, take) in self.ways().items():
            for name, (content, words) in hostile(good).items():
                with self.subTest(way=way, file=name):
                    sentence = self.refusal(take, content)
                    self.assertIn(words, sentence or "it was taken")

    def test_what_is_no_file(self):
        for way, (_good, take) in self.ways().items():
            for data in ("???", "é", "a", "UEsDBA", " ", "=" * 9):
                before = self.stored()
                with self.subTest(way=way, data=data), self.undone():
                    with self.assertRaises(UserError):
                        take(data)
                    self.assertEqual(self.stored(), before)

    def test_damaged_variants(self):
        """Each is refused in a sentence, or read as far as it is whole."""
        for way, (good, take) in self.ways().items():
            refused = 0
            for number, content in enumerate(damaged(good, VARIANTS)):
                with self.subTest(way=way, variant=number):
                    sentence = self.refusal(take, content)
                    if sentence is not None:
                        self.assertGreater(len(sentence), 15)
                        refused += 1
            self.assertGreater(refused, VARIANTS * 0.4, way)

    def test_texts_that_look_like_formulas_come_back_as_texts(self):
        """What one types into a plan's number is named, not reckoned."""
        for value in ("=1+1", "+1", "@SUM(1)", "1e999", "nan", "-5", "1 000"):
            book = load_workbook(io.BytesIO(self.edited_plans()))
            [cell] = [
                row[6] for row in book.worksheets[0].iter_rows() if row[6].value == 1200
            ]
            cell.value, cell.data_type = value, "s"
            self.env.cr.flush()
            with self.subTest(value):
                sentence = self.refusal(self.take_plans, self.saved(book))
                if value not in ("+1", "1 000"):  # numbers, as people write them
                    self.assertTrue(sentence)
