"""Decisions dated ahead: planned today, in force on their day, or void by then."""

from dataclasses import dataclass, replace
from datetime import date

from .record import DomainError, Text, _

DONE, REPLACED, CANCELLED, VOID = "done", "replaced", "cancelled", "void"


class PlanExists(DomainError):
    """A second decision dated ahead."""

    code = "plan_exists"
    message = _(
        "Another decision takes effect on %(day)s already. Cancel that one first."
    )


class PlanMissing(DomainError):
    """A cancellation of nothing."""

    code = "plan_missing"
    message = _("Nothing is planned for this account: there is nothing to cancel.")


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class TakeEffect:
    """Let the planned decision take effect if ``day``, today, is its day or later."""

    day: date


@dataclass(frozen=True, slots=True)
class CancelPlan:
    """Take the planned decision back before its day."""

    reason: Text | None


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class DecisionPlanned:
    """It was decided today what is to be from a day ahead on."""

    planned: str
    planned_on: date
    planned_class: str | None
    planned_reason: Text | None


@dataclass(frozen=True, slots=True)
class PlanEnded:
    """The planned decision was done, or is void.

    :param outcome: ``done``; ``replaced`` by a decision since; ``cancelled``; ``void``:
        it did not fit any more when its day came
    """

    outcome: str
    effective_on: date | None = None
    reason: Text | None = None


def plan(account, event):
    """Return the account after :class:`DecisionPlanned`."""
    return replace(
        account,
        planned=event.planned,
        planned_on=event.planned_on,
        planned_class=event.planned_class,
        planned_reason=event.planned_reason,
    )


def without(account):
    """Return the account with nothing planned."""
    return replace(
        account, planned=None, planned_on=None, planned_class=None, planned_reason=None
    )


def cancel(account, command):
    """Return the events of :class:`CancelPlan`."""
    if not account.planned:
        raise PlanMissing()
    return (PlanEnded(CANCELLED, None, command.reason),)


def dated(account, name, command, events, stay):
    """Return what a decision is today: its events, or a plan of them.

    :param name: of the decision
    :param events: what it would do now
    :param stay: class of those events that have days of their own
    """
    if command.decided_on is None or command.effective_on <= command.decided_on:
        outdated = account.planned and (
            name != "change_class" or account.planned == name
        )
        return (*((PlanEnded(REPLACED),) if outdated else ()), *events)
    if account.planned:
        raise PlanExists(day=account.planned_on.isoformat())
    planned = DecisionPlanned(
        name,
        command.effective_on,
        getattr(command, "account_class", None),
        command.reason,
    )
    return (planned, *(event for event in events if isinstance(event, stay)))
