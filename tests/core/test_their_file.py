"""The customer's own act: any date and number format, merged cells, totals, halves."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.receivables.their_file import (
    CellWrong,
    ColumnMissing,
    Columns,
    NothingThere,
    TooLarge,
    day_first,
    decimal_mark,
    guess,
    letter,
    read,
    read_amount,
    read_date,
)
from kam_core.record import DomainError


@pytest.mark.parametrize(
    ("cell", "mark", "amount"),
    [
        (None, ".", None),
        ("", ".", None),
        ("-", ".", None),
        (100, ".", 100),
        (12.3, ".", "12.3"),
        ("1,234.50", ".", "1234.5"),
        ("1.234,50", ",", "1234.5"),
        ("1 234,50", ",", "1234.5"),
        ("1\u00a0234\u202f567,89", ",", "1234567.89"),
        ("1'234.50", ".", "1234.5"),
        ("(15.00)", ".", "-15"),
        ("15-", ".", "-15"),
        ("\u221215", ".", "-15"),
        ("$ 15.00", ".", "15"),
        ("15,00 EUR", ",", "15"),
        ("0.00", ".", "0"),
    ],
)
def test_amounts(cell, mark, amount):
    assert read_amount(cell, mark) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    "cell",
    [
        *("abc", "1.2.3", True, date(2026, 1, 1), float("nan"), float("inf"), 1e20),
        *("=D4", "=SUM(D4:D9)", "=1+1"),  # formulas without their values
    ],
)
def test_what_is_no_amount(cell):
    with pytest.raises(ValueError, match=r"."):
        read_amount(cell)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.234,50"], ","),
        (["12,5", "1,234"], ","),
        (["1,234.50"], "."),
        (["1,234", "1,500"], "."),
        ([12.5, None], "."),
    ],
)
def test_the_decimal_mark_of_a_column(cells, mark):
    assert decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("cell", "first"),
    [
        (datetime(2026, 3, 5, 10, 30), True),
        (date(2026, 3, 5), True),
        (46086, True),
        ("2026-03-05", True),
        ("2026/3/5 00:00:00", True),
        ("05.03.2026", True),
        ("5/3/26", True),
        ("03/05/2026", False),
        ("5 March 2026", True),
        ("5 марта 2026", True),
        ("Mar 5, 2026", True),
        ("20260305", True),
    ],
)
def test_dates(cell, first):
    assert read_date(cell, first) == date(2026, 3, 5)


@pytest.mark.parametrize("cell", ["31.02.2026", "soon", 5, 10**9, "5 Foo 2026", True])
def test_what_is_no_date(cell):
    with pytest.raises((ValueError, OverflowError)):
        read_date(cell)


def test_day_or_month_first_is_told_by_the_column():
    assert day_first(["03/04/2026", "25/04/2026"])
    assert not day_first(["03/04/2026", "04/25/2026"])
    assert day_first(["03/04/2026"])


def test_names_of_columns():
    assert [letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


TWO_HALVES = [
    ["Act of reconciliation", None, None, None, None, None, None, None],
    ["By the data of Their Shop", None, None, None, "By your data", None, None, None],
    ["Date", "Document", "Debit", "Credit", "Date", "Document", "Debit", "Credit"],
    ["Opening balance", None, None, "50,00", None, None, None, None],
    ["05.03.2026", "Invoice 12", None, "1.100,00", None, None, None, None],
    [None, "Invoice 13", None, "20,00", None, None, None, None],  # merged date
    ["15.03.2026", "Payment 7", "1.000,00", None, None, None, None, None],
    ["Turnover", None, "1.000,00", "1.120,00", None, None, None, None],
    ["Closing balance", None, None, "170,00", None, None, None, None],
]


def test_an_act_with_both_halves_totals_and_merged_cells():
    columns = guess(TWO_HALVES)
    assert columns == Columns(3, date=0, number=1, debit=2, credit=3)
    table = read(TWO_HALVES, columns)
    assert [(one.row, one.number) for one in table.lines] == [
        (5, "Invoice 12"),
        (6, "Invoice 13"),
        (7, "Payment 7"),
    ]
    assert table.lines[1].date == date(2026, 3, 5)
    assert table.lines[0].credit == 1100
    assert (table.opening, table.closing) == (-50, -170)
    assert table.passed_over == (4, 8, 9)


def test_the_fuller_half_is_taken():
    rows = [row[4:] + row[:4] for row in TWO_HALVES]
    assert guess(rows) == Columns(3, date=4, number=5, debit=6, credit=7)


def test_a_plain_list_in_russian():
    rows = [
        ["Дата", "Документ", "Дебет", "Кредит"],
        ["Сальдо начальное", "", "", ""],
        ["05.03.2026", "Продажа (12 от 05.03.2026)", "1 100,00", ""],
        ["Обороты за период", "", "1 100,00", ""],
        ["Сальдо конечное", "", "1 100,00", ""],
    ]
    table = read(rows, guess(rows))
    assert [one.debit for one in table.lines] == [1100]
    assert table.closing == 1100


def test_one_column_of_amounts():
    rows = [["date", "ref", "amount"], ["2026-03-05", "A", "-5.5"], ["", "", ""]]
    columns = Columns(1, date=0, number=1, amount=2)
    [line] = read(rows, columns).lines
    assert (line.debit, line.credit) == (0, Decimal("5.5"))
    assert guess(rows).amount == 2


def test_a_document_may_be_called_a_balance():
    rows = [
        ["Date", "Document", "Debit", "Credit"],
        ["05.03.2026", "Balance of order 7", "12,50", None],
        ["Balance", None, "12,50", None],
        ["Gesamt", None, "12,50", None],
    ]
    table = read(rows, guess(rows))
    assert [one.number for one in table.lines] == ["Balance of order 7"]
    assert table.passed_over == (3, 4)


def test_a_bad_cell_names_row_and_column():
    rows = [
        ["Date", "Debit", "Credit"],
        ["2026-03-05", "12", ""],
        ["2026-13-05", "1", ""],
    ]
    with pytest.raises(CellWrong, match="Row 3, column A: “2026-13-05” is not a date"):
        read(rows, guess(rows))
    rows[2] = ["2026-03-06", "twelve", ""]
    with pytest.raises(CellWrong, match="Row 3, column B: “twelve” is not an amount"):
        read(rows, guess(rows))
    rows[1:] = [["", "12", ""]]
    with pytest.raises(CellWrong, match="Row 2, column A"):
        read(rows, guess(rows))


def test_refusals():
    with pytest.raises(ColumnMissing):
        read([["x"]], Columns(0))
    with pytest.raises(NothingThere):
        read([["Date", "Amount"]], Columns(1, date=0, amount=1))
    with pytest.raises(TooLarge):
        read([[]] * 20_001, Columns(1, date=0, amount=1))
    assert guess([]) == Columns(0)


cells = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(["Date", "Debit", "Credit", "05.03.2026", "1.234,50", "Total"]),
)


@given(st.lists(st.lists(cells, max_size=6), max_size=12))
def test_any_table_is_read_or_refused(rows):
    try:
        table = read(rows, guess(rows))
    except DomainError:
        return
    assert all(one.debit or one.credit for one in table.lines)


@given(
    st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (",", "\u00a0"), (".", "'")]),
)
def test_an_amount_survives_its_formatting(amount, marks):
    mark, thousands = marks
    text = (
        f"{amount:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)
    )
    assert read_amount(text, mark) == amount
