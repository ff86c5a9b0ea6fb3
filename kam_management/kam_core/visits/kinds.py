"""Kinds of visits: data of the company; each says what is asked to close one."""

from dataclasses import dataclass

from ..record import DomainError, Text, _, catalogue, decide_common, evolve_common

# what may be asked to close a visit; at most three of them, because typing is the
# oldest complaint of people in the field
ASKS = {
    "asks_outcome": "outcome",
    "asks_contact": "contact_id",
    "asks_topic": "topic",
    "asks_participants": "participants",
    "asks_material": "material",
}
MOST = 3
LONGEST = 14 * 24 * 60


class KindNameMissing(DomainError):
    """A kind without a name."""

    code = "name_missing"
    message = _("“Name” is missing: name the kind, such as “Visit”.")


class TooMuchAsked(DomainError):
    """A kind that asks for more than people will type."""

    code = "too_much_asked"
    message = _("A kind asks at most %(most)s things; untick %(count)s of them.")


class DurationWrong(DomainError):
    """A usual duration of nothing, or of weeks."""

    code = "duration_wrong"
    message = _("“Usual duration” is from 1 minute to 14 days, in minutes.")


@dataclass(frozen=True, slots=True)
class Kind:
    """Its fields are event-sourced; place and colour in a list are not."""

    name: Text | None = None
    code: Text | None = None
    is_call: bool = False
    is_training: bool = False
    counts: bool = True
    asks_outcome: bool = False
    asks_contact: bool = False
    asks_topic: bool = False
    asks_participants: bool = False
    asks_material: bool = False
    duration_minutes: int | None = 60
    active: bool = True


State = Kind
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}

# what a company begins with: code, then what differs from a plain visit
FIRST = (
    ("visit", _("Visit"), {"asks_outcome": True}),
    (
        "call",
        _("Call"),
        {"is_call": True, "counts": False, "asks_outcome": True, "minutes": 15},
    ),
    (
        "training",
        _("Training of the customer's staff"),
        {
            "is_training": True,
            "asks_topic": True,
            "asks_participants": True,
            "asks_material": True,
            "minutes": 120,
        },
    ),
    (
        "exhibition",
        _("Exhibition"),
        {"asks_topic": True, "asks_outcome": True, "minutes": 240},
    ),
    (
        "negotiation",
        _("Negotiation of terms"),
        {"asks_topic": True, "asks_outcome": True, "minutes": 90},
    ),
)


def asked(kind):
    """Return the fields of a visit that must be filled to close one of this kind."""
    return tuple(field for flag, field in ASKS.items() if getattr(kind, flag))


def evolve(kind, event):
    """Return the kind after ``event``."""
    return evolve_common(Kind, kind, event)


def decide(kind, command):
    """Return the events of ``command``, or raise why it is refused."""
    return decide_common(Kind, kind, command, check)


def check(kind):
    """Refuse a kind that says nothing, or asks too much."""
    if not (kind.name or "").strip():
        raise KindNameMissing()
    if not 1 <= (kind.duration_minutes or 0) <= LONGEST:
        raise DurationWrong()
    if (count := len(asked(kind))) > MOST:
        raise TooMuchAsked(most=MOST, count=count - MOST)
