"""Native charts over the rows of a table, with their figures stored."""

from xlsxwriter.utility import xl_range_abs

from .safe import clean
from .sheet import DECIMAL, INTEGER, MONEY, NUMBERS, RATIO, Pareto

BARS, LINE = "#4472C4", "#ED7D31"
SIZE = {"width": 960, "height": 420}
ROUND = ("pie", "doughnut")
LINES = {"color": "#D9D9D9", "width": 0.75}
AXIS = {INTEGER: "#,##0", MONEY: "#,##0", DECIMAL: "#,##0", RATIO: "0%"}


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

    def has_figures(self, number, start, count):
        """Tell whether a column has any figure to draw."""
        found = self.rows[start : start + count]
        return any(_figure(row[number]) not in ("", 0.0) for row in found)


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
    shown = [n for n in chart.values if drawn.columns[n].kind in NUMBERS]
    shown = [n for n in shown if drawn.has_figures(n, chart.first, count)]
    if not shown:
        return None
    for number in shown:
        made.add_series(drawn.series(chart.label, number, chart.first, count))
    kind = drawn.columns[shown[0]].kind
    _set_axis(made, kind, lying=chart.kind == "bar")
    return _finish(made, chart, alone=len(shown) == 1 and chart.kind not in ROUND)


def _set_axis(made, kind, *, lying=False):
    """Give the axis of the figures their format, and quiet lines.

    :param lying: bars lie; their figures run along x, the first name stands on top
    """
    figures = {
        "num_format": AXIS[kind],
        "major_gridlines": {"visible": True, "line": LINES},
    }
    names = {"reverse": lying, "major_gridlines": {"visible": False}}
    if lying:
        made.set_x_axis({**figures, "label_position": "high"})
        made.set_y_axis(names)
    else:
        made.set_y_axis(figures)
        made.set_x_axis({**names, "label_position": "low"})


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
    _set_axis(bars, drawn.columns[chart.value].kind)
    line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
    return _finish(bars, chart)


def _finish(made, chart, *, alone=False):
    """Give a chart its title, size and legend; one series is named by the title."""
    made.set_title({"name": clean(chart.title), "overlay": False})
    made.set_legend({"none": True} if alone else {"position": "bottom"})
    made.set_size(SIZE)
    return made
