"""Text that a spreadsheet shows as it is: no formula, no control characters."""

import re
import unicodedata

CELL_LIMIT = 32767  # characters of a cell, the limit of the file format
NAME_LIMIT = 31  # characters of a tab
HEAD_LIMIT = 255  # characters of a table's head, and of a page's head or foot
PAGE_LIMIT = 100  # of each half of it
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\!]")  # ! : formulas, and names of cells
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def clean(text):
    """Return text that fits a cell.

    Nothing is put before =, +, - or @: the writer stores it as text, and a reader
    that copies the cell gets what the database holds.

    :param text: any text
    """
    text = str(text)
    if text.isprintable():  # nearly all; one look instead of three
        return text if _units(text) <= CELL_LIMIT else _cut(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    return text if _units(text) <= CELL_LIMIT else _cut(text)


def _units(text):
    """Return the length as the file format counts: UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _cut(text):
    raw = text.encode("utf-16-le")[: (CELL_LIMIT - 1) * 2]
    return raw.decode("utf-16-le", "ignore") + "…"


def fitting(text, units):
    """Return the beginning of a text, as many UTF-16 units as the format allows."""
    raw = clean(text).encode("utf-16-le")[: units * 2]
    return raw.decode("utf-16-le", "ignore")


def tab_name(name, taken=()):
    """Return a name for a tab that the file format allows and no other tab has.

    :param name: wished name
    :param taken: names in use; letter case does not count
    """
    base = _NOT_IN_NAMES.sub(" ", clean(name).replace("\n", " ").replace("\t", " "))
    # within formulas a quote would end the name: Excel's own is typographic
    base = base.strip().strip("'").strip().replace("'", "\u2019") or "Sheet"
    if base.lower() == "history":  # a name that spreadsheets keep for themselves
        base += "_"
    used = {one.lower() for one in taken}
    number, tail = 1, ""
    while (found := _short(base, NAME_LIMIT - len(tail)) + tail).lower() in used:
        number += 1
        tail = f" ({number})"
    return found


def _short(text, units):
    """Return the beginning of a name, in UTF-16 units, without a quote at its end."""
    return fitting(text, units).strip().rstrip("'").strip() or "Sheet"


def head_names(titles):
    """Return the heads of a table: one line each, none empty, all different.

    A spreadsheet refuses to open a table two of whose heads are the same, whatever the
    letter case.
    """
    found = []
    for title in titles:
        base = fitting(" ".join(clean(title).split()), HEAD_LIMIT - 10) or "-"
        name, number = base, 1
        while name.lower() in {one.lower() for one in found}:
            number += 1
            name = f"{base} ({number})"
        found.append(name)
    return found


def page_text(text):
    """Return text for the head or foot of a page, where ``&`` begins a code."""
    text = fitting(text, PAGE_LIMIT).replace("\n", " ")
    while _units(found := text.replace("&", "&&")) > PAGE_LIMIT:
        text = text[:-1]
    return found


def range_name(name):
    """Return whether a word may name cells; ours carry a prefix, so none looks like A1.

    :param name: such as ``net``
    """
    return bool(_WORD.fullmatch(name)) and len(name) < 200


def text_width(text):
    """Return how many characters wide a text is on the screen, its longest line.

    Chinese, Japanese and Korean characters count two, combining marks none.
    """
    if "\n" in text:
        return max(_line_width(line) for line in text.split("\n"))
    return _line_width(text)


def _line_width(line):
    if line.isascii():
        return len(line)
    return sum(
        2
        if unicodedata.east_asian_width(one) in "WF"
        else not unicodedata.combining(one) and unicodedata.category(one) != "Mn"
        for one in line
    )
