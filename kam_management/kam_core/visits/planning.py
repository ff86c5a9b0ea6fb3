"""The plan of a week: who is due, put where their manager is free.

Everything is sorted before it is used, so the same input gives the same plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from .cadence import last_or_before, next_due, overdue_ratio, rank

ALL_DAYS = frozenset(range(5))
STEP = timedelta(minutes=15)
# why an account that is due found no place
NO_DAY, NO_TIME, FULL = "no_day", "no_time", "full"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be due.

    :param last: day of its last visit, None when there was none
    :param since: day from which it is visited at all
    :param interval_days: its cadence
    :param weight: of its class, in the ranking
    :param planned: days in or after the week on which it has a visit already
    :param weekdays: days on which it receives, Monday is 0
    :param hour_from: first hour of the day, local, 9.5 is half past nine
    :param town: visits in one town go to one day where they can
    :param owned: first and last day on which it is the manager's, each None: no bound
    """

    account_id: int
    user_id: int
    last: date | None
    since: date | None
    interval_days: int
    weight: Decimal = Decimal(1)
    planned: tuple[date, ...] = ()
    weekdays: frozenset[int] = ALL_DAYS
    hour_from: Decimal = Decimal(0)
    hour_to: Decimal = Decimal(24)
    duration_minutes: int = 60
    town: str = ""
    owned: tuple[date | None, date | None] = (None, None)

    def allows(self, day: date) -> bool:
        """Tell whether it receives on a day, and is the manager's then."""
        first, last = self.owned
        return (
            day.weekday() in self.weekdays
            and (first is None or first <= day)
            and (last is None or day <= last)
        )


