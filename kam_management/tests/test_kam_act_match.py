"""The customer's own act: read, matched, each difference somebody's task."""

import base64
import io
import time
import zipfile

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.kam_management.kam_core.receivables import their_file

from .test_kam_act import ActCase

HEAD = ["Date", "Document", "Debit", "Credit"]


def xlsx(rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return base64.b64encode(out.getvalue())


@tagged("post_install", "-at_install")
class TestKamActMatch(ActCase):
    def load(self, act, data, **vals):
        form = Form(self.env["kam.act.load"].with_context(default_act_id=act.id))
        form.data = data
        for key, value in vals.items():
            setattr(form, key, value)
        return form.save()

    def sent(self):
        self.numbers = [
            self.invoice(100, "2026-03-05"),
            self.invoice(200, "2026-03-06"),
            self.invoice(300, "2026-03-07"),
            self.pay(250, "2026-03-20"),
        ]
        act = self.act()
        act.send()
        return act

    def their_rows(self):
        first, second, _third, _payment = [one.name for one in self.numbers]
        return [
            ["Act of reconciliation", None, None, None],
            HEAD,
            ["Opening balance", None, None, None],
            ["05.03.2026", f"Invoice {first}", None, 100],
            [None, f"Invoice {second}", None, "190,00"],
            ["21.03.2026", "Payment order 77", 250, None],
            ["25.03.2026", "Return 5", 15, None],
            ["Turnover", None, 265, 290],
            ["Closing balance", None, None, 25],
        ]

    def test_a_file_is_read_matched_and_answers_the_act(self):
        act = self.sent()
        dialog = self.load(act, xlsx(self.their_rows(), ["A4:A5"]))
        self.assertEqual(
            (dialog.first_row, dialog.date_column, dialog.credit_column), (3, "A", "D")
        )
        self.assertIn("4 documents", dialog.preview)
        dialog.action_match()
        found = {
            (one.result, one.our_amount, one.their_amount) for one in act.difference_ids
        }
        self.assertEqual(
            found,
            {
                ("amounts_differ", 200, 190),
                ("only_ours", 300, 0),
                ("only_theirs", 0, -15),
            },
        )
        self.assertEqual(
            (act.status, act.answer, act.their_closing, act.agreed_count),
            ("answered", "disagreed", 25, 2),
        )
        self.assertEqual(len(act.their_ids), 4)
        task = act.difference_ids.filtered(lambda one: one.result == "only_ours")
        self.assertEqual(task.activity_ids.user_id, act.user_id)
        self.assertEqual(task.activity_ids.date_deadline, task.date_due)
        self.assertEqual(act.difference_count, 3)

    def test_a_difference_has_a_cause_an_owner_and_an_end(self):
        act = self.sent()
        self.load(act, xlsx(self.their_rows())).action_match()
        one = act.difference_ids[0]
        one.write({"user_id": self.cy.id, "date_due": "2026-08-01", "cause": "transit"})
        self.assertEqual(one.activity_ids.user_id, self.cy)
        self.assertEqual(str(one.activity_ids.date_deadline), "2026-08-01")
        act.action_match()
        self.assertIn(one, act.difference_ids, "what somebody works on stays")
        self.assertEqual(len(act.difference_ids), 3)
        one.action_settle()
        self.assertFalse(one.activity_ids)
        self.assertEqual(act.difference_count, 2)

    def test_the_same_figures_agree(self):
        act = self.sent()
        names = [one.name for one in self.numbers]
        rows = [
            HEAD,
            ["2026-03-05", names[0], "100.00", ""],
            ["2026-03-06", names[1], "200.00", ""],
            ["2026-03-07", names[2], "300.00", ""],
            ["2026-03-20", names[3], "", "250.00"],
        ]
        text = "\n".join(";".join(row) for row in rows)
        data = base64.b64encode(text.encode())
        dialog = self.load(act, data, mirrored=False)
        dialog.action_match()
        self.assertEqual((act.answer, act.agreed_count), ("agreed", 4))
        self.assertFalse(act.difference_ids)

    def test_both_halves_are_printed(self):
        act = self.sent()
        self.load(act, xlsx(self.their_rows())).action_match()
        page = self.printed(act)
        rows = page.xpath("//table//tbody/tr")
        self.assertEqual(len(rows), 3 + 4 + 1)
        self.assertIn("190.00", self.words(page))
        self.assertIn("Return 5", self.words(page))

    def test_a_bad_file_stores_nothing(self):
        act = self.sent()
        bad = self.their_rows()
        bad[4][3] = "lots"
        dialog = self.load(act, xlsx(bad))
        self.assertIn("Row 5, column D", dialog.preview)
        with self.assertRaisesRegex(UserError, "Row 5, column D: “lots”"):
            dialog.action_match()
        self.assertFalse(act.their_ids or act.difference_ids)
        self.assertEqual(act.status, "sent")

    def test_a_dangerous_file_is_not_opened(self):
        act = self.sent()
        dialog = self.env["kam.act.load"].create({"act_id": act.id})

        def archive(parts):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
                for name, body in parts.items():
                    made.writestr(name, body)
            return base64.b64encode(out.getvalue())

        good = base64.b64decode(xlsx([HEAD]))
        with zipfile.ZipFile(io.BytesIO(good)) as book:
            parts = {one: book.read(one) for one in book.namelist()}
        entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
        for name, data, words in (
            ("nothing", b"", "missing"),
            ("bomb", archive({"xl/a.xml": b"0" * (101 * 2**20)}), "unpacks"),
            ("entities", archive({**parts, "xl/styles.xml": entity}), "no need"),
            ("damaged", base64.b64encode(b"PK\x03\x04 and no more"), "cannot be read"),
            ("old", base64.b64encode(b"\xd0\xcf\x11\xe0 excel"), "old Excel"),
            ("binary", base64.b64encode(b"\x00\x01\x98\xff" * 50), "neither"),
            ("large", base64.b64encode(b"x" * (10 * 2**20 + 1)), "10 MB"),
            ("rows", base64.b64encode(b"a,b\n" * 20_002), "more than"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, words):
                dialog.data = data
                dialog.action_match()
        self.assertFalse(act.their_ids)

    def test_ten_thousand_lines_in_seconds(self):
        act = self.sent()
        lines = tuple(
            their_file.Theirs(
                row, act.date_from, f"X-{row}", their_file.Decimal(row), 0
            )
            for row in range(1, 10_001)
        )
        act.user_id = False
        start = time.monotonic()
        act._load_table(their_file.Table(lines[:2000]), True, 5)
        self.assertLess(time.monotonic() - start, 20)
        self.assertEqual(len(act.their_ids), 2000)
        self.assertEqual(len(act.activity_ids), 1, "one task for so many")
