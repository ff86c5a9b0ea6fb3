"""The rest of an order given up: nothing more of it will be invoiced, or it will."""

from dataclasses import dataclass, replace
from datetime import date

from ..accounts import ReasonMissing
from ..record import (
    Create,
    Created,
    DomainError,
    Edit,
    Relink,
    Remove,
    Removed,
    Text,
    UseButton,
    _,
    begun,
    catalogue,
    evolve_common,
    relink,
)


class ClosedAlready(DomainError):
    """The rest was given up before."""

    code = "closed_already"
    message = _("The rest of this order is given up already.")


class NotClosed(DomainError):
    """There is nothing to take up again."""

    code = "not_closed"
    message = _("The rest of this order is not given up; there is nothing to reopen.")


class ClosingStays(DomainError):
    """What was given up stays on record."""

    code = "closing_stays"
    message = _("A closing is not deleted: reopen the order.")


@dataclass(frozen=True, slots=True)
class Closing:
    """One order; while ``closed``, it holds nothing of the credit limit."""

    order_id: int | None = None
    company_id: int | None = None
    closed: bool = False
    closed_on: date | None = None
    reason: Text | None = None


State = Closing
PARTS = {}


@dataclass(frozen=True, slots=True)
class Close:
    """Give the rest up."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take the rest up again; it needs its room of the limit."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Forget:
    """The order itself is deleted."""


@dataclass(frozen=True, slots=True)
class RestGivenUp:
    """Nothing more of the order will be delivered or invoiced."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class RestTakenUp:
    """The rest will be delivered and invoiced after all."""

    effective_on: date
    reason: Text | None


EVENTS = catalogue(RestGivenUp, RestTakenUp)
UPCASTERS = {}


def evolve(closing, event):
    """Return the closing after ``event``."""
    match event:
        case RestGivenUp(effective_on, reason):
            return replace(closing, closed=True, closed_on=effective_on, reason=reason)
        case RestTakenUp(reason=reason):
            return replace(closing, closed=False, closed_on=None, reason=reason)
    return evolve_common(Closing, closing, event)


def decide(closing, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            raise UseButton(field=next(iter(changes)), button=_("Give up the rest"))
        case Remove():
            raise ClosingStays()
        case Forget():
            return (Removed(),)
        case Relink():
            return relink(closing, command)
    if not command.reason:
        raise ReasonMissing()
    return _decide(closing, command)


def _open(values):
    decided = dict.fromkeys(("closed", "closed_on"), _("Give up the rest"))
    return (Created(begun(Closing, values, ("order_id", "company_id"), decided)),)


def _decide(closing, command):
    match command:
        case Close(effective_on, reason):
            if closing.closed:
                raise ClosedAlready()
            return (RestGivenUp(effective_on, reason),)
        case Reopen(effective_on, reason):
            if not closing.closed:
                raise NotClosed()
            return (RestTakenUp(effective_on, reason),)
    raise TypeError(f"unknown command {type(command).__name__}")
