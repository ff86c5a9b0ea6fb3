"""How recently, how often and for how much a customer buys: RFM in quintiles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rfm:
    """The three scores, 5 the best and 1 the least."""

    recency: int
    frequency: int
    monetary: int

    @property
    def code(self) -> str:
        """The three digits as the trade writes them: ``"543"``."""
        return f"{self.recency}{self.frequency}{self.monetary}"

    @property
    def total(self) -> int:
        """The sum of the scores, 3 to 15."""
        return self.recency + self.frequency + self.monetary


def quintiles(values: Mapping[Key, Any], lowest_best: bool = False) -> dict[Key, int]:
    """Return 5 for the best fifth to 1 for the last; equal values, equal score.

    The score is 5 - ⌊5 * (customers strictly better) / n⌋: equal customers share the
    best place among them.

    :param values: customer → a number
    :param lowest_best: the lowest value is the best, as with days since the last
        purchase
    """
    order = sorted(values.values())
    count = len(order)
    scores = {}
    for key, value in values.items():
        if lowest_best:
            better = bisect_left(order, value)
        else:
            better = count - bisect_right(order, value)
        scores[key] = 5 - 5 * better // count
    return scores


def rfm(
    days_since: Mapping[Key, int],
    purchases: Mapping[Key, int],
    amounts: Mapping[Key, Any],
) -> dict[Key, Rfm]:
    """Return the three scores of each customer.

    :param days_since: days from the last invoice to the end of the period
    :param purchases: number of invoices in the period
    :param amounts: net revenue of the period without tax, one currency
    :raises KeyError: when the three do not speak of the same customers
    :source: Hughes, Strategic Database Marketing, 4th ed. 2012 (quintiles)
    """
    if not days_since.keys() == purchases.keys() == amounts.keys():
        raise KeyError("recency, frequency and amount must have the same customers")
    recency = quintiles(days_since, lowest_best=True)
    frequency = quintiles(purchases)
    monetary = quintiles(amounts)
    return {key: Rfm(recency[key], frequency[key], monetary[key]) for key in amounts}
