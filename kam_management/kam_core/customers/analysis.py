"""The whole analysis of a period: facts of each customer in, all figures out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Generic, TypeVar

from ..lateness import LatenessSums
from .candidates import Candidate, CandidatePolicy, Profile, candidates
from .rfm import Rfm, rfm
from .shares import (
    ABC_A,
    ABC_B,
    KEY_SHARE,
    Standing,
    base_of_shares,
    herfindahl,
    key_customers,
    smallest_set,
    standings,
)
from .stability import XYZ_X, XYZ_Y, variation, xyz_class
from .value import growth, margin_ratio, net_present_value

Key = TypeVar("Key", bound=Hashable)
ZERO = Decimal(0)
DAYS_A_YEAR = Decimal("365.25")


@dataclass(frozen=True, slots=True)
class Facts(Generic[Key]):
    """What a company's books say of one customer; money without tax, one currency.

    :param net: invoices less credit notes of the period
    :param previous: the same of the equal period before
    :param invoices: number of invoices (not credit notes) in the period
    :param last_days: days from the last invoice of the period to its end; None
        without one
    :param months: net of the months that stability is judged on, from the
        customer's first month to the last of them
    :param lateness: sums over what fell due in the period, tax included
    :param costed: the part of ``net`` whose cost is known
    :param cost: the cost of that part
    :param segment: what customers are compared within; None when unknown
    :param pooled: many customers under one name, such as counter sales: its revenue
        counts and has a share, but it is never key, nor a candidate, nor a leader
    """

    key: Key
    net: Decimal
    previous: Decimal = ZERO
    invoices: int = 0
    last_days: int | None = None
    months: Sequence[Decimal] = ()
    lateness: LatenessSums = field(default_factory=LatenessSums)
    costed: Decimal = ZERO
    cost: Decimal = ZERO
    segment: Hashable | None = None
    key_account: bool = False
    pooled: bool = False

    @property
    def margin(self) -> Decimal | None:
        """Revenue less cost, of what has a known cost; None when nothing has."""
        return self.costed - self.cost if self.costed or self.cost else None


@dataclass(frozen=True, slots=True)
class Parameters:
    """The settings of an analysis. Ratios: 0.1 is 10 %.

    :param key_share: a customer with at least this share is key
    :param portion_core: the smaller portion of revenue whose set is reported
    :param portion_wide: the larger one; candidates come from its set
    :param xyz_months: months that stability is judged on
    :param candidates: at most so many
    :param retention: share of customers who stay from one year to the next
    :param discount: cost of capital a year
    :param cost_to_serve: of revenue, taken off the margin before it is valued
    :param value_years: years the present value looks ahead
    """

    key_share: Decimal = KEY_SHARE
    portion_core: Decimal = Decimal("0.70")
    portion_wide: Decimal = Decimal("0.80")
    abc_a: Decimal = ABC_A
    abc_b: Decimal = ABC_B
    xyz_x: Decimal = XYZ_X
    xyz_y: Decimal = XYZ_Y
    xyz_months: int = 12
    candidates: int = 20
    retention: Decimal = Decimal("0.85")
    discount: Decimal = Decimal("0.15")
    cost_to_serve: Decimal = ZERO
    value_years: int = 3


@dataclass(frozen=True, slots=True)
class Line(Generic[Key]):
    """All figures of one customer; None where there is nothing to measure.

    :param concentration: the customer's part of the HHI, share²
    :param average_days_late: what is overdue counts as paid at the period's end
    :param closed_days_late: only over what is paid
    :param npv: present value of an even margin, before any investment
    """

    facts: Facts[Key]
    standing: Standing[Key]
    concentration: Decimal | None
    xyz: str | None
    variation: Decimal | None
    rfm: Rfm | None
    growth: Decimal | None
    margin_ratio: Decimal | None
    npv: Decimal | None
    average_days_late: Decimal | None
    closed_days_late: Decimal | None
    reliability: Decimal | None
    candidate: Candidate[Key] | None = None


@dataclass(frozen=True, slots=True)
class Analysis(Generic[Key]):
    """The figures of all customers and of the company.

    :param total: net revenue of all customers
    :param base: of those above zero: what shares are taken of
    :param average_margin: margin ratio over all revenue whose cost is known
    """

    lines: tuple[Line[Key], ...]
    total: Decimal
    previous_total: Decimal
    base: Decimal
    hhi: Decimal | None
    key: tuple[Key, ...]
    core_set: tuple[Key, ...]
    wide_set: tuple[Key, ...]
    classes: Mapping[str, int]
    growth: Decimal | None
    average_margin: Decimal | None


def analyse(
    facts: Iterable[Facts[Key]],
    days: int,
    parameters: Parameters | None = None,
    previous_total: Decimal | None = None,
    comparable: bool = True,
) -> Analysis[Key]:
    """Return every figure of the analysis, customers by revenue falling.

    :param facts: one for each customer with a document in the period
    :param days: length of the period; a year's margin is scaled from it
    :param previous_total: net revenue of the previous period with the customers who
        have bought nothing since; without it, that of the customers in ``facts``
    :param comparable: whether the books cover the whole previous period; if not,
        there is no growth to speak of
    :raises ValueError: when a parameter is out of its range
    """
    parameters = parameters or Parameters()
    by_key = {fact.key: fact for fact in facts}
    net = {key: fact.net for key, fact in by_key.items()}
    base = base_of_shares(net)
    wide_set = smallest_set(net, parameters.portion_wide)
    ranked = standings(net, parameters.abc_a, parameters.abc_b)
    place = {standing.key: at for at, standing in enumerate(ranked)}
    scores = _scores(by_key)
    average = _ratio_of_margin(by_key.values())
    lines = [
        _line(by_key[s.key], s, scores.get(s.key), days, parameters, comparable)
        for s in ranked
    ]
    for found in _candidates(lines, set(wide_set), average, parameters):
        at = place[found.key]
        lines[at] = replace(lines[at], candidate=found)
    total = sum(net.values(), ZERO)
    if previous_total is None:
        previous_total = sum((fact.previous for fact in by_key.values()), ZERO)
    return Analysis(
        lines=tuple(lines),
        total=total,
        previous_total=previous_total,
        base=base,
        hhi=herfindahl(net),
        key=tuple(
            key
            for key in key_customers(net, parameters.key_share)
            if not by_key[key].pooled
        ),
        core_set=tuple(smallest_set(net, parameters.portion_core)),
        wide_set=tuple(wide_set),
        classes={c: sum(s.abc == c for s in ranked) for c in "ABC"},
        growth=growth(total, previous_total) if comparable else None,
        average_margin=average,
    )


def _scores(by_key: Mapping[Key, Facts[Key]]) -> dict[Key, Rfm]:
    """Return RFM of those who bought; whoever only returned goods has no rhythm."""
    buyers = {k: f for k, f in by_key.items() if f.last_days is not None}
    return rfm(
        {key: fact.last_days for key, fact in buyers.items()},
        {key: fact.invoices for key, fact in buyers.items()},
        {key: fact.net for key, fact in buyers.items()},
    )


def _ratio_of_margin(facts: Iterable[Facts]) -> Decimal | None:
    known = [fact for fact in facts if fact.margin is not None]
    return margin_ratio(
        sum((fact.margin for fact in known), ZERO),
        sum((fact.costed for fact in known), ZERO),
    )


def _line(fact, standing, score, days, parameters, comparable) -> Line:
    """Return a customer's figures, but for what needs the others."""
    margin = fact.margin
    months = list(fact.months)
    return Line(
        facts=fact,
        standing=standing,
        concentration=None if standing.share is None else standing.share**2,
        xyz=xyz_class(
            months, parameters.xyz_months, parameters.xyz_x, parameters.xyz_y
        ),
        variation=variation(months) if len(months) >= parameters.xyz_months else None,
        rfm=score,
        growth=growth(fact.net, fact.previous) if comparable else None,
        margin_ratio=None if margin is None else margin_ratio(margin, fact.costed),
        npv=None if margin is None else _value(fact, margin, days, parameters),
        average_days_late=fact.lateness.average_days(),
        closed_days_late=fact.lateness.average_days(closed_only=True),
        reliability=fact.lateness.reliability(),
    )


