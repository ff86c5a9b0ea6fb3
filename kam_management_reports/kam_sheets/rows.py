"""The rows of a table, written one after another: the hot loop, and what it learns."""

from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from math import ceil

from xlsxwriter.utility import xl_col_to_name

from .safe import clean, text_width
from .sheet import DATE, GROUP, MOMENT, STRONG, TEXT, Formula, Row, exact, total_of

MEASURED = 1000  # rows whose texts decide how wide a column is
WIDEST = 60  # characters of a column that was given no width
LINE, MOST_LINES = 15, 27  # points; the file format allows 409 a row
DRAWN = 500  # rows that charts may draw
EPOCH = date(1899, 12, 31).toordinal()
END = object()
OPEN = tuple({"level": level} for level in range(8))
FOLDED = tuple({"level": level, "hidden": True} for level in range(8))


class Table:
    """Writes the rows of one sheet; the same object goes on in the next tab.

    :param sheet: :class:`~.sheet.Sheet`
    :param formats: :class:`~.formats.Formats`
    """

    def __init__(self, sheet, formats):
        self.sheet, self.formats = sheet, formats
        self.rows = iter(sheet.rows)
        self.pending = next(self.rows, END)
        columns = sheet.columns
        self.letters = {
            column.name: xl_col_to_name(number)
            for number, column in enumerate(columns)
            if column.name
        }
        numbers = {one.name: n for n, one in enumerate(columns) if one.name}
        self.codes = [numbers.get(column.currency_name) for column in columns]
        self.widest = [0] * len(columns)
        self.summed = [n for n, column in enumerate(columns) if column.total]
        self.sums = dict.fromkeys(self.summed, Decimal(0))
        self.drawn = []
        self.count = 0
        self.outlined = False
        self.carry = None  # the head of a group that goes on in the next tab
        self.heads = []  # lines of the groups' heads in the present tab
        self.writers = {}
        self.tall = []  # lines that the texts of the present row need, where above one

    def put(self, target, first, last):
        """Write rows into a tab until they, or its lines, end.

        :param target: worksheet
        :param first: number of the first line to write, from 0
        :param last: number of the last line there is room for
        :return: number of the line after the last one written
        """
        plain = self._writers(target, "")
        self.heads = []
        line, row = first, self._carried()
        summed, sums = self.summed, self.sums
        while row is not END and line <= last:
            values, counted = row, True
            if type(row) is Row:
                if row.size > last - line:
                    row = self._split(row, last - line)
                values, counted = row.values, not row.style
                self._set_line(target, line, row)
            if counted:
                if len(values) != len(plain):
                    raise self._uneven(values)
                for put, value in zip(plain, values):  # noqa: B905, as long: see above
                    put(line, value, values)
                for number in summed:
                    if (amount := exact(values[number])) is not None:
                        sums[number] += amount
            else:
                self._write_styled(target, first, line, row)
            if self.tall or self.count < MEASURED:
                self._learn(target, line, row, values)
            self.count += 1
            line, row = line + 1, next(self.rows, END)
        self.pending = row
        return line

    def _split(self, head, room):
        """Return the head of the rows of a group that have room; keep the rest's."""
        here = list(islice(self.rows, room))
        self.rows = chain(here, self.rows)
        part = list(head.values)
        rest = list(head.values)
        for number in self.summed:
            part[number] = total_of(_values(one)[number] for one in here)
            rest[number] = total_of([rest[number], -part[number]])
        self.carry = head._replace(values=tuple(rest), size=head.size - room)
        self.count -= 1  # a head in two tabs is one row
        return head._replace(values=tuple(part), size=room)

    def _carried(self):
        """Return what a tab begins with: perhaps the head of the rest of a group."""
        if self.carry is None or self.pending is END:
            return self.pending
        row, self.carry = self.carry, None
        self.rows = chain((self.pending,), self.rows)
        return row

    def _uneven(self, values):
        return ValueError(
            f"row {self.count + 1} has {len(values)} values for"
            f" {len(self.sheet.columns)} columns"
        )

    def _learn(self, target, line, row, values):
        """Learn what a row that was just written asks of the sheet."""
        if self.tall:
            self._set_height(target, line, row)
        if self.count < MEASURED:
            self._measure(values)

    def _measure(self, values):
        """Learn widths and what charts draw from the first rows."""
        if self.count < DRAWN:
            self.drawn.append(values)
        widest = self.widest
        for number, value in enumerate(values):
            if type(value) is str:
                width = text_width(value[:400])
                widest[number] = max(widest[number], width)

    def _set_height(self, target, line, row):
        """Give a row with long texts its height; not every reader reckons it."""
        height = LINE * min(max(self.tall), MOST_LINES)
        level = row.level if type(row) is Row else 0
        closed = type(row) is Row and row.closed
        options = (FOLDED if closed else OPEN)[level] if level else None
        target.set_row(line, height, None, options)
        self.tall.clear()

    def _set_line(self, target, line, row):
        """Give a line its place in the outline."""
        if row.level:
            self.outlined = True
            options = FOLDED[row.level] if row.closed else OPEN[row.level]
            target.set_row(line, None, None, options)
        elif row.style == GROUP:
            self.heads.append(line)
            if row.closed:
                target.set_row(line, None, None, {"collapsed": True})

    def _write_styled(self, target, first, line, row):
        """Write the head of a group, with live subtotals, or a strong row."""
        if len(row.values) != len(self.sheet.columns):
            raise self._uneven(row.values)
        style = row.style if row.style in (GROUP, STRONG) else ""
        for number, (put, value) in enumerate(
            zip(self._writers(target, style), row.values, strict=True)
        ):
            column = self.sheet.columns[number]
            if isinstance(value, Formula):
                layout = self.formats.cell(column.kind, column.currency, style)
                formula = value.make(lambda at: first + at + 1)
                target.write_formula(line, number, formula, layout, float(value.value))
            elif style == GROUP and row.size and column.total:
                letter = xl_col_to_name(number)
                target.write_formula(
                    line,
                    number,
                    f"=SUBTOTAL(109,{letter}{line + 2}:{letter}{line + 1 + row.size})",
                    self.formats.cell(column.kind, column.currency, style),
                    float(value or 0),
                )
            else:
                put(line, value, row.values)

    # ------------------------------------------------------------------ writers
    def _writers(self, target, style):
        """Return [function(line, value, values)], one for each column."""
        key = (id(target), style)
        if key not in self.writers:
            self.writers[key] = [
                self._writer(target, number, column, style)
                for number, column in enumerate(self.sheet.columns)
            ]
        return self.writers[key]

    def _writer(self, target, number, column, style):
        if column.input and not style:
            style = "input"
        layout = self.formats.cell(column.kind, column.currency, style)
        if column.formula and style in ("", "input"):
            return self._put_formula(target, number, column.formula, layout)
        blanks = bool(style)  # an empty cell is there where one sees or fills it
        if column.kind == TEXT:
            return self._put_text(target, number, layout, blanks)
        if column.kind in (DATE, MOMENT):
            return _put_day(target, number, layout, blanks)
        if self.codes[number] is not None:
            return self._put_money(target, number, style)
        return _put_number(target, number, layout, blanks)

    def _put_text(self, target, number, layout, blanks):
        write, blank = _direct(target, "write_string"), target.write_blank
        room, tall = (self.sheet.columns[number].width or WIDEST) - 1, self.tall

        def put(line, value, _values):
            if value is not None and value is not False and value != "":
                text = clean(value)
                write(line, number, text, layout)
                if len(text) > room or "\n" in text:
                    tall.append(_lines(text, room))
            elif blanks:
                blank(line, number, None, layout)

        return put

    def _put_formula(self, target, number, pattern, layout):
        """Write the column's formula with the cells of the line, and its value."""
        cells = {name: f"{letter}\0" for name, letter in self.letters.items()}
        formula = pattern.format(**cells)

        def put(line, value, _values):
            shown = "" if value is None or value is False else value
            target.write_formula(
                line,
                number,
                formula.replace("\0", str(line + 1)),
                layout,
                shown if isinstance(shown, str) else float(shown),
            )

        return put

    def _put_money(self, target, number, style):
        """Write amounts in the currency that the row names."""
        code, kind = self.codes[number], self.sheet.columns[number].kind
        writers = {}

        def put(line, value, values):
            currency = values[code] or ""
            if currency not in writers:
                layout = self.formats.cell(kind, currency, style)
                writers[currency] = _put_number(target, number, layout, bool(style))
            writers[currency](line, value, values)

        return put


