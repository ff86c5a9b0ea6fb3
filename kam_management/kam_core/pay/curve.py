"""The pay curve: how much of the variable pay an attainment earns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

RAMP, CLIFF = "ramp", "cliff"
MARGINAL, RETROACTIVE = "marginal", "retroactive"
ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Tier:
    """Above plan, from ``start`` on, each point of attainment pays ``multiplier``.

    :param start: attainment as a ratio, 1 or more; exactly there counts as reached
    :param multiplier: 0 or more
    """

    start: Decimal
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """Pay as a ratio of the variable pay at plan, by attainment.

    :param threshold: attainment below which nothing is paid, as a ratio below 1
    :param entry: ``ramp`` (from 0 at the threshold to 1 at plan) or ``cliff`` (from
        the threshold on, what was attained)
    :param tiers: :class:`Tier` by ``start``; before the first each point pays 1
    :param accelerator: ``marginal`` (a tier prices what lies in it) or
        ``retroactive`` (reaching a higher multiplier prices all of it anew)
    :param cap: the most that is paid, as a ratio; None: no end
    :raises ValueError: numbers outside these ranges
    """

    threshold: Decimal = ZERO
    entry: str = RAMP
    tiers: tuple[Tier, ...] = ()
    accelerator: str = MARGINAL
    cap: Decimal | None = None

    def __post_init__(self):
        starts = [tier.start for tier in self.tiers]
        if not ZERO <= self.threshold < ONE:
            raise ValueError("the threshold is at least 0 and below 1")
        if starts != sorted(set(starts)) or any(one < ONE for one in starts):
            raise ValueError("tiers begin at 1 or more, each later than the one before")
        if any(tier.multiplier < ZERO for tier in self.tiers):
            raise ValueError("multipliers are 0 or more")

    def pay_ratio(self, attainment: Decimal) -> Decimal:
        """Return what ``attainment`` earns, as a ratio of the variable pay at plan.

        :param attainment: fact / plan, 1 is the plan
        :source: FORMULAS.md, *Plan and pay*; WorldatWork, Sales Compensation, 2020
        """
        ratio = self._below(attainment) if attainment < ONE else self._above(attainment)
        return ratio if self.cap is None else min(ratio, self.cap)

    def _below(self, attainment):
        if attainment < self.threshold or attainment <= ZERO:
            return ZERO
        if self.entry == CLIFF:
            return attainment
        return (attainment - self.threshold) / (ONE - self.threshold)

    def _above(self, attainment):
        paid, best, reached, multiplier = ONE, ONE, ONE, ONE
        for tier in self.tiers:
            if tier.start > attainment:
                break
            # what lies up to a tier's start belongs to the tier before it
            paid += (tier.start - reached) * multiplier
            reached, multiplier = tier.start, tier.multiplier
            if self.accelerator == RETROACTIVE and multiplier > best:
                paid, best = reached * multiplier, multiplier
        return paid + (attainment - reached) * multiplier
