"""Approvals: given events, when a command, then events or a refusal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core import approval_rules, approvals, measures
from kam_core.approval_rules import Rule, fitting
from kam_core.approvals import (
    Approval,
    Approve,
    Approved,
    ApprovedLess,
    Closed,
    Decider,
    Expire,
    NotCovered,
    Outgrow,
    OwnRequest,
    RanOut,
    ReasonMissing,
    Redirect,
    Refuse,
    Refused,
    Stays,
    TooLong,
    TooMuch,
    Use,
    Used,
    Withdraw,
)
from kam_core.record import (
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
    Remove,
    Text,
    UseButton,
    fold,
    initial,
)

TODAY = date(2026, 3, 10)
ANNA, HELEN, BEN, DIANA = 1, 2, 3, 4
ASKED = {"amount": "120.00", "currency": "EUR", "percent": "15"}
LESS = {"amount": "80.00", "currency": "EUR", "percent": "10"}
VALUES = {
    "company_id": 1,
    "kind": "discount",
    "res_model": "sale.order",
    "res_id": 7,
    "measure": measures.encode(ASKED),
    "reason": Text("A tender."),
    "requester_id": ANNA,
    "approver_id": HELEN,
    "valid_until": TODAY + timedelta(days=10),
}
MADE = Created(initial(Approval, VALUES))
BY = Decider(HELEN)
GRANTED = Approved(HELEN, VALUES["measure"], VALUES["valid_until"], TODAY, None)


def when(given_, command):
    return approvals.decide(fold(approvals, given_), command)


def use(measure, day=TODAY, code="discount"):
    return Use("sale.order", 7, day, code, measures.encode(measure))


def test_asked_approved_used():
    assert when([], Create(VALUES)) == (MADE,)
    assert when([MADE], Approve(BY, TODAY)) == (GRANTED,)
    used = Used("sale.order", 7, TODAY)
    assert when([MADE, GRANTED], use(ASKED)) == (used,)
    with pytest.raises(Closed):  # used once
        when([MADE, GRANTED, used], use(ASKED))


def test_less_is_granted_and_more_is_not():
    [event] = when([MADE], Approve(BY, TODAY, measures.encode(LESS)))
    assert event == ApprovedLess(
        HELEN, measures.encode(LESS), VALUES["valid_until"], TODAY, None
    )
    with pytest.raises(NotCovered):
        when([MADE, event], use(ASKED))
    assert when([MADE, event], use(LESS))
    for more in ({**ASKED, "amount": "120.01"}, ASKED, {**LESS, "currency": "USD"}):
        with pytest.raises(TooMuch):
            when([MADE], Approve(BY, TODAY, measures.encode(more)))


@pytest.mark.parametrize(
    "by",
    [
        Decider(ANNA),
        Decider(ANNA, True, (HELEN,)),  # as substitute of the approver
        Decider(BEN, True, (HELEN, ANNA)),  # stands in for both
    ],
)
def test_nobody_decides_on_their_own_request(by):
    for command in (Approve(by, TODAY), Refuse(by, TODAY, Text("No."))):
        with pytest.raises(OwnRequest):
            when([MADE], command)


def test_whoever_it_was_asked_for_does_not_decide_either():
    made = Created({**MADE.values, "requester_id": BEN, "behalf_id": ANNA})
    for user_id in (ANNA, BEN):
        with pytest.raises(OwnRequest):
            when([made], Approve(Decider(user_id), TODAY))
    assert when([made], Approve(BY, TODAY))


def test_a_head_who_stands_in_for_the_requester_decides_in_their_own_right():
    assert when([MADE], Approve(Decider(HELEN, False, (ANNA,)), TODAY))
    assert when([MADE], Approve(Decider(BEN, True, (HELEN,)), TODAY))


def test_refused_with_a_reason():
    with pytest.raises(ReasonMissing):
        when([MADE], Refuse(BY, TODAY, None))
    refused = Refused(HELEN, TODAY, Text("No margin left."))
    assert when([MADE], Refuse(BY, TODAY, Text("No margin left."))) == (refused,)
    with pytest.raises(Closed):
        when([MADE, refused], Approve(BY, TODAY))


def test_days():
    late = TODAY + timedelta(days=11)
    with pytest.raises(RanOut):
        when([MADE], Approve(BY, late))
    with pytest.raises(RanOut):
        when([MADE, GRANTED], use(ASKED, late))
    assert when([MADE, GRANTED], use(ASKED, VALUES["valid_until"]))  # included
    for until in (late, TODAY - timedelta(days=1)):
        with pytest.raises(TooLong):
            when([MADE], Approve(BY, TODAY, until=until))
    [event] = when([MADE], Approve(BY, TODAY, until=TODAY))
    assert event.granted_until == TODAY


@pytest.mark.parametrize("field", approvals.NEEDED)
def test_what_a_request_needs(field):
    with pytest.raises(FieldMissing):
        when([], Create({**VALUES, field: None}))


def test_refused_at_once():
    for field, value in (("granted", "{}"), ("decided_by_id", 2), ("state", "used")):
        with pytest.raises(UseButton):
            when([], Create({**VALUES, field: value}))
    with pytest.raises(ReasonMissing):
        when([], Create({**VALUES, "reason": None}))
    with pytest.raises(measures.MeasureWrong):
        when([], Create({**VALUES, "measure": None}))
    with pytest.raises(OwnRequest):
        when([], Create({**VALUES, "approver_id": ANNA}))
    with pytest.raises(UseButton):
        when([MADE], Edit({"amount": Decimal(1)}))
    with pytest.raises(Stays):
        when([MADE], Remove())


@pytest.mark.parametrize(
    "command", [Withdraw(TODAY), Expire(TODAY), Outgrow(TODAY)], ids=repr
)
def test_what_ends_it_ends_it_for_good(command):
    for past in ([MADE], [MADE, GRANTED]):
        [ended] = when(past, command)
        with pytest.raises(Closed):
            when([*past, ended], use(ASKED))
        with pytest.raises(Closed):
            when([*past, ended], Approve(BY, TODAY))


def test_another_approver():
    [event] = when([MADE], Redirect(DIANA, TODAY))
    assert fold(approvals, [MADE, event]).approver_id == DIANA
    with pytest.raises(OwnRequest):
        when([MADE], Redirect(ANNA, TODAY))


# -------------------------------------------------------------------- measures
limits = st.decimals(0, 1000, places=2).map(str)
leaves = limits | st.sampled_from(["EUR", "#7", "#31"])
figures = st.dictionaries(st.sampled_from("abcd"), leaves, min_size=1)


def around(inner):
    """Measures that hold such ones."""
    keys = st.sampled_from(["lines", "x"])
    return st.dictionaries(keys, inner | leaves, min_size=1)


# as deep as a measure may be: four objects, one in the other
measures_ = figures
for _level in range(measures.DEPTH - 1):
    measures_ = figures | around(measures_)


@given(figures)
def test_a_measure_is_not_too_deep(measure):
    for _level in range(measures.DEPTH - 1):
        measure = {"lines": measure}
    assert measures.encode(measure)
    with pytest.raises(measures.MeasureWrong):
        measures.encode({"lines": measure})


@given(measures_)
def test_a_measure_covers_itself_and_its_text_is_stable(measure):
    assert measures.covers(measure, measure)
    text = measures.encode(measure)
    assert measures.encode(measures.decode(text)) == text


@given(measures_, measures_, measures_)
def test_covering_is_transitive(one, two, three):
    if measures.covers(one, two) and measures.covers(two, three):
        assert measures.covers(one, three)


@given(measures_, st.decimals(0, 1000, places=2))
def test_what_is_cut_down_is_covered(measure, most):
    assert measures.covers(measure, measures.capped(measure, a=most, b=most))


def test_covers():
    granted = {"lines": {"#1": {"percent": "10"}}, "amount": "50"}
    assert measures.covers(granted, {"lines": {"#1": {"percent": "9.99"}}})
    assert not measures.covers(granted, {"lines": {"#2": {"percent": "1"}}})
    assert not measures.covers(granted, {"amount": "50.01"})
    assert not measures.covers({"column": "#12"}, {"column": "#9"})
    assert not measures.covers({"x": "1"}, {"x": {"y": "1"}})
    assert not measures.covers({"line_id": "12"}, {"line_id": "9"})
    assert measures.covers_finding({"over": {"amount": "5"}}, "over", {"amount": "4"})
    assert not measures.covers_finding({"over": {"amount": "5"}}, "late", {"days": "4"})
    assert not measures.covers_finding({"amount": "5"}, "blocked", {})
    assert measures.figure(granted, "percent") == 10
    assert measures.figure(granted, "days") is None


@pytest.mark.parametrize("name", ["amount", "percent"])
def test_less_than_nothing_is_not_granted(name):
    less = measures.encode({**LESS, name: "-0.01"})
    with pytest.raises(approvals.BelowZero):
        when([MADE], Approve(BY, TODAY, less))
    nested = measures.encode({"over": {**ASKED}})
    asked = Created({**MADE.values, "measure": nested})
    with pytest.raises(approvals.BelowZero):
        when([asked], Approve(BY, TODAY, measures.encode({"over": {name: "-1"}})))


def test_each_amount_in_its_own_currency():
    measure = {
        "cheap": {"currency": "VND", "amount": "1", "lines": {"#3": {"amount": "2"}}},
        "over_limit": {"currency": "EUR", "amount": "5000.00"},
        "amount": "7",
    }
    assert sorted(measures.amounts(measure), key=str) == [
        (Decimal(1), "VND"),
        (Decimal(2), "VND"),
        (Decimal("5000.00"), "EUR"),
        (Decimal(7), None),
    ]
    assert list(measures.amounts({"amount": "much", "currency": "EUR"})) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        None,
        [],
        "x",
        {"a": None},
        {"a": True},
        {"a": float("nan")},
        {"a": float("inf")},
        {1: "2"},
        {"a": [1]},
        {"a": "nul\0"},
        {"a": {"a": {"a": {"a": {"a": "too deep"}}}}},
        {"a": "x" * measures.SIZE},
    ],
    ids=repr,
)
def test_wrong_measures(wrong):
    with pytest.raises(measures.MeasureWrong):
        measures.encode(wrong)


# ---------------------------------------------------------------------- matrix
ROW = Rule(1, "discount", None, None, None, "head", None, date(2026, 1, 1))


def test_the_nearest_row_decides():
    small = replace(ROW, amount_to=Decimal(500), percent_to=Decimal(10))
    wide = replace(ROW, role="director")
    mine = replace(ROW, account_class="A", amount_to=Decimal(900), role="director")
    gone = replace(ROW, amount_to=Decimal(9), date_to=date(2026, 2, 1))
    rows = [("wide", wide), ("small", small), ("A", mine), ("gone", gone)]

    def asked(klass, amount, percent, day=TODAY):
        found = fitting(rows, "discount", klass, amount, percent, day)
        return [key for key, _rule in found]

    assert asked("B", 500, 10) == ["small", "wide"]
    assert asked("B", Decimal("500.01"), 10) == ["wide"]
    assert asked("B", 1, Decimal("10.01")) == ["wide"]
    assert asked("A", 400, 5) == ["A", "small", "wide"]
    assert asked(None, 5, 5, date(2026, 2, 1)) == ["gone", "small", "wide"]
    assert asked("B", 5, 5, date(2025, 12, 31)) == []
    assert fitting(rows, "credit", "A", 1, 1, TODAY) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", None),
        ("role", "anybody"),
        ("account_class", "Z"),
        ("company_id", None),
        ("amount_to", Decimal(-1)),
        ("date_from", None),
        ("date_to", date(2025, 1, 1)),
        ("role", "user"),
    ],
)
def test_rows_that_say_nothing(field, value):
    values = {name: getattr(ROW, name) for name in ROW.__slots__}
    with pytest.raises(DomainError):
        approval_rules.decide(None, Create({**values, field: value}))
    with pytest.raises(DomainError):
        approval_rules.decide(ROW, Edit({field: value}))


# -------------------------------------------------------------------- stateful
ENDS = (Refused, Used, approvals.Withdrawn, approvals.Expired, approvals.Voided)


class Life(RuleBasedStateMachine):
    """Whatever is tried: nobody decides alone, and nothing is used twice."""

    @initialize()
    def ask(self):
        self.log = list(approvals.decide(None, Create(VALUES)))
        self.used = 0

    def do(self, command):
        try:
            events = when(self.log, command)
        except DomainError:
            return ()
        self.log += events
        return events

    @rule(
        user=st.sampled_from([ANNA, HELEN, BEN]),
        substitute=st.booleans(),
        stands=st.lists(st.sampled_from([ANNA, HELEN]), max_size=2).map(tuple),
        less=st.sampled_from([None, measures.encode(LESS)]),
        days=st.integers(-2, 15),
        until=st.sampled_from([None, 0, 4, 10, 11]),
    )
    def approve(self, user, substitute, stands, less, days, until):
        by, on = Decider(user, substitute, stands), TODAY + timedelta(days=days)
        last = None if until is None else TODAY + timedelta(days=until)
        if self.do(Approve(by, on, less, last)):
            assert on <= VALUES["valid_until"]
            assert not (substitute and ANNA in stands)

    @rule(user=st.sampled_from([ANNA, HELEN]), answer=st.sampled_from([None, "No."]))
    def refuse(self, user, answer):
        if self.do(Refuse(Decider(user), TODAY, answer and Text(answer))):
            assert answer
            assert user != ANNA

    @rule(measure=st.sampled_from([ASKED, LESS]), days=st.integers(0, 15))
    def use(self, measure, days):
        state = fold(approvals, self.log)
        if self.do(use(measure, TODAY + timedelta(days=days))):
            self.used += 1
            assert measures.covers(measures.decode(state.granted), measure)
            assert TODAY + timedelta(days=days) <= state.granted_until
            assert state.granted_until <= VALUES["valid_until"]

    @rule(
        command=st.sampled_from(
            [Withdraw(TODAY), Expire(TODAY), Outgrow(TODAY), Redirect(DIANA, TODAY)]
        )
    )
    def other(self, command):
        self.do(command)

    @invariant()
    def holds(self):
        state = fold(approvals, self.log)
        assert self.used <= 1
        assert state.decided_by_id != ANNA
        judged = [
            one
            for one in self.log
            if isinstance(one, (Approved, ApprovedLess, Refused))
        ]
        assert len(judged) <= 1  # decided once
        ended = [one for one in self.log if isinstance(one, ENDS)]
        assert len(ended) <= 1
        assert not ended or self.log[-1] is ended[0]  # what ended it is the last word
        if state.state in ("approved", "used"):
            asked = measures.decode(state.measure)
            assert measures.covers(asked, measures.decode(state.granted))


TestLife = Life.TestCase
