"""The customer's lines against ours: each kind of result, and what holds always."""

import random
import time
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.receivables.matching import (
    AGREED,
    AMOUNTS_DIFFER,
    DATES_DIFFER,
    ONLY_OURS,
    ONLY_THEIRS,
    Line,
    match,
    tokens,
)

DAY = date(2026, 3, 10)


def lines(*rows):
    """Return lines from (number, amount, days after DAY)."""
    return [
        Line(key, DAY + timedelta(days), number, Decimal(amount))
        for key, (number, amount, days) in enumerate(rows, 1)
    ]


def kinds(ours, theirs, **more):
    return [
        (one.kind, one.ours, one.theirs)
        for one in match(lines(*ours), lines(*theirs), **more)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV/2026/00012", "inv 2026-12"),
        ("No. 0007", "NO 7"),
        ("№ 15", "№15"),
        ("\uff21\uff22\uff11", "ab 1"),
    ],
)
def test_numbers_are_normalised(one, other):
    assert tokens(one) == tokens(other)


def test_the_same_number_agrees():
    assert kinds([("INV/2026/00012", 100, 0)], [("inv-2026-12", 100, 3)]) == [
        (AGREED, (1,), (1,))
    ]


def test_a_number_inside_a_longer_text():
    theirs = [("Invoice INV/2026/00012 of 10.03.2026", 100, 0)]
    assert kinds([("INV/2026/00012", 100, 0)], theirs) == [(AGREED, (1,), (1,))]
    assert kinds(theirs, [("INV/2026/00012", 100, 0)]) == [(AGREED, (1,), (1,))]


def test_amounts_and_dates_that_differ():
    assert kinds([("A-12", 100, 0)], [("A 12", 90, 0)]) == [
        (AMOUNTS_DIFFER, (1,), (1,))
    ]
    assert kinds([("A-12", 100, 0)], [("A 12", 100, 30)]) == [
        (DATES_DIFFER, (1,), (1,))
    ]


def test_a_short_number_alone_does_not_hold_another_amount():
    assert Counter(one[0] for one in kinds([("12", 100, 0)], [("12", 70, 0)])) == {
        ONLY_OURS: 1,
        ONLY_THEIRS: 1,
    }
    assert kinds([("INV/2026/00012", 100, 0)], [("12", 100, 0)]) == [
        (AGREED, (1,), (1,))
    ]


def test_by_amount_and_date_the_same_day_first():
    found = kinds(
        [(None, 50, 0), (None, 50, 4)], [("x", 50, 4), ("y", 50, 0), ("z", 50, 20)]
    )
    assert found == [
        (AGREED, (1,), (2,)),
        (AGREED, (2,), (1,)),
        (ONLY_THEIRS, (), (3,)),
    ]


def test_groups_that_add_up():
    assert kinds([("p", 100, 0)], [("q", 60, 1), ("r", 40, 2), ("s", 7, 1)]) == [
        (AGREED, (1,), (1, 2)),
        (ONLY_THEIRS, (), (3,)),
    ]
    assert kinds([("q", -60, 1), ("r", -40, 2)], [("p", -100, 0)]) == [
        (AGREED, (1, 2), (1,))
    ]
    assert kinds([("A-12", 100, 0)], [("A-12", 60, 0), ("A-12", 40, 0)]) == [
        (AGREED, (1,), (1, 2))
    ]


def test_what_only_one_side_has():
    assert kinds([("A-1", 10, 0)], []) == [(ONLY_OURS, (1,), ())]
    assert kinds([], [("A-1", 10, 0)]) == [(ONLY_THEIRS, (), (1,))]
    assert kinds([], []) == []


side = st.lists(
    st.tuples(
        st.sampled_from([None, "A-1", "A-2", "INV/2026/00012", "12", "2026", "x 7 y"]),
        st.sampled_from([10, 20, 30, 40, 50, 60, -10, -30, 0, "0.01"]),
        st.integers(0, 12),
    ),
    max_size=14,
)


@given(side, side, st.integers(0, 10))
def test_every_line_is_in_exactly_one_result(ours, theirs, days):
    found = match(lines(*ours), lines(*theirs), days)
    for place, rows in (("ours", ours), ("theirs", theirs)):
        keys = [key for one in found for key in getattr(one, place)]
        assert sorted(keys) == list(range(1, len(rows) + 1))


@given(side, side)
def test_what_agrees_adds_up_and_the_rest_is_the_difference(ours, theirs):
    mine, others = lines(*ours), lines(*theirs)
    amounts = [{one.key: one.amount for one in lines_} for lines_ in (mine, others)]
    rest = Decimal(0)
    for one in match(mine, others):
        total = sum(amounts[0][k] for k in one.ours) - sum(
            amounts[1][k] for k in one.theirs
        )
        assert (one.kind in (AGREED, DATES_DIFFER)) <= (total == 0)
        assert (one.kind == AMOUNTS_DIFFER) <= (total != 0)
        rest += total
    assert rest == sum(amounts[0].values()) - sum(amounts[1].values())


@given(side, st.randoms(use_true_random=False))
def test_a_copy_agrees_in_full_in_any_order(rows, dice):
    mine = lines(*rows)
    copy = list(mine)
    dice.shuffle(copy)
    found = match(mine, copy)
    assert {one.kind for one in found} <= {AGREED}


@given(side, side)
def test_the_order_of_the_lines_does_not_matter(ours, theirs):
    mine, others = lines(*ours), lines(*theirs)
    one, other = match(mine, others), match(mine[::-1], others[::-1])
    assert Counter(m.kind for m in one) == Counter(m.kind for m in other)


def test_ten_thousand_against_ten_thousand():
    dice = random.Random(7)
    ours = [
        Line(
            key,
            DAY + timedelta(dice.randrange(365)),
            f"INV/2026/{key:05}",
            Decimal(dice.randrange(100, 10**6)).scaleb(-2),
        )
        for key in range(10_000)
    ]
    theirs = []
    for one in ours:
        draw = dice.random()
        if draw < 0.05:
            continue
        amount = one.amount + (Decimal("0.5") if draw < 0.08 else 0)
        number = f"Inv. {one.key}" if draw < 0.6 else None
        if draw > 0.97:
            half = (amount / 2).quantize(Decimal("0.01"))
            parts = [half, amount - half]
        else:
            parts = [amount]
        for part in parts:
            day = one.date + timedelta(dice.randrange(4))
            theirs.append(Line(len(theirs), day, number, part))
    start = time.perf_counter()
    found = match(ours, theirs)
    seconds = time.perf_counter() - start
    assert seconds < 5, f"{seconds:.1f} s"
    agreed = sum(len(one.ours) for one in found if one.kind == AGREED)
    assert agreed > 8_500


def test_ten_thousand_equal_lines_take_no_longer():
    same = [Line(key, DAY, None, Decimal(10)) for key in range(10_000)]
    other = [Line(key, DAY, None, Decimal(5)) for key in range(10_000)]
    start = time.perf_counter()
    match(same, other)
    match(same, same)
    assert time.perf_counter() - start < 5
