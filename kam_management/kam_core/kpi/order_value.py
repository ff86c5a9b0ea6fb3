"""What an order gives away against the base column, as it was reckoned once.

The prices of the base column are those of its day: reckoned again later they would be
others. So the answer is a fact of the log, in a stream of its own beside the order's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class OrderValued:
    """An order was set beside the base column.

    :param order_version: of the order's stream: what the order said then
    :param base: value of its goods at the base column, company currency, without tax
        or with it as the order's prices are; None: no price policy judges it
    :param net: the same goods as ordered, with rewards and discounts
    """

    order_version: int
    base: Decimal | None
    net: Decimal | None


@dataclass(frozen=True, slots=True)
class State:
    """The last answer."""

    order_version: int = 0
    base: Decimal | None = None
    net: Decimal | None = None


EVENTS = {"OrderValued": OrderValued}
PARTS: dict = {}


def evolve(state: State | None, event: OrderValued) -> State:
    """Return what is known after one more answer."""
    return State(event.order_version, event.base, event.net)


def decide(
    state: State | None,
    order_version: int,
    base: Decimal | None,
    net: Decimal | None,
) -> tuple[OrderValued, ...]:
    """Return the event of an answer; none where it says what is known.

    :param base: and ``net``: see :class:`OrderValued`
    """
    known = state or State()
    if (known.base, known.net) == (base, net):
        return ()
    return (OrderValued(order_version, base, net),)
