"""What the file says, straight from its rows and independent of any document."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from . import money
from .retail import Row
from .rules import customer_key


def expected(rows: Iterable[Row], moved_days: int = 0) -> Counter:
    """Return net revenue without tax in pence by (customer key, month).

    Each row is rounded to pence for itself; rows at 0.00 add nothing, so that what the
    loader leaves out does not matter here.

    :param rows: rows of the slice, in any order
    :param moved_days: by how many days the loader moved the dates
    :return: `{("12347", "2010-12"): 71179, …}`
    """
    moved = timedelta(days=moved_days)
    net: Counter = Counter()
    for row in rows:
        amount = money.subtotal(row.quantity, row.price)
        if amount:
            month = f"{row.when + moved:%Y-%m}"
            net[customer_key(row), month] += amount
    return net
