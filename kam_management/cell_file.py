"""Cells of a file that came from outside: XLSX or CSV, read with care.

Its size, what it unpacks to, its entities, macros and links to other files are looked
at before anything parses it. One reader for all files that people send: acts of
customers, order forms, edited plans.
"""

import base64
import binascii
import csv
import io
import zipfile
from itertools import islice

import openpyxl

from odoo.exceptions import UserError

MOST_ROWS, MOST_COLUMNS = 20_000, 60
LARGEST = 10 * 2**20
LARGEST_UNPACKED = 40 * 2**20
MOST_PARTS = 500
SHEETS = 50
ENCODINGS = ("utf-8-sig", "cp1251")
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENTITIES = [
    mark.encode(code)
    for mark in ("<!ENTITY", "<!DOCTYPE")
    for code in ("ascii", "utf-16-le", "utf-16-be")
]
# parts of a workbook that run code, or fetch from elsewhere when it is opened
MACROS = ("vbaproject", "activex/", "macrosheets/", "embeddings/")
LINKS = ("externallinks/", "connections.xml", "querytables/", "webextensions/")


def decode(env, data):
    """Return the bytes of a file as the client sends it.

    :param data: base64, text or bytes
    :raises UserError: missing, too large, or no base64
    """
    if not data:
        raise UserError(env._("“File” is missing: choose one."))
    if not isinstance(data, str | bytes) or len(data) > LARGEST * 4 // 3 + 4:
        raise UserError(env._("“File” is larger than 10 MB, or is none: split it."))
    try:
        return base64.b64decode(data, validate=True)
    except (ValueError, binascii.Error) as error:
        raise UserError(env._("“File” did not arrive. Send it again.")) from error


def read_cells(env, data, sheet=0):
    """Return (names of the sheets, rows of cells of one of them).

    :param data: the file's bytes
    :param sheet: place of the sheet, from 0
    :raises UserError: too large, damaged, or of another kind
    """
    if not data:
        raise UserError(env._("“File” is missing: choose one."))
    if len(data) > LARGEST:
        raise UserError(env._("“File” is larger than 10 MB. Split it."))
    if data.startswith(OLD_EXCEL):
        raise UserError(
            env._("“File” is in the old Excel format. Save it as XLSX or CSV.")
        )
    names, rows = (
        _read_xlsx(env, data, sheet)
        if data.startswith(ZIP)
        else ([], _read_csv(env, data))
    )
    while rows and not any(one not in (None, "") for one in rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS:
        raise UserError(
            env._("“File” has more than %s rows. Split the table.", MOST_ROWS)
        )
    return names, rows


def _read_xlsx(env, data, sheet):
    try:
        _check_zip(env, data)
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        names = book.sheetnames[:SHEETS]
        rows = _page_rows(env, book, sheet)
        if _has_formulas(data):
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, keep_links=False
            )
            rows = _with_formulas(rows, _page_rows(env, book, sheet))
        return names, rows
    except UserError:
        raise
    except Exception as error:  # a damaged file fails in many ways
        raise UserError(
            env._("“File” cannot be read as XLSX. Open it, save it anew, or use CSV.")
        ) from error


def _page_rows(env, book, sheet):
    page = book.worksheets[sheet] if 0 <= sheet < len(book.worksheets) else None
    if page is None:
        raise UserError(
            env._("“Sheet” is a number from 1 to %s.", len(book.worksheets))
        )
    found = page.iter_rows(
        max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True
    )
    return [list(row) for row in islice(found, MOST_ROWS + 1)]


def _has_formulas(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            b"<f>" in body or b"<f " in body
            for part in archive.infolist()
            if part.filename.startswith("xl/worksheets/")
            and (body := archive.read(part))
        )


def _with_formulas(values, formulas):
    """Put a formula where the file has no value for it.

    Whoever made the file never opened it in a spreadsheet; the cell is not empty.
    """
    return [
        [
            formula
            if value is None and isinstance(formula, str) and formula.startswith("=")
            else value
            for value, formula in zip(row, others, strict=False)
        ]
        for row, others in zip(values, formulas, strict=False)
    ]


def _check_zip(env, data):
    """Refuse what unpacks to too much, declares entities, runs code or fetches."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or size > LARGEST_UNPACKED:
            raise UserError(env._("“File” unpacks to too much. Save the sheet as CSV."))
        _check_parts(env, [part.filename.lower() for part in parts])
        left = LARGEST_UNPACKED
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as stream:
                body = stream.read(left + 1)  # the size above is only a claim
            left -= len(body)
            if left < 0 or any(mark in body for mark in ENTITIES):
                raise UserError(
                    env._("“File” holds what a table has no need of. Save it as CSV.")
                )


def _check_parts(env, names):
    if any(mark in name for name in names for mark in MACROS):
        raise UserError(
            env._("“File” holds macros or other files. Save it as XLSX without them.")
        )
    if any(mark in name for name in names for mark in LINKS):
        raise UserError(
            env._("“File” links to other files. Paste values instead, or use CSV.")
        )


def _read_csv(env, data):
    text = _decode(env, data)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
        return [
            [cell or None for cell in row[:MOST_COLUMNS]]
            for row in islice(reader, MOST_ROWS + 1)
        ]
    except csv.Error as error:
        raise UserError(env._("“File” cannot be read as CSV: %s", error)) from error


def _delimiter(text):
    """Return what parts the cells: the first that most lines have, a comma last.

    A comma may be in every line and only part the decimals.
    """
    lines = [one for one in text[:20000].splitlines() if one.strip()]
    for mark in "\t;|":
        if sum(mark in one for one in lines) * 2 > len(lines):
            return mark
    return ","


def _decode(env, data):
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    codes = ("utf-16",) if marked else ENCODINGS
    for code in codes:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UserError(env._("“File” is neither XLSX nor a text. Save it as XLSX or CSV."))
