"""Named periods, as of any day: so that a question asked again moves with the time."""

from datetime import date, timedelta

PERIODS = (
    "today",
    "yesterday",
    "this_week",
    "last_week",
    "next_week",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
    "last_12_months",
)


def days_of(period, today):
    """Return (first day, last day), both included, of a period.

    :param period: one of :data:`PERIODS`; weeks begin on Monday; the last twelve
        months end with the month before
    :param today: the day it is for the reader
    :raises KeyError: unknown period
    """
    return _RULES[period](today)


def month_end(today):
    """Return the last day of the month before."""
    return today.replace(day=1) - timedelta(1)


def _months(today, back, count):
    """Return the days of ``count`` months that begin ``back`` months before today."""
    start = _shift(today.replace(day=1), -back)
    return start, _shift(start, count) - timedelta(1)


def _shift(first, months):
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _week(today, shift):
    monday = today - timedelta(today.weekday()) + timedelta(7 * shift)
    return monday, monday + timedelta(6)


_RULES = {
    "today": lambda day: (day, day),
    "yesterday": lambda day: (day - timedelta(1), day - timedelta(1)),
    "this_week": lambda day: _week(day, 0),
    "last_week": lambda day: _week(day, -1),
    "next_week": lambda day: _week(day, 1),
    "this_month": lambda day: _months(day, 0, 1),
    "last_month": lambda day: _months(day, 1, 1),
    "this_quarter": lambda day: _months(day, (day.month - 1) % 3, 3),
    "last_quarter": lambda day: _months(day, (day.month - 1) % 3 + 3, 3),
    "this_year": lambda day: (date(day.year, 1, 1), date(day.year, 12, 31)),
    "last_year": lambda day: (date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)),
    "last_12_months": lambda day: _months(day, 12, 12),
}