def _value(fact, margin, days, parameters) -> Decimal:
    served = margin - parameters.cost_to_serve * fact.costed
    yearly = served * DAYS_A_YEAR / days
    return net_present_value(
        ZERO,
        [yearly] * parameters.value_years,
        parameters.retention,
        parameters.discount,
    )


def _candidates(lines, wide_set, average, parameters) -> tuple[Candidate, ...]:
    leaders = _leaders(line.facts for line in lines)
    policy = CandidatePolicy(
        limit=parameters.candidates,
        key_share=parameters.key_share,
        portion=parameters.portion_wide,
        average_margin=average,
    )
    return candidates(
        (
            Profile(
                key=line.facts.key,
                rank=line.standing.rank,
                net=line.facts.net,
                share=line.standing.share,
                abc=line.standing.abc,
                in_smallest_set=line.facts.key in wide_set,
                xyz=line.xyz,
                variation=line.variation,
                rfm=line.rfm,
                growth=line.growth,
                reliability=line.reliability,
                days_late=line.average_days_late,
                margin_ratio=line.margin_ratio,
                segment_leader=leaders.get(line.facts.key),
                key_account=line.facts.key_account,
            )
            for line in lines
            if not line.facts.pooled
        ),
        policy,
    )


def _leaders(facts: Iterable[Facts]) -> dict:
    """Return the largest customer of each segment, with how many are in it.

    :param facts: by revenue falling; a segment of one has no leader
    """
    first, sizes = {}, {}
    for fact in facts:
        if fact.segment is None or fact.net <= 0 or fact.pooled:
            continue
        first.setdefault(fact.segment, fact.key)
        sizes[fact.segment] = sizes.get(fact.segment, 0) + 1
    return {key: sizes[seg] for seg, key in first.items() if sizes[seg] > 1}
