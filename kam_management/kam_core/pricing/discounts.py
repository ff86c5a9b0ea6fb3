"""What an order gives away: real discount, and what of it is beyond the column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..money import round_half_up

ZERO, HUNDRED = Decimal(0), Decimal(100)
# a discount has two decimals, so a price made by one is right within this, in percent
ROUNDING = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of goods, or a deduction (discount, reward) when ``subject`` is None.

    All prices are of one unit on the same basis of tax, order currency.

    :param subject: what is sold: code of product and unit, ``#31/1``
    :param net: of the whole line after discount
    :param base: price in the base column at the order's date, quantity, unit, currency
    :param column: price in the customer's column, likewise
    """

    subject: str | None
    quantity: Decimal
    net: Decimal
    base: Decimal = ZERO
    column: Decimal = ZERO

    @property
    def base_value(self) -> Decimal:
        """Return the line at the base column."""
        return self.base * self.quantity

    @property
    def column_value(self) -> Decimal:
        """Return the line at the customer's column."""
        return self.column * self.quantity


def real_discount(lines: Iterable[Line]) -> Decimal | None:
    """Return the real discount of an order, a ratio; None without a base price.

    1 - (net of the product lines with discount and reward lines) / (the product lines
    in the base column at the same date, quantity, unit and currency)

    :source: FORMULAS, Sales
    """
    lines = list(lines)
    base = sum((one.base_value for one in lines), ZERO)
    return 1 - sum((one.net for one in lines), ZERO) / base if base else None


def percent_off(value: Decimal, full: Decimal) -> Decimal:
    """Return by how many percent ``value`` is below ``full``; zero when not.

    Goods taken back have both below zero: below the column is what is given back above
    it.
    """
    return max(ZERO, (full - value) / abs(full) * HUNDRED) if full else ZERO


@dataclass(frozen=True, slots=True)
class Giveaway:
    """What is beyond the customer's column and what is free to give.

    :param amount: given away below the column, order currency: all lines below it, and
        the deductions; a line above its column does not pay for another
    :param percent: of the order at the column
    :param lines: {subject: (percent, quantity)} of the lines beyond
    :param deducted: the deductions in it
    """

    amount: Decimal
    percent: Decimal
    lines: dict
    deducted: Decimal

    def measure(self, currency: str, decimals: int = 2) -> dict:
        """Return it as the measure of an approval."""
        lines = {
            subject: {"percent": _text(percent), "quantity": _plain(quantity)}
            for subject, (percent, quantity) in self.lines.items()
        }
        found = {
            "currency": currency,
            "amount": format(round_half_up(self.amount, decimals), "f"),
            "percent": _text(self.percent),
        }
        return {**found, "lines": lines} if lines else found


def giveaway(lines: Iterable[Line], free_percent: Decimal = ZERO) -> Giveaway | None:
    """Return what of an order is beyond the column, None when nothing is.

    :param free_percent: discount below the column that needs no approval, of a line
        and of the order
    """
    lines = list(lines)
    free = (free_percent or ZERO) + ROUNDING
    given, deducted, beyond, whole = ZERO, ZERO, {}, ZERO
    for one in lines:
        if one.subject is None:
            deducted += max(ZERO, -one.net)
            continue
        whole += max(ZERO, one.column_value)
        off = percent_off(one.net, one.column_value)
        if off > ROUNDING:
            given += one.column_value - one.net
        if off > free:
            worst, quantity = beyond.get(one.subject, (ZERO, ZERO))
            beyond[one.subject] = (max(worst, off), quantity + abs(one.quantity))
    total = given + deducted
    percent = total / whole * HUNDRED if whole else (HUNDRED if total else ZERO)
    if not beyond and percent <= free:
        return None
    return Giveaway(total, percent, beyond, deducted)


def _text(percent):
    return format(round_half_up(percent, 2), "f")


def _plain(number):
    return format(number.normalize() + 0, "f") if number else "0"
