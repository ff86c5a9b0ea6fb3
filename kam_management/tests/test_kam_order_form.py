"""Order forms: previewed, taken as a quotation, or refused by row and column."""

import base64
import csv
import io
import random
import uuid
import zipfile
from datetime import timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.kam_management.kam_core.pricing import form_file

from .common import KamCase
from .pricing_case import PricingCase

HEADS = [form_file.KEY, *(one.title() for one in form_file.COLUMNS[1:])]


class OrderFormCase(PricingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code, cls.other.default_code = "CRATE", "SACK"
        cls.form = form_file.Form(
            cls.account.event_key,
            cls.col_wholesale.id,
            cls.today,
            cls.today + timedelta(30),
            cls.company.currency_id.name,
        )

    def row(self, product, quantity, price=None, **cells):
        values = {
            "key": f"{product.id}/{product.uom_id.id}",
            "code": product.default_code,
            "name": product.name,
            "price": {"CRATE": 100, "SACK": 50}.get(product.default_code),
            "quantity": quantity,
            **({} if price is None else {"price": price}),
            **cells,
        }
        return [values.get(name) for name in form_file.COLUMNS]

    def cells(self, *rows, form=None):
        return [["Price list"], ["Form", (form or self.form).cell()], HEADS, *rows]

    def file(self, *rows, form=None, **more):
        book = openpyxl.Workbook()
        for row in self.cells(*rows, form=form):
            book.active.append(row)
        return self.packed(book, **more)

    def packed(self, book, raw=False):
        out = io.BytesIO()
        book.save(out)
        return out.getvalue() if raw else base64.b64encode(out.getvalue()).decode()

    def look(self, data, user=None):
        return self.account.with_user(user or self.kim).preview_order_form(data)

    def take(self, data, user=None, **options):
        return self.account.with_user(user or self.kim).take_order_form(data, **options)

    def codes(self, told):
        return [one["code"] for one in told["problems"]]


@tagged("post_install", "-at_install")
class TestKamOrderForm(OrderFormCase, KamCase):
    def test_a_form_becomes_a_quotation_with_our_prices(self):
        data = self.file(self.row(self.product, 12), self.row(self.other, None))
        told = self.look(data)
        self.assertEqual((told["problems"], told["may_take"]), ([], True))
        [row] = told["rows"]
        self.assertEqual(
            (row["row"], row["quantity"], row["price"], row["subtotal"]),
            (4, "12", 100, 1200),
        )
        result = self.take(data, file_name="Acme order.xlsx", seen=told["seen"])
        order = self.env["sale.order"].browse(result["id"])
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.kam_account_id, self.account)
        self.assertEqual(order.user_id, self.kim)
        self.assertEqual(order.amount_untaxed, told["untaxed"])
        self.assertEqual(order.order_line.price_unit, 100, "the column's price")
        file = order.message_ids.attachment_ids
        self.assertEqual(file.name, "Acme order.xlsx")
        self.assertEqual(file.raw, base64.b64decode(data))
        self.assertTrue(result["may_confirm"])
        order.with_user(self.kim).action_confirm()

    def test_looking_stores_nothing(self):
        before = self.env["sale.order"].search_count([])
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM kam_es.event")
        events = self.env.cr.fetchone()
        self.look(self.file(self.row(self.product, 12)))
        self.env.flush_all()
        self.assertEqual(self.env["sale.order"].search_count([]), before)
        self.env.cr.execute("SELECT count(*) FROM kam_es.event")
        self.assertEqual(self.env.cr.fetchone(), events)

    def test_every_row_shows_its_problems(self):
        gone, hidden = self.env["product.product"].create(
            [
                {"name": "Gone", "default_code": "GONE", "active": False},
                {"name": "Hidden", "default_code": "HIDE", "sale_ok": False},
            ]
        )
        there = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["product.product"].create(
            {"name": "Secret", "default_code": "FAR", "company_id": there.id}
        )
        self.product.uom_ids = self.env["uom.uom"].create(
            {
                "name": "Tray",
                "relative_factor": 6,
                "relative_uom_id": self.product.uom_id.id,
            }
        )
        data = self.file(
            self.row(self.product, 10, price=90),
            self.row(self.other, "two"),
            self.row(self.other, -1),
            self.row(gone, 1),
            self.row(hidden, 1),
            self.row(foreign, 1),
            self.row(self.other, 1, key=None, code="NIX"),
            self.row(self.other, 1, key=f"{self.other.id}/999999"),
            self.row(self.other, 1, code="OTHER"),
        )
        told = self.look(data)
        self.assertEqual(
            [[one["code"] for one in row["problems"]] for row in told["rows"]],
            [
                ["price_changed", "not_whole_packs"],
                ["not_a_number"],
                ["negative", "row_twice"],
                ["archived"],
                ["not_saleable"],
                ["other_company"],
                ["unknown_product"],
                ["unit_gone", "row_twice"],
                ["other_product", "row_twice"],
            ],
        )
        self.assertNotIn("Secret", str(told))
        self.assertIn("Cell I5: “two” is no quantity", str(told))
        with self.assertRaisesRegex(UserError, "8 rows cannot be ordered: Cell I5"):
            self.take(data)
        result = self.take(data, leave_out=True)
        self.assertEqual(result["left_out"], [5, 6, 7, 8, 9, 10, 11, 12])
        order = self.env["sale.order"].browse(result["id"])
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [10])
        self.assertIn("Cell I5", order.message_ids[0].body)

    def test_the_whole_form(self):
        row = self.row(self.product, 12)
        base = {
            "account": self.account.event_key,
            "column": self.col_wholesale.id,
            "issued": self.day(-40),
            "until": self.day(30),
            "currency": self.company.currency_id.name,
        }
        for change, code in (
            ({"account": str(uuid.uuid4())}, "wrong_customer"),
            ({"until": self.day(-1)}, "expired"),
            ({"column": self.col_retail.id}, "other_column"),
            ({"currency": "XXX"}, "other_currency"),
        ):
            form = form_file.Form(**{**base, **change})
            with self.subTest(code):
                self.assertEqual(
                    self.codes(self.look(self.file(row, form=form))), [code]
                )
        self.assertEqual(self.codes(self.look(self.file())), ["nothing_asked"])
        told = self.look(self.file(self.row(self.product, -1)))
        self.assertEqual(self.codes(told), ["nothing_left"])
        with self.assertRaisesRegex(UserError, "another customer"):
            self.take(self.file(row, form=form_file.Form(**{**base, "account": "x"})))

    def test_below_the_minimum_and_beyond_the_room(self):
        told = self.look(self.file(self.row(self.product, 5)))
        self.assertEqual(self.codes(told), ["below_minimum"])
        self.assertIn("Add $\u00a0450.00", told["problems"][0]["message"])
        self.env["kam.credit.terms"].with_user(self.cy).set_terms(
            self.acme.ids, {"credit_limit": 1000}, "Start"
        )
        self.env.invalidate_all()  # what was computed before the terms
        data = self.file(self.row(self.product, 12))
        told = self.look(data)
        self.assertEqual(self.codes(told), ["beyond_room"])
        self.assertIn("200.00 too much", told["problems"][0]["message"])
        result = self.take(data)
        self.assertFalse(result["may_confirm"])
        self.assertEqual(result["findings"][0]["code"], "over_limit")

    def test_the_same_file_twice(self):
        data = self.file(self.row(self.product, 12))
        first = self.take(data)
        with self.assertRaisesRegex(UserError, first["name"]):
            self.take(data)
        self.assertEqual(self.codes(self.look(data)), ["taken_already"])
        second = self.take(data, again=True)
        self.assertNotEqual(second["id"], first["id"])
        orders = self.env["sale.order"].browse([first["id"], second["id"]])
        orders._action_cancel()
        self.assertEqual(self.codes(self.look(data)), [])

    def test_a_repeated_call_makes_one_order(self):
        data, command = self.file(self.row(self.product, 12)), str(uuid.uuid4())
        first = self.take(data, command_id=command)
        self.assertEqual(self.take(data, command_id=command), first)
        other = self.file(self.row(self.product, 13))
        with self.assertRaisesRegex(UserError, "another request"):
            self.take(other, command_id=command)

    def test_what_changed_since_the_preview(self):
        data = self.file(self.row(self.product, 12))
        seen = self.look(data)["seen"]
        self.wholesale.item_ids.fixed_price = 101
        with self.assertRaisesRegex(UserError, "since the preview"):
            self.take(data, seen=seen)

    def test_a_form_saved_as_csv_and_a_row_by_hand(self):
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        hand = self.row(self.other, "3,5", key="", price="")
        writer.writerows(self.cells(self.row(self.product, 12, price="100.00"), hand))
        data = base64.b64encode(text.getvalue().encode()).decode()
        told = self.look(data)
        self.assertEqual([one["quantity"] for one in told["rows"]], ["12", "3.5"])
        self.assertTrue(told["may_take"])

    def test_who_may(self):
        data = self.file(self.row(self.product, 12))
        with self.assertRaises(AccessError):
            self.look(data, self.lou)
        support = new_test_user(
            self.env,
            "form_support",
            groups="kam_management.group_kam_support,"
            "sales_team.group_sale_salesman_all_leads",
        )
        result = self.take(data, support)
        order = self.env["sale.order"].browse(result["id"])
        self.assertEqual((order.user_id, order.create_uid), (self.kim, support))
        other = self.env["kam.account"].browse(self.designate(self.bolt, self.lou).id)
        with self.assertRaisesRegex(UserError, "another customer"):
            other.with_user(self.lou).take_order_form(data)

    def test_it_is_in_the_log(self):
        data = self.file(self.row(self.product, 12), self.row(self.other, "x"))
        result = self.take(data, leave_out=True)
        self.env.cr.execute(
            """SELECT e.type, e.payload FROM kam_es.stream s
                 JOIN kam_es.event e ON e.stream_id = s.id
                WHERE s.category = 'kam.order.form'"""
        )
        [(kind, payload)] = self.env.cr.fetchall()
        self.assertEqual((kind, payload["order_id"]), ("FormTaken", result["id"]))
        self.assertEqual((payload["rows"], payload["left_out"]), (1, "5"))

    def test_in_the_dialog(self):
        data = self.file(self.row(self.product, 12), self.row(self.other, "x"))
        dialogs = self.env["kam.order.form.load"].with_user(self.kim)
        form = Form(dialogs.with_context(default_account_id=self.account.id))
        form.data = base64.b64encode(b"nothing of the kind").decode()
        self.assertIn("no order form", form.preview)
        self.assertFalse(form.can_take)
        form.data = data
        self.assertIn("Cell I5", form.preview)
        self.assertTrue(form.has_stopped)
        self.assertFalse(form.can_take)
        form.leave_out = True
        self.assertTrue(form.can_take)
        action = form.save().action_take()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.order_line.product_id, self.product)

    def test_at_most_one_query_more_a_row(self):
        products = self.env["product.product"].create(
            [
                {"name": f"P{n}", "default_code": f"P{n}", "taxes_id": False}
                for n in range(60)
            ]
        )
        counts = []
        for some in (products[:2], products):
            data = self.file(*(self.row(one, 20, price=1) for one in some))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            told = self.look(data)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(told["may_take"], told["problems"])
        # Odoo itself looks for analytic accounts, at most once a product
        self.assertLessEqual(counts[1], counts[0] + len(products) - 2, counts)


