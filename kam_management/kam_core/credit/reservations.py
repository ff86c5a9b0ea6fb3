"""The head of a credit line: who took how much of the limit, one after the other.

One stream a line: a customer's terms, or a credit group. Taking from it moves its head,
so two that take at one moment cannot both go by what was there before.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class CreditTaken:
    """An order, or an invoice without one, took its room; stamps of the decision.

    :param res_model: ``sale.order`` or ``account.move``
    :param amount: more than before, tax included, in ``currency``
    :param exposure: of the line before it, in ``currency``
    :param credit_limit: of the line then; None: unlimited
    :param currency: ISO code, the limit's
    :param terms_version: version of the terms or group that were in force
    """

    res_model: str
    res_id: int
    amount: Decimal
    exposure: Decimal
    credit_limit: Decimal | None
    currency: str
    terms_version: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the log says of a line.

    :param count: how often credit was taken
    :param last_model: document that took it last, and its id
    """

    count: int = 0
    last_model: str | None = None
    last_id: int | None = None


PARTS: dict = {}
EVENTS = {"CreditTaken": CreditTaken}


def evolve(state: State | None, event) -> State:
    """Return the state after one more event."""
    state = state or State()
    match event:
        case CreditTaken(res_model, res_id):
            return State(state.count + 1, res_model, res_id)
    raise TypeError(f"unknown event {type(event).__name__}")
