"""What is open of a receivable item as of a day.

An item is one line of a posted entry on a receivable account: an invoice or one of its
instalments, a credit note, a payment, a write-off, an exchange difference, an opening
balance. Amounts are debit less credit in company currency, tax included: a debt is
above zero, a credit below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of an item that was settled against another item.

    :param amount: above zero
    :param date: the later of the accounting dates of both items
    :param crossed: the other item is another customer's, or its entry is no longer
        posted: the ledger of this customer still has the amount
    """

    amount: Decimal
    date: date
    crossed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A posted line on a receivable account.

    :param key: id of the journal item
    :param date: accounting date
    :param base: the day it ages from: the due date, or the invoice date
    :param amount: debit less credit
    :param payment: it is money, not a document of sale
    """

    key: int
    date: date
    base: date
    amount: Decimal
    payment: bool = False
    allocations: tuple[Allocation, ...] = ()


def allocated(item: Item, as_of: date, crossed: bool | None = None) -> Decimal:
    """Return what was settled of an item by ``as_of``, above zero.

    :param crossed: only allocations of that kind; None: all
    """
    return sum(
        (
            one.amount
            for one in item.allocations
            if one.date <= as_of and crossed in (None, one.crossed)
        ),
        ZERO,
    )


def open_amount(item: Item, as_of: date) -> Decimal:
    """Return what is open of an item as of a day, with its sign.

    open = amount - allocations dated up to ``as_of``; zero for an item dated later

    :source: FORMULAS, Ageing: "As of D: open = amount - Σ allocations dated <= D"
    """
    if item.date > as_of:
        return ZERO
    sign = -1 if item.amount < 0 else 1
    return item.amount - sign * allocated(item, as_of)


def crossed_amount(item: Item, as_of: date) -> Decimal:
    """Return what was settled against items that are not in this customer's ledger.

    With its sign; open + crossed of all items of a customer is the ledger's balance.
    """
    if item.date > as_of:
        return ZERO
    sign = -1 if item.amount < 0 else 1
    return sign * allocated(item, as_of, crossed=True)


def balance(items: Iterable[Item], as_of: date) -> Decimal:
    """Return the ledger's balance of the items as of a day."""
    return sum((one.amount for one in items if one.date <= as_of), ZERO)
