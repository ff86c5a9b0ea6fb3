"""A statement of pay as a function, the same cent each time.

Facts up to a cut-off, plans and a scheme go in; lines and a total come out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..kpi.formulas import Formula, figure
from ..money import round_half_up
from ..periods import Period
from .attainment import attainment
from .attribution import Share
from .commission import COLLECTED, MARGIN, commission, rate_of
from .schemes import Scheme, curve_of, debt_of, rates_of

ZERO = Decimal(0)
BONUS, COMMISSION = "bonus", "commission"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a line needs to know of a key figure.

    :param formula: of facts; None for a figure that is ``given``
    :param direction: ``up`` or ``down``
    :param plan: of the period; None: there is none
    :param given: a figure of another source, as it was stamped
    """

    formula: Formula | None
    direction: str
    plan: Decimal | None = None
    given: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a statement depends on.

    :param user_id: whose pay it is
    :param period: days included
    :param scheme: the edition in force
    :param figures: by id of the key figure
    :param shares: of facts, of all users and days, as known at the cut-off
    :param first_days: and ``last_days``: of customers' invoices, see ``figure``
    :param overdue_share: of the debts at the end; None: not known
    :param absent_days: days of the period for which no base is paid
    :param decimals: of the company currency
    """

    user_id: int
    period: Period
    scheme: Scheme
    figures: Mapping[int, Figure]
    shares: Sequence[Share]
    first_days: Mapping[int, date]
    last_days: Mapping[int, date]
    overdue_share: Decimal | None = None
    absent_days: int = 0
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class PayLine:
    """One line of a statement.

    :param kind: ``bonus`` (a line of the scheme) or ``commission`` (a fact)
    :param base: what it is reckoned from: part of the base, or value of the deal
    :param ratio: what of the base is paid
    :param event: (category, key, version) of the fact; None for a bonus
    """

    kind: str
    amount: Decimal
    base: Decimal
    ratio: Decimal
    kpi_id: int | None = None
    fact: Decimal | None = None
    plan: Decimal | None = None
    attained: Decimal | None = None
    event: tuple[str, str, int] | None = None
    day: date | None = None
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What is owed, line by line; ``missing`` names figures without fact or plan."""

    lines: tuple[PayLine, ...]
    missing: tuple[int, ...]
    coefficient: Decimal

    @property
    def bonus(self) -> Decimal:
        """What the lines of the scheme pay together."""
        return _total(self.lines, BONUS)

    @property
    def commission(self) -> Decimal:
        """What the deals pay together."""
        return _total(self.lines, COMMISSION)

    @property
    def total(self) -> Decimal:
        """The sum of all lines, to the cent."""
        return self.bonus + self.commission

    def digest(self) -> str:
        """Return a sha256 over everything the statement says."""
        text = "\n".join(repr(_canonical(line)) for line in self.lines)
        whole = f"{text}\n{_plain(self.coefficient)}\n{_plain(self.total)}"
        return hashlib.sha256(whole.encode()).hexdigest()


def _total(lines, kind):
    return sum((one.amount for one in lines if one.kind == kind), ZERO)


def _plain(value):
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _canonical(line):
    names = ("kind", "amount", "base", "ratio", "kpi_id", "fact", "plan", "event")
    return tuple(str(_plain(getattr(line, name))) for name in names)


def calculate(question: Question) -> Statement:
    """Return the statement: a pure function of the question."""
    coefficient = debt_of(question.scheme, question.overdue_share)
    mine = [one for one in question.shares if one.user_id == question.user_id]
    bonus, missing = _bonus(question, mine, coefficient)
    lines = (*bonus, *_commission(question, mine))
    return Statement(lines, missing, coefficient)


def _bonus(question, mine, coefficient):
    present = question.period.days - min(question.absent_days, question.period.days)
    base = (question.scheme.base or ZERO) * present / question.period.days * coefficient
    lines, missing = [], []
    for line in question.scheme.line_ids:
        known = question.figures[line.kpi_id]
        fact = known.given
        if known.formula is not None:
            fact = figure(
                known.formula,
                mine,
                question.period,
                question.first_days,
                question.last_days,
            )
        attained = attainment(fact, known.plan, known.direction)
        if attained is None:
            missing.append(line.kpi_id)
        ratio = ZERO if attained is None else curve_of(line).pay_ratio(attained)
        part = base * (line.weight or ZERO)
        lines.append(
            PayLine(
                BONUS,
                round_half_up(part * ratio, question.decimals),
                part,
                ratio,
                line.kpi_id,
                fact,
                known.plan,
                attained,
            )
        )
    return lines, tuple(missing)


def _commission(question, mine):
    steps = rates_of(question.scheme)
    if not steps:
        return []
    base = question.scheme.commission_base
    kind = "collected" if base == COLLECTED else "sale"
    period = question.period
    lines = []
    for share in mine:
        fact = share.fact
        if fact.kind != kind or not period.start <= fact.date <= period.end:
            continue
        worth = fact.untaxed
        if base == MARGIN:
            worth = ZERO if fact.cost is None else fact.untaxed - fact.cost
        rate = rate_of(steps, fact.deal)
        parts = commission(worth, rate, share.percents, question.decimals)
        lines.append(
            PayLine(
                COMMISSION,
                parts[share.place],
                worth * share.percent / 100,
                rate,
                event=fact.event,
                day=fact.date,
                partner_id=fact.partner_id,
            )
        )
    return sorted(lines, key=lambda one: (one.day, one.event, one.amount))
