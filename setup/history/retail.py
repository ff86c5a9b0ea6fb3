"""Read the wholesaler's file: one invoiced line a row."""

import csv
import lzma
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from .errors import LoadError

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
SOURCE_HINT = (
    "the file of Chen, Sain and Guo (2012), doi 10.1057/dbm.2012.17, as CSV packed "
    "with xz"
)


class Row(NamedTuple):
    """One line of one document, as the file has it."""

    number: str
    code: str
    description: str
    quantity: int
    when: datetime  # local time of the shop, United Kingdom
    price: int  # thousandths of a pound, without tax
    customer: str  # empty for a counter sale
    country: str


def _price(text: str) -> int:
    thousandths = Decimal(text) * 1000
    if thousandths != int(thousandths):
        raise ValueError(text)
    return int(thousandths)


def _convert(line: int, fields: list[str], times: dict, prices: dict) -> Row:
    if len(fields) != len(HEADER):
        raise LoadError(
            f"Line {line} has {len(fields)} columns instead of {len(HEADER)}: "
            "mend the line or take a fresh copy of the file."
        )
    number, code, description, quantity, when, price, customer, country = fields
    if not number or not code:
        name = "StockCode" if number else "InvoiceNo"
        raise LoadError(f"Line {line} has no {name}: fill it in or remove the line.")
    column, text, mend = "Quantity", quantity, "a whole number such as 12"
    try:
        pieces = int(quantity)
        column, text, mend = "InvoiceDate", when, "a time such as 2010-12-01T08:26"
        if when not in times:
            times[when] = datetime.fromisoformat(when)
        column, text, mend = "UnitPrice", price, "a price such as 2.55"
        if price not in prices:
            prices[price] = _price(price)
    except (ValueError, InvalidOperation, OverflowError):
        raise LoadError(
            f"Line {line}: {column} is {text!r}, but must be {mend}."
        ) from None
    return Row(
        number.strip(),
        code.strip(),
        description.strip(),
        pieces,
        times[when],
        prices[price],
        customer.strip(),
        country.strip(),
    )


def _open(path: Path):
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def read_rows(path: Path | str) -> Iterator[Row]:
    """Yield the file's lines; a file that cannot be read is refused in one sentence.

    :param path: `.csv.xz`, or plain `.csv` for a small sample
    :raises LoadError: names the file or the line and column, and the mend
    """
    path = Path(path)
    if not path.is_file():
        raise LoadError(f"There is no file {path}: give --file {SOURCE_HINT}.")
    times: dict = {}
    prices: dict = {}
    line = 1
    try:
        with _open(path) as text:
            reader = csv.reader(text)
            header = next(reader, [])
            if header != HEADER:
                raise LoadError(
                    f"{path.name} does not start with the columns "
                    f"{','.join(HEADER)}: give --file {SOURCE_HINT}."
                )
            for line, fields in enumerate(reader, start=2):
                if fields:
                    yield _convert(line, fields, times, prices)
    except (lzma.LZMAError, EOFError):
        raise LoadError(
            f"{path.name} is broken after line {line}: take a fresh copy of it."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise LoadError(
            f"{path.name} is not UTF-8 text with commas after line {line}: "
            "take a fresh copy of it."
        ) from None
