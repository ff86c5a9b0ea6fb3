"""One figure for how well an account stands: a weighted score with caps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

HEALTH_WEIGHTS: Mapping[str, Decimal] = {
    "payment": Decimal("0.25"),
    "order_rhythm": Decimal("0.20"),
    "growth_to_plan": Decimal("0.20"),
    "assortment": Decimal("0.15"),
    "coverage": Decimal("0.10"),
    "service": Decimal("0.10"),
}
# Overdue more than these days, the score is at most this; the strictest first.
OVERDUE_CAPS = ((90, 30), (60, 50))


def health(
    scores: Mapping[str, Decimal | int | None],
    overdue_days: int = 0,
    legal_dispute: bool = False,
    weights: Mapping[str, Decimal] | None = None,
) -> Decimal | None:
    """Return Σ wᵢsᵢ of 100, capped by what no good score may outweigh.

    Overdue more than 60 days it is at most 50, more than 90 days at most 30; in a
    legal dispute 0. Scores that are missing are left out and the weights of the
    others scaled up.

    :param scores: each 0 to 100, by the names in ``weights``; None or absent when
        not known
    :param overdue_days: days since the oldest open invoice fell due
    :returns: None when nothing is known
    :raises ValueError: when a score has no weight or is not between 0 and 100
    """
    weights = HEALTH_WEIGHTS if weights is None else weights
    unknown = scores.keys() - weights.keys()
    if unknown:
        raise ValueError(f"there is no weight for {', '.join(sorted(unknown))}")
    present = {name: score for name, score in scores.items() if score is not None}
    if any(not 0 <= score <= 100 for score in present.values()):
        raise ValueError("scores must be between 0 and 100")
    weight = sum((weights[name] for name in present), Decimal(0))
    if not weight:
        return None
    if legal_dispute:
        return Decimal(0)
    value = sum(weights[name] * score for name, score in present.items()) / weight
    for days, cap in OVERDUE_CAPS:
        if overdue_days > days:
            return min(value, Decimal(cap))
    return value
