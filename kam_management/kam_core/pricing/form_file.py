"""An order form as a table of cells: which form it is, and what its rows ask for.

A form is the customer's copy of a price list, filled in. It names itself by one cell,
so that it is known again after any program saved it, as a workbook or as CSV. A cell
is None, a text or a number, as a spreadsheet gives it. Nothing here opens a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from ..record import DomainError, _

MARK = "KAM-FORM"
LAYOUT = 1
# the columns of a form in order; the first holds the head cell KEY
COLUMNS = (
    *("key", "code", "barcode", "name", "unit", "pack", "tax", "price"),
    *("quantity", "sum"),
)
KEY = "#"
HEAD_WITHIN = 60  # rows
LARGEST = Decimal(10) ** 9
PLACE = {name: place for place, name in enumerate(COLUMNS)}


class NoForm(DomainError):
    """A table without the cell that names the form."""

    code = "no_form"
    message = _(
        "“File” is no order form: the cell that begins with %(mark)s is missing. Print"
        " the form of this customer anew and fill that one in."
    )


class FormDamaged(DomainError):
    """The cell that names the form was changed."""

    code = "form_damaged"
    message = _(
        "Cell %(cell)s was changed: “%(value)s” names no form. Print the form anew."
    )


class OtherLayout(DomainError):
    """A form of another edition of this software."""

    code = "other_layout"
    message = _("The form in cell %(cell)s is of an older kind. Print a new one.")


class HeadsMissing(DomainError):
    """A form whose table is gone."""

    code = "heads_missing"
    message = _(
        "The heads of the table are missing below row %(row)s. Print the form anew."
    )


class RowProblem(DomainError):
    """Something about one row; ``stops``: the row cannot be ordered so."""

    code = "row_problem"
    stops = True


class NotANumber(RowProblem):
    """A quantity that is none."""

    code = "not_a_number"
    message = _("Cell %(cell)s: “%(value)s” is no quantity. Write a number.")


class Negative(RowProblem):
    """A quantity below zero."""

    code = "negative"
    message = _("Cell %(cell)s: %(value)s is below zero. Returns are no orders.")


class TooMuch(RowProblem):
    """A quantity no order reaches."""

    code = "too_much"
    message = _("Cell %(cell)s: %(value)s is beyond what is ordered. Correct it.")


@dataclass(frozen=True, slots=True)
class Form:
    """What the cell of a form says.

    :param account: key of the key account it was made for
    :param column: id of the price column it shows; 0: none
    :param issued: day of its prices; ``until``: last day they are meant for
    :param currency: ISO code of its prices
    """

    account: str
    column: int
    issued: date
    until: date
    currency: str
    layout: int = LAYOUT

    def cell(self) -> str:
        """Return the text that names the form, with a check sum."""
        words = [
            MARK,
            str(self.layout),
            self.account,
            str(self.column),
            self.issued.isoformat(),
            self.until.isoformat(),
            self.currency,
        ]
        return " ".join([*words, _check_sum(words)])


def _check_sum(words):
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Asked:
    """One row that asks for something.

    :param row: its number in the file, from 1
    :param product_id: and ``uom_id`` the form gave the row; None: written by hand
    :param quantity: None where it is no number, see ``problems``
    :param price: of one unit as the form shows it; None: none
    """

    row: int
    product_id: int | None
    uom_id: int | None
    code: str
    barcode: str
    name: str
    price: Decimal | None
    quantity: Decimal | None
    problems: tuple[RowProblem, ...] = ()

    def cell(self, name: str) -> str:
        """Return the name of one of its cells: ``B12``."""
        return f"{_letter(PLACE[name])}{self.row}"


def _letter(place):
    return chr(ord("A") + place)


def read_form(rows: Sequence[Sequence]) -> tuple[Form, list[Asked]]:
    """Return the form and the rows that ask for something, in their order.

    Rows without a quantity, and those with zero, ask for nothing.

    :raises DomainError: the file is no form, or no longer whole
    """
    place, form = _find_form(rows)
    head = _find_heads(rows, place)
    asked = []
    for number, cells in enumerate(rows[head + 1 :], head + 2):
        row = [*cells, *[None] * len(COLUMNS)][: len(COLUMNS)]
        if (one := _read_row(number, row)) is not None:
            asked.append(one)
    return form, asked


def _find_form(rows):
    for place, row in enumerate(rows[:HEAD_WITHIN]):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.strip().startswith(MARK):
                where = f"{_letter(min(column, 25))}{place + 1}"
                return place, parse(cell, where)
    raise NoForm(mark=MARK)


def parse(text: str, cell: str = "A1") -> Form:
    """Return the form that a cell names.

    :raises FormDamaged: it was changed
    :raises OtherLayout: another edition wrote it
    """
    words = text.split()
    if len(words) < 3 or words[-1] != _check_sum(words[:-1]):
        raise FormDamaged(cell=cell, value=text.strip()[:60])
    if words[1] != str(LAYOUT):
        raise OtherLayout(cell=cell)
    try:
        _mark, layout, account, column, issued, until, currency, _sum = words
        return Form(
            account,
            int(column),
            date.fromisoformat(issued),
            date.fromisoformat(until),
            currency,
            int(layout),
        )
    except ValueError as error:
        raise FormDamaged(cell=cell, value=text.strip()[:60]) from error


def _find_heads(rows, after):
    for place, row in enumerate(rows[after : after + HEAD_WITHIN], after):
        filled = sum(isinstance(one, str) and bool(one.strip()) for one in row)
        if row and row[0] == KEY and filled >= len(COLUMNS) - 2:
            return place
    raise HeadsMissing(row=after + 1)


def _read_row(number, row):
    value = row[PLACE["quantity"]]
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    cell = f"{_letter(PLACE['quantity'])}{number}"
    quantity, problems = None, ()
    try:
        quantity = quantity_of(value)
    except ValueError:
        problems = (NotANumber(cell=cell, value=str(value)[:40]),)
    else:
        if not quantity:
            return None
        wrong = {quantity < 0: Negative, quantity >= LARGEST: TooMuch}.get(True)
        if wrong:
            problems = (wrong(cell=cell, value=format(quantity, "f")[:40]),)
    product_id, uom_id = _key(row[0])
    return Asked(
        number,
        product_id,
        uom_id,
        _text(row[PLACE["code"]]),
        _text(row[PLACE["barcode"]]),
        _text(row[PLACE["name"]]),
        _price(row[PLACE["price"]]),
        quantity,
        problems,
    )


def quantity_of(value) -> Decimal:
    """Return a quantity as it was written.

    One comma is a decimal mark, as is one point: ``1,5`` and ``1.5``. Spaces between
    thousands are passed over. A text such as ``1,000`` is refused: to one reader it is
    a thousand, to another one.

    :raises ValueError: it is no number
    """
    if isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 a cell of another kind, like any other
    if isinstance(value, int | float | Decimal):
        text = str(value)
    elif isinstance(value, str):
        text = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3}(?!\d))", "", value.strip())
        text = text.replace("\u2212", "-").replace(",", ".")
        if re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text, re.ASCII):
            raise ValueError(value)
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII):
            raise ValueError(value)
    else:
        raise ValueError(value)  # noqa: TRY004 as above
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(value) from error
    if not found.is_finite():
        raise ValueError(value)
    return found if abs(found) > LARGEST else _plain(found)


def _plain(number):
    """Return a number without the dust of floats: 0.30000000000000004 is 0.3."""
    return Decimal(format(round(number, 9).normalize(), "f"))


def _key(value):
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", str(value or "").strip(), re.ASCII)
    return tuple(map(int, found.groups())) if found else (None, None)


def _text(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a code of digits, read as a number
    return "" if value is None else str(value).replace("\0", "").strip()[:200]


def _price(value):
    try:
        return None if value in (None, "") else quantity_of(value)
    except ValueError:
        return None
