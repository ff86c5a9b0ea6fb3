"""A small trading history, made up, in the form the loader reads.

For a machine without the real one.  The same numbers every time.
"""

import csv
import datetime as dt
import lzma

CUSTOMERS = 60
DOCUMENTS = 1500
LINES = 8
FIRST = dt.datetime(2025, 1, 2, 9, 0)
HEADER = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
DELAYS = ("customerID", "invoiceNumber", "InvoiceDate", "DaysToSettle", "Disputed")


def lines(an_invoice):
    """Yield the lines of the invoices, a customer of rank n buying about 1/n.

    :param an_invoice: how many lines each has
    """
    for n in range(DOCUMENTS):
        when = FIRST + dt.timedelta(minutes=n * 350)
        customer = 12000 + (n * n + 7 * n) % (1 + n % CUSTOMERS)
        for place in range(an_invoice):
            code = (n * 31 + place * 17) % 200
            yield (
                536000 + n,
                f"P{code:03}",
                f"PRODUCT {code}",
                1 + (n + place) % 24,
                when.isoformat(timespec="minutes"),
                f"{1 + code / 20:.3f}",
                customer,
                "United Kingdom",
            )


def delays():
    """Yield receipts: when invoices of a sample were paid."""
    for n in range(300):
        yield f"S-{n % 30}", 9000 + n, "1/2/2013", (n * 7) % 60, "No"


def write(folder, an_invoice=LINES):
    """Write both files and return their paths.

    :param an_invoice: how many lines an invoice has
    """
    folder.mkdir(parents=True, exist_ok=True)
    trade, sample = folder / "history.csv.xz", folder / "receivables.csv"
    with lzma.open(trade, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *lines(an_invoice)])
    with sample.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([DELAYS, *delays()])
    return trade, sample
