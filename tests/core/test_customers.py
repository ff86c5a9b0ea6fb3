import random
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.customers import (
    CandidatePolicy,
    Profile,
    Rfm,
    candidates,
    endless_value,
    growth,
    health,
    herfindahl,
    key_customers,
    margin_ratio,
    net_present_value,
    quintiles,
    rfm,
    smallest_set,
    standings,
    variation,
    xyz_class,
)

TEN = dict(enumerate(map(D, (200, 180, 150, 120, 100, 90, 60, 50, 30, 20)), 1))

amounts = st.integers(-(10**9), 10**11).map(lambda n: D(n).scaleb(-2))
nets = st.dictionaries(st.integers(1, 10**6), amounts, max_size=40)
positive = st.integers(1, 10**11).map(lambda n: D(n).scaleb(-2))


# --- share, key customers, ABC, concentration


def test_key_by_share_are_the_first_five():
    assert key_customers(TEN, D("0.10")) == [1, 2, 3, 4, 5]
    assert sum(TEN[key] for key in key_customers(TEN)) / 1000 == D("0.75")


def test_the_share_of_exactly_k_is_key():
    assert 5 in key_customers(TEN, D("0.1"))
    assert 5 not in key_customers(TEN, D("0.1001"))


def test_smallest_sets():
    assert smallest_set(TEN, D("0.70")) == [1, 2, 3, 4, 5]  # 650 is not enough
    assert smallest_set(TEN, D("0.65")) == [1, 2, 3, 4]
    assert smallest_set(TEN, D("0.80")) == [1, 2, 3, 4, 5, 6]
    assert smallest_set(TEN, D(1)) == list(TEN)


def test_abc_of_the_example():
    classes = {standing.key: standing.abc for standing in standings(TEN)}
    assert "".join(classes.values()) == "AAAAAABBCC"
    assert [key for key, abc in classes.items() if abc == "B"] == [7, 8]


def test_shares_and_ranks_of_the_example():
    first, second, *_others, last = standings(TEN)
    assert (first.rank, first.share, first.cumulative) == (1, D("0.2"), D("0.2"))
    assert (second.rank, second.share, second.cumulative) == (2, D("0.18"), D("0.38"))
    assert last.cumulative == 1


def test_concentration_of_the_example():
    assert herfindahl(TEN) == D("0.1348")


def test_returns_come_last_outside_the_shares():
    with_returns = {**TEN, 11: D(-500), 12: D(0)}
    ranked = standings(with_returns)
    assert [standing.key for standing in ranked[-2:]] == [12, 11]
    assert {standing.abc for standing in ranked[-2:]} == {"C"}
    assert {standing.cumulative for standing in ranked[-2:]} == {None}
    assert ranked[:10] == standings(TEN)
    assert herfindahl(with_returns) == herfindahl(TEN)
    assert smallest_set(with_returns, D(1)) == list(TEN)


def test_equal_values_go_by_id():
    keys = [standing.key for standing in standings({3: D(5), 1: D(5), 2: D(5)})]
    assert keys == [1, 2, 3]


def test_no_revenue_at_all():
    assert standings({}) == []
    assert herfindahl({1: D(0), 2: D(-3)}) is None
    assert key_customers({1: D(0)}) == []
    assert smallest_set({1: D(-3)}, D("0.8")) == []


@pytest.mark.parametrize(("a", "b"), [("0", "0.9"), ("0.9", "0.8"), ("0.8", "1.1")])
def test_refuses_class_limits_out_of_order(a, b):
    with pytest.raises(ValueError, match="0 < A ≤ B ≤ 1"):
        standings(TEN, D(a), D(b))


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01"])
def test_refuses_a_share_out_of_range(share):
    with pytest.raises(ValueError, match="above 0"):
        key_customers(TEN, D(share))
    with pytest.raises(ValueError, match="above 0"):
        smallest_set(TEN, D(share))


@given(nets)
def test_shares_add_up_to_one(net):
    shares = [s.share for s in standings(net) if s.share is not None]
    if shares:
        assert abs(sum(shares) - 1) < D("1e-20")
    assert len(shares) == sum(value > 0 for value in net.values())


@given(nets, positive)
def test_scaling_all_values_changes_no_class(net, factor):
    scaled = {key: value * factor for key, value in net.items()}
    assert [(s.key, s.abc) for s in standings(net)] == [
        (s.key, s.abc) for s in standings(scaled)
    ]


@given(nets, st.integers())
def test_order_of_input_does_not_matter(net, seed):
    shuffled = list(net.items())
    random.Random(seed).shuffle(shuffled)
    assert standings(net) == standings(dict(shuffled))
    assert smallest_set(net, D("0.8")) == smallest_set(dict(shuffled), D("0.8"))


