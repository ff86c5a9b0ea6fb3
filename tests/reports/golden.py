"""A workbook as text that people read: content, formulas, formats, charts, print.

    setup/tool python tests/reports/golden.py

writes the golden texts anew; look at what changed before it is kept.
"""

import io
import re
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("golden")
sys.path.insert(0, str(ROOT / "kam_management_reports"))

from kam_sheets import sheet as s
from kam_sheets.writer import options, write

DAY = date(2026, 3, 31)
EURO = s.Currency("EUR", "€")
KINDS = re.compile(r"<c:(\w+Chart)>")
CACHED = re.compile(r"<c:v>([^<]*)</c:v>")
YEN = s.Currency("JPY", "¥", 0, before=True)


# ---------------------------------------------------------------------- the workbooks
def ageing():
    """Return a table with groups, totals, flags and controls that tie to a ledger."""
    columns = [
        s.Column("Customer"),
        s.Column("Manager"),
        s.Column("Total", s.MONEY, total="sum", name="total"),
        s.Column("Overdue", s.MONEY, total="sum", flag="late"),
        s.Column("Overdue %", s.RATIO, flag="bar"),
        s.Column("Oldest", s.DATE),
    ]
    rows = [
        ("Ärger GmbH", "Anna", Decimal("1190.10"), Decimal("90.05"), 0.0757, DAY),
        ("=1+1", "Anna", Decimal("-20.20"), Decimal(0), None, None),
        ("บริษัท ไทย", "Борис", Decimal("0.01"), Decimal("0.01"), 1.0, DAY),
    ]
    whole = s.total_of(row[2] for row in rows)
    controls = [
        s.Control("Total of this workbook", whole, "={total_total}"),
        s.Control("Receivables in the ledger", whole),
        s.Control(
            "Difference to ledger",
            Decimal(0),
            "=ROUND({control_1}-{control_0},2)",
            zero=True,
        ),
    ]
    table = s.grouped(rows, lambda row: row[1], lambda name, _rows: name, columns)
    facts = [("Company", "Trade Ltd"), ("As of", "31.03.2026")]
    sheet = s.Sheet("Ageing", "Aged receivables", columns, table, facts)
    sheet.controls = controls
    return [sheet]


def act():
    """Return two halves under bands, live balances and signatures."""
    half = [
        s.Column("Date", s.DATE, width=14),
        s.Column("Document", width=30),
        s.Column("Debit", s.MONEY, currency="EUR", width=16),
        s.Column("Credit", s.MONEY, currency="EUR", width=16),
    ]
    none = (None,) * 4
    sums = [
        s.Formula(lambda at: f"=SUM(C{at(0)}:C{at(1)})", Decimal("150.50")),
        s.Formula(lambda at: f"=SUM(D{at(0)}:D{at(1)})", Decimal(50)),
    ]
    rows = [
        s.Row((DAY, "Invoice 1", Decimal("150.50"), None, *none)),
        s.Row((DAY, "Payment 2", None, Decimal(50), *none)),
        s.Row((None, "Turnover", *sums, *none), s.STRONG),
    ]
    return [
        s.Sheet(
            "Act",
            "Act of reconciliation No. 7",
            half + half,
            rows,
            bands=[("By the data of Trade Ltd", 4), ("By the data of Ärger GmbH", 4)],
            foot=[[(0, "Ärger GmbH owes Trade Ltd 100.50.", "strong")]],
            filter=False,
            freeze=0,
        )
    ]


def order_form():
    """Return a protected form with an input column, its check, and live sums."""
    columns = [
        s.Column("Code", width=12),
        s.Column("Price", s.MONEY, name="price", currency="JPY"),
        s.Column(
            "Quantity",
            s.DECIMAL,
            name="quantity",
            input=True,
            valid=s.Between(0, 999, message="A number from 0 on."),
        ),
        s.Column(
            "Sum",
            s.MONEY,
            name="sum",
            total="sum",
            currency="JPY",
            formula="={price}*{quantity}",
        ),
    ]
    rows = [("CRATE", Decimal(1200), Decimal(3), Decimal(3600))]
    rows.append(("SACK", Decimal(50), None, Decimal(0)))
    return [s.Sheet("Form", "Order form", columns, rows, filter=False, protect=True)]


