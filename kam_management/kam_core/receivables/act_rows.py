"""The lines of a reconciliation act: their balance, their digest, what came later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
THEY_OWE, WE_OWE, NOTHING = "they_owe", "we_owe", "nothing"


@dataclass(frozen=True, slots=True)
class Row:
    """One document of an act.

    :param move_id: the journal entry; 0 for a difference of an opening balance
    :param date: accounting date; ``document_date``: the date on the paper
    :param kind: ``invoice``, ``credit_note``, ``receipt``, ``payment``, ``entry``,
        ``opening``
    :param debit: ours to get, in the act's currency; ``credit``: what settles it
    :param amount_company: debit less credit, company currency
    :param head: version of the entry's stream in the log; 0 when it has none
    :param difference: posted after an act that covers its date was signed
    """

    move_id: int
    date: date
    document_date: date | None
    kind: str
    number: str | None
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    amount_company: Decimal = ZERO
    head: int = 0
    difference: bool = False

    @property
    def amount(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Balances:
    """Opening, turnover and closing; ``*_company`` in company currency."""

    opening: Decimal = ZERO
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    opening_company: Decimal = ZERO
    turnover_company: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        """closing = opening + Σ debit - Σ credit."""
        return self.opening + self.debit - self.credit

    @property
    def closing_company(self) -> Decimal:
        """The same in company currency."""
        return self.opening_company + self.turnover_company


def balances(
    rows: Iterable[Row], opening: Decimal, opening_company: Decimal
) -> Balances:
    """Return what an act adds up to.

    :param opening: of the act's currency, above zero when they owe
    :source: FORMULAS, Reconciliation act
    """
    debit = credit = company = ZERO
    for row in rows:
        debit += row.debit
        credit += row.credit
        company += row.amount_company
    return Balances(opening, debit, credit, opening_company, company)


def conclusion(closing: Decimal) -> str:
    """Return which of the three conclusions a closing balance gives."""
    if closing > 0:
        return THEY_OWE
    return WE_OWE if closing < 0 else NOTHING


def halves(amount: Decimal) -> tuple[Decimal, Decimal]:
    """Return a balance as (debit, credit), both above or at zero."""
    return max(amount, ZERO), max(-amount, ZERO)


def packed(row: Row) -> tuple:
    """Return a row as it goes into the log."""
    return astuple(row)


def unpacked(values: Iterable) -> Row:
    """Return a row from the log, whose values have become text."""
    given = dict(zip((one.name for one in fields(Row)), values, strict=False))
    for name in ("debit", "credit", "amount_company"):
        given[name] = Decimal(given.get(name) or 0)
    for name in ("date", "document_date"):
        if isinstance(given.get(name), str):
            given[name] = date.fromisoformat(given[name])
    return Row(**given)


def digest(parameters: dict, totals: Balances, rows: Iterable[Row]) -> str:
    """Return the SHA-256 over all that an act says, as hexadecimal text.

    Amounts are written without trailing zeros, so the way they were stored does not
    matter; the order of the rows does.
    """
    lines = [
        {
            "parameters": {key: str(value) for key, value in parameters.items()},
            "opening": _plain(totals.opening),
            "closing": _plain(totals.closing),
        },
        *([_plain(value) for value in packed(row)] for row in rows),
    ]
    sha = hashlib.sha256()
    for line in lines:
        sha.update(json.dumps(line, sort_keys=True).encode() + b"\n")
    return sha.hexdigest()


def _plain(value):
    match value:
        case Decimal():
            return format(value.normalize() + ZERO if value else ZERO, "f")
        case date():
            return value.isoformat()
    return value


@dataclass(frozen=True, slots=True)
class Period:
    """A sealed act in a chain; ``corrects``: the key of the act a delta belongs to."""

    key: int
    date_from: date
    date_to: date
    corrects: int | None = None


def chain(periods: Iterable[Period], ends_on: date) -> tuple[Period, ...]:
    """Return the sealed acts that lead, without a gap, up to and with ``ends_on``.

    Of several acts that end on one day the newest counts, with the deltas that
    correct it; before it the acts that end on the day before it begins. In order of
    time; empty when no act ends on that day.

    :param periods: sealed acts of one customer, scope and currency
    """
    everything = list(periods)
    found: list[Period] = []
    while True:
        ending = [
            one for one in everything if one.corrects is None and one.date_to == ends_on
        ]
        if not ending:
            return tuple(found)
        last = max(ending, key=lambda one: one.key)
        found = [last, *_deltas(everything, last.key), *found]
        ends_on = last.date_from - timedelta(1)


def _deltas(periods, key):
    deltas = sorted(
        (one for one in periods if one.corrects == key), key=lambda one: one.key
    )
    return [two for one in deltas for two in (one, *_deltas(periods, one.key))]


def differences(live: Iterable[Row], covered: Iterable[Row]) -> tuple[Row, ...]:
    """Return what the ledger says now beyond what sealed acts have covered.

    An entry of which both say the same gives nothing; one that was reset gives its
    amounts back. Σ of the result = Σ live - Σ covered, in both currencies.

    :param live: rows of the ledger now
    :param covered: rows of sealed acts; an entry may be in several
    """
    rows: dict[int, list[Row]] = {}
    for one in live:
        rows.setdefault(one.move_id, [None, ZERO, ZERO])[0] = one
    found = []
    for one in covered:
        entry = rows.setdefault(one.move_id, [None, ZERO, ZERO])
        entry[0] = entry[0] or replace(
            one, debit=ZERO, credit=ZERO, amount_company=ZERO
        )
        entry[1] += one.amount
        entry[2] += one.amount_company
    for row, amount, company in rows.values():
        net, net_company = row.amount - amount, row.amount_company - company
        if net or net_company:
            debit, credit = halves(net)
            found.append(
                replace(
                    row,
                    debit=debit,
                    credit=credit,
                    amount_company=net_company,
                    difference=True,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.date, one.move_id)))