@given(nets)
def test_classes_never_rise_down_the_list(net):
    ranked = standings(net)
    classes = "".join(standing.abc for standing in ranked)
    assert classes == "".join(sorted(classes))
    if ranked and ranked[0].net > 0:
        assert classes[0] == "A"
    assert all(s.abc == "C" and s.cumulative is None for s in ranked if s.net <= 0)


@given(nets, st.integers(1, 100).map(lambda n: D(n) / 100))
def test_smallest_set_is_enough_and_not_one_too_many(net, portion):
    found = [net[key] for key in smallest_set(net, portion)]
    needed = portion * sum(value for value in net.values() if value > 0)
    assert sum(found) >= needed
    if found:
        assert sum(found[:-1]) < needed


@given(nets)
def test_concentration_lies_between_even_and_one(net):
    count = sum(value > 0 for value in net.values())
    found = herfindahl(net)
    if not count:
        assert found is None
    else:
        assert D(1) / count - D("1e-20") <= found <= 1


# --- stability


@pytest.mark.parametrize(
    ("values", "percent", "xyz"),
    [
        ((100, 110, 90, 100, 105, 95), "6.45", "X"),
        ((100, 140, 60, 120, 80, 100), "25.8", "Z"),
    ],
)
def test_variation_of_the_examples(values, percent, xyz):
    values = [D(value) for value in values]
    places = len(percent.split(".")[1])
    assert round(variation(values) * 100, places) == D(percent)
    assert xyz_class(values, 6) == xyz


def test_limits_of_the_stability_classes():
    assert xyz_class([D(90), D(110)], 2) == "X"  # exactly 10 %
    assert xyz_class([D(75), D(125)], 2) == "Y"  # exactly 25 %
    assert xyz_class([D(74), D(126)], 2) == "Z"
    assert xyz_class([D(74), D(126)], 2, y=D("0.3")) == "Y"


def test_new_and_without_a_mean():
    assert xyz_class([D(5)] * 5, 6) == "new"
    assert xyz_class([D(0), D(0)], 2) is None
    assert xyz_class([D(5), D(-8)], 2) is None
    assert variation([]) is None


def test_refuses_bad_stability_limits():
    with pytest.raises(ValueError, match="above 0"):
        xyz_class([D(1)], 0)
    with pytest.raises(ValueError, match="X ≤ Y"):
        xyz_class([D(1)], 1, D("0.3"), D("0.2"))


@given(st.lists(positive, min_size=1, max_size=24), positive)
def test_variation_knows_no_unit(values, factor):
    one = variation(values)
    assert one >= 0
    assert abs(one - variation([value * factor for value in values])) < D("1e-9")


@given(positive, st.integers(1, 24))
def test_even_buying_does_not_vary(value, count):
    assert variation([value] * count) == 0


# --- recency, frequency, money

DAYS = (3, 5, 9, 14, 20, 28, 35, 50, 80, 140)
TIMES = (48, 30, 52, 24, 12, 26, 10, 6, 8, 2)
MONEY = (900, 400, 1200, 700, 150, 500, 300, 90, 60, 20)


def test_rfm_of_the_example():
    scores = rfm(*(dict(enumerate(column)) for column in (DAYS, TIMES, MONEY)))
    assert ",".join(score.code for score in scores.values()) == (
        "555,543,455,434,332,344,223,212,121,111"
    )
    assert scores[0].total == 15


def test_rfm_wants_the_same_customers():
    with pytest.raises(KeyError):
        rfm({1: 2}, {1: 2}, {2: 2})


@given(nets)
def test_equal_values_get_equal_scores_and_better_never_less(net):
    scores = quintiles(net)
    assert set(scores.values()) <= {1, 2, 3, 4, 5}
    for one in net:
        for other in net:
            if net[one] == net[other]:
                assert scores[one] == scores[other]
            elif net[one] > net[other]:
                assert scores[one] >= scores[other]


@given(nets)
def test_lowest_best_is_the_mirror(net):
    mirrored = {key: -value for key, value in net.items()}
    assert quintiles(net) == quintiles(mirrored, lowest_best=True)


# --- value


def test_value_of_the_examples():
    npv = net_present_value(D(250), [D(300), D(360), D(400)], D("0.9"), D("0.15"))
    assert round(npv, 2) == D("397.01")
    assert round(endless_value(D(400), D("0.85"), D("0.15")), 2) == D("1133.33")


def test_endless_value_without_an_end_is_none():
    assert endless_value(D(400), D(1), D(0)) is None
    assert endless_value(D(400), D(1), D("-0.5")) is None


@pytest.mark.parametrize(("retention", "discount"), [("1.1", "0.1"), ("0.9", "-1")])
def test_refuses_rates_out_of_range(retention, discount):
    with pytest.raises(ValueError, match="must be"):
        net_present_value(D(0), [], D(retention), D(discount))
    with pytest.raises(ValueError, match="must be"):
        endless_value(D(1), D(retention), D(discount))


