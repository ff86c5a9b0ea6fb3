"""Write sheets into an xlsxwriter workbook: real numbers, live totals, print set-up.

Long tables go through a workbook opened with ``constant_memory``: rows are then written
as they come, and are kept nowhere.
"""

import io
from math import ceil

from xlsxwriter.utility import xl_col_to_name, xl_range_abs

from . import charts
from .formats import Formats
from .inputs import Lists, set_inputs
from .rows import END, WIDEST, Table
from .safe import clean, head_names, page_text, range_name, tab_name, text_width
from .sheet import DATE, DECIMAL, INTEGER, MOMENT, MONEY, NUMBERS, RATIO, TEXT, Control

LINES = 1_048_576  # of a tab, the limit of the file format
STREAMED = 10_000  # rows from which a workbook is written as a stream
DEFAULT_WIDTH = {
    INTEGER: 10,
    MONEY: 16,
    RATIO: 10,
    DECIMAL: 12,
    DATE: 12,
    MOMENT: 17,
}
LANDSCAPE_FROM = 95  # characters that an upright page has no room for
PAGE_WIDE = 230  # characters across that can still be read on a page on its side
BREAKS = 1000  # of a tab; the file format has 1 023
CHART_BELOW = 40  # rows from which a chart gets a tab of its own
CHARTS_A_PAGE = 2  # beside their table
HEAD_LINE, MOST_HEAD_LINES = 15.5, 4  # points of a line of a head


def options(book):
    """Return the options with which to open the workbook for ``book``."""
    made = {
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "nan_inf_to_errors": True,
    }
    if book.length() > STREAMED:
        made["constant_memory"] = True
    return made


def write(workbook, book, lines=LINES):
    """Write ``book`` into an open ``workbook``; the caller closes it.

    :param workbook: ``xlsxwriter.Workbook``, opened with :func:`options`
    :param book: :class:`~.sheet.Book`
    :param lines: how many lines a tab has; a longer table goes on in further tabs
    :return: number of rows written
    :raises ValueError: a row has more or fewer values than there are columns
    """
    return _Writer(workbook, book, lines).run()


