"""A talk or letter about money: what came of it. It is noted once and stays."""

from dataclasses import dataclass
from datetime import date, datetime

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
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)

RESULTS = ("promised", "will_check", "disputes", "no_answer", "sent", "other")


class ContactStays(DomainError):
    """A talk that took place is not undone."""

    code = "contact_stays"
    message = _("What was talked about is not deleted. Note the next talk beside it.")


class AgainBefore(DomainError):
    """To talk again before one has talked."""

    code = "again_before"
    message = _("“Again on” lies before the day of the talk: choose a later day.")


@dataclass(frozen=True, slots=True)
class Contact:
    """A talk or letter about money; these fields are event-sourced.

    :param result: one of :data:`RESULTS`; ``sent`` for a letter
    :param contact_id: with whom; ``user_id`` who talked
    :param again_on: the day agreed to talk again
    """

    partner_id: int | None = None
    company_id: int | None = None
    kind: str | None = "call"
    result: str | None = None
    at: datetime | None = None
    contact_id: int | None = None
    user_id: int | None = None
    again_on: date | None = None
    promise_id: int | None = None
    dispute_id: int | None = None
    note: Text | None = None


State = Contact
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}
FREE = ("note", "again_on", "contact_id")


def evolve(contact, event):
    """Return the contact after ``event``."""
    return evolve_common(Contact, contact, event)


def decide(contact, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = initial(Contact, values)
            check(Contact(**values))
            return (Created(values),)
        case Edit(changes):
            return (_edit(contact, changes),)
        case Relink():
            return relink(contact, command)
        case Remove():
            raise ContactStays()
    raise TypeError(f"unknown command {type(command).__name__}")


def check(contact):
    """Refuse a talk that says nothing."""
    for name in ("partner_id", "company_id", "kind", "result", "at"):
        if not getattr(contact, name):
            raise FieldMissing(field=name)
    if contact.again_on and check_day(contact.again_on) < contact.at.date():
        raise AgainBefore()


def _edit(contact, changes):
    for field in changes:
        if field not in FREE:
            raise FixedField(field=field)
    again = changes.get("again_on")
    if again and check_day(again) < contact.at.date():
        raise AgainBefore()
    return Changed(changes)
