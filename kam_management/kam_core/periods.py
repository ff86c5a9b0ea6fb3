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
