"""Calls of a day: in which order, and when to try again."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

ONE = Decimal(1)
CAP = Decimal(3)  # what is three times due is not more urgent than all else together
PLANNED = 5 * 4 * CAP  # a planned call comes before what is merely due
WAITS = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=20))
QUARTER = 15  # minutes: nobody proposes to call at 14:07


@dataclass(frozen=True, slots=True)
class Signals:
    """Why a customer should be called; each ratio is 1 when the matter is just due.

    :param weight: of the class of the account (A weighs most)
    :param cadence_ratio: days since the last contact / interval of the class
    :param overdue: past its due date, company currency, tax included
    :param monthly_sales: average of the last year, same currency, without tax
    :param promises: promises to pay that fall due today
    :param broken: promises to pay that were not kept
    :param steps: next steps planned for today or earlier
    """

    weight: Decimal = ONE
    cadence_ratio: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    monthly_sales: Decimal = Decimal(0)
    promises: int = 0
    broken: int = 0
    steps: int = 0


def importance(signals):
    """Return how much the call matters, to sort by; 0 when nothing asks for it.

    weight * (cadence from 1 on + debt + promises + steps), each at most 3; a debt of a
    month's sales counts 1, a promise due counts 1, a broken one 2.
    """
    cadence = signals.cadence_ratio if signals.cadence_ratio >= 1 else Decimal(0)
    asked = (
        cadence,
        debt_ratio(signals.overdue, signals.monthly_sales),
        Decimal(signals.promises + 2 * signals.broken),
        Decimal(signals.steps),
    )
    return signals.weight * sum((min(one, CAP) for one in asked), Decimal(0))


def debt_ratio(overdue, monthly_sales):
    """Return overdue / average monthly sales; the cap where there are no sales.

    :param overdue: company currency, tax included; below zero counts as none
    :param monthly_sales: same currency, without tax
    """
    if overdue <= 0:
        return Decimal(0)
    return min(CAP, overdue / monthly_sales) if monthly_sales > 0 else CAP


def retry_at(asked_at, attempts, hours, length):
    """Return when to call again after nobody answered; None when there is no time.

    After the first attempt two hours later, after the second four (the other half of
    the day), then the next day, within the hours allowed.

    :param asked_at: moment of the attempt, UTC and aware
    :param attempts: how many there were, this one among them
    :param hours: (start, end) in which a call is allowed, UTC and aware, in order
    :param length: timedelta that the call needs
    """
    wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    earliest = _quarter(asked_at + wait)
    for start, end in hours:
        begin = max(_quarter(start), earliest)
        if begin + length <= end:
            return begin
    return None


def _quarter(moment):
    """Return the next full quarter of an hour."""
    over = timedelta(
        minutes=moment.minute % QUARTER,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )
    return moment + (timedelta(minutes=QUARTER) - over) if over else moment


def meet(first, second):
    """Return the intervals that lie in both lists, in order.

    :param first: (start, end), not overlapping within the list
    :param second: as ``first``
    """
    found = [
        (max(a, c), min(b, d))
        for a, b in first
        for c, d in second
        if max(a, c) < min(b, d)
    ]
    return sorted(found)
