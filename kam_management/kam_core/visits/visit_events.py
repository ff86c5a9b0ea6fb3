"""What a visit is, what may be asked of it, and what happens to it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from ..record import Text

PLANNED, UNDERWAY, DONE = "planned", "underway", "done"
MISSED, CANCELLED = "missed", "cancelled"
OPEN, CLOSED = (PLANNED, UNDERWAY), (DONE, MISSED, CANCELLED)
DRAFT, COMMITTED, OFF_PLAN = "draft", "committed", "off_plan"
OTHER = "other"
ABSENCE = "absence"  # why a visit was cancelled: its manager was away
LONGEST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Visit:
    """Its fields are event-sourced; moments are UTC, aware.

    ``plan_status``
        ``draft`` (its week is not committed), ``committed`` (in the committed plan of
        its week), ``off_plan`` (its week is committed, without it)
    ``change_reason``
        of the last re-plan; ``closed_reason``: why it was cancelled or reopened
    """

    account_id: int | None = None
    company_id: int | None = None
    user_id: int | None = None
    kind_id: int | None = None
    contact_id: int | None = None
    planned_start: datetime | None = None
    planned_stop: datetime | None = None
    state: str | None = PLANNED
    plan_status: str | None = DRAFT
    off_plan_kind: str | None = None
    off_plan_reason: Text | None = None
    change_reason: Text | None = None
    replans: int | None = None
    subject: Text | None = None
    place: Text | None = None
    invite_contact: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    attempts: int | None = None
    outcome: str | None = None
    result: Text | None = None
    next_step: Text | None = None
    next_on: date | None = None
    topic: Text | None = None
    material: Text | None = None
    participants: int | None = None
    participant_ids: tuple[int, ...] = ()
    closed_kind: str | None = None
    closed_reason: Text | None = None


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Replan:
    """Move it, or give it to somebody; ``changes`` as in an edit.

    ``plan_status`` is what it is in the week it goes to; ``source`` is ``calendar``
    when it was moved in the calendar, where nobody can say why, or ``hand_over``.
    """

    changes: dict
    plan_status: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """Its week was committed."""

    monday: date


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The commitment of its week was taken back before the week began."""

    monday: date


@dataclass(frozen=True, slots=True)
class Start:
    """It begins now; the place only where the user gives it."""

    at: datetime
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """It is done; ``results`` by field, ``asked`` those that its kind wants.

    ``finished_at`` and ``started_at`` are when it took place, where it is entered
    later; left out: now, and when it was started.
    """

    at: datetime
    results: dict
    asked: tuple[str, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered the call; try again at ``planned_start``."""

    at: datetime
    planned_start: datetime
    is_call: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """It will not take place."""

    at: datetime
    kind: str | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Miss:
    """Its day and the time of grace went by."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Excuse:
    """It did not take place because its manager was away."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reopen:
    """It was closed wrongly, or is to take place after all."""

    at: datetime
    reason: Text | None


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class Rescheduled:
    """It was moved, or made longer or shorter; ``replan`` when it counts as one."""

    planned_start: datetime
    planned_stop: datetime
    plan_status: str
    replan: bool
    reason: Text | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Somebody else is to make it."""

    user_id: int
    plan_status: str
    replan: bool
    reason: Text | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Committed:
    """It stands in the committed plan of its week."""

    monday: date


@dataclass(frozen=True, slots=True)
class CommitmentWithdrawn:
    """The plan of its week is a draft again."""

    monday: date


@dataclass(frozen=True, slots=True)
class Started:
    """It began."""

    at: datetime
    latitude: Decimal | None
    longitude: Decimal | None


@dataclass(frozen=True, slots=True)
class Completed:
    """It took place; ``changes`` are its results, ``at`` when it ended."""

    at: datetime
    started_at: datetime | None
    changes: dict


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """Nobody answered the call; it is tried again."""

    at: datetime
    planned_start: datetime
    planned_stop: datetime


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It was called off."""

    at: datetime
    kind: str | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Missed:
    """Its day went by and nobody told of it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Excused:
    """Its manager was away: nothing was missed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """It is planned again."""

    at: datetime
    reason: Text


@dataclass(frozen=True, slots=True)
class ResultCorrected:
    """What came of it was told anew."""

    changes: dict
