"""Exposure: what a customer owes and what we have promised to deliver on credit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The parts of an exposure; all in one currency, tax included.

    :param receivable: open debits of the ledger: invoices not paid
    :param receipts: open credits of the ledger: receipts and credit notes that no
        invoice was matched with; a positive amount
    :param delivered: delivered, not invoiced
    :param ordered: confirmed, not delivered, not invoiced
    """

    receivable: Decimal = ZERO
    receipts: Decimal = ZERO
    delivered: Decimal = ZERO
    ordered: Decimal = ZERO

    def __add__(self, other: Exposure) -> Exposure:
        return Exposure(
            self.receivable + other.receivable,
            self.receipts + other.receipts,
            self.delivered + other.delivered,
            self.ordered + other.ordered,
        )

    @property
    def reserved(self) -> Decimal:
        """Return what is confirmed and not yet in the ledger."""
        return self.delivered + self.ordered

    @property
    def total(self) -> Decimal:
        """Return receivable + reserved - receipts; below zero: we owe the customer.

        :source: FORMULAS, Receivables: 310 + 45 + 120 - 25 = 450
        """
        return self.receivable + self.reserved - self.receipts


def reservation(
    ordered: Decimal,
    posted: Decimal = ZERO,
    drafted: Decimal = ZERO,
    paid_online: Decimal = ZERO,
) -> Decimal:
    """Return what an order holds of the limit; never below zero.

    reservation = max(ordered - posted, drafted) - paid online

    A posted invoice is in the ledger; a draft will be. A credit note frees what it
    credits: what is to be invoiced anew counts again from its draft on.

    :param ordered: order total, tax included, order currency; so the others
    :param posted: invoices of the order that are posted, down payments less their
        credit notes; credit notes for goods are not deducted
    :param drafted: invoices of the order that are drafts
    :param paid_online: paid or authorised on the website, not yet in the ledger
    """
    return max(ordered - posted, drafted, ZERO) - min(
        paid_online, max(ordered - posted, drafted, ZERO)
    )


def allowed(limit: Decimal, tolerance_percent: Decimal | None) -> Decimal:
    """Return the limit with its tolerance."""
    return limit * (100 + (tolerance_percent or ZERO)) / 100


def used_percent(exposure: Decimal, limit: Decimal) -> Decimal | None:
    """Return exposure / limit in per cent; None for a limit of 0."""
    return exposure * 100 / limit if limit else None
