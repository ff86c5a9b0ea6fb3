"""One visit and one week: given events, when a command, then events or a refusal."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core.record import (
    Changed,
    Create,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Remove,
    Removed,
    Text,
    UseButton,
    fold,
)
from kam_core.visits import account_cadence, intervals, kinds, refusals
from kam_core.visits import visit as core
from kam_core.visits import week as weeks

UTC = timezone.utc
MONDAY = date(2026, 3, 2)
START = datetime(2026, 3, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = START + timedelta(days=1)
WHY = Text("Customer is ill")


def planned(**more):
    return core.Visit(
        account_id=1,
        company_id=1,
        user_id=7,
        kind_id=1,
        planned_start=START,
        planned_stop=START + HOUR,
        **more,
    )


def values(**more):
    visit = planned()
    return {one.name: getattr(visit, one.name) for one in fields(visit)} | more


def then(visit, command):
    """Return (events, the visit after them)."""
    events = core.decide(visit, command)
    for event in events:
        visit = core.evolve(visit, event)
    return events, visit


def refuses(error, visit, command):
    with pytest.raises(error) as refusal:
        core.decide(visit, command)
    assert str(refusal.value)
    return refusal.value


# --------------------------------------------------------------------------- planning
def test_planned():
    [event], visit = then(None, Create(values()))
    assert visit == planned()
    assert event.values["state"] == "planned"


@pytest.mark.parametrize("field", ["account_id", "company_id", "user_id", "kind_id"])
def test_planned_needs(field):
    refuses(FieldMissing, None, Create(values(**{field: None})))


@pytest.mark.parametrize("field", sorted(set(core.BUTTONS) - {"plan_status"}))
def test_nothing_is_given_that_only_happens(field):
    refuses(UseButton, None, Create(values(**{field: "done"})))


def test_times():
    for stop in (None, START, START - HOUR):
        refuses(refusals.TimesWrong, None, Create(values(planned_stop=stop)))
    long = START + timedelta(days=14, seconds=1)
    refuses(refusals.TooLong, None, Create(values(planned_stop=long)))


def test_off_plan_says_why():
    late = {"plan_status": core.OFF_PLAN}
    refuses(refusals.OffPlanKindMissing, None, Create(values(**late)))
    other = {**late, "off_plan_kind": "other"}
    refuses(refusals.OffPlanReasonMissing, None, Create(values(**other)))
    core.decide(None, Create(values(**late, off_plan_kind="debt")))
    core.decide(None, Create(values(**other, off_plan_reason=WHY)))


# ---------------------------------------------------------------------------- moving
def replan(changes, status=core.DRAFT, source=None):
    return core.Replan(changes, status, source)


def test_a_draft_is_moved_freely_and_keeps_its_length():
    [event], visit = then(planned(), replan({"planned_start": LATER}))
    assert event == core.Rescheduled(
        LATER, LATER + HOUR, core.DRAFT, replan=False, reason=None, source=None
    )
    assert (visit.planned_stop, visit.replans) == (LATER + HOUR, None)


def test_a_committed_visit_is_moved_with_a_reason_and_counted():
    visit = planned(plan_status=core.COMMITTED)
    refuses(refusals.ReasonNeeded, visit, replan({"planned_start": LATER}))
    refuses(refusals.ReasonNeeded, visit, replan({"user_id": 8}))
    changes = {"planned_start": LATER, "change_reason": WHY}
    [event], visit = then(visit, replan(changes, core.COMMITTED))
    assert (event.replan, event.reason) == (True, WHY)
    assert (visit.replans, visit.change_reason) == (1, WHY)
    _events, visit = then(
        visit, replan({"user_id": 8, "change_reason": WHY}, core.OFF_PLAN)
    )
    assert (visit.user_id, visit.replans, visit.plan_status) == (8, 2, core.OFF_PLAN)


def test_moved_in_the_calendar_nobody_can_say_why():
    visit = planned(plan_status=core.COMMITTED)
    [event], visit = then(
        visit, replan({"planned_start": LATER}, core.COMMITTED, "calendar")
    )
    assert (event.replan, event.reason, event.source) == (True, None, "calendar")
    assert visit.replans == 1


def test_a_longer_visit_is_no_replan():
    visit = planned(plan_status=core.COMMITTED)
    stop = START + 2 * HOUR
    [event], visit = then(visit, replan({"planned_stop": stop}, core.COMMITTED))
    assert (event.replan, visit.planned_stop, visit.replans) == (False, stop, None)


def test_an_edit_of_a_plan_without_its_week_is_refused():
    for changes in ({"planned_start": LATER}, {"user_id": 8}):
        refuses(UseButton, planned(), Edit(changes))


@pytest.mark.parametrize("field", sorted(core.BUTTONS))
def test_what_happened_is_not_edited(field):
    refuses(UseButton, planned(), Edit({field: "done"}))
    moving = {"planned_start": LATER, field: "done"}
    refuses(UseButton, planned(), replan(moving))


def test_whose_it_is_stays():
    refuses(FixedField, planned(), Edit({"account_id": 2}))


def test_what_is_over_is_not_moved():
    for state in (*core.CLOSED, core.UNDERWAY):
        visit = planned(state=state)
        refuses(refusals.VisitClosed, visit, replan({"planned_start": LATER}))
    refuses(refusals.VisitClosed, planned(state="done"), Edit({"place": WHY}))


def test_other_fields_are_edited():
    [event], _visit = then(planned(), Edit({"subject": WHY}))
    assert event == Changed({"subject": WHY})
    [event], _visit = then(planned(state="done"), Edit({"result": WHY}))
    assert event == core.ResultCorrected({"result": WHY})


# ----------------------------------------------------------------------------- doing
def test_started_and_completed():
    _events, visit = then(planned(), core.Start(START))
    assert (visit.state, visit.started_at) == ("underway", START)
    done = core.Complete(START + HOUR, {"outcome": "order"}, asked=("outcome",))
    [event], visit = then(visit, done)
    assert event == core.Completed(START + HOUR, START, {"outcome": "order"})
    assert (visit.state, visit.finished_at) == ("done", START + HOUR)
    refuses(refusals.WrongState, visit, done)


def test_the_kind_asks():
    command = core.Complete(LATER, {}, asked=("topic", "participants"))
    error = refuses(FieldMissing, planned(), command)
    assert error.params == {"field": "topic"}


def test_a_missed_visit_that_took_place_is_told_later():
    visit = planned(state="missed")
    told = core.Complete(LATER, {}, started_at=START, finished_at=START + HOUR)
    [event], visit = then(visit, told)
    assert (event.at, visit.state) == (START + HOUR, "done")


def test_times_that_cannot_be():
    for started, finished in ((LATER, START), (None, LATER + HOUR)):
        command = core.Complete(LATER, {}, started_at=started, finished_at=finished)
        refuses(refusals.FinishedBeforeBegun, planned(), command)


def test_no_answer_is_tried_again():
    again = core.NoAnswer(START, LATER, is_call=True)
    _events, visit = then(planned(plan_status=core.COMMITTED), again)
    assert (visit.planned_start, visit.planned_stop) == (LATER, LATER + HOUR)
    assert (visit.attempts, visit.replans, visit.state) == (1, None, "planned")
    refuses(refusals.NotACall, planned(), replace(again, is_call=False))
    refuses(refusals.AlwaysOnFuture, planned(), replace(again, at=LATER))


def test_cancelled_and_reopened_with_a_reason():
    refuses(refusals.CancelReasonMissing, planned(), core.Cancel(START, "us", None))
    _events, visit = then(planned(), core.Cancel(START, "customer", WHY))
    assert (visit.state, visit.closed_kind) == ("cancelled", "customer")
    refuses(refusals.CancelReasonMissing, visit, core.Reopen(START, None))
    _events, visit = then(visit, core.Reopen(START, WHY))
    assert (visit.state, visit.closed_kind) == ("planned", None)


def test_missed_and_excused():
    assert then(planned(), core.Miss(LATER))[1].state == "missed"
    visit = then(planned(), core.Excuse(LATER))[1]
    assert (visit.state, visit.closed_kind) == ("cancelled", core.ABSENCE)
    refuses(refusals.WrongState, planned(state="done"), core.Miss(LATER))


def test_only_a_draft_is_deleted():
    assert core.decide(planned(), Remove()) == (Removed(),)
    for visit in (planned(state="done"), planned(plan_status=core.COMMITTED)):
        refuses(refusals.CommittedStays, visit, Remove())


# ------------------------------------------------------------------------------ weeks
NOW = datetime(2026, 2, 27, 15, tzinfo=UTC)
LINE = weeks.CommittedVisit("a", 1, 1, START, START + HOUR, 1)


def week(**more):
    return weeks.Week(user_id=7, company_id=1, monday=MONDAY, **more)


def test_a_week_is_committed_once():
    command = weeks.CommitWeek(NOW, NOW.date(), (LINE,))
    [event] = weeks.decide(week(), command)
    after = weeks.evolve(week(), event)
    assert (after.state, after.visit_ids, after.committed_at) == (
        "committed",
        (LINE,),
        NOW,
    )
    with pytest.raises(weeks.AlreadyCommitted):
        weeks.decide(after, command)


def test_not_when_it_is_over_or_empty():
    sunday = MONDAY + timedelta(days=6)
    weeks.decide(week(), weeks.CommitWeek(NOW, sunday, (LINE,)))
    over = weeks.CommitWeek(NOW, sunday + timedelta(days=1), (LINE,))
    with pytest.raises(weeks.WeekOver):
        weeks.decide(week(), over)
    with pytest.raises(weeks.NothingToCommit):
        weeks.decide(week(), weeks.CommitWeek(NOW, NOW.date(), ()))


def test_taken_back_only_before_it_begins():
    committed = week(state="committed", committed_at=NOW, visit_ids=(LINE,))
    with pytest.raises(weeks.WeekBegun):
        weeks.decide(committed, weeks.Withdraw(NOW, MONDAY, WHY))
    with pytest.raises(weeks.WithdrawReasonMissing):
        weeks.decide(committed, weeks.Withdraw(NOW, NOW.date(), None))
    [event] = weeks.decide(committed, weeks.Withdraw(NOW, NOW.date(), WHY))
    assert weeks.evolve(committed, event) == week()


def test_a_week_is_named_by_its_monday_and_never_edited():
    blank = {one.name: getattr(week(), one.name) for one in fields(weeks.Week)}
    with pytest.raises(weeks.NoMonday):
        weeks.decide(None, Create({**blank, "monday": date(2026, 3, 3)}))
    with pytest.raises(UseButton):
        weeks.decide(None, Create({**blank, "state": "committed"}))
    with pytest.raises(UseButton):
        weeks.decide(None, Create({**blank, "visit_ids": (LINE,)}))
    for field in blank:
        with pytest.raises(UseButton):
            weeks.decide(week(), Edit({field: None}))
    with pytest.raises(weeks.WeekStays):
        weeks.decide(week(), Remove())


# --------------------------------------------------------------------------- settings
def test_kinds_ask_three_things_at_most():
    for code, name, given in kinds.FIRST:
        kind = kinds.Kind(name=Text(name), code=Text(code))
        kind = replace(kind, **{k: v for k, v in given.items() if k != "minutes"})
        kinds.check(kind)
    with pytest.raises(kinds.TooMuchAsked):
        kinds.check(replace(kind, **dict.fromkeys(kinds.ASKS, True)))
    with pytest.raises(kinds.KindNameMissing):
        kinds.check(kinds.Kind(name=Text("  ")))
    with pytest.raises(kinds.DurationWrong):
        kinds.check(kinds.Kind(name=Text("A"), duration_minutes=0))


def test_settings_that_say_nothing_are_refused():
    good = intervals.Interval(1, "A", 14)
    intervals.check(good)
    for wrong in ({"account_class": "F"}, {"interval_days": 0}, {"weight": None}):
        with pytest.raises(DomainError):
            intervals.check(replace(good, **wrong))
    habits = account_cadence.AccountCadence(1, 1)
    account_cadence.check(habits)
    for wrong in (
        dict.fromkeys(account_cadence.WEEKDAYS, False),
        {"hour_from": 10, "hour_to": 10},
        {"hour_to": 25},
        {"interval_days": 731},
        {"duration_minutes": -5},
    ):
        with pytest.raises(DomainError):
            account_cadence.check(replace(habits, **wrong))


# --------------------------------------------------------------------------- stateful
class Life(RuleBasedStateMachine):
    """Whatever is done to a visit, in any order: the log gives the same visit."""

    @initialize()
    def plan(self):
        self.events = list(core.decide(None, Create(values())))
        self.visit = fold(core, self.events)
        self.now = START

    def do(self, command):
        try:
            events = core.decide(self.visit, command)
        except DomainError:
            return
        self.events += events
        for event in events:
            self.visit = core.evolve(self.visit, event)

    @rule(hours=st.integers(1, 300), why=st.sampled_from((None, WHY)))
    def move(self, hours, why):
        changes = {"planned_start": START + hours * HOUR}
        before = self.visit
        self.do(
            replan(
                changes | ({"change_reason": why} if why else {}), before.plan_status
            )
        )
        if before.plan_status != core.DRAFT and not why:
            assert self.visit.planned_start == before.planned_start

    @rule(monday=st.just(MONDAY))
    def commit(self, monday):
        self.do(core.Commit(monday))

    @rule()
    def withdraw(self):
        self.do(core.Withdraw(MONDAY))

    @rule(
        command=st.sampled_from(
            (
                core.Start(START),
                core.Complete(LATER, {"outcome": "order"}),
                core.Cancel(LATER, "us", WHY),
                core.Reopen(LATER, WHY),
                core.Miss(LATER),
                core.Excuse(LATER),
                core.NoAnswer(START, LATER, is_call=True),
                Edit({"subject": WHY}),
                Edit({"state": "done"}),
            )
        )
    )
    def act(self, command):
        self.do(command)

    @invariant()
    def the_log_says_the_same(self):
        if hasattr(self, "visit"):
            assert fold(core, self.events) == self.visit
            moved = [one for one in self.events if getattr(one, "replan", False)]
            assert (self.visit.replans or 0) == len(moved)
            done = self.visit.state == "done"
            assert done == (self.visit.finished_at is not None)


TestLife = Life.TestCase
