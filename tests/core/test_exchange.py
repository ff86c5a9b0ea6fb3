"""Plans that come back as a sheet: a wrong one changes nothing and names the cell."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_core.record import DomainError
from kam_core.targets.exchange import (
    ClosedRow,
    Line,
    LockedCell,
    NoPlan,
    RowTwice,
    StaleRow,
    SumWrong,
    UnknownRow,
    Whole,
    changes,
)

TEXTS = {
    "version": "2",
    "kpi": "Net sales",
    "holder": "Anna",
    "date_from": "2026-01-01",
    "date_to": "2026-01-31",
}
LINES = {
    "a": Line("a", TEXTS, D("100.0000"), "whole"),
    "b": Line("b", {**TEXTS, "holder": "Ben"}, D("50.0000"), "whole"),
    "c": Line("c", TEXTS, D("7.0000"), open_=False),
}
WHOLES = {"whole": Whole("Team", D(150))}


def row(number, key="a", plan=100, **texts):
    texts = {**LINES.get(key, LINES["a"]).texts, **texts}
    return number, [key, *texts.values(), plan]


def test_only_what_differs_comes_back():
    assert changes(LINES, [row(8), row(9, "b", 50), row(10, "c", 7)], WHOLES) == {}
    assert changes(LINES, [row(8, plan=90.5), row(9, "b", "59.5")], WHOLES) == {
        "a": D("90.5"),
        "b": D("59.5"),
    }


@pytest.mark.parametrize(
    ("rows", "error", "cell"),
    [
        ([row(8, "x")], UnknownRow, "A8"),
        ([row(8, None)], UnknownRow, "A8"),
        ([row(8), row(9)], RowTwice, "A9"),
        ([row(8, holder="Clara")], LockedCell, "D8"),
        ([row(8, date_to="2026-02-28")], LockedCell, "F8"),
        ([row(8, version="1")], StaleRow, "B8"),
        ([row(8, version="x")], LockedCell, "B8"),
        ([row(8, "c", 8)], ClosedRow, "G8"),
        ([row(8, plan="much")], NoPlan, "G8"),
        ([row(8, plan=None)], NoPlan, "G8"),
        ([row(8, plan=-1)], NoPlan, "G8"),
        ([row(8, plan=float("nan"))], NoPlan, "G8"),
        ([row(8, plan=1e20)], NoPlan, "G8"),
        ([row(8, plan=101), row(9, "b", 50)], SumWrong, "G8, G9"),
    ],
)
def test_a_wrong_sheet_names_the_cell(rows, error, cell):
    with pytest.raises(error) as caught:
        changes(LINES, rows, WHOLES)
    assert cell in str(caught.value)


def test_parts_that_are_not_in_the_sheet_count():
    wholes = {"whole": Whole("Team", D(150), D(50))}
    assert changes(LINES, [row(8)], wholes) == {}
    with pytest.raises(SumWrong, match=r"-10\.00"):
        changes(LINES, [row(8, plan=90)], wholes)


# ------------------------------------------------------------------ damaged sheets
STRANGE = (
    *(None, "", " ", "=1+1", "'5", "NaN", "inf", "-inf", "-1", "0", "1e400", "1e-400"),
    *("1,5", "1.5.", "٣", "½", "\uff10", "\0", "\ud800", "a" * 999, "None", "True"),
    *(True, False, 0, -0.0, float("nan"), float("inf"), 10**400, -(10**400), 1e308),
    *(D("NaN"), D("sNaN"), D("Infinity"), D("1E+999999"), D("1E-999999")),
    *(date(2026, 1, 1), datetime(2026, 1, 1, 1), time(1), timedelta(1), b"x", [], {}),
)
cells = st.sampled_from(STRANGE) | st.text(max_size=5) | st.floats() | st.integers()
damages = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, len(TEXTS) + 1), cells), max_size=4
)


def says(line):
    """Return what a cell of the row says, for a value that is none of a plan's."""
    return [line.key, *line.texts.values(), line.plan]


@settings(max_examples=1000, deadline=None)
@given(damages=damages, order=st.permutations(sorted(LINES)), left=st.integers(1, 3))
def test_a_damaged_sheet_is_refused_by_its_cell_or_changes_only_plans(
    damages, order, left
):
    rows = [[8 + n, says(LINES[key])] for n, key in enumerate(order[:left])]
    for place, column, value in damages:
        if place < len(rows):
            rows[place][1][column] = value
    found, refused = {}, ""
    try:
        found = changes(LINES, rows, WHOLES)
    except DomainError as error:
        refused = str(error)
    if refused:
        assert re.search(r"\b[A-G](8|9|10)\b", refused)
        return
    assert set(found) <= {key for key, line in LINES.items() if line.open_}
    plans = {key: found.get(key, line.plan) for key, line in LINES.items()}
    assert all(plan > 0 and plan.is_finite() for plan in plans.values())
    if {"a", "b"} <= {row[0] for _number, row in rows}:
        assert plans["a"] + plans["b"] == WHOLES["whole"].plan
