"""What later facts change of a closed statement: lines of the open one.

A closed statement never changes. Facts recorded after it, and hand-overs of the past,
are applied one by one to what it was made of; each is paid, or taken back, by what the
total changes, and named by its event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .attribution import Share
from .calculation import Question, calculate


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What one later event changes.

    :param event: (category, key, version) of the event that is to blame
    :param amount: above zero: owed besides; below: taken back
    :param day: of the fact, in the closed period
    """

    event: tuple[str, str, int]
    amount: Decimal
    day: date
    partner_id: int | None


def adjustments(
    question: Question,
    then: Sequence[Share],
    now: Sequence[Share],
    blame: Callable[[Share], tuple[str, str, int]],
) -> tuple[Adjustment, ...]:
    """Return what changed of a closed period between two states of knowledge.

    The amounts add up to the difference of the two totals, to the cent.

    :param question: of the closed period, whatever its shares
    :param then: shares the last settlement was made of; ``now``: as known today
    :param blame: the event behind a share that is new or different: the fact's own,
        or the hand-over that moved it
    """
    before, after = _by_fact(then, question), _by_fact(now, question)
    current = dict(before)
    total = _total(question, current)
    found = []
    for key in sorted(before.keys() | after.keys(), key=_order):
        if before.get(key) == after.get(key):
            continue
        if key in after:
            current[key] = after[key]
        else:
            del current[key]
        new_total = _total(question, current)
        share = (after.get(key) or before[key])[0]
        found.append(
            Adjustment(
                blame(share), new_total - total, share.fact.date, share.fact.partner_id
            )
        )
        total = new_total
    return tuple(one for one in found if one.amount)


def _by_fact(shares, question):
    """Return the user's shares by fact."""
    found = {}
    for one in shares:
        if one.user_id == question.user_id:
            key = (one.fact.event, one.fact.kind, one.fact.place)
            found.setdefault(key, []).append(one)
    return {key: tuple(rows) for key, rows in found.items()}


def _order(key):
    return (key[0][0], key[0][1].zfill(12), key[0][2], *key[1:])


def _total(question, shares):
    flat = [one for rows in shares.values() for one in rows]
    return calculate(replace(question, shares=flat)).total
