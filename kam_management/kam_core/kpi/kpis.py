"""A key figure as data: what it is called, what it is made of, which way is better."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    _,
    catalogue,
    evolve_common,
    initial,
    relink,
)
from .formulas import Formula

FLOWS = ("sum", "ratio", "complement", "customers", "new", "lost", "depth")
STATES = ("overdue_share", "dso", "cei")  # of what is owed, on the last day
OUTSIDE = ("outside",)  # reckoned by another part of the addon, by the code
RATIOS = ("ratio", "complement")


class FormulaWrong(DomainError):
    """A formula that does not go with its source or measure."""

    code = "formula_wrong"
    message = _(
        "“Formula” %(formula)s needs “%(field)s”: choose one that goes with it."
    )


class DaysWrong(DomainError):
    """A silence of no days, or of ages."""

    code = "days_wrong"
    message = _("“Days of silence” is from 1 to 3650.")


@dataclass(frozen=True, slots=True)
class Kpi:
    """Its fields are event-sourced; place and colour in a list are not."""

    code: Text | None = None
    name: Text | None = None
    unit: str | None = None
    direction: str | None = None
    source: str | None = None
    formula: str | None = None
    measure: str | None = None
    divisor: str | None = None
    document_kind: str | None = None
    days: int | None = None
    domain: Text | None = None
    active: bool = True


State = Kpi
PARTS: dict = {}


@dataclass(frozen=True, slots=True)
class KpiRedefined:
    """The figure is made in another way from now on; its past is shown so too."""

    changes: dict


EVENTS = catalogue(KpiRedefined)
UPCASTERS: dict = {}
DEFINING = (
    "source",
    "formula",
    "measure",
    "divisor",
    "document_kind",
    "days",
    "domain",
)


def evolve(kpi, event):
    """Return the key figure after ``event``."""
    match event:
        case KpiRedefined(changes):
            return replace(kpi, **changes)
    return evolve_common(Kpi, kpi, event)


def decide(kpi, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = initial(Kpi, values)
            check(Kpi(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(kpi, changes)
        case Relink():
            return relink(kpi, command)
        case Remove():
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _edit(kpi, changes):
    if "code" in changes:
        raise FixedField(field="code")
    check(replace(kpi, **changes))
    redefined = {name: one for name, one in changes.items() if name in DEFINING}
    rest = {name: one for name, one in changes.items() if name not in DEFINING}
    events = (KpiRedefined(redefined),) if redefined else ()
    return (*events, Changed(rest)) if rest else events


def check(kpi):
    """Refuse a figure that cannot be reckoned.

    :raises FieldMissing: a field without which it says nothing
    :raises FormulaWrong: a formula without what it works on
    :raises DaysWrong: a silence of no days
    """
    for field in ("code", "name", "unit", "direction", "source", "formula"):
        if not (getattr(kpi, field) or "").strip():
            raise FieldMissing(field=field)
    if (kpi.formula in STATES) != (kpi.source == "receivable") or (
        (kpi.formula in OUTSIDE) != (kpi.source == "outside")
    ):
        raise FormulaWrong(formula=kpi.formula, field="source")
    if kpi.formula in ("sum", *RATIOS) and not kpi.measure:
        raise FormulaWrong(formula=kpi.formula, field="measure")
    if kpi.formula in RATIOS and not kpi.divisor:
        raise FormulaWrong(formula=kpi.formula, field="divisor")
    if kpi.formula == "lost" and not 1 <= (kpi.days or 0) <= 3650:
        raise DaysWrong()


def formula_of(kpi):
    """Return the :class:`Formula` of a figure made of facts; None for the others."""
    if kpi.formula not in FLOWS:
        return None
    return Formula(
        kpi.source,
        kpi.formula,
        kpi.measure or "untaxed",
        kpi.divisor,
        kpi.document_kind,
        kpi.days or 180,
    )


def adds_up(kpi):
    """Tell whether the figure of a period is the sum of those of its days."""
    return kpi.formula in ("sum", "new", "lost")
