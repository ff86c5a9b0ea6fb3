"""A reconciliation act: what both sides put under their signatures, and when.

draft → sent → answered (agreed, or with disagreements) → signed → closed. Sending
takes the lines from the ledger into the event, with the versions of the entries they
came from; signing seals them. What is posted into the period afterwards never changes
the act: it is a *difference after act No. n*, taken up by a delta act or by the next.
"""

from dataclasses import replace
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
    UseButton,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)
from .act_events import (
    ACT,
    ANSWERED,
    CLOSED,
    DELTA,
    DRAFT,
    SENT,
    SIGNED,
    Act,
    ActAgreed,
    ActClosed,
    ActDisputed,
    ActSent,
    ActSigned,
    ActTakenBack,
    Answer,
    Close,
    Send,
    Sign,
    TakeBack,
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

STATUSES = (DRAFT, SENT, ANSWERED, SIGNED, CLOSED)
SEALED = (SIGNED, CLOSED)
SCOPES = ("contact", "company", "group")
AGREED, DISAGREED = "agreed", "disagreed"


State = Act
PARTS = {}


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
    *("place", "agreement", "by_agreement", "our_signatory", "our_authority"),
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
