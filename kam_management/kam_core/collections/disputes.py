"""A dispute: what a customer contests of our invoices, who settles it, how it ended."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from ..accounts import ReasonMissing
from ..record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Text,
    UseButton,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)

# how it ended: they were right, in part, they were not, they gave it up
ACCEPTED, PARTLY, REJECTED, DROPPED = "accepted", "partly", "rejected", "dropped"
OUTCOMES = (ACCEPTED, PARTLY, REJECTED, DROPPED)
ZERO = Decimal(0)


class LinesMissing(DomainError):
    """A dispute about nothing."""

    code = "lines_missing"
    message = _(
        "“Documents” is empty: add at least one invoice and the amount disputed of it."
    )


class LineAmountMissing(DomainError):
    """An invoice of which nothing is disputed."""

    code = "line_amount_missing"
    message = _("“Disputed” of each document must be above zero; take others out.")


class DueBeforeOpened(DomainError):
    """A dispute that was to be settled before it began."""

    code = "due_before_opened"
    message = _("“To settle by” lies before “Opened on”: choose a later day.")


class OutcomeMissing(DomainError):
    """A resolution that does not say who was right."""

    code = "outcome_missing"
    message = _("“Outcome” is missing: say whether the customer was right.")


class AcceptedWrong(DomainError):
    """An amount we concede that does not fit the outcome."""

    code = "accepted_wrong"
    message = _(
        "“Conceded” must be above zero and below the disputed %(disputed)s when we"
        " concede a part: change it or the outcome."
    )


class Resolved(DomainError):
    """A settled dispute stays as it is."""

    code = "dispute_resolved"
    message = _("This dispute was settled on %(day)s. Reopen it first.")


class NotResolved(DomainError):
    """Only a settled dispute can be reopened."""

    code = "dispute_not_resolved"
    message = _("This dispute is open still: go on with it.")


class ResolvedBeforeOpened(DomainError):
    """A dispute settled before it began, or reopened before it was settled."""

    code = "resolved_before_opened"
    message = _("The day lies before %(day)s, the last decision: choose a later one.")


class DisputeStays(DomainError):
    """A dispute is not deleted: what was contested is part of the history."""

    code = "dispute_stays"
    message = _("A dispute is not deleted. Settle it as “given up”; it stays.")


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A document and how much of it is disputed, tax included, its own currency."""

    key: str
    move_id: int | None = None
    invoice_line_id: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute of one customer with one root company; fields are event-sourced.

    :param accepted: what we concede, in ``currency_id``; None while it is open
    :param is_legal: it is before a court
    """

    partner_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    reason_id: int | None = None
    user_id: int | None = None
    opened_on: date | None = None
    date_due: date | None = None
    description: Text | None = None
    is_legal: bool = False
    line_ids: tuple[DisputeLine, ...] = ()
    outcome: str | None = None
    accepted: Decimal | None = None
    resolved_on: date | None = None


State = Dispute
PARTS = {"line_ids": DisputeLine}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Resolve:
    """End it; ``accepted`` is what we concede, needed only for a part."""

    outcome: str | None
    accepted: Decimal | None
    effective_on: date | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take it up again."""

    effective_on: date | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """Take all papers of the case out in one archive."""

    documents: int
    size: int
    digest: str
    at: datetime


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class DisputeAssigned:
    """Somebody else settles it."""

    user_id: int | None


@dataclass(frozen=True, slots=True)
class DisputeDueMoved:
    """It is to be settled by another day."""

    date_due: date | None


@dataclass(frozen=True, slots=True)
class DisputedAmountChanged:
    """Other documents or amounts are disputed."""

    line_ids: tuple[DisputeLine, ...]


