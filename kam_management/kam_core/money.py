"""Amounts of money: exact, in one currency, rounded only when they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217:2015 table A.1: minor units that are not 2. Odoo's own rounding of a
# currency is passed as ``decimals`` where it differs.
# fmt: off
_WITHOUT_MINOR_UNIT = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
    "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
)
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# fmt: on
_MINOR_UNITS = {
    **dict.fromkeys(_WITHOUT_MINOR_UNIT, 0),
    **dict.fromkeys(_THOUSANDTHS, 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class CurrencyMismatch(ValueError):
    """Amounts of two currencies met in one operation."""

    code = "currency_mismatch"

    def __init__(self, left: str, right: str):
        super().__init__(f"Cannot combine {left} with {right}: convert one of them.")
        self.left = left
        self.right = right


def currency_decimals(currency: str) -> int:
    """Return how many decimals amounts in ``currency`` have.

    :param currency: ISO 4217 code, upper case; an unknown one has two decimals
    :source: ISO 4217:2015, table A.1, minor unit
    """
    return _MINOR_UNITS.get(currency, 2)


def round_half_up(amount: Decimal, decimals: int) -> Decimal:
    """Return ``amount`` with ``decimals`` decimals, a half going away from zero.

    :param decimals: 0 and more; minus n rounds to 10^n
    :source: the rule "HALF-UP" of Odoo's ``float_round``, which rounds the ledger
    """
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; whether tax is in it, the user of it says.

    :param amount: never a float: 0.1 has no exact float
    :param currency: ISO 4217 code, ``"EUR"``
    """

    amount: Decimal
    currency: str

    def __post_init__(self):
        if isinstance(self.amount, int):
            object.__setattr__(self, "amount", Decimal(self.amount))
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"amount must be a Decimal, not {self.amount!r}")
        if not self.amount.is_finite():
            raise ValueError(f"amount must be a finite number, not {self.amount}")

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"Money goes only with Money, not with {other!r}")
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def ratio_to(self, other: Money) -> Decimal | None:
        """Return this amount as a share of ``other``; None when that is zero.

        :raises CurrencyMismatch: when the two are not in one currency
        """
        divisor = self._same(other)
        return self.amount / divisor if divisor else None

    def rounded(self, decimals: int | None = None) -> Money:
        """Return the amount as it is shown or posted, rounded half-up.

        :param decimals: of the currency by default
        """
        if decimals is None:
            decimals = currency_decimals(self.currency)
        return Money(round_half_up(self.amount, decimals), self.currency)

    def split(
        self, weights: Sequence[Decimal | int], decimals: int | None = None
    ) -> tuple[Money, ...]:
        """Return one part per weight; the parts add up to the rounded amount.

        :param weights: zero or more each, not all zero
        :param decimals: of the currency by default
        :raises ValueError: when there is nothing to split over
        :source: see :func:`split_largest_remainder`
        """
        if decimals is None:
            decimals = currency_decimals(self.currency)
        parts = split_largest_remainder(self.amount, weights, decimals)
        return tuple(Money(part, self.currency) for part in parts)


def split_largest_remainder(
    total: Decimal, weights: Sequence[Decimal | int], decimals: int = 2
) -> tuple[Decimal, ...]:
    """Return ``total`` split in proportion to ``weights``, adding up exactly.

    Each part is first cut down to ``decimals``; the units left over go one each to
    the parts that lost most, the earlier first where they lost alike. A negative
    total is split as the positive one and negated.

    :param total: rounded half-up to ``decimals`` before it is split
    :param weights: zero or more each, not all zero; a weight of zero gets zero
    :raises ValueError: when a weight is negative or all are zero
    :source: Hamilton's method; Balinski, Young: Fair Representation, 2nd ed. 2001
    """
    weights = [Decimal(weight) for weight in weights]
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = sum(weights, Decimal(0))
    if not whole:
        raise ValueError("weights must not be all zero: there is nothing to split over")
    unit = Decimal(1).scaleb(-decimals)
    rounded = round_half_up(total, decimals)
    sign = -1 if rounded < 0 else 1
    units = int(abs(rounded) / unit)
    # Whole numbers from here on: a quotient of Decimals is itself rounded.
    scale = min(0, *(weight.as_tuple().exponent for weight in weights))
    whole_weights = [int(weight.scaleb(-scale)) for weight in weights]
    divisor = sum(whole_weights)
    parts, remainders = [], []
    for weight in whole_weights:
        part, remainder = divmod(units * weight, divisor)
        parts.append(part)
        remainders.append(remainder)
    by_loss = sorted(range(len(parts)), key=lambda i: -remainders[i])
    for index in by_loss[: units - sum(parts)]:
        parts[index] += 1
    return tuple(sign * part * unit for part in parts)
