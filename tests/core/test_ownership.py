"""Who owns an account on which day: shares of 100 %, one lead, no gap by accident."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.ownership import (
    LeadWrong,
    Owner,
    OwnerTwice,
    PeriodWrong,
    RoleWrong,
    ShareRange,
    SharesWrong,
    check_shares,
    close,
    hand_over,
    owners_on,
)
from kam_core.record import DayOutOfRange, DomainError, FieldMissing

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
EVE = date(2026, 1, 31)


def owner(key, user, share=100, since=JAN, until=None, role="lead"):
    return Owner(key, user, role, D(share), since, until)


def users_on(owners, day):
    return [one.user_id for one in owners_on(owners, day)]


def test_both_days_of_a_period_are_in_it():
    one = owner("a", 1, until=EVE)
    assert not one.covers(JAN - timedelta(1))
    assert one.covers(JAN)
    assert one.covers(EVE)
    assert not one.covers(FEB)


def test_the_lead_comes_first_then_the_larger_share():
    owners = (
        owner("a", 1, 50, role="co"),
        owner("b", 2, 20),
        owner("c", 3, 30, role="co"),
    )
    assert users_on(owners, JAN) == [2, 1, 3]


def test_a_hand_over_ends_what_was_the_day_before():
    after = hand_over((owner("a", 1),), (owner("b", 2, since=FEB),), FEB)
    assert after == (owner("a", 1, until=EVE), owner("b", 2, since=FEB))


def test_a_hand_over_voids_what_was_planned_later():
    owners = (owner("a", 1, until=EVE), owner("b", 2, since=FEB))
    after = hand_over(owners, (owner("c", 3, since=JAN),), JAN)
    assert after == (owner("c", 3, since=JAN),)


def test_a_period_over_by_then_stays():
    past = owner("a", 1, until=date(2026, 1, 15))
    assert close((past, owner("b", 2, since=date(2026, 1, 16))), FEB) == (
        past,
        owner("b", 2, since=date(2026, 1, 16), until=EVE),
    )


@pytest.mark.parametrize(
    ("owners", "refusal", "words"),
    [
        ((owner("a", None),), FieldMissing, "user_id"),
        ((owner("a", 1, 99),), SharesWrong, "99 %"),
        ((owner("a", 1, 0),), ShareRange, "0 is not"),
        ((owner("a", 1, -5),), ShareRange, "-5 is not"),
        ((owner("a", 1, "100.01"),), ShareRange, "100.01"),
        ((owner("a", 1, "NaN"),), ShareRange, "NaN"),
        ((owner("a", 1, "Infinity"),), ShareRange, "Infinity"),
        ((replace(owner("a", 1), share=None),), ShareRange, "0 is not"),
        ((owner("a", 1, since=None),), PeriodWrong, "must be given"),
        ((owner("a", 1, since=FEB, until=JAN),), PeriodWrong, "2026-01-01"),
        ((owner("a", 1, since=date.min),), DayOutOfRange, "0001-01-01"),
        ((owner("a", 1, until=date.max),), DayOutOfRange, "9999-12-31"),
        ((owner("a", 1, 60), owner("b", 2, 50, role="co")), SharesWrong, "110 %"),
        ((owner("a", 1, 50), owner("b", 1, 50, role="co")), OwnerTwice, "twice"),
        ((owner("a", 1, 50), owner("b", 2, 50)), LeadWrong, "2 leads"),
        ((owner("a", 1, role="co"),), LeadWrong, "0 leads"),
        ((owner("a", 1, role=None),), RoleWrong, "Role"),
        ((owner("a", 1, 50), owner("b", 2, 50, role="x")), RoleWrong, "Role"),
        # right today, wrong from the day on which one of two leaves
        (
            (owner("a", 1, 50), owner("b", 2, 50, until=EVE, role="co")),
            SharesWrong,
            "2026-02-01",
        ),
        ((owner("a", 1), owner("b", 2, since=MAR, role="co")), SharesWrong, "2026-03"),
    ],
)
def test_owners_that_do_not_add_up(owners, refusal, words):
    with pytest.raises(refusal, match=words):
        check_shares(owners)


@pytest.mark.parametrize(
    "owners",
    [
        (),
        (owner("a", 1),),
        (owner("a", 1, "33.33"), owner("b", 2, "66.67", role="co")),
        (owner("a", 1, until=EVE), owner("b", 1, since=FEB)),
        (owner("a", 1, until=EVE), owner("b", 2, since=MAR)),  # nobody in February
    ],
)
def test_owners_that_add_up(owners):
    check_shares(owners)


days = st.integers(0, 60).map(lambda n: JAN + timedelta(n))
splits = st.sampled_from([(100,), (50, 50), (60, 30, 10), ("33.33", "66.67")])
steps = st.lists(
    st.tuples(days, splits | st.none(), st.permutations([1, 2, 3])), max_size=8
)


def team(step, day, shares, users):
    return tuple(
        owner(f"{step}-{n}", user, share, day, role="co" if n else "lead")
        for n, (share, user) in enumerate(zip(shares, users, strict=False))
    )


@given(steps=steps)
def test_shares_add_up_on_every_day_after_any_hand_overs_and_releases(steps):
    owners = ()
    for number, (day, shares, users) in enumerate(steps):
        before = owners
        new = team(number, day, shares, users) if shares else ()
        owners = hand_over(owners, new, day) if shares else close(owners, day)
        check_shares(owners)
        assert users_on(owners, day) == users_on(new, day)
        for past in range((day - JAN).days):
            then = JAN + timedelta(past)
            assert users_on(owners, then) == users_on(before, then)
    for number in range(-1, 63):
        present = owners_on(owners, JAN + timedelta(number))
        assert sum(one.share for one in present) in (0, 100)
        assert sum(one.role == "lead" for one in present) == bool(present)


any_owner = st.builds(
    Owner,
    key=st.uuids().map(str),
    user_id=st.none() | st.integers(1, 3),
    role=st.sampled_from(["lead", "co", None]),
    share=st.none() | st.decimals() | st.sampled_from([D(50), D(100)]),
    date_from=st.none() | st.dates(),
    date_to=st.none() | st.dates(),
)


@given(owners=st.lists(any_owner, max_size=4).map(tuple))
def test_a_check_refuses_or_holds_on_every_day(owners):
    try:
        check_shares(owners)
    except DomainError:
        return
    for day in {one.date_from for one in owners}:
        assert sum(one.share for one in owners_on(owners, day)) == 100
