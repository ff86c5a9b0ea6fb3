"""An approval of the unusual: asked, decided, used once; the same for every kind.

What is asked is a measure (``measures.py``). An approval covers what was granted or
less, for one document and one use. Nobody decides on their own request.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from . import measures
from .record import (
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
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

KINDS = ("discount", "column", "credit", "terms")
ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
WITHDRAWN, EXPIRED, USED, VOIDED = "withdrawn", "expired", "used", "voided"


class ReasonMissing(DomainError):
    """A request or a refusal without a reason."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


class OwnRequest(DomainError):
    """Somebody decides on what they asked for, or on what was asked for them."""

    code = "own_request"
    message = _(
        "Nobody decides on their own request, nor as the substitute of somebody else:"
        " the approver or another head decides."
    )


class Closed(DomainError):
    """The request was decided, used or taken back already."""

    code = "approval_closed"
    message = _("This request is “%(state)s” already: ask anew if it is needed.")


class RanOut(DomainError):
    """The day until which it was asked or granted is over."""

    code = "approval_ran_out"
    message = _("It was valid until %(day)s only: ask anew.")


class TooMuch(DomainError):
    """More would be granted than was asked."""

    code = "more_than_asked"
    message = _(
        "“Granted” is more than was asked, or the same: grant less, or approve."
    )


class TooLong(DomainError):
    """It would hold longer than was asked, or not even today."""

    code = "longer_than_asked"
    message = _(
        "“Valid until” lies between today and the day asked for: choose such a day."
    )


class NotCovered(DomainError):
    """The approval does not cover what it is to be used for."""

    code = "approval_not_covering"
    message = _("This approval covers less than the order takes now: ask anew.")


class Stays(DomainError):
    """Requests and decisions are kept."""

    code = "approval_stays"
    message = _("A request stays on record: withdraw it instead.")


@dataclass(frozen=True, slots=True)
class Approval:
    """One request and what became of it.

    :param measure: what is asked, canonical text of ``measures.py``
    :param granted: what was granted, likewise
    :param amount: in ``currency_id``, the company's; tax included for credit, without
        tax for discounts; with ``percent`` it routes the request
    :param behalf_id: for whom the requester stood in
    :param rule_id: row of the matrix that named the approver, ``rule_version`` its
        version then
    :param policy_id: version of the price policy it was asked under
    :param used_model: with ``used_id`` the document that used it
    """

    company_id: int | None = None
    account_id: int | None = None
    partner_id: int | None = None
    kind: str | None = None
    res_model: str | None = None
    res_id: int | None = None
    measure: str | None = None
    currency_id: int | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    reason: Text | None = None
    valid_until: date | None = None
    requester_id: int | None = None
    behalf_id: int | None = None
    approver_id: int | None = None
    role: str | None = None
    rule_id: int | None = None
    rule_version: int | None = None
    policy_id: int | None = None
    state: str | None = ASKED
    granted: str | None = None
    granted_until: date | None = None
    decided_by_id: int | None = None
    decided_on: date | None = None
    answer: Text | None = None
    used_model: str | None = None
    used_id: int | None = None
    used_on: date | None = None


State = Approval
PARTS = {}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides: ``stands_in_for`` are those whom they stand in for on that day.

    :param substitute: they decide by the power of an absent approver, not their own
    """

    user_id: int
    substitute: bool = False
    stands_in_for: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Approve:
    """Grant what was asked, or less (``granted``), until a day (that asked for)."""

    by: Decider
    effective_on: date
    granted: str | None = None
    until: date | None = None
    answer: Text | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse it, with a reason."""

    by: Decider
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the request, or the approval not yet used, back."""

    effective_on: date
    answer: Text | None = None


@dataclass(frozen=True, slots=True)
class Expire:
    """End it, because its day is over."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Use:
    """Use the approval for a document that takes ``measure`` of ``code``."""

    used_model: str
    used_id: int
    effective_on: date
    code: str
    measure: str | None


