"""A credit rule as a record: kept with its history, changed by whoever answers."""

from dataclasses import dataclass
from decimal import Decimal

from ..gate import SEVERITIES
from ..record import (
    DomainError,
    _,
    catalogue,
    decide_common,
    evolve_common,
)
from .rules import KINDS


class KindMissing(DomainError):
    """A rule that does not say what it looks at."""

    code = "kind_missing"
    message = _("“Looks at” is missing: choose what the rule looks at.")


class SeverityMissing(DomainError):
    """A rule that does not say what follows."""

    code = "severity_missing"
    message = _("“Then” is missing: choose warn, ask or block.")


class ThresholdWrong(DomainError):
    """A threshold below zero."""

    code = "threshold_wrong"
    message = _("“Threshold” is 0 or more: correct it.")


@dataclass(frozen=True, slots=True)
class CreditRule:
    """See :class:`~.rules.Rule`; no company: every company without one of its own."""

    kind: str | None = None
    severity: str | None = None
    threshold: Decimal | None = None
    for_class: str | None = None
    company_id: int | None = None
    active: bool = True


State = CreditRule
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(rule, event):
    """Return the rule after ``event``."""
    return evolve_common(CreditRule, rule, event)


def decide(rule, command):
    """Return the events of ``command``, or raise why it is refused."""
    return decide_common(CreditRule, rule, command, check)


def check(rule):
    """Refuse a rule that says nothing."""
    if rule.kind not in KINDS:
        raise KindMissing()
    if rule.severity not in SEVERITIES:
        raise SeverityMissing()
    if (rule.threshold or 0) < 0:
        raise ThresholdWrong()
