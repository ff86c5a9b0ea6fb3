"""How late customers pay: weighted over allocations of payments to invoices.

An allocation is a part of an invoice that was paid on one day, or what is still
open of it. An invoice paid in three parts has three allocations; measuring invoices
by their last payment would make whoever pays 99 % in time look late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of an invoice and when it was paid.

    :param amount: company currency, tax included, above zero
    :param due: the day it had to be paid
    :param paid: the day it was paid; None while it is open
    """

    amount: Decimal
    due: date
    paid: date | None = None


@dataclass(frozen=True, slots=True)
class LatenessSums:
    """What the figures of lateness are made of; sums of two customers add up.

    A database can compute these sums for all customers at once; the formulas stay
    here. Amounts are company currency, tax included.

    :param closed_amount: paid by ``as_of``
    :param closed_days: Σ amount * (paid - due) of these, days below zero when early
    :param on_time_amount: the part of ``closed_amount`` paid by its due date
    :param open_amount: due before ``as_of`` and not paid by then
    :param open_days: Σ amount * (as_of - due) of these
    """

    closed_amount: Decimal = ZERO
    closed_days: Decimal = ZERO
    on_time_amount: Decimal = ZERO
    open_amount: Decimal = ZERO
    open_days: Decimal = ZERO

    def __add__(self, other: LatenessSums) -> LatenessSums:
        return LatenessSums(
            self.closed_amount + other.closed_amount,
            self.closed_days + other.closed_days,
            self.on_time_amount + other.on_time_amount,
            self.open_amount + other.open_amount,
            self.open_days + other.open_days,
        )

    def average_days(self, closed_only: bool = False) -> Decimal | None:
        """Return the weighted average of days late; see :func:`average_days_late`."""
        if closed_only:
            return ratio(self.closed_days, self.closed_amount)
        return ratio(
            self.closed_days + self.open_days, self.closed_amount + self.open_amount
        )

    def reliability(self) -> Decimal | None:
        """Return the share of value paid on time; see :func:`payment_reliability`."""
        return ratio(self.on_time_amount, self.closed_amount + self.open_amount)


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """Return the quotient, or None when there is nothing to divide by."""
    return numerator / denominator if denominator else None


def weighted_average_days(
    amounts_and_days: Iterable[tuple[Decimal, int]],
) -> Decimal | None:
    """Return Σ amount * days / Σ amount; None over nothing.

    :param amounts_and_days: amounts in one currency on one tax basis, days late
        (below zero when early)
    """
    days = amount = ZERO
    for part, late_days in amounts_and_days:
        days += part * late_days
        amount += part
    return ratio(days, amount)


def lateness_sums(allocations: Iterable[Allocation], as_of: date) -> LatenessSums:
    """Return the sums behind the figures, as they were on ``as_of``.

    A payment after ``as_of`` had not been made then: its allocation counts as open.
    What is open and not yet due says nothing about lateness and is left out.

    :param as_of: the last day that counts, in the company's time zone
    :raises ValueError: when an amount is not above zero
    """
    total = LatenessSums()
    for allocation in allocations:
        amount = allocation.amount
        if amount <= 0:
            raise ValueError(f"an allocation's amount must be above 0, not {amount}")
        if allocation.paid is not None and allocation.paid <= as_of:
            days = (allocation.paid - allocation.due).days
            total += LatenessSums(
                closed_amount=amount,
                closed_days=amount * days,
                on_time_amount=amount if days <= 0 else ZERO,
            )
        elif allocation.due < as_of:
            days = (as_of - allocation.due).days
            total += LatenessSums(open_amount=amount, open_days=amount * days)
    return total


def average_days_late(
    allocations: Iterable[Allocation], as_of: date, closed_only: bool = False
) -> Decimal | None:
    """Return Σ amount * (paid - due) / Σ amount in days; below zero when early.

    :param as_of: the day as of which it is measured; what is overdue and open then
        counts as paid on it
    :param closed_only: leave out what is open, as most credit reports do; it
        flatters whoever does not pay at all
    :returns: None when nothing was paid and nothing is overdue
    :raises ValueError: when an amount is not above zero
    :source: the weighted average days beyond terms of trade credit reports, here
        taken over allocations instead of invoices
    """
    return lateness_sums(allocations, as_of).average_days(closed_only)


def payment_reliability(
    allocations: Iterable[Allocation], as_of: date
) -> Decimal | None:
    """Return the share of value that was paid by its due date, 0 to 1.

    Measured over what was paid by ``as_of`` and what was overdue on it.

    :returns: None when nothing was paid and nothing is overdue
    :raises ValueError: when an amount is not above zero
    """
    return lateness_sums(allocations, as_of).reliability()
