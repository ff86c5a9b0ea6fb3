"""Ageing: open items by how long they are due, adding up to the ledger to the cent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..record import DomainError, _
from .open_items import ZERO, Item, crossed_amount, open_amount

DEFAULT_BOUNDS = (30, 60, 90, 120)
MOST = 7  # ranges that end somewhere: what a page is wide enough for
LONGEST = 3650


class BoundsWrong(DomainError):
    """Ranges of an ageing that do not follow each other."""

    code = "bounds_wrong"
    message = _(
        "“Days to” of the ranges are different whole numbers from 1 to 3650, at most"
        " seven of them; correct %(bounds)s."
    )


@dataclass(frozen=True, slots=True)
class Buckets:
    """Half-open ranges of days past the base date.

    Not due (age <= 0); then for each bound the days above the one before, up to and
    with it; then everything older. No day is in two ranges and none is in no range.

    :param bounds: last day of each range that ends, rising
    """

    bounds: tuple[int, ...] = DEFAULT_BOUNDS

    def __post_init__(self):
        bounds = self.bounds
        if (
            len(bounds) > MOST
            or list(bounds) != sorted(set(bounds))
            or any(not 1 <= one <= LONGEST for one in bounds)
        ):
            raise BoundsWrong(bounds=", ".join(map(str, bounds)))

    def place(self, age_days: int) -> int:
        """Return the place of a range: 0 not due, then by age."""
        return 0 if age_days <= 0 else 1 + bisect_left(self.bounds, age_days)

    def ranges(self) -> tuple[tuple[int | None, int | None], ...]:
        """Return (first day, last day) of each range; None where it has no end."""
        firsts = [1, *(one + 1 for one in self.bounds)]
        lasts = [*self.bounds, None]
        return ((None, 0), *zip(firsts, lasts, strict=True))


@dataclass(frozen=True, slots=True)
class Ageing:
    """The ageing of one customer, or of many; company currency, tax included.

    :param buckets: open debts by range, not due first
    :param unallocated: payments and credit notes not yet settled against a debt;
        below zero where they are the customer's
    :param crossed: settled against items of another customer
    :param late_days: Σ overdue amount * days past the base date
    :param oldest: base date of the oldest overdue debt
    """

    buckets: tuple[Decimal, ...]
    unallocated: Decimal = ZERO
    crossed: Decimal = ZERO
    late_days: Decimal = ZERO
    oldest: date | None = None

    @property
    def overdue(self) -> Decimal:
        """Debts past their base date."""
        return sum(self.buckets[1:], ZERO)

    @property
    def open(self) -> Decimal:
        """All that is open: debts less what is not allocated yet."""
        return sum(self.buckets, ZERO) + self.unallocated

    @property
    def total(self) -> Decimal:
        """The ledger's receivable balance."""
        return self.open + self.crossed

    @property
    def overdue_ratio(self) -> Decimal | None:
        """Overdue as a share of all debts; None without debts."""
        debts = sum(self.buckets, ZERO)
        return self.overdue / debts if debts else None

    @property
    def average_days(self) -> Decimal | None:
        """Days late of overdue debts, weighted by amount; None without any."""
        return self.late_days / self.overdue if self.overdue else None


def is_debt(item: Item, opened: Decimal) -> bool:
    """Tell whether what is open of an item ages; else it is unallocated.

    Payments never age, in whichever direction the money went.
    """
    return opened > 0 and not item.payment


def age(items: Iterable[Item], as_of: date, buckets: Buckets | None = None) -> Ageing:
    """Return the ageing of items as of a day.

    :param items: of one customer or many, company currency
    :param as_of: in the company's time zone
    :source: FORMULAS, Receivables, Ageing
    """
    buckets = buckets or Buckets()
    amounts = [ZERO] * len(buckets.ranges())
    unallocated = crossed = late_days = ZERO
    oldest = None
    for item in items:
        opened = open_amount(item, as_of)
        crossed += crossed_amount(item, as_of)
        if not is_debt(item, opened):
            unallocated += opened
            continue
        days = (as_of - item.base).days
        amounts[buckets.place(days)] += opened
        if days > 0:
            late_days += opened * days
            oldest = min(oldest or item.base, item.base)
    return Ageing(tuple(amounts), unallocated, crossed, late_days, oldest)
