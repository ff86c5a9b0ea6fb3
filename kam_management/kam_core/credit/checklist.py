"""An item of the reliability checklist: what is to be looked at."""

from dataclasses import dataclass

from ..record import (
    DomainError,
    Text,
    _,
    catalogue,
    decide_common,
    evolve_common,
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
    return decide_common(Item, item, command, check)


def check(item):
    """Refuse an item without a name."""
    if not (item.name or "").strip():
        raise NameMissing()
