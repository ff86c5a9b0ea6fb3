"""The same cells by a bare xlsxwriter script and by our writer; no Odoo.

python sheets.py ours|bare ROWS: writes a workbook in this process alone, and prints the
MiB it had before, and at most.
"""

import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

sys.path.append(str(Path(__file__).resolve().parents[2] / "kam_management_reports"))
HEADS = (
    ("Customer", "text"),
    ("Document", "text"),
    ("Kind", "text"),
    ("Date", "date"),
    ("Due date", "date"),
    ("Days late", "integer"),
    ("Range", "text"),
    ("Amount", "money"),
)
CODES = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "integer": "#,##0",
    "money": "#,##0.00 €",
}


def rows(count):
    """Yield open items of some hundred customers."""
    first = date(2026, 1, 1)
    for number in range(count):
        late = number % 120
        due = first + timedelta(number % 90)
        yield (
            f"Customer {number % 977}",
            f"INV/2026/{number:07}",
            "Invoice",
            first,
            due,
            late,
            f"{late // 30 * 30} to {late // 30 * 30 + 30}",
            100 + number % 1000 / 4,
        )


def bare(file, found, count):
    """Write rows as a script would that knows its columns."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("Documents")
    layouts = {
        kind: book.add_format({"num_format": code, "valign": "top"})
        for kind, code in CODES.items()
    }
    writes = {
        "text": sheet.write_string,
        "date": sheet.write_datetime,
        "integer": sheet.write_number,
        "money": sheet.write_number,
    }
    columns = [(writes[kind], layouts[kind]) for _title, kind in HEADS]
    for number, (title, _kind) in enumerate(HEADS):
        sheet.write_string(0, number, title)
    for line, row in enumerate(found, 1):
        for number, (write, layout) in enumerate(columns):
            if row[number] is not None:
                write(line, number, row[number], layout)
    total = f"=SUBTOTAL(109,H2:H{count + 1})"
    sheet.write_formula(count + 1, 7, total, layouts["money"])
    sheet.autofilter(0, 0, count, 7)
    book.close()


def ours(file, found, count):
    """Write them with kam_sheets."""
    from kam_sheets.sheet import Book, Column, Sheet
    from kam_sheets.writer import options, write

    columns = [Column(title, kind) for title, kind in HEADS[:-1]]
    columns.append(Column(*HEADS[-1], total="sum", name="amount"))
    sheet = Sheet("Documents", "Documents", columns, found, size=count)
    book = Book("Documents", "Bench", "€", [sheet], datetime(2026, 1, 2))
    made = xlsxwriter.Workbook(file, options(book))
    write(made, book)
    made.close()


SIDES = {"bare": bare, "ours": ours}


def timed(side, count):
    """Return the cost of writing so many rows."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        wall, cpu = time.perf_counter(), time.process_time()
        SIDES[side](file.name, rows(count), count)
        return {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "queries": 0,
        }


def mib(name):
    """Return what this process holds: ``VmRSS`` now, ``VmHWM`` at most."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [one for one in status.splitlines() if one.startswith(f"{name}:")]
    return int(line.split()[1]) / 1024


def main(side, count):
    """Write one workbook, and print what it took of memory."""
    before = mib("VmHWM")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        SIDES[side](file.name, rows(int(count)), int(count))
    print(f"{before:.1f} {mib('VmHWM'):.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
