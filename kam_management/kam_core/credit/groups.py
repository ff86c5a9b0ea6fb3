"""A credit group: several customers that share one limit."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..accounts import NothingChanges, ReasonMissing
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
from .terms import MOST, BelowZero


class NameMissing(DomainError):
    """A group without a name."""

    code = "name_missing"
    message = _("“Name” is missing: name the group, such as the holding's name.")


class GroupStays(DomainError):
    """A group whose limit was in force stays on record."""

    code = "group_stays"
    message = _("A group with a limit is not deleted: archive it.")


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """The limit holds for all members together, with tax, in ``currency_id``."""

    name: Text | None = None
    company_id: int | None = None
    granted: bool = False
    unlimited: bool = False
    credit_limit: Decimal | None = None
    currency_id: int | None = None
    active: bool = True


State = CreditGroup
PARTS = {}
DECIDED = ("granted", "unlimited", "credit_limit", "currency_id")


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Set the limit of all members together."""

    unlimited: bool
    credit_limit: Decimal | None
    currency_id: int | None
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class GroupLimitSet:
    """The limit of all members together was set."""

    unlimited: bool
    credit_limit: Decimal | None
    currency_id: int | None
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class GroupRenamed:
    """The group got another name."""

    name: Text


EVENTS = catalogue(GroupLimitSet, GroupRenamed)
UPCASTERS = {}


def evolve(group, event):
    """Return the group after ``event``."""
    match event:
        case GroupLimitSet(unlimited, credit_limit, currency_id):
            return replace(
                group,
                granted=True,
                unlimited=unlimited,
                credit_limit=credit_limit,
                currency_id=currency_id,
            )
        case GroupRenamed(name):
            return replace(group, name=name)
    return evolve_common(CreditGroup, group, event)


def decide(group, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            return _edit(changes)
        case SetLimit():
            return (_limit(group, command),)
        case Remove():
            if group.granted:
                raise GroupStays()
            return (Removed(),)
        case Relink():
            return relink(group, command)
    raise TypeError(f"unknown command {type(command).__name__}")


def _open(values):
    values = initial(CreditGroup, values)
    _named(values["name"])
    if not values["company_id"]:
        raise FieldMissing(field="company_id")
    for field in ("granted", "unlimited", "credit_limit"):
        if values[field]:
            raise UseButton(field=field, button=_("Set limit"))
    return (Created(values),)


def _edit(changes):
    for field in changes:
        if field in DECIDED:
            raise UseButton(field=field, button=_("Set limit"))
        if field == "company_id":
            raise FixedField(field=field)
    rest, events = dict(changes), []
    if "name" in rest:
        _named(rest["name"])
        events.append(GroupRenamed(rest.pop("name")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _named(name):
    if not (name or "").strip():
        raise NameMissing()


def _limit(group, command):
    if not command.reason:
        raise ReasonMissing()
    check_day(command.effective_on)
    if not command.currency_id:
        raise FieldMissing(field="currency_id")
    if command.credit_limit is not None and not 0 <= command.credit_limit <= MOST:
        raise BelowZero(field="credit_limit", most=f"{MOST:f}")
    event = GroupLimitSet(
        command.unlimited,
        command.credit_limit,
        command.currency_id,
        command.effective_on,
        command.reason,
    )
    if evolve(group, event) == group:
        raise NothingChanges(field="credit_limit")
    return event
