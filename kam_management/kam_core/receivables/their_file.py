"""The customer's own act as a table of cells: columns, dates, amounts, halves.

A cell is None, a text, a number, a date or a time, as a spreadsheet gives it. Nothing
here opens a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..record import DomainError, _
from .their_cells import day_first, decimal_mark, read_amount, read_date

MOST_ROWS, MOST_COLUMNS = 20_000, 60
HEADER_WITHIN = 60  # rows
FIELDS = ("date", "number", "debit", "credit", "amount")
# words of headers and of rows that are no documents: English, Russian, German, French
HEADERS = {
    "date": ("date", "дата", "datum", "jour"),
    "number": (
        *("document", "number", "doc", "invoice", "reference", "operation", "details"),
        *("документ", "номер", "наименование", "операция", "beleg", "pièce", "libellé"),
    ),
    "debit": ("debit", "дебет", "soll", "débit"),
    "credit": ("credit", "кредит", "haben", "crédit"),
    "amount": ("amount", "sum", "сумма", "betrag", "montant"),
}
OPENING = (
    "opening",
    "brought forward",
    "начальное",
    "anfang",
    "à nouveau",
    "на начало",
)
CLOSING = ("closing", "carried forward", "конечное", "endsaldo", "на конец")
TOTALS = (
    *("total", "turnover", "balance", "оборот", "итого", "всего", "сальдо", "summe"),
    *("saldo", "solde", "subtotal", "sum of", "gesamt", "totaux"),
)


class CellWrong(DomainError):
    """A cell that cannot be read."""

    code = "cell_wrong"
    message = _(
        "Row %(row)s, column %(column)s: “%(value)s” is not %(wanted)s. Correct it in"
        " the file, or choose another column."
    )


class ColumnMissing(DomainError):
    """Columns without which nothing can be compared."""

    code = "column_missing"
    message = _(
        "Choose the column of the date, and those of debit and credit, or that of the"
        " amount."
    )


class NothingThere(DomainError):
    """A table without a document."""

    code = "nothing_there"
    message = _("No document was found below row %(row)s. Choose other columns.")


class TooLarge(DomainError):
    """A table larger than is read."""

    code = "too_large"
    message = _("The table has more than %(rows)s rows. Split the period.")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things are: places from 0; ``first_row``: the first below the header."""

    first_row: int
    date: int | None = None
    number: int | None = None
    debit: int | None = None
    credit: int | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Theirs:
    """A document of theirs; ``row``: its place in the file, from 1."""

    row: int
    date: date
    number: str | None
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """What was read.

    :param opening: balance, debit less credit, by their books; None: not in the file
    :param passed_over: rows that are totals or balances, from 1
    """

    lines: tuple[Theirs, ...]
    opening: Decimal | None = None
    closing: Decimal | None = None
    passed_over: tuple[int, ...] = ()


def letter(place: int) -> str:
    """Return the name of a column in a spreadsheet: 0 is A, 26 is AA."""
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


# ------------------------------------------------------------------------ columns
def guess(rows: Sequence[Sequence]) -> Columns:
    """Return where the columns seem to be; what is not found is None.

    The header is the row that names most of them. Of two halves side by side that
    with more documents is taken, the left one when both are full: whoever draws up an
    act puts their own data first.
    """
    header, found = _header(rows)
    if not found:
        return Columns(0)
    halves = _halves(found)
    best = max(
        halves, key=lambda half: (_filled(rows, header, half), -min(half.values()))
    )
    if "date" not in best:
        best = {**{k: v for k, v in found[0].items() if k == "date"}, **best}
    if "debit" in best or "credit" in best:
        best.pop("amount", None)
    return Columns(header + 1, **best)


def _header(rows):
    best, named = 0, []
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        found = [
            (name, column)
            for column, cell in enumerate(row[:MOST_COLUMNS])
            if isinstance(cell, str) and (name := _header_name(cell))
        ]
        if len({name for name, _column in found}) >= 2 and len(found) > len(named):
            best, named = place, found
    return best, _split(named)


def _header_name(cell):
    text = cell.strip().lower()
    if not text or len(text) > 60:
        return None
    for name in ("debit", "credit", "date", "amount", "number"):
        if any(word in text for word in HEADERS[name]):
            return name
    return None


