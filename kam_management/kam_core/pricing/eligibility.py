"""Which column a customer is entitled to, and what is missing for the next.

Everything in money is tested on one basis: the base price before any discount, without
tax, company currency. Testing at the customer's own column would let an order end below
the threshold that opened the column to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .policies import Condition

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a customer over a window.

    :param turnover: goods invoiced less returned, at the base price before discount
    :param breadth: different product categories among them
    :param on_time_percent: share of what was due that was paid in time; None: nothing
        was due yet
    :param term_days: longest days of the customer's payment term
    """

    turnover: Decimal = ZERO
    breadth: int = 0
    on_time_percent: Decimal | None = None
    term_days: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One condition looked at.

    :param name: field of the condition
    :param need: what is asked; ``have``: what there is, None when unknown
    :param missing: how much is missing, zero when met or not a matter of amounts
    """

    name: str
    met: bool
    need: Decimal | str
    have: Decimal | None
    missing: Decimal = ZERO


def checks(condition: Condition, facts: Facts) -> tuple[Check, ...]:
    """Return what a condition asks, compared with what there is.

    Nothing due yet is no bad discipline: a newcomer is not kept out for it.
    """
    found = []
    for name in ("turnover", "breadth", "on_time_percent"):
        need = getattr(condition, name)
        if need:
            found.append(_at_least(name, Decimal(need), getattr(facts, name)))
    if condition.term_days_to:
        found.append(_at_most("term_days_to", condition.term_days_to, facts.term_days))
    if condition.payment_form == "prepaid":
        found.append(
            Check(
                "payment_form",
                facts.term_days == 0,
                "prepaid",
                Decimal(facts.term_days),
            )
        )
    return tuple(found)


def _at_least(name, need, have):
    if have is None:
        return Check(name, True, need, None)
    have = Decimal(have)
    return Check(name, have >= need, need, have, max(need - have, ZERO))


def _at_most(name, need, have):
    over = Decimal(max(have - need, 0))
    return Check(name, not over, Decimal(need), Decimal(have), over)


def entitled(
    conditions: Iterable[tuple[int, Condition]], facts: Facts
) -> Condition | None:
    """Return the condition of the best column whose conditions are all met.

    :param conditions: (rank, condition); the higher rank is the better column
    """
    ranked = sorted(conditions, key=lambda one: -one[0])
    return next(
        (one for _rank, one in ranked if all(c.met for c in checks(one, facts))), None
    )


def passes_minimum(quantities: Sequence, base_prices: Sequence, minimum) -> bool:
    """Tell whether an order reaches a column's minimum at the base price.

    :param quantities: of the lines
    :param base_prices: of one unit in the base column, same order, before discount
    :param minimum: company currency; None or zero: none

    >>> passes_minimum([100], [Decimal(110)], Decimal(10500))  # though 100 are paid
    True
    """
    return basis(quantities, base_prices) >= (minimum or ZERO)


def basis(quantities: Sequence, base_prices: Sequence) -> Decimal:
    """Return the value of lines on the one basis: base price before discount."""
    return sum(
        (
            Decimal(quantity) * Decimal(price)
            for quantity, price in zip(quantities, base_prices, strict=True)
        ),
        ZERO,
    )


def window(day: date, months: int) -> tuple[date, date]:
    """Return the first and last day of the window that ``day`` lies in.

    Windows lie end to end and end with a calendar year, half-year, quarter or month
    where the months divide twelve; so everybody knows when columns are judged.

    :param months: 1 to 60
    """
    ordinal = day.year * 12 + day.month - 1
    begin = ordinal - ordinal % months
    return _month(begin), _month(begin + months) - timedelta(days=1)


def _month(ordinal):
    return date(ordinal // 12, ordinal % 12 + 1, 1)
