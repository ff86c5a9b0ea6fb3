"""The loaded history keeps Odoo's rules and says what the file says."""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from history import money
from history.check import recomputed, violations
from history.company import Books
from history.delays import read_delays
from history.errors import LoadError
from history.expected import expected
from history.load import Options, load
from history.retail import HEADER, read_rows
from history.rules import choose, shift_days

from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged

DATA = Path(__file__).parents[3] / "shared" / "data"
LAST = date(2026, 3, 31)
MADE = """\
536365,85123A,HEART,6,2010-12-01T08:26,2.550,17850,United Kingdom
536365,71053,LANTERN,4,2010-12-01T08:26,3.390,17850,United Kingdom
536365,POST,POSTAGE,1,2010-12-01T08:26,18.000,17850,United Kingdom
536366,22423,CAKE STAND,3,2010-12-02T09:00,12.750,17850,United Kingdom
536366,22423,CAKE STAND,1,2010-12-02T09:00,0.000,17850,United Kingdom
536367,22423,CAKE STAND,24,2010-12-03T10:00,10.950,12662,Germany
536367,PADS,PADS,1,2010-12-03T10:00,0.001,12662,Germany
C536368,85123A,HEART,-2,2010-12-08T11:00,2.550,17850,United Kingdom
536369,,damages,-30,2010-12-09T11:00,0.000,,United Kingdom
536370,DOT,DOTCOM POSTAGE,1,2010-12-10T11:00,569.770,,United Kingdom
536370,85123a,HEART,7,2010-12-10T11:00,5.110,,United Kingdom
C536371,22423,CAKE STAND,-1,2010-12-12T11:00,12.750,,United Kingdom
536372,22423,CAKE STAND,10,2011-02-01T08:00,12.750,17850,United Kingdom
536373,71053,LANTERN,5,2011-02-14T08:00,3.390,12662,Germany
C536374,71053,LANTERN,-500,2011-02-20T08:00,3.390,12662,Germany
A563186,B,Adjust bad debt,1,2011-02-21T14:51,-110.060,,United Kingdom
536375,71053,LANTERN,7,2011-03-03T08:00,3.390,12583,Unspecified
536376,71053,LANTERN,5,2011-03-31T08:00,3.390,12662,Germany
""".replace("536369,,", "536369,84826,")
DELAYS = """\
customerID,invoiceNumber,Disputed,DaysToSettle
a,1,No,12
"""
# what must differ between a loaded document and one made by hand
IDENTITY = {
    "id",
    "name",
    "move_name",
    "sequence_number",
    "payment_reference",
    "create_date",
    "write_date",
    "create_uid",
    "write_uid",
    "order_id",
    "move_id",
    "invoice_origin",
    "full_reconcile_id",
    "matching_number",
    "validity_date",
    "origin_payment_id",
    "payment_id",
    "memo",
    "is_manually_modified",
    "debit_move_id",
    "credit_move_id",
}


def books_of(env, company):
    """Return enough of the books for the checks."""
    return Books(env, company, *[None] * 7)


