"""Days of time off, as pay counts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from ..periods import Period

TYPED, TIME_OFF, IGNORED = "typed", "time_off", "ignored"
RULES = (TYPED, TIME_OFF, IGNORED)

Span = tuple[datetime, datetime]


def absent_days(
    period: Period,
    spans: Iterable[Span],
    hours: Mapping[int, tuple[float, float]],
) -> int:
    """Return how many days of a period somebody was away all day.

    A working day counts when time off covers its hours from the first to the last; any
    other day when time off covers all of it: the weekend within two weeks of holidays
    counts, the one after them does not, nor does half a day.

    :param spans: (from, to) of time off, where the person is, without zone
    :param hours: {weekday, Monday 0: (first hour, last hour)}; weekdays left out are
        not worked
    """
    merged = _merged(spans)
    days = (period.start + timedelta(n) for n in range(period.days))
    return sum(1 for day in days if _away(day, merged, hours))


def _away(day, merged, hours):
    first, last = hours.get(day.weekday(), (0, 24))
    midnight = datetime.combine(day, time.min)
    begin, end = midnight + timedelta(hours=first), midnight + timedelta(hours=last)
    return any(start <= begin and end <= stop for start, stop in merged)


def _merged(spans):
    """Return spans without overlaps, in order."""
    found: list[Span] = []
    for start, stop in sorted(spans):
        # Odoo ends a whole day a second, or less, before midnight
        stop = _full(stop)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found


def _full(moment: datetime) -> datetime:
    last: date = moment.date()
    midnight = datetime.combine(last, time.min) + timedelta(days=1)
    return midnight if midnight - moment <= timedelta(seconds=1) else moment
