"""The rhythm of an item, and what is due again."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kam_core.rhythm import GIVEN_UP, ORDERS_NEEDED, due_items, next_order

TODAY = date(2026, 3, 10)


def history(*ago, quantity=10):
    return [(TODAY - timedelta(days=one), Decimal(quantity)) for one in ago]


def test_every_two_weeks():
    item = next_order(7, history(44, 30, 16))
    assert (item.interval_days, item.last) == (14, TODAY - timedelta(days=16))
    assert item.expected == TODAY - timedelta(days=2)
    assert item.quantity == 10


def test_two_orders_a_day_are_one():
    item = next_order(7, history(30, 30, 20, 10))
    assert item.interval_days == 10
    assert item.quantity == 10  # of 20, 10 and 10


def test_two_orders_are_no_rhythm_and_a_return_is_no_order():
    assert next_order(7, history(20, 10)) is None
    returned = [(TODAY, Decimal(-5))]
    assert next_order(7, history(20, 10) + returned) is None


def test_the_most_overdue_comes_first_and_who_stopped_is_left_out():
    found = due_items(
        {
            1: history(50, 30, 10),  # every 20 days, due in 10: not yet
            2: history(34, 24, 14),  # every 10 days, 1.4
            3: history(60, 40, 20),  # every 20 days, 1.0
            4: history(60, 55, 50),  # every 5 days, 10 times over: stopped
        },
        TODAY,
    )
    assert [one.item_id for one in found] == [2, 3]


@given(
    st.dictionaries(
        st.integers(1, 5),
        st.lists(
            st.tuples(
                st.dates(date(2025, 1, 1), TODAY),
                st.decimals(1, 50, places=2, allow_nan=False),
            ),
            max_size=8,
        ),
    )
)
def test_what_is_due_was_ordered_often_enough(histories):
    for one in due_items(histories, TODAY):
        days = {day for day, _quantity in histories[one.item_id]}
        assert len(days) >= ORDERS_NEEDED
        assert one.last == max(days)
        assert one.expected <= TODAY + timedelta(days=7)
        assert (TODAY - one.last).days < GIVEN_UP * one.interval_days
