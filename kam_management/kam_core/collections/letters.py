"""A reminder that was sent: to whom, of which stage, for which invoices.

It is noted when it is decided, before any mail leaves, so that the same invoice never
gets the same stage again, whatever becomes of the mail.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..accounts import ReasonMissing
from ..record import (
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
    Relink,
    Remove,
    Text,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)


class ReminderStays(DomainError):
    """What was sent was sent."""

    code = "reminder_stays"
    message = _("A reminder that was sent stays as it is.")


class NothingStopped(DomainError):
    """There is no stop to lift."""

    code = "nothing_stopped"
    message = _("This reminder stops no shipment: there is nothing to lift.")


class ItemsMissing(DomainError):
    """A reminder of nothing."""

    code = "items_missing"
    message = _("A reminder names at least one invoice: add one.")


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """An invoice of the reminder, at its own stage.

    :param line_id: id of the receivable journal item; ``amount`` asked for
    """

    key: str
    move_id: int | None = None
    line_id: int | None = None
    stage_id: int | None = None
    date_due: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to one customer in one currency; fields are event-sourced.

    :param stage_id: the highest of its items
    :param signer_id: user who signs; ``sent_on`` the day it was decided
    """

    partner_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    stage_id: int | None = None
    signer_id: int | None = None
    sent_on: date | None = None
    item_ids: tuple[ReminderItem, ...] = ()
    is_stop: bool = False
    lifted_on: date | None = None


State = Reminder
PARTS = {"item_ids": ReminderItem}


@dataclass(frozen=True, slots=True)
class LiftStop:
    """Let goods go to the customer again."""

    effective_on: date | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class ShipmentResumed:
    """The stop of shipment was lifted."""

    effective_on: date
    reason: Text


EVENTS = catalogue(ShipmentResumed)
UPCASTERS = {}


def evolve(reminder, event):
    """Return the reminder after ``event``."""
    match event:
        case ShipmentResumed(effective_on):
            return replace(reminder, lifted_on=effective_on)
    return evolve_common(Reminder, reminder, event)


def decide(reminder, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {**initial(Reminder, values), "lifted_on": None}
            check(Reminder(**values))
            return (Created(values),)
        case LiftStop(effective_on, reason):
            return (_lift(reminder, effective_on, reason),)
        case Relink():
            return relink(reminder, command)
        case Edit() | Remove():
            raise ReminderStays()
    raise TypeError(f"unknown command {type(command).__name__}")


def check(reminder):
    """Refuse a reminder that says nothing."""
    for name in ("partner_id", "company_id", "currency_id", "stage_id"):
        if not getattr(reminder, name):
            raise FieldMissing(field=name)
    check_day(reminder.sent_on)
    if not reminder.item_ids:
        raise ItemsMissing()


def _lift(reminder, effective_on, reason):
    if not reminder.is_stop or reminder.lifted_on:
        raise NothingStopped()
    if not reason:
        raise ReasonMissing()
    return ShipmentResumed(check_day(effective_on), reason)
