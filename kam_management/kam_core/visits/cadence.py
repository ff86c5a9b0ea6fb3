"""How often an account is visited: next due, overdue ratio, calls in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# class: (days between visits, weight in the ranking), where a company has set nothing
DEFAULT_INTERVALS = {
    "A": (14, Decimal(5)),
    "B": (28, Decimal(4)),
    "C": (42, Decimal(3)),
    "D": (56, Decimal(2)),
    "E": (70, Decimal(1)),
}
LONGEST_INTERVAL = 730


def next_due(last: date, interval_days: int) -> date:
    """Return the day the next visit is due.

    :param last: day of the last visit
    :param interval_days: days of the account's cadence
    """
    return last + timedelta(days=interval_days)


def last_or_before(last: date | None, since: date | None, interval_days: int):
    """Return the day to reckon from: the last visit, or as if there had been one.

    An account that was never visited is due from the first day that it is key.

    :param last: day of the last visit, None when there was none
    :param since: day from which it is to be visited at all
    :return: date, None when neither is known
    """
    if last is not None:
        return last
    return since and since - timedelta(days=interval_days)


def overdue_ratio(today: date, last: date, interval_days: int) -> Decimal | None:
    """Return how many intervals have passed since the last visit; 1 is just due.

    (today - last) / interval

    :param interval_days: None or 0: no cadence, so no ratio
    """
    if not interval_days:
        return None
    return Decimal((today - last).days) / Decimal(interval_days)


def rank(ratio: Decimal, weight: Decimal) -> Decimal:
    """Return what a due visit is ranked by: overdue ratio * weight of the class."""
    return ratio * weight


@dataclass(frozen=True, slots=True)
class Load:
    """A class of customers: how many, and the days between visits to each."""

    customers: int
    interval_days: int


def calls_in(days: int, loads: tuple[Load, ...]) -> Decimal:
    """Return the visits that a cadence asks in a period.

    Σ customers * days / interval

    :param days: length of the period
    """
    return sum(
        (Decimal(one.customers * days) / one.interval_days for one in loads),
        Decimal(0),
    )
