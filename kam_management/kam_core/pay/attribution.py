"""Whose a fact is: the account's owners on the fact's own day, by their shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..money import split_largest_remainder
from ..ownership import Owner, owners_on

AMOUNTS = ("untaxed", "amount", "cost", "gross")
COUNTS = ("documents", "lines", "quantity", "delivered")


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that one event of a document carries.

    :param event: (category, key, version) of the event in the log
    :param place: of the fact within its event
    :param kind: ``sale``, ``collected``, ``order`` or ``delivery``
    :param date: the day whose period it belongs to
    :param own_date: the day whose owners it belongs to: of a return linked to its
        invoice, the invoice's; else ``date``
    :param document_kind: ``invoice``, ``credit_note``, ``receipt`` or ``order``
    :param untaxed: company currency, without tax; below zero for what is taken back
    :param amount: the same with tax
    :param cost: of the goods, company currency; None where it is not known
    :param gross: of an order's lines before discount, company currency
    :param documents: 1, or -1 for a withdrawn one; 0 for what is no deal of its own
    :param lines: of an order; ``quantity`` ordered, ``delivered`` of it
    :param deal: size of the deal, without tax, for the rate of commission
    """

    event: tuple[str, str, int]
    place: int
    kind: str
    date: date
    own_date: date
    partner_id: int | None
    company_id: int | None
    document_kind: str | None = None
    untaxed: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    cost: Decimal | None = None
    gross: Decimal = Decimal(0)
    documents: Decimal = Decimal(0)
    lines: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    delivered: Decimal = Decimal(0)
    deal: Decimal = Decimal(0)
    products: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A user's part of a fact; the parts of one fact add up to it exactly.

    :param user_id: None: nobody owned the account that day
    :param percent: of the fact
    """

    fact: Fact
    user_id: int | None
    percent: Decimal
    place: int = 0
    percents: tuple[Decimal, ...] = (Decimal(100),)

    def part(self, name: str) -> Decimal:
        """Return the user's part of one of the fact's numbers; unknown counts 0.

        Amounts are split at two decimals or as many as they have, counts at four.
        """
        whole = getattr(self.fact, name) or Decimal(0)
        if len(self.percents) == 1:
            return whole
        least = 2 if name in AMOUNTS else 4
        decimals = max(least, -whole.as_tuple().exponent)
        return split_largest_remainder(whole, self.percents, decimals)[self.place]

    @property
    def margin(self) -> Decimal:
        """The user's part of value less cost; 0 where the cost is not known."""
        if self.fact.cost is None:
            return Decimal(0)
        return self.part("untaxed") - self.part("cost")


def attribute(
    facts: Iterable[Fact], owners_of: Callable[[Fact], Sequence[Owner]]
) -> list[Share]:
    """Return the shares of facts, those of one fact in the order of its owners.

    :param owners_of: the owners of the account of a fact's customer, of all days, as
        known at the cut-off; empty when it has no account
    """
    shares = []
    for fact in facts:
        present = owners_on(tuple(owners_of(fact)), fact.own_date)
        if not present:
            shares.append(Share(fact, None, Decimal(100)))
            continue
        percents = tuple(one.share for one in present)
        shares += [
            Share(fact, one.user_id, one.share, place, percents)
            for place, one in enumerate(present)
        ]
    return shares