@given(positive, st.integers(0, 99), st.integers(1, 50))
def test_many_years_come_near_the_endless_value(margin, retention, discount):
    retention, discount = D(retention) / 100, D(discount) / 100
    endless = endless_value(margin, retention, discount)
    years = net_present_value(D(0), [margin] * 2500, retention, discount)
    assert abs(endless - years) <= margin * D("1e-9") + D("1e-9")


def test_growth_and_margin():
    assert growth(D(125), D(100)) == D("0.25")
    assert growth(D(0), D(100)) == -1
    assert growth(D(125), D(0)) is None
    assert growth(D(125), D(-5)) is None
    assert margin_ratio(D(30), D(120)) == D("0.25")
    assert margin_ratio(D(30), D(0)) is None
    assert margin_ratio(D(-30), D(-10)) is None


# --- health

SCORES = {
    "payment": 40,
    "order_rhythm": 90,
    "growth_to_plan": 80,
    "assortment": 60,
    "coverage": 100,
    "service": 70,
}


@pytest.mark.parametrize(
    ("overdue", "dispute", "expected"),
    [
        (0, False, 70),
        (60, False, 70),
        (75, False, 50),
        (90, False, 50),
        (91, False, 30),
        (91, True, 0),
    ],
)
def test_health_and_its_caps(overdue, dispute, expected):
    assert health(SCORES, overdue, dispute) == expected


def test_a_cap_never_lifts():
    assert health(dict.fromkeys(SCORES, 20), 75) == 20


def test_health_over_what_is_known():
    assert health({"payment": 40, "order_rhythm": None}) == 40
    assert health({"payment": 50, "coverage": 85}) == 60
    assert health({}) is None
    assert health({"payment": None}, 100, True) is None


def test_health_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="charm"):
        health({"charm": 50})
    with pytest.raises(ValueError, match="between 0 and 100"):
        health({"payment": 101})


# --- candidates


def profile(key, net=100, share="0.02", **values):
    values = {"rank": key, "abc": "A", "in_smallest_set": True, **values}
    return Profile(key, net=D(net), share=D(share), **values)


def codes(candidate):
    return [reason.code for reason in candidate.reasons]


def test_candidates_are_ranked_by_revenue_at_most_n():
    found = candidates([profile(key, net=key) for key in range(1, 40)])
    assert [(c.place, c.key) for c in found] == list(
        zip(range(1, 21), range(39, 19, -1), strict=True)
    )


def test_not_candidates():
    assert not candidates(
        [
            profile(1, key_account=True),
            profile(2, net=0),
            profile(3, net=-5),
            profile(4, in_smallest_set=False),
        ]
    )
    assert not candidates([profile(1)], CandidatePolicy(limit=0))
    assert len(candidates([profile(1, share="0.1", in_smallest_set=False)])) == 1


def test_reasons_for():
    (found,) = candidates(
        [
            profile(
                1,
                share="0.12",
                xyz="X",
                variation=D("0.06"),
                rfm=Rfm(5, 4, 4),
                growth=D("0.10"),
                reliability=D("0.95"),
                days_late=D(-2),
                margin_ratio=D("0.4"),
                segment_leader=7,
            )
        ],
        CandidatePolicy(average_margin=D("0.3")),
    )
    assert codes(found) == [
        "key_by_share",
        "segment_leader",
        "recent_frequent",
        "steady",
        "growing",
        "reliable",
        "good_margin",
    ]
    assert not any(reason.caution for reason in found.reasons)
    assert [r.code for r in found.reasons if r.confidential] == ["good_margin"]
    figures = {reason.code: reason.figures for reason in found.reasons}
    assert figures["key_by_share"] == {"share": D("0.12"), "k": D("0.10")}
    assert figures["reliable"] == {"reliability": D("0.95"), "days_late": D(-2)}


def test_reasons_against():
    (found,) = candidates(
        [
            profile(
                1,
                xyz="Z",
                variation=D("0.6"),
                rfm=Rfm(1, 4, 4),
                growth=D("-0.10"),
                reliability=D("0.49"),
                margin_ratio=D("0.1"),
            )
        ],
        CandidatePolicy(average_margin=D("0.3")),
    )
    assert codes(found) == [
        "large_share",
        "irregular",
        "shrinking",
        "pays_late",
        "thin_margin",
    ]
    assert [r.code for r in found.reasons if not r.caution] == ["large_share"]


def test_what_is_unknown_or_ordinary_is_not_said():
    (found,) = candidates(
        [profile(1, growth=D("0.05"), reliability=D("0.7"), xyz="Y")],
        CandidatePolicy(average_margin=D("0.3")),
    )
    assert codes(found) == ["large_share"]
    (new,) = candidates([profile(1, xyz="new")])
    assert codes(new) == ["large_share", "new"]


def test_refuses_a_negative_number_of_candidates():
    with pytest.raises(ValueError, match="negative"):
        CandidatePolicy(limit=-1)
