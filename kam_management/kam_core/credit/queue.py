"""Orders that wait for credit: in a stated order, let through from the head."""

from dataclasses import dataclass, replace
from datetime import datetime

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

WAITING, RELEASED, WITHDRAWN = "waiting", "released", "withdrawn"


class NotWaiting(DomainError):
    """The order waits no more."""

    code = "not_waiting"
    message = _("This order does not wait any more; put it in the queue again.")


class EntryStays(DomainError):
    """What waited stays on record."""

    code = "entry_stays"
    message = _("A place in the queue is not deleted: take the order out of it.")


class PlaceWrong(DomainError):
    """A place below 1 or beyond reason."""

    code = "place_wrong"
    message = _("“Place” is a whole number from 1 to 100000.")


@dataclass(frozen=True, slots=True)
class Entry:
    """An order in the queue of its customer's credit.

    :param partner_id: commercial partner of the invoice address, whose credit it is
    :param place: the lowest goes first
    :param signed: the customer has signed it; it was kept from the portal
    :param proposed_at: when it was proposed to the user that it can pass now
    """

    order_id: int | None = None
    partner_id: int | None = None
    company_id: int | None = None
    status: str | None = WAITING
    place: int | None = None
    reason: Text | None = None
    signed: bool = False
    proposed_at: datetime | None = None


State = Entry
PARTS = {}


@dataclass(frozen=True, slots=True)
class Move:
    """Give it another place."""

    place: int


@dataclass(frozen=True, slots=True)
class Propose:
    """Say that there is room for it now."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """The order was confirmed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take it out of the queue."""

    reason: Text | None


@dataclass(frozen=True, slots=True)
class Forget:
    """The quotation itself is deleted."""


@dataclass(frozen=True, slots=True)
class MovedInQueue:
    """It got another place."""

    place: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """There is room for it, and the user was told."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReleasedFromQueue:
    """The order was confirmed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TakenOut:
    """It was taken out of the queue."""

    reason: Text | None


EVENTS = catalogue(MovedInQueue, Proposed, ReleasedFromQueue, TakenOut)
UPCASTERS = {}


def evolve(entry, event):
    """Return the entry after ``event``."""
    match event:
        case MovedInQueue(place):
            return replace(entry, place=place)
        case Proposed(at):
            return replace(entry, proposed_at=at)
        case ReleasedFromQueue():
            return replace(entry, status=RELEASED)
        case TakenOut():
            return replace(entry, status=WITHDRAWN)
    return evolve_common(Entry, entry, event)


def decide(entry, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            field = next(iter(changes))
            raise UseButton(
                field=field, button=BUTTONS.get(field, _("Wait for credit"))
            )
        case Remove():
            raise EntryStays()
        case Forget():
            return (Removed(),)
        case Relink():
            return relink(entry, command)
    if entry.status != WAITING:
        raise NotWaiting()
    return _decide(entry, command)


def _decide(entry, command):
    match command:
        case Move(place):
            if not 1 <= place <= 100000:
                raise PlaceWrong()
            return (MovedInQueue(place),) if place != entry.place else ()
        case Propose(at):
            return (Proposed(at),)
        case Release(at):
            return (ReleasedFromQueue(at),)
        case Withdraw(reason):
            if not reason:
                raise ReasonMissing()
            return (TakenOut(reason),)
    raise TypeError(f"unknown command {type(command).__name__}")


BUTTONS = {
    "place": _("Move up"),
    "status": _("Take out"),
    "proposed_at": _("Propose"),
}


def _open(values):
    values = begun(Entry, values, ("order_id", "partner_id", "company_id"))
    return (Created({**values, "status": WAITING, "proposed_at": None}),)
