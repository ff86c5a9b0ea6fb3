"""Plans that come back as a sheet: a wrong one changes nothing and names the cell."""

from decimal import Decimal as D

import pytest

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
