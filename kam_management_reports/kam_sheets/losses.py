"""Returns and refusals: what was lost of sales, by kind, and its share of them."""

from dataclasses import dataclass, field
from decimal import Decimal

RETURNED, CANCELLED, CUT, REFUSED = "returned", "cancelled", "cut", "refused"
KINDS = (RETURNED, CANCELLED, CUT, REFUSED)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Loss:
    """One line of a document that was not, or not for good, sold.

    :param kind: ``returned`` (credit note), ``cancelled`` (order confirmed before),
        ``cut`` (ordered, not delivered, and nothing more comes), ``refused``
        (quotation that became no order)
    :param reason: in words, empty when nobody gave one
    :param product_id: 0 for a line without product
    :param customer_id: the commercial customer
    :param quantity: in the product's own unit
    :param amount: without tax, company currency
    :param document: what names the document
    """

    kind: str
    reason: str
    product_id: int
    customer_id: int
    quantity: Decimal
    amount: Decimal
    document: object = None


@dataclass(slots=True)
class Tally:
    """Losses added up: {kind: sum} of amounts and quantities, and the documents."""

    amounts: dict = field(default_factory=lambda: dict.fromkeys(KINDS, ZERO))
    quantities: dict = field(default_factory=lambda: dict.fromkeys(KINDS, ZERO))
    documents: set = field(default_factory=set)

    def add(self, loss):
        """Take in a loss."""
        self.amounts[loss.kind] += loss.amount
        self.quantities[loss.kind] += loss.quantity
        self.documents.add(loss.document)

    def missed(self):
        """Return what was ordered and not delivered: cancelled and cut."""
        return self.amounts[CANCELLED] + self.amounts[CUT]

    def weight(self):
        """Return the sum that decides which tally stands first."""
        return sum(self.amounts.values(), ZERO)


def tally(losses, key):
    """Return {key: :class:`Tally`}, the largest first, then in the order met.

    :param losses: iterable of :class:`Loss`
    :param key: function(loss) -> what it is tallied by
    """
    found = {}
    for loss in losses:
        found.setdefault(key(loss), Tally()).add(loss)
    return dict(sorted(found.items(), key=lambda one: -one[1].weight()))


def share(part, whole):
    """Return part / whole as a ratio; None when there is no whole to be part of."""
    return part / whole if whole and whole > 0 else None


def reason_of(reference, reversed_name=""):
    """Return the reason that the reference of a credit note gives, or nothing.

    Odoo writes ``Reversal of: INV/2026/00012, broken in transit`` in the customer's
    language: what follows the name of the document is the reason.

    :param reference: of the credit note
    :param reversed_name: of the document that it takes back
    """
    text = " ".join((reference or "").split())
    if reversed_name and reversed_name in text:
        text = text.split(reversed_name, 1)[1].lstrip(" ,:;.-")
    return text
