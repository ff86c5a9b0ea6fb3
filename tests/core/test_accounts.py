"""Key accounts: given events, when a command, then events or a refusal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core import accounts
from kam_core.accounts import (
    Absorb,
    Account,
    AccountAbsorbed,
    AccountStays,
    ChangeClass,
    ClassChanged,
    ClassMissing,
    Designate,
    Designated,
    HandOver,
    HeadAssigned,
    MergedInto,
    MergeInto,
    NeedsRecorded,
    NothingChanges,
    OpeningsRecorded,
    OwnerMissing,
    OwnershipHandedOver,
    ReasonMissing,
    Release,
    Released,
    Resume,
    Resumed,
    Segmented,
    Suspend,
    Suspended,
    WrongStatus,
)
from kam_core.ownership import Owner, SharesWrong, owners_on
from kam_core.planned import (
    CancelPlan,
    DecisionPlanned,
    PlanEnded,
    PlanExists,
    PlanMissing,
    TakeEffect,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DayMissing,
    DayOutOfRange,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Relinked,
    Remove,
    Removed,
    Text,
    UseButton,
    fold,
    initial,
)

JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
WHY = Text("Largest of its region")


def owner(key, user, since=JAN, until=None, share=100, role="lead"):
    return Owner(key, user, role, D(share), since, until)


ANNA, BEN = owner("a", 1), owner("b", 2, FEB)
OPENED = Created(initial(Account, {"partner_id": 5, "company_id": 1}))
OWNED = OwnershipHandedOver((ANNA,), JAN, WHY)
KEY = (OPENED, Designated("A", JAN, WHY), OWNED)
SUSPENDED = (*KEY, Suspended(FEB, WHY))
FORMER = (*KEY, Released(FEB, WHY))


def when(given, command):
    return accounts.decide(fold(accounts, given), command)


@pytest.mark.parametrize(
    ("given", "command", "events"),
    [
        ((), Create({"partner_id": 5, "company_id": 1}), (OPENED,)),
        (
            (OPENED,),
            Designate("A", JAN, WHY, (ANNA,)),
            (Designated("A", JAN, WHY), OWNED),
        ),
        ((OPENED, OWNED), Designate("B", FEB, WHY), (Designated("B", FEB, WHY),)),
        (
            FORMER,
            Designate("B", MAR, WHY, (BEN,)),
            (
                Designated("B", MAR, WHY),
                OwnershipHandedOver((replace(BEN, date_from=MAR),), MAR, WHY),
            ),
        ),
        (KEY, ChangeClass("B", FEB, WHY), (ClassChanged("B", FEB, WHY),)),
        (SUSPENDED, ChangeClass("C", FEB, WHY), (ClassChanged("C", FEB, WHY),)),
        (KEY, HandOver((BEN,), FEB, WHY), (OwnershipHandedOver((BEN,), FEB, WHY),)),
        ((OPENED,), HandOver((ANNA,), JAN, WHY), (OWNED,)),
        (KEY, Suspend(FEB, WHY), (Suspended(FEB, WHY),)),
        (SUSPENDED, Resume(MAR, WHY), (Resumed(MAR, WHY),)),
        (KEY, Release(FEB, WHY), (Released(FEB, WHY),)),
        (SUSPENDED, Release(MAR, WHY), (Released(MAR, WHY),)),
        ((OPENED,), Remove(), (Removed(),)),
        (KEY, Edit({"head_id": 9}), (HeadAssigned(9, None),)),
        (KEY, Edit({"team_id": 3, "head_id": 9}), (HeadAssigned(9, 3),)),
        (KEY, Edit({"segment_id": 4}), (Segmented(4),)),
        (
            KEY,
            Edit({"active": False, "needs": WHY, "openings": None}),
            (NeedsRecorded(WHY), OpeningsRecorded(None), Changed({"active": False})),
        ),
        (KEY, Relink("partner_id", (5,), 6), (Relinked("partner_id", (5,), 6),)),
        (KEY, Relink("partner_id", (4,), 6), ()),
        (KEY, Absorb("k2"), (AccountAbsorbed("k2"),)),
        (KEY, MergeInto("k2"), (MergedInto("k2"),)),
    ],
)
def test_commands(given, command, events):
    assert when(given, command) == events


@pytest.mark.parametrize(
    ("given", "command", "refusal", "words"),
    [
        ((), Create({"company_id": 1}), FieldMissing, "partner_id"),
        ((), Create({"partner_id": 5}), FieldMissing, "company_id"),
        (
            (),
            Create({"partner_id": 5, "company_id": 1, "status": "key"}),
            UseButton,
            "“status” is a decision: use the button “Designate”",
        ),
        (
            (),
            Create({"partner_id": 5, "company_id": 1, "account_class": "A"}),
            UseButton,
            "account_class",
        ),
        (
            (),
            Create({"partner_id": 5, "company_id": 1, "key_since": JAN}),
            UseButton,
            "key_since",
        ),
        (
            (),
            Create(
                {
                    "partner_id": 5,
                    "company_id": 1,
                    "owner_ids": (owner("a", 1, share=40),),
                }
            ),
            SharesWrong,
            "40 %",
        ),
        ((OPENED,), Designate("A", JAN, None, (ANNA,)), ReasonMissing, "Reason"),
        ((OPENED,), Designate("A", None, WHY, (ANNA,)), DayMissing, "date is missing"),
        ((OPENED,), Designate("A", date.min, WHY, (ANNA,)), DayOutOfRange, "1900"),
        ((OPENED,), Designate(None, JAN, WHY, (ANNA,)), ClassMissing, "Class"),
        ((OPENED,), Designate("A", JAN, WHY), OwnerMissing, "Owners"),
        ((OPENED, OWNED), Designate("A", JAN - timedelta(1), WHY), OwnerMissing, None),
        (KEY, Designate("B", FEB, WHY), WrongStatus, "“key”"),
        (
            (OPENED,),
            Designate("A", JAN, WHY, (owner("a", 1, share=10),)),
            SharesWrong,
            "10 %",
        ),
        (KEY, ChangeClass("A", FEB, WHY), NothingChanges, "account_class"),
        (KEY, ChangeClass(None, FEB, WHY), ClassMissing, None),
        (KEY, ChangeClass("Z", FEB, WHY), ClassMissing, "A to E"),
        ((OPENED,), Designate(["A"], JAN, WHY, (ANNA,)), ClassMissing, "A to E"),
        ((OPENED,), ChangeClass("B", FEB, WHY), WrongStatus, "prospect"),
        (FORMER, ChangeClass("B", MAR, WHY), WrongStatus, "former"),
        (KEY, HandOver((), FEB, WHY), OwnerMissing, "Owners"),
        (FORMER, HandOver((BEN,), MAR, WHY), WrongStatus, "former"),
        (KEY, HandOver((BEN,), FEB, Text("")), ReasonMissing, None),
        (KEY, Resume(FEB, WHY), WrongStatus, "suspended"),
        (SUSPENDED, Suspend(FEB, WHY), WrongStatus, "key"),
        ((OPENED,), Suspend(FEB, WHY), WrongStatus, "key"),
        ((OPENED,), Release(FEB, WHY), WrongStatus, "prospect"),
        (FORMER, Release(MAR, WHY), WrongStatus, "former"),
        (KEY, Remove(), AccountStays, "Release this account"),
        (FORMER, Remove(), AccountStays, None),
        (KEY, Edit({"status": "former"}), UseButton, "“status”"),
        (KEY, Edit({"account_class": "B"}), UseButton, "Change class"),
        (KEY, Edit({"owner_ids": ()}), UseButton, "Hand over"),
        (KEY, Edit({"key_since": None}), UseButton, "Designate"),
        (KEY, Edit({"partner_id": 6}), FixedField, "partner_id"),
        (KEY, Edit({"company_id": 2, "needs": WHY}), FixedField, "company_id"),
    ],
)
def test_refusals(given, command, refusal, words):
    with pytest.raises(refusal, match=words):
        when(given, command)


def test_what_the_events_make_of_an_account():
    account = fold(accounts, KEY)
    assert account == Account(5, 1, "key", "A", owner_ids=(ANNA,), key_since=JAN)
    assert fold(accounts, SUSPENDED).status == "suspended"
    assert fold(accounts, (*SUSPENDED, Resumed(MAR, WHY))).status == "key"
    former = fold(accounts, FORMER)
    assert (former.status, former.account_class) == ("former", "A")
    assert former.owner_ids == (replace(ANNA, date_to=FEB - timedelta(1)),)
    assert fold(accounts, (OPENED, Removed())) is None
    assert fold(accounts, (*KEY, MergedInto("k2"))) is None
    assert fold(accounts, (*KEY, AccountAbsorbed("k2"))) == account


def test_a_decision_dated_ahead_waits_for_its_day():
    [plan] = when(KEY, Release(MAR, WHY, decided_on=FEB))
    assert plan == DecisionPlanned("release", MAR, None, WHY)
    planned = fold(accounts, (*KEY, plan))
    assert (planned.status, planned.planned_on) == ("key", MAR)
    assert planned.owner_ids == (ANNA,)
    assert accounts.decide(planned, TakeEffect(MAR - timedelta(1))) == ()
    done = accounts.decide(planned, TakeEffect(MAR + timedelta(3)))
    assert done == (PlanEnded("done", MAR), Released(MAR, WHY))
    after = fold(accounts, done, planned)
    assert (after.status, after.planned, after.planned_reason) == ("former", None, None)
    assert after.owner_ids == (replace(ANNA, date_to=MAR - timedelta(1)),)
    assert accounts.decide(after, TakeEffect(MAR)) == ()


def test_today_and_earlier_take_effect_at_once():
    for today in (FEB, MAR, None):
        assert when(KEY, Release(FEB, WHY, decided_on=today)) == (Released(FEB, WHY),)


def test_made_key_ahead_the_owners_have_their_days_already():
    events = when((OPENED,), Designate("B", MAR, WHY, (BEN,), decided_on=FEB))
    ben = replace(BEN, date_from=MAR)
    assert events == (
        DecisionPlanned("designate", MAR, "B", WHY),
        OwnershipHandedOver((ben,), MAR, WHY),
    )
    planned = fold(accounts, (OPENED, *events))
    assert (planned.status, planned.account_class) == ("prospect", None)
    assert accounts.decide(planned, TakeEffect(MAR)) == (
        PlanEnded("done", MAR),
        Designated("B", MAR, WHY),
    )


RELEASED_IN_MARCH = (*KEY, DecisionPlanned("release", MAR, None, WHY))


def test_a_plan_is_cancelled_replaced_or_void():
    assert when(RELEASED_IN_MARCH, CancelPlan(WHY)) == (
        PlanEnded("cancelled", None, WHY),
    )
    assert when(RELEASED_IN_MARCH, Suspend(FEB, WHY, decided_on=FEB)) == (
        PlanEnded("replaced"),
        Suspended(FEB, WHY),
    )
    assert when(RELEASED_IN_MARCH, ChangeClass("B", FEB, WHY, decided_on=FEB)) == (
        ClassChanged("B", FEB, WHY),
    )
    gone = (*KEY, DecisionPlanned("resume", MAR, None, WHY))
    assert when(gone, TakeEffect(MAR)) == (PlanEnded("void"),)


@pytest.mark.parametrize(
    ("given", "command", "refusal"),
    [
        (RELEASED_IN_MARCH, Suspend(MAR, WHY, decided_on=FEB), PlanExists),
        (KEY, CancelPlan(WHY), PlanMissing),
        (RELEASED_IN_MARCH, CancelPlan(None), ReasonMissing),
        (KEY, Resume(MAR, WHY, decided_on=FEB), WrongStatus),
        (KEY, ChangeClass("Z", MAR, WHY, decided_on=FEB), ClassMissing),
        (KEY, Release(MAR, None, decided_on=FEB), ReasonMissing),
        (KEY, Edit({"planned_on": MAR}), UseButton),
        (
            (),
            Create({"partner_id": 5, "company_id": 1, "planned": "release"}),
            UseButton,
        ),
    ],
)
def test_plans_refused(given, command, refusal):
    with pytest.raises(refusal):
        when(given, command)


def test_an_unknown_command_is_our_mistake():
    with pytest.raises((TypeError, AttributeError)):
        accounts.decide(fold(accounts, KEY), object())


days = st.dates(JAN, date(2026, 4, 30)) | st.dates()
reasons = st.none() | st.just(WHY) | st.just(WHY) | st.just(WHY)
classes = st.none() | st.sampled_from("ABCDE")
owners = st.one_of(
    st.just((owner("x", 7),)),
    st.just((owner("x", 7, share=60), owner("y", 8, share=40, role="co"))),
    st.lists(
        st.builds(
            Owner,
            key=st.uuids().map(str),
            user_id=st.none() | st.integers(1, 3),
            role=st.sampled_from(["lead", "co", None]),
            share=st.none() | st.decimals() | st.sampled_from([D(50), D(100)]),
            date_from=st.none() | days,
            date_to=st.none() | days,
        ),
        max_size=3,
    ).map(tuple),
)
VALUES = {
    "partner_id": st.none() | st.integers(1, 3),
    "company_id": st.none() | st.integers(1, 2),
    "status": st.sampled_from([None, "prospect", "key", "suspended", "former"]),
    "account_class": classes,
    "segment_id": st.none() | st.integers(1, 2),
    "needs": reasons,
    "openings": reasons,
    "team_id": st.none() | st.integers(1, 2),
    "head_id": st.none() | st.integers(1, 2),
    "owner_ids": owners,
    "key_since": st.none() | days,
    "active": st.booleans(),
    "planned": st.sampled_from([None, "release", "party"]),
    "planned_on": st.none() | days,
    "planned_class": classes,
    "planned_reason": reasons,
}


class AnyCommand(RuleBasedStateMachine):
    """Any command on any account that can come to be: events or a refusal."""

    @initialize(owners=owners)
    def open(self, owners):
        self.events = [OPENED]
        self.state = fold(accounts, self.events)
        self.do(Create({"partner_id": 5, "company_id": 1, "owner_ids": owners}), None)

    def do(self, command, state):
        try:
            events = accounts.decide(state, command)
        except DomainError:
            return
        if isinstance(command, Create):
            self.events = []
        for event in events:
            state = accounts.evolve(state, event)
            self.events.append(event)
        if state is None:  # removed or merged: begin again
            self.events = [OPENED]
            state = fold(accounts, self.events)
        self.state = state

    @rule(values=st.fixed_dictionaries({}, optional=VALUES))
    def create(self, values):
        self.do(Create(values), None)

    @rule(values=st.fixed_dictionaries({}, optional=VALUES))
    def edit(self, values):
        changes = {k: v for k, v in values.items() if v != getattr(self.state, k)}
        self.do(Edit(changes), self.state)

    @rule(account_class=classes, day=days, reason=reasons, owners=owners)
    def designate(self, account_class, day, reason, owners):
        self.do(Designate(account_class, day, reason, owners), self.state)

    @rule(account_class=classes, day=days, reason=reasons)
    def change_class(self, account_class, day, reason):
        self.do(ChangeClass(account_class, day, reason), self.state)

    @rule(day=days, reason=reasons, owners=owners)
    def hand_over(self, day, reason, owners):
        self.do(HandOver(owners, day, reason), self.state)

    @rule(
        command=st.sampled_from([Suspend, Resume, Release]),
        day=days,
        reason=reasons,
        today=st.none() | days,
    )
    def turn(self, command, day, reason, today):
        self.do(command(day, reason, today), self.state)

    @rule(account_class=classes, day=days, reason=reasons, owners=owners, today=days)
    def plan(self, account_class, day, reason, owners, today):
        self.do(Designate(account_class, day, reason, owners, today), self.state)
        self.do(ChangeClass(account_class, day, reason, today), self.state)

    @rule(command=st.builds(TakeEffect, days) | st.builds(CancelPlan, reasons))
    def end_plan(self, command):
        self.do(command, self.state)

    @rule(field=st.sampled_from(list(VALUES)), ids=st.frozensets(st.integers(1, 3)))
    def relink(self, field, ids):
        self.do(Relink(field, tuple(ids), 3), self.state)

    @rule(command=st.sampled_from([Remove(), Absorb("k"), MergeInto("k")]))
    def end(self, command):
        self.do(command, self.state)

    @invariant()
    def the_log_says_it_all(self):
        assert fold(accounts, self.events) == self.state

    @invariant()
    def shares_add_up_on_every_day(self):
        turning = {one.date_from for one in self.state.owner_ids}
        turning |= {one.date_to for one in self.state.owner_ids if one.date_to}
        for day in turning:
            present = owners_on(self.state.owner_ids, day)
            assert sum(one.share for one in present) == 100
            assert sum(one.role == "lead" for one in present) == 1

    @invariant()
    def a_plan_has_a_day(self):
        state = self.state
        assert bool(state.planned) == (state.planned_on is not None)
        assert state.planned or not state.planned_class

    @invariant()
    def a_key_account_has_a_class_and_a_beginning(self):
        if self.state.status in ("key", "suspended"):
            assert self.state.account_class
            assert self.state.key_since


TestAnyCommand = AnyCommand.TestCase
TestAnyCommand.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None
)
