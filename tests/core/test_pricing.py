"""Columns, policies, grants, eligibility and what an order gives away."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core import measures
from kam_core.pricing import columns, eligibility, grants, policies
from kam_core.pricing.columns import Column, ColumnClosed, PricelistChosen
from kam_core.pricing.discounts import (
    Line,
    giveaway,
    percent_off,
    real_discount,
)
from kam_core.pricing.eligibility import Facts, basis, checks, entitled, passes_minimum
from kam_core.pricing.grants import (
    Announce,
    CallOff,
    Demote,
    Demoted,
    End,
    Grant,
    GrantEnded,
    holds,
)
from kam_core.pricing.policies import (
    Allowance,
    Condition,
    Policy,
    Publish,
    Published,
    allowance_of,
    in_force,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Remove,
    Text,
    UseButton,
    fold,
    initial,
)

TODAY = date(2026, 3, 10)
D = Decimal


# --------------------------------------------------------------------- formulas
def test_the_threshold_is_tested_at_the_base_price():
    """FORMULAS: 110 retail, 100 wholesale, threshold 10 500, 100 pieces."""
    assert basis([100], [D(110)]) == 11000
    assert passes_minimum([100], [D(110)], D(10500))
    # tested at the column it would get, the order would end below its own threshold
    assert not passes_minimum([100], [D(100)], D(10500))


def test_real_discount():
    """Product lines with discount and reward lines, against the base column."""
    lines = [
        Line("#1", D(10), D(900), D(100), D(95)),
        Line("#2", D(2), D(200), D(100), D(100)),
        Line(None, D(1), D(-50)),  # a discount line
        Line(None, D(1), D(-30)),  # a reward
    ]
    assert real_discount(lines) == 1 - D(1020) / D(1200)
    assert real_discount([]) is None
    assert real_discount([Line("#1", D(1), D(5))]) is None


def test_what_is_given_away_below_the_column():
    lines = [
        Line("#1", D(10), D(855), D(100), D(95)),  # 10 % below 950
        Line("#2", D(2), D(240), D(100), D(100)),  # above: pays for nobody
        Line(None, D(1), D(-23)),
    ]
    given_ = giveaway(lines, D(5))
    assert given_.amount == 95 + 23
    assert given_.percent == D(118) / D(1150) * 100
    assert given_.lines == {"#1": (D(10), D(10))}
    assert given_.measure("EUR") == {
        "currency": "EUR",
        "amount": "118.00",
        "percent": "10.26",
        "lines": {"#1": {"percent": "10.00", "quantity": "10"}},
    }
    assert giveaway(lines, D(11)) is None
    assert giveaway([Line("#1", D(1), D(0), D(5), D(5))]).percent == 100  # free goods


def test_goods_taken_back_above_their_column_are_given_away():
    """Ten sold at 100, and one taken back at 150: 50 were given away."""
    sold = Line("#1/1", D(10), D(1000), D(110), D(100))
    back = Line("#1/1", D(-1), D(-150), D(110), D(100))
    found = giveaway([sold, back])
    assert found.amount == 50
    assert found.lines == {"#1/1": (D(50), D(1))}
    assert giveaway([sold, replace(back, net=D(-100))]) is None
    assert giveaway([sold, replace(back, net=D(-90))]) is None
    assert percent_off(D(-150), D(-100)) == 50


def test_rounding_of_prices_is_no_discount():
    third = Line("#1", D(3), D("66.67") * 3, D("66.6733"), D("66.6733"))
    assert giveaway([third]) is None


amounts = st.decimals(0, 10_000, places=2)
lines_ = st.lists(
    st.builds(
        lambda subject, quantity, column, off: Line(
            subject,
            quantity,
            quantity * column * (100 - off) / 100,
            column,
            column,
        ),
        st.sampled_from(["#1", "#2", "#3"]),
        st.decimals(1, 100, places=0),
        st.decimals("0.01", 1000, places=2),
        st.decimals(0, 100, places=2),
    ),
    max_size=6,
)


@given(lines_, st.decimals(0, 100, places=2))
def test_within_what_is_free_nothing_is_found(lines, free):
    offs = [percent_off(one.net, one.column_value) for one in lines]
    found = giveaway(lines, free)
    if all(off <= free for off in offs):
        assert found is None
    elif any(off > free + D("0.02") for off in offs):
        assert found
        assert found.lines


@given(lines_, st.integers(0, 5), amounts)
def test_giving_more_is_never_covered_by_less(lines, place, more):
    """An approval of an order covers no order that gives away more."""
    found = giveaway(lines)
    if not found or place >= len(lines) or more < 1:
        return
    worse = list(lines)
    worse[place] = replace(lines[place], net=lines[place].net - more)
    measure, after = found.measure("EUR"), giveaway(worse).measure("EUR")
    assert measures.covers(measure, measure)
    assert not measures.covers(measure, after)


# ------------------------------------------------------------------ eligibility
RETAIL = Condition("r", 1)
WHOLESALE = Condition("w", 2, D(10_000), 2, D(80), "any", 30)
DISTRIBUTOR = Condition("d", 3, D(50_000), 4, D(90), "prepaid", None)
RANKED = [(1, RETAIL), (2, WHOLESALE), (3, DISTRIBUTOR)]


def test_what_is_missing_in_figures():
    facts = Facts(D(8_200), 2, D(75), 45)
    found = {one.name: one for one in checks(WHOLESALE, facts)}
    assert (found["turnover"].met, found["turnover"].missing) == (False, 1800)
    assert found["breadth"].met
    assert found["on_time_percent"].missing == 5
    assert found["term_days_to"].missing == 15
    assert entitled(RANKED, facts) == RETAIL
    assert entitled(RANKED, Facts(D(10_000), 2, None, 30)) == WHOLESALE
    assert entitled(RANKED, Facts(D(60_000), 5, D(95), 0)) == DISTRIBUTOR
    assert entitled(RANKED, Facts(D(60_000), 5, D(95), 10)) == WHOLESALE  # not prepaid
    assert entitled([(2, WHOLESALE)], Facts()) is None


@given(amounts, amounts, st.integers(0, 9), st.integers(0, 9))
def test_more_turnover_never_costs_a_column(one, two, breadth, more):
    rank = {"r": 1, "w": 2, "d": 3}
    low = entitled(RANKED, Facts(min(one, two), breadth, None, 0))
    high = entitled(RANKED, Facts(max(one, two), breadth + more, None, 0))
    assert rank[low.key] <= rank[high.key]


@pytest.mark.parametrize(
    ("months", "first", "last"),
    [
        (1, date(2026, 3, 1), date(2026, 3, 31)),
        (3, date(2026, 1, 1), date(2026, 3, 31)),
        (6, date(2026, 1, 1), date(2026, 6, 30)),
        (12, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_windows(months, first, last):
    assert eligibility.window(TODAY, months) == (first, last)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_windows_lie_end_to_end(day, months):
    first, last = eligibility.window(day, months)
    assert first <= day <= last
    assert eligibility.window(last + timedelta(days=1), months)[0] == last + timedelta(
        days=1
    )


# --------------------------------------------------------------------- columns
COLUMN = Column(Text("Wholesale"), 1, 2, 5, TODAY)


def test_columns():
    values = initial(Column, {k: getattr(COLUMN, k) for k in COLUMN.__slots__})
    assert columns.decide(None, Create(values)) == (Created(values),)
    assert columns.decide(COLUMN, Edit({"pricelist_id": 7, "rank": 3})) == (
        PricelistChosen(7),
        Changed({"rank": 3}),
    )
    assert columns.decide(COLUMN, Edit({"date_to": TODAY})) == (ColumnClosed(TODAY),)
    for wrong in (
        {"name": None},
        {"rank": 0},
        {"pricelist_id": None},
        {"date_to": TODAY - timedelta(1)},
        {"date_from": None},
        {"company_id": 2},
    ):
        with pytest.raises(DomainError):
            columns.decide(COLUMN, Edit(wrong))
    with pytest.raises(FixedField):
        columns.decide(COLUMN, Edit({"company_id": 2}))


# --------------------------------------------------------------------- policies
POLICY = Policy(Text("2026"), 1, 1, condition_ids=(RETAIL, WHOLESALE))
DRAFT = Created({name: getattr(POLICY, name) for name in POLICY.__slots__})
OUT = Published(TODAY, Text("New year"))


def policy_when(given_, command):
    return policies.decide(fold(policies, given_), command)


def test_a_published_version_stays_as_it_is():
    assert policy_when([DRAFT], Edit({"window_months": 6})) == (
        Changed({"window_months": 6}),
    )
    assert policy_when([DRAFT], Publish(TODAY, Text("New year"))) == (OUT,)
    for command in (
        Edit({"window_months": 6}),
        Edit({"condition_ids": ()}),
        Publish(TODAY, Text("Again")),
        Remove(),
    ):
        with pytest.raises(policies.InForce):
            policy_when([DRAFT, OUT], command)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"number": None},
        {"scope": "nobody"},
        {"window_months": 0},
        {"window_months": 61},
        {"notice_days": -1},
        {"condition_ids": (RETAIL, replace(WHOLESALE, column_id=1))},
        {"condition_ids": (replace(RETAIL, column_id=None),)},
        {"condition_ids": (replace(RETAIL, turnover=D(-1)),)},
        {"condition_ids": (replace(RETAIL, on_time_percent=D(101)),)},
        {"condition_ids": (replace(RETAIL, payment_form="gold"),)},
        {"allowance_ids": (Allowance("a"), Allowance("b"))},
        {"allowance_ids": (Allowance("a", "Z"),)},
        {"allowance_ids": (Allowance("a", "A", D(101)),)},
        {"allowance_ids": (Allowance("a", "A", D(1), "scold"),)},
        {"state": "published"},
        {"date_from": TODAY},
    ],
    ids=repr,
)
def test_policies_that_cannot_be(changes):
    with pytest.raises(DomainError):
        policy_when([DRAFT], Edit(changes))
    with pytest.raises(DomainError):
        policies.decide(None, Create({**DRAFT.values, **changes}))


def test_publishing_needs_a_reason_and_conditions():
    with pytest.raises(policies.ReasonMissing):
        policy_when([DRAFT], Publish(TODAY, None))
    bare = Created({**DRAFT.values, "condition_ids": ()})
    with pytest.raises(policies.ConditionsMissing):
        policy_when([bare], Publish(TODAY, Text("x")))


def test_the_version_in_force():
    first = replace(POLICY, state="published", date_from=date(2026, 1, 1))
    second = replace(first, number=2, date_from=TODAY)
    rows = [("one", first), ("two", second), ("draft", replace(POLICY, number=3))]
    assert in_force(rows, TODAY)[0] == "two"
    assert in_force(rows, TODAY - timedelta(days=1))[0] == "one"
    assert in_force(rows, date(2025, 12, 31)) is None


def test_allowances():
    rows = (Allowance("a", "A", D(5)), Allowance("x", None, D(2)))
    assert allowance_of(rows, "A").free_percent == 5
    assert allowance_of(rows, "B").free_percent == 2
    assert allowance_of((), "B").free_percent is None
    assert allowance_of((), "B").on_discount == "ask"


# ----------------------------------------------------------------------- grants
GRANT = {
    "account_id": 1,
    "company_id": 1,
    "column_id": 2,
    "basis": "policy",
    "date_from": TODAY,
    "granted_by_id": 9,
}
GIVEN = Created(initial(Grant, GRANT))
LATER = TODAY + timedelta(days=30)


def grant_when(given_, command):
    return grants.decide(fold(grants, given_), command)


def test_granted_by_policy_agreement_or_exception():
    assert grant_when([], Create(GRANT)) == (GIVEN,)
    for more, error in (
        ({"basis": "agreement"}, grants.ReasonMissing),
        ({"basis": "exception", "reason": Text("x")}, grants.UntilMissing),
        ({"basis": "favour"}, FieldMissing),
        ({"account_id": None}, FieldMissing),
        ({"date_to": TODAY - timedelta(days=1)}, grants.DaysWrong),
        ({"ended_on": TODAY}, UseButton),
    ):
        with pytest.raises(error):
            grant_when([], Create({**GRANT, **more}))
    with pytest.raises(UseButton):
        grant_when([GIVEN], Edit({"column_id": 3}))
    with pytest.raises(grants.GrantStays):
        grant_when([GIVEN], Remove())


def test_a_lower_column_is_announced_first():
    with pytest.raises(grants.NotAnnounced):
        grant_when([GIVEN], Demote(TODAY))
    with pytest.raises(grants.NotAnnounced):
        grant_when([GIVEN], Announce(1, TODAY, TODAY))
    [told] = grant_when([GIVEN], Announce(1, LATER, TODAY))
    assert grant_when([GIVEN, told], Announce(1, LATER, TODAY)) == ()  # said once
    with pytest.raises(grants.NotAnnounced):
        grant_when([GIVEN, told], Demote(LATER - timedelta(days=1)))
    [gone] = grant_when([GIVEN, told], Demote(LATER))
    grant = fold(grants, [GIVEN, told, gone])
    assert holds(grant, LATER - timedelta(days=1))
    assert not holds(grant, LATER)
    [off] = grant_when([GIVEN, told], CallOff(TODAY))
    with pytest.raises(grants.NotAnnounced):
        grant_when([GIVEN, told, off], Demote(LATER))


def test_ended():
    with pytest.raises(grants.ReasonMissing):
        grant_when([GIVEN], End(LATER, None))
    [ended] = grant_when([GIVEN], End(LATER, Text("Left the trade")))
    with pytest.raises(grants.Over):
        grant_when([GIVEN, ended], End(LATER, Text("Again")))
    dated = Created({**GIVEN.values, "date_to": LATER})
    assert holds(fold(grants, [dated]), LATER)
    assert not holds(fold(grants, [dated]), LATER + timedelta(days=1))
    assert not holds(fold(grants, [dated]), TODAY - timedelta(days=1))


class GrantLife(RuleBasedStateMachine):
    """Whatever is tried: a lower column comes announced, and over is over."""

    @initialize(
        basis=st.sampled_from(grants.BASES), length=st.sampled_from([None, 0, 40])
    )
    def grant(self, basis, length):
        values = {**GRANT, "basis": basis, "reason": Text("Agreed")}
        if length is not None or basis == "exception":
            values["date_to"] = TODAY + timedelta(days=length or 0)
        self.log = list(grants.decide(None, Create(values)))
        self.day = TODAY
        self.told = None  # the day announced, and not called off since

    def do(self, command):
        try:
            events = grant_when(self.log, command)
        except DomainError:
            return ()
        self.log += events
        return events

    @rule(days=st.integers(0, 25))
    def time_passes(self, days):
        self.day += timedelta(days=days)

    @rule(column=st.sampled_from([None, 1, 3]), ahead=st.integers(-3, 40))
    def announce(self, column, ahead):
        day = self.day + timedelta(days=ahead)
        if self.do(Announce(column, day, self.day)):
            assert day > self.day  # never for today, never back
            self.told = day

    @rule()
    def call_off(self):
        was = fold(grants, self.log).demote_on
        if self.do(CallOff(self.day)):
            assert was
            self.told = None

    @rule()
    def demote(self):
        if self.do(Demote(self.day)):
            assert self.told is not None
            assert self.day >= self.told
            assert not holds(fold(grants, self.log), self.day)

    @rule(reason=st.sampled_from([None, Text("Left")]), ahead=st.integers(0, 9))
    def end(self, reason, ahead):
        if self.do(End(self.day + timedelta(days=ahead), reason)):
            assert reason

    @rule(
        changes=st.sampled_from([{"column_id": 9}, {"date_to": None}, {"reason": None}])
    )
    def edit(self, changes):
        assert not self.do(Edit(changes))

    @rule()
    def remove(self):
        assert not self.do(Remove())

    @invariant()
    def keeps(self):
        grant = fold(grants, self.log)
        ends = [one for one in self.log if isinstance(one, (GrantEnded, Demoted))]
        assert len(ends) <= 1  # over once, and nothing is said after
        assert not ends or self.log[-1] is ends[0]
        assert grant.demote_on == self.told
        # one unbroken stretch of days, and never before its first
        held = [holds(grant, TODAY + timedelta(days=one)) for one in range(-2, 60)]
        assert not any(held[:2])
        assert sum(a != b for a, b in pairwise(held)) <= 2


TestGrantLife = GrantLife.TestCase
