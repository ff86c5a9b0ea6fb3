"""The catalogue of formulas: from shares of facts to a figure.

The same formulas run set-based in the database for screens; here they stand as plain
Python, for statements of pay and as the yardstick of the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..pay.attribution import Share
from ..periods import Period

SOURCES = {
    "sale": ("sale",),
    "collected": ("collected",),
    "order": ("order", "delivery"),
}
MEASURES = (
    "untaxed",
    "amount",
    "margin",
    "documents",
    "lines",
    "quantity",
    "delivered",
    "gross",
    "returned",
    "invoiced",
)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Formula:
    """How a key figure is made of shares of facts.

    :param source: ``sale``, ``collected`` or ``order``
    :param kind: ``sum``, ``ratio``, ``complement`` (1 - ratio), ``customers``
        (distinct, with a document left), ``new``, ``lost`` or ``depth``
    :param measure: of :data:`MEASURES`; the numerator of a ratio
    :param divisor: the denominator
    :param document_kind: only facts of this kind of document; None: all
    :param days: of silence after which a customer is lost
    """

    source: str
    kind: str = "sum"
    measure: str = "untaxed"
    divisor: str | None = None
    document_kind: str | None = None
    days: int = 180


def _measure(share: Share, name: str) -> Decimal:
    if name == "margin":
        return share.margin
    if name in ("returned", "invoiced"):
        is_return = share.fact.document_kind == "credit_note"
        value = share.part("untaxed")
        return (
            (-value if is_return else ZERO)
            if name == "returned"
            else (ZERO if is_return else value)
        )
    return share.part(name)


def chosen(formula: Formula, shares: Sequence[Share], period: Period) -> list[Share]:
    """Return the shares that make a figure of a period: what *explain* lists.

    A rate of returns goes by the day of the sale, so that a return counts against
    the shipments it is of; all others by the fact's day.
    """
    by_sale = "returned" in (formula.measure, formula.divisor)
    return [
        one
        for one in shares
        if one.fact.kind in SOURCES[formula.source]
        and formula.document_kind in (None, one.fact.document_kind)
        and period.start
        <= (one.fact.own_date if by_sale else one.fact.date)
        <= period.end
    ]


def figure(
    formula: Formula,
    shares: Sequence[Share],
    period: Period,
    first_days: Mapping[int, date] | None = None,
    last_days: Mapping[int, date] | None = None,
) -> Decimal | None:
    """Return a key figure of a period; None for a ratio without a denominator.

    :param shares: of the users it is for, of all days
    :param first_days: day of the first posted invoice ever, by customer
    :param last_days: day of the last posted invoice so far, by customer
    """
    mine = chosen(formula, shares, period)
    makers: dict[str, Callable[[], Decimal | None]] = {
        "sum": lambda: _total(mine, formula.measure),
        "ratio": lambda: _ratio(mine, formula),
        "complement": lambda: _complement(mine, formula),
        "customers": lambda: Decimal(len(buyers(mine))),
        "new": lambda: _new(mine, first_days or {}),
        "lost": lambda: _lost(shares, formula, period, last_days or {}),
        "depth": lambda: _depth(mine),
    }
    return makers[formula.kind]()


def buyers(shares: Sequence[Share]) -> set[int]:
    """Return the customers with a document left after those withdrawn."""
    left = defaultdict(Decimal)
    for one in shares:
        if one.fact.partner_id:
            left[one.fact.partner_id] += one.fact.documents
    return {partner for partner, count in left.items() if count > 0}


def _total(shares, measure):
    return sum((_measure(one, measure) for one in shares), ZERO)


def _ratio(shares, formula):
    divisor = _total(shares, formula.divisor)
    return _total(shares, formula.measure) / divisor if divisor else None


def _complement(shares, formula):
    ratio = _ratio(shares, formula)
    return None if ratio is None else 1 - ratio


def _of_day(shares, days):
    """Return the parts of the documents of each customer's ``days``: 1 a customer."""
    mine, whole = defaultdict(Decimal), defaultdict(Decimal)
    seen = set()
    for one in shares:
        partner, fact = one.fact.partner_id, one.fact
        if partner in days and fact.date == days[partner] and fact.documents:
            mine[partner] += one.part("documents")
            if (fact.event, fact.place) not in seen:
                seen.add((fact.event, fact.place))
                whole[partner] += fact.documents
    return sum((mine[one] / whole[one] for one in sorted(mine) if whole[one] > 0), ZERO)


def _new(shares, first_days):
    return _of_day(shares, first_days)


def _lost(shares, formula, period, last_days):
    silence = timedelta(formula.days)
    days = {
        partner: day
        for partner, day in last_days.items()
        if period.start <= day + silence <= period.end
    }
    sales = [one for one in shares if one.fact.kind in SOURCES[formula.source]]
    return _of_day(sales, days)


def _depth(shares):
    """Return Σ item distribution / brand distribution: items a buying customer takes.

    :source: FORMULAS.md, *Sales*: (80 + 50 + 70) / 80 = 2.5
    """
    left = defaultdict(Decimal)
    for one in shares:
        for product in one.fact.products:
            left[one.fact.partner_id, product] += one.fact.documents
    taken = [pair for pair, count in left.items() if count > 0]
    customers = {partner for partner, _product in taken}
    return Decimal(len(taken)) / len(customers) if customers else None
