"""Calls: which matters most, and when to try again."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.calls import CAP, Signals, importance, meet, retry_at

HALF = timedelta(minutes=30)


def at(hour, minute=0, day=10):
    return datetime(2026, 3, day, hour, minute, tzinfo=timezone.utc)


DAY = [(at(8), at(12)), (at(13), at(17))]
NEXT = [(at(8, day=11), at(12, day=11))]


def test_importance_of_an_account_overdue_in_contact_and_debt():
    signals = Signals(
        weight=Decimal(3),
        cadence_ratio=Decimal("1.5"),
        overdue=Decimal(500),
        monthly_sales=Decimal(1000),
        broken=1,
    )
    assert importance(signals) == 3 * (Decimal("1.5") + Decimal("0.5") + 2)


def test_nothing_asks_for_a_call():
    assert importance(Signals(cadence_ratio=Decimal("0.9"))) == 0


def test_debt_without_sales_weighs_most():
    assert importance(Signals(overdue=Decimal(1))) == CAP


amounts = st.decimals(0, 10**6, places=2, allow_nan=False)
signals = st.builds(
    Signals,
    weight=st.decimals("0.1", 5, places=1, allow_nan=False),
    cadence_ratio=st.decimals(0, 20, places=2, allow_nan=False),
    overdue=amounts,
    monthly_sales=amounts,
    promises=st.integers(0, 3),
    broken=st.integers(0, 3),
    steps=st.integers(0, 3),
)


@given(signals, amounts)
def test_more_debt_never_makes_a_call_less_important(one, more):
    assert importance(replace(one, overdue=one.overdue + more)) >= importance(one)
    assert 0 <= importance(one) <= one.weight * CAP * 4


@pytest.mark.parametrize(
    ("asked", "attempts", "expected"),
    [
        (at(9, 7), 1, at(11, 15)),
        (at(9), 1, at(11)),
        (at(10, 30), 1, at(13)),  # noon: after the break
        (at(9), 2, at(13)),
        (at(9), 3, at(8, day=11)),  # 5:00 the next day: when it opens
        (at(16), 1, at(8, day=11)),
        (at(16), 9, None),  # 12:00 tomorrow: no hours left
    ],
)
def test_when_to_try_again(asked, attempts, expected):
    assert retry_at(asked, attempts, DAY + NEXT, HALF) == expected


minutes = st.integers(0, 60 * 24 * 3)
pairs = st.tuples(minutes, minutes).map(
    lambda two: tuple(at(0) + timedelta(minutes=one) for one in sorted(two))
)


@given(minutes, st.integers(0, 6), st.lists(pairs, max_size=4))
def test_a_new_attempt_lies_within_the_hours(asked, attempts, hours):
    asked = at(0) + timedelta(minutes=asked)
    hours = sorted(hours)
    found = retry_at(asked, attempts, hours, HALF)
    if found is not None:
        assert found >= asked + timedelta(hours=2)
        assert any(start <= found and found + HALF <= end for start, end in hours)
        assert found.minute % 15 == 0


@given(st.lists(pairs, max_size=3), st.lists(pairs, max_size=3))
def test_the_common_hours_lie_in_both(first, second):
    found = meet(first, second)
    for start, end in found:
        assert start < end
        for hours in (first, second):
            assert any(a <= start and end <= b for a, b in hours)
    assert found == meet(second, first)
