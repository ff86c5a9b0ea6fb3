"""How evenly a customer buys: the coefficient of variation and XYZ classes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

XYZ_X = Decimal("0.10")
XYZ_Y = Decimal("0.25")
NEW = "new"


def variation(values: Sequence[Decimal]) -> Decimal | None:
    """Return population sigma / mean.

    :param values: net revenue of equal periods one after another, without tax; a
        period without purchases is a zero, not left out
    :returns: None when the mean is zero or below: there is nothing to vary around
    :source: coefficient of variation; Pearson, Phil. Trans. R. Soc. A 187, 1896
    """
    count = len(values)
    total = sum(values, Decimal(0))
    if total <= 0:
        return None
    # sigma² = (nΣx² - (Σx)²) / n², hence sigma / mean = √(nΣx² - (Σx)²) / Σx
    spread = count * sum(value * value for value in values) - total * total
    return max(spread, Decimal(0)).sqrt() / total


def xyz_class(
    values: Sequence[Decimal],
    periods: int,
    x: Decimal = XYZ_X,
    y: Decimal = XYZ_Y,
) -> str | None:
    """Return ``"X"`` (steady), ``"Y"``, ``"Z"`` (irregular), ``"new"`` or None.

    :param values: net revenue of the periods since the customer came, without tax
    :param periods: how many periods a judgement needs
    :param x: X up to this variation (0.10 is 10 %)
    :param y: Y up to this variation
    :returns: ``"new"`` with fewer than ``periods`` periods; None when the mean is
        zero or below
    :raises ValueError: when ``periods`` is not above 0 or not 0 ≤ x ≤ y
    """
    if periods <= 0:
        raise ValueError("the number of periods must be above 0")
    if not 0 <= x <= y:
        raise ValueError("class limits must be 0 ≤ X ≤ Y")
    if len(values) < periods:
        return NEW
    found = variation(values)
    if found is None:
        return None
    if found <= x:
        return "X"
    return "Y" if found <= y else "Z"