class HistoryCase(TransactionCase):
    """Loads once a class; loading commits nothing."""

    options: Options

    @classmethod
    def load(cls, options):
        cls.options = options
        admin = cls.env.ref("base.user_admin")
        cls.report = load(cls.env(user=admin), options)
        cls.company = cls.report.company
        cls.env = cls.env(
            user=admin,
            su=True,
            context={"allowed_company_ids": cls.company.ids, "tracking_disable": True},
        )
        cls.company = cls.company.with_env(cls.env)
        cls.books = books_of(cls.env, cls.company)

    def revenue(self):
        """Return what the ledger says, by customer and month, in pence."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "income"),
                ("parent_state", "=", "posted"),
            ],
            ["partner_id", "date:month"],
            ["balance:sum"],
        )
        found = Counter()
        for partner, month, balance in groups:
            key = partner.ref or f"counter:{partner.name.split(', ')[1]}"
            found[key, f"{month:%Y-%m}"] -= round(balance * 100)
        return found

    @classmethod
    def file_says(cls):
        rows = list(read_rows(cls.options.file))
        moved = shift_days(max(row.when for row in rows).date(), cls.options.until)
        return expected(choose(rows, cls.options.customers), moved)


@tagged("post_install", "-at_install", "standard")
class TestLoadMade(HistoryCase):
    """A small made file with every case of the written rule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.file = folder / "made.csv"
        cls.file.write_text(",".join(HEADER) + "\n" + MADE, encoding="utf-8")
        cls.sample = folder / "delays.csv"
        cls.sample.write_text(DELAYS, encoding="utf-8")
        cls.load(Options(cls.file, cls.sample, until=LAST, salespeople=2))

    def move(self, reference):
        found = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("ref", "=", reference),
                ("move_type", "!=", "entry"),
            ]
        )
        self.assertEqual(len(found), 1, reference)
        return found

    def test_revenue_equals_the_file(self):
        says = self.file_says()
        self.assertEqual(dict(self.revenue()), {k: v for k, v in says.items() if v})
        self.assertEqual(self.report.net, says.total())

    def test_every_invariant_holds_and_recomputation_changes_nothing(self):
        self.assertEqual(violations(self.books), [])
        self.assertEqual(recomputed(self.books, sample=1000), [])

    def test_broken_rows_are_found(self):
        company = self.company.id
        for name, damage in {
            "entries balance": "UPDATE account_move_line SET balance = balance + 1, "
            "debit = debit + 1, amount_currency = balance + 1 WHERE id = (SELECT "
            "max(id) FROM account_move_line WHERE company_id = %s AND balance > 0)",
            "residual = amount less allocations": "DELETE FROM "
            "account_partial_reconcile WHERE id = (SELECT max(id) FROM "
            "account_partial_reconcile WHERE company_id = %s)",
            "names are unique and without a gap": "UPDATE account_move SET "
            "sequence_number = sequence_number + 1 WHERE id = (SELECT max(id) FROM "
            "account_move WHERE company_id = %s)",
            "payment state follows the residual": "UPDATE account_move SET "
            "payment_state = 'partial' WHERE id = (SELECT max(id) FROM account_move "
            "WHERE company_id = %s AND payment_state = 'paid')",
            "tax is 20 % for the United Kingdom and nothing abroad": "UPDATE "
            "account_move SET amount_tax = 0 WHERE id = (SELECT max(id) FROM "
            "account_move WHERE company_id = %s AND amount_tax <> 0)",
            "order lines are invoiced by their invoice lines": "DELETE FROM "
            "sale_order_line_invoice_rel WHERE order_line_id = (SELECT max(id) FROM "
            "sale_order_line WHERE company_id = %s)",
            "payments are paid, posted and fully used": "UPDATE account_payment SET "
            "amount = amount + 1 WHERE id = (SELECT max(id) FROM account_payment "
            "WHERE company_id = %s)",
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(damage, [company])
                self.assertEqual(self.env.cr.rowcount, 1)
                found = [finding.name for finding in violations(self.books)]
                self.assertIn(name, found)
                savepoint.rollback()
        self.assertEqual(violations(self.books), [])

    def test_a_changed_amount_is_found_by_recomputation(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET margin = margin + 1 WHERE company_id = %s",
            [self.company.id],
        )
        self.env.invalidate_all()
        changes = recomputed(self.books, sample=1000)
        self.assertTrue(any(" margin: " in change for change in changes), changes)

    def test_counts_and_what_was_left_out(self):
        self.assertEqual(self.report.documents, 12)
        self.assertEqual(self.report.counts["orders"], 8)
        self.assertEqual(self.report.left_out["documents at 0.00"], 1)
        self.assertEqual(self.report.left_out["rows kept at 0.00"], 2)
        self.assertEqual(self.report.last, LAST)

    def test_cancellations_refer_to_their_invoice(self):
        note = self.move("C536368")
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.reversed_entry_id, self.move("536365"))
        self.assertEqual(note.amount_untaxed, 5.1)
        self.assertEqual(note.payment_state, "paid")
        self.assertFalse(self.move("C536371").reversed_entry_id, "counter sales")

    def test_credit_left_over_pays_later_invoices(self):
        note, later = self.move("C536374"), self.move("536376")
        self.assertEqual(later.payment_state, "reversed")
        self.assertEqual(note.payment_state, "partial")
        spent = self.move("536373").amount_total + later.amount_total
        self.assertEqual(note.amount_residual, note.amount_total - spent)

    def test_counter_sales_are_marked_and_settled(self):
        counter = self.move("536370").partner_id
        self.assertEqual(counter.category_id.mapped("name"), ["Counter sales"])
        moves = self.env["account.move"].search(
            [("partner_id", "=", counter.id), ("move_type", "!=", "entry")]
        )
        self.assertEqual(len(moves), 3)
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})
        self.assertEqual(moves.mapped("invoice_date"), moves.mapped("invoice_date_due"))

    def test_the_days_of_the_sample_decide_when_money_comes(self):
        invoice = self.move("536367")
        self.assertEqual(invoice.payment_state, "paid")
        payment = invoice.matched_payment_ids
        self.assertEqual((payment.date - invoice.invoice_date).days, 12)
        self.assertEqual(self.move("536375").payment_state, "paid")

    def test_times_are_the_shops(self):
        order = self.env["sale.order"].search(
            [("client_order_ref", "=", "536376"), ("company_id", "=", self.company.id)]
        )
        # the last day of March 2026 is summer time: eight there is seven in UTC
        self.assertEqual(order.date_order.hour, 7)
        self.assertEqual(self.move("536376").invoice_date, LAST)

    def test_sales_people_own_their_customers_documents(self):
        for reference in ("536365", "536367", "536375"):
            invoice = self.move(reference)
            user = invoice.partner_id.user_id
            self.assertTrue(user.has_group("sales_team.group_sale_salesman"))
            self.assertEqual(invoice.invoice_user_id, user)
            order = invoice.line_ids.sale_line_ids.order_id
            self.assertEqual(order.user_id, user)
            self.assertEqual(order.team_id.name, self.company.name)
        owners = self.move("536370").partner_id.user_id
        self.assertEqual(owners.name, "Shop counter")

    def test_goods_have_a_cost_and_services_none(self):
        product = self.env["product.product"].search(
            [("company_id", "=", self.company.id), ("default_code", "=", "22423")]
        )
        self.assertEqual(product.list_price, 12.75)
        self.assertLessEqual(product.standard_price, 12.75 * 0.76)
        self.assertGreaterEqual(product.standard_price, 12.75 * 0.59)
        line = self.move("536366").line_ids.sale_line_ids[0]
        if "purchase_price" in line._fields:
            self.assertEqual(line.purchase_price, product.standard_price)
        postage = self.move("536365").line_ids.product_id.filtered(
            lambda found: found.default_code == "POST"
        )
        self.assertEqual((postage.type, postage.standard_price), ("service", 0))

    def test_documents_open_in_the_client(self):
        invoice = self.move("536365")
        order = invoice.line_ids.sale_line_ids.order_id
        for record in (
            invoice,
            order,
            self.move("C536374"),
            invoice.matched_payment_ids,
            invoice.partner_id,
        ):
            with self.subTest(record._name), Form(record) as form:
                self.assertEqual(form.id, record.id)
        self.assertEqual(order.invoice_count, 1)

    def test_an_invoice_is_reset_to_draft_and_posted_again(self):
        invoice = self.move("536365")
        name, total = invoice.name, invoice.amount_total
        invoice.button_draft()
        self.assertEqual(set(invoice.line_ids.mapped("parent_state")), {"draft"})
        invoice.action_post()
        self.assertEqual((invoice.name, invoice.state), (name, "posted"))
        self.assertEqual(invoice.amount_total, total)

    def test_new_documents_continue_the_names(self):
        last = self.move("536376")
        invoice = last.copy({"invoice_date": LAST, "ref": "new"})
        invoice.action_post()
        self.assertEqual(invoice.sequence_prefix, last.sequence_prefix)
        self.assertEqual(invoice.sequence_number, last.sequence_number + 1)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = wizard.create({"payment_date": LAST})._create_payments()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(payment.state, "paid")

    def test_rows_are_those_that_odoo_makes_itself(self):
        """A loaded document beside the same one made by hand, column by column."""
        for reference, credit in (("536365", True), ("536367", False)):
            with self.subTest(reference):
                self._compare_with_hand_made(self.move(reference), credit)

    def _compare_with_hand_made(self, loaded, credit):
        order = loaded.line_ids.sale_line_ids.order_id
        same = self.env["sale.order"].create(
            {
                "partner_id": order.partner_id.id,
                "client_order_ref": order.client_order_ref,
                "order_line": [
                    Command.create(
                        {
                            "product_id": line.product_id.id,
                            "product_uom_qty": line.product_uom_qty,
                            "price_unit": line.price_unit,
                            "sequence": line.sequence,
                        }
                    )
                    for line in order.order_line
                ],
            }
        )
        same.action_confirm()
        same.date_order = order.date_order
        for line in same.order_line:
            if line.qty_delivered_method == "manual":
                line.qty_delivered = line.product_uom_qty
        invoice = same._create_invoices()
        invoice.invoice_date = loaded.invoice_date
        invoice.action_post()
        if credit:
            note = loaded.reversal_move_ids
            made = self.env["account.move"].create(
                {
                    "move_type": "out_refund",
                    "partner_id": note.partner_id.id,
                    "ref": note.ref,
                    "invoice_date": note.invoice_date,
                    "reversed_entry_id": invoice.id,
                    "invoice_user_id": note.invoice_user_id.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": line.product_id.id,
                                "quantity": line.quantity,
                                "price_unit": line.price_unit,
                            }
                        )
                        for line in note.invoice_line_ids
                    ],
                }
            )
            made.action_post()
            self.assertEqual(made.payment_state, "paid", "set off by Odoo itself")
            self._same(note, made, {"reversed_entry_id"})
            # the sequence: rows made by hand all have 100
            self._same_lines(note.line_ids, made.line_ids, {"sequence"})
        payment = loaded.matched_payment_ids
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        paid = wizard.create({"payment_date": payment.date})._create_payments()
        self.env.flush_all()
        self._same(order, same)
        self._same_lines(order.order_line, same.order_line)
        self._same(loaded, invoice)
        self._same_lines(loaded.line_ids, invoice.line_ids)
        self._same(payment, paid)
        self._same(payment.move_id, paid.move_id, {"ref", "invoice_date_due"})
        self._same_lines(payment.move_id.line_ids, paid.move_id.line_ids, {"ref"})
        partials = [
            lines.filtered("date_maturity").matched_credit_ids
            for lines in (loaded.line_ids, invoice.line_ids)
        ]
        self._same_lines(*partials)

    def _same_lines(self, loaded, made, ignore=frozenset()):
        self.assertEqual(len(loaded), len(made))
        if loaded._name == "account.partial.reconcile":
            pairs = zip(loaded.sorted("amount"), made.sorted("amount"), strict=True)
        else:
            pairs = zip(
                loaded.sorted(lambda line: (line.sequence, line.balance))
                if "balance" in loaded._fields
                else loaded.sorted("sequence"),
                made.sorted(lambda line: (line.sequence, line.balance))
                if "balance" in made._fields
                else made.sorted("sequence"),
                strict=True,
            )
        for one, other in pairs:
            self._same(one, other, ignore)

    def _same(self, loaded, made, ignore=frozenset()):
        rows = []
        self.env.flush_all()
        for record in (loaded, made):
            record.ensure_one()
            self.env.cr.execute(
                f"SELECT row_to_json(t) FROM {record._table} t WHERE id = %s",
                [record.id],
            )
            rows.append(self.env.cr.fetchone()[0])
        different = {
            column: (value, rows[1][column])
            for column, value in rows[0].items()
            if column not in IDENTITY | ignore
            and not column.startswith("kam_")
            and not self._equal(value, rows[1][column])
        }
        self.assertEqual(different, {}, loaded._name)

    def _equal(self, one, other):
        if isinstance(one, float) and isinstance(other, int | float):
            return abs(one - other) < 1e-9
        return one == other

    def test_loading_twice_is_refused(self):
        with self.assertRaisesRegex(LoadError, "was loaded before: take another"):
            load(self.env, self.options)

    def test_a_broken_file_leaves_nothing_behind(self):
        bad = self.file.with_name("bad.csv")
        bad.write_text(self.file.read_text().replace("5.110", "five"), encoding="utf-8")
        options = Options(bad, self.sample, company="Another Ltd")
        with self.assertRaisesRegex(LoadError, r"Line 12: UnitPrice is 'five'"):
            load(self.env, options)
        self.assertFalse(self.env["res.company"].search([("name", "=", "Another Ltd")]))

    def test_two_companies_can_hold_it(self):
        options = Options(
            self.file, self.sample, company="Second Ltd", customers=2, salespeople=0
        )
        self.env.cr.execute("SELECT relname FROM pg_class WHERE relname ~ '^hist_'")
        for (table,) in self.env.cr.fetchall():  # as the commit does
            if not table.endswith("_idx") and not table.endswith("_pkey"):
                self.env.cr.execute(f"DROP TABLE IF EXISTS {table}")
        report = load(self.env, options)
        self.assertEqual(report.counts["customers"], 2)
        self.assertEqual(report.first, date(2010, 12, 1))
        self.assertEqual(violations(self.books), [])


