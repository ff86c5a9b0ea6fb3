"""Facts of sales orders: sent, confirmed, changed, delivered, cancelled.

One stream an order, category ``sale.order``, key the order's id. ``imported`` marks
facts taken from orders that were there before the log was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of goods or services.

    The log keeps lines as lists of these values, in this order: an order may have
    hundreds, and the names would be most of what is kept.

    :param quantity: ordered, in ``uom_id``
    :param price: of one, order currency, before ``discount_percent``
    :param untaxed: of the line after discount, without tax, order currency
    """

    line_id: int
    product_id: int | None
    uom_id: int | None
    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None
    untaxed: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """What an order says.

    :param number: the order's number
    :param day: the order's date in the company's time zone
    :param partner_id: who orders; ``customer_id`` its commercial partner
    :param invoice_partner_id: who is invoiced; ``invoice_customer_id`` its commercial
        partner: credit goes by it
    :param currency: ISO code of the order; ``company_currency`` that of the books
    :param rate: order currency for one unit of company currency
    :param untaxed: company currency, so ``tax`` and ``total``
    :param untaxed_currency: order currency, so ``total_currency``
    :param pricelist_id: pricelist, payment term and salesperson as stamped
    :param lines: values of :class:`OrderLine`, see :func:`lines_of`
    :param cost: of the goods ordered, company currency; confidential
    """

    day: date
    company_currency: str
    currency: str
    untaxed: Decimal
    tax: Decimal
    total: Decimal
    untaxed_currency: Decimal
    total_currency: Decimal
    number: str | None = None
    partner_id: int | None = None
    customer_id: int | None = None
    invoice_partner_id: int | None = None
    invoice_customer_id: int | None = None
    rate: Decimal | None = None
    pricelist_id: int | None = None
    payment_term_id: int | None = None
    user_id: int | None = None
    lines: tuple[tuple, ...] = ()
    cost: Decimal | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class QuotationSent(Order):
    """The quotation was sent to the customer."""


@dataclass(frozen=True, slots=True)
class OrderConfirmed(Order):
    """The order was confirmed; true from the order's own date and hour."""


@dataclass(frozen=True, slots=True)
class OrderChanged(Order):
    """A confirmed order says something else now: quantities, prices, customer."""


@dataclass(frozen=True, slots=True)
class OrderReopened:
    """The order or the sent quotation is a draft again."""

    imported: bool = False


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The order or the sent quotation was cancelled."""

    imported: bool = False


@dataclass(frozen=True, slots=True)
class OrderDeleted:
    """The order was deleted; its stream stays."""

    imported: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """Goods or services were delivered, or taken back.

    :param delivered: ``{line id as text: quantity as text}`` delivered so far, of
        every line with any
    :param value: of what is delivered so far, without tax, company currency
    :param day: day in the company's time zone; for an imported fact the best Odoo
        has: the first delivery, else the order's date
    """

    delivered: dict
    value: Decimal
    day: date
    customer_id: int | None = None
    company_currency: str | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What was known of an order.

    :param status: ``none``, ``sent``, ``confirmed`` or ``cancelled``
    :param order: what it says; None before it was sent
    :param delivered: as in :class:`Delivered`
    """

    status: str = "none"
    order: Order | None = None
    delivered: dict = field(default_factory=dict)
    value: Decimal = Decimal(0)


PARTS: dict = {}
EVENTS = {
    event.__name__: event
    for event in (
        QuotationSent,
        OrderConfirmed,
        OrderChanged,
        OrderReopened,
        OrderCancelled,
        OrderDeleted,
        Delivered,
    )
}
CONFIDENTIAL = frozenset({"cost"})


def lines_of(order: Order) -> tuple[OrderLine, ...]:
    """Return the lines of an order."""
    return tuple(
        OrderLine(*ids, *(None if one is None else Decimal(one) for one in amounts))
        for ids, amounts in ((line[:3], line[3:]) for line in order.lines)
    )


def evolve(state: State | None, event) -> State:
    """Return what is known of the order after one more fact."""
    state = state or State()
    match event:
        case QuotationSent():
            return replace(state, status="sent", order=event)
        case Order():
            return replace(state, status="confirmed", order=event)
        case OrderReopened():
            return replace(state, status="none")
        case OrderCancelled():
            return replace(state, status="cancelled")
        case OrderDeleted():
            return State()
        case Delivered(delivered=delivered, value=value):
            return replace(state, delivered=delivered, value=value)
    raise TypeError(f"unknown event {type(event).__name__}")