def scorecard():
    """Return a table with charts of each kind, and one without rows."""
    columns = [s.Column("Manager"), s.Column("Sales", s.DECIMAL)]
    columns.append(s.Column("Attainment", s.RATIO))
    rows = [("Anna", Decimal("120.5"), 1.2), ("Борис", Decimal(80), 0.8)]
    charts = [s.Chart("Attainment", 0, (2,), kind="bar"), s.Chart("Sales", 0, (1,))]
    full = s.Sheet("Team", "Scorecard", columns, rows, charts=charts)
    pareto = s.Sheet("Curve", "Pareto", columns, rows)
    pareto.chart = s.Pareto("Pareto curve", label=0, value=1, ratio=2)
    return [full, pareto, s.Sheet("Empty", "Nobody", columns, [])]


BOOKS = {one.__name__: one for one in (ageing, act, order_form, scorecard)}


def written(name):
    """Return the bytes of one of the workbooks."""
    book = s.Book(
        title=name,
        author="Helen",
        currency="€",
        sheets=BOOKS[name](),
        created=datetime(2026, 4, 1, 8, 30),
        currencies={"EUR": EURO, "JPY": YEN},
        company="Trade Ltd",
        date_format="dd.mm.yyyy",
        moment_format="dd.mm.yyyy hh:mm",
        empty="Nothing was found for this question.",
    )
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, **options(book)})
    write(workbook, book)
    workbook.close()
    return stream.getvalue()


# ------------------------------------------------------------------------- as a text
def dump(content):
    """Return a workbook as lines of text."""
    lines = []
    formulas = load_workbook(io.BytesIO(content))
    values = load_workbook(io.BytesIO(content), data_only=True)
    facts = formulas.properties
    lines.append(f"book {facts.title!r} by {facts.creator!r}, {facts.created}")
    for sheet in formulas.worksheets:
        lines += ["", *_sheet(sheet, values[sheet.title])]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("xl/charts/"):
                lines += ["", *_chart(name, archive.read(name).decode())]
    return "\n".join(lines) + "\n"


def _sheet(sheet, values):
    setup = sheet.page_setup
    yield f"sheet {sheet.title!r} {sheet.sheet_state}, {sheet.dimensions}"
    yield (
        f"  print: {setup.orientation or 'portrait'}, paper {setup.paperSize}, fits"
        f" {setup.fitToWidth or 1} x {setup.fitToHeight}, repeats"
        f" {sheet.print_title_rows}, foot {sheet.oddFooter.left.text!r}"
        f" {sheet.oddFooter.right.text!r}"
    )
    yield f"  frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}"
    yield f"  locked {sheet.protection.sheet}, merged {sheet.merged_cells.ranges}"
    for table in sheet.tables.values():
        yield f"  table {table.ref}"
    for name, found in sorted(sheet.defined_names.items()):
        yield f"  name {name} = {found.attr_text}"
    for rule in sheet.data_validations.dataValidation:
        yield f"  input {rule.sqref}: {rule.type} {rule.formula1} … {rule.formula2}"
    for found in sheet.conditional_formatting:
        for rule in found.rules:
            yield f"  coloured {found.sqref}: {rule.type} {rule.operator or ''}"
    for letter, column in sorted(sheet.column_dimensions.items()):
        yield f"  column {letter}: {column.width:.1f} wide"
    for row in sheet.iter_rows():
        level = sheet.row_dimensions[row[0].row].outlineLevel
        for cell in row:
            if cell.value is not None:
                yield f"  {_cell(cell, values[cell.coordinate].value, level)}"


def _cell(cell, value, level):
    text = f"{cell.coordinate} {'>' * level}{cell.value!r}"
    if cell.data_type == "f":
        text += f" -> {value!r}"
    style = [cell.number_format] if cell.number_format not in ("General", "@") else []
    style += ["bold"] if cell.font.b else []
    style += [cell.fill.fgColor.rgb] if cell.fill.fill_type else []
    style += [] if cell.protection.locked else ["open"]
    return f"{text}  [{'; '.join(style)}]" if style else text


def _chart(name, body):
    yield f"chart {name}: {', '.join(KINDS.findall(body))}"
    for what in re.findall(r"<c:f>([^<]*)</c:f>", body):
        yield f"  of {what}"
    yield f"  caches {CACHED.findall(body)}"


def main():
    """Write the golden texts anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in BOOKS:
        FOLDER.joinpath(f"{name}.txt").write_text(dump(written(name)), "utf-8")


if __name__ == "__main__":
    main()
