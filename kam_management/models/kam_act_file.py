"""Cells of a file that a customer sent: XLSX or CSV, read with care.

The file comes from outside: its size, what it unpacks to and its entities are looked at
before anything parses it.
"""

import csv
import io
import zipfile
from itertools import islice

import openpyxl

from odoo.exceptions import UserError

from ..kam_core.receivables.their_file import MOST_COLUMNS, MOST_ROWS

LARGEST = 10 * 2**20
LARGEST_UNPACKED = 100 * 2**20
MOST_PARTS = 500
SHEETS = 50
ENCODINGS = ("utf-8-sig", "cp1251")
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENTITIES = [
    mark.encode(code)
    for mark in ("<!ENTITY", "<!DOCTYPE")
    for code in ("ascii", "utf-16-le", "utf-16-be")
]


def read_cells(env, data, sheet=0):
    """Return (names of the sheets, rows of cells of one of them).

    :param data: the file's bytes
    :param sheet: place of the sheet, from 0
    :raises UserError: too large, damaged, or of another kind
    """
    if not data:
        raise UserError(env._("“File” is missing: choose the customer's act."))
    if len(data) > LARGEST:
        raise UserError(env._("“File” is larger than 10 MB. Split the period."))
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
            env._("The table has more than %s rows. Split the period.", MOST_ROWS)
        )
    return names, rows


def _read_xlsx(env, data, sheet):
    try:
        _check_zip(env, data)
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        names = book.sheetnames[:SHEETS]
        page = book.worksheets[sheet] if 0 <= sheet < len(book.worksheets) else None
        if page is None:
            raise UserError(
                env._("“Sheet” is a number from 1 to %s.", len(book.worksheets))
            )
        found = page.iter_rows(
            max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True
        )
        return names, [list(row) for row in islice(found, MOST_ROWS + 1)]
    except UserError:
        raise
    except Exception as error:  # a damaged file fails in many ways
        raise UserError(
            env._("“File” cannot be read as XLSX. Open it, save it anew, or use CSV.")
        ) from error


def _check_zip(env, data):
    """Refuse what unpacks to too much, or declares entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or size > LARGEST_UNPACKED:
            raise UserError(env._("“File” unpacks to too much. Save the sheet as CSV."))
        left = LARGEST_UNPACKED
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as stream:
                body = stream.read(left + 1)  # the size above is only a claim
            left -= len(body)
            if left < 0 or any(mark in body for mark in ENTITIES):
                raise UserError(
                    env._("“File” holds what an act has no need of. Save it as CSV.")
                )


def _read_csv(env, data):
    text = _decode(env, data)
    sample = text[:20000]
    try:
        dialect = csv.Sniffer().sniff(sample, delimiters=";,\t|")
    except csv.Error:
        dialect = csv.excel
        dialect.delimiter = ";" if sample.count(";") > sample.count(",") else ","
    try:
        reader = csv.reader(io.StringIO(text), dialect)
        return [
            [cell or None for cell in row[:MOST_COLUMNS]]
            for row in islice(reader, MOST_ROWS + 1)
        ]
    except csv.Error as error:
        raise UserError(env._("“File” cannot be read as CSV: %s", error)) from error


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
