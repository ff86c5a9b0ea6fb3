"""Credit terms: what a customer may owe us, for how long, decided by whom and why."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..accounts import NothingChanges, ReasonMissing
from ..record import (
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

DRAFT, GRANTED, WITHDRAWN = "draft", "granted", "withdrawn"
MOST = Decimal(10) ** 13


class BelowZero(DomainError):
    """An amount, a percentage or days below zero, or beyond reason."""

    code = "out_of_range"
    message = _("“%(field)s” is from 0 to %(most)s: correct it.")


class OnHold(DomainError):
    """Held already, or not held."""

    code = "hold"
    message = _("These terms are on hold already: release them first.")


class NotOnHold(DomainError):
    """There is no hold to release."""

    code = "not_on_hold"
    message = _("These terms are not on hold: there is nothing to release.")


class NotGranted(DomainError):
    """Terms that were never granted, or withdrawn, are not withdrawn."""

    code = "not_granted"
    message = _("No terms are in force here: grant them first.")


class TermsStay(DomainError):
    """Terms under which people have decided stay on record."""

    code = "terms_stay"
    message = _("Credit terms are not deleted, because orders went by them: withdraw.")


@dataclass(frozen=True, slots=True)
class Terms:
    """One commercial partner in one root company; amounts with tax.

    A limit of 0 is a limit of 0; ``unlimited`` is a setting of its own. In a group the
    group's limit holds in place of this one.

    :param currency_id: of the limit, the allowed overdue and the insured amount
    :param tolerance_percent: how far beyond the limit nobody is asked
    :param overdue_days: allowed; 0 leaves it to the rule
    :param overdue_amount: allowed, currency of the limit; 0 leaves it to the rule
    :param insured_amount: the part of the limit that credit insurance carries
    :param valid_until: last day of the limit
    """

    partner_id: int | None = None
    company_id: int | None = None
    status: str | None = DRAFT
    group_id: int | None = None
    unlimited: bool = False
    credit_limit: Decimal | None = None
    currency_id: int | None = None
    payment_term_id: int | None = None
    tolerance_percent: Decimal | None = None
    overdue_days: int | None = None
    overdue_amount: Decimal | None = None
    insured_amount: Decimal | None = None
    valid_until: date | None = None
    review_date: date | None = None
    on_hold: bool = False
    hold_reason: Text | None = None


State = Terms
PARTS = {}
FIXED = ("partner_id", "company_id")
SETTINGS = (
    "group_id",
    "unlimited",
    "credit_limit",
    "currency_id",
    "payment_term_id",
    "tolerance_percent",
    "overdue_days",
    "overdue_amount",
    "insured_amount",
    "valid_until",
    "review_date",
)
RANGES = {
    "credit_limit": MOST,
    "tolerance_percent": Decimal(100),
    "overdue_days": 3650,
    "overdue_amount": MOST,
    "insured_amount": MOST,
}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Grant:
    """Set what is given in ``settings``; what is left out stays as it is."""

    settings: dict
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Stop deliveries on credit, whatever the limit is."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """End a hold."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The terms hold no more; the customer is one without credit terms."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Absorb:
    """Terms of a customer that was merged into this one ended in these."""

    other_key: str


@dataclass(frozen=True, slots=True)
class MergeInto:
    """The customer was merged into one that has terms of its own, which go on."""

    other_key: str


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class TermsGranted:
    """The terms were set; every setting as it is from then on."""

    group_id: int | None
    unlimited: bool
    credit_limit: Decimal | None
    currency_id: int | None
    payment_term_id: int | None
    tolerance_percent: Decimal | None
    overdue_days: int | None
    overdue_amount: Decimal | None
    insured_amount: Decimal | None
    valid_until: date | None
    review_date: date | None
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Held:
    """Deliveries on credit were stopped."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """The hold ended."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class TermsWithdrawn:
    """The terms hold no more."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class TermsAbsorbed:
    """Terms of a merged customer ended in these."""

    other_key: str


@dataclass(frozen=True, slots=True)
class MergedInto:
    """These terms went into another customer's; the stream stays."""

    other_key: str


EVENTS = catalogue(
    TermsGranted, Held, HoldReleased, TermsWithdrawn, TermsAbsorbed, MergedInto
)
UPCASTERS = {}


def evolve(terms, event):
    """Return the terms after ``event``."""
    match event:
        case TermsGranted():
            settings = {name: getattr(event, name) for name in SETTINGS}
            return replace(terms, status=GRANTED, **settings)
        case Held(reason=reason):
            return replace(terms, on_hold=True, hold_reason=reason)
        case HoldReleased():
            return replace(terms, on_hold=False, hold_reason=None)
        case TermsWithdrawn():
            return replace(
                terms, status=WITHDRAWN, on_hold=False, hold_reason=None, group_id=None
            )
        case TermsAbsorbed():
            return terms
        case MergedInto():
            return None
    return evolve_common(Terms, terms, event)


def decide(terms, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            _refuse_edit(changes)
        case Remove():
            if terms.status != DRAFT or terms.on_hold:
                raise TermsStay()
            return (Removed(),)
        case Relink():
            return relink(terms, command)
        case Absorb(other_key):
            return (TermsAbsorbed(other_key),)
        case MergeInto(other_key):
            return (MergedInto(other_key),)
    if not command.reason:
        raise ReasonMissing()
    check_day(command.effective_on)
    return _decide(terms, command)


BUTTONS = {
    "status": _("Set terms"),
    "on_hold": _("Hold"),
    "hold_reason": _("Hold"),
    **dict.fromkeys(SETTINGS, _("Set terms")),
}


def _open(values):
    values = initial(Terms, values)
    for field in FIXED:
        if not values[field]:
            raise FieldMissing(field=field)
    blank = Terms()
    for field, button in BUTTONS.items():
        if field != "currency_id" and values[field] != getattr(blank, field):
            raise UseButton(field=field, button=button)
    return (Created(values),)


def _refuse_edit(changes):
    for field in changes:
        if field in FIXED:
            raise FixedField(field=field)
        raise UseButton(field=field, button=BUTTONS[field])


def _decide(terms, command):
    on, reason = command.effective_on, command.reason
    match command:
        case Grant(settings):
            return (_granted(terms, settings, on, reason),)
        case Hold():
            if terms.on_hold:
                raise OnHold()
            return (Held(on, reason),)
        case ReleaseHold():
            if not terms.on_hold:
                raise NotOnHold()
            return (HoldReleased(on, reason),)
        case Withdraw():
            if terms.status != GRANTED:
                raise NotGranted()
            return (TermsWithdrawn(on, reason),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _granted(terms, settings, on, reason):
    after = replace(terms, **settings)
    if not after.currency_id:
        raise FieldMissing(field="currency_id")
    for field, most in RANGES.items():
        value = getattr(after, field)
        if value is not None and not 0 <= value <= most:
            raise BelowZero(field=field, most=f"{most:f}" if most == MOST else most)
    for field in ("valid_until", "review_date"):
        if getattr(after, field):
            check_day(getattr(after, field))
    if terms.status == GRANTED and after == terms:
        raise NothingChanges(field="credit_limit")
    values = {name: getattr(after, name) for name in SETTINGS}
    return TermsGranted(**values, effective_on=on, reason=reason)
