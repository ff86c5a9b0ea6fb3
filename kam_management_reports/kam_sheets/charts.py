"""Native charts over the rows of a table, with their figures stored."""

from xlsxwriter.utility import xl_range_abs

from .safe import clean
from .sheet import NUMBERS, Pareto

BARS, LINE = "#4472C4", "#ED7D31"
SIZE = {"width": 960, "height": 420}


class Drawn:
    """What a chart needs to know of the table it is drawn from.

    :param tab: name of the tab
    :param first: number of the first row of the table, from 0
    :param rows: the first rows of the table, as tuples of values
    :param columns: the columns
    """

    def __init__(self, tab, first, rows, columns):
        self.tab = "'" + tab.replace("'", "''") + "'"
        self.first, self.rows, self.columns = first, rows, columns

    def series(self, label, number, start, count, **options):
        """Return a series of xlsxwriter: names, figures, and both as they are now."""
        found = self.rows[start : start + count]
        column = self.columns[number]

        def cells(which):
            first = self.first + start
            return f"={self.tab}!" + xl_range_abs(
                first, which, first + len(found) - 1, which
            )

        return {
            "name": clean(column.title),
            "categories": cells(label),
            "values": cells(number),
            "categories_data": [_shown(row[label]) for row in found],
            "values_data": [_figure(row[number]) for row in found],
            **options,
        }


def _shown(value):
    return "" if value is None or value is False else clean(value)


def _figure(value):
    value = getattr(value, "value", value)
    return "" if value is None or value is False or value == "" else float(value)


def make(workbook, chart, drawn):
    """Return the chart; None when there is nothing to draw."""
    if isinstance(chart, Pareto):
        return _pareto(workbook, chart, drawn)
    count = min(len(drawn.rows) - chart.first, chart.rows)
    if count <= 0:
        return None
    options = {"type": chart.kind}
    if chart.stacked:
        options["subtype"] = "stacked"
    made = workbook.add_chart(options)
    for number in chart.values:
        if drawn.columns[number].kind in NUMBERS:
            made.add_series(drawn.series(chart.label, number, chart.first, count))
    return _finish(made, chart)


def _pareto(workbook, chart, drawn):
    count = min(len(drawn.rows), chart.rows)
    if not count:
        return None
    bars = workbook.add_chart({"type": "column"})
    bars.add_series(
        drawn.series(chart.label, chart.value, 0, count, fill={"color": BARS}, gap=40)
    )
    line = workbook.add_chart({"type": "line"})
    line.add_series(
        drawn.series(
            chart.label, chart.ratio, 0, count, y2_axis=True, line={"color": LINE}
        )
    )
    bars.combine(line)
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    return _finish(bars, chart)


def _finish(made, chart):
    made.set_title({"name": clean(chart.title), "overlay": False})
    made.set_legend({"position": "bottom"})
    made.set_size(SIZE)
    return made
