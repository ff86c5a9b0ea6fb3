"""Tables too long for a tab, and for memory: they go on, and they stream."""

import io
import re
import warnings
import zipfile
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kam_sheets.safe import PAGE_LIMIT, page_text
from kam_sheets.sheet import (
    DATE,
    INTEGER,
    MONEY,
    Between,
    Book,
    Chart,
    Choice,
    Column,
    Control,
    Currency,
    Sheet,
    grouped,
    grouped_stream,
)
from kam_sheets.writer import STREAMED, options, write

COLUMNS = [
    Column("Customer"),
    Column("Document"),
    Column("Amount", MONEY, total="sum", name="amount"),
]


def made(sheets, lines=1_048_576, **more):
    stream = io.BytesIO()
    book = Book("Title", "Author", "€", sheets, datetime(2026, 1, 2))
    opened = {**options(book), **more}
    workbook = xlsxwriter.Workbook(stream, opened)
    rows = write(workbook, book, lines)
    workbook.close()
    return stream, rows


def rows(count, customers=3):
    per = -(-count // customers)
    return [(f"C{n // per}", f"D{n}", Decimal(n)) for n in range(count)]


def test_a_long_table_goes_on_in_further_tabs_and_says_so():
    sheet = Sheet("Long", "Long", COLUMNS, rows(50))
    stream, count = made([sheet], lines=24)
    book = load_workbook(stream, data_only=True)
    assert count == 50
    assert [one.title for one in book.worksheets] == ["Long", "Long (2)", "Long (3)"]
    texts = [[cell.value for cell in one["A"]] for one in book.worksheets]
    assert "Continued in “Long (2)”" in texts[0]
    assert "Continued in “Long (3)”" in texts[1]
    assert not any("Continued" in str(one) for one in texts[2])
    assert "Part 2" in texts[1]
    found = [
        row[1]
        for one in book.worksheets
        for row in one.iter_rows(values_only=True)
        if str(row[1]).startswith("D") and row[1] != "Document"
    ]
    assert found == [f"D{n}" for n in range(50)]
    assert all(one.max_row <= 24 for one in book.worksheets)
    total = [row for row in book.worksheets[2].iter_rows() if row[0].value == "Total"]
    assert total[0][2].value == sum(range(50))


def test_each_total_adds_that_of_the_tab_before_it():
    stream, _count = made([Sheet("Long", "Long", COLUMNS, rows(50))], lines=24)
    formulas = [
        row[2].value
        for one in load_workbook(stream).worksheets
        for row in one.iter_rows()
        if row[0].value == "Total"
    ]
    assert formulas[0].count("!") == 0
    assert "'Long'!" in formulas[1]
    assert "'Long (2)'!" in formulas[2]
    assert formulas[2].count("!") == 1


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60), st.integers(1, 7), st.integers(14, 40), st.booleans())
def test_groups_in_several_tabs_add_up(count, customers, lines, streams):
    given_rows = rows(count, customers)
    make = grouped_stream if streams else grouped
    found = make(given_rows, lambda row: row[0], lambda name, _some: name, COLUMNS)
    sheet = Sheet("Long", "Long", COLUMNS, found, size=count)
    stream, _count = made([sheet], lines, constant_memory=streams)
    book = load_workbook(stream, data_only=True)
    heads, totals = {}, []
    for one in book.worksheets:
        for customer, document, amount in one.iter_rows(
            min_row=4, max_col=3, values_only=True
        ):
            if customer == "Total":
                totals.append(amount)
            elif customer and not document and amount is not None:
                heads[customer] = heads.get(customer, 0) + amount
    wanted = {}
    for customer, _document, amount in given_rows:
        wanted[customer] = wanted.get(customer, 0) + amount
    assert heads == wanted
    assert totals[-1] == sum(wanted.values())
    check_package(stream)


def test_a_stream_says_what_a_table_in_memory_says():
    def values(**more):
        found = grouped_stream(rows(200), lambda row: row[0], lambda n, _s: n, COLUMNS)
        sheet = Sheet("S", "S", COLUMNS, found, size=200)
        stream, _count = made([sheet], **more)
        sheet = load_workbook(stream).worksheets[0]
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert values(constant_memory=True) == values()


def test_long_books_stream_and_short_ones_have_tables():
    short = Book("T", "A", "€", [Sheet("S", "S", COLUMNS, [])], datetime(2026, 1, 2))
    assert "constant_memory" not in options(short)
    short.sheets[0].size, short.sheets[0].rows = STREAMED + 1, iter(())
    assert options(short)["constant_memory"]


def test_nothing_is_kept_of_a_stream():
    """A generator is read row after row while the workbook is written."""
    alive = []

    class Text(str):
        __slots__ = ()

        def __del__(self):
            alive.pop()

    def source():
        for number in range(3000):
            alive.append(number)
            yield (Text(f"C{number}"), "D", 1)
            most.append(len(alive))

    most = []
    sheet = Sheet("S", "S", COLUMNS, source(), size=STREAMED + 1)
    made([sheet])
    assert len(most) == 3000
    assert max(most) < 1500  # those that charts may draw, no more


# ------------------------------------------------------------------ the package
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELLS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


