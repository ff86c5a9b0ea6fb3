"""A reconciliation act: what both sides put under their signatures, and when.

draft → sent → answered (agreed, or with disagreements) → signed → closed. Sending
takes the lines from the ledger into the event, with the versions of the entries they
came from; signing seals them. What is posted into the period afterwards never changes
the act: it is a *difference after act No. n*, taken up by a delta act or by the next.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from ..record import (
    Changed,
    Create,
    Created,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Removed,
    Text,
    UseButton,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)
from .act_refusals import (
    ActSealed,
    ActStays,
    ChoiceWrong,
    LinesDiffer,
    PeriodWrong,
    SignatoryMissing,
    SignedTooEarly,
    WrongStatus,
)
from .act_rows import Balances

DRAFT, SENT, ANSWERED, SIGNED, CLOSED = "draft", "sent", "answered", "signed", "closed"
STATUSES = (DRAFT, SENT, ANSWERED, SIGNED, CLOSED)
SEALED = (SIGNED, CLOSED)
SCOPES = ("contact", "company", "group")
ACT, DELTA = "act", "delta"
AGREED, DISAGREED = "agreed", "disagreed"


@dataclass(frozen=True, slots=True)
class Act:
    """Of one customer, currency and period; days included, in the company's zone.

    Amounts: debit less credit, tax included; ``*_company`` in company currency, the
    others in the act's. Our shipment is debit, the customer's payment credit.

    :param scope: lines of the contact alone, of its company with all contacts, or of
        the group of companies below it as well
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


State = Act
PARTS = {}


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


EVENTS = catalogue(ActSent, ActTakenBack, ActAgreed, ActDisputed, ActSigned, ActClosed)
UPCASTERS = {}
NOT_SENT = {
    "opening": None,
    "debit": None,
    "credit": None,
    "closing": None,
    "opening_company": None,
    "closing_company": None,
    "line_count": None,
    "digest": None,
    "sent_at": None,
}
NOT_ANSWERED = {
    "answer": None,
    "answer_note": None,
    "their_closing": None,
    "answered_at": None,
    "answered_by_id": None,
}


def evolve(act, event):
    """Return the act after ``event``."""
    match event:
        case ActSent():
            return _sent(act, event)
        case ActTakenBack():
            return replace(act, status=DRAFT, **NOT_SENT, **NOT_ANSWERED)
        case ActAgreed() | ActDisputed():
            return _answered(act, event)
        case ActSigned(effective_on, signatory, authority):
            return replace(
                act,
                status=SIGNED,
                signed_on=effective_on,
                signatory=signatory,
                authority=authority,
                scan_digest=event.scan_digest,
            )
        case ActClosed():
            return replace(act, status=CLOSED)
    return evolve_common(Act, act, event)


def _sent(act, event):
    return replace(
        act,
        status=SENT,
        sent_at=event.at,
        opening=event.opening or None,
        debit=event.debit or None,
        credit=event.credit or None,
        closing=event.closing or None,
        opening_company=event.opening_company or None,
        closing_company=event.closing_company or None,
        line_count=len(event.rows) or None,
        digest=event.digest,
        **NOT_ANSWERED,
    )


def _answered(act, event):
    agreed = isinstance(event, ActAgreed)
    return replace(
        act,
        status=ANSWERED,
        answer=AGREED if agreed else DISAGREED,
        answer_note=event.note,
        their_closing=None if agreed else event.their_closing or None,
        answered_at=event.at,
        answered_by_id=event.by_id,
    )


def decide(act, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            return _edit(act, changes)
        case Relink():
            return relink(act, command)
        case Remove():
            if act.status != DRAFT:
                raise ActStays()
            return (Removed(),)
    return _step(act, command)


def _step(act, command):
    match command:
        case Send():
            return _send(act, command)
        case TakeBack(at, reason):
            _fits(act, SENT, ANSWERED)
            return (ActTakenBack(at, reason),)
        case Answer():
            return _answer(act, command)
        case Sign():
            return _sign(act, command)
        case Close(at):
            _fits(act, SIGNED)
            return (ActClosed(at),)
    raise TypeError(f"unknown command {type(command).__name__}")


NEEDED = ("partner_id", "company_id", "currency_id", "number")
FIXED = ("company_id", "number", "kind", "corrects_id")
OPEN = (
    *("partner_id", "currency_id", "scope", "with_payable", "date_from", "date_to"),
    *("place", "agreement", "our_signatory", "our_authority"),
)
# what a step sets: the button that does it
DECIDED = {
    **dict.fromkeys(NOT_SENT, _("Send")),
    **dict.fromkeys(NOT_ANSWERED, _("Answer")),
    **dict.fromkeys(
        ("status", "signatory", "authority", "signed_on", "scan_digest"), _("Sign")
    ),
}


def _open(values):
    values = initial(Act, values)
    for field, button in DECIDED.items():
        if field != "status" and values[field]:
            raise UseButton(field=field, button=button)
    if values["status"] not in (None, DRAFT):
        raise UseButton(field="status", button=DECIDED["status"])
    values["status"] = DRAFT
    check(Act(**values))
    return (Created(values),)


def _edit(act, changes):
    for field in changes:
        if field in DECIDED:
            raise UseButton(field=field, button=DECIDED[field])
        if field in FIXED:
            raise FixedField(field=field)
    if act.status in SEALED:
        raise ActSealed()
    if act.status != DRAFT:
        raise ActStays()
    check(replace(act, **changes))
    return (Changed(dict(changes)),)


def check(act):
    """Refuse an act that says nothing, or nothing possible."""
    for field in NEEDED:
        if not getattr(act, field):
            raise FieldMissing(field=field)
    if act.scope not in SCOPES:
        raise ChoiceWrong(field="scope", choices=", ".join(SCOPES))
    if act.kind not in (ACT, DELTA):
        raise ChoiceWrong(field="kind", choices=f"{ACT}, {DELTA}")
    if (act.kind == DELTA) != bool(act.corrects_id):
        raise FieldMissing(field="corrects_id")
    days = (act.date_from, act.date_to)
    if not all(days) or days[1] < days[0]:
        raise PeriodWrong()
    for day in days:
        check_day(day)


def _send(act, command):
    _fits(act, DRAFT)
    balances = command.balances
    return (
        ActSent(
            command.at,
            balances.opening,
            balances.debit,
            balances.credit,
            balances.closing,
            balances.opening_company,
            balances.closing_company,
            command.digest,
            tuple(command.rows),
        ),
    )


def _answer(act, command):
    _fits(act, SENT, ANSWERED)
    if command.answer == AGREED:
        return (ActAgreed(command.at, command.note, command.by_id),)
    if command.answer != DISAGREED:
        raise ChoiceWrong(field="answer", choices=f"{AGREED}, {DISAGREED}")
    return (
        ActDisputed(
            command.at,
            command.note,
            command.their_closing,
            command.lines,
            command.by_id,
        ),
    )


def _sign(act, command):
    _fits(act, SENT, ANSWERED)
    if not command.signatory or not command.authority:
        raise SignatoryMissing()
    if check_day(command.signed_on) < act.date_to:
        raise SignedTooEarly(day=act.date_to.isoformat())
    if command.digest != act.digest:
        raise LinesDiffer()
    return (
        ActSigned(
            command.signed_on,
            command.signatory,
            command.authority,
            act.digest,
            act.closing or Decimal(0),
            command.scan_digest,
        ),
    )


def _fits(act, *statuses):
    if act.status in SEALED and not set(statuses) & set(SEALED):
        raise ActSealed()
    if act.status not in statuses:
        raise WrongStatus(status=act.status, fits=", ".join(statuses))
