"""What an account has of its own: how often, on which days, when, where, whom."""

from dataclasses import dataclass
from decimal import Decimal

from ..record import DomainError, Text, _, catalogue, decide_common, evolve_common
from .intervals import check_interval
from .kinds import LONGEST, DurationWrong

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class HoursWrong(DomainError):
    """Hours that are none of a day, or end before they begin."""

    code = "hours_wrong"
    message = _("“Hours” are from 0:00 to 24:00, the first before the second.")


class NoDayAllowed(DomainError):
    """An account that may be visited on no day."""

    code = "no_day_allowed"
    message = _("“Days”: tick at least one day on which the customer receives.")


@dataclass(frozen=True, slots=True)
class AccountCadence:
    """Hours are of the day where the manager works, 9.5 is half past nine.

    No interval means that of the class.
    """

    account_id: int | None = None
    company_id: int | None = None
    interval_days: int | None = None
    monday: bool = True
    tuesday: bool = True
    wednesday: bool = True
    thursday: bool = True
    friday: bool = True
    saturday: bool = False
    sunday: bool = False
    hour_from: Decimal | None = None
    hour_to: Decimal | None = None
    duration_minutes: int | None = None
    place: Text | None = None
    contact_id: int | None = None
    kind_id: int | None = None


State = AccountCadence
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(cadence, event):
    """Return the cadence after ``event``."""
    return evolve_common(AccountCadence, cadence, event)


def decide(cadence, command):
    """Return the events of ``command``, or raise why it is refused."""
    return decide_common(
        AccountCadence, cadence, command, check, fixed=("account_id", "company_id")
    )


def check(cadence):
    """Refuse what no visit can keep."""
    if cadence.interval_days is not None:
        check_interval(cadence.interval_days)
    if cadence.duration_minutes is not None and not (
        1 <= cadence.duration_minutes <= LONGEST
    ):
        raise DurationWrong()
    if not any(getattr(cadence, day) for day in WEEKDAYS):
        raise NoDayAllowed()
    first, last = hours(cadence)
    if not 0 <= first < last <= 24:
        raise HoursWrong()


def hours(cadence):
    """Return (from, to) as hours of the day; the whole day where nothing is set."""
    return cadence.hour_from or Decimal(0), cadence.hour_to or Decimal(24)
