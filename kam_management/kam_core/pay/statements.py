"""A statement of pay as a record: open, closed once, questioned and answered."""

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

OPEN, CLOSED = "open", "closed"
ZERO = Decimal(0)


class PeriodWrong(DomainError):
    """A statement without a period."""

    code = "period_wrong"
    message = _("“From” and “To” are both needed, “To” not before “From”.")


class AbsenceWrong(DomainError):
    """Absent for less than no day, or for more than all."""

    code = "absence_wrong"
    message = _("“Days absent” is from 0 to the %(days)s days of the period.")


class StatementClosed_(DomainError):
    """A closed statement is changed."""

    code = "statement_closed"
    message = _(
        "This statement is closed and stays as it is. What is recorded later is"
        " adjusted in the open statement."
    )


class NotClosed(DomainError):
    """An objection to what may still change."""

    code = "statement_open"
    message = _("This statement is still open; object when it is closed.")


class QuestionMissing(DomainError):
    """An objection, or an answer, without words."""

    code = "words_missing"
    message = _("“%(field)s” is missing: say it in a sentence.")


class NoSuchObjection(DomainError):
    """An answer to nothing, or a second one."""

    code = "no_objection"
    message = _("This objection is not there, or has its answer already.")


@dataclass(frozen=True, slots=True)
class Objection:
    """A question to a closed statement, and its answer."""

    key: str
    question: Text | None = None
    asked_on: date | None = None
    answer: Text | None = None
    answered_on: date | None = None
    answered_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class PayStatement:
    """Amounts in company currency, before tax.

    :param cover: number of the close whose heads of streams are what was known
    :param scheme_version: of the scheme's stream
    :param digest: over all lines; ``stamped``: figures of other sources, as text
    """

    scheme_id: int | None = None
    user_id: int | None = None
    company_id: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    absent_days: int | None = None
    state: str | None = OPEN
    bonus: Decimal | None = None
    commission: Decimal | None = None
    adjustment: Decimal | None = None
    total: Decimal | None = None
    cover: int | None = None
    scheme_version: int | None = None
    digest: str | None = None
    stamped: str | None = None
    closed_on: date | None = None
    objection_ids: tuple[Objection, ...] = ()


State = PayStatement
PARTS = {"objection_ids": Objection}
AMOUNTS = ("bonus", "commission", "adjustment", "total")
CONFIDENTIAL = frozenset({*AMOUNTS, "stamped"})


@dataclass(frozen=True, slots=True)
class Close:
    """Fix what is owed: amounts, what was known, and a digest of all lines."""

    bonus: Decimal
    commission: Decimal
    adjustment: Decimal
    cover: int
    scheme_version: int
    digest: str
    stamped: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Ask:
    """Object."""

    key: str
    question: Text | None
    day: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer an objection."""

    key: str
    answer: Text | None
    day: date
    user_id: int


@dataclass(frozen=True, slots=True)
class StatementClosed:
    """The period was closed: this is owed, and will be so for ever."""

    bonus: Decimal
    commission: Decimal
    adjustment: Decimal
    total: Decimal
    cover: int
    scheme_version: int
    digest: str
    stamped: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class ObjectionRaised:
    """Whoever is paid asked about it."""

    key: str
    question: Text
    day: date


@dataclass(frozen=True, slots=True)
class ObjectionAnswered:
    """Payroll answered."""

    key: str
    answer: Text
    day: date
    user_id: int


EVENTS = catalogue(StatementClosed, ObjectionRaised, ObjectionAnswered)
UPCASTERS: dict = {}
FIXED = ("scheme_id", "user_id", "company_id", "date_from", "date_to")


def evolve(statement, event):
    """Return the statement after ``event``."""
    match event:
        case StatementClosed():
            return replace(
                statement,
                state=CLOSED,
                **{name: getattr(event, name) or None for name in AMOUNTS},
                cover=event.cover,
                scheme_version=event.scheme_version,
                digest=event.digest,
                stamped=event.stamped,
                closed_on=event.effective_on,
            )
        case ObjectionRaised(key, question, day):
            new = (*statement.objection_ids, Objection(key, question, day))
            return replace(statement, objection_ids=_sorted(new))
        case ObjectionAnswered():
            return replace(
                statement,
                objection_ids=_sorted(
                    _answered(one, event) for one in statement.objection_ids
                ),
            )
    return evolve_common(PayStatement, statement, event)


def _answered(objection, event):
    if objection.key != event.key:
        return objection
    return replace(
        objection,
        answer=event.answer,
        answered_on=event.day,
        answered_by_id=event.user_id,
    )


def _sorted(objections):
    return tuple(sorted(objections, key=lambda one: one.key))


def decide(statement, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            kept = {name: values.get(name) for name in (*FIXED, "absent_days")}
            values = initial(PayStatement, kept)
            check(PayStatement(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(statement, changes)
        case Relink():
            return relink(statement, command)
        case Remove():
            if statement.state != OPEN:
                raise StatementClosed_()
            return (Removed(),)
        case Close():
            return _close(statement, command)
        case Ask() | Answer():
            return _talk(statement, command)
    raise TypeError(f"unknown command {type(command).__name__}")


def _edit(statement, changes):
    for field in changes:
        if field in FIXED:
            raise FixedField(field=field)
        if field != "absent_days":
            raise UseButton(field=field, button=_("Close"))
    if statement.state != OPEN:
        raise StatementClosed_()
    check(replace(statement, **changes))
    return (Changed(changes),) if changes else ()


def _close(statement, command):
    if statement.state != OPEN:
        raise StatementClosed_()
    total = command.bonus + command.commission + command.adjustment
    return (
        StatementClosed(
            command.bonus,
            command.commission,
            command.adjustment,
            total,
            command.cover,
            command.scheme_version,
            command.digest,
            command.stamped,
            check_day(command.effective_on),
        ),
    )


def _talk(statement, command):
    if statement.state != CLOSED:
        raise NotClosed()
    match command:
        case Ask(key, question, day):
            if not question:
                raise QuestionMissing(field="question")
            return (ObjectionRaised(key, question, check_day(day)),)
        case Answer(key, answer, day, user_id):
            if not answer:
                raise QuestionMissing(field="answer")
            waiting = [one for one in statement.objection_ids if one.key == key]
            if not waiting or waiting[0].answer:
                raise NoSuchObjection()
            return (ObjectionAnswered(key, answer, check_day(day), user_id),)
    raise TypeError(f"unknown command {type(command).__name__}")


def check(statement):
    """Refuse a statement that says nothing.

    :raises FieldMissing: no scheme, nobody
    :raises PeriodWrong: no period
    :raises AbsenceWrong: absence out of range
    """
    for field in ("scheme_id", "user_id", "company_id"):
        if not getattr(statement, field):
            raise FieldMissing(field=field)
    days = (statement.date_from, statement.date_to)
    if not all(days) or days[1] < days[0]:
        raise PeriodWrong()
    for day in days:
        check_day(day)
    length = (days[1] - days[0]).days + 1
    if not 0 <= (statement.absent_days or 0) <= length:
        raise AbsenceWrong(days=length)
