"""The written rule: what of the file becomes which document in Odoo.

1. Rows with one InvoiceNo are one document, dated by its earliest row. Its currency is
   pounds; prices are without tax.
2. A document whose rows add up to more than nothing is a confirmed sale order and its
   posted invoice. One that adds up to less (cancellations, numbers with C, and the two
   "A" adjustments of bad debt with a negative price) is a posted credit note, its
   quantities turned positive. It has no order: an order once invoiced stays so, and the
   backlog of orders is not blown up by goods that came back.
3. A document in which every row comes to 0.00 is left out and counted: these are stock
   corrections (all negative quantities without C are among them) and gifts. A row at
   0.00 inside a document of value stays, as goods given free.
4. Prices with three decimals are kept; the amount of a row is quantity by price rounded
   to pence, half up, each row for itself. That is how Odoo rounds a line.
5. Rows without CustomerID are counter sales: one partner for each country, "Counter
   sales, <country>", with the category "Counter sales", paid at once. A slice by
   --customers leaves them out.
6. Codes that start with five digits, and gift boxes DCGS…, are goods. Every other code
   (POST, DOT, C2 postage; D discount; M manual; S samples; B bad debt; CRUK, PADS, BANK
   CHARGES, AMAZONFEE, gift_… vouchers) is a service. Codes differing only in case are
   one product. Its name is the description used most often.
7. A customer's country is the one of the first document. Customers in the United
   Kingdom pay 20 % VAT on every row, all others buy without VAT. Figures without tax
   are therefore the file's own.
8. A credit note refers to the customer's latest earlier invoice that has the goods, at
   the same price if there is one; of several the one with most of the note's value. It
   is set off against that invoice, then the oldest open ones; what is left stays as
   credit and is used by the next invoices. Counter sales are refunded at once.
9. Orders count as delivered in full when they were invoiced. The file has no
   deliveries: where stock is installed no transfers are made, and stock's own delivered
   quantity stays 0.
10. `customers=N` takes the N customers with the highest net revenue, ties by number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import money
from .errors import LoadError
from .retail import Row

HOME_COUNTRY = "United Kingdom"


@dataclass(slots=True)
class Line:
    """One line of an order, invoice or credit note; amounts as Odoo shows them."""

    code: str
    quantity: int
    price: int
    subtotal: int
    tax: int


@dataclass(slots=True, eq=False)
class Document:
    """One invoice (`sign` 1) or credit note (`sign` -1); amounts are positive."""

    number: str
    sign: int
    customer: str
    when: datetime
    lines: list[Line]
    untaxed: int
    tax: int
    original: "Document | None" = None

    @property
    def day(self) -> date:
        """Day of the document in the shop's time."""
        return self.when.date()

    @property
    def total(self) -> int:
        """Amount with tax, in pence."""
        return self.untaxed + self.tax


@dataclass(slots=True)
class Customer:
    """Somebody who bought: a numbered customer, or the counter of a country."""

    key: str
    country: str
    counter: bool

    @property
    def name(self) -> str:
        """Name of the partner."""
        if self.counter:
            return f"Counter sales, {self.country or 'Unspecified'}"
        return f"Customer {self.key}"

    @property
    def taxed(self) -> bool:
        """Whether VAT is charged."""
        return self.country == HOME_COUNTRY


