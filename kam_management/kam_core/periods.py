"""Periods [from, to] of days: the equal period before, and the months within."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the month's last day if it has none."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def month_end(year: int, month: int, day: int) -> date:
    """Return a day of a month as books are closed on it, or the month's last day.

    28 or 29 February is the last of February, whatever the year.
    """
    last = monthrange(year, month)[1]
    if month == 2 and day >= 28:
        return date(year, month, last)
    return date(year, month, min(day, last))


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both in it, in the company's time zone.

    :raises ValueError: when it ends before it starts
    """

    start: date
    end: date

    def __post_init__(self):
        if self.end < self.start:
            raise ValueError("the period ends before it starts")

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1

    @property
    def whole_months(self) -> int | None:
        """How many calendar months it is made of exactly; None when it is not."""
        after = self.end + timedelta(1)
        if self.start.day != 1 or after.day != 1:
            return None
        return (after.year - self.start.year) * 12 + after.month - self.start.month

    def previous(self) -> Period:
        """Return the equal period that ends the day before this one starts.

        Whole months are preceded by as many whole months, anything else by as many
        days: March is compared with February, not with 29 January to 28 February.
        """
        end = self.start - timedelta(1)
        if months := self.whole_months:
            return Period(add_months(self.start, -months), end)
        return Period(self.start - timedelta(self.days), end)

    def months(self) -> list[Period]:
        """Return the calendar months touched, the outer ones cut to the period."""
        result = []
        start = self.start
        while start <= self.end:
            after = add_months(start.replace(day=1), 1)
            result.append(Period(start, min(self.end, after - timedelta(1))))
            start = after
        return result

    def full_months(self) -> list[Period]:
        """Return the calendar months that lie wholly in the period."""
        return [month for month in self.months() if month.whole_months]


def year_before(period: Period) -> Period:
    """Return the same days a year before."""
    start = add_months(period.start, -12)
    months = period.whole_months
    if months:  # whole months stay whole, whatever February is
        return Period(start, add_months(start, months) - timedelta(1))
    return Period(start, add_months(period.end, -12))


def fiscal_period(
    day: date, months: int, last_month: int = 12, last_day: int = 31
) -> Period:
    """Return the month, quarter or year of a company's calendar that a day lies in.

    Quarters are counted from the first day of the fiscal year, whatever it is. Months
    are those of everybody's calendar.

    :param months: 1, 3 or 12
    :param last_month: month and ``last_day`` on which the fiscal year ends
    """
    if months == 1:
        first = day.replace(day=1)
        return Period(first, add_months(first, 1) - timedelta(1))
    end = month_end(day.year, last_month, last_day)
    if end < day:
        end = month_end(day.year + 1, last_month, last_day)
    start = month_end(end.year - 1, last_month, last_day) + timedelta(1)
    if months == 12:
        return Period(start, end)
    starts = [add_months(start, 3 * n) for n in range(4)]
    place = max(n for n in range(4) if starts[n] <= day)
    after = starts[place + 1] if place < 3 else end + timedelta(1)
    return Period(starts[place], after - timedelta(1))
