"""Who paid what when: one customer's invoices, credit notes and payments in time.

Plain Python over whole pence, so that it is tested without a database. The result is
what Odoo keeps: allocations (partial reconciles), the residual of every document, and
the groups of documents and payments that settle each other in full.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from .delays import Delays
from .rules import Document


@dataclass(slots=True, eq=False)
class Payment:
    """Money received for an invoice (`sign` 1) or given back (`sign` -1)."""

    document: Document
    sign: int
    day: date
    amount: int


@dataclass(slots=True, eq=False)
class Allocation:
    """An amount of a credit (payment, credit note) set against a debit."""

    debit: Document | Payment
    credit: Document | Payment
    amount: int
    day: date
    group: "Group | None" = None


@dataclass(slots=True, eq=False)
class Group:
    """Documents and payments linked by allocations."""

    members: set = field(default_factory=set)
    settled: bool = False


class Ledger:
    """One customer's account while time goes by."""

    def __init__(self, delays: Delays, last: date, at_once: bool):
        self.delays, self.last, self.at_once = delays, last, at_once
        self.residual: dict[int, int] = {}
        self.open_invoices: dict[int, Document] = {}
        self.open_credits: dict[int, Document] = {}
        self.payments: list[Payment] = []
        self.allocations: list[Allocation] = []
        self._due: list[tuple] = []

    def run(self, documents: Iterable[Document]) -> "Ledger":
        """Go through one customer's documents in order of time."""
        for document in documents:
            self._receive_until(document.day)
            self.residual[id(document)] = document.total
            if document.sign > 0:
                self._invoice(document)
            else:
                self._credit_note(document)
        self._receive_until(self.last + timedelta(days=1))
        return self

    def _invoice(self, invoice: Document) -> None:
        self.open_invoices[id(invoice)] = invoice
        for note in list(self.open_credits.values()):
            self._set_off(invoice, note, invoice.day)
        if self.at_once:
            self._pay(invoice, 1, invoice.day, invoice.total)
            return
        parts = self.delays.instalments(invoice.customer, invoice.number)
        for position, (days, percent) in enumerate(parts):
            last_part = position == len(parts) - 1
            amount = invoice.total if last_part else invoice.total * percent // 100
            entry = (invoice.day + timedelta(days=days), len(self._due), amount)
            heapq.heappush(self._due, (*entry, id(invoice), invoice))

    def _credit_note(self, note: Document) -> None:
        self.open_credits[id(note)] = note
        invoices = list(self.open_invoices.values())
        if note.original in invoices:
            invoices.insert(0, note.original)
        for invoice in invoices:
            self._set_off(invoice, note, note.day)
        if self.at_once:
            self._pay(note, -1, note.day, note.total)

    def _receive_until(self, day: date) -> None:
        while self._due and self._due[0][0] < day:
            paid_on, _order, amount, _key, invoice = heapq.heappop(self._due)
            if paid_on <= self.last:
                self._pay(invoice, 1, paid_on, amount)

    def _pay(self, document: Document, sign: int, day: date, amount: int) -> None:
        amount = min(amount, self.residual[id(document)])
        if amount <= 0:
            return
        payment = Payment(document, sign, day, amount)
        self.payments.append(payment)
        debit, credit = (document, payment) if sign > 0 else (payment, document)
        self.allocations.append(Allocation(debit, credit, amount, day))
        self._lower(document, amount)

    def _set_off(self, invoice: Document, note: Document, day: date) -> None:
        amount = min(self.residual[id(invoice)], self.residual[id(note)])
        if amount > 0:
            self.allocations.append(Allocation(invoice, note, amount, day))
            self._lower(invoice, amount)
            self._lower(note, amount)

    def _lower(self, document: Document, amount: int) -> None:
        self.residual[id(document)] -= amount
        if not self.residual[id(document)]:
            self.open_invoices.pop(id(document), None)
            self.open_credits.pop(id(document), None)

    def groups(self) -> list[Group]:
        """Link allocations to their groups, as Odoo's matching numbers do."""
        member_of: dict[int, Group] = {}
        for allocation in self.allocations:
            sides = (allocation.debit, allocation.credit)
            found = [member_of[id(s)] for s in sides if id(s) in member_of]
            group = max(found, key=lambda g: len(g.members)) if found else Group()
            for other in found:
                if other is not group:
                    group.members |= other.members
                    for member in other.members:
                        member_of[id(member)] = group
            for side in sides:
                group.members.add(side)
                member_of[id(side)] = group
        for allocation in self.allocations:
            allocation.group = member_of[id(allocation.debit)]
        groups = list({id(g): g for g in member_of.values()}.values())
        for group in groups:
            group.settled = not any(
                self.residual.get(id(member), 0) for member in group.members
            )
        return groups


def payment_state(document: Document, residual: int, sides: set[str]) -> str:
    """Return the state Odoo gives an invoice or credit note.

    :param sides: what it was settled with: "payment", "invoice", "refund"
    """
    if residual:
        return "partial" if sides else "not_paid"
    if document.sign > 0 and sides == {"refund"}:
        return "reversed"
    return "paid"
