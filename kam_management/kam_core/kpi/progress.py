"""How far on a plan is: against a straight line, the season, and at the end of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..pay.attainment import UP, attainment
from ..periods import Period, add_months, year_before

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a plan stands on a day.

    :param attained: fact so far / plan of the whole period
    :param straight: what an even pace would have had by now, in the unit of the plan
    :param seasonal: what the pace of the year before would have had; None without one
    :param to_straight: fact so far / ``straight``; ``to_seasonal`` likewise
    :param forecast: fact at the end at the pace of the season, else of the days
    """

    attained: Decimal | None
    straight: Decimal
    seasonal: Decimal | None
    to_straight: Decimal | None
    to_seasonal: Decimal | None
    forecast: Decimal | None

    @property
    def to_pace(self) -> Decimal | None:
        """The fact beside what there should be by now: by the season, else evenly."""
        return self.to_straight if self.to_seasonal is None else self.to_seasonal


def elapsed(period: Period, today: date) -> Decimal:
    """Return the part of the period's days that are over, today among them."""
    if today < period.start:
        return ZERO
    if today >= period.end:
        return Decimal(1)
    return Decimal((today - period.start).days + 1) / period.days


def season(
    period: Period, today: date, before: Mapping[date, Decimal]
) -> Decimal | None:
    """Return which part of the same period a year before was made by this day.

    :param before: figures by day of the year before
    :return: None when there was nothing, or it does not go from 0 to 1
    """
    last = year_before(period)
    whole = _between(before, last.start, last.end)
    if whole <= 0:
        return None
    if today < period.start:
        return ZERO
    if today >= period.end:
        return Decimal(1)
    part = _between(before, last.start, add_months(today, -12)) / whole
    return part if ZERO <= part <= 1 else None


def _between(days, start, end):
    return sum((value for day, value in days.items() if start <= day <= end), ZERO)


def progress(
    period: Period,
    today: date,
    fact: Decimal | None,
    plan: Decimal | None,
    before: Mapping[date, Decimal] | None = None,
    *,
    flow: bool = True,
    direction: str = UP,
) -> Progress:
    """Return where a plan stands at the end of ``today``.

    :param fact: so far; ``plan`` of the whole period, in the same unit
    :param before: figures by day of the year before, for the season
    :param flow: it adds up over days (sales); else it is a state or a ratio, whose
        lines are the plan itself and whose forecast is what it is now
    :param direction: ``up`` or ``down``, see :func:`attainment`
    """
    attained = attainment(fact, plan, direction)
    whole = plan or ZERO
    if not flow:
        return Progress(attained, whole, None, attained, None, fact)
    part = elapsed(period, today)
    by_season = season(period, today, before or {})
    straight = whole * part
    seasonal = None if by_season is None else whole * by_season
    pace = by_season or part  # nothing by this day last year says nothing
    return Progress(
        attained,
        straight,
        seasonal,
        attainment(fact, straight, direction),
        attainment(fact, seasonal, direction),
        None if fact is None or not pace else fact / pace,
    )


def error_of_forecasts(
    forecasts: Sequence[Decimal | None], facts: Sequence[Decimal]
) -> Decimal | None:
    """Return WAPE of earlier forecasts: Σ |forecast - fact| / Σ |fact|.

    :param forecasts: as they would have been made at the same point of earlier
        periods; None where none could be made (passed over)
    :return: None when there is nothing to compare
    """
    pairs = [
        (one, fact)
        for one, fact in zip(forecasts, facts, strict=True)
        if one is not None
    ]
    whole = sum((abs(fact) for _one, fact in pairs), ZERO)
    if not whole:
        return None
    return sum((abs(one - fact) for one, fact in pairs), ZERO) / whole
