"""A pay scheme: what is paid for what, in editions that those paid have signed."""

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
from .absence import RULES, TYPED
from .attainment import debt_coefficient
from .commission import Step as RateStep
from .curve import CLIFF, MARGINAL, RAMP, RETROACTIVE, Curve, Tier

DRAFT, ACTIVE, RETIRED = "draft", "active", "retired"
ONE, ZERO = Decimal(1), Decimal(0)
BASES = ("value", "margin", "collected")
MOST = Decimal("0.5")


class WeightsWrong(DomainError):
    """Weights that are not the whole."""

    code = "weights_wrong"
    message = _("“Weight”: the lines have %(sum)s together; give them 1.")


class CurveWrong(DomainError):
    """Numbers of a line that make no curve."""

    code = "curve_wrong"
    message = _(
        "“Floor” is from 0 and below 1, “faster from” 1 or more and before “to”,"
        " multipliers 0 or more, “cap” 0 or more."
    )


class RateWrong(DomainError):
    """A commission nobody pays."""

    code = "rate_wrong"
    message = _(
        "“Rate” is above 0 and at most 0.5, such as 0.05; each step stands once."
    )


class NothingPaid(DomainError):
    """A scheme that pays nothing, or nobody."""

    code = "nothing_paid"
    message = _("“%(field)s” is missing: the scheme would pay nothing.")


class AbsenceRuleWrong(DomainError):
    """A scheme that does not say how absence counts."""

    code = "absence_rule_wrong"
    message = _("“Absence” is typed, time off or ignored: choose one of the three.")


class InForce(DomainError):
    """A scheme in force is edited."""

    code = "scheme_in_force"
    message = _("This edition is in force. Press “Revise” to write the next one.")


class NotInForce(DomainError):
    """A scheme that is not in force is signed, revised or retired."""

    code = "scheme_not_in_force"
    message = _("This scheme is not in force; activate it first.")


class NotYours(DomainError):
    """Somebody signs who is not paid by it."""

    code = "not_paid_by_scheme"
    message = _("You are not paid by this scheme; only those who are sign it.")


class Signed(DomainError):
    """An edition signed twice."""

    code = "already_signed"
    message = _("You have signed edition %(edition)s already.")


@dataclass(frozen=True, slots=True)
class Line:
    """A key figure's part of the variable pay, and its curve; numbers are ratios.

    :param weight: of the base
    :param floor: attainment below which nothing is paid; ``entry`` from there
    :param fast_from: from here to ``fast_to`` each point pays ``multiplier``
    """

    key: str
    kpi_id: int | None = None
    weight: Decimal | None = None
    floor: Decimal | None = None
    entry: str | None = RAMP
    cap: Decimal | None = None
    accelerator: str | None = MARGINAL
    fast_from: Decimal | None = None
    fast_to: Decimal | None = None
    multiplier: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """From a deal size on, this rate of commission."""

    key: str
    start: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """Up to this overdue share of debts, this coefficient of the base."""

    key: str
    up_to: Decimal | None = None
    coefficient: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which edition, when."""

    key: str
    user_id: int | None = None
    edition: int | None = None
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is paid for what.

    :param base: the variable pay at plan for one period, company currency
    :param absence: which days of a period the base is not paid for: those ``typed``
        by payroll, those of ``time_off``, or ``ignored``: for all of them it is
    """

    name: Text | None = None
    company_id: int | None = None
    period: str | None = "month"
    base: Decimal | None = None
    commission_base: str | None = None
    absence: str | None = TYPED
    user_ids: tuple[int, ...] = ()
    line_ids: tuple[Line, ...] = ()
    step_ids: tuple[Step, ...] = ()
    debt_ids: tuple[Debt, ...] = ()
    signature_ids: tuple[Signature, ...] = ()
    state: str | None = DRAFT
    edition: int | None = 1
    effective_on: date | None = None


State = Scheme
PARTS = {
    "line_ids": Line,
    "step_ids": Step,
    "debt_ids": Debt,
    "signature_ids": Signature,
}
CONFIDENTIAL = frozenset({"base", "line_ids", "step_ids", "debt_ids"})


@dataclass(frozen=True, slots=True)
class Activate:
    """This edition holds for periods that begin on the day or later."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Revise:
    """Write the next edition."""


@dataclass(frozen=True, slots=True)
class Retire:
    """Nobody is paid by it any more."""


@dataclass(frozen=True, slots=True)
class Sign:
    """I have read this edition and agree."""

    key: str
    user_id: int
    day: date


@dataclass(frozen=True, slots=True)
class SchemeActivated:
    """The edition holds for periods from that day on."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class SchemeRevised:
    """The next edition is being written."""

    edition: int


@dataclass(frozen=True, slots=True)
class SchemeRetired:
    """Nobody is paid by it any more."""


@dataclass(frozen=True, slots=True)
class SchemeSigned:
    """One of those paid signed the edition."""

    signature: Signature


EVENTS = catalogue(SchemeActivated, SchemeRevised, SchemeRetired, SchemeSigned)
UPCASTERS: dict = {}
DECIDED = ("state", "edition", "signature_ids", "effective_on")


