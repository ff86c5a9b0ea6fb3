"""How sheets look on paper and on the screen: widths, heads, pages, charts."""

import io
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from openpyxl import load_workbook

from kam_sheets.sheet import MOMENT, MONEY, RATIO, Book, Chart, Column, Row, Sheet
from kam_sheets.writer import options, write

AMERICAN = {"date_format": "mm/dd/yyyy", "moment_format": "mm/dd/yyyy hh:mm AM/PM"}


def read(columns, rows, *, sheet=None, **book):
    stream = io.BytesIO()
    made = Sheet("Tab", "Title", columns, rows, **(sheet or {}))
    book = Book("Title", "Author", "€", [made], datetime(2026, 1, 2), **book)
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, **options(book)})
    write(workbook, book)
    workbook.close()
    return load_workbook(stream).worksheets[0]


def wide(count):
    columns = [Column("Customer", width=30)]
    return columns + [Column(f"Month {n}", MONEY, width=20) for n in range(count)]


def row(count):
    return [("A", *[Decimal(1)] * count)]


def test_a_moment_with_am_and_pm_fits_its_column():
    sheet = read(
        [Column("At", MOMENT)], [(datetime(2026, 11, 24, 22, 42),)], **AMERICAN
    )
    assert sheet.column_dimensions["A"].width >= len("11/24/2026 10:42 PM") + 1


def test_a_long_head_gets_the_lines_it_needs():
    rows = [(Decimal("0.1"),)]
    sheet = read([Column("Share of all losses of the year", RATIO)], rows)
    assert sheet.row_dimensions[3].height >= 45
    short = read([Column("Share", RATIO)], rows)
    assert short.row_dimensions[3].height in (None, 15)


def test_what_is_too_wide_to_be_read_takes_pages_side_by_side():
    for count, pages in ((4, 1), (10, 1), (20, 2), (40, 4)):
        sheet = read(wide(count), row(count))
        assert sheet.page_setup.fitToWidth == (None if pages == 1 else pages)
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_cols == (None if pages == 1 else "$A:$A")


def test_hidden_columns_take_no_paper():
    columns = [*wide(4), Column("Key", width=400, hidden=True)]
    sheet = read(columns, [("A", *[Decimal(1)] * 4, "k")])
    assert sheet.page_setup.fitToWidth is None


def test_an_empty_table_says_so():
    assert read(wide(2), [], empty="Nothing here.")["A4"].value == "Nothing here."


def test_a_coloured_zero_is_a_gap_and_an_empty_cell_is_none():
    sheet = read([Column("May", MONEY, flag="gap")], [(0,), (None,), (5,)])
    [[rule]] = sheet.conditional_formatting._cf_rules.values()
    assert rule.formula == ["AND(ISNUMBER(A4),A4=0)"]


def test_a_chart_of_ratios_has_percents_on_its_axis_and_none_is_drawn_of_nothing():
    columns = [Column("Who"), Column("Reached", RATIO)]
    drawn = {"sheet": {"charts": [Chart("Reached", 0, (1,), kind="bar")]}}
    [chart] = read(columns, [("Anna", Decimal("0.8"))], **drawn)._charts
    assert chart.y_axis.number_format.formatCode == "0%"
    assert chart.x_axis.scaling.orientation == "maxMin"  # the first stands on top
    assert chart.legend is None  # its one series is what the title says
    assert not read(columns, [("Anna", None)], **drawn)._charts


def test_days_stand_left_below_their_heads():
    sheet = read([Column("Day", "date")], [(date(2026, 1, 2),)])
    assert sheet["A4"].alignment.horizontal == "left"


def test_a_long_text_gets_the_lines_it_needs_and_its_place_in_the_outline():
    columns = [Column("Said", width=21)]
    rows = [("x" * 20,), ("x" * 41,), ("a\nb",), Row(("y" * 60,), level=1)]
    sheet = read(columns, rows)
    heights = [sheet.row_dimensions[n].height for n in (4, 5, 6, 7)]
    assert heights == [None, 45, 30, 45]
    assert sheet.row_dimensions[7].outlineLevel == 1


def test_a_text_of_the_longest_size_keeps_to_what_a_row_may_be():
    assert read([Column("Said")], [("x" * 32_767,)]).row_dimensions[4].height <= 409