@tagged("post_install", "-at_install", "standard")
class TestLoadReal(HistoryCase):
    """A slice of the real file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        file = DATA / "online-retail.csv.xz"
        delays = DATA / "accounts-receivable.csv"
        if not (file.exists() and delays.exists()):
            cls.skipTest(cls, f"../shared/data: no {file.name} and {delays.name}")
        cls.load(Options(file, delays, customers=8, until=LAST, sample=0))
        cls.says = cls.file_says()

    def test_revenue_equals_the_file(self):
        self.assertEqual(len({key for key, _month in self.says}), 8)
        self.assertEqual(
            dict(self.revenue()), {k: v for k, v in self.says.items() if v}
        )

    def test_invoices_of_the_month_equal_the_file(self):
        """Also by the documents' own amounts, not only by their lines."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("move_type", "in", ["out_invoice", "out_refund"]),
            ]
        )
        amounts = moves.mapped("amount_untaxed_signed")
        total = sum(round(amount * 100) for amount in amounts)
        self.assertEqual(total, self.says.total())
        self.assertEqual(money.pounds(total), money.pounds(self.report.net))

    def test_every_invariant_holds(self):
        self.assertEqual(violations(self.books), [])
        self.assertEqual(recomputed(self.books, sample=60, seed=7), [])

    def test_open_amounts_are_the_ledgers(self):
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
            ],
            [],
            ["balance:sum", "amount_residual:sum"],
        )
        balance, residual = (round(amount * 100) for amount in groups[0])
        self.assertEqual(balance, residual)
        self.assertEqual(balance, self.report.open_amount)

    def test_no_payment_takes_longer_than_the_sample(self):
        longest = max(
            days
            for payer in read_delays(self.options.delays).payers
            for days, _disputed in payer
        )
        payments = self.env["account.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertTrue(payments)
        waits = [
            (payment.date - invoice.invoice_date).days
            for payment in payments
            for invoice in payment.invoice_ids
        ]
        self.assertEqual(len(waits), len(payments))
        self.assertGreaterEqual(min(waits), 0)
        self.assertLessEqual(max(waits), longest + 60)
        self.assertLessEqual(max(payments.mapped("date")), LAST)
