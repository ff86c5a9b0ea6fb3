"""The worklist: amount * risk, and the next step with its reason."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.collections.worklist import (
    FLOOR,
    Debtor,
    Step,
    at_stake,
    next_step,
    risk,
    score,
)

TODAY = date(2026, 3, 31)


def ago(days):
    return TODAY - timedelta(days)


OWES = Debtor(overdue=D(1000), oldest_due=ago(20))


def test_risk_over_what_is_known():
    # nothing but the age of 20 days is known: 20/90
    age = D("0.30") * D(20) / 90 / D("0.40")  # the share disputed, 0, is known too
    assert abs(risk(OWES, TODAY) - FLOOR - D("0.8") * age) < D("1e-20")
    worst = Debtor(
        overdue=D(1),
        oldest_due=ago(90),
        late_days=D(45),
        broken=2,
        judged=2,
        disputed=D(1),
    )
    assert risk(worst, TODAY) == 1
    assert risk(Debtor(late_days=D(-5)), TODAY) == FLOOR


def test_what_is_worth_asking_for():
    assert at_stake(OWES) == 1000
    asked = replace(OWES, disputed=D(100), promised=D(200), unallocated=D(50))
    assert at_stake(asked) == 650
    assert at_stake(replace(OWES, promised=D(2000))) == 0
    soon = Debtor(soon=D(400), reliability=D("0.75"))
    assert at_stake(soon) == 100
    assert at_stake(Debtor(soon=D(400))) == 0


def test_the_great_and_risky_come_first():
    risky = replace(OWES, late_days=D(40), broken=1, judged=1)
    assert score(risky, TODAY) > score(OWES, TODAY)
    assert score(replace(OWES, overdue=D(9000)), TODAY) > score(risky, TODAY)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, Step("call", ago(20), D(1000))),
        ({"oldest_due": ago(5)}, Step("write", ago(5), D(1000))),
        (
            {"oldest_due": ago(5), "last_on": ago(4), "last_result": "sent"},
            Step("wait", ago(4) + timedelta(5), waits=True),
        ),
        (
            {"last_on": ago(9), "last_result": "sent"},
            Step("call", ago(20), D(1000)),
        ),
        ({"oldest_due": ago(61)}, Step("stop", ago(61), D(1000))),
        ({"is_legal": True}, Step("legal", waits=True)),
        ({"unallocated": D(1000)}, Step("allocate", amount=D(1000))),
        (
            {"disputed": D(10), "dispute_late": True},
            Step("settle", amount=D(10)),
        ),
        ({"disputed": D(1000)}, Step("settle", amount=D(1000), waits=True)),
        (
            {"promised": D(1000), "promised_by": TODAY + timedelta(2)},
            Step("promise_wait", TODAY + timedelta(2), D(1000), True),
        ),
        (
            {"promised": D(500), "promised_by": TODAY},
            Step("promise_due", TODAY, D(500)),
        ),
        ({"broken_on": ago(3)}, Step("broken", ago(3))),
        (
            {"broken_on": ago(3), "last_on": ago(2), "last_result": "other"},
            Step("call", ago(20), D(1000)),
        ),
        ({"again_on": TODAY}, Step("again", TODAY)),
        (
            {"again_on": TODAY + timedelta(1)},
            Step("wait", TODAY + timedelta(1), waits=True),
        ),
    ],
)
def test_next_step(changes, step):
    assert next_step(replace(OWES, **changes), TODAY) == step


def test_before_it_is_due():
    poor = Debtor(soon=D(100), soon_due=TODAY + timedelta(3), reliability=D("0.4"))
    assert next_step(poor, TODAY) == Step("before", TODAY + timedelta(3), D(100))
    good = replace(poor, reliability=D("0.9"))
    assert next_step(good, TODAY) == Step("nothing", waits=True)
    assert next_step(Debtor(), TODAY).code == "nothing"


amounts = st.integers(0, 10**8).map(lambda n: D(n).scaleb(-2))
days = st.none() | st.integers(-30, 400).map(lambda n: TODAY - timedelta(n))
debtors = st.builds(
    Debtor,
    overdue=amounts,
    soon=amounts,
    oldest_due=days,
    late_days=st.none() | st.integers(-40, 200).map(D),
    reliability=st.none() | st.integers(0, 100).map(lambda n: D(n) / 100),
    promised=amounts,
    promised_by=days,
    broken=st.integers(0, 3),
    judged=st.integers(3, 5),
    broken_on=days,
    disputed=amounts,
    dispute_late=st.booleans(),
    unallocated=amounts,
    last_on=days,
    last_result=st.sampled_from(["sent", "no_answer", "other"]),
    again_on=days,
)


@given(debtors)
def test_always_a_step_a_risk_and_a_score(debtor):
    assert FLOOR <= risk(debtor, TODAY) <= 1
    assert 0 <= score(debtor, TODAY) <= at_stake(debtor)
    assert at_stake(debtor) <= debtor.overdue + debtor.soon
    assert next_step(debtor, TODAY).code
