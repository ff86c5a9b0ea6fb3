"""Commission: a rate by deal size, of value, margin or collected money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..money import round_half_up, split_largest_remainder

VALUE, MARGIN, COLLECTED = "value", "margin", "collected"


@dataclass(frozen=True, slots=True)
class Step:
    """From a deal size on, this rate.

    :param start: size of the deal, company currency, without tax
    :param rate: as a ratio: 0.05 is 5 %
    """

    start: Decimal
    rate: Decimal


def rate_of(steps: Sequence[Step], deal_size: Decimal) -> Decimal:
    """Return the rate for a deal; 0 below the first step.

    A deal exactly at a step has reached it.

    :param deal_size: of the whole deal, not of one owner's share; a return has the
        size of the deal it takes back
    """
    rate = Decimal(0)
    for step in sorted(steps, key=lambda one: one.start):
        if deal_size >= step.start:
            rate = step.rate
    return rate


def commission(
    base: Decimal, rate: Decimal, shares: Sequence[Decimal], decimals: int = 2
) -> tuple[Decimal, ...]:
    """Return the commission of a deal, a part for each owner, adding up exactly.

    :param base: value, margin or collected money of the whole deal, without tax;
        below zero for a return, at the rate of what is taken back
    :param shares: of the owners, in the order that ties are broken
    :param decimals: of the company currency
    """
    return split_largest_remainder(
        round_half_up(base * rate, decimals), shares, decimals
    )
