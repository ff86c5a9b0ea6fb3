"""What is found on an order's credit: rules are data, each for all or one class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..record import _
from .exposure import ZERO, allowed, used_percent

OVER_LIMIT = "over_limit"
LIMIT_USED = "limit_used"
OVERDUE_DAYS = "overdue_days"
OVERDUE_AMOUNT = "overdue_amount"
OVERDUE_PERCENT = "overdue_percent"
LIMIT_EXPIRED = "limit_expired"
ORDER_TOO_LARGE = "order_too_large"
TERMS_CHANGED = "terms_changed"
ON_HOLD = "on_hold"
KINDS = (
    OVER_LIMIT,
    LIMIT_USED,
    OVERDUE_DAYS,
    OVERDUE_AMOUNT,
    OVERDUE_PERCENT,
    LIMIT_EXPIRED,
    ORDER_TOO_LARGE,
    TERMS_CHANGED,
    ON_HOLD,
)
# what an order cannot be told by without a limit of its customer
OF_A_LIMIT = {OVER_LIMIT, LIMIT_USED, LIMIT_EXPIRED, ORDER_TOO_LARGE}
# one that pays at once is kept out by these only
CASH_TOO = {ON_HOLD, OVERDUE_DAYS, OVERDUE_AMOUNT, OVERDUE_PERCENT}
NO_ACCOUNT = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    :param kind: one of ``KINDS``
    :param severity: ``warn``, ``ask`` or ``block``
    :param threshold: days, per cent, or an amount in company currency; by the kind
    :param for_class: ``A`` to ``E``, ``none`` for customers without key account; None:
        every customer whose class has no rule of this kind
    """

    kind: str
    severity: str
    threshold: Decimal = ZERO
    for_class: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A customer's credit and the document that asks; one currency, tax included.

    :param day: of the decision, in the company's time zone
    :param amount: what is asked for, beyond what is in ``exposure``
    :param order_total: the whole document
    :param exposure: of the credit line, before it
    :param credit_limit: of the line; None: no limit
    :param overdue: open debits past their due date
    :param overdue_since: the oldest of those due dates; the earlier one where an
        accountant moved it
    :param terms_days: days of the payment terms granted; None: none were
    :param order_days: days of the order's payment terms
    :param rate: currency of the limit for one unit of company currency
    """

    day: date
    amount: Decimal
    order_total: Decimal
    exposure: Decimal
    credit_limit: Decimal | None
    tolerance_percent: Decimal | None = None
    receivable: Decimal = ZERO
    overdue: Decimal = ZERO
    overdue_since: date | None = None
    overdue_days_allowed: int | None = None
    overdue_amount_allowed: Decimal | None = None
    valid_until: date | None = None
    terms_days: int | None = None
    order_days: int | None = None
    on_hold: bool = False
    rate: Decimal = Decimal(1)

    @property
    def after(self) -> Decimal:
        """Return the exposure with what is asked for."""
        return self.exposure + self.amount

    @property
    def room(self) -> Decimal | None:
        """Return limit - exposure, without tolerance; None: no limit."""
        return None if self.credit_limit is None else self.credit_limit - self.exposure


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: a template with named parameters, and the measure.

    :param amounts: names of parameters that are amounts in the limit's currency
    """

    code: str
    kind: str
    severity: str
    message: str
    params: dict
    measure: dict
    amounts: tuple[str, ...] = ()


def applicable(rules: Iterable[Rule], account_class: str | None) -> dict[str, Rule]:
    """Return ``{kind: rule}``: the class's own rule, else the one for everybody."""
    mine = account_class or NO_ACCOUNT
    found: dict[str, Rule] = {}
    for rule in rules:
        general = rule.for_class is None and rule.kind not in found
        if rule.for_class == mine or general:
            found[rule.kind] = rule
    return found


def judge(case: Situation, rules: dict[str, Rule]) -> list[Found]:
    """Return what the rules find; each at most once, in the order of ``KINDS``.

    :param rules: as :func:`applicable` gives them
    """
    out = []
    for kind in KINDS:
        rule = rules.get(kind)
        if rule is None or (kind in OF_A_LIMIT and case.credit_limit is None):
            continue
        if case.amount <= 0 and kind not in CASH_TOO:
            continue
        if told := JUDGES[kind](case, rule):
            message, params, measure, amounts = told
            group = "terms" if kind == TERMS_CHANGED else "credit"
            out.append(
                Found(kind, group, rule.severity, message, params, measure, amounts)
            )
    return out


