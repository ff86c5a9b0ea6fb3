"""Delegations: given events, when a command, then events or a refusal."""

from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core import delegations
from kam_core.delegations import (
    AccountsLimited,
    Begun,
    Delegation,
    DelegationEnded,
    End,
    Ended,
    PeopleMissing,
    PeriodMissing,
    Prolonged,
    SameUser,
    holds,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DayMissing,
    DayOutOfRange,
    DomainError,
    Edit,
    FixedField,
    Relink,
    Relinked,
    Remove,
    Text,
    fold,
    initial,
)

FIRST, LAST = date(2026, 7, 1), date(2026, 7, 14)
VALUES = {
    "user_id": 1,
    "substitute_id": 2,
    "company_id": 1,
    "date_from": FIRST,
    "date_to": LAST,
    "account_ids": (),
    "may_act": True,
}
MADE = Created(initial(Delegation, VALUES))
ENDED = DelegationEnded(date(2026, 7, 5))


def when(given, command):
    return delegations.decide(fold(delegations, given), command)


@pytest.mark.parametrize(
    ("given", "command", "events"),
    [
        ((), Create(VALUES), (MADE,)),
        ((), Create({**VALUES, "ended_on": FIRST}), (MADE,)),
        ((MADE,), End(date(2026, 7, 5)), (ENDED,)),
        ((MADE,), Edit({"date_to": FIRST}), (Prolonged(FIRST),)),
        ((MADE,), Edit({"account_ids": (4, 5)}), (AccountsLimited((4, 5)),)),
        (
            (MADE,),
            Edit({"may_approve": True, "date_to": FIRST}),
            (Prolonged(FIRST), Changed({"may_approve": True})),
        ),
        ((MADE,), Relink("user_id", (1,), 3), (Relinked("user_id", (1,), 3),)),
        ((MADE, ENDED), Relink("user_id", (9,), 3), ()),
    ],
)
def test_commands(given, command, events):
    assert when(given, command) == events


@pytest.mark.parametrize(
    ("given", "command", "refusal", "words"),
    [
        ((), Create({**VALUES, "user_id": None}), PeopleMissing, "both needed"),
        ((), Create({**VALUES, "substitute_id": None}), PeopleMissing, None),
        ((), Create({**VALUES, "substitute_id": 1}), SameUser, "somebody else"),
        ((), Create({**VALUES, "date_to": None}), PeriodMissing, "both needed"),
        ((), Create({**VALUES, "date_from": None}), PeriodMissing, None),
        (
            (),
            Create({**VALUES, "date_from": LAST, "date_to": FIRST}),
            PeriodMissing,
            None,
        ),
        ((), Create({**VALUES, "date_to": date.max}), DayOutOfRange, "9999"),
        ((), Create({**VALUES, "date_from": date.min}), DayOutOfRange, "0001"),
        ((MADE,), Edit({"date_to": FIRST - timedelta(1)}), PeriodMissing, None),
        ((MADE,), Edit({"user_id": 3}), FixedField, "user_id"),
        ((MADE,), Edit({"substitute_id": 3}), FixedField, "substitute_id"),
        ((MADE,), Edit({"company_id": 3}), FixedField, "company_id"),
        ((MADE,), Edit({"ended_on": FIRST}), Ended, "2026-07-01"),
        ((MADE, ENDED), Edit({"date_to": FIRST}), Ended, "2026-07-05"),
        ((MADE, ENDED), End(LAST), Ended, "2026-07-05"),
        ((MADE,), End(None), DayMissing, None),
        ((MADE,), End(date.max), DayOutOfRange, None),
        ((MADE,), Remove(), Begun, "end it"),
        ((MADE, ENDED), Remove(), Begun, None),
    ],
)
def test_refusals(given, command, refusal, words):
    with pytest.raises(refusal, match=words):
        when(given, command)


@pytest.mark.parametrize(
    ("day", "open_ended", "ended"),
    [
        (FIRST - timedelta(1), False, False),
        (FIRST, True, True),
        (date(2026, 7, 4), True, True),
        (date(2026, 7, 5), True, False),
        (LAST, True, False),
        (LAST + timedelta(1), False, False),
    ],
)
def test_on_which_days_it_holds(day, open_ended, ended):
    assert holds(fold(delegations, [MADE]), day) is open_ended
    assert holds(fold(delegations, [MADE, ENDED]), day) is ended


def test_an_unknown_command_is_our_mistake():
    with pytest.raises(TypeError, match="unknown command"):
        delegations.decide(Delegation(), object())


days = st.dates(FIRST, date(2026, 8, 31)) | st.dates()
FIELDS = {
    "user_id": st.none() | st.integers(1, 2),
    "substitute_id": st.none() | st.integers(1, 3),
    "company_id": st.none() | st.integers(1, 2),
    "date_from": st.none() | days,
    "date_to": st.none() | days,
    "account_ids": st.frozensets(st.integers(1, 4)).map(lambda ids: tuple(sorted(ids))),
    "may_act": st.booleans(),
    "may_approve": st.booleans(),
    "reason": st.none() | st.just(Text("Leave")),
    "ended_on": st.none() | days,
}


class AnyCommand(RuleBasedStateMachine):
    """Any command on any delegation that can come to be: events or a refusal."""

    @initialize()
    def made(self):
        self.events = [MADE]
        self.state = fold(delegations, self.events)

    def do(self, command, state):
        try:
            events = delegations.decide(state, command)
        except DomainError:
            return
        if isinstance(command, Create):
            self.events = []
        for event in events:
            state = delegations.evolve(state, event)
            self.events.append(event)
        self.state = state

    @rule(values=st.fixed_dictionaries({}, optional=FIELDS))
    def create(self, values):
        self.do(Create({**VALUES, **values}), None)

    @rule(values=st.fixed_dictionaries({}, optional=FIELDS))
    def edit(self, values):
        changes = {k: v for k, v in values.items() if v != getattr(self.state, k)}
        self.do(Edit(changes), self.state)

    @rule(day=days)
    def end(self, day):
        self.do(End(day), self.state)

    @rule()
    def remove(self):
        self.do(Remove(), self.state)

    @rule(field=st.sampled_from(list(FIELDS)), ids=st.frozensets(st.integers(1, 3)))
    def relink(self, field, ids):
        self.do(Relink(field, tuple(ids), 3), self.state)

    @invariant()
    def the_log_says_it_all(self):
        assert fold(delegations, self.events) == self.state

    @invariant()
    def it_always_says_who_and_when(self):
        holds(self.state, FIRST)


TestAnyCommand = AnyCommand.TestCase
TestAnyCommand.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None
)