def _split(named):
    """Return the halves as dicts: a name that comes again begins the next."""
    halves, half = [], {}
    for name, column in named:
        if name in half and name in ("date", "debit", "credit"):
            halves.append(half)
            half = {}
        half.setdefault(name, column)
    return [*halves, half] if half else halves


def _halves(found):
    return [
        half for half in found if {"debit", "credit", "amount"} & half.keys()
    ] or found


def _filled(rows, header, half):
    money = [half[name] for name in ("debit", "credit", "amount") if name in half]
    return sum(
        any(column < len(row) and row[column] not in (None, "") for column in money)
        for row in rows[header + 1 :]
    )


# --------------------------------------------------------------------------- rows
def read(rows: Sequence[Sequence], columns: Columns) -> Table:
    """Return the documents of a table.

    Rows of totals and balances are passed over; those that name the opening or closing
    balance give it. A row with an amount and no date takes that of the row above: in a
    spreadsheet one merged cell may hold it for several rows.

    :raises CellWrong: names the row and the column
    """
    if columns.date is None or not _money(columns):
        raise ColumnMissing()
    if len(rows) > MOST_ROWS:
        raise TooLarge(rows=MOST_ROWS)
    return _Reader(rows, columns).table()


def _money(columns):
    return columns.amount is not None or None not in (columns.debit, columns.credit)


class _Reader:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.day_first = day_first(self.column(columns.date))
        self.marks = {
            place: decimal_mark(self.column(place))
            for place in (columns.debit, columns.credit, columns.amount)
            if place is not None
        }

    def column(self, place):
        return [
            row[place]
            for row in self.rows[self.columns.first_row :]
            if place < len(row) and row[place] is not None
        ]

    def table(self):
        lines, passed_over, balances, day = [], [], {}, None
        for number, row in enumerate(self.rows, 1):
            if number <= self.columns.first_row or not any(
                one not in (None, "") for one in row
            ):
                continue
            if kind := self.summary(row):
                passed_over.append(number)
                if kind in ("opening", "closing"):
                    debit, credit = self.money(row, number)
                    balances[kind] = debit - credit
                continue
            debit, credit = self.money(row, number)
            if not debit and not credit:
                continue
            day = self.day(row, number, day)
            lines.append(Theirs(number, day, self.text(row), debit, credit))
        if not lines:
            raise NothingThere(row=self.columns.first_row)
        return Table(
            tuple(lines),
            balances.get("opening"),
            balances.get("closing"),
            tuple(passed_over),
        )

    def summary(self, row):
        """Return which summary a row is; None when it is a document."""
        words = [
            one.strip().lower() for one in row if isinstance(one, str) and one.strip()
        ]
        text = " ".join(one for one in words if any(map(str.isalpha, one)))
        for kind, marks in (("opening", OPENING), ("closing", CLOSING)):
            if any(mark in text for mark in marks) and "turnover" not in text:
                return kind
        if any(text.startswith(mark) for mark in TOTALS) and not self.dated(row):
            return "total"
        return None

    def dated(self, row):
        """Tell whether a row has a date of its own: “Balance of order 7” may."""
        place = self.columns.date
        try:
            return bool(place < len(row) and read_date(row[place], self.day_first))
        except (ValueError, OverflowError):
            return False

    def money(self, row, number):
        place = self.columns.amount
        if place is not None:
            amount = self.amount(row, number, place)
            return max(amount, Decimal(0)), max(-amount, Decimal(0))
        return tuple(
            self.amount(row, number, place)
            for place in (self.columns.debit, self.columns.credit)
        )

    def amount(self, row, number, place):
        cell = row[place] if place < len(row) else None
        try:
            return read_amount(cell, self.marks[place]) or Decimal(0)
        except ValueError as error:
            raise self.wrong(number, place, cell, _("an amount")) from error

    def day(self, row, number, above):
        place = self.columns.date
        cell = row[place] if place < len(row) else None
        try:
            found = read_date(cell, self.day_first) or above
        except (ValueError, OverflowError) as error:
            raise self.wrong(number, place, cell, _("a date")) from error
        if not found:
            raise self.wrong(number, place, "", _("a date"))
        return found

    def wrong(self, number, place, cell, wanted):
        return CellWrong(
            row=number, column=letter(place), value=str(cell)[:40], wanted=wanted
        )

    def text(self, row):
        place = self.columns.number
        cell = row[place] if place is not None and place < len(row) else None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return str(cell).strip()[:120] if cell not in (None, "") else None