class _Writer:
    def __init__(self, workbook, book, lines):
        self.workbook, self.book, self.lines = workbook, book, lines
        self.formats = Formats(workbook, book)
        self.streams = bool(getattr(workbook, "constant_memory", False))
        self.taken = []
        self.lists = Lists(workbook, self._new_name)
        self.shown = False

    def run(self):
        self._set_properties()
        rows = sum(self._write_sheet(sheet) for sheet in self.book.sheets)
        self.lists.finish()
        return rows

    def _set_properties(self):
        book = self.book
        first = book.sheets[0].facts if book.sheets else []
        self.workbook.set_properties(
            {
                "title": clean(book.title),
                "author": clean(book.author),
                "company": clean(book.company),
                "subject": clean(book.subject),
                "keywords": clean(book.keywords),
                "comments": "\n".join(f"{a}: {clean(b)}" for a, b in first),
                "created": book.created,
            }
        )

    def _new_name(self, wished):
        name = tab_name(wished, self.taken)
        self.taken.append(name)
        return name

    # ------------------------------------------------------------------- sheets
    def _write_sheet(self, sheet):
        """Write one table, over as many tabs as it needs; return how many rows."""
        table, parts = Table(sheet, self.formats), []
        while True:
            name = self._new_name(sheet.name)
            target = self.workbook.add_worksheet(name)
            self._set_up(target, sheet)
            head = self._write_head(target, sheet, len(parts) + 1)
            room = self.lines - 4 - len(sheet.controls) - len(sheet.foot)
            below = table.put(target, head + 1, max(room, head + 1))
            parts.append((name, head, below))
            more = table.pending is not END
            self._finish(target, sheet, table, parts, more)
            if not more:
                return table.count

    def _set_up(self, target, sheet):
        if self.book.right_to_left:
            target.right_to_left()
        if sheet.hidden:
            target.hide()
        elif not self.shown:
            target.activate()
            target.set_first_sheet()
            self.shown = True

    def _finish(self, target, sheet, table, parts, more):
        """Write what stands below the rows of a tab, and set it up."""
        name, head, below = parts[-1]
        line = self._write_totals(target, sheet, table, parts)
        if more:
            text = self.book.continued.format(tab=tab_name(sheet.name, self.taken))
            target.write_string(line, 0, clean(text), self.formats.word("strong"))
        else:
            line = self._write_nothing(target, sheet, table, line)
            line = self._write_controls(target, sheet, table, parts, line)
            line = self._write_foot(target, sheet, line)
        self._set_table(target, sheet, table, head, below - 1)
        widths = self._set_columns(target, sheet, table)
        self._set_names(name, sheet, head, below - 1)
        set_inputs(target, sheet, head + 1, below - 1, self.lists)
        self._set_flags(target, sheet, head + 1, below - 1)
        pages = self._set_print(target, sheet, head, widths, table.heads)
        if sheet.protect:
            target.protect("", _MAY)
        if len(parts) == 1:
            self._write_charts(target, sheet, table, head, line + 1, pages)

    def _write_head(self, target, sheet, part):
        """Write title, facts and the heads of columns; return the row of the heads."""
        word = self.formats.word
        target.write_string(0, 0, clean(sheet.title), word("title"))
        facts = list(sheet.facts)
        if part > 1:
            facts.append((self.book.part.format(number=part), sheet.name))
        for row, (label, text) in enumerate(facts, 1):
            target.write_string(row, 0, clean(label), word("label"))
            target.write_string(row, 1, clean(text), word(""))
        head = len(facts) + 2
        if sheet.bands:
            self._write_bands(target, sheet, head)
            head += 1
        for number, (column, title) in enumerate(
            zip(sheet.columns, self._titles(sheet), strict=True)
        ):
            target.write_string(head, number, title, self.formats.head(column))
        lines = max(map(self._head_lines, sheet.columns), default=1)
        if lines > 1:  # not every program makes room by itself
            target.set_row(head, HEAD_LINE * min(lines, MOST_HEAD_LINES))
        return head

    def _head_lines(self, column):
        """Return how many lines the head of a column needs at its least width."""
        words = column.title.split()
        wide = max((text_width(one) for one in words), default=0) + 4
        wide = column.width or max(wide, self._usual_width(column.kind))
        lines, used = 1, 0
        for word in words:
            length = text_width(word)
            if used and used + length > wide - 1:
                lines, used = lines + 1, 0
            used += length + 1
        return lines

    def _usual_width(self, kind):
        """Return how wide a kind of value is; moments go by the reader's format."""
        width = DEFAULT_WIDTH.get(kind, 8)
        if kind == MOMENT:
            width = max(width, len(self.book.moment_format) + 2)
        return width

    def _titles(self, sheet):
        titles = [column.title for column in sheet.columns]
        if sheet.bands or not sheet.filter:  # no table: two heads may be the same
            return [clean(title) for title in titles]
        return head_names(titles)

    def _write_bands(self, target, sheet, row):
        start, layout = 0, self.formats.word("band")
        for text, width in sheet.bands:
            if width > 1:
                target.merge_range(
                    row, start, row, start + width - 1, clean(text), layout
                )
            else:
                target.write_string(row, start, clean(text), layout)
            start += width

    def _write_nothing(self, target, sheet, table, line):
        """Say that there are no rows, so that nobody takes the file for a broken one.

        What comes back filled in holds no words that are not its own.
        """
        inputs = any(column.input for column in sheet.columns)
        if table.count or inputs or not self.book.empty:
            return line
        target.write_string(line, 0, clean(self.book.empty), self.formats.word("label"))
        return line + 1

    # ------------------------------------------------------------------- totals
    def _write_totals(self, target, sheet, table, parts):
        """Write live totals with their values; return the row below them."""
        _name, head, below = parts[-1]
        if below == head + 1 or not table.summed:
            return below
        for number, column in enumerate(sheet.columns):
            layout = self.formats.cell(column.kind, column.currency, "total")
            if column.total:
                formula = f"=SUBTOTAL(109,{_cells(number, head + 1, below - 1)})"
                for name, _head, line in parts[-2:-1]:  # with all tabs before it
                    tab = name.replace("'", "''")
                    formula += f"+'{tab}'!{xl_col_to_name(number)}{line + 1}"
                target.write_formula(
                    below, number, formula, layout, float(table.sums[number])
                )
            elif number == 0:
                target.write_string(below, 0, clean(self.book.total), layout)
            else:
                target.write_blank(below, number, None, layout)
        return below + 1

    def _write_controls(self, target, sheet, table, parts, row):
        _name, head, below = parts[-1]
        names = {
            f"total_{column.name}": f"{xl_col_to_name(number)}{below + 1}"
            for number, column in enumerate(sheet.columns)
            if column.name and column.total and below > head + 1
        }
        for number, control in enumerate(sheet.controls):
            if not isinstance(control, Control):
                control = Control(*control)
            line = row + 1 + number
            names[f"control_{number}"] = f"B{line + 1}"
            self._write_control(target, line, control, names)
        return row + 1 + len(sheet.controls) if sheet.controls else row

    def _write_control(self, target, line, control, names):
        layout = self.formats.cell(control.kind)
        target.write_string(line, 0, clean(control.label), self.formats.word("label"))
        value = float(control.value)
        try:
            formula = control.formula.format(**names)
        except KeyError:  # of a total that an empty table does not have
            formula = ""
        if formula:
            target.write_formula(line, 1, formula, layout, value)
        else:
            target.write_number(line, 1, value, layout)
        if control.zero:
            for style, criteria in (("late", "not between"), ("good", "between")):
                target.conditional_format(
                    line,
                    1,
                    line,
                    1,
                    {
                        "type": "cell",
                        "criteria": criteria,
                        "minimum": -0.004,
                        "maximum": 0.004,
                        "format": self.formats.word(style),
                    },
                )

    def _write_foot(self, target, sheet, row):
        for offset, cells in enumerate(sheet.foot, 1):
            for column, text, style in cells:
                layout = self.formats.word(style)
                target.write_string(row + offset, column, clean(text), layout)
        return row + len(sheet.foot)

    # ------------------------------------------------------------------- set-up
    def _set_table(self, target, sheet, table, head, last):
        """Give the heads filters; a table of its own where the format allows one."""
        target.freeze_panes(head + 1, min(sheet.freeze, len(sheet.columns)))
        if table.outlined:
            target.outline_settings(True, False, True, False)
        if not sheet.filter or last <= head or not sheet.columns:
            return
        wide = len(sheet.columns) - 1
        plain = not (self.streams or table.outlined or sheet.bands or sheet.protect)
        if not plain:
            target.autofilter(head, 0, last, wide)
            return
        heads = [
            {"header": title, "header_format": self.formats.head(column)}
            for title, column in zip(self._titles(sheet), sheet.columns, strict=True)
        ]
        target.add_table(
            head, 0, last, wide, {"columns": heads, "style": "Table Style Light 15"}
        )

    def _set_columns(self, target, sheet, table):
        """Set how wide the columns are; return the widths of those that are shown."""
        widths = []
        label = max(
            [text_width(text) for text, *_rest in sheet.facts]
            + [text_width(_label(one)) for one in sheet.controls],
            default=0,
        )
        for number, column in enumerate(sheet.columns):
            width = column.width or self._fitted(column, number, table)
            if number == 0:
                width = max(width, min(label + 2, 34))
            elif number == 1 and sheet.controls:
                width = max(width, DEFAULT_WIDTH[MONEY])
            target.set_column(
                number,
                number,
                width,
                None,
                {"level": column.level, "hidden": column.hidden},
            )
            if not column.hidden:
                widths.append(width)
        return widths

    def _fitted(self, column, number, table):
        """Return a width that its longest text, total and head have room in."""
        words = max((text_width(one) for one in column.title.split()), default=0)
        if column.kind == TEXT:
            return min(max(table.widest[number] + 3, words + 4, 8), WIDEST)
        width = max(self._usual_width(column.kind), words + 4)
        if number in table.sums and column.kind in NUMBERS:
            width = max(width, len(f"{table.sums[number]:,.2f}") + 5)
        return width

    def _set_names(self, tab, sheet, head, last):
        """Name the cells of named columns, and their totals."""
        tab = "'" + tab.replace("'", "''") + "'"
        for number, column in enumerate(sheet.columns):
            if not (column.name and range_name(column.name) and last > head):
                continue
            cells = xl_range_abs(head + 1, number, last, number)
            self.workbook.define_name(f"{tab}!kam_{column.name}", f"={tab}!{cells}")
            if column.total:
                cell = xl_range_abs(last + 1, number, last + 1, number)
                self.workbook.define_name(
                    f"{tab}!kam_total_{column.name}", f"={tab}!{cell}"
                )

    def _set_flags(self, target, sheet, first, last):
        if last < first:
            return
        for number, column in enumerate(sheet.columns):
            if column.flag == "late":
                rule = {
                    "type": "cell",
                    "criteria": ">",
                    "value": 0,
                    "format": self.formats.word("late"),
                }
            elif column.flag == "bar":
                rule = {"type": "data_bar", "bar_color": "#9DC3E6", "bar_solid": True}
            elif column.flag == "gap":
                cell = f"{xl_col_to_name(number)}{first + 1}"
                rule = {
                    "type": "formula",
                    "criteria": f"=AND(ISNUMBER({cell}),{cell}=0)",
                    "format": self.formats.word("gap"),
                }
            else:
                continue
            target.conditional_format(first, number, last, number, rule)

    def _set_print(self, target, sheet, head, widths, groups):
        """Set up the print; return over how many pages side by side the table goes."""
        book = self.book
        if sum(widths) > LANDSCAPE_FROM:
            target.set_landscape()
        target.set_paper(9)  # A4
        target.set_margins(left=0.4, right=0.4, top=0.9 if book.company else 0.6)
        pages = self._fit(target, sheet, sum(widths), groups)
        target.repeat_rows(head - 1 if sheet.bands else head, head)
        page = book.page.format(page="&P", pages="&N")
        target.set_footer(f"&L{page_text(book.title)}&R{page}")
        if book.logo:
            picture = {"image_right": "logo", "image_data_right": io.BytesIO(book.logo)}
            target.set_header(f"&L{page_text(book.company)}&R&G", picture)
        elif book.company:
            target.set_header(f"&L{page_text(book.company)}&R{page_text(sheet.title)}")
        return pages

    def _fit(self, target, sheet, width, groups):
        """Fit the table to pages: what is too wide to be read takes some side by side.

        :param width: of all columns, in characters
        :param groups: lines of the groups' heads
        """
        pages = ceil(width / PAGE_WIDE) or 1
        if pages > 1:
            target.repeat_columns(0, max(sheet.freeze, 1) - 1)
        if sheet.breaks and len(groups) > 1:
            # what is fitted to pages has no breaks of one's own: scaled instead
            room = LANDSCAPE_FROM * (1.45 if width > LANDSCAPE_FROM else 1) * pages
            target.set_print_scale(max(10, min(100, int(100 * room / max(width, 1)))))
            target.set_h_pagebreaks(groups[1:BREAKS])
        else:
            target.fit_to_pages(pages, 0)
        return pages

    # ------------------------------------------------------------------- charts
    def _write_charts(self, target, sheet, table, head, line, pages):
        wished = [sheet.chart] if sheet.chart else []
        wished += sheet.charts
        if not wished:
            return
        drawn = charts.Drawn(target.get_name(), head + 1, table.drawn, sheet.columns)
        made = [charts.make(self.workbook, one, drawn) for one in wished]
        made = [one for one in made if one]
        if table.count > CHART_BELOW and made:
            target = self.workbook.add_worksheet(self._new_name(made_name(sheet)))
            if self.book.right_to_left:
                target.right_to_left()
            target.set_landscape()
            target.set_paper(9)
            target.fit_to_pages(1, 0)
            line = 0
        for number, one in enumerate(made):
            target.insert_chart(line + number * 22, 0, one)
        if 0 < len(made) <= CHARTS_A_PAGE and pages == 1:
            target.fit_to_pages(1, 1)  # a chart is not cut by the end of a page


_MAY = {
    "autofilter": True,
    "sort": True,
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
}


def made_name(sheet):
    """Return the name of the tab with the charts of a sheet: that of the first."""
    return (sheet.chart or sheet.charts[0]).title


def _label(control):
    return control.label if isinstance(control, Control) else control[0]


def _cells(number, first, last):
    letter = xl_col_to_name(number)
    return f"{letter}{first + 1}:{letter}{last + 1}"
