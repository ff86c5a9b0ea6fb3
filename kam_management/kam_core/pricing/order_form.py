"""What the rows of a filled-in order form become: lines of a quotation, or problems.

Each row has every problem at once, so that whoever mends it does so once. A problem
that ``stops`` keeps its row from being ordered; the others are said and pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..record import DomainError, _
from .form_file import Asked, RowProblem

ZERO = Decimal(0)


class UnknownProduct(RowProblem):
    """Nothing has this code."""

    code = "unknown_product"
    message = _("Cell %(cell)s: “%(value)s” is no product of ours. Correct the code.")


class Ambiguous(RowProblem):
    """Several products have this code."""

    code = "ambiguous"
    message = _(
        "Cell %(cell)s: “%(value)s” is the code of several products. Write the barcode."
    )


class OtherProduct(RowProblem):
    """A row of one product in which another code was written."""

    code = "other_product"
    message = _(
        "Cell %(cell)s: “%(value)s” was written over “%(code)s”. Write other products"
        " into rows of their own, below the table."
    )


class NotSaleable(RowProblem):
    """A product that is not sold."""

    code = "not_saleable"
    message = _("Row %(row)s: “%(name)s” is not sold any more. Take the row out.")


class Archived(RowProblem):
    """A product that is no more."""

    code = "archived"
    message = _("Row %(row)s: “%(name)s” is out of the range. Take the row out.")


class OtherCompany(RowProblem):
    """A product of another company."""

    code = "other_company"
    message = _("Row %(row)s: “%(name)s” is sold by another company. Order it there.")


class UnitGone(RowProblem):
    """A unit in which the product is not sold."""

    code = "unit_gone"
    message = _(
        "Row %(row)s: “%(name)s” is not sold in the unit of the form any more. Print"
        " the form anew."
    )


class TooFine(RowProblem):
    """A quantity with more decimals than units have."""

    code = "too_fine"
    message = _("Cell %(cell)s: %(value)s has more than %(digits)s decimals. Round it.")


class Twice(RowProblem):
    """A product that stands in two rows."""

    code = "row_twice"
    message = _(
        "Row %(row)s: “%(name)s” stands in row %(first)s already. Keep one of them."
    )


class NotWholePacks(RowProblem):
    """A quantity that is no whole number of packs."""

    code = "not_whole_packs"
    stops = False
    message = _(
        "Cell %(cell)s: %(value)s is no whole number of packs of %(pack)s; %(less)s or"
        " %(more)s would be."
    )


class PriceChanged(RowProblem):
    """A price that is another one now."""

    code = "price_changed"
    stops = False
    message = _(
        "Cell %(cell)s: the form says %(then)s, the price is %(now)s now. The quotation"
        " takes the present one."
    )


class NoPrice(RowProblem):
    """A product without a price in the column."""

    code = "no_price"
    stops = False
    message = _("Row %(row)s: “%(name)s” has no price. Set it on the quotation.")


class FormProblem(DomainError):
    """Something about the whole form; ``stops``: nothing can be ordered by it."""

    code = "form_problem"
    stops = True


class WrongCustomer(FormProblem):
    """A form of somebody else."""

    code = "wrong_customer"
    message = _(
        "This is the form of another customer. Load it there, or print the form of"
        " this customer."
    )


class NothingAsked(FormProblem):
    """A form without a quantity."""

    code = "nothing_asked"
    message = _("No quantity is filled in. Fill in the column of quantities.")


class TakenAlready(FormProblem):
    """A file that became an order before."""

    code = "taken_already"
    message = _(
        "This file became %(name)s on %(day)s. Tick “Order again” if it is a second"
        " order."
    )


class NothingLeft(FormProblem):
    """A form all of whose rows are stopped."""

    code = "nothing_left"
    message = _("No row can be ordered as it is. Correct the rows named below.")


class Expired(FormProblem):
    """A form whose prices were meant until an earlier day."""

    code = "expired"
    stops = False
    message = _(
        "The prices of the form were meant until %(day)s. The quotation takes those of"
        " today."
    )


class OtherColumn(FormProblem):
    """A form with the prices of another column."""

    code = "other_column"
    stops = False
    message = _(
        "The form shows the prices of “%(then)s”, the customer has “%(now)s”. The"
        " quotation takes the present ones."
    )


class OtherCurrency(FormProblem):
    """A form in another currency."""

    code = "other_currency"
    stops = False
    message = _(
        "The form is in %(then)s, the customer's prices are in %(now)s now. Compare"
        " the sums."
    )


class BeyondRoom(FormProblem):
    """An order beyond what is free of the credit limit."""

    code = "beyond_room"
    stops = False
    message = _(
        "The order is %(total)s with tax, free of the credit limit is %(room)s:"
        " %(over)s too much. It can be quoted, and waits before it is confirmed."
    )


class OnHold(FormProblem):
    """A customer to whom nothing is sold on credit."""

    code = "on_hold"
    stops = False
    message = _("The customer is on credit hold. The order waits before confirmation.")


class BelowMinimum(FormProblem):
    """An order below the smallest one of its column."""

    code = "below_minimum"
    stops = False
    message = _(
        "At base prices the order is %(basis)s; “%(column)s” is for orders from"
        " %(minimum)s on. Add %(missing)s, or ask for approval."
    )


@dataclass(frozen=True, slots=True)
class Good:
    """A product as it may be ordered today.

    :param units: ids of units it is sold in, its own first
    :param pack: units in its smallest pack; None: sold singly
    :param price: of one of its own unit today, currency of the form; None: unknown
    :param here: the company sells it
    """

    product_id: int
    name: str
    code: str = ""
    barcode: str = ""
    units: tuple[int, ...] = ()
    pack: Decimal | None = None
    price: Decimal | None = None
    saleable: bool = True
    active: bool = True
    here: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row judged: what it orders, and what is wrong with it."""

    asked: Asked
    good: Good | None
    uom_id: int | None
    problems: tuple[RowProblem, ...] = ()

    @property
    def stopped(self) -> bool:
        """Tell whether the row cannot be ordered as it is."""
        return any(one.stops for one in self.problems)