@dataclass(frozen=True, slots=True)
class DisputeResolved:
    """It ended: what we conceded is ``accepted``, the rest is owed."""

    outcome: str
    accepted: Decimal
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class DisputeReopened:
    """It was taken up again."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class DisputeFileExported:
    """All papers of the case were taken out in one archive.

    :param documents: number of files; ``size`` bytes of the archive
    :param digest: SHA-256 of the archive, hexadecimal
    """

    documents: int
    size: int
    digest: str
    at: datetime


EVENTS = catalogue(
    DisputeAssigned,
    DisputeDueMoved,
    DisputedAmountChanged,
    DisputeResolved,
    DisputeReopened,
    DisputeFileExported,
)
UPCASTERS = {}
FIXED = ("partner_id", "company_id", "currency_id")
ENDING = ("outcome", "accepted", "resolved_on")


def evolve(dispute, event):
    """Return the dispute after ``event``."""
    match event:
        case DisputeAssigned(user_id):
            return replace(dispute, user_id=user_id)
        case DisputeDueMoved(date_due):
            return replace(dispute, date_due=date_due)
        case DisputedAmountChanged(line_ids):
            return replace(dispute, line_ids=line_ids)
        case DisputeResolved(outcome, accepted, effective_on):
            return replace(
                dispute,
                outcome=outcome,
                accepted=accepted or None,
                resolved_on=effective_on,
            )
        case DisputeReopened():
            return replace(dispute, outcome=None, accepted=None, resolved_on=None)
        case DisputeFileExported():
            return dispute
    return evolve_common(Dispute, dispute, event)


def decide(dispute, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {**initial(Dispute, values), **dict.fromkeys(ENDING)}
            check(Dispute(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(dispute, changes)
        case Resolve():
            return (_resolve(dispute, command),)
        case Reopen(effective_on, reason):
            return (_reopen(dispute, effective_on, reason),)
        case ExportFile(documents, size, digest, at):
            return (DisputeFileExported(documents, size, digest, at),)
        case Relink():
            return relink(dispute, command)
        case Remove():
            raise DisputeStays()
    raise TypeError(f"unknown command {type(command).__name__}")


def check(dispute):
    """Refuse a dispute that says nothing, or nothing possible."""
    for name in ("partner_id", "company_id", "currency_id", "reason_id"):
        if not getattr(dispute, name):
            raise FieldMissing(field=name)
    opened = check_day(dispute.opened_on)
    if dispute.date_due and check_day(dispute.date_due) < opened:
        raise DueBeforeOpened()
    if not dispute.line_ids:
        raise LinesMissing()
    for line in dispute.line_ids:
        if not line.move_id:
            raise FieldMissing(field="move_id")
        if not line.amount or line.amount <= 0:
            raise LineAmountMissing()


def disputed(dispute):
    """Return the amount disputed, in the dispute's currency, tax included."""
    return sum((line.amount for line in dispute.line_ids), ZERO)


def holds(dispute, day):
    """Tell whether it was open at the end of ``day``."""
    return dispute.opened_on <= day and (
        dispute.resolved_on is None or day < dispute.resolved_on
    )


EDITS = {
    "user_id": DisputeAssigned,
    "date_due": DisputeDueMoved,
    "line_ids": DisputedAmountChanged,
}


def _edit(dispute, changes):
    for field in FIXED:
        if field in changes:
            raise FixedField(field=field)
    for field in ENDING:
        if field in changes:
            raise UseButton(field=field, button=_("Settle"))
    if dispute.resolved_on:
        raise Resolved(day=dispute.resolved_on.isoformat())
    check(replace(dispute, **changes))
    rest = dict(changes)
    events = [EDITS[name](rest.pop(name)) for name in EDITS if name in changes]
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _resolve(dispute, command):
    if dispute.resolved_on:
        raise Resolved(day=dispute.resolved_on.isoformat())
    if command.outcome not in OUTCOMES:
        raise OutcomeMissing()
    day = check_day(command.effective_on)
    if day < dispute.opened_on:
        raise ResolvedBeforeOpened(day=dispute.opened_on.isoformat())
    if not command.reason:
        raise ReasonMissing()
    accepted = _accepted(dispute, command)
    return DisputeResolved(command.outcome, accepted, day, command.reason)


def _accepted(dispute, command):
    """Return what we concede by the outcome."""
    whole = disputed(dispute)
    match command.outcome:
        case "accepted":
            return whole
        case "partly":
            if not command.accepted or not 0 < command.accepted < whole:
                raise AcceptedWrong(disputed=format(whole.normalize(), "f"))
            return command.accepted
    return ZERO


def _reopen(dispute, effective_on, reason):
    if not dispute.resolved_on:
        raise NotResolved()
    day = check_day(effective_on)
    if day < dispute.resolved_on:
        raise ResolvedBeforeOpened(day=dispute.resolved_on.isoformat())
    if not reason:
        raise ReasonMissing()
    return DisputeReopened(day, reason)
