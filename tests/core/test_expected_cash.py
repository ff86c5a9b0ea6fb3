"""Expected cash: from each customer's own lateness, and how well it foretold."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.collections.cash import (
    Accuracy,
    Due,
    Habit,
    accuracy,
    by_week,
    delay_days,
    expected_day,
    expected_parts,
    monday,
)

TODAY = date(2026, 3, 4)  # a Wednesday
ALL = Habit(100, D(1000), D(10000))  # everybody: 10 days late


@pytest.mark.parametrize(
    ("own", "everybody", "days"),
    [
        (None, ALL, 10),
        (None, Habit(), 0),
        (Habit(5, D(100), D(3000)), ALL, 20),  # half own 30, half 10
        (Habit(45, D(100), D(3000)), ALL, 28),
        (Habit(95, D(1), D(900)), ALL, 180),
        (Habit(95, D(1), D(-900)), ALL, -30),
    ],
)
def test_how_late_they_pay(own, everybody, days):
    assert delay_days(own, everybody) == days


def test_the_day_it_is_expected_on():
    due = date(2026, 3, 1)
    assert expected_day(due, 10, TODAY) == date(2026, 3, 11)
    assert expected_day(date(2026, 1, 1), 10, TODAY) == TODAY + timedelta(7)
    assert expected_day(date(2026, 1, 1), 40, TODAY) == TODAY + timedelta(20)


def test_promises_and_disputes_move_it():
    due = date(2026, 3, 1)
    habits = {1: ALL}
    promised = Due(1, due, D(100), promised_by=date(2026, 3, 20))
    assert expected_parts([promised], habits, TODAY) == [
        (promised, date(2026, 3, 20), D(100))
    ]
    settled = Due(1, due, D(100), disputed=D(40), settled_by=date(2026, 3, 30))
    assert expected_parts([settled], habits, TODAY) == [
        (settled, date(2026, 3, 11), D(60)),
        (settled, date(2026, 4, 9), D(40)),
    ]
    never = Due(1, due, D(100), disputed=D(500))
    assert expected_parts([never], habits, TODAY) == [(never, None, D(100))]


def test_weeks_begin_on_monday():
    assert monday(TODAY) == date(2026, 3, 2)
    parts = [(TODAY, D(1)), (date(2026, 3, 8), D(2)), (date(2026, 3, 9), D(4))]
    assert by_week(parts) == {date(2026, 3, 2): D(3), date(2026, 3, 9): D(4)}


def test_accuracy():
    found = accuracy([(D(110), D(100)), (D(80), D(100))])
    assert found == Accuracy(D("0.15"), D("-0.05"), D(200))
    assert accuracy([]) == Accuracy(None, None, D(0))


amounts = st.integers(1, 10**8).map(lambda n: D(n).scaleb(-2))
days = st.integers(-200, 200).map(lambda n: TODAY + timedelta(n))
dues = st.lists(
    st.builds(
        Due,
        st.integers(1, 3),
        days,
        amounts,
        st.none() | days,
        st.integers(0, 10**8).map(lambda n: D(n).scaleb(-2)),
        st.none() | days,
    ),
    max_size=10,
)
habits = st.dictionaries(
    st.integers(1, 3),
    st.builds(Habit, st.integers(1, 50), amounts, st.integers(-(10**9), 10**9).map(D)),
)


@given(dues, habits)
def test_the_parts_add_up_and_none_lies_behind_us(dues, habits):
    parts = expected_parts(dues, habits, TODAY)
    assert sum((one for _due, _day, one in parts), D(0)) == sum(
        (one.amount for one in dues), D(0)
    )
    assert all(day is None or day >= TODAY for _due, day, _amount in parts)
