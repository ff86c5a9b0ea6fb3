"""Cells to be filled in: what they take, and what the reader is told else."""

from .safe import clean, fitting

INLINE = 250  # characters of a list that stands in the cell's own rule


class Lists:
    """Long lists of choices, in a hidden tab that is made when one is asked for.

    :param workbook: ``xlsxwriter.Workbook``
    :param new_name: function(wished) -> free name of a tab
    """

    def __init__(self, workbook, new_name):
        self.workbook, self.new_name = workbook, new_name
        self.found, self.name = [], None

    def source(self, values):
        """Return what a list rule takes: the texts, or the cells that hold them."""
        values = [clean(one) for one in values]
        if len(",".join(values).encode("utf-16-le")) <= 2 * INLINE and not any(
            "," in one for one in values
        ):
            return values
        if self.name is None:
            self.name = self.new_name("Lists")
        if values not in self.found:
            self.found.append(values)
        column = self.found.index(values)
        letter = chr(ord("A") + column) if column < 26 else None
        if letter is None:
            raise ValueError("at most 26 long lists of choices in one workbook")
        return f"='{self.name}'!${letter}$1:${letter}${len(values)}"

    def finish(self):
        """Write the hidden tab, if any list asked for it."""
        if self.name is None:
            return
        target = self.workbook.add_worksheet(self.name)
        target.hide()
        longest = max(len(values) for values in self.found)
        for row in range(longest):
            for column, values in enumerate(self.found):
                if row < len(values):
                    target.write_string(row, column, values[row])


def set_inputs(target, sheet, first, last, lists):
    """Put the rules of the input columns of a sheet upon their cells."""
    if last < first:
        return
    for number, column in enumerate(sheet.columns):
        if column.valid is not None:
            rule = _rule(column, lists)
            target.data_validation(first, number, last, number, rule)


def _rule(column, lists):
    valid = column.valid
    if hasattr(valid, "values"):
        rule = {"validate": "list", "source": lists.source(valid.values)}
    else:
        rule = {
            "validate": "integer" if valid.whole else "decimal",
            "criteria": "between",
            "minimum": valid.low,
            "maximum": valid.high,
        }
    return rule | {
        "error_title": fitting(column.title, 32),
        "error_message": fitting(valid.message, 255),
        "input_title": fitting(column.title, 32),
        "input_message": fitting(valid.message, 255),
    }
