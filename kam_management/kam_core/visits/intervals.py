"""The cadence of a class of accounts in a company: a setting."""

from dataclasses import dataclass
from decimal import Decimal

from ..accounts import CLASSES, ClassMissing
from ..record import DomainError, _, catalogue, decide_common, evolve_common
from .cadence import LONGEST_INTERVAL


class IntervalWrong(DomainError):
    """An interval of nothing, or of years."""

    code = "interval_wrong"
    message = _("“Visit every (days)” is from 1 to 730; %(days)s is not.")


class WeightWrong(DomainError):
    """A weight that would turn the ranking round."""

    code = "weight_wrong"
    message = _("“Weight” is above 0 and at most 100; %(weight)s is not.")


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many days; the weight ranks what is due."""

    company_id: int | None = None
    account_class: str | None = None
    interval_days: int | None = None
    weight: Decimal | None = Decimal(1)


State = Interval
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(interval, event):
    """Return the setting after ``event``."""
    return evolve_common(Interval, interval, event)


def decide(interval, command):
    """Return the events of ``command``, or raise why it is refused."""
    return decide_common(
        Interval, interval, command, check, fixed=("company_id", "account_class")
    )


def check(interval):
    """Refuse a class that does not exist, or an interval that is none."""
    if interval.account_class not in CLASSES:
        raise ClassMissing()
    check_interval(interval.interval_days)
    weight = interval.weight or Decimal(0)
    if not weight.is_finite() or not 0 < weight <= 100:
        raise WeightWrong(weight=weight)


def check_interval(days):
    """Refuse days between visits that are no interval.

    :raises IntervalWrong: below 1 or above 730
    """
    if not 1 <= (days or 0) <= LONGEST_INTERVAL:
        raise IntervalWrong(days=days or 0)