def check_package(stream):
    """Fail on what makes a spreadsheet program warn when it opens the file."""
    with zipfile.ZipFile(stream) as package:
        parts = {
            name: ElementTree.fromstring(package.read(name))
            for name in package.namelist()
            if name.endswith((".xml", ".rels"))
        }
    names, ids = set(), set()
    for name, root in parts.items():
        if name.startswith("xl/tables/"):
            check_table(root, names, ids)
        if name.startswith("xl/worksheets/sheet"):
            check_sheet(root)
    check_names(parts["xl/workbook.xml"])


def check_table(root, names, ids):
    assert root.get("displayName").lower() not in names
    assert root.get("id") not in ids
    names.add(root.get("displayName").lower())
    ids.add(root.get("id"))
    heads = [one.get("name") for one in root.iter(f"{NAMESPACE}tableColumn")]
    assert len({one.lower() for one in heads}) == len(heads)
    assert all(heads)
    (_a, first), (_b, last) = CELLS.findall(root.get("ref"))
    assert int(first) < int(last)


def check_sheet(root):
    seen = set()
    for cell in root.iter(f"{NAMESPACE}c"):
        assert cell.get("r") not in seen
        seen.add(cell.get("r"))
        for text in cell.iter(f"{NAMESPACE}t"):
            assert len((text.text or "").encode("utf-16-le")) // 2 <= 32767
    for rule in root.iter(f"{NAMESPACE}dataValidation"):
        assert len((rule.get("prompt") or "").encode("utf-16-le")) <= 2 * 255
        assert len((rule.get("promptTitle") or "").encode("utf-16-le")) <= 2 * 32
    for part in ("oddHeader", "oddFooter"):
        for one in root.iter(NAMESPACE + part):
            assert len(one.text) <= 255
    areas = [one.get("ref") for one in root.iter(f"{NAMESPACE}mergeCell")]
    assert len(areas) == len(set(areas))


def check_names(workbook):
    tabs = [one.get("name") for one in workbook.iter(f"{NAMESPACE}sheet")]
    assert len({one.lower() for one in tabs}) == len(tabs)
    assert all(0 < len(one.encode("utf-16-le")) // 2 <= 31 for one in tabs)
    seen = set()
    for one in workbook.iter(f"{NAMESPACE}definedName"):
        key = (one.get("name").lower(), one.get("localSheetId"))
        assert key not in seen
        seen.add(key)
        assert re.fullmatch(r"[A-Za-z_\\][\w.\\]*", one.get("name"))
        assert "#REF" not in one.text
        tab = one.text.rsplit("!", 1)[0].strip("'").replace("''", "'")
        assert tab in tabs


TEXTS = st.text(max_size=40) | st.sampled_from(
    ["=1+1", "+cmd", "@x", "-1", "\t=1", "http://a.b", "mailto:a@b.c", "ลูกค้า", "שלום"]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS, st.booleans(), st.booleans())
def test_any_words_give_a_file_that_opens_without_a_warning(
    titles, word, streams, protect
):
    def sheet():
        columns = [
            Column(titles[0], input=protect, valid=Choice((word or "-",), word)),
            *(Column(one, INTEGER, total="sum") for one in titles[1:]),
            Column(word, MONEY, name="amount", total="sum", flag="late"),
            Column(word, DATE, valid=Between(0, 5, True, word)),
        ]
        row = (word, *(5 for _one in titles[1:]), 7, date(2026, 2, 3))
        return Sheet(
            word,
            word,
            columns,
            [row] * 3,
            facts=[(word, word)],
            controls=[Control(word, 1, "={total_amount}", zero=True)],
            chart=Chart(word, 0, (len(titles),)),
            protect=protect,
            foot=[[(0, word, "strong")]],
        )

    book = Book(word, word, "€", [sheet(), sheet()], datetime(2026, 1, 2), company=word)
    book.currencies = {"EUR": Currency("EUR", word[:3] or "€")}
    stream = io.BytesIO()
    opened = {**options(book), "constant_memory": streams}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        workbook = xlsxwriter.Workbook(stream, opened)
        write(workbook, book)
        workbook.close()
    check_package(stream)
    found = load_workbook(stream)
    for one in found.worksheets:
        for cells in one.iter_rows():
            for cell in cells:
                assert cell.hyperlink is None
                if cell.data_type == "f":
                    assert re.match(r"=(SUBTOTAL\(109,|[A-Z]\d+$)", cell.value)


@given(st.text())
def test_words_of_a_page_stay_short_and_end_no_code(text):
    found = page_text(text)
    assert len(found) <= PAGE_LIMIT
    assert found.replace("&&", "").count("&") == 0


def test_groups_begin_on_pages_of_their_own():
    found = grouped(rows(30), lambda row: row[0], lambda name, _some: name, COLUMNS)
    sheet = Sheet("S", "S", COLUMNS, found, breaks=True)
    stream, _count = made([sheet])
    breaks = load_workbook(stream).worksheets[0].row_breaks.brk
    assert [one.id for one in breaks] == [14, 25]


def test_numbers_that_are_none_give_an_error_in_the_cell_and_no_crash():
    stream, _count = made(
        [
            Sheet(
                "S",
                "S",
                [*COLUMNS[:2], Column("A", MONEY)],
                [("a", "b", float("nan")), ("a", "b", float("inf"))],
            )
        ]
    )
    check_package(stream)
