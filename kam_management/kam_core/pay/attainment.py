"""Attainment of plans: of one, of several with weights, with a debt coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

UP, DOWN = "up", "down"
ZERO, ONE = Decimal(0), Decimal(1)
FLOOR, CAP = Decimal("0.8"), Decimal("1.2")


@dataclass(frozen=True, slots=True)
class Weighted:
    """One line of several: what counts, how much, and how it went.

    :param weight: its part of the whole, 0 to 1
    :param attained: fact / plan; None: not known (no plan, or no source)
    :param floor: below it the line counts 0; exactly there it counts
    :param cap: more than it counts as it; None: no end
    """

    weight: Decimal
    attained: Decimal | None
    floor: Decimal = FLOOR
    cap: Decimal | None = CAP

    @property
    def counted(self) -> Decimal:
        """What of the attainment counts: 0 below the floor, at most the cap."""
        if self.attained is None or self.attained < self.floor:
            return ZERO
        return self.attained if self.cap is None else min(self.attained, self.cap)


def attainment(
    fact: Decimal | None, plan: Decimal | None, direction: str = UP
) -> Decimal | None:
    """Return fact / plan; None without a plan, or when the fact is not known.

    Where less is better (``down``: overdue share, DSO) it is 2 - fact / plan, not
    below 0: at plan 1, half of it 1.5, twice as much 0.

    :param fact: in the unit of the plan
    :param direction: ``up`` or ``down``
    """
    if fact is None or not plan:
        return None
    if direction == DOWN:
        return max(ZERO, 2 - fact / plan)
    return fact / plan


def weighted(lines: Sequence[Weighted]) -> Decimal | None:
    """Return Σ weight x what counts; None when there are no lines.

    Weights .5 at 1.10, .2 at .95, .1 at 1.2, .1 at .9, .1 at .7 give 0.95. A line
    that is not known counts 0: it is not made up for by the others.
    """
    if not lines:
        return None
    return sum((line.weight * line.counted for line in lines), ZERO)


def debt_coefficient(
    steps: Sequence[tuple[Decimal, Decimal]], overdue_share: Decimal | None
) -> Decimal:
    """Return the coefficient of pay for a share of overdue debt.

    :param steps: (share of debts up to which it holds, coefficient); beyond the last
        step its coefficient goes on
    :param overdue_share: overdue / receivable as a ratio; None, or no steps: 1
    """
    if overdue_share is None or not steps:
        return ONE
    ordered = sorted(steps)
    for up_to, coefficient in ordered:
        if overdue_share <= up_to:
            return coefficient
    return ordered[-1][1]
