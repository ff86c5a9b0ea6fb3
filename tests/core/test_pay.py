"""Pay: the worked examples of the formulas, and what holds for all numbers."""

from datetime import date, timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.kpi.formulas import Formula, figure
from kam_core.ownership import Owner, hand_over
from kam_core.pay.attainment import (
    DOWN,
    Weighted,
    attainment,
    debt_coefficient,
    weighted,
)
from kam_core.pay.attribution import Fact, attribute
from kam_core.pay.commission import Step, commission, rate_of
from kam_core.pay.curve import CLIFF, RETROACTIVE, Curve, Tier
from kam_core.periods import Period

TIERS = (Tier(D(1), D("1.5")), Tier(D("1.3"), D(1)))
ratios = st.decimals(0, 3, places=4)
money = st.decimals(-100_000, 100_000, places=2)


# ------------------------------------------------------------------ attainment
def test_weights_floors_and_caps():
    lines = [
        Weighted(D(".5"), D("1.10")),
        Weighted(D(".2"), D(".95")),
        Weighted(D(".1"), D("1.2")),
        Weighted(D(".1"), D(".9")),
        Weighted(D(".1"), D(".7")),
    ]
    whole = weighted(lines)
    assert whole == D("0.95")
    debt = debt_coefficient([(D(".05"), D(1)), (D(".15"), D(".9"))], D(".12"))
    assert 60_000 * whole * debt == 51_300


def test_edges_of_a_line():
    assert Weighted(D(1), D(".8")).counted == D(".8")  # exactly at the floor counts
    assert Weighted(D(1), D("1.5")).counted == D("1.2")
    assert Weighted(D(1), D("1.5"), cap=None).counted == D("1.5")
    assert Weighted(D(1), None).counted == 0
    assert weighted([]) is None


def test_attainment_without_a_plan_is_none():
    assert attainment(D(5), D(0)) is None
    assert attainment(D(5), None) is None
    assert attainment(None, D(5)) is None
    assert attainment(D(0), D(5)) == 0
    assert attainment(D("0.05"), D("0.10"), DOWN) == D("1.5")
    assert attainment(D("0.30"), D("0.10"), DOWN) == 0


def test_debt_coefficient_by_steps():
    steps = [(D(".10"), D(".9")), (D(".05"), D(1)), (D(".30"), D(".5"))]
    assert debt_coefficient(steps, D(".05")) == 1
    assert debt_coefficient(steps, D(".051")) == D(".9")
    assert debt_coefficient(steps, D(".9")) == D(".5")
    assert debt_coefficient(steps, None) == 1
    assert debt_coefficient([], D(".9")) == 1


# ------------------------------------------------------------------- the curve
def test_ramp_and_cliff():
    assert Curve(D(".8")).pay_ratio(D(".9")) == D(".5")
    assert Curve(D(".8"), CLIFF).pay_ratio(D(".9")) == D(".9")
    assert Curve(D(".8"), CLIFF).pay_ratio(D(".8")) == D(".8")
    assert Curve(D(".8"), CLIFF).pay_ratio(D(".7999")) == 0
    assert Curve(D(".8")).pay_ratio(D(".8")) == 0
    assert Curve().pay_ratio(D("-.5")) == 0


def test_marginal_and_retroactive():
    a = D(650) / 500
    assert 100_000 * Curve(tiers=TIERS).pay_ratio(a) == 145_000
    retroactive = Curve(tiers=TIERS, accelerator=RETROACTIVE)
    assert 100_000 * retroactive.pay_ratio(a) == 195_000
    # above 130 % each point pays 1 again
    assert 100_000 * Curve(tiers=TIERS).pay_ratio(D("1.4")) == 155_000
    assert 100_000 * retroactive.pay_ratio(D("1.4")) == 205_000
    assert retroactive.pay_ratio(D(1)) == D("1.5")  # exactly at it is reached
    assert Curve(tiers=TIERS, cap=D("1.2")).pay_ratio(a) == D("1.2")


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": D(1)},
        {"threshold": D("-.1")},
        {"tiers": (Tier(D(".9"), D(1)),)},
        {"tiers": (Tier(D(2), D(1)), Tier(D(1), D(1)))},
        {"tiers": (Tier(D(1), D(-1)),)},
    ],
)
def test_a_curve_that_is_none(wrong):
    with pytest.raises(ValueError, match=r"is at least|begin at|are 0"):
        Curve(**wrong)


