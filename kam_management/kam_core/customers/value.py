"""What a customer brings: growth, margin, present value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def growth(this: Decimal, previous: Decimal) -> Decimal | None:
    """Return this / previous - 1: 0.25 is 25 % more.

    :param this: net revenue of the period, without tax
    :param previous: net revenue of the equal period before it, same currency
    :returns: None when there is no base to grow from (zero or below)
    """
    return this / previous - 1 if previous > 0 else None


def margin_ratio(margin: Decimal, revenue: Decimal) -> Decimal | None:
    """Return margin / revenue.

    :param margin: revenue less cost, without tax
    :param revenue: net revenue of the same documents, same currency
    :returns: None when the revenue is zero or below: after more returns than sales
        the quotient would say the opposite of what happened
    """
    return margin / revenue if revenue > 0 else None


def _check(retention: Decimal, discount: Decimal) -> None:
    if not 0 <= retention <= 1:
        raise ValueError("retention must be between 0 and 1")
    if discount <= -1:
        raise ValueError("the discount rate must be above -1 (0.15 is 15 %)")


def net_present_value(
    investment: Decimal,
    margins: Sequence[Decimal],
    retention: Decimal,
    discount: Decimal,
) -> Decimal:
    """Return -I + Σ mₜ·rᵗ/(1+d)ᵗ, t = 1 … n: what a customer is worth today.

    :param investment: spent at once to win or develop the customer, same currency
    :param margins: per year, the first in a year: margin less the cost to serve,
        without tax
    :param retention: share of customers who stay from one year to the next, 0 to 1
    :param discount: cost of capital a year, 0.15 is 15 %
    :raises ValueError: when retention or discount is out of its range
    :source: Gupta, Lehmann, Managing Customers as Investments, 2005
    """
    _check(retention, discount)
    factor = retention / (1 + discount)
    value = -investment
    weight = Decimal(1)
    for margin in margins:
        weight *= factor
        value += margin * weight
    return value


def endless_value(
    margin: Decimal, retention: Decimal, discount: Decimal
) -> Decimal | None:
    """Return m·r/(1+d-r): the value of an even margin without end.

    The first margin comes in a year.

    :param margin: a year's margin less the cost to serve, without tax
    :param retention: share of customers who stay from one year to the next, 0 to 1
    :param discount: cost of capital a year, 0.15 is 15 %
    :returns: None when 1 + d - r is zero or below: the sum has no end value
    :raises ValueError: when retention or discount is out of its range
    :source: Gupta, Lehmann, Managing Customers as Investments, 2005
    """
    _check(retention, discount)
    divisor = 1 + discount - retention
    return margin * retention / divisor if divisor > 0 else None
