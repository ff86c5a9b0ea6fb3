"""The rows of a table, written one after another: the hot loop, and what it learns."""

from decimal import Decimal

from xlsxwriter.utility import xl_col_to_name

from .safe import clean, text_width
from .sheet import DATE, GROUP, MOMENT, STRONG, TEXT, Formula, Row, exact

MEASURED = 2000  # rows whose texts decide how wide a column is
DRAWN = 500  # rows that charts may draw
END = object()


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
        numbers = {column.name: number for number, column in enumerate(columns)}
        self.codes = [numbers.get(column.currency_name) for column in columns]
        self.widest = [0] * len(columns)
        self.summed = [n for n, column in enumerate(columns) if column.total]
        self.sums = dict.fromkeys(self.summed, Decimal(0))
        self.drawn = []
        self.count = 0
        self.outlined = False
        self.writers = {}

    def put(self, target, first, last):
        """Write rows into a tab until they, or its lines, end.

        :param target: worksheet
        :param first: number of the first line to write, from 0
        :param last: number of the last line there is room for
        :return: number of the line after the last one written
        """
        plain = self._writers(target, "")
        line, row = first, self.pending
        rows, summed, sums = self.rows, self.summed, self.sums
        while row is not END and line <= last:
            if type(row) is Row:
                values = row.values
                self._write_special(target, first, line, last, row)
                counted = not row.style
            else:
                values, counted = row, True
                if len(values) != len(plain):
                    raise ValueError(
                        f"row {self.count + 1} has {len(values)} values for"
                        f" {len(plain)} columns"
                    )
                for put, value in zip(plain, values, strict=True):
                    put(line, value, values)
            if counted:
                for number in summed:
                    if (amount := _amount(values[number])) is not None:
                        sums[number] += amount
            if self.count < MEASURED:
                self._measure(values)
            self.count += 1
            line, row = line + 1, next(rows, END)
        self.pending = row
        return line

    def _measure(self, values):
        """Learn widths and what charts draw from the first rows."""
        if self.count < DRAWN:
            self.drawn.append(values)
        for number, value in enumerate(values):
            if type(value) is str:
                width = text_width(value[:400])
                self.widest[number] = max(self.widest[number], width)

    def _write_special(self, target, first, line, last, row):
        """Write a :class:`Row`: its outline, and its subtotals as formulas."""
        if row.level:
            self.outlined = True
            target.set_row(line, None, None, {"level": row.level, "hidden": row.closed})
        elif row.style == GROUP and row.size:
            target.set_row(line, None, None, {"collapsed": row.closed})
        style = row.style if row.style in (GROUP, STRONG) else ""
        fits = line + row.size <= last
        for number, (put, value) in enumerate(
            zip(self._writers(target, style), row.values, strict=True)
        ):
            column = self.sheet.columns[number]
            if isinstance(value, Formula):
                layout = self.formats.cell(column.kind, column.currency, style)
                formula = value.make(lambda at: first + at + 1)
                target.write_formula(line, number, formula, layout, float(value.value))
            elif style == GROUP and row.size and column.total and fits:
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
        if column.kind == TEXT:
            return _put_text(target, number, layout)
        if column.kind in (DATE, MOMENT):
            return _put_day(target, number, layout)
        if self.codes[number] is not None:
            return self._put_money(target, number, style)
        return _put_number(target, number, layout)

    def _put_formula(self, target, number, pattern, layout):
        letters = self.letters

        def put(line, value, _values):
            cells = {name: f"{letter}{line + 1}" for name, letter in letters.items()}
            shown = "" if value is None or value is False else value
            target.write_formula(
                line,
                number,
                pattern.format(**cells),
                layout,
                shown if isinstance(shown, str) else float(shown),
            )

        return put

    def _put_money(self, target, number, style):
        """Write amounts in the currency that the row names."""
        code, kind = self.codes[number], self.sheet.columns[number].kind

        def put(line, value, values):
            layout = self.formats.cell(kind, values[code] or "", style)
            _put_number(target, number, layout)(line, value, values)

        return put


def _put_text(target, number, layout):
    write, blank = target.write_string, target.write_blank

    def put(line, value, _values):
        if value is None or value is False or value == "":
            blank(line, number, None, layout)
        else:
            write(line, number, clean(value), layout)

    return put


def _put_day(target, number, layout):
    write, blank = target.write_datetime, target.write_blank

    def put(line, value, _values):
        if value is None or value is False:
            blank(line, number, None, layout)
        elif value.year < 1900:  # before the first day spreadsheets have
            target.write_string(line, number, value.isoformat(), layout)
        else:
            write(line, number, value, layout)

    return put


def _put_number(target, number, layout):
    write, blank = target.write_number, target.write_blank

    def put(line, value, _values):
        if value is None or value is False or value == "":
            blank(line, number, None, layout)
        else:
            write(line, number, float(value), layout)

    return put


def _amount(value):
    return exact(value.value if isinstance(value, Formula) else value)
