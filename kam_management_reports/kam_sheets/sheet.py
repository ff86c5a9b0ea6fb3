"""What a workbook holds, before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

TEXT, INTEGER, MONEY, RATIO, DECIMAL, DATE, MOMENT = (
    "text",
    "integer",
    "money",
    "ratio",
    "decimal",
    "date",
    "moment",
)
NUMBERS = frozenset({INTEGER, MONEY, RATIO, DECIMAL})


@dataclass(frozen=True, slots=True)
class Currency:
    """How amounts of a currency look.

    :param code: ISO 4217, such as ``EUR``
    :param symbol: what stands beside the number
    :param digits: decimals
    :param before: the symbol stands before the number
    """

    code: str
    symbol: str
    digits: int = 2
    before: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """An input column that takes one of these texts."""

    values: tuple
    message: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """An input column that takes a number between two, both included.

    :param whole: only whole numbers
    :param message: what the reader is told when it is none
    """

    low: float
    high: float
    whole: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    :param title: head of the column, in the reader's language
    :param kind: one of the kinds above; a ratio is 0.1 for 10 %
    :param width: in characters; 0: as wide as its longest text, 60 at most
    :param total: ``sum`` for a total below the table, else empty
    :param name: ASCII word; names its cells ``kam_<name>`` in the sheet, and its total
        ``kam_total_<name>``; formulas of the sheet may say ``{name}``
    :param currency: code of a currency of the book; empty: the book's own
    :param currency_name: name of the column that holds the code of each row's currency
    :param formula: such as ``={price}*{quantity}`` for each row; the value of the row
        is stored beside it
    :param input: to be filled in; all else is locked when the sheet is protected
    :param valid: :class:`Choice` or :class:`Between` for an input column
    :param flag: ``late`` (above zero is marked), ``bar`` (bars in the cells), ``gap``
        (zero is marked, an empty cell is not)
    :param level: outline level of the column
    :param hidden: there, but not shown
    """

    title: str
    kind: str = TEXT
    width: int = 0
    total: str = ""
    name: str = ""
    currency: str = ""
    currency_name: str = ""
    formula: str = ""
    input: bool = False
    valid: object = None
    flag: str = ""
    level: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A live cell with the value that it has now.

    :param make: function(at) -> formula; ``at(n)`` is the number, as spreadsheets
        count, of the n-th row of the table, from 0
    :param value: the number that the formula gives
    """

    make: Callable
    value: object


GROUP, STRONG = "group", "strong"


class Row(NamedTuple):
    """A row that is more than its values.

    :param values: one for each column; of a styled row perhaps a :class:`Formula`
    :param style: ``group``: the head of the ``size`` rows below it, whose totals it
        shows as live subtotals (give their values); ``strong``: bold, counted in no
        total; empty: a row as any other
    :param level: outline level, 0 to 7
    :param size: how many rows below belong to a ``group``
    :param closed: its outline begins folded up
    """

    values: tuple
    style: str = ""
    level: int = 0
    size: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """A figure below the table that proves it.

    :param label: what it is
    :param value: the number
    :param formula: such as ``={total_net}-{control_0}``: totals by name of the column,
        controls by their number; empty: the value alone
    :param kind: kind of the number
    :param zero: it is marked unless it is zero, such as a difference
    """

    label: str
    value: object
    formula: str = ""
    kind: str = MONEY
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Pareto:
    """A chart of bars (values) and a line (cumulative ratios) over the first rows.

    :param title: title of the chart
    :param label: number of the column with the names
    :param value: number of the column with the bars
    :param ratio: number of the column with the line
    :param rows: how many rows to draw, at most
    """

    title: str
    label: int
    value: int
    ratio: int
    rows: int = 30


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart over rows of the table.

    :param title: title of the chart
    :param label: number of the column with the names
    :param values: numbers of the columns to draw
    :param kind: ``column``, ``bar``, ``line``, ``area``, ``pie`` or ``doughnut``
    :param stacked: one upon another
    :param first: first row of the table, from 0
    :param rows: how many rows, at most
    """

    title: str
    label: int
    values: tuple
    kind: str = "column"
    stacked: bool = False
    first: int = 0
    rows: int = 30


