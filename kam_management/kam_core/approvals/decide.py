"""The rules of an approval: ``evolve`` and ``decide``."""

from dataclasses import replace

from .. import measures
from ..record import (
    Create,
    Created,
    Edit,
    Relink,
    Remove,
    UseButton,
    _,
    begun,
    check_day,
    evolve_common,
    relink,
)
from .commands import Approve, Expire, Outgrow, Redirect, Refuse, Use, Withdraw
from .events import (
    APPROVED,
    ASKED,
    EXPIRED,
    REFUSED,
    USED,
    VOIDED,
    WITHDRAWN,
    Approval,
    Approved,
    ApprovedLess,
    Expired,
    Redirected,
    Refused,
    Used,
    Voided,
    Withdrawn,
)
from .refusals import (
    BelowZero,
    Closed,
    NotCovered,
    OwnRequest,
    RanOut,
    ReasonMissing,
    Stays,
    TooLong,
    TooMuch,
)


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
DECIDED = dict.fromkeys(
    ("granted", "granted_until", "decided_by_id", "used_id", "used_model"), _("Approve")
)


def _ask(values):
    values = begun(Approval, values, NEEDED, DECIDED)
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
    if measures.least(less, ("amount", "percent", "days")) < 0:
        raise BelowZero()
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