def evolve(scheme, event):
    """Return the scheme after ``event``."""
    match event:
        case SchemeActivated(effective_on):
            return replace(scheme, state=ACTIVE, effective_on=effective_on)
        case SchemeRevised(edition):
            return replace(scheme, state=DRAFT, edition=edition)
        case SchemeRetired():
            return replace(scheme, state=RETIRED)
        case SchemeSigned(signature):
            signed = (*scheme.signature_ids, signature)
            return replace(
                scheme, signature_ids=tuple(sorted(signed, key=lambda one: one.key))
            )
    return evolve_common(Scheme, scheme, event)


def decide(scheme, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = {
                **initial(Scheme, values),
                "state": DRAFT,
                "edition": 1,
                "signature_ids": (),
                "effective_on": None,
            }
            check(Scheme(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(scheme, changes)
        case Relink():
            return relink(scheme, command)
        case Remove():
            if scheme.state != DRAFT or scheme.edition > 1:
                raise InForce()
            return (Removed(),)
    return _decision(scheme, command)


def _edit(scheme, changes):
    for field in DECIDED:
        if field in changes:
            raise UseButton(field=field, button=_("Activate"))
    if scheme.state != DRAFT:
        raise InForce()
    check(replace(scheme, **changes))
    return (Changed(changes),) if changes else ()


def _decision(scheme, command):
    if isinstance(command, Activate):
        if scheme.state == ACTIVE:
            raise InForce()
        check_complete(scheme)
        return (SchemeActivated(check_day(command.effective_on)),)
    if scheme.state != ACTIVE:
        raise NotInForce()
    match command:
        case Revise():
            return (SchemeRevised(scheme.edition + 1),)
        case Retire():
            return (SchemeRetired(),)
        case Sign(key, user_id, day):
            return (SchemeSigned(_signature(scheme, key, user_id, day)),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _signature(scheme, key, user_id, day):
    if user_id not in scheme.user_ids:
        raise NotYours()
    if has_signed(scheme, user_id):
        raise Signed(edition=scheme.edition)
    return Signature(key, user_id, scheme.edition, check_day(day))


def has_signed(scheme, user_id):
    """Tell whether a user has signed the present edition."""
    return any(
        (one.user_id, one.edition) == (user_id, scheme.edition)
        for one in scheme.signature_ids
    )


def check(scheme):
    """Refuse numbers that mean nothing.

    :raises FieldMissing: no name or period, a line without figure
    :raises AbsenceRuleWrong: absence that counts in no known way
    :raises CurveWrong: numbers of a line out of range
    :raises RateWrong: rates of commission out of range
    """
    for field in ("name", "period", "company_id"):
        if not getattr(scheme, field):
            raise FieldMissing(field=field)
    if (scheme.base or ZERO) < 0:
        raise FieldMissing(field="base")
    if (scheme.absence or TYPED) not in RULES:
        raise AbsenceRuleWrong()
    for line in scheme.line_ids:
        if not line.kpi_id:
            raise FieldMissing(field="kpi_id")
        curve_of(line)
    starts = [one.start or ZERO for one in scheme.step_ids]
    rates = [one.rate or ZERO for one in scheme.step_ids]
    if len(set(starts)) < len(starts) or not all(ZERO < one <= MOST for one in rates):
        raise RateWrong()


def check_complete(scheme):
    """Refuse a scheme that is not ready to pay by.

    :raises WeightsWrong: weights that are not 1 together
    :raises NothingPaid: no people, no base, or nothing to pay for
    """
    if not scheme.user_ids:
        raise NothingPaid(field="user_ids")
    if scheme.line_ids:
        whole = sum((one.weight or ZERO for one in scheme.line_ids), ZERO)
        if whole != ONE:
            raise WeightsWrong(sum=whole.normalize())
        if not scheme.base:
            raise NothingPaid(field="base")
    elif not scheme.step_ids:
        raise NothingPaid(field="line_ids")
    if scheme.step_ids and scheme.commission_base not in BASES:
        raise NothingPaid(field="commission_base")


def curve_of(line):
    """Return the :class:`Curve` of a line.

    :raises CurveWrong: numbers that make none
    """
    floor, multiplier = line.floor or ZERO, line.multiplier or ZERO
    numbers = (line.weight or ZERO, floor, multiplier, line.cap or ZERO)
    entry = line.entry in (RAMP, CLIFF)
    accelerator = line.accelerator in (MARGINAL, RETROACTIVE)
    if min(numbers) < 0 or not entry or not accelerator:
        raise CurveWrong()
    tiers = ()
    if line.multiplier:
        tiers = (Tier(line.fast_from or ONE, multiplier),)
        if line.fast_to:
            tiers += (Tier(line.fast_to, ONE),)
    try:
        return Curve(floor, line.entry, tiers, line.accelerator, line.cap)
    except ValueError as error:
        raise CurveWrong() from error


def rates_of(scheme):
    """Return the steps of commission."""
    return tuple(
        RateStep(one.start or ZERO, one.rate or ZERO) for one in scheme.step_ids
    )


def debt_of(scheme, overdue_share):
    """Return the coefficient of the base for a share of overdue debts."""
    steps = [(one.up_to or ZERO, one.coefficient or ZERO) for one in scheme.debt_ids]
    return debt_coefficient(steps, overdue_share)
