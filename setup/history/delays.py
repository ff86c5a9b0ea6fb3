"""When invoices are paid: delays of a real sample of receivables.

Each customer is tied to one of the sample's payers for good, each invoice to one of
that payer's invoices, both by a digest of their numbers: the same file always gives
the same payments. An invoice that was disputed there is, one time in four, paid in part
on its day and the rest sixty days later.
"""

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

from .errors import LoadError

TERM_DAYS = 30
PART_PERCENT = 60
REST_AFTER_DAYS = 60
COLUMNS = {"customerID", "invoiceNumber", "Disputed", "DaysToSettle"}


class Instalment(NamedTuple):
    """A share of an invoice and the days after it when the share is paid."""

    days: int
    percent: int


def digest(text: str) -> int:
    """Return a number that is always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


class Delays:
    """The sample: for each payer the days and whether it was disputed."""

    def __init__(self, payers: list[list[tuple[int, bool]]]):
        self.payers = payers

    def instalments(self, customer: str, number: str) -> list[Instalment]:
        """Return when an invoice is paid, first the days after its date."""
        invoices = self.payers[digest(customer) % len(self.payers)]
        throw = digest(number)
        days, disputed = invoices[throw % len(invoices)]
        if disputed and throw // len(invoices) % 4 == 0:
            rest = Instalment(days + REST_AFTER_DAYS, 100 - PART_PERCENT)
            return [Instalment(days, PART_PERCENT), rest]
        return [Instalment(days, 100)]


def read_delays(path: Path | str) -> Delays:
    """Read the sample of receivables.

    :raises LoadError: names the file or the line, and the mend
    """
    path = Path(path)
    if not path.is_file():
        raise LoadError(
            f"There is no file {path}: give --delays a CSV with the columns "
            f"{', '.join(sorted(COLUMNS))}."
        )
    payers: dict[str, list[tuple[str, int, bool]]] = {}
    with path.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        missing = COLUMNS - set(reader.fieldnames or ())
        if missing:
            raise LoadError(
                f"{path.name} lacks the column {', '.join(sorted(missing))}: add it "
                "or give another file with --delays."
            )
        for row in reader:
            days = row["DaysToSettle"]
            if not (days or "").isdigit():
                raise LoadError(
                    f"{path.name} line {reader.line_num}: DaysToSettle is {days!r}, "
                    "but must be a whole number of days, 0 or more."
                )
            payers.setdefault(row["customerID"], []).append(
                (row["invoiceNumber"], int(days), row["Disputed"] == "Yes")
            )
    if not payers:
        raise LoadError(f"{path.name} has no row: give another file with --delays.")
    return Delays([[i[1:] for i in sorted(payers[key])] for key in sorted(payers)])
