"""Partners and products, made by Odoo itself."""

from collections import Counter
from dataclasses import dataclass

from odoo.fields import Command

from . import money
from .company import Books
from .countries import CODES
from .delays import digest
from .rules import Customer, Product, Trade

BATCH = 500
COST_PERCENT_FROM, COST_PERCENT_STEPS = 60, 16  # 60 … 75 % of the median price


@dataclass
class Masters:
    """Ids by the file's keys."""

    partners: dict[str, int]
    users: dict[str, int]  # salesperson by customer key
    products: dict[str, int]
    costs: dict[str, int]  # pence by product code


def cost(product: Product) -> int:
    """Return what a piece costs in pence; services cost nothing."""
    if product.service:
        return 0
    percent = COST_PERCENT_FROM + digest(product.code) % COST_PERCENT_STEPS
    return money.half_up(product.list_price * percent, 1000)


def salesperson(books: Books, customer: Customer) -> int | None:
    """Return the sales user of a customer, the same one in every slice."""
    if not books.users:
        return None
    if customer.counter:
        return books.counter_user.id
    return books.users.ids[digest(customer.key) % len(books.users)]


def partner_vals(books: Books, customer: Customer, documents: int = 1) -> dict:
    """Return the values of a customer's partner."""
    country = CODES.get(customer.country)
    found = books.env["res.country"].search([("code", "=", country)], limit=1)
    term = books.at_once if customer.counter else books.term
    vals = {
        "name": customer.name,
        "ref": False if customer.counter else customer.key,
        "is_company": True,
        "company_id": books.company.id,
        "country_id": found.id if country else False,
        "user_id": salesperson(books, customer) or False,
        "customer_rank": documents,
        "property_payment_term_id": term.id,
    }
    if not customer.taxed:
        vals["property_account_position_id"] = books.abroad.id
    return vals


def product_vals(books: Books, product: Product) -> dict:
    """Return the values of a product."""
    return {
        "name": product.name,
        "default_code": product.code,
        "type": "service" if product.service else "consu",
        "invoice_policy": "order",
        "list_price": product.list_price / 1000,
        "standard_price": cost(product) / 100,
        "taxes_id": [Command.set(books.tax.ids)],
        "company_id": books.company.id,
    }


def make_masters(books: Books, trade: Trade, progress) -> Masters:
    """Create every partner and product of the trade."""
    env = books.env
    counts = Counter(document.customer for document in trade.documents)
    counter_tag = env["res.partner.category"].search(
        [("name", "=", "Counter sales")], limit=1
    ) or env["res.partner.category"].create({"name": "Counter sales"})
    customers = list(trade.customers.values())
    vals_list = [partner_vals(books, each, counts[each.key]) for each in customers]
    for customer, vals in zip(customers, vals_list, strict=True):
        if customer.counter:
            vals["category_id"] = [Command.link(counter_tag.id)]
    partner_ids = _create(env["res.partner"], vals_list, progress, "partners")
    products = list(trade.products.values())
    vals_list = [product_vals(books, each) for each in products]
    product_ids = _create(env["product.product"], vals_list, progress, "products")
    keys = [customer.key for customer in customers]
    return Masters(
        dict(zip(keys, partner_ids, strict=True)),
        {each.key: salesperson(books, each) or env.uid for each in customers},
        dict(zip(trade.products, product_ids, strict=True)),
        {product.code: cost(product) for product in products},
    )


def _create(model, vals_list: list[dict], progress, what: str) -> list[int]:
    ids: list[int] = []
    for start in range(0, len(vals_list), BATCH):
        records = model.create(vals_list[start : start + BATCH])
        ids += records.ids
        model.env.flush_all()
        records.invalidate_recordset()
        progress.step(what, len(ids), len(vals_list))
    return ids
