"""What may be done with a request, and by whom."""

from dataclasses import dataclass
from datetime import date

from ..record import Text


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides: ``stands_in_for`` are those whom they stand in for on that day.

    :param substitute: they decide by the power of an absent approver, not their own
    """

    user_id: int
    substitute: bool = False
    stands_in_for: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Approve:
    """Grant what was asked, or less (``granted``), until a day (that asked for)."""

    by: Decider
    effective_on: date
    granted: str | None = None
    until: date | None = None
    answer: Text | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse it, with a reason."""

    by: Decider
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take the request, or the approval not yet used, back."""

    effective_on: date
    answer: Text | None = None


@dataclass(frozen=True, slots=True)
class Expire:
    """End it, because its day is over."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Use:
    """Use the approval for a document that takes ``measure`` of ``code``."""

    used_model: str
    used_id: int
    effective_on: date
    code: str
    measure: str | None


@dataclass(frozen=True, slots=True)
class Outgrow:
    """The document takes more than was asked or granted: it is void."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Redirect:
    """Somebody else is to decide."""

    approver_id: int
    effective_on: date
    answer: Text | None = None
