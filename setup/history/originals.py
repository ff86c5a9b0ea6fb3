"""Find the invoice that a credit note takes back."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from .rules import Document


def find_originals(documents: Iterable[Document]) -> int:
    """Set `original` on one customer's credit notes; return how many were found.

    :param documents: one customer's documents in order of time
    """
    sold: dict[str, list[tuple[Document, int, int]]] = defaultdict(list)
    found = 0
    for document in documents:
        if document.sign > 0:
            for line in document.lines:
                if line.quantity > 0:
                    sold[line.code].append((document, line.quantity, line.price))
            continue
        value: Counter = Counter()
        place: dict[str, tuple] = {}
        for line in document.lines:
            sale = _latest(sold[line.code], line.quantity, line.price)
            if sale:
                value[sale.number] += line.subtotal
                place[sale.number] = (sale.when, sale)
        if value:
            best = max(value, key=lambda number: (value[number], place[number][0]))
            document.original = place[best][1]
            found += 1
    return found


def _latest(sales: list, quantity: int, price: int) -> Document | None:
    """Return the latest sale: big enough at this price, at this price, or any."""
    for fits in (
        lambda sale: sale[1] >= quantity and sale[2] == price,
        lambda sale: sale[2] == price,
        lambda sale: True,
    ):
        for sale in reversed(sales):
            if fits(sale):
                return sale[0]
    return None
