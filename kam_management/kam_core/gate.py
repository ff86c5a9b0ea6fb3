"""The gate of orders: what is found at the door, and what of it stops the order.

Credit, discount, price column and terms each say what they find on an order. A finding
warns, asks (an approval in force opens the door) or blocks (nothing does).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

KINDS = ("credit", "discount", "column", "terms")
WARN, ASK, BLOCK = "warn", "ask", "block"
SEVERITIES = (WARN, ASK, BLOCK)  # the mildest first


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found on an order.

    :param code: never changes, so that an integration can rely on it: ``over_limit``
    :param kind: ``credit``, ``discount``, ``column`` or ``terms``: who may approve it
    :param severity: ``warn``, ``ask`` or ``block``
    :param message: one sentence that names the figure and the mend, in the user's words
    :param measure: decimal strings and codes that an approval is measured by, such as
        ``{"amount": "120.00", "currency": "EUR"}``: the more, the worse
    """

    code: str
    kind: str
    severity: str
    message: str
    measure: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {KINDS}, not {self.kind!r}")
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity is one of {SEVERITIES}, not {self.severity!r}")

    @property
    def stops(self) -> bool:
        """Tell whether the order may not pass with it."""
        return self.severity != WARN

    def told(self) -> dict:
        """Return it as JSON data for screens and integrations."""
        return {
            "code": self.code,
            "kind": self.kind,
            "severity": self.severity,
            "message": self.message,
            "measure": dict(self.measure),
        }


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings as people read them: the gravest first, then by kind."""
    return sorted(
        findings,
        key=lambda one: (
            -SEVERITIES.index(one.severity),
            KINDS.index(one.kind),
            one.code,
        ),
    )


def stopping(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop the order, the gravest first."""
    return ordered(one for one in findings if one.stops)


def amount_of(finding: Finding) -> Decimal:
    """Return by how much a finding is measured; 0 where it has no amount."""
    for name in ("amount", "percent", "days"):
        if name in finding.measure:
            try:
                return Decimal(str(finding.measure[name]))
            except InvalidOperation:
                return Decimal(0)
    return Decimal(0)


def is_worse(after: Finding, before: Iterable[Finding]) -> bool:
    """Tell whether a change of a confirmed order made a finding, or made it worse.

    :param after: found with the change
    :param before: what was found without it
    """
    same = [one for one in before if _subject(one) == _subject(after)]
    return not any(
        SEVERITIES.index(one.severity) >= SEVERITIES.index(after.severity)
        and amount_of(one) >= amount_of(after)
        for one in same
    )


def caused(
    after: Iterable[Finding], before: Iterable[Finding], raised: bool
) -> list[Finding]:
    """Return the findings that a change of a confirmed order has to answer for.

    What is owed is no news of a change that asks for no more credit; whatever else was
    found before is none either.

    :param raised: the order takes more credit than before
    """
    before = list(before)
    return [
        one
        for one in after
        if (raised if one.kind == "credit" else is_worse(one, before))
    ]


def _subject(finding):
    return finding.code, finding.kind, finding.measure.get("line_id")