@dataclass(frozen=True, slots=True)
class Outgrow:
    """The document takes more than was asked or granted: it is void."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Redirect:
    """Somebody else is to decide."""

    approver_id: int
    effective_on: date
    answer: Text | None = None


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class Approved:
    """What was asked was granted."""

    decided_by_id: int
    granted: str
    granted_until: date | None
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class ApprovedLess:
    """Less than what was asked was granted."""

    decided_by_id: int
    granted: str
    granted_until: date | None
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It was refused."""

    decided_by_id: int
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was taken back."""

    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Expired:
    """Its day was over before it was decided or used."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Used:
    """A document was let through by it."""

    used_model: str
    used_id: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class Voided:
    """The document outgrew what was asked or granted."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Redirected:
    """Somebody else is to decide."""

    approver_id: int
    effective_on: date
    answer: Text | None


EVENTS = catalogue(
    Approved, ApprovedLess, Refused, Withdrawn, Expired, Used, Voided, Redirected
)
UPCASTERS = {}


def evolve(approval, event):
    """Return the approval after ``event``."""
    match event:
        case Approved() | ApprovedLess():
            return replace(
                approval,
                state=APPROVED,
                granted=event.granted,
                granted_until=event.granted_until,
                decided_by_id=event.decided_by_id,
                decided_on=event.effective_on,
                answer=event.answer,
            )
        case Refused():
            return replace(
                approval,
                state=REFUSED,
                decided_by_id=event.decided_by_id,
                decided_on=event.effective_on,
                answer=event.answer,
            )
        case Used():
            return replace(
                approval,
                state=USED,
                used_model=event.used_model,
                used_id=event.used_id,
                used_on=event.effective_on,
            )
        case Redirected():
            return replace(approval, approver_id=event.approver_id)
    return _evolve_end(approval, event)


def _evolve_end(approval, event):
    match event:
        case Withdrawn():
            return replace(approval, state=WITHDRAWN)
        case Expired():
            return replace(approval, state=EXPIRED)
        case Voided():
            return replace(approval, state=VOIDED)
    return evolve_common(Approval, approval, event)


def decide(approval, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _ask(values)
        case Edit(changes):
            raise UseButton(field=next(iter(changes)), button=_("Approve"))
        case Relink():
            return relink(approval, command)
        case Remove():
            raise Stays()
        case Approve() | Refuse():
            return _judge(approval, command)
        case Use():
            return _use(approval, command)
    return _end(approval, command)


NEEDED = ("company_id", "kind", "res_model", "res_id", "requester_id", "approver_id")
AT_ONCE = ("granted", "granted_until", "decided_by_id", "used_id", "used_model")


def _ask(values):
    values = initial(Approval, values)
    for field in NEEDED:
        if not values[field]:
            raise FieldMissing(field=field)
    for field in AT_ONCE:
        if values[field]:
            raise UseButton(field=field, button=_("Approve"))
    if values["state"] not in (None, ASKED):
        raise UseButton(field="state", button=_("Approve"))
    if not values["reason"]:
        raise ReasonMissing()
    measures.encode(measures.decode(values["measure"]))
    if values["valid_until"]:
        check_day(values["valid_until"])
    if values["approver_id"] in (values["requester_id"], values["behalf_id"]):
        raise OwnRequest()
    return (Created({**values, "state": ASKED}),)


def _judge(approval, command):
    _open(approval, ASKED)
    on = check_day(command.effective_on)
    if approval.valid_until and on > approval.valid_until:
        raise RanOut(day=approval.valid_until.isoformat())
    check_decider(approval, command.by)
    if isinstance(command, Refuse):
        if not command.answer:
            raise ReasonMissing()
        return (Refused(command.by.user_id, on, command.answer),)
    until = command.until or approval.valid_until
    if until and (until < on or (approval.valid_until or until) < until):
        raise TooLong()
    if command.granted is None:
        made = Approved(command.by.user_id, approval.measure, until, on, command.answer)
        return (made,)
    granted = _less(approval, command.granted)
    return (ApprovedLess(command.by.user_id, granted, until, on, command.answer),)


def _less(approval, granted):
    asked, less = measures.decode(approval.measure), measures.decode(granted)
    text = measures.encode(less)
    if not measures.covers(asked, less) or measures.covers(less, asked):
        raise TooMuch()
    return text


def check_decider(approval, by):
    """Refuse whoever asked, was asked for, or stands in for one of them as substitute.

    :raises OwnRequest: four eyes would not be four
    """
    theirs = {approval.requester_id, approval.behalf_id} - {None}
    if by.user_id in theirs or (by.substitute and theirs & set(by.stands_in_for)):
        raise OwnRequest()


def _use(approval, command):
    _open(approval, APPROVED)
    if in_force(approval, command.effective_on) is False:
        raise RanOut(day=approval.granted_until.isoformat())
    granted = measures.decode(approval.granted)
    measure = measures.decode(command.measure)
    if not measures.covers_finding(granted, command.code, measure):
        raise NotCovered()
    return (Used(command.used_model, command.used_id, command.effective_on),)


def _end(approval, command):
    match command:
        case Withdraw(effective_on, answer):
            _open(approval, ASKED, APPROVED)
            return (Withdrawn(effective_on, answer),)
        case Expire(effective_on):
            _open(approval, ASKED, APPROVED)
            return (Expired(effective_on),)
        case Outgrow(effective_on):
            _open(approval, ASKED, APPROVED)
            return (Voided(effective_on),)
        case Redirect(approver_id, effective_on, answer):
            _open(approval, ASKED)
            if approver_id in (approval.requester_id, approval.behalf_id):
                raise OwnRequest()
            return (Redirected(approver_id, effective_on, answer),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _open(approval, *states):
    if approval.state not in states:
        raise Closed(state=approval.state)


def in_force(approval, day):
    """Tell whether an approval granted holds on ``day``, its last day included."""
    return approval.granted_until is None or day <= approval.granted_until
