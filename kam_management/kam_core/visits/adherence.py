"""Figures of visits: what was promised and kept, covered, sold, and off the plan.

A ratio with nothing below the line is None, never 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

STRIKE_DAYS = 3


def ratio(part, whole) -> Decimal | None:
    """Return part / whole; None when there is no whole."""
    return Decimal(part) / Decimal(whole) if whole else None


def adherence(done_in_week: int, committed: int, excused: int = 0) -> Decimal | None:
    """Return which share of the committed visits was done in their week.

    done in their week / (committed - excused)

    :param excused: committed visits that fell into an absence of their manager
    """
    return ratio(done_in_week, committed - excused)


def coverage(visited: int, due: int) -> Decimal | None:
    """Return which share of the accounts that were due was visited."""
    return ratio(visited, due)


def strike_rate(productive: int, visits: int) -> Decimal | None:
    """Return which share of the visits was followed by an order within n days."""
    return ratio(productive, visits)


def lines_per_call(lines: int, productive: int) -> Decimal | None:
    """Return the order lines of a visit that was followed by an order."""
    return ratio(lines, productive)


def drop_size(amount: Decimal, productive: int) -> Decimal | None:
    """Return the money, without tax, of a visit that was followed by an order."""
    return ratio(amount, productive)


def off_plan_share(off_plan: int, visits: int) -> Decimal | None:
    """Return which share of the visits done was not in the committed plan."""
    return ratio(off_plan, visits)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one committed visit.

    :param done_at: when it was done, None when it was not
    :param user_id: who was to do it in the end
    """

    committed_user_id: int
    user_id: int
    state: str
    done_at: datetime | None
    excused: bool
    moved: bool


@dataclass(frozen=True, slots=True)
class Score:
    """The committed visits of a week, counted."""

    committed: int = 0
    done_in_week: int = 0
    moved: int = 0
    missed: int = 0
    cancelled: int = 0
    excused: int = 0

    @property
    def adherence(self) -> Decimal | None:
        """Done in their week / (committed - excused)."""
        return adherence(self.done_in_week, self.committed, self.excused)


def week_window(monday, zone: str) -> tuple[datetime, datetime]:
    """Return [from, to) of a week where the manager is, in UTC.

    A week in which the clocks change has an hour more or less.
    """
    name = ZoneInfo(zone)
    return tuple(
        datetime(day.year, day.month, day.day, tzinfo=name).astimezone(timezone.utc)
        for day in (monday, monday + timedelta(days=7))
    )


def in_week(moment: datetime | None, window) -> bool:
    """Tell whether a moment lies in [from, to)."""
    return moment is not None and window[0] <= moment < window[1]


def score(kept: tuple[Kept, ...], window) -> Score:
    """Count what became of the committed visits of a week.

    A visit that somebody else did counts as kept: the customer was visited.

    :param window: [from, to) of the week, UTC
    """
    return Score(
        committed=len(kept),
        done_in_week=sum(
            one.state == "done" and in_week(one.done_at, window) for one in kept
        ),
        moved=sum(one.moved for one in kept),
        missed=sum(one.state == "missed" for one in kept),
        cancelled=sum(one.state == "cancelled" and not one.excused for one in kept),
        excused=sum(one.excused for one in kept),
    )


@dataclass(frozen=True, slots=True)
class Order:
    """A confirmed order of an account; ``amount`` without tax."""

    order_id: int
    account_id: int
    ordered_at: datetime
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that took place."""

    visit_id: int
    account_id: int
    done_at: datetime


def strikes(
    visits: tuple[Done, ...], orders: tuple[Order, ...], days: int = STRIKE_DAYS
) -> dict[int, tuple[Order, ...]]:
    """Return the orders of each visit: an order belongs to the nearest visit before it.

    :param days: an order later than so many days after the visit belongs to none
    :return: ``{visit id: orders}``, only visits that have some
    """
    by_account = defaultdict(list)
    for one in sorted(visits, key=lambda one: (one.done_at, one.visit_id)):
        by_account[one.account_id].append((one.done_at, one.visit_id))
    found = defaultdict(list)
    for order in sorted(orders, key=lambda one: (one.ordered_at, one.order_id)):
        before = by_account.get(order.account_id, [])
        place = bisect_right(before, order.ordered_at, key=lambda one: one[0])
        if not place:
            continue
        done_at, visit_id = before[place - 1]
        if order.ordered_at - done_at <= timedelta(days=days):
            found[visit_id].append(order)
    return {visit_id: tuple(some) for visit_id, some in found.items()}


def effect(before: Decimal, after: Decimal) -> Decimal | None:
    """Return the growth of sales from before a training to after it.

    after / before - 1, over as many days on both sides
    """
    return after / before - 1 if before > 0 else None
