"""A reliability check: a checklist gone through, a score, what follows from it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FixedField,
    Relink,
    Remove,
    Removed,
    Text,
    UseButton,
    _,
    begun,
    catalogue,
    check_day,
    evolve_common,
    relink,
)

DRAFT, DONE = "draft", "done"
RESULTS = ("passed", "failed", "not_applicable")


class CheckClosed(DomainError):
    """A finished check stays as it is."""

    code = "check_closed"
    message = _("This check is finished and stays as it is. Begin a new one.")


class ItemsOpen(DomainError):
    """A required item has no result yet."""

    code = "items_open"
    message = _(
        "%(count)s required items of the checklist have no “Result” yet: go through"
        " them first."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the checklist, and what was found."""

    key: str
    item_id: int | None = None
    required: bool = False
    result: str | None = None
    note: Text | None = None
    user_id: int | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a customer.

    :param missing: names of score inputs there was nothing for, by commas
    :param proposed_limit: in ``currency_id``, tax included
    """

    partner_id: int | None = None
    company_id: int | None = None
    user_id: int | None = None
    status: str | None = DRAFT
    line_ids: tuple[Line, ...] = ()
    conclusion: Text | None = None
    score: Decimal | None = None
    grade: str | None = None
    missing: str | None = None
    proposed_limit: Decimal | None = None
    currency_id: int | None = None
    done_on: date | None = None
    recheck_on: date | None = None


State = Check
PARTS = {"line_ids": Line}
FIXED = ("partner_id", "company_id")
FOUND = ("score", "grade", "missing", "proposed_limit", "done_on", "recheck_on")


@dataclass(frozen=True, slots=True)
class Finish:
    """End the check with what was computed of it."""

    score: Decimal | None
    grade: str | None
    missing: str | None
    proposed_limit: Decimal | None
    currency_id: int | None
    recheck_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class CheckFinished:
    """The check was ended; what its score was then."""

    score: Decimal | None
    grade: str | None
    missing: str | None
    proposed_limit: Decimal | None
    currency_id: int | None
    recheck_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class ItemsChecked:
    """Results were entered."""

    lines: tuple[Line, ...]


EVENTS = catalogue(CheckFinished, ItemsChecked)
UPCASTERS = {}


def evolve(check, event):
    """Return the check after ``event``."""
    match event:
        case CheckFinished():
            found = {name: getattr(event, name) for name in FOUND if name != "done_on"}
            return replace(
                check,
                status=DONE,
                done_on=event.effective_on,
                currency_id=event.currency_id,
                **found,
            )
        case ItemsChecked(lines):
            return replace(check, line_ids=lines)
    return evolve_common(Check, check, event)


def decide(check, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            return _edit(check, changes)
        case Finish():
            return (_finish(check, command),)
        case Relink():
            return relink(check, command)
        case Remove():
            if check.status == DONE:
                raise CheckClosed()
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _open(values):
    values = begun(Check, values, FIXED, dict.fromkeys(FOUND, _("Finish")))
    if values["status"] not in (None, DRAFT):
        raise UseButton(field="status", button=_("Finish"))
    return (Created({**values, "status": DRAFT}),)


def _refuse_found(values):
    for field in FOUND:
        if values.get(field):
            raise UseButton(field=field, button=_("Finish"))


def _edit(check, changes):
    if check.status == DONE:
        raise CheckClosed()
    for field in FIXED:
        if field in changes:
            raise FixedField(field=field)
    if "status" in changes:
        raise UseButton(field="status", button=_("Finish"))
    _refuse_found(changes)
    rest, events = dict(changes), []
    if "line_ids" in rest:
        events.append(ItemsChecked(rest.pop("line_ids")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _finish(check, command):
    if check.status == DONE:
        raise CheckClosed()
    todo = [line for line in check.line_ids if line.required and not line.result]
    if todo:
        raise ItemsOpen(count=len(todo))
    check_day(command.effective_on)
    return CheckFinished(
        command.score,
        command.grade,
        command.missing,
        command.proposed_limit,
        command.currency_id,
        command.recheck_on,
        command.effective_on,
    )