def _put_day(target, number, layout, blanks):
    write, blank = _direct(target, "write_number"), target.write_blank
    serials = Serials()

    def put(line, value, _values):
        if value is None or value is False:
            if blanks:
                blank(line, number, None, layout)
        elif value.year < 1900:  # before the first day spreadsheets have
            target.write_string(line, number, value.isoformat(), layout)
        else:
            write(line, number, serials[value], layout)

    return put


def _lines(text, room):
    """Return about how many lines a text takes in a column.

    :param room: characters
    """
    return sum(ceil(len(one) / room) or 1 for one in text.split("\n"))


def _values(row):
    return row.values if type(row) is Row else row


class Serials(dict):
    """{day or moment: its number in a spreadsheet}; days are reckoned once."""

    def __missing__(self, value):
        if isinstance(value, datetime):
            seconds = value.hour * 3600 + value.minute * 60 + value.second
            return self[value.date()] + (seconds + value.microsecond / 1e6) / 86400
        days = value.toordinal() - EPOCH
        # spreadsheets count a 29 February 1900 that never was
        self[value] = found = days + (days > 59)
        return found


def _put_number(target, number, layout, blanks):
    write, blank = _direct(target, "write_number"), target.write_blank

    def put(line, value, _values):
        if value is not None and value is not False and value != "":
            write(line, number, float(value), layout)
        elif blanks:
            blank(line, number, None, layout)

    return put


def _direct(target, name):
    """Return a method of the worksheet without its reading of ``A1`` addresses.

    Half as dear a cell; a version of xlsxwriter without it gives the public one.
    """
    return getattr(target, f"_{name}", None) or getattr(target, name)
