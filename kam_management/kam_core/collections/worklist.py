"""Whom to ask for money first, and what to do next: amount * risk, and a reason.

A customer's line is made of what the ledger says (overdue, due soon), of how they paid
before, and of what they promised or dispute. The next step is a code with parameters;
the words belong to whoever shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

ZERO, ONE = Decimal(0), Decimal(1)
FLOOR = Decimal("0.2")  # the best of payers is a risk too, else amounts would not count
WEIGHTS = {
    "lateness": Decimal("0.35"),
    "broken": Decimal("0.25"),
    "age": Decimal("0.30"),
    "disputes": Decimal("0.10"),
}
LATE_CAP, AGE_CAP = 45, 90  # days from which it cannot get worse
STOP_DAYS, WRITE_DAYS = 60, 10
# how long the answer to the last talk is waited for
WAIT_DAYS = {"no_answer": 1, "will_check": 3, "disputes": 7, "promised": 0, "sent": 5}


@dataclass(frozen=True, slots=True)
class Debtor:
    """What is known of a customer; amounts in company currency, tax included.

    :param overdue: past its due date; ``soon`` falls due within days
    :param oldest_due: oldest due date unpaid, None when nothing is overdue
    :param late_days: weighted average of days late, None without history
    :param reliability: share of value paid on time, 0 to 1, None without history
    :param promised: open promises; ``promised_by`` the first promised day
    :param broken: promises broken or kept in part; ``judged`` all whose day passed
    :param broken_on: the promised day of the last one broken, when nothing came since
    :param disputed: of what is open; ``dispute_late`` one is past its day
    :param unallocated: money that came and is not allocated, above zero
    :param last_result: of the last talk or letter; ``last_on`` its day
    :param again_on: the day agreed to talk again
    """

    overdue: Decimal = ZERO
    soon: Decimal = ZERO
    soon_due: date | None = None
    oldest_due: date | None = None
    late_days: Decimal | None = None
    reliability: Decimal | None = None
    promised: Decimal = ZERO
    promised_by: date | None = None
    broken: int = 0
    judged: int = 0
    broken_on: date | None = None
    disputed: Decimal = ZERO
    dispute_late: bool = False
    is_legal: bool = False
    unallocated: Decimal = ZERO
    last_result: str | None = None
    last_on: date | None = None
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: ``code`` says what, ``day`` and ``amount`` explain it.

    :param waits: nothing to do today
    """

    code: str
    day: date | None = None
    amount: Decimal | None = None
    waits: bool = False


def risk(debtor: Debtor, today: date) -> Decimal:
    """Return how likely the money comes late or not at all, 0.2 to 1.

    Σ weight * grade of: average days late (45 and more: 1), share of promises broken,
    age of the oldest debt (90 days and more: 1), share of the debt that is disputed.
    What is not known is left out and the weights are taken over the rest.
    """
    weight = graded = ZERO
    for name, grade in (
        ("lateness", _grade(debtor.late_days, LATE_CAP)),
        ("broken", Decimal(debtor.broken) / debtor.judged if debtor.judged else None),
        ("age", _age_grade(age_days(debtor, today))),
        ("disputes", _share(debtor.disputed, debtor.overdue + debtor.soon)),
    ):
        if grade is not None:
            weight += WEIGHTS[name]
            graded += WEIGHTS[name] * grade if grade else ZERO
    return FLOOR + (ONE - FLOOR) * (graded / weight) if graded else FLOOR


def age_days(debtor: Debtor, today: date) -> int:
    """Return for how many days the oldest debt is overdue."""
    return max(0, (today - debtor.oldest_due).days) if debtor.oldest_due else 0


def at_stake(debtor: Debtor) -> Decimal:
    """Return the amount worth asking for, company currency.

    Overdue less what is disputed, promised or came unallocated, and of what falls due
    soon the share that this customer usually pays late.
    """
    free = debtor.overdue - debtor.disputed - debtor.promised - debtor.unallocated
    late_share = ONE - (ONE if debtor.reliability is None else debtor.reliability)
    return max(free, ZERO) + debtor.soon * late_share


def score(debtor: Debtor, today: date) -> Decimal:
    """Return amount * risk, to rank by; the whole debt breaks ties from below."""
    return at_stake(debtor) * risk(debtor, today)


def next_step(debtor: Debtor, today: date) -> Step:
    """Return what to do next, the most pressing first, with its reason."""
    for rule in RULES:
        if (step := rule(debtor, today)) is not None:
            return step
    return Step("nothing", waits=True)


def _legal(debtor, today):
    return Step("legal", waits=True) if debtor.is_legal else None


def _allocate(debtor, today):
    if debtor.unallocated > 0 and debtor.unallocated >= debtor.overdue > 0:
        return Step("allocate", amount=debtor.unallocated)
    return None


def _settle(debtor, today):
    if debtor.dispute_late:
        return Step("settle", amount=debtor.disputed)
    if debtor.overdue > 0 and debtor.disputed >= debtor.overdue:
        return Step("settle", amount=debtor.disputed, waits=True)
    return None


def _broken(debtor, today):
    talked = debtor.last_on is not None and debtor.last_on > (
        debtor.broken_on or date.min
    )
    if debtor.broken_on and debtor.overdue > 0 and not talked:
        return Step("broken", debtor.broken_on)
    return None


def _agreed(debtor, today):
    if debtor.again_on and debtor.overdue > 0:
        waits = debtor.again_on > today
        return Step("wait" if waits else "again", debtor.again_on, waits=waits)
    return None


def _promised(debtor, today):
    if not debtor.promised_by or debtor.promised <= 0:
        return None
    if debtor.promised_by <= today:
        return Step("promise_due", debtor.promised_by, debtor.promised)
    if debtor.promised >= debtor.overdue - debtor.disputed:
        return Step("promise_wait", debtor.promised_by, debtor.promised, True)
    return None


def _answer(debtor, today):
    """Wait for the answer to the last letter or talk."""
    if debtor.overdue <= 0 or debtor.last_on is None:
        return None
    days = WAIT_DAYS.get(debtor.last_result, 0)
    until = debtor.last_on + timedelta(days=days)
    return Step("wait", until, waits=True) if today < until else None


def _stop(debtor, today):
    if debtor.overdue > 0 and age_days(debtor, today) > STOP_DAYS:
        return Step("stop", debtor.oldest_due, debtor.overdue)
    return None


def _ask(debtor, today):
    if debtor.overdue <= 0:
        return None
    late = age_days(debtor, today)
    code = "write" if late <= WRITE_DAYS and debtor.last_on is None else "call"
    return Step(code, debtor.oldest_due, debtor.overdue)


def _before(debtor, today):
    poor = debtor.reliability is not None and debtor.reliability < Decimal("0.5")
    if debtor.soon > 0 and poor:
        return Step("before", debtor.soon_due, debtor.soon)
    return None


RULES = (
    _legal,
    _allocate,
    _settle,
    _promised,
    _broken,
    _agreed,
    _answer,
    _stop,
    _ask,
    _before,
)


def _grade(days, cap):
    if days is None:
        return None
    return min(max(Decimal(days) / cap, ZERO), ONE)


@cache
def _age_grade(days):
    """Return the grade of an age: at most ``AGE_CAP`` and one more are different."""
    return _grade(min(days, AGE_CAP), AGE_CAP)


def _share(part, whole):
    if whole <= 0:
        return None
    return min(part / whole, ONE) if part else ZERO
