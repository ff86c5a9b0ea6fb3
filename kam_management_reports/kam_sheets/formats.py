"""Formats of cells: numbers by currency, dates by language, colours that stay legible.

Each colour comes as a pair of fill and font, so that it reads the same on a white and
on a dark sheet.
"""

from .sheet import DATE, DECIMAL, INTEGER, MOMENT, MONEY, NUMBERS, RATIO, TEXT, Currency

FILLS = {
    "head": {"bg_color": "#44546A", "font_color": "#FFFFFF"},
    "group": {"bg_color": "#E7E6E6", "font_color": "#000000"},
    "input": {"bg_color": "#FFF2CC", "font_color": "#000000"},
    "late": {"bg_color": "#FFC7CE", "font_color": "#9C0006"},
    "gap": {"bg_color": "#FFE699", "font_color": "#7F6000"},
    "good": {"bg_color": "#C6EFCE", "font_color": "#006100"},
}
_DATE_CODES = {
    "%d": "dd",
    "%e": "d",
    "%m": "mm",
    "%y": "yy",
    "%Y": "yyyy",
    "%b": "mmm",
    "%B": "mmmm",
    "%a": "ddd",
    "%A": "dddd",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "AM/PM",
    "%%": "%",
}
_PLAIN = set(" -/.,:")


def date_code(pattern, fallback="yyyy-mm-dd"):
    """Return the spreadsheet's code for a ``strftime`` pattern.

    :param pattern: such as ``%d.%m.%Y``; other letters become quoted text
    :param fallback: what an empty pattern, or one of unknown parts, gives
    """
    out, rest = [], pattern or ""
    while rest:
        part = rest[:2] if rest[0] == "%" else rest[0]
        rest = rest[len(part) :]
        if part[0] == "%":
            if part not in _DATE_CODES:
                return fallback
            out.append(_DATE_CODES[part])
        else:
            out.append(part if part in _PLAIN else '"' + part.replace('"', "") + '"')
    return "".join(out).replace('""', "") or fallback


def money_code(currency):
    """Return the number format of amounts; red below zero."""
    zeros = "." + "0" * currency.digits if currency.digits else ""
    symbol = '"' + currency.symbol.replace('"', "") + '"' if currency.symbol else ""
    number = f"#,##0{zeros}"
    code = f"{symbol}{number}" if currency.before else f"{number} {symbol}".strip()
    return f"{code};[Red]-{code}"


class Formats:
    """The formats of one workbook, made when first asked for."""

    def __init__(self, workbook, book):
        self.workbook, self.book = workbook, book
        self.made = {}
        self.own = Currency("", book.currency, book.digits, book.before)

    def code(self, kind, currency=""):
        """Return the number format of a kind of column."""
        if kind == MONEY:
            return money_code(self.book.currencies.get(currency) or self.own)
        return {
            TEXT: "@",
            INTEGER: "#,##0",
            RATIO: "0.0%",
            DECIMAL: "#,##0.00",
            DATE: self.book.date_format,
            MOMENT: self.book.moment_format,
        }[kind]

    def cell(self, kind, currency="", style=""):
        """Return the format of a cell.

        :param style: empty, ``total``, ``group``, ``strong`` or ``input``
        """
        key = (kind, currency if kind == MONEY else "", style)
        if key not in self.made:
            made = {"num_format": self.code(kind, currency), "valign": "top"}
            if kind == TEXT:
                made |= {"text_wrap": True, **self._begin()}
            elif kind in (DATE, MOMENT):  # as its head does; text stands to the right
                made |= self._begin()
            made |= {
                "total": {"bold": True, "top": 1},
                "group": {"bold": True, **FILLS["group"]},
                "strong": {"bold": True},
                "input": {"locked": False, "border": 1, **FILLS["input"]},
            }.get(style, {})
            self.made[key] = self.workbook.add_format(made)
        return self.made[key]

    def _begin(self):
        """Return how text keeps off the number before it, in the reader's direction."""
        return {"align": "right" if self.book.right_to_left else "left", "indent": 1}

    def word(self, style):
        """Return the format of words around the table."""
        key = ("word", style)
        if key not in self.made:
            self.made[key] = self.workbook.add_format(
                {
                    "title": {"bold": True, "font_size": 16},
                    "label": {"font_color": "#767676"},
                    "strong": {"bold": True},
                    "line": {"bottom": 1},
                    "wrap": {"text_wrap": True, "valign": "top"},
                    "head": {
                        "bold": True,
                        "text_wrap": True,
                        **self._begin(),
                        "valign": "vcenter",
                        "border": 1,
                        "border_color": "#FFFFFF",
                        **FILLS["head"],
                    },
                    "head_number": {
                        "bold": True,
                        "text_wrap": True,
                        "valign": "vcenter",
                        "align": "right",
                        "border": 1,
                        "border_color": "#FFFFFF",
                        **FILLS["head"],
                    },
                    "band": {
                        "bold": True,
                        "align": "center",
                        "border": 1,
                        "border_color": "#FFFFFF",
                        **FILLS["head"],
                    },
                    "late": FILLS["late"],
                    "good": FILLS["good"],
                    "gap": FILLS["gap"],
                    "": {},
                }[style]
            )
        return self.made[key]

    def head(self, column):
        """Return the format of a column's head: over numbers it stands right."""
        return self.word("head_number" if column.kind in NUMBERS else "head")
