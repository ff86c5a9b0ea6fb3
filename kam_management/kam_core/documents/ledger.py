"""Facts of journal entries: customers' invoices, credit notes, and receivable lines.

One stream an entry, category ``account.move``, key the entry's id. An entry has facts
when it is a customer's invoice, credit note or receipt, or when any of its lines is
receivable: payments, opening balances, write-offs, exchange differences.

Amounts are signed as in the ledger: sales and debts above zero, credit notes and
receipts of money below. ``imported`` marks facts taken from documents that were there
before the log was: their true dates are known, but not when each was entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ReceivableLine:
    """A line of an entry on a receivable account.

    :param line_id: id of the journal item
    :param partner_id: the contact on the line
    :param due_date: None where Odoo has none
    :param amount: debit less credit, company currency
    :param amount_currency: the same in ``currency``
    """

    line_id: int
    account_id: int
    amount: Decimal
    amount_currency: Decimal
    currency: str
    partner_id: int | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a posted entry says.

    :param kind: ``invoice``, ``credit_note``, ``receipt``, ``payment`` or ``entry``
    :param number: the document's number
    :param date: accounting date
    :param day: day the document belongs to: the invoice date, else the accounting date
    :param invoice_date: None for entries that are not customers' documents
    :param partner_id: contact on the document
    :param commercial_partner_id: the company it belongs to, as the document has it
    :param customer_id: commercial partner of who ordered, where an order is known;
        else ``commercial_partner_id``
    :param currency: ISO code of the document; ``company_currency`` that of the books
    :param rate: document currency for one unit of company currency
    :param untaxed: without tax, company currency; None for other entries; so ``tax``
        and ``total``
    :param untaxed_currency: the same in document currency; so ``total_currency``
    :param reversed_id: the entry that this one reverses
    :param user_id: salesperson
    :param line_customers: ``{contact id as text: commercial partner}`` of the lines
        where it is not ``commercial_partner_id``
    :param cost: of the goods on it, company currency, from the orders' lines;
        confidential
    """

    kind: str
    date: date
    day: date
    company_currency: str
    currency: str
    number: str | None = None
    invoice_date: date | None = None
    due_date: date | None = None
    partner_id: int | None = None
    commercial_partner_id: int | None = None
    customer_id: int | None = None
    rate: Decimal | None = None
    untaxed: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    untaxed_currency: Decimal | None = None
    total_currency: Decimal | None = None
    payment_term_id: int | None = None
    user_id: int | None = None
    reversed_id: int | None = None
    lines: tuple[ReceivableLine, ...] = ()
    line_customers: dict = field(default_factory=dict)
    cost: Decimal | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Posted(Document):
    """The entry was posted, for the first time or again; true from ``day`` on."""


@dataclass(frozen=True, slots=True)
class Redated(Document):
    """A posted entry got other dates (or a due date); nothing else changed."""


@dataclass(frozen=True, slots=True)
class Corrected(Document):
    """A posted entry changed in more than its dates: customer, amounts, lines."""


@dataclass(frozen=True, slots=True)
class Unposted:
    """The entry was reset to draft, or cancelled (``state``)."""

    state: str | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """The entry was deleted; its stream stays."""

    imported: bool = False


@dataclass(frozen=True, slots=True)
class Matched:
    """A receivable line was settled, in whole or in part, by a line of another entry.

    Recorded in the streams of both entries.

    :param match_id: id of Odoo's partial reconciliation
    :param side: ``debit`` (the debt) or ``credit`` (what settles it), of this entry
    :param other_id: the other entry; ``other_kind`` its kind
    :param amount: above zero, company currency
    :param amount_currency: above zero, in ``currency`` of this side
    :param date: the later of the dates of both entries
    :param customer_id: commercial partner of this side's line
    """

    match_id: int
    side: str
    line_id: int
    other_id: int
    other_line_id: int
    amount: Decimal
    amount_currency: Decimal
    currency: str
    company_currency: str
    date: date
    other_kind: str | None = None
    partner_id: int | None = None
    customer_id: int | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched(Matched):
    """A settlement was undone; the fields repeat what it was."""


@dataclass(frozen=True, slots=True)
class State:
    """What was known of an entry.

    :param document: what it says, None while it is not posted
    :param matches: :class:`Matched` in force, by time
    """

    document: Document | None = None
    matches: tuple[Matched, ...] = ()


PARTS: dict = {}
EVENTS = {
    event.__name__: event
    for event in (Posted, Redated, Corrected, Unposted, Deleted, Matched, Unmatched)
}
CONFIDENTIAL = frozenset({"cost"})


def evolve(state: State | None, event) -> State:
    """Return what is known of the entry after one more fact."""
    state = state or State()
    match event:
        case Document():
            return replace(state, document=event)
        case Unposted() | Deleted():
            return replace(state, document=None)
        case Unmatched(match_id=match_id):
            rest = tuple(one for one in state.matches if one.match_id != match_id)
            return replace(state, matches=rest)
        case Matched():
            return replace(state, matches=(*state.matches, event))
    raise TypeError(f"unknown event {type(event).__name__}")


def residual(state: State) -> Decimal:
    """Return what is open on the entry's receivable lines, company currency.

    Above zero: owed to us. residual = lines - settled debts + used credits
    """
    if state.document is None:
        return Decimal(0)
    settled = sum(
        (-one.amount if one.side == "debit" else one.amount for one in state.matches),
        Decimal(0),
    )
    return sum((line.amount for line in state.document.lines), Decimal(0)) + settled
