"""A promise to pay: what a customer said they would pay, and by which day.

Whether it was kept nobody says: ``keeping`` derives it from the payments. So what was
promised stays as it was said; a customer who asks for another day makes a new promise.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
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

GRACE_DAYS = 2  # calendar days a bank takes, after the promised day


class AmountMissing(DomainError):
    """A promise of nothing."""

    code = "amount_missing"
    message = _("“Amount” must be above zero: say how much they promised to pay.")


class PromisedBeforeMade(DomainError):
    """A promise to have paid already."""

    code = "promised_before_made"
    message = _(
        "“Promised for” (%(promised)s) lies before the day they promised it (%(made)s):"
        " choose a later day."
    )


class PromiseStays(DomainError):
    """A promise is not deleted: how it was kept is part of the history."""

    code = "promise_stays"
    message = _("A promise is not deleted. Withdraw it with a reason; it stays.")


class PromiseJudged(DomainError):
    """A promise whose day has passed was kept or broken; it cannot be taken back."""

    code = "promise_judged"
    message = _(
        "The promised day passed on %(day)s: the payments have decided. Record a new"
        " promise."
    )


class PromiseWithdrawn(DomainError):
    """A promise that was withdrawn stays as it is."""

    code = "promise_withdrawn"
    message = _("This promise was withdrawn on %(day)s. Record a new one.")


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of one customer to one root company; these fields are event-sourced.

    :param amount: promised, tax included, in ``currency_id``
    :param made_on: the day they said so; ``date_promised`` the day they named
    :param contact_id: who said it; ``user_id`` who follows it up
    :param move_ids: the invoices it is about; none: whatever they owe
    """

    partner_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    amount: Decimal | None = None
    made_on: date | None = None
    date_promised: date | None = None
    contact_id: int | None = None
    user_id: int | None = None
    move_ids: tuple[int, ...] = ()
    note: Text | None = None
    withdrawn_on: date | None = None


State = Promise
PARTS = {}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Withdraw:
    """It no longer holds, for a reason that is not the customer's fault."""

    effective_on: date | None
    reason: Text | None


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class PromiseReassigned:
    """Somebody else follows it up."""

    user_id: int | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It no longer holds; payments from that day on are not for it."""

    effective_on: date
    reason: Text | None


EVENTS = catalogue(PromiseReassigned, Withdrawn)
UPCASTERS = {}
# what was said stays as it was said
FIXED = (
    "partner_id",
    "company_id",
    "currency_id",
    "amount",
    "made_on",
    "date_promised",
    "move_ids",
)


def evolve(promise, event):
    """Return the promise after ``event``."""
    match event:
        case PromiseReassigned(user_id):
            return replace(promise, user_id=user_id)
        case Withdrawn(effective_on):
            return replace(promise, withdrawn_on=effective_on)
    return evolve_common(Promise, promise, event)


def decide(promise, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {**initial(Promise, values), "withdrawn_on": None}
            check(Promise(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(promise, changes)
        case Withdraw(effective_on, reason):
            return (_withdraw(promise, effective_on, reason),)
        case Relink():
            return relink(promise, command)
        case Remove():
            raise PromiseStays()
    raise TypeError(f"unknown command {type(command).__name__}")


def check(promise):
    """Refuse a promise that says nothing, or nothing possible."""
    for name in ("partner_id", "company_id", "currency_id"):
        if not getattr(promise, name):
            raise FieldMissing(field=name)
    if not promise.amount or promise.amount <= 0:
        raise AmountMissing()
    made, promised = check_day(promise.made_on), check_day(promise.date_promised)
    if promised < made:
        raise PromisedBeforeMade(promised=promised.isoformat(), made=made.isoformat())


def deadline(promise):
    """Return the last day on which a payment still keeps the promise."""
    return promise.date_promised + timedelta(days=GRACE_DAYS)


def _edit(promise, changes):
    for field in FIXED:
        if field in changes:
            raise FixedField(field=field)
    if "withdrawn_on" in changes:
        raise UseButton(field="withdrawn_on", button=_("Withdraw"))
    rest = dict(changes)
    events = []
    if "user_id" in rest:
        events.append(PromiseReassigned(rest.pop("user_id")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _withdraw(promise, effective_on, reason):
    if promise.withdrawn_on:
        raise PromiseWithdrawn(day=promise.withdrawn_on.isoformat())
    day = check_day(effective_on)
    if day > deadline(promise):
        raise PromiseJudged(day=deadline(promise).isoformat())
    if not reason:
        raise ReasonMissing()
    return Withdrawn(max(day, promise.made_on), reason)