@dataclass(slots=True)
class Sheet:
    """One table with a head.

    :param name: name of the tab
    :param title: large text on top
    :param facts: list of (label, text) below the title: company, period, printed when
    :param columns: list of :class:`Column`
    :param rows: tuples or :class:`Row`, one value a column; None is an empty cell. A
        list, or any iterable, which is then read once, row after row
    :param size: number of rows; needed only when they are no list
    :param controls: list of (label, amount) or :class:`Control` below the table
    :param chart: a :class:`Pareto`, a :class:`Chart` or None
    :param charts: more of them
    :param bands: [(text, number of columns)] above the heads of the columns
    :param foot: rows of [(column, text, style)] below all: words, signatures; the
        style is empty, ``strong``, ``label`` or ``line`` (a line to sign on)
    :param filter: heads have filters
    :param protect: only input columns may be edited
    :param freeze: how many columns stay on the left
    :param hidden: the tab is not shown
    :param breaks: each group begins on a page of its own when printed
    """

    name: str
    title: str
    columns: list
    rows: list
    facts: list = field(default_factory=list)
    controls: list = field(default_factory=list)
    chart: object = None
    charts: list = field(default_factory=list)
    bands: list = field(default_factory=list)
    foot: list = field(default_factory=list)
    size: int | None = None
    filter: bool = True
    protect: bool = False
    freeze: int = 1
    hidden: bool = False
    breaks: bool = False

    def length(self):
        """Return how many rows there are, or are expected."""
        return len(self.rows) if hasattr(self.rows, "__len__") else self.size or 0


@dataclass(slots=True)
class Book:
    """A workbook.

    :param title: document property
    :param author: document property
    :param currency: symbol for amounts, with ``digits`` decimals
    :param created: aware or naive moment for the document properties
    :param total: word for the total line, in the reader's language
    :param page: word pattern of the footer with ``{page}`` and ``{pages}``
    :param right_to_left: the reader's language is written so
    :param currencies: {code: :class:`Currency`} that columns name
    :param company: name of the company, in the head of each page and the properties
    :param logo: PNG or JPEG for the head of each page
    :param date_format: spreadsheet code of a day
    :param moment_format: spreadsheet code of a day with time
    :param continued: words for the line that says in which tab a table goes on
    :param part: word pattern of a further tab's head, with ``{number}``
    :param subject: document property
    :param keywords: document property
    :param empty: what a table without rows says
    """

    title: str
    author: str
    currency: str
    sheets: list
    created: datetime
    digits: int = 2
    before: bool = False
    total: str = "Total"
    page: str = "{page} / {pages}"
    right_to_left: bool = False
    currencies: dict = field(default_factory=dict)
    company: str = ""
    logo: bytes = b""
    date_format: str = "yyyy-mm-dd"
    moment_format: str = "yyyy-mm-dd hh:mm"
    continued: str = "Continued in “{tab}”"
    part: str = "Part {number}"
    subject: str = ""
    keywords: str = ""
    empty: str = ""

    def length(self):
        """Return how many rows all sheets have, or are expected to have."""
        return sum(sheet.length() for sheet in self.sheets)


def exact(value):
    """Return a number as Decimal; an empty one as None."""
    if value is None or value is False or value == "":
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


def total_of(values):
    """Return the exact sum of amounts, empty ones passed over, as Decimal."""
    return sum((one for one in map(exact, values) if one is not None), Decimal(0))


def grouped(rows, key, head, columns, *, closed=False):
    """Return rows below a head for each group, with subtotals.

    :param rows: tuples; those of one group are brought together
    :param key: function(row) -> group
    :param head: function(group, rows) -> what stands in the first column
    :param columns: the columns; those with a total get a subtotal
    :param closed: the groups begin folded up
    """
    found = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(_below_heads(found.items(), head, columns, closed))


def grouped_stream(rows, key, head, columns, *, closed=False):
    """Yield what :func:`grouped` returns, with one group in memory at a time.

    :param rows: iterable of tuples, those of one group beside one another
    """
    # those beside one another alone: whoever streams has sorted them
    groups = groupby(rows, key)  # pylint: disable=bad-builtin-groupby
    found = ((group, list(members)) for group, members in groups)
    return _below_heads(found, head, columns, closed)


def _below_heads(groups, head, columns, closed):
    totals = [number for number, column in enumerate(columns) if column.total]
    for group, members in groups:
        values = [None] * len(columns)
        for number in totals:
            values[number] = total_of(row[number] for row in members)
        values[0] = head(group, members)
        yield Row(tuple(values), GROUP, 0, len(members))
        for row in members:
            yield Row(row, "", 1, 0, closed)
