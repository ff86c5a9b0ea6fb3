"""Statements of pay: the sum of their lines, the same again, changed only by lines."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.kpi.formulas import Formula
from kam_core.ownership import Owner, hand_over
from kam_core.pay import schemes, statements
from kam_core.pay.adjustments import adjustments
from kam_core.pay.attribution import Fact, attribute
from kam_core.pay.calculation import Figure, Question, calculate
from kam_core.pay.schemes import Debt, Line, Scheme, Step
from kam_core.periods import Period
from kam_core.record import Create, DomainError, Edit, Remove, Text, UseButton

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
DAY = date(2026, 2, 10)
STEPS = (Step("a", None, D("0.05")), Step("b", D(10_000), D("0.10")))
OWNERS = (Owner("a", 1, share=D(100), date_from=date(2025, 1, 1)),)


def fact(n, untaxed, day=DAY, **more):
    return Fact(
        ("account.move", str(n), 1),
        *(0, "sale", day, more.pop("own", day), 5, 1),
        untaxed=D(untaxed),
        documents=D(1),
        deal=more.pop("deal", abs(D(untaxed))),
        **more,
    )


def question(facts=(), owners=OWNERS, **scheme):
    terms = Scheme(
        name=Text("Pay"), company_id=1, user_ids=(1,), commission_base="value", **scheme
    )
    return Question(
        1,
        QUARTER,
        terms,
        {7: Figure(Formula("sale"), "up", D(1000))},
        attribute(facts, lambda _fact: owners),
        {},
        {},
    )


def test_the_worked_example():
    weights = {1: ".5", 2: ".2", 3: ".1", 4: ".1", 5: ".1"}
    facts = {1: "1.10", 2: ".95", 3: "1.2", 4: ".9", 5: ".7"}
    lines = tuple(
        Line(str(n), n, D(one), D("0.8"), "cliff", D("1.2"))
        for n, one in weights.items()
    )
    asked = replace(
        question(
            line_ids=lines, base=D(60_000), debt_ids=(Debt("a", D(".2"), D("0.9")),)
        ),
        figures={n: Figure(None, "up", D(1), D(one)) for n, one in facts.items()},
        overdue_share=D("0.1"),
    )
    found = calculate(asked)
    assert found.total == D("51300.00")
    assert found.coefficient == D("0.9")


def test_marginal_and_retroactive_by_a_scheme():
    line = Line(
        "a",
        7,
        D(1),
        None,
        cap=None,
        fast_from=D(1),
        fast_to=D("1.3"),
        multiplier=D("1.5"),
    )
    sold = [fact(1, 1300)]
    for accelerator, pay in (("marginal", 145_000), ("retroactive", 195_000)):
        asked = question(
            sold,
            line_ids=(replace(line, accelerator=accelerator),),
            base=D(100_000),
        )
        assert calculate(asked).total == pay


def test_absence_and_what_is_missing():
    lines = (Line("a", 7, D(1), None),)
    asked = question([fact(1, 1000)], line_ids=lines, base=D(9000))
    assert calculate(asked).total == 9000
    assert calculate(replace(asked, absent_days=9)).total == 8100
    none = replace(asked, figures={7: Figure(Formula("sale"), "up")})
    assert (calculate(none).total, calculate(none).missing) == (0, (7,))


def test_commission_and_a_return_in_the_next_quarter():
    moved = date(2026, 2, 15)
    owners = hand_over(OWNERS, (Owner("b", 2, share=D(100), date_from=moved),), moved)
    sold = fact(1, 12_000)
    back = fact(2, -600, date(2026, 4, 5), own=DAY, deal=D(12_000))
    now = question([sold, back], owners, step_ids=STEPS)
    assert calculate(now).total == 1200
    later = replace(now, period=Period(date(2026, 4, 1), date(2026, 6, 30)))
    [line] = calculate(later).lines
    assert (line.amount, line.ratio, line.event[1]) == (D("-60.00"), D("0.10"), "2")
    assert calculate(replace(later, user_id=2)).total == 0


amounts = st.lists(st.decimals(-50_000, 50_000, places=2), max_size=8)


def facts_of(values):
    return [fact(n, one) for n, one in enumerate(values)]


PAID = {
    "line_ids": (Line("a", 7, D(1), D("0.8"), cap=D("1.5")),),
    "step_ids": STEPS,
    "base": D(5000),
}


@given(values=amounts)
def test_a_statement_is_the_sum_of_its_lines(values):
    found = calculate(question(facts_of(values), **PAID))
    assert found.total == sum(line.amount for line in found.lines)
    again = calculate(question(facts_of(values)[::-1], **PAID))
    assert again.total == found.total
    assert again.digest() == found.digest()


@given(values=amounts, later=amounts, owned=st.booleans())
def test_later_facts_are_lines_that_add_up_to_the_difference(values, later, owned):
    then = facts_of(values)
    now = then + [fact(100 + n, one) for n, one in enumerate(later)]
    owners = OWNERS
    if owned:
        day = date(2026, 2, 1)
        owners = hand_over(OWNERS, (Owner("b", 2, share=D(100), date_from=day),), day)
    before, after = question(then, **PAID), question(now, owners, **PAID)
    found = adjustments(
        before, before.shares, after.shares, lambda share: share.fact.event
    )
    total = sum(one.amount for one in found)
    assert total == calculate(after).total - calculate(before).total
    if not owned:
        assert {one.event[1] for one in found} <= {
            str(100 + n) for n in range(len(later))
        }


# ------------------------------------------------------------------ the records
def scheme(**more):
    [created] = schemes.decide(
        None,
        Create(
            {
                "name": Text("Pay"),
                "company_id": 1,
                "user_ids": (1, 2),
                "base": D(100),
                "line_ids": (Line("a", 7, D(1)),),
                **more,
            }
        ),
    )
    return schemes.evolve(None, created)


def done(core, record, command):
    for event in core.decide(record, command):
        record = core.evolve(record, event)
    return record


def test_a_scheme_in_force_is_revised_not_edited():
    one = done(schemes, scheme(), schemes.Activate(DAY))
    for wrong in (Edit({"base": D(1)}), Remove(), schemes.Activate(DAY)):
        with pytest.raises(schemes.InForce):
            schemes.decide(one, wrong)
    one = done(schemes, one, schemes.Sign("s", 1, DAY))
    assert schemes.has_signed(one, 1)
    with pytest.raises(schemes.Signed):
        schemes.decide(one, schemes.Sign("t", 1, DAY))
    with pytest.raises(schemes.NotYours):
        schemes.decide(one, schemes.Sign("t", 3, DAY))
    one = done(schemes, one, schemes.Revise())
    assert (one.state, one.edition) == ("draft", 2)
    assert not schemes.has_signed(one, 1)
    with pytest.raises(UseButton):
        schemes.decide(one, Edit({"state": "active"}))
    with pytest.raises(schemes.NotInForce):
        schemes.decide(one, schemes.Retire())
    one = done(schemes, one, schemes.Activate(DAY))
    assert done(schemes, one, schemes.Retire()).state == "retired"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"line_ids": (Line("a", 7, D(".4")),)}, schemes.WeightsWrong),
        ({"user_ids": ()}, schemes.NothingPaid),
        ({"base": None}, schemes.NothingPaid),
        ({"line_ids": ()}, schemes.NothingPaid),
        ({"step_ids": STEPS}, schemes.NothingPaid),
    ],
)
def test_a_scheme_that_pays_nothing(wrong, error):
    with pytest.raises(error):
        schemes.decide(scheme(**wrong), schemes.Activate(DAY))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"line_ids": (Line("a", 7, D(1), D(2)),)}, schemes.CurveWrong),
        ({"line_ids": (Line("a", 7, D(1), entry="jump"),)}, schemes.CurveWrong),
        (
            {
                "line_ids": (
                    Line("a", 7, D(1), fast_from=D(2), fast_to=D(1), multiplier=D(2)),
                )
            },
            schemes.CurveWrong,
        ),
        ({"step_ids": (Step("a", None, D(2)),)}, schemes.RateWrong),
        ({"step_ids": (STEPS[0], replace(STEPS[0], key="z"))}, schemes.RateWrong),
        ({"name": None}, DomainError),
    ],
)
def test_numbers_that_mean_nothing(wrong, error):
    with pytest.raises(error):
        scheme(**wrong)


CLOSE = statements.Close(D(5), D(3), D(-1), 4, 2, "digest", "{}", DAY)


def statement(**more):
    [created] = statements.decide(
        None,
        Create(
            {
                "scheme_id": 1,
                "user_id": 1,
                "company_id": 1,
                "date_from": QUARTER.start,
                "date_to": QUARTER.end,
                "state": "closed",  # said by nobody but a close
                "total": D(9),
                **more,
            }
        ),
    )
    return statements.evolve(None, created)


def test_a_statement_is_closed_once():
    one = statement()
    assert (one.state, one.total) == ("open", None)
    one = done(statements, one, Edit({"absent_days": 3}))
    closed = done(statements, one, CLOSE)
    assert (closed.state, closed.total) == ("closed", 7)
    for wrong in (CLOSE, Edit({"absent_days": 1}), Remove()):
        with pytest.raises(statements.StatementClosed_):
            statements.decide(closed, wrong)
    with pytest.raises(UseButton):
        statements.decide(one, Edit({"total": D(1)}))
    with pytest.raises(DomainError):
        statements.decide(one, Edit({"user_id": 2}))


@given(
    questions=st.lists(st.text(min_size=1, max_size=5).map(Text), max_size=4),
)
def test_nothing_changes_the_amounts_of_a_closed_one(questions):
    closed = done(statements, statement(), CLOSE)
    later = closed
    for n, one in enumerate(questions):
        later = done(statements, later, statements.Ask(str(n), one, DAY))
        later = done(statements, later, statements.Answer(str(n), one, DAY, 9))
    assert replace(later, objection_ids=()) == replace(closed, objection_ids=())
    assert len(later.objection_ids) == len(questions)


def test_objections():
    one = statement()
    with pytest.raises(statements.NotClosed):
        statements.decide(one, statements.Ask("a", Text("Why?"), DAY))
    closed = done(statements, one, CLOSE)
    with pytest.raises(statements.QuestionMissing):
        statements.decide(closed, statements.Ask("a", None, DAY))
    asked = done(statements, closed, statements.Ask("a", Text("Why?"), DAY))
    with pytest.raises(statements.QuestionMissing):
        statements.decide(asked, statements.Answer("a", None, DAY, 9))
    answered = done(statements, asked, statements.Answer("a", Text("So."), DAY, 9))
    for key in ("a", "b"):
        with pytest.raises(statements.NoSuchObjection):
            statements.decide(answered, statements.Answer(key, Text("So."), DAY, 9))
