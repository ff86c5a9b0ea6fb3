"""A price column: a name, a rank and a pricelist of Odoo's, dated."""

from dataclasses import dataclass, replace
from datetime import date

from ..record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Removed,
    Text,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)


class DaysWrong(DomainError):
    """The column ends before it begins."""

    code = "days_wrong"
    message = _("“To” lies before “From”: choose a later day.")


class RankWrong(DomainError):
    """A rank below one."""

    code = "rank_wrong"
    message = _("“Rank” is 1 for the base column and more for each better one.")


@dataclass(frozen=True, slots=True)
class Column:
    """Days are included, in the company's time zone; rank 1 is the base column."""

    name: Text | None = None
    company_id: int | None = None
    rank: int | None = None
    pricelist_id: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    active: bool = True


State = Column
PARTS = {}


@dataclass(frozen=True, slots=True)
class PricelistChosen:
    """The column took its prices from another pricelist."""

    pricelist_id: int


@dataclass(frozen=True, slots=True)
class ColumnClosed:
    """The last day of the column was set or moved."""

    date_to: date | None


EVENTS = catalogue(PricelistChosen, ColumnClosed)
UPCASTERS = {}
NEEDED = ("name", "company_id", "pricelist_id", "date_from")


def evolve(column, event):
    """Return the column after ``event``."""
    match event:
        case PricelistChosen(pricelist_id):
            return replace(column, pricelist_id=pricelist_id)
        case ColumnClosed(date_to):
            return replace(column, date_to=date_to)
    return evolve_common(Column, column, event)


def decide(column, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            values = initial(Column, values)
            check(Column(**values))
            return (Created(values),)
        case Edit(changes):
            return _edit(column, changes)
        case Relink():
            return relink(column, command)
        case Remove():
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _edit(column, changes):
    if "company_id" in changes:
        raise FixedField(field="company_id")
    check(replace(column, **changes))
    rest, events = dict(changes), []
    if "pricelist_id" in rest:
        events.append(PricelistChosen(rest.pop("pricelist_id")))
    if "date_to" in rest:
        events.append(ColumnClosed(rest.pop("date_to")))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def check(column):
    """Refuse a column that names no prices, no rank or no days."""
    for field in NEEDED:
        if not getattr(column, field):
            raise FieldMissing(field=field)
    if (column.rank or 0) < 1:
        raise RankWrong()
    check_day(column.date_from)
    if column.date_to and check_day(column.date_to) < column.date_from:
        raise DaysWrong()
