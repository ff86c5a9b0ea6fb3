"""What a reconciliation act is made of: its state, what is asked of it, what happened.

The rules are in ``acts``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ..record import Text
from .act_rows import Balances

DRAFT, SENT, ANSWERED, SIGNED, CLOSED = "draft", "sent", "answered", "signed", "closed"
ACT, DELTA = "act", "delta"


@dataclass(frozen=True, slots=True)
class Act:
    """Of one customer, currency and period; days included, in the company's zone.

    Amounts: debit less credit, tax included; ``*_company`` in company currency, the
    others in the act's. Our shipment is debit, the customer's payment credit.

    :param scope: lines of the contact alone, of its company with all contacts, or of
        the group of companies below it as well
    :param by_agreement: only documents under ``agreement``; of none where it is empty
    :param kind: ``act``; or ``delta``, of what was posted after the act it corrects
    :param digest: over parameters, balances and lines, as sent
    """

    partner_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    number: Text | None = None
    kind: str | None = ACT
    corrects_id: int | None = None
    scope: str | None = "company"
    with_payable: bool = False
    date_from: date | None = None
    date_to: date | None = None
    place: Text | None = None
    agreement: Text | None = None
    by_agreement: bool = False
    our_signatory: Text | None = None
    our_authority: Text | None = None
    status: str | None = DRAFT
    opening: Decimal | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None
    closing: Decimal | None = None
    opening_company: Decimal | None = None
    closing_company: Decimal | None = None
    line_count: int | None = None
    digest: str | None = None
    sent_at: datetime | None = None
    answer: str | None = None
    answer_note: Text | None = None
    their_closing: Decimal | None = None
    answered_at: datetime | None = None
    answered_by_id: int | None = None
    signatory: Text | None = None
    authority: Text | None = None
    signed_on: date | None = None
    scan_digest: str | None = None


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Send:
    """Give the act to the customer, with its lines as the ledger has them now."""

    at: datetime
    balances: Balances
    rows: tuple[tuple, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Make it a draft again, before anybody has signed."""

    at: datetime
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the customer says of it.

    :param answer: ``agreed`` or ``disagreed``
    :param their_closing: the balance by their books, in the act's currency
    :param lines: how many lines they disagree on
    """

    at: datetime
    answer: str
    note: Text | None = None
    their_closing: Decimal | None = None
    lines: int = 0
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Both sides signed; ``digest`` is that of the lines as they are stored."""

    signatory: Text | None
    authority: Text | None
    signed_on: date
    digest: str
    scan_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """File it."""

    at: datetime


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class ActSent:
    """The act went to the customer; ``rows`` are its lines (see ``act_rows``)."""

    at: datetime
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    opening_company: Decimal
    closing_company: Decimal
    digest: str
    rows: tuple[tuple, ...] = ()


@dataclass(frozen=True, slots=True)
class ActTakenBack:
    """It became a draft again."""

    at: datetime
    reason: Text | None


@dataclass(frozen=True, slots=True)
class ActAgreed:
    """The customer agreed."""

    at: datetime
    note: Text | None
    by_id: int | None


@dataclass(frozen=True, slots=True)
class ActDisputed:
    """The customer answered with disagreements."""

    at: datetime
    note: Text | None
    their_closing: Decimal | None
    lines: int
    by_id: int | None


@dataclass(frozen=True, slots=True)
class ActSigned:
    """Both sides signed; period, lines, balances and digest are sealed."""

    effective_on: date
    signatory: Text
    authority: Text
    digest: str
    closing: Decimal
    scan_digest: str | None = None


@dataclass(frozen=True, slots=True)
class ActClosed:
    """It was filed."""

    at: datetime
