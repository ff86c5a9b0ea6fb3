"""Kept, part kept or broken: derived from payments, never ticked.

Money counts from the day the promise was made to two calendar days after the promised
day. A payment is counted once: it goes to the promise that names its invoice, then to
the one that falls due first. What a credit note settles is no longer owed, so it lowers
what was promised instead of keeping it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .promises import GRACE_DAYS

KEPT_RATIO = Decimal("0.95")
ZERO = Decimal(0)

OPEN, KEPT, PART, BROKEN = "open", "kept", "part", "broken"
WITHDRAWN, SETTLED = "withdrawn", "settled"


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise as this reckoning needs it.

    :param amount: above zero, one currency for all pledges of one reckoning
    :param documents: ids of the invoices it names; empty: whatever is owed
    """

    key: Hashable
    amount: Decimal
    made_on: date
    date_promised: date
    documents: frozenset[int] = frozenset()
    withdrawn_on: date | None = None

    @property
    def deadline(self) -> date:
        """Return the last day that counts."""
        return self.date_promised + timedelta(days=GRACE_DAYS)

    def takes(self, one: Receipt) -> bool:
        """Tell whether a receipt may be for this promise."""
        return (
            self.made_on <= one.day <= self.deadline
            and (self.withdrawn_on is None or one.day < self.withdrawn_on)
            and (not self.documents or one.document in self.documents)
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A part of what came in, and the invoice it settled.

    :param amount: above zero, the pledges' currency
    :param day: the later of the days of payment and invoice
    :param document: id of the invoice; None: not allocated yet
    :param is_money: False for a credit note
    """

    amount: Decimal
    day: date
    document: int | None = None
    is_money: bool = True


@dataclass(slots=True)
class Keeping:
    """What became of a promise.

    :param paid: money in time, never more than ``target``
    :param target: what was promised less what credit notes settled
    :param kept_on: the day from which 95 % were there, None before
    """

    state: str = OPEN
    paid: Decimal = ZERO
    target: Decimal = ZERO
    kept_on: date | None = None
    receipts: list = field(default_factory=list)


def keep(
    pledges: Iterable[Pledge], receipts: Iterable[Receipt], as_of: date
) -> dict[Hashable, Keeping]:
    """Return what became of the promises of one customer in one currency.

    kept: paid >= 95 % of the target by the promised day + 2 calendar days.

    :param receipts: of the same customer and currency, tax included; later ones than
        ``as_of`` had not come yet
    :param as_of: last day that counts, in the company's time zone
    """
    pledges = sorted(pledges, key=lambda one: (one.deadline, one.made_on, one.key))
    found = {one.key: Keeping(target=one.amount) for one in pledges}
    ordered = sorted(receipts, key=lambda one: (one.day, one.document or 0))
    for receipt in (one for one in ordered if one.day <= as_of):
        _share_out(receipt, pledges, found)
    for pledge in pledges:
        found[pledge.key].state = _state(pledge, found[pledge.key], as_of)
    return found


def _share_out(receipt, pledges, found):
    """Give a receipt to the promises it may be for, those that name it first."""
    left = receipt.amount
    takers = [one for one in pledges if one.takes(receipt)]
    for pledge in sorted(takers, key=lambda one: not one.documents):
        one = found[pledge.key]
        part = min(left, one.target - one.paid)
        if part <= 0:
            continue
        left -= part
        if receipt.is_money:
            one.paid += part
            one.receipts.append((receipt, part))
        else:
            one.target -= part
        if one.kept_on is None and _is_enough(one):
            one.kept_on = receipt.day


def _is_enough(one):
    return one.paid > 0 and one.paid >= one.target * KEPT_RATIO


def _state(pledge, one, as_of):
    if _is_enough(one):
        return KEPT
    if one.target <= 0:
        return SETTLED
    if pledge.withdrawn_on is not None and pledge.withdrawn_on <= as_of:
        return WITHDRAWN
    if as_of <= pledge.deadline:
        return OPEN
    return PART if one.paid > 0 else BROKEN
