"""The rhythm in which a customer orders an item, and which items are due again."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

ORDERS_NEEDED = 3  # two gaps: less is no rhythm
GIVEN_UP = 4  # intervals without an order: the customer has stopped, not forgotten


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item that the customer should be ordering again.

    :param interval_days: the usual gap between two orders (median)
    :param quantity: the usual quantity of an order (median), unit of the history
    :param expected: the day the next order was to be expected
    """

    item_id: int
    last: date
    interval_days: int
    quantity: Decimal
    expected: date


def next_order(item_id, history):
    """Return the :class:`DueItem` of an item; None when it has no rhythm.

    next = last + median of the gaps between the days it was ordered

    :param history: list of (day, quantity) of its orders; several a day are one
    """
    by_day = {}
    for day, quantity in history:
        by_day[day] = by_day.get(day, Decimal(0)) + quantity
    days = sorted(day for day, quantity in by_day.items() if quantity > 0)
    if len(days) < ORDERS_NEEDED:
        return None
    gaps = [(after - before).days for before, after in pairwise(days)]
    interval = max(1, round(median(gaps)))
    return DueItem(
        item_id=item_id,
        last=days[-1],
        interval_days=interval,
        quantity=median(by_day[day] for day in days),
        expected=days[-1] + timedelta(days=interval),
    )


def due_items(histories, today, ahead_days=7):
    """Return the items due by ``today`` plus some days, the most overdue first.

    :param histories: ``{item id: [(day, quantity), …]}``, days of orders
    :param ahead_days: how soon "due" begins: until the next visit, about
    """
    found = [next_order(item_id, history) for item_id, history in histories.items()]
    due = [
        one
        for one in found
        if one
        and one.expected <= today + timedelta(days=ahead_days)
        and (today - one.last).days < GIVEN_UP * one.interval_days
    ]
    return sorted(due, key=lambda one: (-_overdue_ratio(one, today), one.item_id))


def _overdue_ratio(item, today):
    return (today - item.last).days / item.interval_days
