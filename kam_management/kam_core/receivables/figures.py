"""Figures of collections: days sales outstanding and what is made of the same sums.

Receivables and sales are both with tax, in one currency; a period is given in days. A
ratio without a denominator is None. Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


def days_sales_outstanding(
    receivable: Decimal, sales: Decimal, days: int
) -> Decimal | None:
    """Return receivables / sales * days (DSO).

    :param receivable: at the end of the period, tax included
    :param sales: credit sales of the period, same currency, tax included
    :param days: of the period
    :returns: None without sales, or when more came back than was sold
    :source: Credit Research Foundation, standard formulas: days sales outstanding
    """
    return receivable / sales * days if sales > 0 else None


def best_possible_dso(not_due: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Return the DSO if nobody paid late: receivables not due / sales * days.

    :param not_due: part of the receivables that is not past its due date
    :source: Credit Research Foundation: best possible DSO
    """
    return days_sales_outstanding(not_due, sales, days)


def average_days_delinquent(
    receivable: Decimal, not_due: Decimal, sales: Decimal, days: int
) -> Decimal | None:
    """Return DSO less best possible DSO, in days (ADD).

    :source: Credit Research Foundation: average days delinquent
    """
    return days_sales_outstanding(receivable - not_due, sales, days)


def count_back_dso(
    receivable: Decimal, periods: Iterable[tuple[Decimal, int]]
) -> Decimal | None:
    """Return how many days of latest sales the receivables make up.

    The sales of the latest period are taken off, then of the one before; the period
    in which nothing is left counts by its share.

    :param receivable: at the end of the latest period, tax included
    :param periods: (sales with tax, days), the latest first
    :returns: None when the receivables are more than all sales given
    :source: count-back (exhaustion) method
    """
    left, total = receivable, ZERO
    if left <= 0:
        return ZERO
    for sales, days in periods:
        if sales >= left:
            return total + left / sales * days
        left -= max(sales, ZERO)
        total += days
    return None


def collection_effectiveness(
    start: Decimal, sales: Decimal, end: Decimal, end_not_due: Decimal
) -> Decimal | None:
    """Return what was collected of what could be (CEI), 1 at best; one month.

    (start + sales - end) / (start + sales - end not due)

    :param start: receivables at the start of the month; so ``end``, tax included
    :param sales: credit sales of the month, tax included
    :param end_not_due: the part of ``end`` that is not past its due date
    :returns: None where nothing could be collected
    :source: Credit Research Foundation: collection effectiveness index
    """
    could = start + sales - end_not_due
    return (start + sales - end) / could if could > 0 else None


@dataclass(frozen=True, slots=True)
class Month:
    """A month's sums; those of two customers add up.

    :param start: receivables when it began; ``end`` when it ended, tax included
    :param sales: invoices less credit notes of the month, tax included
    :param not_due: the part of ``end`` that is not past its due date
    """

    first: date
    days: int
    sales: Decimal = ZERO
    start: Decimal = ZERO
    end: Decimal = ZERO
    not_due: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a period that ends with a month; None where there is nothing."""

    dso: Decimal | None
    best_possible_dso: Decimal | None
    average_days_delinquent: Decimal | None
    count_back_dso: Decimal | None
    cei: Decimal | None


def figures(months: Sequence[Month], span: int = 3) -> Figures:
    """Return the figures of the last ``span`` of ``months``.

    CEI is the mean of the months; count-back looks back over all that are given.

    :param months: one after the other, the latest last
    """
    period = months[-span:]
    if not period:
        return Figures(None, None, None, None, None)
    sales = sum((one.sales for one in period), ZERO)
    days = sum(one.days for one in period)
    end, not_due = period[-1].end, period[-1].not_due
    return Figures(
        days_sales_outstanding(end, sales, days),
        best_possible_dso(not_due, sales, days),
        average_days_delinquent(end, not_due, sales, days),
        count_back_dso(end, [(one.sales, one.days) for one in reversed(months)]),
        mean_effectiveness(period),
    )


def mean_effectiveness(months: Iterable[Month]) -> Decimal | None:
    """Return the mean of the months' CEI; months without one are left out."""
    found = [
        one
        for month in months
        if (
            one := collection_effectiveness(
                month.start, month.sales, month.end, month.not_due
            )
        )
        is not None
    ]
    return sum(found, ZERO) / len(found) if found else None
