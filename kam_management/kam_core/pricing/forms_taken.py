"""Order forms that became quotations: one stream a file, so none is taken unseen twice.

The stream's key is made of the account and the digest of the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class FormTaken:
    """A filled-in form became a quotation.

    :param account: key of the key account
    :param order_id: of the quotation
    :param digest: sha256 of the file, hexadecimal
    :param issued: day of the form's prices
    :param rows: how many rows were ordered; ``left_out``: numbers
        of those that were not
    :param day: when, in the company's time zone
    """

    account: str
    order_id: int
    digest: str
    issued: date
    rows: int
    left_out: str
    day: date


@dataclass(frozen=True, slots=True)
class State:
    """What became of a file: the last quotation, its day, and how often."""

    count: int = 0
    order_id: int | None = None
    day: date | None = None


PARTS: dict = {}
EVENTS = {"FormTaken": FormTaken}


def evolve(state: State | None, event) -> State:
    """Return the state after one more event."""
    state = state or State()
    match event:
        case FormTaken(order_id=order_id, day=day):
            return replace(state, count=state.count + 1, order_id=order_id, day=day)
    raise TypeError(f"unknown event {type(event).__name__}")


def stream_key(account: str, digest: str) -> str:
    """Return the key of a file's stream: the same file for another account is new."""
    return hashlib.sha256(f"{account}:{digest}".encode()).hexdigest()
