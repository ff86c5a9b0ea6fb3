"""The customer's own act: read, matched, each difference somebody's task."""

import base64
import io
import random
import time
import zipfile
from decimal import Decimal

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

    def test_a_formula_without_its_value_is_not_an_empty_cell(self):
        act = self.sent()
        rows = [*self.their_rows()[:3], ["05.03.2026", "Invoice 1", None, "=50+50"]]
        dialog = self.load(act, xlsx(rows))
        with self.assertRaisesRegex(UserError, "Row 4, column D"):
            dialog.action_match()
        self.assertFalse(act.their_ids)

    def test_csv_of_any_make(self):
        act = self.sent()
        number = self.numbers[0].name
        lines = [HEAD, ["05.03.2026", f"Invoice {number}", "", "100,00"]]
        lines += [["06.03.2026", "Return 5", "15,00", ""]]
        for delimiter, code in (
            (";", "utf-8"),
            (";", "utf-8-sig"),
            (";", "cp1251"),
            ("\t", "utf-16"),
            ("\t", "utf-8"),
            ("|", "latin-1"),
        ):
            text = "\r\n".join(delimiter.join(line) for line in lines)
            with self.subTest(delimiter=delimiter, code=code):
                dialog = self.load(act, base64.b64encode(text.encode(code)))
                table = dialog._read_table()
                self.assertEqual([one.credit for one in table.lines], [100, 0])
                self.assertEqual(table.lines[1].debit, 15)
        quoted = 'Date,Document,Debit,Credit\n2026-03-05,"Invoice; 1","1,100.50",\n'
        dialog = self.load(act, base64.b64encode(quoted.encode()))
        self.assertEqual(dialog._read_table().lines[0].debit, Decimal("1100.5"))

    def test_any_bytes_are_read_or_refused_in_a_sentence(self):
        """Cut, turned and swapped bytes of good files, and other kinds of file."""
        act = self.sent()
        chance = random.Random(11)
        good = base64.b64decode(xlsx(self.their_rows()))
        text = "\n".join(";".join(map(str, one)) for one in self.their_rows()).encode()
        pile = [
            b"\0" * (10 * 2**20),
            b"\xd0\xcf\x11\xe0 an old workbook named .xlsx",
            b"%PDF-1.7 no table",
            b"<html><table><tr><td>1</td></tr></table></html>",
            b"\xff\xfe\x00",
            b"\xef\xbb\xbf",
            b"PK\x03\x04",
            b"\x98" * 50,
            b'"' + b"x" * 200_000,
            b"Date;Debit;Credit\n" + b"05.03.2026;1e400;NaN\n",
            b"Date;Amount\n31.02.2026;5\n",
            b"Date;Amount\n05.03.2026;99999999999999999999\n",
        ]
        for source in (good, text):
            for _n in range(25):
                data = bytearray(source)
                for _m in range(chance.randrange(1, 12)):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                pile.append(bytes(data[: chance.randrange(1, len(data) + 1)]))
                pile.append(bytes(data))
        model = self.env["kam.act.load"]
        for n, data in enumerate(pile):
            with self.subTest(n=n):
                dialog = model.new({"act_id": act.id, "data": base64.b64encode(data)})
                dialog._onchange_data()
                try:
                    dialog._read_table()
                except UserError as refusal:
                    self.assertTrue(str(refusal).strip())
                dialog.data = base64.b64encode(data)
                self.assertIsInstance(str(dialog._preview()), str)
        self.assertFalse(act.their_ids)

    def test_what_unpacks_to_too_much(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * (41 * 2**20))
        dialog = self.env["kam.act.load"].new(
            {"act_id": self.act().id, "data": base64.b64encode(out.getvalue())}
        )
        with self.assertRaisesRegex(UserError, "unpacks to too much"):
            dialog._read_table()

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
