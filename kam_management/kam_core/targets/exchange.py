"""Plans that went out as a sheet, were edited, and come back: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ..record import DomainError, _

# the columns of the sheet, in order; the plan alone may be changed
COLUMNS = ("key", "version", "kpi", "holder", "date_from", "date_to", "plan")
PLAN = "G"


class UnknownRow(DomainError):
    """A row that names no target."""

    code = "unknown_row"
    message = _("Cell %(cell)s names no target that you may plan: take the row out.")


class RowTwice(DomainError):
    """Two rows of one target."""

    code = "row_twice"
    message = _("Cell %(cell)s names a target that stands above: keep one row.")


class LockedCell(DomainError):
    """A cell that says what the target is was edited."""

    code = "locked_cell"
    message = _(
        "Cell %(cell)s was changed to “%(value)s”: only the plan may be edited."
    )


class StaleRow(DomainError):
    """The target was changed after the sheet went out."""

    code = "stale_row"
    message = _("The target of cell %(cell)s was changed meanwhile: take a new sheet.")


class ClosedRow(DomainError):
    """A plan that was approved is changed."""

    code = "closed_row"
    message = _("The target of cell %(cell)s is approved: re-plan it first.")


class NoPlan(DomainError):
    """A plan that is no number above zero."""

    code = "no_plan"
    message = _("Cell %(cell)s holds “%(value)s”: a plan is a number above 0.")


class SumWrong(DomainError):
    """Parts that do not add up to the whole."""

    code = "sum_wrong"
    message = _(
        "The parts of “%(name)s” add up to %(sum)s, its plan is %(plan)s: the"
        " difference is %(difference)s (cells %(cells)s)."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A target as it stands.

    :param texts: what the sheet shows in the columns before the plan, by name
    :param parent: key of what it is a part of; None: of nothing
    :param open_: it may be changed
    """

    key: str
    texts: Mapping[str, str]
    plan: Decimal
    parent: str | None = None
    open_: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """What parts must add up to.

    :param others: sum of those parts that are not in the sheet
    """

    name: str
    plan: Decimal
    others: Decimal = Decimal(0)


def changes(
    lines: Mapping[str, Line],
    rows: Sequence[tuple[int, Sequence[object]]],
    wholes: Mapping[str, Whole],
) -> dict[str, Decimal]:
    """Return the plans that a sheet changes, by key.

    :param lines: targets that may be planned, by key
    :param rows: (number of the row in the sheet, its values as read)
    :param wholes: what the parts among them must add up to, by key
    :raises DomainError: the first thing that is wrong, naming its cell
    """
    found, cells = {}, {}
    for number, values in rows:
        key = str(values[0] or "").strip()
        if key not in lines:
            raise UnknownRow(cell=f"A{number}")
        if key in found:
            raise RowTwice(cell=f"A{number}")
        _check_locked(lines[key], number, values)
        plan = _plan(values[len(COLUMNS) - 1], number)
        if plan != lines[key].plan and not lines[key].open_:
            raise ClosedRow(cell=f"{PLAN}{number}")
        found[key], cells[key] = plan, f"{PLAN}{number}"
    _check_sums(lines, found, cells, wholes)
    return {key: plan for key, plan in found.items() if plan != lines[key].plan}


def _check_locked(line, number, values):
    for place, name in enumerate(COLUMNS[1:-1], 1):
        said = str("" if values[place] is None else values[place]).strip()
        if said != line.texts[name]:
            cell = f"{chr(ord('A') + place)}{number}"
            if name == "version" and said.isdigit():
                raise StaleRow(cell=cell)
            raise LockedCell(cell=cell, value=said[:40])


def _plan(value, number):
    try:
        if isinstance(value, bool) or value is None:
            raise InvalidOperation
        plan = Decimal(str(value).strip())
        if not plan.is_finite() or plan <= 0 or plan >= Decimal("1e14"):
            raise InvalidOperation
        return plan.quantize(Decimal("0.0001"))
    except InvalidOperation as error:
        cell = f"{PLAN}{number}"
        raise NoPlan(cell=cell, value=str(value)[:40]) from error


def _check_sums(lines, found, cells, wholes):
    sums, where = {}, {}
    for key, plan in found.items():
        parent = lines[key].parent
        if parent in wholes:
            sums[parent] = sums.get(parent, wholes[parent].others) + plan
            where.setdefault(parent, []).append(cells[key])
    for parent, total in sums.items():
        whole = wholes[parent]
        if total != whole.plan:
            raise SumWrong(
                name=whole.name,
                sum=_plain(total),
                plan=_plain(whole.plan),
                difference=_plain(total - whole.plan),
                cells=", ".join(where[parent][:6]),
            )


def _plain(number):
    return format(number.quantize(Decimal("0.01")), "f")