def judge(
    asked: Sequence[Asked],
    goods: Mapping[int, Good],
    codes: Mapping[str, Sequence[int]],
    digits: int = 2,
) -> list[Row]:
    """Return the rows with their products and problems, in their order.

    A row goes by the product the form gave it, one written by hand by its code or
    barcode.

    :param goods: products by id, those that rows or codes name
    :param codes: ids of products by code and by barcode
    :param digits: decimals of quantities
    """
    rows, first = [], {}
    for one in asked:
        good, wrong = _product_of(one, goods, codes)
        uom_id = one.uom_id or (good.units[0] if good and good.units else None)
        problems = [*one.problems, *wrong]
        if good:
            problems += _sale(one, good, uom_id)
            if good.product_id in first:
                number = first[good.product_id]
                problems.append(Twice(row=one.row, name=good.name, first=number))
            first.setdefault(good.product_id, one.row)
        if one.quantity is not None and not one.problems:
            problems += _amount(one, good, uom_id, digits)
        rows.append(Row(one, good, uom_id, tuple(problems)))
    return rows


def _product_of(one, goods, codes):
    """Return (product or None, problems)."""
    if one.product_id is not None and (good := goods.get(one.product_id)):
        if one.code and one.code != good.code:
            cell = one.cell("code")
            wrong = OtherProduct(cell=cell, value=one.code[:40], code=good.code)
            return good, [wrong]
        return good, []
    for name in ("code", "barcode"):
        found = codes.get(getattr(one, name), ()) if getattr(one, name) else ()
        if len(found) > 1 and not (name == "code" and one.barcode):
            value = getattr(one, name)[:40]
            return None, [Ambiguous(cell=one.cell(name), value=value)]
        if len(found) == 1:
            return goods.get(found[0]), []
    value = (one.code or one.barcode or one.name)[:40]
    return None, [UnknownProduct(cell=one.cell("code"), value=value)]


def _sale(one, good, uom_id):
    wrong = [
        (not good.here, OtherCompany),
        (good.here and not good.active, Archived),
        (good.here and good.active and not good.saleable, NotSaleable),
        (good.here and uom_id not in good.units, UnitGone),
    ]
    found = [kind(row=one.row, name=good.name) for is_so, kind in wrong if is_so]
    if not found and good.price is not None:
        if not good.price:
            found.append(NoPrice(row=one.row, name=good.name))
        elif one.price is not None and one.price != good.price:
            then, now = _plain(one.price), _plain(good.price)
            found.append(PriceChanged(cell=one.cell("price"), then=then, now=now))
    return found


def _amount(one, good, uom_id, digits):
    cell, quantity = one.cell("quantity"), one.quantity
    if quantity != round(quantity, digits):
        return [TooFine(cell=cell, value=_plain(quantity), digits=digits)]
    pack = good.pack if good and good.units[:1] == (uom_id,) else None
    if not pack or not quantity % pack:
        return []
    less = quantity // pack * pack
    return [
        NotWholePacks(
            cell=cell,
            value=_plain(quantity),
            pack=_plain(pack),
            less=_plain(less),
            more=_plain(less + pack),
        )
    ]


def _plain(number):
    return format(number.normalize(), "f")
