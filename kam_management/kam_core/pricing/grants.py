"""A column granted to an account: by policy, by agreement or as an exception."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ..record import (
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
    begun,
    catalogue,
    check_day,
    evolve_common,
    relink,
)

POLICY, AGREEMENT, EXCEPTION = BASES = ("policy", "agreement", "exception")


class ReasonMissing(DomainError):
    """A column was granted beyond the policy, or ended, without a reason."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


class UntilMissing(DomainError):
    """An exception without an end."""

    code = "until_missing"
    message = _("“To” is missing: an exception has an end.")


class DaysWrong(DomainError):
    """It ends before it begins."""

    code = "days_wrong"
    message = _("“To” lies before “From”: choose a later day.")


class Over(DomainError):
    """The grant ended already."""

    code = "grant_over"
    message = _("This column was granted until %(day)s only: grant it anew.")


class GrantStays(DomainError):
    """A grant is a decision and stays on record."""

    code = "grant_stays"
    message = _("A granted column stays on record: end it instead.")


class NotAnnounced(DomainError):
    """A demotion that was not announced, or before its day."""

    code = "demotion_not_announced"
    message = _("A lower column comes at the end of a window, announced before.")


@dataclass(frozen=True, slots=True)
class Grant:
    """Days are included, in the company's time zone.

    :param policy_id: version of the policy that was in force when it was granted
    :param approval_id: the approval behind an exception
    :param next_column_id: the lower column announced, from ``demote_on`` on
    """

    account_id: int | None = None
    company_id: int | None = None
    column_id: int | None = None
    basis: str | None = POLICY
    reason: Text | None = None
    date_from: date | None = None
    date_to: date | None = None
    granted_by_id: int | None = None
    approval_id: int | None = None
    policy_id: int | None = None
    ended_on: date | None = None
    next_column_id: int | None = None
    demote_on: date | None = None


State = Grant
PARTS = {}


@dataclass(frozen=True, slots=True)
class End:
    """End it: it holds no more from that day on."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Announce:
    """Say that a lower column (None: none) comes on ``demote_on``."""

    next_column_id: int | None
    demote_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class CallOff:
    """The conditions are met again: no lower column comes."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Demote:
    """The day announced has come."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class GrantEnded:
    """It holds no more from that day on."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class DemotionAnnounced:
    """A lower column was announced."""

    next_column_id: int | None
    demote_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class DemotionCalledOff:
    """The conditions were met again."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Demoted:
    """The lower column announced took its place."""

    effective_on: date


EVENTS = catalogue(GrantEnded, DemotionAnnounced, DemotionCalledOff, Demoted)
UPCASTERS = {}


def evolve(grant, event):
    """Return the grant after ``event``."""
    match event:
        case GrantEnded(effective_on) | Demoted(effective_on):
            return replace(grant, ended_on=effective_on)
        case DemotionAnnounced(next_column_id, demote_on):
            return replace(grant, next_column_id=next_column_id, demote_on=demote_on)
        case DemotionCalledOff():
            return replace(grant, next_column_id=None, demote_on=None)
    return evolve_common(Grant, grant, event)


def decide(grant, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _grant(values)
        case Edit(changes):
            raise UseButton(field=next(iter(changes)), button=_("Grant a column"))
        case Relink():
            return relink(grant, command)
        case Remove():
            raise GrantStays()
    if grant.ended_on:
        raise Over(day=(grant.ended_on - timedelta(days=1)).isoformat())
    return _change(grant, command)


NEEDED = ("account_id", "company_id", "column_id", "granted_by_id")
DECIDED = dict.fromkeys(("ended_on", "next_column_id", "demote_on"), _("End"))


def _grant(values):
    values = begun(Grant, values, NEEDED, DECIDED)
    if values["basis"] not in BASES:
        raise FieldMissing(field="basis")
    if values["basis"] != POLICY and not values["reason"]:
        raise ReasonMissing()
    if values["basis"] == EXCEPTION and not values["date_to"]:
        raise UntilMissing()
    check_day(values["date_from"])
    if values["date_to"] and check_day(values["date_to"]) < values["date_from"]:
        raise DaysWrong()
    return (Created(values),)


def _change(grant, command):
    match command:
        case End(effective_on, reason):
            if not reason:
                raise ReasonMissing()
            return (GrantEnded(check_day(effective_on), reason),)
        case Announce(next_column_id, demote_on, effective_on):
            if demote_on <= effective_on:
                raise NotAnnounced()
            if (next_column_id, demote_on) == (grant.next_column_id, grant.demote_on):
                return ()
            return (DemotionAnnounced(next_column_id, demote_on, effective_on),)
        case CallOff(effective_on):
            return (DemotionCalledOff(effective_on),) if grant.demote_on else ()
        case Demote(effective_on):
            if not grant.demote_on or effective_on < grant.demote_on:
                raise NotAnnounced()
            return (Demoted(effective_on),)
    raise TypeError(f"unknown command {type(command).__name__}")


def holds(grant, day):
    """Tell whether the grant is in force on ``day``."""
    return (
        grant.date_from <= day
        and (grant.date_to is None or day <= grant.date_to)
        and (grant.ended_on is None or day < grant.ended_on)
    )
