"""Temporary tables that hold what differs from document to document."""

import io
from collections.abc import Iterable
from datetime import timezone
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from . import money
from .accounts import Account
from .company import Books
from .masters import Masters
from .prototypes import Prototypes
from .rules import Trade

# ruff: noqa: S608  names of tables and columns are the loader's and the catalogue's

LONDON = ZoneInfo("Europe/London")
CHUNK = 20000

TABLES = {
    "hist_product": "product_id int PRIMARY KEY, label text, uom_id int, cost numeric",
    "hist_doc": """doc int PRIMARY KEY, variant text, sign int, ref text,
        partner_id int, user_id int, term_id int, ts timestamp, day date, due date,
        so_id int, so_name text, move_id int, due_line_id int, tax_line_id int,
        prefix text, number int, name text, untaxed numeric, tax numeric,
        total numeric, residual numeric, cost numeric, state text, reversed_id int,
        full_id int, matching text, partner_name text""",
    "hist_line": """doc int, seq int, sol_id int, aml_id int, product_id int,
        kind text, quantity int, price numeric, subtotal numeric, tax numeric""",
    "hist_pay": """pay_id int, move_id int, bank_line_id int, due_line_id int,
        doc int, variant text, ts timestamp, day date, prefix text, number int,
        name text, amount numeric, full_id int, matching text""",
    "hist_part": """id int, debit_id int, credit_id int, amount numeric, day date,
        full_id int""",
    "hist_full": "id int, day date",
}


def _text(value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str) and ("\\" in value or "\t" in value or "\n" in value):
        return value.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")
    return str(value)


def copy_rows(cr, table: str, rows: Iterable[tuple | str]) -> int:
    """COPY rows, or lines ready for it, into a temporary table; return how many."""
    rows, count = iter(rows), 0
    while chunk := list(islice(rows, CHUNK)):
        text = "\n".join(
            row if isinstance(row, str) else "\t".join(map(_text, row)) for row in chunk
        )
        cr._obj.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text + "\n"))
        count += len(chunk)
    return count


def _utc(when):
    local = when.replace(tzinfo=LONDON)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


