"""The plan of one manager for one week; committed once, never quietly rewritten.

What was promised is kept here, visit by visit, as it stood at that moment. The visits
go on; comparing them with these lines gives adherence, for ever.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

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
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)

OPEN, COMMITTED = "open", "committed"


class NoMonday(DomainError):
    """A week is named by its Monday."""

    code = "no_monday"
    message = _("“Week” is named by its Monday; %(day)s is none.")


class AlreadyCommitted(DomainError):
    """A plan that was promised cannot be promised again, otherwise."""

    code = "already_committed"
    message = _(
        "This week is committed already. Move, cancel or add single visits, each with"
        " its reason."
    )


class WeekOver(DomainError):
    """A plan made when all is done promises nothing."""

    code = "week_over"
    message = _("The week of %(monday)s is over: a plan is committed before its end.")


class NothingToCommit(DomainError):
    """A week without a visit ahead."""

    code = "nothing_to_commit"
    message = _("No visit is planned in this week: plan some, then commit it.")


class WeekStays(DomainError):
    """The plan of a week was to be deleted."""

    code = "week_stays"
    message = _("The plan of a week is not deleted; it stays on record.")


class WeekBegun(DomainError):
    """A promise is taken back while it is due."""

    code = "week_begun"
    message = _(
        "The week of %(monday)s has begun, so its plan stands. Move or cancel single"
        " visits, each with its reason."
    )


class WithdrawReasonMissing(DomainError):
    """A plan was taken back without a word."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


@dataclass(frozen=True, slots=True)
class CommittedVisit:
    """A visit as it was promised; ``version`` is that of its stream then.

    Whose visit it is stands in the visit, where it never changes.
    """

    key: str
    visit_id: int | None = None
    kind_id: int | None = None
    planned_start: datetime | None = None
    planned_stop: datetime | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday where the manager is."""

    user_id: int | None = None
    company_id: int | None = None
    monday: date | None = None
    state: str | None = OPEN
    committed_at: datetime | None = None
    visit_ids: tuple[CommittedVisit, ...] = ()


State = Week
PARTS = {"visit_ids": CommittedVisit}


@dataclass(frozen=True, slots=True)
class CommitWeek:
    """Promise these visits; ``today`` is where the manager is."""

    at: datetime
    today: date
    visits: tuple[CommittedVisit, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the promise back before the week begins."""

    at: datetime
    today: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class WeekCommitted:
    """These visits were promised."""

    at: datetime
    visits: tuple[CommittedVisit, ...]


@dataclass(frozen=True, slots=True)
class WeekWithdrawn:
    """The promise was taken back before the week began."""

    at: datetime
    reason: Text


EVENTS = catalogue(WeekCommitted, WeekWithdrawn)
UPCASTERS = {}


def monday_of(day):
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def evolve(week, event):
    """Return the week after ``event``."""
    match event:
        case WeekCommitted(at, visits):
            return replace(week, state=COMMITTED, committed_at=at, visit_ids=visits)
        case WeekWithdrawn():
            return replace(week, state=OPEN, committed_at=None, visit_ids=())
    return evolve_common(Week, week, event)


def decide(week, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(initial(Week, values))
        case Edit(changes):
            raise UseButton(field=next(iter(changes)), button=_("Commit the week"))
        case Remove():
            raise WeekStays()
        case Relink():
            return relink(week, command)
        case CommitWeek(at, today, visits):
            return _commit(week, at, today, visits)
        case Withdraw(at, today, reason):
            return _withdraw(week, at, today, reason)
    raise TypeError(f"unknown command {type(command).__name__}")


def _open(values):
    for field in ("user_id", "company_id", "monday"):
        if not values[field]:
            raise FieldMissing(field=field)
    monday = check_day(values["monday"])
    if monday.weekday():
        raise NoMonday(day=monday.isoformat())
    if values["state"] not in (None, OPEN) or values["committed_at"]:
        raise UseButton(field="state", button=_("Commit the week"))
    if values["visit_ids"]:
        raise UseButton(field="visit_ids", button=_("Commit the week"))
    return (Created({**values, "state": OPEN}),)


def _commit(week, at, today, visits):
    if week.state == COMMITTED:
        raise AlreadyCommitted()
    if today > week.monday + timedelta(days=6):
        raise WeekOver(monday=week.monday.isoformat())
    if not visits:
        raise NothingToCommit()
    ordered = tuple(sorted(visits, key=lambda one: one.key))
    return (WeekCommitted(at, ordered),)


def _withdraw(week, at, today, reason):
    if week.state != COMMITTED:
        raise NothingToCommit()
    if today >= week.monday:
        raise WeekBegun(monday=week.monday.isoformat())
    if not reason:
        raise WithdrawReasonMissing()
    return (WeekWithdrawn(at, reason),)
