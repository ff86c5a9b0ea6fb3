"""Text that a spreadsheet shows as it is: no formula, no control characters."""

import re

CELL_LIMIT = 32767  # characters of a cell, the limit of the file format
NAME_LIMIT = 31  # characters of a tab
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def clean(text):
    """Return text that fits a cell.

    Nothing is put before =, +, - or @: the writer stores it as text, and a reader
    that copies the cell gets what the database holds.

    :param text: any text
    """
    text = str(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"


def tab_name(name, taken=()):
    """Return a name for a tab that the file format allows and no other tab has.

    :param name: wished name
    :param taken: names in use; letter case does not count
    """
    base = _NOT_IN_NAMES.sub(" ", clean(name)).strip().strip("'") or "Sheet"
    if base.lower() == "history":  # a name that spreadsheets keep for themselves
        base += "_"
    base, number = base[:NAME_LIMIT].strip(), 1
    used = {one.lower() for one in taken}
    found = base
    while found.lower() in used:
        number += 1
        tail = f" ({number})"
        found = base[: NAME_LIMIT - len(tail)].strip() + tail
    return found