class Staging:
    """Creates and fills the temporary tables."""

    def __init__(self, books: Books, trade: Trade, masters: Masters, account: Account):
        self.books, self.cr = books, books.env.cr
        self.trade, self.masters, self.account = trade, masters, account

    def fill(self, prototypes: Prototypes) -> dict[str, int]:
        """Fill all tables; return rows by table."""
        for table, columns in TABLES.items():
            self.cr.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        self._number(prototypes)
        counts = {
            "hist_product": copy_rows(self.cr, "hist_product", self._products()),
            "hist_doc": copy_rows(self.cr, "hist_doc", self._documents()),
            "hist_line": copy_rows(self.cr, "hist_line", self._lines()),
            "hist_pay": copy_rows(self.cr, "hist_pay", self._payments()),
            "hist_part": copy_rows(self.cr, "hist_part", self._allocations()),
            "hist_full": copy_rows(self.cr, "hist_full", self._groups()),
        }
        self.cr.execute("CREATE UNIQUE INDEX ON hist_line (aml_id)")
        for table in TABLES:
            self.cr.execute(f"ANALYZE {table}")
        return counts

    def ids(self, table: str, count: int) -> Iterable[int]:
        """Take ids from a table's own sequence."""
        self.cr.execute(
            f"SELECT nextval('{table}_id_seq') FROM generate_series(1, %s)", [count]
        )
        return iter(sorted(row[0] for row in self.cr.fetchall()))

    def _number(self, prototypes: Prototypes) -> None:
        documents, account = self.trade.documents, self.account
        sold = sum(document.sign > 0 for document in documents)
        rows = sum(len(document.lines) for document in documents)
        sold_rows = sum(len(d.lines) for d in documents if d.sign > 0)
        taxed = sum(bool(document.tax) for document in documents)
        payments = account.payments
        self.order_ids = self.ids("sale_order", sold)
        self.order_line_ids = self.ids("sale_order_line", sold_rows)
        self.order_names = iter(self._order_names(sold))
        moves = self.ids("account_move", len(documents) + len(payments))
        lines = self.ids(
            "account_move_line",
            rows + len(documents) + taxed + 2 * len(payments),
        )
        self.move_line_ids = lines
        self.move_id, self.due_line, self.name = {}, {}, {}
        prefixes = prototypes.prefixes()
        last_number: dict[str, int] = {}
        for thing in sorted([*documents, *payments], key=lambda t: t.day):
            kind = account.kind(thing)
            prefix = prefixes[kind].format(year=thing.day.year)
            number = last_number[prefix] = last_number.get(prefix, 0) + 1
            self.move_id[id(thing)] = next(moves)
            self.due_line[id(thing)] = next(lines)
            self.name[id(thing)] = (prefix, number, f"{prefix}{number:05d}")
        self.payment_ids = self.ids("account_payment", len(payments))
        part_ids = self.ids("account_partial_reconcile", len(account.allocations))
        self.part_id = {id(a): next(part_ids) for a in account.allocations}
        settled = [group for group in account.groups if group.settled]
        full_ids = self.ids("account_full_reconcile", len(settled))
        self.full_id = {id(group): next(full_ids) for group in settled}
        self.first_part: dict[int, int] = {}
        for allocation in account.allocations:
            group = id(allocation.group)
            self.first_part.setdefault(group, self.part_id[id(allocation)])

    def _order_names(self, count: int) -> list[str]:
        """Take names of orders from Odoo's sequence, all at once."""
        sequence = self.books.env["ir.sequence"].search(
            [
                ("code", "=", "sale.order"),
                ("company_id", "in", [self.books.company.id, False]),
            ],
            order="company_id",
            limit=1,
        )
        if sequence.implementation == "standard" and not sequence.use_date_range:
            self.cr.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                [f"ir_sequence_{sequence.id:03d}", count],
            )
            numbers = sorted(row[0] for row in self.cr.fetchall())
            return [sequence.get_next_char(number) for number in numbers]
        return [sequence.next_by_id() for _i in range(count)]

    def _matching(self, thing) -> tuple[int | None, str | None]:
        group = self.account.group_of.get(id(thing))
        if group is None:
            return None, None
        if group.settled:
            full = self.full_id[id(group)]
            return full, str(full)
        return None, f"P{self.first_part[id(group)]}"

    def _products(self):
        uom = self.books.env.ref("uom.product_uom_unit").id
        for code, product in self.trade.products.items():
            cost = money.pounds(self.masters.costs[code])
            yield self.masters.products[code], product.label, uom, cost

    def _documents(self):
        account, masters = self.account, self.masters
        for index, document in enumerate(self.trade.documents):
            customer = self.trade.customers[document.customer]
            term = self.books.at_once if customer.counter else self.books.term
            sold = document.sign > 0
            amounts = (
                document.untaxed,
                document.tax,
                document.total,
                account.residual[id(document)],
                sum(
                    masters.costs[each.code] * each.quantity for each in document.lines
                ),
            )
            original = document.original
            yield (
                index,
                "taxed" if customer.taxed else "free",
                document.sign,
                document.number,
                masters.partners[document.customer],
                masters.users[document.customer],
                term.id,
                _utc(document.when),
                document.day,
                account.due(document),
                next(self.order_ids) if sold else None,
                next(self.order_names) if sold else None,
                self.move_id[id(document)],
                self.due_line[id(document)],
                next(self.move_line_ids) if document.tax else None,
                *self.name[id(document)],
                *map(money.pounds, amounts),
                account.state(document),
                original and self.move_id[id(original)],
                *self._matching(document),
                customer.name,
            )

    def _lines(self):
        products = self.masters.products
        kinds = {
            code: "service" if product.service else "consu"
            for code, product in self.trade.products.items()
        }
        pounds, price_text = cache(money.pounds), cache(money.price_text)
        for index, document in enumerate(self.trade.documents):
            sold = document.sign > 0
            for position, line in enumerate(document.lines):
                order_line = next(self.order_line_ids) if sold else "\\N"
                # half a million rows: text at once is twice as fast as tuples
                yield (
                    f"{index}\t{position}\t{order_line}\t{next(self.move_line_ids)}\t"
                    f"{products[line.code]}\t{kinds[line.code]}\t{line.quantity}\t"
                    f"{price_text(line.price)}\t{pounds(line.subtotal)}\t"
                    f"{pounds(line.tax)}"
                )

    def _payments(self):
        index_of = {id(d): i for i, d in enumerate(self.trade.documents)}
        for payment in self.account.payments:
            taxed = self.trade.customers[payment.document.customer].taxed
            way = "in" if payment.sign > 0 else "out"
            yield (
                next(self.payment_ids),
                self.move_id[id(payment)],
                next(self.move_line_ids),
                self.due_line[id(payment)],
                index_of[id(payment.document)],
                f"{way}/{'taxed' if taxed else 'free'}",
                f"{payment.day} 12:00:00",
                payment.day,
                *self.name[id(payment)],
                money.pounds(payment.amount),
                *self._matching(payment),
            )

    def _allocations(self):
        for allocation in self.account.allocations:
            yield (
                self.part_id[id(allocation)],
                self.due_line[id(allocation.debit)],
                self.due_line[id(allocation.credit)],
                money.pounds(allocation.amount),
                allocation.day,
                self.full_id.get(id(allocation.group)),
            )

    def _groups(self):
        last = {id(a.group): a.day for a in self.account.allocations}
        for group in self.account.groups:
            if group.settled:
                yield self.full_id[id(group)], last[id(group)]
