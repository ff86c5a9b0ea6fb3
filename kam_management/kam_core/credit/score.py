"""Credit score, grade, proposed limit and the day to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..periods import add_months

ZERO, ONE = Decimal(0), Decimal(1)
WEIGHTS = {
    "lateness": Decimal(35),
    "limit_use": Decimal(15),
    "promises": Decimal(15),
    "tenure": Decimal(10),
    "disputes": Decimal(10),
    "outside": Decimal(15),
}
GRADES = (("A", Decimal(80)), ("B", Decimal(65)), ("C", Decimal(50)))
REVIEW_MONTHS = {"A": 12, "B": 12, "C": 3, "D": 1}
FACTORS = {"A": ONE, "B": Decimal("0.8"), "C": Decimal("0.5"), "D": ZERO}
WORST_DAYS = Decimal(60)  # on average late: grade 0
FULL_YEARS = Decimal(5)  # a customer for so long: grade 1


@dataclass(frozen=True, slots=True)
class Score:
    """A score and what it is made of.

    :param value: 0 to 100 over the inputs present; None without any
    :param points: ``{input: points}`` with weights renormalised; they add up to value
    :param missing: inputs there was nothing for
    """

    value: Decimal | None
    points: dict
    missing: tuple[str, ...]

    @property
    def grade(self) -> str | None:
        """Return ``A`` to ``D``; None without a score."""
        return None if self.value is None else grade_of(self.value)


def score(grades: dict[str, Decimal | None]) -> Score:
    """Return the credit score, 0 to 100.

    Σ weight * grade over the inputs present, their weights made to add up to 100.

    :param grades: ``{input: grade 0 to 1}`` by the names of ``WEIGHTS``; None or left
        out: missing
    :raises ValueError: a grade outside 0 to 1, or an unknown input
    :source: FORMULAS, Credit score: .8,.6,1,1,.5,.7 give 77.5
    """
    if unknown := grades.keys() - WEIGHTS.keys():
        raise ValueError(f"unknown inputs {sorted(unknown)}")
    present = {name: one for name, one in grades.items() if one is not None}
    for name, grade in present.items():
        if not 0 <= grade <= 1:
            raise ValueError(f"the grade of {name} is from 0 to 1, not {grade}")
    missing = tuple(name for name in WEIGHTS if name not in present)
    weight = sum((WEIGHTS[name] for name in present), ZERO)
    if not weight:
        return Score(None, {}, missing)
    points = {name: WEIGHTS[name] * 100 * one / weight for name, one in present.items()}
    return Score(sum(points.values(), ZERO), points, missing)


def grade_of(value: Decimal) -> str:
    """Return ``A`` from 80, ``B`` from 65, ``C`` from 50, else ``D``."""
    return next((letter for letter, least in GRADES if value >= least), "D")


def lateness_grade(average_days: Decimal | None) -> Decimal | None:
    """Return 1 for payment on time, 0 from 60 days late on, between them in line."""
    return None if average_days is None else _clamp(ONE - average_days / WORST_DAYS)


def limit_use_grade(percent: Decimal | None) -> Decimal | None:
    """Return 1 up to half the limit used, 0 from 150 % on, between them in line."""
    return None if percent is None else _clamp((Decimal(150) - percent) / 100)


def share_grade(good: Decimal | int, all_of_them: Decimal | int) -> Decimal | None:
    """Return good / all: promises kept, checks passed; None without any."""
    return _clamp(Decimal(good) / Decimal(all_of_them)) if all_of_them else None


def tenure_grade(first: date | None, today: date) -> Decimal | None:
    """Return the years since the first invoice / 5, at most 1; None without one."""
    if first is None:
        return None
    return _clamp(Decimal((today - first).days) / Decimal("365.25") / FULL_YEARS)


def proposed_limit(
    net_sales: Decimal,
    days: int,
    terms_days: int,
    tolerance_days: int,
    factor: Decimal,
    cap: Decimal | None = None,
) -> Decimal:
    """Return average daily net sales * (terms + tolerance) * factor, under the cap.

    :param net_sales: of the last ``days``, without tax, currency of the limit
    :param days: over which they were made, above 0
    :param terms_days: of payment; ``tolerance_days`` beyond them
    :param factor: of the grade or class, 0 to 1
    :param cap: of the policy; None: none
    :returns: never below zero
    :source: FORMULAS, Proposed limit: 900/90 * 40 * 0.8 = 320
    """
    limit = max(net_sales, ZERO) * (terms_days + tolerance_days) * factor / days
    return limit if cap is None else min(limit, cap)


def recheck_on(grade: str | None, day: date) -> date:
    """Return when to look again: D monthly, C quarterly, others yearly."""
    return add_months(day, REVIEW_MONTHS.get(grade or "D", 12))


def _clamp(value):
    return min(max(value, ZERO), ONE)
