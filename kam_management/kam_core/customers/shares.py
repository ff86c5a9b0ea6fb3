"""Who makes the revenue: shares, key customers, ABC classes, concentration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

Key = TypeVar("Key")
ZERO = Decimal(0)
KEY_SHARE = Decimal("0.10")
ABC_A = Decimal("0.80")
ABC_B = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class Standing(Generic[Key]):
    """Where a customer stands among all.

    :param rank: 1 for the largest
    :param net: net revenue of the period, without tax
    :param share: of the revenue of all customers above zero; None for a customer
        whose net revenue is zero or less
    :param cumulative: the share of this customer and all before it; None likewise
    :param abc: ``"A"``, ``"B"`` or ``"C"``
    """

    key: Key
    rank: int
    net: Decimal
    share: Decimal | None
    cumulative: Decimal | None
    abc: str


def base_of_shares(net: Mapping[Key, Decimal]) -> Decimal:
    """Return the revenue that shares are taken of: the customers' above zero.

    Customers who returned more than they bought stay outside, so that shares add up
    to 1, none is above 1 and the cumulative share ends at 1.
    """
    return sum((value for value in net.values() if value > 0), ZERO)


def ordered(net: Mapping[Key, Decimal]) -> list[tuple[Key, Decimal]]:
    """Return customers by net revenue falling, equal ones by key."""
    return sorted(net.items(), key=lambda item: (-item[1], item[0]))


def abc_class(
    before: Decimal, base: Decimal, a: Decimal = ABC_A, b: Decimal = ABC_B
) -> str:
    """Return the class of an item by the revenue of the items before it.

    A while the cumulative share *before* the item is below ``a``, B below ``b``,
    else C: so that the item which crosses the line still belongs to the class.

    :param before: revenue of the items before this one, same unit as ``base``
    :param base: revenue of all
    :source: A. Dickie, ABC Inventory Analysis, Factory Management and Maintenance,
        1951; the assignment "before the item" is the project's choice
    """
    # Products, not quotients: exact, so that scaling all values changes no class.
    if before < a * base:
        return "A"
    return "B" if before < b * base else "C"


def standings(
    net: Mapping[Key, Decimal], a: Decimal = ABC_A, b: Decimal = ABC_B
) -> list[Standing[Key]]:
    """Return all customers ranked, the largest first, with share and ABC class.

    Customers with net revenue of zero or less come last, in class C, outside the
    cumulative share.

    :param net: customer → net revenue (invoices less credit notes), without tax,
        company currency
    :param a: class A ends at this cumulative share, 0 to 1
    :param b: class B ends at this cumulative share, ``a`` to 1
    :raises ValueError: when not 0 < a ≤ b ≤ 1
    """
    if not 0 < a <= b <= 1:
        raise ValueError("class limits must be 0 < A ≤ B ≤ 1")
    base = base_of_shares(net)
    result = []
    cumulative = ZERO
    for rank, (key, value) in enumerate(ordered(net), 1):
        if value > 0:
            abc = abc_class(cumulative, base, a, b)
            cumulative += value
            shares = value / base, cumulative / base
        else:
            abc, shares = "C", (None, None)
        result.append(Standing(key, rank, value, *shares, abc))
    return result


def key_customers(
    net: Mapping[Key, Decimal], least_share: Decimal = KEY_SHARE
) -> list[Key]:
    """Return the customers that are key by share, the largest first.

    :param net: customer → net revenue without tax, company currency
    :param least_share: share of the revenue from which a customer is key, above 0
        and up to 1
    :raises ValueError: when ``least_share`` is out of its range
    """
    if not 0 < least_share <= 1:
        raise ValueError("the key share must be above 0 and at most 1")
    least = least_share * base_of_shares(net)
    return [key for key, value in ordered(net) if value > 0 and value >= least]


def smallest_set(net: Mapping[Key, Decimal], portion: Decimal) -> list[Key]:
    """Return the fewest customers who together make ``portion`` of the revenue.

    Reported, not made key: among thousands of customers it is hundreds.

    :param portion: above 0 and up to 1, ``Decimal("0.8")``
    :raises ValueError: when ``portion`` is out of its range
    """
    if not 0 < portion <= 1:
        raise ValueError("the portion must be above 0 and at most 1")
    needed = portion * base_of_shares(net)
    result = []
    reached = ZERO
    for key, value in ordered(net):
        if value <= 0 or reached >= needed:
            break
        reached += value
        result.append(key)
    return result


def herfindahl(net: Mapping[Key, Decimal]) -> Decimal | None:
    """Return the concentration HHI = Σ share², 1/n (even) to 1 (one customer).

    :returns: None when no customer has revenue above zero
    :source: Herfindahl-Hirschman index; Hirschman, The Paternity of an Index,
        American Economic Review 54(5), 1964
    """
    base = base_of_shares(net)
    if not base:
        return None
    return sum(value * value for value in net.values() if value > 0) / (base * base)
