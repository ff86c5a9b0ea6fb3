from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.money import (
    CurrencyMismatch,
    Money,
    currency_decimals,
    round_half_up,
    split_largest_remainder,
)

cents = st.integers(-(10**12), 10**12).map(lambda n: D(n).scaleb(-2))
weights = st.lists(
    st.integers(0, 10**9).map(lambda n: D(n).scaleb(-3)), min_size=1, max_size=30
).filter(any)


def test_amounts_of_one_currency_add_and_compare():
    assert Money(D("10.10"), "EUR") + Money(D("0.05"), "EUR") == Money(
        D("10.15"), "EUR"
    )
    assert Money(D(3), "EUR") - Money(D(5), "EUR") == -Money(D(2), "EUR")
    assert Money(D(3), "EUR") < Money(D(5), "EUR") <= Money(D(5), "EUR")
    assert 3 * Money(D("1.1"), "EUR") == Money(D("3.3"), "EUR")
    assert not Money(0, "EUR")


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a >= b,
        lambda a, b: a.ratio_to(b),
    ],
)
def test_two_currencies_never_mix(operation):
    with pytest.raises(CurrencyMismatch, match=r"EUR.*USD") as caught:
        operation(Money(D(1), "EUR"), Money(D(1), "USD"))
    assert caught.value.code == "currency_mismatch"


def test_a_bare_number_is_not_money():
    with pytest.raises(TypeError, match="only with Money"):
        Money(D(1), "EUR") + D(1)


@pytest.mark.parametrize("amount", [0.1, "1", None])
def test_only_exact_amounts(amount):
    with pytest.raises(TypeError, match="Decimal"):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_only_finite_amounts(amount):
    with pytest.raises(ValueError, match="finite"):
        Money(D(amount), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("2.345", "EUR", "2.35"),
        ("-2.345", "EUR", "-2.35"),
        ("2.5", "JPY", "3"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_rounds_half_up_to_the_currency(amount, currency, shown):
    assert str(Money(D(amount), currency).rounded().amount) == shown


def test_decimals_of_an_unknown_currency_are_two():
    assert currency_decimals("XXX") == 2
    assert round_half_up(D(1250), -2) == D(1300)


def test_ratio_to_nothing_is_none():
    assert Money(D(5), "EUR").ratio_to(Money(0, "EUR")) is None
    assert Money(D(5), "EUR").ratio_to(Money(D(20), "EUR")) == D("0.25")


def test_a_third_each_gives_the_cent_to_the_first():
    parts = Money(D(100), "EUR").split([1, 1, 1])
    assert [str(part.amount) for part in parts] == ["33.34", "33.33", "33.33"]


def test_the_largest_loss_gets_the_cent():
    assert split_largest_remainder(D("0.10"), [1, 2, 3], 2) == (
        D("0.02"),
        D("0.03"),
        D("0.05"),
    )


def test_nothing_to_split_over():
    with pytest.raises(ValueError, match="all zero"):
        split_largest_remainder(D(1), [0, 0])
    with pytest.raises(ValueError, match="negative"):
        split_largest_remainder(D(1), [2, -1])


@given(cents, weights)
def test_parts_add_up_exactly(total, weights):
    parts = split_largest_remainder(total, weights)
    assert sum(parts) == total
    assert all(
        not part for part, weight in zip(parts, weights, strict=True) if not weight
    )


@given(cents, weights)
def test_no_part_is_off_by_a_unit(total, weights):
    whole = sum(weights)
    for part, weight in zip(
        split_largest_remainder(total, weights), weights, strict=True
    ):
        assert abs(part * whole - total * weight) < D("0.01") * whole


@given(cents, weights)
def test_a_refund_splits_as_its_sale(total, weights):
    refund = split_largest_remainder(-total, weights)
    assert refund == tuple(-part for part in split_largest_remainder(total, weights))
