"""Confirm, post and reconcile with kam_management and without it."""

import contextlib

from odoo import sql_db

from kambench.figures import row, wanted, with_queries
from kambench.meter import cost, race

BATCH = 40
MOST = 2  # queries that facts may add
DAY = "2026-01-15"


def prepare(world, role):
    """Make the documents of a database; return {kind: ids}."""
    with world.env(role, keep=True) as env:
        plain, key = env["res.partner"].create(
            [{"name": f"Benchmark {n}", "is_company": True} for n in range(2)]
        )
        product = env["product.product"].create(
            {"name": "Benchmark", "type": "service", "list_price": 100.0}
        )
        if "kam.account" in env:
            env["kam.account"].create({"partner_id": key.id})
        return {
            name: {
                "orders": orders(env, partner, product).ids,
                "invoices": invoices(env, partner, product).ids,
                "pairs": pairs(env, partner, product),
            }
            for name, partner in (("customer", plain), ("key account", key))
        }


def orders(env, partner, product):
    """Create quotations of three lines."""
    lines = [
        (0, 0, {"product_id": product.id, "product_uom_qty": n}) for n in (1, 2, 3)
    ]
    return env["sale.order"].create(
        [{"partner_id": partner.id, "order_line": lines} for _ in range(BATCH)]
    )


def invoices(env, partner, product):
    """Create draft invoices of three lines."""
    lines = [
        (0, 0, {"product_id": product.id, "quantity": n, "price_unit": 100.0})
        for n in (1, 2, 3)
    ]
    return env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": DAY,
                "invoice_line_ids": lines,
            }
            for _ in range(BATCH)
        ]
    )


def pairs(env, partner, product):
    """Post invoices, and payments that wait to be matched; return pairs of line ids."""
    posted = invoices(env, partner, product)
    posted.action_post()
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    due = posted.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    contra = env["account.account"].search(
        [
            ("account_type", "=", "asset_current"),
            ("company_ids", "in", env.company.ids),
        ],
        limit=1,
    )
    receipts = env["account.move"].create(
        [
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": DAY,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": line.account_id.id,
                            "partner_id": partner.id,
                            "credit": line.balance,
                        },
                    ),
                    (0, 0, {"account_id": contra.id, "debit": line.balance}),
                ],
            }
            for line in due
        ]
    )
    receipts.action_post()
    paid = receipts.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    return list(zip(due.ids, paid.ids, strict=True))


def confirm(env, ids):
    """Confirm quotations."""
    env["sale.order"].browse(ids).action_confirm()


def post(env, ids):
    """Post invoices."""
    env["account.move"].browse(ids).action_post()


def reconcile(env, found):
    """Match invoices with payments, each with its own."""
    lines = env["account.move.line"]
    lines._reconcile_plan([lines.browse(pair) for pair in found])


ACTIONS = {
    "confirm": (confirm, "orders"),
    "post": (post, "invoices"),
    "reconcile": (reconcile, "pairs"),
}


def side(world, role, work, documents):
    """Return a side that works on the documents and then undoes it."""

    def once():
        with world.env(role) as env, cost(env.cr) as found:
            work(env, documents)
            env.cr.flush()  # as a commit does: what was put off is done now
        return found

    return once


@contextlib.contextmanager
def listening():
    """Give a list that collects the text of every query meanwhile."""
    texts, execute = [], sql_db.Cursor.execute

    def listen(self, query, *arguments, **options):
        text = getattr(query, "code", query)
        texts.append(text if isinstance(text, str) else text.decode())
        return execute(self, query, *arguments, **options)

    sql_db.Cursor.execute = listen
    try:
        yield texts
    finally:
        sql_db.Cursor.execute = execute


def recorded(work):
    """Return how many queries the facts are: with them, less without them."""
    from odoo.addons.kam_management.models.kam_document_facts import KamDocumentFacts

    with listening() as texts:
        work()
    touch = KamDocumentFacts._touch
    KamDocumentFacts._touch = lambda *_arguments: None
    try:
        with listening() as others:
            work()
    finally:
        KamDocumentFacts._touch = touch
    return len(texts) - len(others)


def compare(world, name, work, documents):
    """Return the row of one action on some documents."""
    sides = {role: side(world, role, work, documents[role]) for role in documents}
    costs = race(sides, world.rounds)
    facts = recorded(sides["with"])
    added = costs["with"][-1]["queries"] - costs["without"][-1]["queries"]
    found = row(name, costs["with"], costs["without"], want=wanted("added", MOST))
    return with_queries(found, facts, added - facts)


def run(world):
    """Return the rows of the table."""
    made = {role: prepare(world, role) for role in ("without", "with")}
    rows = []
    for action, (work, kind) in ACTIONS.items():
        for customer in ("customer", "key account"):
            for count in (1, BATCH):
                documents = {role: made[role][customer][kind][:count] for role in made}
                name = f"{action} {count} of a {customer}"
                rows.append(compare(world, name, work, documents))
    return rows
