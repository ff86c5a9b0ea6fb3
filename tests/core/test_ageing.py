"""Open items and their ageing: the example, the edges, and that it always adds up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.receivables.ageing import LONGEST, Ageing, BoundsWrong, Buckets, age
from kam_core.receivables.open_items import (
    Allocation,
    Item,
    balance,
    crossed_amount,
    open_amount,
)

DAY = date(2026, 3, 31)


def item(amount, due=0, days=0, payment=False, paid=(), key=1):
    """Return an item: due and dated so many days before DAY."""
    return Item(
        key,
        DAY - timedelta(days),
        DAY - timedelta(due),
        Decimal(amount),
        payment,
        tuple(Allocation(Decimal(a), DAY - timedelta(d), *c) for a, d, *c in paid),
    )


@pytest.mark.parametrize(
    ("days", "place"),
    [
        *((-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3)),
        *((91, 4), (120, 4), (121, 5), (9999, 5)),
    ],
)
def test_half_open_buckets(days, place):
    assert Buckets().place(days) == place
    first, last = Buckets().ranges()[place]
    assert first is None or first <= days
    assert last is None or days <= last


@pytest.mark.parametrize(
    "bounds", [(30, 30), (60, 30), (0,), (-1,), (LONGEST + 1,), tuple(range(1, 9))]
)
def test_ranges_that_do_not_follow_each_other_are_refused(bounds):
    with pytest.raises(BoundsWrong) as refused:
        Buckets(bounds)
    assert refused.value.code == "bounds_wrong"


def test_no_bounds_at_all():
    assert Buckets(()).ranges() == ((None, 0), (1, None))


def test_an_ageing():
    found = age(
        [
            item(450, due=-10),
            item(100, due=1),
            item(300, due=45, paid=[(200, 3)]),
            item(70, due=200),
            item(-50, payment=True),
            item(-20),
            item(40, payment=True, due=300),  # money given back, not yet allocated
        ],
        DAY,
    )
    assert found == Ageing(
        tuple(map(Decimal, (450, 100, 100, 0, 0, 70))),
        unallocated=Decimal(-30),
        late_days=Decimal(100 + 4500 + 14000),
        oldest=DAY - timedelta(200),
    )
    assert found.overdue == 270
    assert found.total == 690
    assert found.overdue_ratio == Decimal(270) / 720
    assert found.average_days == Decimal(18600) / 270


def test_nothing_is_none_and_not_zero():
    found = age([], DAY)
    assert (found.total, found.overdue_ratio, found.average_days) == (0, None, None)
    assert found.oldest is None


def test_as_of_an_earlier_day_later_payments_are_not_made_yet():
    debt = item(300, due=45, days=60, paid=[(200, 3), (100, 1)])
    assert open_amount(debt, DAY - timedelta(4)) == 300
    assert open_amount(debt, DAY - timedelta(3)) == 100
    assert open_amount(debt, DAY) == 0
    assert open_amount(debt, DAY - timedelta(61)) == 0


def test_a_debt_paid_by_another_customer_stays_in_the_ledger():
    debt = item(300, paid=[(200, 3, True)])
    assert open_amount(debt, DAY) == 100
    assert crossed_amount(debt, DAY) == 200
    assert crossed_amount(debt, DAY - timedelta(1)) == 0
    assert age([debt], DAY).total == 300


offsets = st.integers(-200, 200)
cents = st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-2))
ranges = st.sets(st.integers(1, 400), max_size=7).map(
    lambda s: Buckets(tuple(sorted(s)))
)


@st.composite
def ledgers(draw):
    """Return the items of a customer, settled against each other at random."""
    size = draw(st.integers(0, 8))
    raw = [
        [draw(offsets), draw(offsets), draw(cents) * draw(st.sampled_from((1, -1))), []]
        for _n in range(size)
    ]
    left = [abs(one[2]) for one in raw]
    for here, there in draw(st.lists(st.tuples(*[st.integers(0, 7)] * 2), max_size=12)):
        if max(here, there) >= size or raw[here][2] * raw[there][2] >= 0:
            continue
        amount = min(left[here], left[there])
        if not amount:
            continue
        day = DAY - timedelta(min(raw[here][0], raw[there][0]))
        for place in (here, there):
            left[place] -= amount
            raw[place][3].append(Allocation(amount, day))
    return [
        Item(
            key,
            DAY - timedelta(days),
            DAY - timedelta(due),
            amount,
            draw(st.booleans()),
            tuple(paid),
        )
        for key, (days, due, amount, paid) in enumerate(raw)
    ]


@given(ledgers(), ranges, offsets)
def test_the_buckets_add_up_to_the_ledger(items, buckets, back):
    as_of = DAY - timedelta(back)
    found = age(items, as_of, buckets)
    assert found.total == balance(items, as_of)
    assert len(found.buckets) == len(buckets.bounds) + 2
    assert all(one >= 0 for one in found.buckets)


@given(ledgers(), offsets, offsets)
def test_two_parts_of_a_ledger_add_up(items, back, cut):
    as_of = DAY - timedelta(back)
    whole = age(items, as_of)
    parts = [age(items[: cut % 9], as_of), age(items[cut % 9 :], as_of)]
    assert whole.total == sum(one.total for one in parts)
    assert whole.overdue == sum(one.overdue for one in parts)


@given(ledgers(), ranges, ranges)
def test_other_ranges_move_nothing_between_due_and_not_due(items, one, other):
    first, second = age(items, DAY, one), age(items, DAY, other)
    assert first.overdue == second.overdue
    assert first.buckets[0] == second.buckets[0]
    assert first.average_days == second.average_days


@given(st.integers(-10000, 10000), ranges)
def test_each_day_is_in_exactly_one_range(days, buckets):
    inside = [
        place
        for place, (first, last) in enumerate(buckets.ranges())
        if (first is None or first <= days) and (last is None or days <= last)
    ]
    assert inside == [buckets.place(days)]