@dataclass(slots=True)
class Product:
    """Something sold, under its code in capitals."""

    code: str
    name: str
    service: bool
    prices: list[int] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Text of an order or invoice line."""
        return f"[{self.code}] {self.name}"

    @property
    def list_price(self) -> int:
        """Median of the prices asked, thousandths; zero prices are not asked."""
        asked = sorted(self.prices)
        return asked[len(asked) // 2] if asked else 0


@dataclass(slots=True)
class Trade:
    """What is going to be loaded, and what is not."""

    documents: list[Document]
    customers: dict[str, Customer]
    products: dict[str, Product]
    first: date
    last: date
    rows: int = 0
    left_out: Counter = field(default_factory=Counter)


def customer_key(row: Row) -> str:
    """Return who a row belongs to: the number, or the counter of a country."""
    return row.customer or f"counter:{row.country}"


def product_code(code: str) -> str:
    """Return the code under which a product is kept."""
    return code.upper()


def is_service(code: str) -> bool:
    """Tell postage, discounts, charges and manual entries from goods."""
    return not (code[:5].isdigit() and len(code) >= 5) and not code.startswith("DCGS")


def shift_days(last: date, until: date | None) -> int:
    """Return by how many days everything moves so that the last day is `until`."""
    return (until - last).days if until else 0


def net_by_customer(rows: Iterable[Row]) -> Counter:
    """Return pence without tax for each customer."""
    net: Counter = Counter()
    for row in rows:
        net[customer_key(row)] += money.subtotal(row.quantity, row.price)
    return net


def choose(rows: list[Row], customers: int | None) -> list[Row]:
    """Return the rows of the slice asked for (rule 10)."""
    if customers is None:
        return rows
    net = net_by_customer(row for row in rows if row.customer)
    ranked = sorted(net, key=lambda key: (-net[key], key))
    chosen = set(ranked[:customers])
    return [row for row in rows if row.customer in chosen]


def _line(row: Row, sign: int, taxed: bool) -> Line:
    quantity, price = sign * row.quantity, row.price
    if sign < 0 and price < 0:
        quantity, price = -quantity, -price
    amount = money.subtotal(quantity, price)
    tax = money.vat(amount) if taxed else 0
    return Line(product_code(row.code), quantity, price, amount, tax)


def _group(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.number].append(row)
    for number, members in groups.items():
        if len({customer_key(row) for row in members}) > 1:
            raise LoadError(
                f"Document {number} names more than one customer or counter: give "
                "each customer's rows an InvoiceNo of their own."
            )
    return groups


def _products(rows: Iterable[Row]) -> dict[str, Product]:
    names: dict[str, Counter] = defaultdict(Counter)
    prices: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        code = product_code(row.code)
        names[code][row.description] += bool(row.description)
        if row.price > 0:
            prices[code].append(row.price)
    products = {}
    for code, seen in names.items():
        name = min(seen, key=lambda text: (-seen[text], text)) or code
        products[code] = Product(code, name, is_service(code), prices[code])
    return products


def trade(
    rows: list[Row],
    customers: int | None = None,
    until: date | None = None,
) -> Trade:
    """Turn the file's rows into documents by the rule above.

    :param rows: all rows of the file, also for a slice: dates move by its last day
    :param customers: how many customers to take; None for all and the counters
    :param until: the last document's day after moving; None leaves dates alone
    """
    if not rows:
        raise LoadError("The file has a header but no row: take a fresh copy of it.")
    moved = timedelta(days=shift_days(max(row.when for row in rows).date(), until))
    first, last = (pick(row.when for row in rows).date() for pick in (min, max))
    chosen = choose(rows, customers)
    result = Trade([], {}, {}, first + moved, last + moved, len(chosen))
    result.left_out["counter rows"] = (
        sum(not row.customer for row in rows) if customers is not None else 0
    )
    kept: list[Row] = []
    groups = sorted(
        _group(chosen).items(), key=lambda item: (min(r.when for r in item[1]), item[0])
    )
    for number, members in groups:
        amounts = [money.subtotal(row.quantity, row.price) for row in members]
        if not any(amounts):
            result.left_out["documents at 0.00"] += 1
            result.left_out["rows in documents at 0.00"] += len(members)
            continue
        kept += members
        key = customer_key(members[0])
        who = result.customers.setdefault(
            key, Customer(key, members[0].country, not members[0].customer)
        )
        net = sum(amounts)
        if not net:
            raise LoadError(
                f"Document {number} has amounts that add up to 0.00: split it into "
                "an invoice and a cancellation."
            )
        sign = 1 if net > 0 else -1
        lines = [_line(row, sign, who.taxed) for row in members]
        result.left_out["rows kept at 0.00"] += amounts.count(0)
        result.documents.append(
            Document(
                number,
                sign,
                key,
                min(row.when for row in members) + moved,
                lines,
                sum(line.subtotal for line in lines),
                sum(line.tax for line in lines),
            )
        )
    result.products = _products(kept)
    return result
