"""Promises: what may be said and changed; and what payments make of them."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.accounts import ReasonMissing
from kam_core.collections import promises
from kam_core.collections.keeping import (
    BROKEN,
    KEPT,
    OPEN,
    PART,
    SETTLED,
    WITHDRAWN,
    Pledge,
    Receipt,
    keep,
)
from kam_core.collections.promises import (
    AmountMissing,
    Promise,
    PromisedBeforeMade,
    PromiseJudged,
    PromiseReassigned,
    PromiseStays,
    PromiseWithdrawn,
    Withdraw,
    Withdrawn,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DayMissing,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Relinked,
    Remove,
    Text,
    UseButton,
    fold,
    initial,
)

MADE, BY = date(2026, 3, 2), date(2026, 3, 10)
VALUES = {
    "partner_id": 5,
    "company_id": 1,
    "currency_id": 2,
    "amount": D("100.00"),
    "made_on": MADE,
    "date_promised": BY,
    "user_id": 3,
}
WHY = Text("Invoice was wrong.")
GIVEN = [Created(initial(Promise, VALUES))]


def when(given_events, command):
    return promises.decide(fold(promises, given_events), command)


def test_a_promise_is_recorded_as_it_was_said():
    [event] = promises.decide(None, Create({**VALUES, "withdrawn_on": MADE}))
    assert fold(promises, [event]) == Promise(**VALUES)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": None}, AmountMissing),
        ({"amount": D(-1)}, AmountMissing),
        ({"partner_id": None}, FieldMissing),
        ({"currency_id": None}, FieldMissing),
        ({"made_on": None}, DayMissing),
        ({"date_promised": None}, DayMissing),
        ({"date_promised": MADE - timedelta(1)}, PromisedBeforeMade),
    ],
)
def test_what_cannot_be_promised(changes, refusal):
    with pytest.raises(refusal):
        promises.decide(None, Create({**VALUES, **changes}))


@pytest.mark.parametrize("field", promises.FIXED)
def test_what_was_said_stays(field):
    with pytest.raises(FixedField):
        when(GIVEN, Edit({field: 9}))


def test_edits():
    events = when(GIVEN, Edit({"user_id": 8, "note": WHY}))
    assert events == (PromiseReassigned(8), Changed({"note": WHY}))
    assert fold(promises, [*GIVEN, *events]).user_id == 8
    with pytest.raises(UseButton):
        when(GIVEN, Edit({"withdrawn_on": BY}))


@pytest.mark.parametrize("days", [0, 2])
def test_withdrawn_while_it_is_open(days):
    day = BY + timedelta(days)
    [event] = when(GIVEN, Withdraw(day, WHY))
    assert event == Withdrawn(day, WHY)
    after = [*GIVEN, event]
    assert fold(promises, after).withdrawn_on == day
    with pytest.raises(PromiseWithdrawn):
        when(after, Withdraw(day, WHY))


def test_not_withdrawn_after_its_day_or_without_reason():
    with pytest.raises(PromiseJudged, match="2026-03-12"):
        when(GIVEN, Withdraw(BY + timedelta(3), WHY))
    with pytest.raises(ReasonMissing):
        when(GIVEN, Withdraw(BY, None))
    with pytest.raises(DayMissing):
        when(GIVEN, Withdraw(None, WHY))


def test_it_stays_and_follows_merges():
    with pytest.raises(PromiseStays):
        when(GIVEN, Remove())
    assert when(GIVEN, Relink("partner_id", (5,), 6)) == (
        Relinked("partner_id", (5,), 6),
    )
    with pytest.raises(TypeError):
        when(GIVEN, object())


# --------------------------------------------------------------------- keeping
def pledge(amount=100, documents=(), key=1, made=MADE, by=BY, withdrawn=None):
    return Pledge(key, D(amount), made, by, frozenset(documents), withdrawn)


def state(pledges, receipts, as_of):
    return {key: one.state for key, one in keep(pledges, receipts, as_of).items()}


LATER = BY + timedelta(30)


@pytest.mark.parametrize(
    ("receipts", "as_of", "expected"),
    [
        ([], BY, OPEN),
        ([], BY + timedelta(2), OPEN),
        ([], BY + timedelta(3), BROKEN),
        ([Receipt(D(95), BY + timedelta(2))], LATER, KEPT),
        ([Receipt(D("94.99"), BY)], LATER, PART),
        ([Receipt(D(94), BY)], BY, OPEN),
        ([Receipt(D(100), BY + timedelta(3))], LATER, BROKEN),
        ([Receipt(D(100), MADE - timedelta(1))], LATER, BROKEN),
        ([Receipt(D(100), BY)], BY - timedelta(1), OPEN),
        ([Receipt(D(60), MADE), Receipt(D(40), BY)], BY, KEPT),
        ([Receipt(D(100), BY, is_money=False)], LATER, SETTLED),
        ([Receipt(D(50), MADE, is_money=False), Receipt(D(48), BY)], BY, KEPT),
    ],
)
def test_derived_from_payments(receipts, as_of, expected):
    assert state([pledge()], receipts, as_of) == {1: expected}


def test_named_invoices_come_first_and_money_counts_once():
    pledges = [pledge(), pledge(documents=[7], key=2)]
    money = [Receipt(D(100), BY, 7)]
    assert state(pledges, money, LATER) == {1: BROKEN, 2: KEPT}
    assert state([pledge(documents=[7])], [Receipt(D(100), BY, 8)], LATER) == {
        1: BROKEN
    }


def test_instalments_are_kept_one_after_the_other():
    second = pledge(50, [7], 2, by=BY + timedelta(15))
    money = [Receipt(D(50), BY, 7)]
    assert state([pledge(50, [7]), second], money, BY) == {1: KEPT, 2: OPEN}
    money.append(Receipt(D(50), BY + timedelta(15), 7))
    assert state([pledge(50, [7]), second], money, LATER) == {1: KEPT, 2: KEPT}


def test_a_withdrawn_promise_takes_no_money():
    withdrawn = pledge(withdrawn=MADE + timedelta(1))
    money = [Receipt(D(100), MADE + timedelta(2))]
    assert state([withdrawn], money, MADE) == {1: OPEN}
    assert state([withdrawn], money, LATER) == {1: WITHDRAWN}
    kept = keep([pledge()], money, LATER)[1]
    assert kept.kept_on == MADE + timedelta(2)
    assert kept.receipts == [(money[0], D(100))]


days = st.integers(0, 60).map(lambda n: MADE + timedelta(n))
amounts = st.integers(1, 10**6).map(lambda n: D(n).scaleb(-2))
pledges_made = st.lists(
    st.tuples(amounts, days, st.integers(0, 20), st.frozensets(st.integers(1, 3))),
    min_size=1,
    max_size=6,
).map(
    lambda rows: [
        Pledge(n, amount, made, made + timedelta(span), documents)
        for n, (amount, made, span, documents) in enumerate(rows)
    ]
)
receipts_made = st.lists(
    st.builds(Receipt, amounts, days, st.none() | st.integers(1, 4), st.booleans()),
    max_size=8,
)


@given(pledges_made, receipts_made, days)
def test_no_money_is_counted_twice_and_no_promise_overpaid(pledges, receipts, as_of):
    found = keep(pledges, receipts, as_of)
    came = sum((one.amount for one in receipts if one.is_money), D(0))
    assert sum(one.paid for one in found.values()) <= came
    for one in pledges:
        kept = found[one.key]
        assert 0 <= kept.paid <= kept.target + (one.amount - kept.target)
        assert 0 <= kept.target <= one.amount
        assert kept.paid == sum((part for _receipt, part in kept.receipts), D(0))
        assert (kept.state == OPEN) <= (as_of <= one.deadline)


@given(pledges_made, receipts_made)
def test_what_was_judged_stays_judged(pledges, receipts):
    """Nothing that comes later changes what was kept or broken."""
    last = max(one.deadline for one in pledges) + timedelta(1)
    at_end = keep(pledges, receipts, last)
    late = [Receipt(D(1000), last + timedelta(1), 1)]
    assert {k: v.state for k, v in at_end.items()} == {
        k: v.state for k, v in keep(pledges, receipts + late, last).items()
    }
