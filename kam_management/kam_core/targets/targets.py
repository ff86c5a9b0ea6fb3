"""A target: a plan for a key figure, a period and somebody, proposed and approved.

A draft is proposed by whoever it is for, or made by the head; the head approves it or
sends it back. An approved target is never edited: a re-plan is a new one that replaces
it, so that what was planned when stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
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

DRAFT, PROPOSED, APPROVED, REPLACED = "draft", "proposed", "approved", "replaced"
# for whom: the field that names them
LEVELS = {
    "company": None,
    "team": "team_id",
    "user": "user_id",
    "account": "account_id",
}


class PeriodWrong(DomainError):
    """A target without both days, or with the end before the beginning."""

    code = "period_wrong"
    message = _("“From” and “To” are both needed, “To” not before “From”.")


class PlanWrong(DomainError):
    """A plan below zero, or of nothing."""

    code = "plan_wrong"
    message = _("“Plan” is above 0; without a plan make no target.")


class NotOpen(DomainError):
    """A target that was approved or replaced is edited."""

    code = "target_closed"
    message = _("This target was approved. Press “Re-plan” to make the next version.")


class NotProposed(DomainError):
    """A decision on a target that does not wait for one."""

    code = "target_not_waiting"
    message = _("This target does not wait for a decision: propose it first.")


class ReasonMissing(DomainError):
    """A target is sent back without a word."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence what is to change.")


@dataclass(frozen=True, slots=True)
class Target:
    """Days are included; ``plan`` is in the unit of the key figure.

    Money: company currency, without tax; percent: as a ratio.
    """

    kpi_id: int | None = None
    company_id: int | None = None
    level: str | None = None
    team_id: int | None = None
    user_id: int | None = None
    account_id: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    plan: Decimal | None = None
    state: str | None = DRAFT
    revision: int | None = 1
    parent_id: int | None = None
    replaces_id: int | None = None
    approved_by_id: int | None = None
    note: Text | None = None


State = Target
PARTS: dict = {}
DECIDED = ("state", "approved_by_id", "revision", "replaces_id")


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask for approval."""


@dataclass(frozen=True, slots=True)
class Approve:
    """Make it the plan."""

    user_id: int


@dataclass(frozen=True, slots=True)
class SendBack:
    """Not so: change it and propose it again."""

    reason: Text | None


@dataclass(frozen=True, slots=True)
class Supersede:
    """A later version was approved."""


@dataclass(frozen=True, slots=True)
class TargetProposed:
    """Approval was asked for."""


@dataclass(frozen=True, slots=True)
class TargetApproved:
    """It is the plan from now on."""

    user_id: int


@dataclass(frozen=True, slots=True)
class TargetSentBack:
    """It was not approved so."""

    reason: Text


@dataclass(frozen=True, slots=True)
class TargetReplaced:
    """A later version took its place; this one stays on record."""


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """Another plan, before it was approved."""

    plan: Decimal


EVENTS = catalogue(
    TargetProposed, TargetApproved, TargetSentBack, TargetReplaced, PlanChanged
)
UPCASTERS: dict = {}


def evolve(target, event):
    """Return the target after ``event``."""
    match event:
        case TargetProposed():
            return replace(target, state=PROPOSED)
        case TargetApproved(user_id):
            return replace(target, state=APPROVED, approved_by_id=user_id)
        case TargetSentBack():
            return replace(target, state=DRAFT)
        case TargetReplaced():
            return replace(target, state=REPLACED)
        case PlanChanged(plan):
            return replace(target, plan=plan)
    return evolve_common(Target, target, event)


def decide(target, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {**initial(Target, values), "state": DRAFT, "approved_by_id": None}
            values["revision"] = values["revision"] or 1
            check(Target(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(target, changes)
        case Relink():
            return relink(target, command)
        case Remove():
            if target.state not in (DRAFT, PROPOSED):
                raise NotOpen()
            return (Removed(),)
    return _decision(target, command)


def _decision(target, command):
    match command:
        case Propose():
            if target.state != DRAFT:
                raise NotProposed()
            return (TargetProposed(),)
        case Approve(user_id):
            if target.state not in (DRAFT, PROPOSED):
                raise NotProposed()
            return (TargetApproved(user_id),)
        case SendBack(reason):
            if target.state != PROPOSED:
                raise NotProposed()
            if not reason:
                raise ReasonMissing()
            return (TargetSentBack(reason),)
        case Supersede():
            return (TargetReplaced(),) if target.state == APPROVED else ()
    raise TypeError(f"unknown command {type(command).__name__}")


def _edit(target, changes):
    for field in DECIDED:
        if field in changes:
            raise UseButton(field=field, button=_("Approve"))
    if target.state in (APPROVED, REPLACED):
        raise NotOpen()
    check(replace(target, **changes))
    rest = dict(changes)
    events = []
    if "plan" in rest:
        events.append(PlanChanged(rest.pop("plan")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def check(target):
    """Refuse a target that says nothing, or nothing possible.

    :raises FieldMissing: no key figure, or nobody it is for
    :raises PeriodWrong: no period
    :raises PlanWrong: no plan
    """
    if not target.kpi_id:
        raise FieldMissing(field="kpi_id")
    if target.level not in LEVELS:
        raise FieldMissing(field="level")
    holder = LEVELS[target.level]
    if holder and not getattr(target, holder):
        raise FieldMissing(field=holder)
    days = (target.date_from, target.date_to)
    if not all(days) or days[1] < days[0]:
        raise PeriodWrong()
    for day in days:
        check_day(day)
    if target.plan is None or target.plan <= 0:
        raise PlanWrong()
