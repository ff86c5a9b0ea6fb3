from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.customers import Facts, Parameters, analyse, net_present_value
from kam_core.lateness import LatenessSums

TEN = (200, 180, 150, 120, 100, 90, 60, 50, 30, 20)

money = st.integers(-(10**7), 10**9).map(lambda n: D(n).scaleb(-2))
facts = st.lists(
    st.builds(
        Facts,
        key=st.integers(1, 10**4),
        net=money,
        previous=money,
        invoices=st.integers(0, 50),
        last_days=st.none() | st.integers(0, 365),
        months=st.lists(money, max_size=14),
        costed=money,
        cost=money,
        segment=st.none() | st.integers(1, 3),
        key_account=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda fact: fact.key,
)


def of_ten(**values):
    return [
        Facts(key, D(net), invoices=1, last_days=key, **values)
        for key, net in enumerate(TEN, 1)
    ]


def test_the_company_of_ten():
    found = analyse(of_ten(), 365)
    assert (found.total, found.base, found.hhi) == (1000, 1000, D("0.1348"))
    assert found.key == found.core_set == (1, 2, 3, 4, 5)
    assert found.wide_set == (1, 2, 3, 4, 5, 6)
    assert found.classes == {"A": 6, "B": 2, "C": 2}
    assert found.growth is None
    assert found.average_margin is None
    assert sum(line.concentration for line in found.lines) == found.hhi


def test_candidates_come_from_the_wide_set_without_key_accounts():
    customers = of_ten()
    customers[1] = Facts(2, D(180), key_account=True)
    found = [line.candidate for line in analyse(customers, 365).lines]
    assert [c.key for c in found if c] == [1, 3, 4, 5, 6]
    two = analyse(customers, 365, Parameters(candidates=2)).lines
    assert [line.facts.key for line in two if line.candidate] == [1, 3]


def test_a_segment_is_led_by_its_largest_customer_only_among_others():
    customers = [
        Facts(1, D(50), segment="shops"),
        Facts(2, D(100), segment="shops"),
        Facts(3, D(100), segment="hotels"),
        Facts(4, D(100)),
        Facts(5, D(-10), segment="hotels"),
    ]
    leaders = {
        line.facts.key: reason.figures["customers"]
        for line in analyse(customers, 30).lines
        if line.candidate
        for reason in line.candidate.reasons
        if reason.code == "segment_leader"
    }
    assert leaders == {2: 2}


def test_a_pool_has_a_share_but_is_nobody():
    customers = of_ten()
    customers[0] = Facts(1, D(200), segment="shops", pooled=True)
    customers[2] = Facts(3, D(150), segment="shops")
    found = analyse(customers, 365)
    assert found.lines[0].standing.share == D("0.2")
    assert found.core_set == (1, 2, 3, 4, 5)
    assert found.key == (2, 3, 4, 5)
    assert [line.facts.key for line in found.lines if line.candidate] == [2, 3, 4, 5, 6]
    assert not any(
        reason.code == "segment_leader"
        for line in found.lines
        if line.candidate
        for reason in line.candidate.reasons
    )


def test_margin_is_of_what_has_a_cost():
    customers = [
        Facts(1, D(1000), costed=D(400), cost=D(300)),
        Facts(2, D(500)),
        Facts(3, D(200), costed=D(200), cost=D(50)),
    ]
    found = analyse(customers, 365)
    ratios = {line.facts.key: line.margin_ratio for line in found.lines}
    assert ratios == {1: D("0.25"), 2: None, 3: D("0.75")}
    assert found.average_margin == D(250) / 600
    assert {line.facts.key: line.npv is None for line in found.lines}[2]


def test_present_value_scales_the_margin_to_a_year():
    parameters = Parameters(cost_to_serve=D("0.05"), value_years=2)
    (line,) = analyse(
        [Facts(1, D(1000), costed=D(1000), cost=D(800))], 73, parameters
    ).lines
    yearly = D(150) * D("365.25") / 73
    assert line.npv == net_present_value(D(0), [yearly] * 2, D("0.85"), D("0.15"))


def test_unknown_is_none():
    (line,) = analyse([Facts(1, D(100))], 30).lines
    assert (line.rfm, line.growth, line.reliability, line.average_days_late) == (
        None,
        None,
        None,
        None,
    )
    assert line.xyz == "new"
    assert line.variation is None


def test_lateness_in_both_variants():
    sums = LatenessSums(D(1000), D(6200), D(600), D(500), D(10500))
    (line,) = analyse([Facts(1, D(100), lateness=sums)], 30).lines
    assert round(line.average_days_late, 2) == D("11.13")
    assert line.closed_days_late == D("6.2")
    assert line.reliability == D("0.4")


def test_growth_of_the_company_and_of_a_customer():
    customers = [Facts(1, D(120), previous=D(100)), Facts(2, D(30), previous=D(20))]
    found = analyse(customers, 30)
    assert found.growth == D("0.25")
    assert found.lines[0].growth == D("0.2")
    with_the_lost = analyse(customers, 30, previous_total=D(300))
    assert (with_the_lost.previous_total, with_the_lost.growth) == (300, D("-0.5"))


def test_no_growth_against_a_period_that_the_books_do_not_cover():
    found = analyse([Facts(1, D(120), previous=D(100))], 30, comparable=False)
    assert found.growth is None
    assert found.lines[0].growth is None
    assert found.previous_total == 100


def test_nobody_bought():
    found = analyse([], 30)
    assert found.lines == found.key == found.wide_set == ()
    assert (found.total, found.hhi, found.growth) == (0, None, None)


@pytest.mark.parametrize(
    "parameters",
    [
        {"abc_a": D("0.96")},
        {"key_share": D(0)},
        {"portion_wide": D(2)},
        {"xyz_months": 0},
        {"candidates": -1},
        {"xyz_x": D("0.5")},
    ],
)
def test_refuses_parameters_out_of_range(parameters):
    with pytest.raises(ValueError, match=r"must"):
        analyse(of_ten(), 365, Parameters(**parameters))


@given(facts)
def test_parts_make_the_whole(customers):
    found = analyse(customers, 365)
    assert {line.facts.key for line in found.lines} == {f.key for f in customers}
    assert sum(found.classes.values()) == len(customers)
    assert found.total == sum(f.net for f in customers)
    assert found.base >= found.total
    shares = [line.standing.share for line in found.lines if line.standing.share]
    assert not shares or abs(sum(shares) - 1) < D("1e-20")
    assert set(found.core_set) <= set(found.wide_set)


@given(facts)
def test_order_of_customers_does_not_matter(customers):
    assert analyse(customers, 90) == analyse(customers[::-1], 90)


@given(facts)
def test_candidates_are_numbered_and_never_key_accounts(customers):
    found = [line for line in analyse(customers, 90).lines if line.candidate]
    assert [line.candidate.place for line in found] == list(range(1, len(found) + 1))
    assert not any(line.facts.key_account or line.facts.net <= 0 for line in found)
