"""An item of the reliability checklist: what is to be looked at."""

from dataclasses import dataclass

from ..record import (
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
    """An item without a name."""

    code = "name_missing"
    message = _("“Name” is missing: say what is to be looked at.")


@dataclass(frozen=True, slots=True)
class Item:
    """One item; ``kind`` tells what it is done with.

    :param kind: ``document``, ``register``, ``tax_number``, ``reference`` or ``other``
    """

    name: Text | None = None
    kind: str | None = "other"
    required: bool = False
    active: bool = True


State = Item
PARTS = {}
EVENTS = catalogue()
UPCASTERS = {}


def evolve(item, event):
    """Return the item after ``event``."""
    return evolve_common(Item, item, event)


def decide(item, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = initial(Item, values)
            _named(values["name"])
            return (Created(values),)
        case Edit(changes):
            if "name" in changes:
                _named(changes["name"])
            return (Changed(changes),)
        case Remove():
            return (Removed(),)
        case Relink():
            return relink(item, command)
    raise TypeError(f"unknown command {type(command).__name__}")


def _named(name):
    if not (name or "").strip():
        raise NameMissing()
