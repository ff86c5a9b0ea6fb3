"""The writer of sheets, without Odoo: what it writes is read again."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from xlsxwriter.utility import _datetime_to_excel_datetime

from kam_sheets.rows import Serials
from kam_sheets.safe import CELL_LIMIT, NAME_LIMIT, clean, tab_name
from kam_sheets.sheet import (
    DATE,
    MOMENT,
    MONEY,
    RATIO,
    Book,
    Chart,
    Column,
    Currency,
    Pareto,
    Sheet,
    total_of,
)
from kam_sheets.writer import write


def read(sheet, values=False, **options):
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    book = Book("Title", "Author", "€", [sheet], datetime(2026, 1, 2), **options)
    write(workbook, book)
    workbook.close()
    return load_workbook(stream, data_only=values).worksheets[0]


def small(rows, **options):
    columns = [
        Column("Customer"),
        Column("Net", MONEY, total="sum"),
        Column("Share", RATIO),
        Column("Last", DATE),
    ]
    return Sheet("Tab", "Small", columns, rows, **options)


ROWS = [
    ("Ärger GmbH", Decimal("10.10"), Decimal("0.5"), date(2026, 2, 28)),
    ("=1+1", Decimal("0.20"), None, None),
]


def test_numbers_are_numbers_dates_are_dates_and_text_is_text():
    sheet = read(small(ROWS))
    assert sheet["A4"].value == "Ärger GmbH"
    assert sheet["B4"].value == 10.1
    assert sheet["D4"].value == datetime(2026, 2, 28)
    assert (sheet["A5"].value, sheet["A5"].data_type) == ("=1+1", "s")
    assert sheet["C5"].value is None
    assert "€" in sheet["B4"].number_format


def test_totals_are_live_and_their_value_is_stored():
    assert read(small(ROWS))["B6"].value == "=SUBTOTAL(109,B4:B5)"
    assert read(small(ROWS), values=True)["B6"].value == 10.3


def test_an_empty_table_has_its_heads_and_no_total():
    sheet = read(small([]))
    assert [cell.value for cell in sheet[3]] == ["Customer", "Net", "Share", "Last"]
    assert sheet.max_row == 3


def test_an_empty_table_says_so_unless_it_is_to_be_filled_in():
    assert read(small([]), empty="Nothing.")["A4"].value == "Nothing."
    assert read(small(ROWS), empty="Nothing.")["A6"].value == "Total"
    form = Sheet("Tab", "Form", [Column("Plan", MONEY, input=True)], [])
    assert read(form, empty="Nothing.")["A4"].value is None


def test_a_column_shows_its_own_currency():
    yen = Currency("JPY", "¥", 0, before=True)
    columns = [Column("Code"), Column("Price", MONEY, currency="JPY")]
    sheet = Sheet("Tab", "Prices", columns, [("x", 1200)])
    assert "¥" in read(sheet, currencies={"JPY": yen})["B4"].number_format


def test_text_keeps_off_the_number_before_it_in_both_directions():
    for backwards, side in ((False, "left"), (True, "right")):
        cell = read(small(ROWS), right_to_left=backwards)["A4"]
        assert (cell.alignment.horizontal, cell.alignment.indent) == (side, 1)


def test_a_moment_has_room_in_the_longest_format():
    sheet = Sheet("Tab", "Log", [Column("When", MOMENT)], [(datetime(2026, 11, 24),)])
    moment = "mm/dd/yyyy hh:mm AM/PM"
    made = read(sheet, moment_format=moment)
    assert made.column_dimensions["A"].width > len(moment)


def test_a_head_of_several_lines_has_room():
    column = Column("Cancelled and cut, share of orders", RATIO, width=12)
    sheet = Sheet("Tab", "Returns", [Column("Reason"), column], [("x", 1)])
    assert read(sheet).row_dimensions[3].height > 40
    assert read(small(ROWS)).row_dimensions[3].height is None


def test_charts_stay_on_the_page_of_their_table():
    sheet = small(ROWS, charts=[Chart("Net", 0, (1,))])
    # one page is what the format takes for granted, and does not write
    assert read(sheet).page_setup.fitToHeight is None
    assert read(small(ROWS)).page_setup.fitToHeight == 0


def test_facts_controls_chart_and_print_set_up():
    sheet = read(
        small(
            ROWS,
            facts=[("Period", "2026")],
            controls=[("Difference to ledger", Decimal(0))],
            chart=Pareto("Curve", 0, 1, 2),
        )
    )
    assert (sheet["A2"].value, sheet["B2"].value) == ("Period", "2026")
    assert sheet["A9"].value == "Difference to ledger"
    assert sheet["B9"].value == 0
    assert sheet._charts
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "B5"
    [table] = sheet.tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A4:D6", "A4:D6")


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="1 values for 4 columns"):
        read(small([("only one",)]))


@pytest.mark.parametrize(
    ("wished", "got"),
    [
        ("a/b:c", "a b c"),
        ("", "Sheet"),
        ("'quoted'", "quoted"),
        ("History", "History_"),
        ("x" * 40, "x" * 31),
        ("ลูกค้า", "ลูกค้า"),
    ],
)
def test_names_of_tabs(wished, got):
    assert tab_name(wished) == got


def test_a_taken_name_gets_a_number():
    assert tab_name("Same", ["same", "Same (2)"]) == "Same (3)"


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_any_text_fits_a_cell_and_comes_back(text):
    fits = clean(text)
    assert len(fits) <= CELL_LIMIT
    sheet = read(small([(text, None, None, None)]))
    assert (sheet["A4"].value or "") == fits


@settings(deadline=None)
@given(st.lists(st.text(), max_size=8))
def test_any_names_become_tabs_that_differ(names):
    taken = []
    for name in names:
        taken.append(tab_name(name, taken))
        assert 0 < len(taken[-1]) <= NAME_LIMIT
    assert len({one.lower() for one in taken}) == len(taken)


def test_long_text_is_cut_and_says_so():
    assert clean("x" * 40000).endswith("…")


def test_sums_are_exact():
    assert total_of([0.1, 0.2, None, Decimal("0.3")]) == Decimal("0.6")


@given(st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)), st.booleans())
def test_days_have_the_number_that_spreadsheets_give_them(moment, day_alone):
    value = moment.date() if day_alone else moment
    serial = Serials()[value]
    wanted = _datetime_to_excel_datetime(value, False, True)
    assert serial == pytest.approx(wanted, abs=1e-8)
    assert type(Serials()[value.replace(day=1)]) in (int, float)
