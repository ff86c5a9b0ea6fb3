"""Exposure, rules, score and limit: the worked examples, and what always holds."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.credit import closings, groups, queue, reliability, reservations, terms
from kam_core.credit.exposure import Exposure, allowed, reservation, used_percent
from kam_core.credit.rules import Rule, Situation, applicable, judge
from kam_core.credit.score import (
    WEIGHTS,
    grade_of,
    lateness_grade,
    limit_use_grade,
    proposed_limit,
    recheck_on,
    score,
    share_grade,
    tenure_grade,
)
from kam_core.record import Create, DomainError, Edit, Remove, UseButton, fold

DAY = date(2026, 3, 31)
amounts = st.decimals(0, 10**6, places=2)


# -------------------------------------------------------------------- exposure
def test_exposure_of_the_example():
    found = Exposure(Decimal(310), Decimal(25), Decimal(45), Decimal(120))
    assert found.total == 450
    assert found.reserved == 165
    assert (found + found).total == 900


@pytest.mark.parametrize(
    ("given_", "held"),
    [
        ({"ordered": 100}, 100),
        ({"ordered": 100, "posted": 30}, 70),  # a down payment, or a part invoice
        ({"ordered": 100, "posted": 30, "drafted": 70}, 70),
        ({"ordered": 100, "posted": 120}, 0),
        ({"ordered": 100, "posted": 100, "drafted": 100}, 100),  # invoiced anew
        ({"ordered": 100, "paid_online": 100}, 0),
        ({"ordered": 100, "paid_online": 140}, 0),
        ({"ordered": 100, "paid_online": 40}, 60),
    ],
)
def test_what_an_order_holds(given_, held):
    assert reservation(**{k: Decimal(v) for k, v in given_.items()}) == held


@given(amounts, amounts, amounts, amounts)
def test_a_reservation_is_never_below_zero(ordered, posted, drafted, paid):
    held = reservation(ordered, posted, drafted, paid)
    assert 0 <= held <= max(ordered, drafted)


def test_limit_with_tolerance():
    assert allowed(Decimal(200), Decimal(5)) == 210
    assert allowed(Decimal(200), None) == 200
    assert used_percent(Decimal(50), Decimal(200)) == 25
    assert used_percent(Decimal(50), Decimal(0)) is None


# ----------------------------------------------------------------------- rules
def case(**values):
    given_ = {
        "day": DAY,
        "amount": Decimal(10),
        "order_total": Decimal(10),
        "exposure": Decimal(0),
        "credit_limit": Decimal(100),
        **values,
    }
    return Situation(**given_)


def codes(situation, *rules):
    return [one.code for one in judge(situation, applicable(rules, "A"))]


def test_a_rule_of_the_class_goes_before_the_general_one():
    general, own = Rule("on_hold", "block"), Rule("on_hold", "warn", for_class="A")
    other = Rule("on_hold", "ask", for_class="none")
    for rules in ((general, own, other), (own, other, general)):
        assert applicable(rules, "A") == {"on_hold": own}
        assert applicable(rules, "B") == {"on_hold": general}
        assert applicable(rules, None) == {"on_hold": other}


@pytest.mark.parametrize(
    ("exposure", "tolerance", "stopped"),
    [(90, 0, False), ("90.01", 0, True), (95, 5, False), ("95.01", 5, True)],
)
def test_over_limit(exposure, tolerance, stopped):
    found = case(exposure=Decimal(exposure), tolerance_percent=Decimal(tolerance))
    assert codes(found, Rule("over_limit", "ask")) == ["over_limit"] * stopped


def test_zero_is_a_limit_and_none_is_not():
    rule = Rule("over_limit", "ask")
    assert codes(case(credit_limit=Decimal(0)), rule) == ["over_limit"]
    assert codes(case(credit_limit=None, exposure=Decimal(10**9)), rule) == []
    [found] = judge(case(credit_limit=Decimal(0)), {"over_limit": rule})
    assert found.measure == {"amount": 10}


def test_overdue():
    late = case(
        overdue=Decimal(30),
        receivable=Decimal(60),
        overdue_since=DAY - timedelta(days=6),
    )
    days = Rule("overdue_days", "ask", Decimal(5))
    assert codes(late, days) == ["overdue_days"]
    assert codes(late, Rule("overdue_days", "ask", Decimal(6))) == []
    assert codes(case(overdue_days_allowed=5), days) == []
    amount = Rule("overdue_amount", "ask", Decimal(29))
    assert codes(late, amount) == ["overdue_amount"]
    assert codes(late, Rule("overdue_amount", "ask", Decimal(30))) == []
    percent = Rule("overdue_percent", "ask", Decimal(49))
    assert codes(late, percent) == ["overdue_percent"]
    assert codes(late, Rule("overdue_percent", "ask", Decimal(50))) == []
    assert codes(case(), percent) == []


def test_the_terms_go_before_the_rule():
    late = {"overdue": Decimal(30), "overdue_since": DAY - timedelta(days=6)}
    rules = Rule("overdue_days", "ask"), Rule("overdue_amount", "ask")
    assert len(codes(case(**late), *rules)) == 2
    late |= {"overdue_days_allowed": 10, "overdue_amount_allowed": Decimal(30)}
    assert codes(case(**late), *rules) == []


def test_expired_used_large_changed_and_held():
    yesterday = DAY - timedelta(days=1)
    expired = Rule("limit_expired", "ask")
    assert codes(case(valid_until=yesterday), expired) == ["limit_expired"]
    assert codes(case(valid_until=DAY), expired) == []
    used = Rule("limit_used", "warn", Decimal(80))
    assert codes(case(exposure=Decimal(70)), used) == ["limit_used"]
    assert codes(case(exposure=Decimal(69)), used) == []
    large = Rule("order_too_large", "ask", Decimal(9))
    assert codes(case(), large) == ["order_too_large"]
    changed = Rule("terms_changed", "ask")
    assert codes(case(terms_days=30, order_days=45), changed) == ["terms_changed"]
    assert codes(case(terms_days=30, order_days=30), changed) == []
    assert codes(case(order_days=45), changed) == []
    held = Rule("on_hold", "block")
    assert codes(case(on_hold=True), held) == ["on_hold"]


def test_an_order_that_takes_no_credit_is_asked_of_debts_only():
    paid = case(
        amount=Decimal(0),
        exposure=Decimal(500),
        on_hold=True,
        overdue=Decimal(1),
        overdue_since=DAY - timedelta(days=1),
    )
    rules = [Rule(kind, "ask") for kind in ("over_limit", "overdue_days", "on_hold")]
    assert codes(paid, *rules) == ["overdue_days", "on_hold"]


@given(amounts, amounts, amounts)
def test_more_credit_never_makes_it_worse(exposure, limit, amount):
    rule = Rule("over_limit", "ask")

    def over(more):
        asked = case(amount=amount, exposure=exposure, credit_limit=limit + more)
        found = judge(asked, {"over_limit": rule})
        return found[0].measure["amount"] if found else Decimal(0)

    assert over(Decimal(1)) <= over(Decimal(0))
    assert (over(Decimal(0)) > 0) == (amount > 0 and exposure + amount > limit)


# ----------------------------------------------------------------------- score
def test_score_of_the_example():
    grades = map(Decimal, ("0.8", "0.6", "1", "1", "0.5", "0.7"))
    found = score(dict(zip(WEIGHTS, grades, strict=True)))
    assert (found.value, found.grade, found.missing) == (Decimal("77.5"), "B", ())


def test_missing_inputs_are_named_and_the_rest_reweighed():
    found = score({"lateness": Decimal("0.8"), "tenure": Decimal(1)})
    assert round(found.value, 2) == Decimal("84.44")
    assert found.missing == ("limit_use", "promises", "disputes", "outside")
    assert score({}).value is None
    assert score({}).grade is None


@given(st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.decimals(0, 1, places=3)))
def test_a_score_is_within_its_bounds_and_its_points_add_up(grades):
    found = score(grades)
    if grades:
        assert 0 <= found.value <= 100
        assert sum(found.points.values()) == found.value


@pytest.mark.parametrize("wrong", [{"lateness": Decimal(2)}, {"luck": Decimal(1)}])
def test_wrong_grades_are_refused(wrong):
    with pytest.raises(ValueError, match=r"grade|unknown"):
        score(wrong)


def test_grades():
    assert [grade_of(Decimal(n)) for n in (80, 79, 65, 64, 50, 49)] == list("ABBCCD")
    assert lateness_grade(Decimal(12)) == Decimal("0.8")
    assert lateness_grade(Decimal(-5)) == 1
    assert lateness_grade(Decimal(90)) == 0
    assert limit_use_grade(Decimal(90)) == Decimal("0.6")
    assert limit_use_grade(Decimal(20)) == 1
    assert share_grade(7, 10) == Decimal("0.7")
    assert share_grade(1, 0) is None
    assert tenure_grade(date(2010, 1, 1), DAY) == 1
    assert tenure_grade(None, DAY) is None
    assert lateness_grade(None) is limit_use_grade(None) is None


def test_proposed_limit_of_the_example():
    asked = (Decimal(900), 90, 30, 10, Decimal("0.8"))
    assert proposed_limit(*asked) == 320
    assert proposed_limit(*asked, cap=Decimal(300)) == 300
    assert proposed_limit(Decimal(-900), *asked[1:]) == 0


def test_when_to_look_again():
    assert recheck_on("D", date(2026, 1, 31)) == date(2026, 2, 28)
    assert recheck_on("C", DAY) == date(2026, 6, 30)
    assert recheck_on("A", DAY) == recheck_on("B", DAY) == date(2027, 3, 31)
    assert recheck_on(None, DAY) == date(2026, 4, 30)


# ----------------------------------------------------------------------- terms
def after(core, *commands, state=None):
    for command in commands:
        for event in core.decide(state, command):
            state = core.evolve(state, event)
    return state


def opened():
    return after(terms, Create({"partner_id": 1, "company_id": 1}))


def grant(**settings):
    settings = {"currency_id": 1, "credit_limit": Decimal(100), **settings}
    return terms.Grant(settings, DAY, "Why")


def test_terms_are_granted_held_released_and_withdrawn():
    granted = after(terms, grant(), state=opened())
    assert (granted.status, granted.credit_limit) == ("granted", 100)
    held = after(terms, terms.Hold(DAY, "Fraud"), state=granted)
    assert held.on_hold
    assert held.hold_reason == "Fraud"
    free = after(terms, terms.ReleaseHold(DAY, "Paid"), state=held)
    assert free == granted
    gone = after(terms, terms.Withdraw(DAY, "Closed"), state=held)
    assert (gone.status, gone.on_hold) == ("withdrawn", False)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Edit({"credit_limit": Decimal(5)}), "use_button"),
        (Edit({"on_hold": True}), "use_button"),
        (Edit({"partner_id": 2}), "fixed_field"),
        (Remove(), "terms_stay"),
        (grant(), "nothing_changes"),
        (grant(credit_limit=Decimal(-1)), "out_of_range"),
        (grant(credit_limit=Decimal(10) ** 14), "out_of_range"),
        (grant(tolerance_percent=Decimal(101)), "out_of_range"),
        (grant(currency_id=None), "field_missing"),
        (grant(valid_until=date(1, 1, 1)), "day_out_of_range"),
        (terms.Grant({"credit_limit": 1}, DAY, None), "reason_missing"),
        (terms.ReleaseHold(DAY, "Why"), "not_on_hold"),
    ],
)
def test_terms_refuse(command, code):
    granted = after(terms, grant(), state=opened())
    with pytest.raises(DomainError) as refusal:
        terms.decide(granted, command)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_terms_are_not_opened_with_a_limit():
    values = {"partner_id": 1, "company_id": 1, "credit_limit": Decimal(9)}
    with pytest.raises(UseButton):
        terms.decide(None, Create(values))
    with pytest.raises(DomainError):
        terms.decide(None, Create({"company_id": 1}))


def test_a_group_shares_a_limit():
    group = after(groups, Create({"name": "Holding", "company_id": 1}))
    limit = groups.SetLimit(False, Decimal(50), 1, DAY, "Why")
    group = after(groups, limit, Edit({"name": "Holding A"}), state=group)
    assert (group.credit_limit, group.granted, group.name) == (50, True, "Holding A")
    for command in (
        limit,
        Edit({"credit_limit": Decimal(9)}),
        Edit({"company_id": 2}),
        Edit({"name": " "}),
        Remove(),
        groups.SetLimit(False, Decimal(-1), 1, DAY, "Why"),
        groups.SetLimit(False, Decimal(1), 1, DAY, None),
    ):
        with pytest.raises(DomainError):
            groups.decide(group, command)


def test_the_queue():
    values = {"order_id": 1, "partner_id": 2, "company_id": 1, "place": 3}
    entry = after(queue, Create(values), queue.Move(1))
    assert (entry.status, entry.place) == ("waiting", 1)
    now = datetime(2026, 3, 31, tzinfo=timezone.utc)
    gone = after(queue, queue.Release(now), state=entry)
    for state, command in (
        (gone, queue.Move(2)),
        (entry, queue.Move(0)),
        (entry, queue.Withdraw(None)),
        (entry, Edit({"place": 2})),
        (entry, Remove()),
    ):
        with pytest.raises(DomainError):
            queue.decide(state, command)


def test_the_rest_is_given_up_and_taken_up():
    start = after(closings, Create({"order_id": 1, "company_id": 1}))
    closed = after(closings, closings.Close(DAY, "Sold out"), state=start)
    assert closed.closed
    again = after(closings, closings.Reopen(DAY, "Found some"), state=closed)
    assert not again.closed
    for state, command in (
        (closed, closings.Close(DAY, "Why")),
        (again, closings.Reopen(DAY, "Why")),
        (again, closings.Close(DAY, None)),
        (again, Edit({"closed": True})),
    ):
        with pytest.raises(DomainError):
            closings.decide(state, command)


def test_a_check_ends_when_its_required_items_are_done():
    line = reliability.Line("k", item_id=1, required=True)
    values = {"partner_id": 1, "company_id": 1, "line_ids": (line,)}
    check = after(reliability, Create(values))
    finish = reliability.Finish(Decimal(70), "B", None, None, 1, DAY, DAY)
    with pytest.raises(DomainError, match="1 required"):
        reliability.decide(check, finish)
    done = reliability.Line("k", item_id=1, required=True, result="passed")
    check = after(reliability, Edit({"line_ids": (done,)}), finish, state=check)
    assert (check.status, check.grade) == ("done", "B")
    with pytest.raises(DomainError):
        reliability.decide(check, Edit({"conclusion": "Later"}))
    with pytest.raises(DomainError):
        reliability.decide(check, Remove())


def test_the_head_of_a_line_counts_what_was_taken():
    taken = reservations.CreditTaken(
        "sale.order", 7, Decimal(1), Decimal(0), None, "EUR"
    )
    state = None
    for event in (taken, taken):
        state = reservations.evolve(state, event)
    assert (state.count, state.last_id) == (2, 7)
    assert fold(terms, ()) is None
