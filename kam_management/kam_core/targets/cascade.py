"""One plan split into parts that add up to it: by last year's season, or evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..money import split_largest_remainder
from ..periods import Period

ZERO = Decimal(0)


def split_over(
    total: Decimal, weights: Mapping[object, Decimal], decimals: int = 2
) -> dict:
    """Return ``total`` split by weights, by key; the parts add up exactly.

    Whoever had nothing, or less than nothing, last year gets the mean of the others'
    weights: a plan of zero would be no plan. Nobody with anything: even parts.

    :param weights: last year's figures by key (team, user, account, period)
    :param decimals: of the unit: 2 for most currencies, 0 for customers
    """
    if not weights:
        return {}
    positive = [one for one in weights.values() if one > 0]
    mean = sum(positive, ZERO) / len(positive) if positive else Decimal(1)
    mean = mean.quantize(Decimal("0.0001")) or Decimal(1)
    filled = [one if one > 0 else mean for one in weights.values()]
    parts = split_largest_remainder(total, filled, decimals)
    return dict(zip(weights, parts, strict=True))


def quarters(period: Period) -> Sequence[Period]:
    """Return the quarters of a period of whole quarters, else the period itself."""
    months = period.months()
    if not period.whole_months or period.whole_months % 3:
        return [period]
    return [
        Period(months[n].start, months[n + 2].end) for n in range(0, len(months), 3)
    ]