curves = st.builds(
    lambda threshold, entry, steps, accelerator, cap: Curve(
        threshold,
        entry,
        tuple(
            Tier(1 + sum((one[0] for one in steps[:n]), D(0)), step[1])
            for n, step in enumerate(steps)
        ),
        accelerator,
        cap,
    ),
    st.decimals(0, "0.99", places=2),
    st.sampled_from(["ramp", "cliff"]),
    st.lists(
        st.tuples(st.decimals("0.01", 1, places=2), st.decimals(0, 3, places=2)),
        max_size=3,
    ),
    st.sampled_from(["marginal", "retroactive"]),
    st.none() | st.decimals(1, 3, places=1),
)


@given(curve=curves, one=ratios, other=ratios)
def test_more_never_pays_less(curve, one, other):
    low, high = sorted((one, other))
    assert 0 <= curve.pay_ratio(low) <= curve.pay_ratio(high)
    if curve.cap is not None:
        assert curve.pay_ratio(high) <= curve.cap


# ------------------------------------------------------------------ commission
STEPS = (Step(D(0), D(".05")), Step(D(10_000), D(".10")), Step(D(50_000), D(".15")))


def test_rate_by_deal_size():
    assert rate_of(STEPS, D("9999.99")) == D(".05")
    assert rate_of(STEPS, D(10_000)) == D(".10")
    assert rate_of(STEPS, D(60_000)) == D(".15")
    assert rate_of(STEPS[1:], D(5)) == 0


def test_a_return_is_negative_at_the_original_rate():
    sold = commission(D(12_000), rate_of(STEPS, D(12_000)), [D(100)])
    back = commission(D(-600), rate_of(STEPS, D(12_000)), [D(100)])
    assert sold == (D("1200.00"),)
    assert back == (D("-60.00"),)


@given(
    base=money,
    rate=st.decimals(0, "0.15", places=3),
    shares=st.lists(st.integers(1, 100), min_size=1, max_size=5),
)
def test_parts_of_a_commission_add_up(base, rate, shares):
    parts = commission(base, rate, [D(one) for one in shares])
    assert sum(parts) == commission(base, rate, [D(1)])[0]


# ---------------------------------------------------------------- whose it is
START = date(2026, 1, 1)
MOVED = START + timedelta(45)
QUARTER = Period(START, START + timedelta(89))
NEXT = Period(QUARTER.end + timedelta(1), QUARTER.end + timedelta(91))


def sale(untaxed, day, key="1", own=None, kind="invoice", **more):
    return Fact(
        ("account.move", key, 1),
        0,
        "sale",
        day,
        own or day,
        5,
        1,
        kind,
        untaxed=D(untaxed),
        documents=D(kind == "invoice"),
        **more,
    )


def test_ownership_at_the_time():
    first = (Owner("a", 1, share=D(100), date_from=START - timedelta(500)),)
    owners = hand_over(first, (Owner("b", 2, share=D(100), date_from=MOVED),), MOVED)
    facts = [
        sale(380, START + timedelta(10), "1"),
        sale(520, MOVED + timedelta(20), "2"),
        # goods of the early invoice come back in the next quarter
        sale(-60, NEXT.start + timedelta(5), "3", START + timedelta(10), "credit_note"),
        # and others that nobody can tell the invoice of
        sale(-7, NEXT.start + timedelta(6), "4", kind="credit_note"),
    ]
    shares = attribute(facts, lambda fact: owners)

    def net(user, period):
        mine = [one for one in shares if one.user_id == user]
        return figure(Formula("sale"), mine, period)

    assert net(1, QUARTER) == 380
    assert attainment(net(1, QUARTER), D(500)) == D(".76")
    assert attainment(net(2, QUARTER), D(500)) == D("1.04")
    assert net(1, NEXT) == -60  # the first owner, in the quarter of the return
    assert net(2, NEXT) == -7  # without a link: the owner at its own date


def test_nobody_owned_it():
    [share] = attribute([sale(100, START)], lambda fact: ())
    assert (share.user_id, share.part("untaxed")) == (None, 100)


@st.composite
def owned(draw):
    cuts = sorted(draw(st.sets(st.integers(1, 9999), max_size=4)))
    bounds = [0, *cuts, 10_000]
    shares = [D(b - a) / 100 for a, b in pairwise(bounds)]
    return tuple(
        Owner(str(n), n + 1, "lead" if n == 0 else "co", share, START)
        for n, share in enumerate(shares)
    )


@given(owners=owned(), amount=money, cost=st.none() | money)
def test_shares_always_add_up(owners, amount, cost):
    fact = sale(amount, START, amount=amount * 2, cost=cost)
    shares = attribute([fact], lambda _fact: owners)
    for name in ("untaxed", "amount", "documents"):
        assert sum(one.part(name) for one in shares) == getattr(fact, name)
    margin = 0 if cost is None else amount - cost
    assert sum(one.margin for one in shares) == margin
    assert sum(one.percent for one in shares) == 100
