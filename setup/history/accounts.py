"""All customers' accounts together: payments, allocations and what stays open."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from .delays import TERM_DAYS, Delays
from .originals import find_originals
from .rules import Document, Trade
from .settle import Allocation, Group, Ledger, Payment, payment_state


@dataclass
class Account:
    """What the ledgers of all customers say, in order of days."""

    trade: Trade
    payments: list[Payment] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    residual: dict[int, int] = field(default_factory=dict)
    group_of: dict[int, Group] = field(default_factory=dict)
    originals: int = 0
    sides: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    @staticmethod
    def kind(thing: Document | Payment) -> str:
        """Return "invoice", "refund", "in" or "out"."""
        if isinstance(thing, Payment):
            return "in" if thing.sign > 0 else "out"
        return "invoice" if thing.sign > 0 else "refund"

    def due(self, document: Document) -> date:
        """Return when a document is due: the counter at once, others in 30 days."""
        counter = self.trade.customers[document.customer].counter
        return document.day + timedelta(days=0 if counter else TERM_DAYS)

    def state(self, document: Document) -> str:
        """Return Odoo's payment state."""
        residual = self.residual[id(document)]
        return payment_state(document, residual, self.sides[id(document)])

    @property
    def open_amount(self) -> int:
        """Receivable in pence: open invoices less open credit notes."""
        return sum(d.sign * self.residual[id(d)] for d in self.trade.documents)


def settle_all(trade: Trade, delays: Delays) -> Account:
    """Run every customer's ledger to the last day of the trade."""
    account = Account(trade)
    by_customer: dict[str, list[Document]] = defaultdict(list)
    for document in trade.documents:
        by_customer[document.customer].append(document)
    for key, documents in by_customer.items():
        counter = trade.customers[key].counter
        if not counter:
            account.originals += find_originals(documents)
        ledger = Ledger(delays, trade.last, at_once=counter).run(documents)
        account.payments += ledger.payments
        account.allocations += ledger.allocations
        account.groups += ledger.groups()
        account.residual |= ledger.residual
    account.payments.sort(key=lambda payment: payment.day)
    account.allocations.sort(key=lambda allocation: allocation.day)
    for allocation in account.allocations:
        for one, other in (
            (allocation.debit, allocation.credit),
            (allocation.credit, allocation.debit),
        ):
            account.group_of[id(one)] = allocation.group
            kind = Account.kind(other)
            account.sides[id(one)].add("payment" if kind in ("in", "out") else kind)
    return account
