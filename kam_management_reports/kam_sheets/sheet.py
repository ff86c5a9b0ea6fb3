"""What a workbook holds, before anything is written."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

TEXT, INTEGER, MONEY, RATIO, DECIMAL, DATE, MOMENT = (
    "text",
    "integer",
    "money",
    "ratio",
    "decimal",
    "date",
    "moment",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    :param title: head of the column, in the reader's language
    :param kind: one of the kinds above; a ratio is 0.1 for 10 %
    :param width: in characters; 0: as wide as its longest text, 60 at most
    :param total: ``sum`` for a total below the table, else empty
    """

    title: str
    kind: str = TEXT
    width: int = 0
    total: str = ""


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


@dataclass(slots=True)
class Sheet:
    """One table with a head.

    :param name: name of the tab
    :param title: large text on top
    :param facts: list of (label, text) below the title: company, period, printed when
    :param columns: list of :class:`Column`
    :param rows: list of tuples, one value a column; None is an empty cell
    :param controls: list of (label, amount) below the table, such as a difference
    :param chart: a :class:`Pareto` or None
    """

    name: str
    title: str
    columns: list
    rows: list
    facts: list = field(default_factory=list)
    controls: list = field(default_factory=list)
    chart: Pareto | None = None


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


def total_of(values):
    """Return the exact sum of amounts, empty ones passed over, as Decimal."""
    return sum((Decimal(str(one)) for one in values if one is not None), Decimal(0))
