"""Write sheets into an xlsxwriter workbook: real numbers, live totals, print set-up."""

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from .safe import clean, tab_name
from .sheet import DATE, DECIMAL, INTEGER, MOMENT, MONEY, RATIO, TEXT, total_of

WIDEST = 60
DEFAULT_WIDTH = {
    INTEGER: 10,
    MONEY: 16,
    RATIO: 10,
    DECIMAL: 12,
    DATE: 12,
    MOMENT: 17,
}


def write(workbook, book):
    """Write ``book`` into an open ``workbook``; the caller closes it.

    :param workbook: ``xlsxwriter.Workbook``
    :param book: :class:`~.sheet.Book`
    :raises ValueError: a row has more or fewer values than there are columns
    """
    workbook.set_properties(
        {"title": book.title, "author": book.author, "created": book.created}
    )
    formats, taken = _formats(workbook, book), []
    for sheet in book.sheets:
        name = tab_name(sheet.name, taken)
        taken.append(name)
        _write_sheet(workbook, workbook.add_worksheet(name), sheet, book, formats)


def _formats(workbook, book):
    zeros = "." + "0" * book.digits if book.digits else ""
    symbol = f'"{book.currency}"' if book.currency else ""
    number = f"#,##0{zeros}"
    money = f"{symbol}{number}" if book.before else f"{number} {symbol}".strip()
    kinds = {
        TEXT: "@",
        INTEGER: "#,##0",
        MONEY: f"{money};[Red]-{money}",
        RATIO: "0.0%",
        DECIMAL: "#,##0.00",
        DATE: "yyyy-mm-dd",
        MOMENT: "yyyy-mm-dd hh:mm",
    }
    made = {
        kind: workbook.add_format(
            {"num_format": code, "valign": "top", "text_wrap": kind == TEXT}
        )
        for kind, code in kinds.items()
    }
    made |= {
        f"total_{kind}": workbook.add_format(
            {"num_format": code, "bold": True, "top": 1}
        )
        for kind, code in kinds.items()
    }
    made["title"] = workbook.add_format({"bold": True, "font_size": 16})
    made["label"] = workbook.add_format({"font_color": "#666666"})
    made["head"] = workbook.add_format(
        {
            "bold": True,
            "text_wrap": True,
            "valign": "vcenter",
            "bottom": 1,
            "bg_color": "#E7E6E6",
            "font_color": "#000000",
        }
    )
    return made


def _write_sheet(workbook, target, sheet, book, formats):
    if book.right_to_left:
        target.right_to_left()
    head = _write_head(target, sheet, formats)
    last = _write_rows(target, sheet, head, formats)
    below = _write_totals(target, sheet, book, head, last, formats)
    _write_controls(target, sheet, below, formats)
    _set_widths(target, sheet)
    _set_print(target, sheet, book, head)
    if sheet.chart and sheet.rows:
        _write_chart(workbook, target, sheet, head, below + len(sheet.controls) + 1)


def _write_head(target, sheet, formats):
    """Write title, facts and the heads of columns; return the row of the heads."""
    target.write_string(0, 0, clean(sheet.title), formats["title"])
    for row, (label, text) in enumerate(sheet.facts, 1):
        target.write_string(row, 0, clean(label), formats["label"])
        target.write_string(row, 1, clean(text))
    head = len(sheet.facts) + 2
    for number, column in enumerate(sheet.columns):
        target.write_string(head, number, clean(column.title), formats["head"])
    return head


def _write_rows(target, sheet, head, formats):
    """Write the rows; return the number of the last one."""
    for row, values in enumerate(sheet.rows, head + 1):
        for number, (column, value) in enumerate(
            zip(sheet.columns, values, strict=True)
        ):
            _write_cell(target, row, number, column.kind, value, formats[column.kind])
    return head + len(sheet.rows)


def _write_cell(target, row, number, kind, value, layout):
    if value is None or value is False or value == "":
        target.write_blank(row, number, None, layout)
    elif kind == TEXT:
        target.write_string(row, number, clean(value), layout)
    elif kind in (DATE, MOMENT):
        target.write_datetime(row, number, value, layout)
    else:
        target.write_number(row, number, float(value), layout)


def _write_totals(target, sheet, book, head, last, formats):
    """Write live totals with their values; return the row below them."""
    if last == head or not any(column.total for column in sheet.columns):
        return last + 1
    for number, column in enumerate(sheet.columns):
        layout = formats[f"total_{column.kind}"]
        if column.total:
            cells = f"{xl_rowcol_to_cell(head + 1, number)}:" + xl_rowcol_to_cell(
                last, number
            )
            value = total_of(row[number] for row in sheet.rows)
            target.write_formula(
                last + 1, number, f"=SUBTOTAL(109,{cells})", layout, float(value)
            )
        elif number == 0:
            target.write_string(last + 1, 0, clean(book.total), layout)
        else:
            target.write_blank(last + 1, number, None, layout)
    return last + 2


def _write_controls(target, sheet, row, formats):
    for offset, (label, amount) in enumerate(sheet.controls, 1):
        target.write_string(row + offset, 0, clean(label), formats["label"])
        target.write_number(row + offset, 1, float(amount), formats[MONEY])


def _set_widths(target, sheet):
    for number, column in enumerate(sheet.columns):
        width = column.width or DEFAULT_WIDTH.get(column.kind)
        if not width:
            texts = [column.title, *(str(row[number] or "") for row in sheet.rows)]
            longest = max(len(line) for text in texts for line in text.split("\n"))
            width = min(max(longest + 2, 10), WIDEST)
        target.set_column(number, number, width)


def _set_print(target, sheet, book, head):
    last = max(len(sheet.columns) - 1, 0)
    target.freeze_panes(head + 1, 1)
    if sheet.rows:
        target.autofilter(head, 0, head + len(sheet.rows), last)
    target.set_landscape()
    target.set_paper(9)  # A4
    target.fit_to_pages(1, 0)
    target.repeat_rows(head)
    page = book.page.format(page="&P", pages="&N")
    title = clean(book.title).replace("&", "&&")[:100]
    target.set_footer(f"&L{title}&R{page}")


def _write_chart(workbook, target, sheet, head, row):
    chart, count = sheet.chart, min(len(sheet.rows), sheet.chart.rows)

    def cells(number):
        tab = "'" + target.get_name().replace("'", "''") + "'"
        return f"={tab}!" + xl_range_abs(head + 1, number, head + count, number)

    bars = workbook.add_chart({"type": "column"})
    bars.add_series(
        {
            "name": clean(sheet.columns[chart.value].title),
            "categories": cells(chart.label),
            "values": cells(chart.value),
            "fill": {"color": "#4472C4"},
        }
    )
    line = workbook.add_chart({"type": "line"})
    line.add_series(
        {
            "name": clean(sheet.columns[chart.ratio].title),
            "categories": cells(chart.label),
            "values": cells(chart.ratio),
            "y2_axis": True,
            "line": {"color": "#ED7D31"},
        }
    )
    bars.combine(line)
    bars.set_title({"name": clean(chart.title)})
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    bars.set_legend({"position": "bottom"})
    bars.set_size({"width": 960, "height": 380})
    target.insert_chart(row + 1, 0, bars)