def _over_limit(case, _rule):
    over = case.after - allowed(case.credit_limit, case.tolerance_percent)
    if over <= 0:
        return None
    return (
        _(
            "beyond the credit limit by %(over)s: limit %(limit)s, used %(used)s, asked"
            " for %(amount)s. Ask for approval, wait for a payment, or order less."
        ),
        {
            "over": over,
            "limit": case.credit_limit,
            "used": case.exposure,
            "amount": case.amount,
        },
        {"amount": over},
        ("over", "limit", "used", "amount"),
    )


def _limit_used(case, rule):
    percent = used_percent(case.after, case.credit_limit)
    if percent is None or percent < rule.threshold:
        return None
    return (
        _("uses %(percent)s %% of the credit limit of %(limit)s."),
        {"percent": f"{percent:.0f}", "limit": case.credit_limit},
        {"percent": round(percent, 2)},
        ("limit",),
    )


def _overdue_days(case, rule):
    if case.overdue_since is None or case.overdue <= 0:
        return None
    days = (case.day - case.overdue_since).days
    most = case.overdue_days_allowed or int(rule.threshold)
    if days <= most:
        return None
    return (
        _(
            "%(overdue)s is overdue, the oldest by %(days)s days (allowed: %(most)s)."
            " Collect it, or ask for approval."
        ),
        {"overdue": case.overdue, "days": days, "most": most},
        # not the days: an approval of today would not hold tomorrow
        {"amount": case.overdue, "since": case.overdue_since.isoformat()},
        ("overdue",),
    )


def _overdue_amount(case, rule):
    most = case.overdue_amount_allowed or rule.threshold * case.rate
    if case.overdue <= most:
        return None
    return (
        _("%(overdue)s is overdue (allowed: %(most)s). Collect it, or ask."),
        {"overdue": case.overdue, "most": most},
        {"amount": case.overdue},
        ("overdue", "most"),
    )


def _overdue_percent(case, rule):
    if case.receivable <= 0:
        return None
    percent = case.overdue * 100 / case.receivable
    if percent <= rule.threshold:
        return None
    return (
        _("%(percent)s %% of what is owed is overdue (allowed: %(most)s %%)."),
        {"percent": f"{percent:.0f}", "most": f"{rule.threshold:f}"},
        {"percent": round(percent, 2)},
        (),
    )


def _limit_expired(case, _rule):
    if case.valid_until is None or case.day <= case.valid_until:
        return None
    days = (case.day - case.valid_until).days
    return (
        _("the credit limit ran out %(days)s days ago. Ask for it to be renewed."),
        {"days": days},
        {"valid_until": case.valid_until.isoformat()},
        (),
    )


def _order_too_large(case, rule):
    most = case.credit_limit * rule.threshold / 100
    if case.order_total <= most:
        return None
    return (
        _(
            "the order of %(total)s is above %(percent)s %% of the credit limit."
            " Split it, or ask for approval."
        ),
        {"total": case.order_total, "percent": f"{rule.threshold:f}"},
        {"amount": case.order_total},
        ("total",),
    )


def _terms_changed(case, _rule):
    if case.terms_days is None or (case.order_days or 0) <= case.terms_days:
        return None
    return (
        _(
            "payment within %(days)s days, where %(granted)s days are granted. Choose"
            " the granted payment terms, or ask for approval."
        ),
        {"days": case.order_days, "granted": case.terms_days},
        {"days": case.order_days},
        (),
    )


def _on_hold(case, _rule):
    if not case.on_hold:
        return None
    return (_("the customer is on credit hold. Ask the credit controller."), {}, {}, ())


JUDGES = {
    OVER_LIMIT: _over_limit,
    LIMIT_USED: _limit_used,
    OVERDUE_DAYS: _overdue_days,
    OVERDUE_AMOUNT: _overdue_amount,
    OVERDUE_PERCENT: _overdue_percent,
    LIMIT_EXPIRED: _limit_expired,
    ORDER_TOO_LARGE: _order_too_large,
    TERMS_CHANGED: _terms_changed,
    ON_HOLD: _on_hold,
}
