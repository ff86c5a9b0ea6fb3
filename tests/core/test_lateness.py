from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.lateness import (
    Allocation,
    LatenessSums,
    average_days_late,
    lateness_sums,
    payment_reliability,
    weighted_average_days,
)

PARTIAL = [
    Allocation(D(600), date(2025, 3, 1), date(2025, 2, 26)),
    Allocation(D(400), date(2025, 3, 1), date(2025, 3, 21)),
    Allocation(D(500), date(2025, 3, 10)),
]
MARCH_END = date(2025, 3, 31)

days = st.integers(0, 400).map(lambda n: date(2025, 1, 1) + timedelta(n))
allocations = st.lists(
    st.builds(
        Allocation,
        st.integers(1, 10**9).map(lambda n: D(n).scaleb(-2)),
        days,
        st.none() | days,
    ),
    max_size=20,
)


def cents(value):
    return round(value, 2)


@pytest.mark.parametrize(
    ("amounts_and_days", "expected"),
    [
        ([(140, 7), (85, 55), (214, 10)], "17.76"),
        ([(100, 1), (1000, 2), (300, 86)], "19.93"),
    ],
)
def test_weighted_average(amounts_and_days, expected):
    due = date(2025, 1, 1)
    paid = [
        Allocation(D(amount), due, due + timedelta(late))
        for amount, late in amounts_and_days
    ]
    assert cents(average_days_late(paid, date(2026, 1, 1))) == D(expected)
    assert cents(
        weighted_average_days((D(amount), late) for amount, late in amounts_and_days)
    ) == D(expected)


def test_partial_payment_with_an_open_invoice():
    assert cents(average_days_late(PARTIAL, MARCH_END)) == D("11.13")
    assert average_days_late(PARTIAL, MARCH_END, closed_only=True) == D("6.2")


def test_a_later_payment_was_open_then():
    as_of = date(2025, 3, 15)
    # 600 * -3, 400 open for 14 days, 500 open for 5 days
    assert average_days_late(PARTIAL, as_of) == D(-1800 + 5600 + 2500) / 1500
    assert average_days_late(PARTIAL, as_of, closed_only=True) == -3


def test_not_due_says_nothing():
    assert average_days_late([PARTIAL[2]], date(2025, 3, 10)) is None
    assert payment_reliability([PARTIAL[2]], date(2025, 3, 10)) is None
    assert average_days_late([PARTIAL[2]], date(2025, 3, 11)) == 1


def test_reliability_is_the_share_paid_on_time():
    assert payment_reliability(PARTIAL, MARCH_END) == D(600) / 1500
    on_the_day = Allocation(D(10), MARCH_END, MARCH_END)
    assert payment_reliability([on_the_day], MARCH_END) == 1


def test_nothing_gives_none_not_zero():
    assert average_days_late([], MARCH_END) is None
    assert average_days_late([PARTIAL[2]], MARCH_END, closed_only=True) is None
    assert payment_reliability([], MARCH_END) is None
    assert weighted_average_days([]) is None


@pytest.mark.parametrize("amount", [D(0), D(-5)])
def test_refuses_an_amount_that_is_not_above_zero(amount):
    with pytest.raises(ValueError, match="above 0"):
        lateness_sums([Allocation(amount, MARCH_END)], MARCH_END)


@given(allocations, allocations, days)
def test_sums_of_two_customers_add_up(one, other, as_of):
    assert lateness_sums(one, as_of) + lateness_sums(other, as_of) == lateness_sums(
        one + other, as_of
    )


@given(allocations, days)
def test_order_does_not_matter(found, as_of):
    assert lateness_sums(found, as_of) == lateness_sums(found[::-1], as_of)


@given(allocations, days)
def test_reliability_is_a_ratio_and_open_is_always_late(found, as_of):
    sums = lateness_sums(found, as_of)
    reliability = sums.reliability()
    assert reliability is None or 0 <= reliability <= 1
    assert sums.open_days >= sums.open_amount
    if sums.open_amount and sums.closed_amount:
        late = [a for a in found if a.paid is None or a.paid > as_of or a.paid > a.due]
        if len(late) == len(found):
            assert sums.average_days() > 0


@given(allocations, days, st.integers(1, 400))
def test_splitting_a_payment_changes_nothing(found, as_of, parts):
    split = [
        Allocation(a.amount / 2, a.due, a.paid) for a in found for _half in range(2)
    ]
    assert lateness_sums(split, as_of) == lateness_sums(found, as_of)


def test_empty_sums_are_neutral():
    some = lateness_sums(PARTIAL, MARCH_END)
    assert some + LatenessSums() == some
