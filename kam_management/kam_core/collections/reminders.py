"""Reminders by stage: who gets which letter today, and why others get none.

An invoice gets the stages one after the other and each once. Disputed parts leave the
run, open promises and exceptions hold it back, and money that came and waits to be
allocated is asked for by nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
# why nothing is sent, in the order in which they are looked at
REASONS = (
    "disputed",
    "promised",
    "exception",
    "unallocated",
    "recent",
    "small",
    "address",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the reminders.

    :param days: after the due date; below zero: before it
    :param min_amount: of a letter, company currency, tax included
    """

    id: int
    days: int
    min_amount: Decimal = ZERO
    sends_mail: bool = True
    is_stop: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A receivable line that is open; amounts with tax.

    :param open: in ``currency_id``; ``company_open`` in company currency
    :param disputed: part of ``open`` in dispute
    :param promised_until: last day of a promise that covers it, None without one
    :param done: ids of the stages it got already
    """

    id: int
    move_id: int
    customer_id: int
    currency_id: int
    due: date
    open: Decimal
    company_open: Decimal
    disputed: Decimal = ZERO
    promised_until: date | None = None
    done: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Customer:
    """What holds letters to a customer back.

    :param unallocated: receipts not allocated, company currency, above zero
    :param last_on: the day of the last letter
    :param excepted: ids of the stages that the customer is spared; None: all
    """

    id: int
    has_address: bool = True
    unallocated: Decimal = ZERO
    last_on: date | None = None
    excepted: frozenset[int] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Letter:
    """What a customer gets, or why not.

    :param stage: the highest of its items
    :param items: (item, its own stage id, amount asked for in its currency)
    :param reason: one of :data:`REASONS`, None when it is sent
    """

    customer_id: int
    currency_id: int
    stage: Stage
    items: tuple[tuple[Item, int, Decimal], ...]
    reason: str | None = None

    @property
    def amount(self) -> Decimal:
        """Return what is asked for, in the letter's currency."""
        return sum((amount for _item, _stage, amount in self.items), ZERO)


def reached(stages: Sequence[Stage], item: Item, today: date) -> Stage | None:
    """Return the stage that an invoice gets next, None when it waits.

    One after the other, none passed over: nobody's shipment is stopped who was never
    reminded. Only what is said before the due date is left out once it has passed.

    :param stages: by days, the earliest first
    """
    had = max(
        (n for n, stage in enumerate(stages) if stage.id in item.done), default=-1
    )
    for stage in stages[had + 1 :]:
        if stage.days < 0 and item.due < today:
            continue
        return stage if item.due + timedelta(days=stage.days) <= today else None
    return None


def letters(
    stages: Iterable[Stage],
    items: Iterable[Item],
    customers: dict[int, Customer],
    today: date,
    wait_days: int = 0,
) -> list[Letter]:
    """Return a letter a customer and currency, sent or with the reason why not.

    :param today: where the company is
    :param wait_days: between two letters to one customer
    """
    stages = sorted(stages, key=lambda one: (one.days, one.id))
    groups = defaultdict(list)
    for item in items:
        if stage := reached(stages, item, today):
            groups[item.customer_id, item.currency_id].append((item, stage))
    found = []
    for (customer_id, currency_id), members in sorted(groups.items()):
        customer = customers.get(customer_id) or Customer(customer_id)
        found += _of_customer(customer, currency_id, members, today, wait_days)
    return found


def _of_customer(customer, currency_id, members, today, wait_days):
    """Split what is held back from what is sent."""
    held, free = defaultdict(list), []
    for item, stage in members:
        reason = _item_reason(customer, item, stage, today)
        (held[reason] if reason else free).append((item, stage))
    out = [
        _letter(customer.id, currency_id, found, reason)
        for reason, found in sorted(held.items())
    ]
    if free:
        letter = _letter(customer.id, currency_id, free, None)
        reason = _letter_reason(customer, letter, today, wait_days)
        out.append(_letter(customer.id, currency_id, free, reason))
    return out


def _letter(customer_id, currency_id, members, reason):
    stage = max((one for _item, one in members), key=lambda one: (one.days, one.id))
    items = tuple((item, one.id, item.open - item.disputed) for item, one in members)
    return Letter(customer_id, currency_id, stage, items, reason)


def _item_reason(customer, item, stage, today):
    if item.open - item.disputed <= 0:
        return "disputed"
    if item.promised_until is not None and item.promised_until >= today:
        return "promised"
    if customer.excepted is None or stage.id in customer.excepted:
        return "exception"
    return None


def _letter_reason(customer, letter, today, wait_days):
    asked = sum(
        (
            item.company_open * amount / item.open
            for item, _stage, amount in letter.items
        ),
        ZERO,
    )
    if customer.unallocated >= asked:
        return "unallocated"
    wait = timedelta(days=wait_days)
    if customer.last_on is not None and today < customer.last_on + wait:
        return "recent"
    if asked < letter.stage.min_amount:
        return "small"
    if letter.stage.sends_mail and not customer.has_address:
        return "address"
    return None
