"""Expected cash: when money comes, told by how late each customer paid before.

A customer with little history is taken for somewhere between the own average and that
of all: the average of n allocations counts n against ``PRIOR`` of the company's. A due
date plus the usual delay that has passed already is moved ahead; a promise moves it to
its day; what is disputed is not expected until the dispute is to be settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ..lateness import ratio

ZERO = Decimal(0)
PRIOR = 5  # allocations that the average of all counts for
MOST_DAYS, LEAST_DAYS = 180, -30  # a delay beyond is a case, not a habit
AGAIN_DAYS = 7  # who is later than usual is expected a week ahead at the earliest


@dataclass(frozen=True, slots=True)
class Habit:
    """How late somebody paid: sums over allocations; two of them add up.

    :param count: allocations; ``amount`` their sum, company currency
    :param amount_days: Σ amount * days late
    """

    count: int = 0
    amount: Decimal = ZERO
    amount_days: Decimal = ZERO

    def __add__(self, other: Habit) -> Habit:
        return Habit(
            self.count + other.count,
            self.amount + other.amount,
            self.amount_days + other.amount_days,
        )

    @property
    def days(self) -> Decimal | None:
        """Return the average days late weighted by amount, None without history."""
        return ratio(self.amount_days, self.amount)


@dataclass(frozen=True, slots=True)
class Due:
    """What one customer has open of one due date.

    :param amount: company currency, tax included, above zero
    :param promised_by: an open promise says so
    :param disputed: part of it that is disputed; ``settled_by`` to be settled by
    """

    customer: int
    day: date
    amount: Decimal
    promised_by: date | None = None
    disputed: Decimal = ZERO
    settled_by: date | None = None


def delay_days(own: Habit | None, everybody: Habit) -> int:
    """Return the days late to expect, whole days.

    n / (n + 5) of the own average and the rest of everybody's; 0 without any history
    """
    prior = everybody.days or ZERO
    own = own or Habit()
    mine = prior if own.days is None else own.days
    share = Decimal(own.count) / (own.count + PRIOR)
    mixed = share * mine + (1 - share) * prior
    whole = int(mixed.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(max(whole, LEAST_DAYS), MOST_DAYS)


def expected_day(due: date, delay: int, today: date) -> date:
    """Return the day the money is expected on, after ``today``.

    due + delay; when that has passed, a week ahead or half of the usual delay, the
    later of the two: who is late beyond habit will hardly pay tomorrow.

    :param delay: usual days late, see :func:`delay_days`
    """
    day = due + timedelta(days=delay)
    if day > today:
        return day
    return today + timedelta(days=max(AGAIN_DAYS, delay // 2))


def monday(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def by_week(parts: Iterable[tuple[date, Decimal]]) -> dict[date, Decimal]:
    """Return sums by the Monday of each week."""
    found: dict[date, Decimal] = {}
    for day, amount in parts:
        week = monday(day)
        found[week] = found.get(week, ZERO) + amount
    return found


def expected_parts(
    dues: Iterable[Due], habits: Mapping[int, Habit], today: date
) -> list[tuple[Due, date | None, Decimal]]:
    """Return (due, day expected, amount) of each open debt.

    A disputed part is a line of its own: expected after the day the dispute is to be
    settled, or never (day None) when nobody says by when. The parts of a debt add up
    to its amount.

    :param habits: by customer; everybody's average is taken over all of them
    """
    everybody = sum(habits.values(), Habit())
    delays: dict[int, int] = {}
    found = []
    for due in dues:
        if due.customer not in delays:
            delays[due.customer] = delay_days(habits.get(due.customer), everybody)
        delay = delays[due.customer]
        disputed = min(max(due.disputed, ZERO), due.amount)
        if free := due.amount - disputed:
            day = _day(due, delay, today)
            found.append((due, day, free))
        if disputed:
            late = due.settled_by and max(due.settled_by, today) + timedelta(
                days=max(delay, AGAIN_DAYS)
            )
            found.append((due, late, disputed))
    return found


def _day(due, delay, today):
    if due.promised_by is not None:
        return max(due.promised_by, today)
    return expected_day(due.day, delay, today)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well weeks were foretold.

    :param wape: Σ |forecast - fact| / Σ fact; ``bias`` Σ (forecast - fact) / Σ fact
    """

    wape: Decimal | None
    bias: Decimal | None
    fact: Decimal


def accuracy(pairs: Iterable[tuple[Decimal, Decimal]]) -> Accuracy:
    """Return the errors over (forecast, fact) of weeks; None without facts.

    :source: weighted absolute percentage error and bias of demand forecasts
    """
    pairs = list(pairs)
    fact = sum((one for _forecast, one in pairs), ZERO)
    missed = sum((abs(a - b) for a, b in pairs), ZERO)
    over = sum((a - b for a, b in pairs), ZERO)
    return Accuracy(ratio(missed, fact), ratio(over, fact), fact)
