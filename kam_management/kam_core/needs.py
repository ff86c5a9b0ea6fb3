"""What a customer needs from us, and where more could be sold: noted, met, dropped."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .record import (
    Changed,
    Create,
    Created,
    DomainError,
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

NEED, OPENING = "need", "opening"
KINDS = (NEED, OPENING)
OPEN, MET, DROPPED = "open", "met", "dropped"


class KindWrong(DomainError):
    """Neither a need nor an opening."""

    code = "kind_wrong"
    message = _("“Kind” is “need” or “opening”; choose one of them.")


class AmountNegative(DomainError):
    """An expectation below zero."""

    code = "amount_negative"
    message = _("“Expected a year” is below zero; give an amount of zero or more.")


class Closed(DomainError):
    """A change of what was met or dropped."""

    code = "need_closed"
    message = _("This was closed on %(day)s. Reopen it first.")


class StillOpen(DomainError):
    """A reopening of what is open."""

    code = "need_open"
    message = _("This is open already: there is nothing to reopen.")


class WhyMissing(DomainError):
    """An opening given up without a word."""

    code = "reason_missing"
    message = _("“Outcome” is missing: say in a sentence why it is dropped.")


class NotYet(DomainError):
    """A day that has not come."""

    code = "day_ahead"
    message = _("“Closed on” %(day)s is still to come: choose a day up to today.")


@dataclass(frozen=True, slots=True)
class Need:
    """One need or opening of one account; these fields are event-sourced.

    :param amount: sales without tax expected in a year, in ``currency_id``
    :param due_on: the day by which something is to have happened
    :param reason: what came of it; needed when it is dropped
    """

    account_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    kind: str | None = NEED
    name: Text | None = None
    note: Text | None = None
    category_id: int | None = None
    amount: Decimal | None = None
    due_on: date | None = None
    user_id: int | None = None
    state: str | None = OPEN
    closed_on: date | None = None
    reason: Text | None = None
    active: bool = True


State = Need
PARTS = {}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Meet:
    """It was fulfilled, or sold, on a day up to ``today``."""

    on: date
    today: date
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """It is given up; the reason, here or noted before, tells the next one why."""

    on: date
    today: date
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """It is open again."""


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class NeedMet:
    """It was fulfilled, or sold."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class NeedDropped:
    """It was given up."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class NeedReopened:
    """It is open again."""


@dataclass(frozen=True, slots=True)
class NeedEstimated:
    """What it may bring in a year was estimated anew."""

    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class NeedRescheduled:
    """The day by which something is to have happened was moved."""

    due_on: date | None


@dataclass(frozen=True, slots=True)
class NeedAssigned:
    """Somebody else sees to it."""

    user_id: int | None


EVENTS = catalogue(
    NeedMet,
    NeedDropped,
    NeedReopened,
    NeedEstimated,
    NeedRescheduled,
    NeedAssigned,
)
UPCASTERS = {}


def evolve(need, event):
    """Return the need after ``event``."""
    match event:
        case NeedMet(on, reason):
            return replace(need, state=MET, closed_on=on, reason=reason)
        case NeedDropped(on, reason):
            return replace(need, state=DROPPED, closed_on=on, reason=reason)
        case NeedReopened():
            return replace(need, state=OPEN, closed_on=None)
        case NeedEstimated(amount):
            return replace(need, amount=amount)
        case NeedRescheduled(due_on):
            return replace(need, due_on=due_on)
        case NeedAssigned(user_id):
            return replace(need, user_id=user_id)
    return evolve_common(Need, need, event)


def decide(need, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _note(values)
        case Edit(changes):
            return _edit(need, changes)
        case Relink():
            return relink(need, command)
        case Remove():
            return (Removed(),)
        case Meet(on, today, reason):
            return (NeedMet(_close(need, on, today), reason or need.reason),)
        case Drop(on, today, reason):
            day = _close(need, on, today)
            if not (reason or need.reason):
                raise WhyMissing()
            return (NeedDropped(day, reason or need.reason),)
        case Reopen():
            if need.state == OPEN:
                raise StillOpen()
            return (NeedReopened(),)
    raise TypeError(f"unknown command {type(command).__name__}")


BUTTONS = {
    "state": _("Met"),
    "closed_on": _("Met"),
}
FIXED = ("account_id", "company_id", "currency_id")
WORDS = {
    "amount": NeedEstimated,
    "due_on": NeedRescheduled,
    "user_id": NeedAssigned,
}


def _note(values):
    values = initial(Need, values)
    for field, button in BUTTONS.items():
        if values[field] not in (None, OPEN):
            raise UseButton(field=field, button=button)
    values["state"] = OPEN
    check(Need(**values))
    return (Created(values),)


def _edit(need, changes):
    for field in changes:
        if field in BUTTONS:
            raise UseButton(field=field, button=BUTTONS[field])
        if field in FIXED:
            raise FixedField(field=field)
    if need.state != OPEN and changes.keys() - {"active"}:
        raise Closed(day=need.closed_on.isoformat())
    check(replace(need, **changes))
    rest = dict(changes)
    events = [event(rest.pop(name)) for name, event in WORDS.items() if name in rest]
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _close(need, on, today):
    if need.state != OPEN:
        raise Closed(day=need.closed_on.isoformat())
    if check_day(on) > today:
        raise NotYet(day=on.isoformat())
    return on


def check(need):
    """Refuse a note that says nothing, or nothing possible."""
    for field in ("account_id", "name"):
        if not getattr(need, field):
            raise FieldMissing(field=field)
    if need.kind not in KINDS:
        raise KindWrong()
    if need.amount is not None and need.amount < 0:
        raise AmountNegative()
    if need.due_on is not None:
        check_day(need.due_on)