@dataclass(frozen=True, slots=True)
class Manager:
    """When somebody works and is not busy: [from, to) in UTC, in order.

    :param zone: name of the time zone in which days and hours are meant
    :param gap_minutes: kept free before and after each visit, to travel
    :param most_a_day: visits on one day, those already planned among them
    :param booked: starts of visits already planned in the week
    """

    user_id: int
    zone: str
    free: tuple[tuple[datetime, datetime], ...]
    gap_minutes: int = 0
    most_a_day: int = 8
    booked: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A visit that would fit; ``score`` is overdue ratio * weight."""

    account_id: int
    user_id: int
    start: datetime
    stop: datetime
    due_on: date
    ratio: Decimal
    score: Decimal
    town: str


@dataclass(frozen=True, slots=True)
class Left:
    """An account that is due and found no place, and why."""

    account_id: int
    user_id: int
    due_on: date
    ratio: Decimal
    score: Decimal
    cause: str


@dataclass(slots=True)
class _Day:
    """A day of one manager while it is being filled."""

    date: date
    free: list
    towns: set = field(default_factory=set)
    visits: int = 0
    minutes: int = 0


def due_in_week(candidate: Candidate, monday: date) -> date | None:
    """Return the day an account is due in the week or before; None when it is not.

    An account with a visit planned from this week on is not due: it has its visit.
    """
    if not candidate.interval_days or candidate.planned:
        return None
    last = last_or_before(candidate.last, candidate.since, candidate.interval_days)
    if last is None:
        return None
    due = next_due(last, candidate.interval_days)
    return due if due <= monday + timedelta(days=6) else None


def plan_week(
    monday: date,
    today: date,
    managers: tuple[Manager, ...],
    candidates: tuple[Candidate, ...],
) -> tuple[tuple[Proposal, ...], tuple[Left, ...]]:
    """Propose the visits of a week.

    Due and overdue accounts without a planned visit are ranked by overdue ratio *
    weight. Each goes to a day on which its town is visited already, else to the day
    with the least to do, at the first free time within its own hours.

    :param monday: first day of the week
    :param today: ratios are reckoned on this day; nothing is planned before it
    :return: (proposals by manager and start, what found no place by rank)
    """
    by_user = defaultdict(list)
    for item in due_list(monday, today, candidates):
        by_user[item[0].user_id].append(item)
    proposals, left = [], []
    for manager in sorted(managers, key=lambda one: one.user_id):
        found, over = _fill(manager, monday, today, by_user.pop(manager.user_id, []))
        proposals += found
        left += over
    for user_id in sorted(by_user):
        left += [_left(item, NO_TIME) for item in by_user[user_id]]
    proposals.sort(key=lambda one: (one.user_id, one.start, one.account_id))
    left.sort(key=lambda one: (-one.score, one.account_id))
    return tuple(proposals), tuple(left)


def due_list(monday: date, today: date, candidates: tuple[Candidate, ...]) -> list:
    """Return who is due in a week, ranked by overdue ratio * weight.

    :param today: ratios are reckoned on this day, for a week ahead on its Monday
    :return: list of (candidate, day it is due, ratio, score)
    """
    found = [
        _ranked(one, due, max(today, monday))
        for one in candidates
        if (due := due_in_week(one, monday))
    ]
    return sorted(found, key=_order)


def _ranked(candidate, due, today):
    last = due - timedelta(days=candidate.interval_days)
    ratio = overdue_ratio(today, last, candidate.interval_days)
    return candidate, due, ratio, rank(ratio, candidate.weight)


def _order(item):
    candidate, _due, _ratio, score = item
    return -score, candidate.account_id


def _fill(manager, monday, today, items):
    zone = ZoneInfo(manager.zone)
    days = _days(manager, monday, today, zone)
    proposals, left = [], []
    for item in items:
        cause = _place(manager, zone, days, item, proposals)
        if cause:
            left.append(_left(item, cause))
    return proposals, left


def _place(manager, zone, days, item, proposals):
    """Put a candidate into the week, as often as its cadence wants it there.

    :return: why it found no place at all, None when it did
    """
    candidate, due, ratio, score = item
    wanted = max(1, 7 // candidate.interval_days)
    cause, earliest = None, date.min
    for count in range(wanted):
        day, slot, why = _slot(manager, zone, days, candidate, earliest)
        if slot is None:
            cause = None if count else why
            break
        _book(manager, day, slot, candidate)
        proposals.append(
            Proposal(
                candidate.account_id,
                candidate.user_id,
                *slot,
                due,
                ratio,
                score,
                candidate.town,
            )
        )
        earliest = day.date + timedelta(days=candidate.interval_days)
    return cause


def _slot(manager, zone, days, candidate, earliest):
    allowed = [
        day for day in days if candidate.allows(day.date) and day.date >= earliest
    ]
    if not allowed:
        return None, None, NO_DAY
    room = [day for day in allowed if day.visits < manager.most_a_day]
    if not room:
        return None, None, FULL
    for day in sorted(room, key=lambda one: _preference(one, candidate.town)):
        if slot := _first_free(day, zone, candidate):
            return day, slot, None
    return None, None, NO_TIME


def first_free(
    day: date, manager: Manager, candidate: Candidate
) -> tuple[datetime, datetime] | None:
    """Return the first free time for an account on a day that somebody chose.

    Within the hours of the customer where there is room, else within those in which
    the manager works: who chooses the day knows why.

    :return: (from, to) in UTC; None when the day is full
    """
    zone = ZoneInfo(manager.zone)
    monday = day - timedelta(days=day.weekday())
    [chosen] = [one for one in _days(manager, monday, day, zone) if one.date == day]
    whole = replace(candidate, hour_from=Decimal(0), hour_to=Decimal(24))
    return _first_free(chosen, zone, candidate) or _first_free(chosen, zone, whole)


def _preference(day, town):
    return not (town and town in day.towns), day.minutes, day.date


def _first_free(day, zone, candidate):
    opens, closes = (
        _local(day.date, hour, zone)
        for hour in (candidate.hour_from, candidate.hour_to)
    )
    lasts = timedelta(minutes=candidate.duration_minutes)
    for first, last in day.free:
        start = _on_step(max(first, opens))
        if start + lasts <= min(last, closes):
            return start, start + lasts
    return None


def _local(day, hour, zone):
    """Return the moment of an hour of a day, 24 being the midnight that ends it."""
    minutes = int(Decimal(hour) * 60)
    day += timedelta(days=minutes // 1440)
    local = datetime.combine(day, time(*divmod(minutes % 1440, 60)), zone)
    return local.astimezone(timezone.utc)


def _on_step(moment):
    """Round a moment up to the quarter of an hour."""
    over = (moment - datetime.min.replace(tzinfo=timezone.utc)) % STEP
    return moment + (STEP - over) if over else moment


def _book(manager, day, slot, candidate):
    gap = timedelta(minutes=manager.gap_minutes)
    day.free = subtract(day.free, [(slot[0] - gap, slot[1] + gap)])
    day.towns.add(candidate.town)
    day.visits += 1
    day.minutes += candidate.duration_minutes


def subtract(free, busy):
    """Return what is left of ``free`` intervals after ``busy`` ones are taken out.

    :param free: list of (from, to), in order, not overlapping
    :param busy: list of (from, to), in any order
    """
    left = list(free)
    for first, last in sorted(busy):
        kept = []
        for start, stop in left:
            if last <= start or first >= stop:
                kept.append((start, stop))
                continue
            if start < first:
                kept.append((start, first))
            if last < stop:
                kept.append((last, stop))
        left = kept
    return left


def _days(manager, monday, today, zone):
    """Return the days of the week with what is free, in the manager's time zone."""
    days = [
        _Day(monday + timedelta(days=n), [])
        for n in range(7)
        if monday + timedelta(days=n) >= today
    ]
    for day in days:
        window = (_local(day.date, 0, zone), _local(day.date, 24, zone))
        day.free = [
            (max(start, window[0]), min(stop, window[1]))
            for start, stop in sorted(manager.free)
            if start < window[1] and stop > window[0]
        ]
    by_date = {day.date: day for day in days}
    for start, town in manager.booked:
        if day := by_date.get(start.astimezone(zone).date()):
            day.visits += 1
            day.towns.add(town)
    return days


def _left(item, cause):
    candidate, due, ratio, score = item
    return Left(candidate.account_id, candidate.user_id, due, ratio, score, cause)
