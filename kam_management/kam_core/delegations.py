"""Delegation: for a range of days a substitute acts for an absent manager."""

from dataclasses import dataclass, replace
from datetime import date

from .record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
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


class PeriodMissing(DomainError):
    """A delegation without both days, or with the end before the beginning."""

    code = "period_wrong"
    message = _("“From” and “To” are both needed, “To” not before “From”.")


class SameUser(DomainError):
    """Somebody stands in for themselves."""

    code = "same_user"
    message = _("“Substitute” is the absent person; choose somebody else.")


class PeopleMissing(DomainError):
    """A delegation without both people."""

    code = "people_missing"
    message = _("“Absent” and “Substitute” are both needed.")


class Ended(DomainError):
    """A delegation that was ended stays as it is."""

    code = "delegation_ended"
    message = _("This delegation was ended on %(day)s. Make a new one.")


class Begun(DomainError):
    """A delegation under which people may have acted stays on record."""

    code = "delegation_begun"
    message = _(
        "A delegation is not deleted, because people may have acted on it: end it."
    )


@dataclass(frozen=True, slots=True)
class Delegation:
    """Days are included, in the company's time zone; no accounts means all of them."""

    user_id: int | None = None
    substitute_id: int | None = None
    company_id: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    account_ids: tuple[int, ...] = ()
    may_act: bool = True
    may_approve: bool = False
    reason: Text | None = None
    ended_on: date | None = None


State = Delegation
PARTS = {}


@dataclass(frozen=True, slots=True)
class End:
    """Take the delegation back; it holds no more from ``effective_on`` on."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class DelegationEnded:
    """The delegation was taken back and holds no more from that day on."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Prolonged:
    """The last day was moved."""

    date_to: date


@dataclass(frozen=True, slots=True)
class AccountsLimited:
    """The accounts it covers were changed; none means all."""

    account_ids: tuple[int, ...]


EVENTS = catalogue(DelegationEnded, Prolonged, AccountsLimited)
UPCASTERS = {}


def evolve(delegation, event):
    """Return the delegation after ``event``."""
    match event:
        case DelegationEnded(effective_on):
            return replace(delegation, ended_on=effective_on)
        case Prolonged(date_to):
            return replace(delegation, date_to=date_to)
        case AccountsLimited(account_ids):
            return replace(delegation, account_ids=account_ids)
    return evolve_common(Delegation, delegation, event)


def decide(delegation, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {**initial(Delegation, values), "ended_on": None}
            check(Delegation(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(delegation, changes)
        case End(effective_on):
            if delegation.ended_on:
                raise Ended(day=delegation.ended_on.isoformat())
            return (DelegationEnded(check_day(effective_on)),)
        case Relink():
            return relink(delegation, command)
        case Remove():
            raise Begun()
    raise TypeError(f"unknown command {type(command).__name__}")


# Who stands in for whom, and where: another pair is another delegation. Whoever may
# write this one could otherwise give somebody the powers of anybody.
FIXED = ("user_id", "substitute_id", "company_id")


def _edit(delegation, changes):
    for field in FIXED:
        if field in changes:
            raise FixedField(field=field)
    if delegation.ended_on or "ended_on" in changes:
        raise Ended(day=(delegation.ended_on or changes["ended_on"]).isoformat())
    check(replace(delegation, **changes))
    rest = dict(changes)
    events = []
    if "date_to" in rest:
        events.append(Prolonged(rest.pop("date_to")))
    if "account_ids" in rest:
        events.append(AccountsLimited(rest.pop("account_ids")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def check(delegation):
    """Refuse a delegation that says nothing, or nothing possible."""
    if not delegation.user_id or not delegation.substitute_id:
        raise PeopleMissing()
    if delegation.user_id == delegation.substitute_id:
        raise SameUser()
    days = (delegation.date_from, delegation.date_to)
    if not all(days) or days[1] < days[0]:
        raise PeriodMissing()
    for day in days:
        check_day(day)


def holds(delegation, day):
    """Tell whether the substitute may act on ``day``."""
    return delegation.date_from <= day <= delegation.date_to and (
        delegation.ended_on is None or day < delegation.ended_on
    )
