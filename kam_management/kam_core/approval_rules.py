"""Who decides: a matrix of kind, class, amount and percentage, dated, that is data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .accounts import CLASSES
from .approvals import KINDS
from .record import (
    DomainError,
    FieldMissing,
    _,
    catalogue,
    check_day,
    decide_common,
    evolve_common,
)

HEAD, DIRECTOR, CREDIT, USER = ROLES = ("head", "director", "credit", "user")
# where a company has no row for a kind
BUILT_IN = {
    "discount": HEAD,
    "column": HEAD,
    "credit": CREDIT,
    "terms": CREDIT,
    "due_date": CREDIT,
}


class LimitWrong(DomainError):
    """A limit below zero, or a percentage above a hundred."""

    code = "limit_wrong"
    message = _("“%(field)s” is zero for no limit, or above it; not %(value)s.")


class DaysWrong(DomainError):
    """The row ends before it begins."""

    code = "days_wrong"
    message = _("“To” lies before “From”: choose a later day.")


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the matrix; a limit left out is no limit.

    :param amount_to: company currency, the most this row's approver decides on
    :param percent_to: discount, in percent, likewise
    :param role: who decides; with ``user`` the one named
    """

    company_id: int | None = None
    kind: str | None = None
    account_class: str | None = None
    amount_to: Decimal | None = None
    percent_to: Decimal | None = None
    role: str | None = HEAD
    user_id: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    active: bool = True


State = Rule
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(rule, event):
    """Return the rule after ``event``."""
    return evolve_common(Rule, rule, event)


def decide(rule, command):
    """Return the events of ``command``, or raise why it is refused."""
    return decide_common(Rule, rule, command, check)


def check(rule):
    """Refuse a row that names nobody or nothing."""
    for field, choices in (("kind", KINDS), ("role", ROLES)):
        if getattr(rule, field) not in choices:
            raise FieldMissing(field=field)
    if rule.account_class not in (None, *CLASSES):
        raise FieldMissing(field="account_class")
    if not rule.company_id:
        raise FieldMissing(field="company_id")
    if rule.role == USER and not rule.user_id:
        raise FieldMissing(field="user_id")
    for field in ("amount_to", "percent_to"):
        value = getattr(rule, field)
        if value is not None and value < 0:
            raise LimitWrong(field=field, value=str(value))
    if rule.date_to and check_day(rule.date_to) < check_day(rule.date_from):
        raise DaysWrong()
    check_day(rule.date_from)


def fitting(rules, kind, account_class, amount, percent, day):
    """Return the rows that may decide, the first to be asked first.

    A row of the account's class goes before one for all classes; then the one with the
    lowest limit that suffices, so that nobody decides on what a nearer one may.

    :param rules: iterable of (anything, :class:`Rule`)
    :param amount: company currency; None counts as zero
    :param percent: discount in percent; None counts as zero
    :return: list of (anything, rule)
    """
    found = [
        (key, rule)
        for key, rule in rules
        if rule.active
        and rule.kind == kind
        and rule.account_class in (None, account_class)
        and rule.date_from <= day <= (rule.date_to or day)
        and _within(amount, rule.amount_to)
        and _within(percent, rule.percent_to)
    ]
    return sorted(found, key=lambda pair: _nearness(pair[1]))


def _within(value, most):
    return most is None or (value or 0) <= most


def _nearness(rule):
    amount = rule.amount_to if rule.amount_to is not None else Decimal("Infinity")
    percent = rule.percent_to if rule.percent_to is not None else Decimal("Infinity")
    return (rule.account_class is None, amount, percent, ROLES.index(rule.role))
