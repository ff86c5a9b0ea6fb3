"""A segment: a trade in which key accounts are compared."""

from dataclasses import dataclass, replace

from .record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    Relink,
    Remove,
    Removed,
    Text,
    _,
    catalogue,
    evolve_common,
    initial,
    relink,
)


class NameMissing(DomainError):
    """A segment without a name."""

    code = "name_missing"
    message = _("“Name” is missing: name the trade, such as “Hotels”.")


@dataclass(frozen=True, slots=True)
class Segment:
    """Its fields are event-sourced; place and colour in a list are not."""

    name: Text | None = None
    active: bool = True


State = Segment
PARTS = {}


@dataclass(frozen=True, slots=True)
class SegmentRenamed:
    """The segment got another name."""

    name: Text


EVENTS = catalogue(SegmentRenamed)
UPCASTERS = {}


def evolve(segment, event):
    """Return the segment after ``event``."""
    match event:
        case SegmentRenamed(name):
            return replace(segment, name=name)
    return evolve_common(Segment, segment, event)


def decide(segment, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = initial(Segment, values)
            _named(values["name"])
            return (Created(values),)
        case Edit(changes):
            return _edit(changes)
        case Relink():
            return relink(segment, command)
        case Remove():
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _edit(changes):
    rest = dict(changes)
    events = []
    if "name" in rest:
        _named(rest["name"])
        events.append(SegmentRenamed(rest.pop("name")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _named(name):
    if not (name or "").strip():
        raise NameMissing()