@tagged("post_install", "-at_install")
class TestKamOrderFormFiles(OrderFormCase, KamCase):
    """Files that are no forms, or were one: a sentence, and nothing changes."""

    def archive(self, parts):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, body in parts.items():
                made.writestr(name, body)
        return out.getvalue()

    def parts(self):
        good = self.file(self.row(self.product, 12), raw=True)
        with zipfile.ZipFile(io.BytesIO(good)) as book:
            return good, {one: book.read(one) for one in book.namelist()}

    def assertRefused(self, content, words=""):
        data = base64.b64encode(content).decode()
        for door in (self.look, self.take):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                door(data)

    def test_dangerous_and_foreign_files(self):
        good, parts = self.parts()
        entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
        orders = self.env["sale.order"].search_count([])
        for name, content, words in (
            ("truncated", good[: len(good) // 2], "cannot be read"),
            ("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither"),
            ("a PDF", b"%PDF-1.7\n" + bytes(300), "neither"),
            ("nothing much", bytes(10 * 2**20), "neither"),
            ("too large", bytes(10 * 2**20 + 1), "larger than 10 MB"),
            ("text", b"Dear all, please send 12 crates.", "no order form"),
            ("bomb", self.archive({"xl/a.xml": bytes(101 * 2**20)}), "unpacks"),
            ("macros", self.archive({**parts, "xl/vbaProject.bin": b"x"}), "macros"),
            (
                "links",
                self.archive({**parts, "xl/externalLinks/externalLink1.xml": b"<a/>"}),
                "links to other files",
            ),
            ("entities", self.archive({**parts, "xl/styles.xml": entity}), "no need"),
            ("old", b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
            ("empty", b"", "missing"),
        ):
            with self.subTest(name):
                self.assertRefused(content, words)
        self.assertEqual(self.env["sale.order"].search_count([]), orders)

    def test_a_thousand_damaged_files(self):
        good, parts = self.parts()
        dice = random.Random(7)
        orders = self.env["sale.order"].search_count([])
        sentences = read = 0
        for number in range(1000):
            content = self.damaged(good, parts, dice, number)
            try:
                told = self.look(base64.b64encode(content).decode())
            except UserError as refusal:
                self.assertTrue(str(refusal).strip())
                sentences += 1
            else:
                self.assertIn("seen", told)
                read += 1
        self.assertGreater(sentences, 400)
        self.assertEqual(self.env["sale.order"].search_count([]), orders)
        self.assertEqual(sentences + read, 1000)

    def damaged(self, good, parts, dice, number):
        """Return the file with bytes changed, cut out, or a part of it rewritten."""
        if number % 3 == 0:
            content = bytearray(good)
            for _once in range(dice.randint(1, 20)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            return bytes(content)
        if number % 3 == 1:
            start = dice.randrange(len(good))
            return good[:start] + good[start + dice.randint(1, 300) :]
        name = dice.choice(sorted(parts))
        body = bytearray(parts[name])
        for _once in range(dice.randint(1, 6)):
            body[dice.randrange(len(body))] = dice.randrange(32, 127)
        return self.archive({**parts, name: bytes(body)})

    def test_wrong_arguments(self):
        account = self.account.with_user(self.kim)
        good = self.file(self.row(self.product, 12))
        for data in (None, False, 7, [], {}, "???", "é", b"\xff", float("nan"), "a"):
            with self.subTest(data=data), self.assertRaises(UserError):
                account.take_order_form(data)
        with self.assertRaises(UserError):
            account.take_order_form(good, seen=float("nan"))
        result = account.take_order_form(good, file_name="\0/../x" * 99)
        self.assertTrue(result["id"])
