"""Reminders by stage: who gets what, why others do not, and nothing twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.collections.reminders import (
    REASONS,
    Customer,
    Item,
    Stage,
    letters,
    reached,
)

TODAY = date(2026, 3, 31)
EARLY, FIRST, SECOND, STOP = (
    Stage(1, -3),
    Stage(2, 5, D(50)),
    Stage(3, 15),
    Stage(4, 30, is_stop=True),
)
STAGES = [EARLY, FIRST, SECOND, STOP]


def item(late, number=1, amount=100, **more):
    due = TODAY - timedelta(late)
    return Item(number, number, 7, 2, due, D(amount), D(amount), **more)


@pytest.mark.parametrize(
    ("late", "done", "stage"),
    [
        (-4, (), None),
        (-3, (), EARLY),
        (0, (), EARLY),
        (4, (), None),
        (5, (), FIRST),
        (200, (), FIRST),
        (5, (2,), None),
        (20, (2,), SECOND),
        (200, (2,), SECOND),
        (29, (3,), None),
        (30, (3,), STOP),
        (200, (4,), None),
        (5, (3,), None),
    ],
)
def test_one_stage_after_the_other_and_none_twice(late, done, stage):
    assert reached(STAGES, item(late, done=frozenset(done)), TODAY) == stage


def run(items, **customer):
    customers = {7: Customer(7, **customer)}
    return letters(STAGES, items, customers, TODAY, wait_days=7)


def test_one_letter_a_customer_each_item_at_its_own_stage():
    [letter] = run([item(6), item(16, 2, 40, done=frozenset({2}))])
    assert letter.reason is None
    assert letter.stage == SECOND
    assert [(one.id, stage, amount) for one, stage, amount in letter.items] == [
        (1, 2, D(100)),
        (2, 3, D(40)),
    ]
    assert letter.amount == 140


@pytest.mark.parametrize(
    ("change", "customer", "reason"),
    [
        ({"disputed": D(100)}, {}, "disputed"),
        ({"promised_until": TODAY}, {}, "promised"),
        ({"promised_until": TODAY - timedelta(1)}, {}, None),
        ({}, {"excepted": None}, "exception"),
        ({}, {"excepted": frozenset({2})}, "exception"),
        ({}, {"excepted": frozenset({3})}, None),
        ({}, {"unallocated": D(100)}, "unallocated"),
        ({}, {"unallocated": D(99)}, None),
        ({}, {"last_on": TODAY - timedelta(6)}, "recent"),
        ({}, {"last_on": TODAY - timedelta(7)}, None),
        ({"open": D(49), "company_open": D(49)}, {}, "small"),
        ({"disputed": D(51)}, {}, "small"),
        ({}, {"has_address": False}, "address"),
    ],
)
def test_why_not(change, customer, reason):
    [letter] = run([replace(item(6), **change)], **customer)
    assert letter.reason == reason


def test_a_disputed_invoice_does_not_hold_back_the_others():
    found = run([item(6, disputed=D(100)), item(6, 2)])
    assert {one.reason: [i[0].id for i in one.items] for one in found} == {
        "disputed": [1],
        None: [2],
    }


def test_a_currency_each():
    euro = replace(item(6, 2), currency_id=3)
    assert [one.currency_id for one in run([item(6), euro])] == [2, 3]


items = st.lists(
    st.builds(
        Item,
        st.integers(1, 10**6),
        st.integers(1, 50),
        st.integers(1, 3),
        st.integers(1, 2),
        st.integers(-20, 80).map(lambda n: TODAY - timedelta(n)),
        st.integers(1, 9999).map(D),
        st.integers(1, 9999).map(D),
        st.integers(0, 9999).map(D),
        st.none() | st.integers(-3, 3).map(lambda n: TODAY + timedelta(n)),
        st.frozensets(st.integers(1, 4)),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(items)
def test_every_item_once_and_sent_once_only(items):
    found = letters(STAGES, items, {}, TODAY)
    ids = [one.id for letter in found for one, _stage, _amount in letter.items]
    assert len(ids) == len(set(ids))
    assert {one.reason for one in found} <= {None, *REASONS}
    sent = {
        one.id: stage
        for letter in found
        if letter.reason is None
        for one, stage, _amount in letter.items
    }
    after = [
        replace(one, done=one.done | {sent[one.id]}) if one.id in sent else one
        for one in items
    ]
    for letter in letters(STAGES, after, {}, TODAY):
        if letter.reason is None:
            pairs = {(one.id, stage) for one, stage, _amount in letter.items}
            assert not pairs & set(sent.items())
