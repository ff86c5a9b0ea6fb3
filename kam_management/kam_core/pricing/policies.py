"""A price policy: what a customer must fulfil for a column, and what is free to give.

A policy is a version. A draft may be edited; once published it stays as it is, because
decisions were made by it: a change is the next version, from its own day on.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..accounts import CLASSES
from ..gate import SEVERITIES
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

DRAFT, PUBLISHED = "draft", "published"
FORMS = ("any", "prepaid")
SCOPES = ("accounts", "all")


class InForce(DomainError):
    """A published version was edited or deleted."""

    code = "policy_published"
    message = _(
        "This version is published: decisions were made by it. Press “New version” and"
        " change that one."
    )


class LimitWrong(DomainError):
    """A figure of the policy that cannot be."""

    code = "limit_wrong"
    message = _("“%(field)s” is zero for none, or above it; not %(value)s.")


class ConditionTwice(DomainError):
    """Two conditions for one column, or two rows for one class."""

    code = "condition_twice"
    message = _("“%(field)s” names one column or class twice: leave one of the rows.")


class ConditionsMissing(DomainError):
    """A policy without a condition is published."""

    code = "conditions_missing"
    message = _("“Conditions” is empty: add a row for each column.")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a customer must fulfil for a column; a figure left out is not asked.

    :param turnover: in the window, company currency, without tax, at the base price
        before any discount
    :param minimum_order: of one order, on the same basis
    :param breadth: different product categories bought in the window
    :param on_time_percent: share of what was due that was paid in time
    :param term_days_to: longest payment term that goes with the column
    :param payment_form: ``any`` or ``prepaid``
    """

    key: str
    column_id: int | None = None
    turnover: Decimal | None = None
    breadth: int | None = None
    on_time_percent: Decimal | None = None
    payment_form: str | None = "any"
    term_days_to: int | None = None
    minimum_order: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is free to give beyond the column, and how grave the rest is, for a class.

    :param account_class: None: every class without a row of its own
    :param free_percent: discount below the customer's column that needs no approval
    """

    key: str
    account_class: str | None = None
    free_percent: Decimal | None = None
    on_discount: str | None = "ask"
    on_column: str | None = "ask"
    on_minimum: str | None = "warn"
    on_terms: str | None = "ask"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version; ``window_months`` and ``notice_days`` say when columns are judged.

    :param scope: ``accounts``: customers with a key account; ``all``: every customer
    """

    name: Text | None = None
    company_id: int | None = None
    number: int | None = None
    state: str | None = DRAFT
    date_from: date | None = None
    scope: str | None = "accounts"
    window_months: int | None = 12
    notice_days: int | None = 30
    note: Text | None = None
    condition_ids: tuple[Condition, ...] = ()
    allowance_ids: tuple[Allowance, ...] = ()


State = Policy
PARTS = {"condition_ids": Condition, "allowance_ids": Allowance}


@dataclass(frozen=True, slots=True)
class Publish:
    """Let the version hold from a day on."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Published:
    """The version holds from that day on, until the next one."""

    effective_on: date
    reason: Text | None


EVENTS = catalogue(Published)
UPCASTERS = {}


class ReasonMissing(DomainError):
    """A version is published without a reason."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


def evolve(policy, event):
    """Return the policy after ``event``."""
    match event:
        case Published(effective_on):
            return replace(policy, state=PUBLISHED, date_from=effective_on)
    return evolve_common(Policy, policy, event)


def decide(policy, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            return _edit(policy, changes)
        case Publish():
            return _publish(policy, command)
        case Relink():
            return relink(policy, command)
        case Remove():
            _draft(policy)
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _open(values):
    values = initial(Policy, values)
    if values["state"] not in (None, DRAFT):
        raise UseButton(field="state", button=_("Publish"))
    if values["date_from"]:
        raise UseButton(field="date_from", button=_("Publish"))
    check(Policy(**values))
    return (Created({**values, "state": DRAFT}),)


def _edit(policy, changes):
    _draft(policy)
    for field in ("state", "date_from"):
        if field in changes:
            raise UseButton(field=field, button=_("Publish"))
    check(replace(policy, **changes))
    return (Changed(changes),)


def _publish(policy, command):
    _draft(policy)
    if not command.reason:
        raise ReasonMissing()
    if not policy.condition_ids:
        raise ConditionsMissing()
    return (Published(check_day(command.effective_on), command.reason),)


def _draft(policy):
    if policy.state != DRAFT:
        raise InForce()


def check(policy):
    """Refuse a version that contradicts itself."""
    for field in ("name", "company_id", "number"):
        if not getattr(policy, field):
            raise FieldMissing(field=field)
    if policy.scope not in SCOPES:
        raise FieldMissing(field="scope")
    if not 1 <= (policy.window_months or 0) <= 60:
        raise LimitWrong(field="window_months", value=str(policy.window_months))
    _not_negative(policy, "notice_days")
    for one in policy.condition_ids:
        _condition(one)
    for one in policy.allowance_ids:
        _allowance(one)
    _once("condition_ids", [one.column_id for one in policy.condition_ids])
    _once("allowance_ids", [one.account_class for one in policy.allowance_ids])


def _condition(one):
    if not one.column_id:
        raise FieldMissing(field="column_id")
    if one.payment_form not in (None, *FORMS):
        raise FieldMissing(field="payment_form")
    for field in ("turnover", "breadth", "on_time_percent", "term_days_to"):
        _not_negative(one, field)
    _not_negative(one, "minimum_order")
    if (one.on_time_percent or 0) > 100:
        raise LimitWrong(field="on_time_percent", value=str(one.on_time_percent))


def _allowance(one):
    if one.account_class not in (None, *CLASSES):
        raise FieldMissing(field="account_class")
    for field in ("on_discount", "on_column", "on_minimum", "on_terms"):
        if getattr(one, field) not in SEVERITIES:
            raise FieldMissing(field=field)
    _not_negative(one, "free_percent")
    if (one.free_percent or 0) > 100:
        raise LimitWrong(field="free_percent", value=str(one.free_percent))


def _not_negative(one, field):
    value = getattr(one, field)
    if value is not None and value < 0:
        raise LimitWrong(field=field, value=str(value))


def _once(field, values):
    if len(set(values)) < len(values):
        raise ConditionTwice(field=field)


def in_force(policies, day):
    """Return the version that holds on ``day``: the published one that began last.

    :param policies: iterable of (anything, :class:`Policy`)
    :return: (anything, policy) or None
    """
    begun = [
        (policy.date_from, policy.number or 0, key, policy)
        for key, policy in policies
        if policy.state == PUBLISHED and policy.date_from <= day
    ]
    return max(begun, key=lambda one: one[:2])[2:] if begun else None


NO_ALLOWANCE = Allowance(key="")


def allowance_of(allowances, account_class):
    """Return the row of a class, else the one for all, else the strictest usual."""
    by_class = {one.account_class: one for one in allowances}
    return by_class.get(account_class) or by_class.get(None) or NO_ALLOWANCE
