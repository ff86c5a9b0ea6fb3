"""One document of each kind made by Odoo itself, whose rows the others are copied from.

The prototypes are made inside a savepoint and undone: what stays is their rows as JSON,
so that every column that our statements do not set, also those of other installed
modules, has the value that Odoo itself would give.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from odoo.fields import Command

from .company import Books
from .errors import LoadError
from .masters import partner_vals, product_vals
from .rules import Customer, Product

# ruff: noqa: S608  names of tables and columns are the loader's and the catalogue's

YEARLY = re.compile(r"([A-Z0-9]+)/\d{4}/")
MANY2MANY = {
    "account_tax_sale_order_line_rel": ("sale_order_line_id", "account_tax_id"),
    "account_move_line_account_tax_rel": ("account_move_line_id", "account_tax_id"),
    "account_account_tag_account_move_line_rel": (
        "account_move_line_id",
        "account_account_tag_id",
    ),
}
LINE_TABLE = {
    "account_tax_sale_order_line_rel": "sale_order_line",
    "account_move_line_account_tax_rel": "account_move_line",
    "account_account_tag_account_move_line_rel": "account_move_line",
}


@dataclass
class Prototypes:
    """Rows by table and variant, and the links of their lines."""

    day: date
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[tuple[str, str, int]] = field(default_factory=list)

    def of(self, table: str) -> list[tuple[str, str]]:
        """Return (variant, JSON) of a table."""
        return [(variant, row) for name, variant, row in self.rows if name == table]

    def prefixes(self) -> dict[str, str]:
        """Return the journals' prefixes of names with the year left open.

        :return: `{"invoice": "INV/{year}/", …}`
        """
        found = {}
        for variant, row in self.of("account_move"):
            prefix = json.loads(row)["sequence_prefix"]
            if not YEARLY.fullmatch(prefix):
                raise LoadError(
                    f"Names of documents start with {prefix}, not with a code and "
                    "the year such as INV/2011/: give the journals of a new company "
                    "Odoo's own numbering."
                )
            found[variant.split("/")[0]] = YEARLY.sub(r"\1/{year}/", prefix)
        return found


class _UndoError(Exception):
    """Leaves the savepoint so that the prototypes vanish."""


def make_prototypes(books: Books, day: date) -> Prototypes:
    """Make all kinds of documents, keep their rows and undo them."""
    result = Prototypes(day)
    cr = books.env.cr
    hooks = (cr.precommit, cr.postcommit)
    kept = [(list(hook._funcs), dict(hook.data)) for hook in hooks]
    try:
        with cr.savepoint():
            _Maker(books, result).make()
            raise _UndoError
    except _UndoError:
        books.env.invalidate_all(flush=False)
    # what Odoo wanted to do after the commit (customer ranks) concerned prototypes
    for hook, (functions, data) in zip(hooks, kept, strict=True):
        hook.clear()
        hook._funcs.extend(functions)
        hook.data.update(data)
    return result


class _Maker:
    def __init__(self, books: Books, result: Prototypes):
        self.books, self.env, self.result = books, books.env, result
        self.day = result.day
        self.noon = datetime.combine(self.day, time(12))

    def make(self) -> None:
        made = [
            Product("PROTOTYPE", "Prototype goods", False, [3350]),
            Product("PROTOTYPE-S", "Prototype service", True, [3350]),
        ]
        vals_list = [product_vals(self.books, product) for product in made]
        self.products = self.env["product.product"].create(vals_list)
        for variant, country in (("taxed", "United Kingdom"), ("free", "Germany")):
            customer = Customer("PROTOTYPE", country, False)
            vals = partner_vals(self.books, customer)
            self._documents(variant, self.env["res.partner"].create(vals))

    def _documents(self, variant: str, partner) -> None:
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": "PROTOTYPE-REF",
                "date_order": self.noon,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 3,
                            "price_unit": 3.35,
                        }
                    )
                    for product in self.products
                ],
            }
        )
        order.action_confirm()
        order.date_order = self.noon
        self._without_deliveries(order)
        for line in order.order_line:
            if line.qty_delivered_method == "manual":
                line.qty_delivered = line.product_uom_qty
        invoice = order._create_invoices()
        invoice.invoice_date = self.day
        invoice.action_post()
        payment = self._pay(invoice)
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "invoice_date": self.day,
                "ref": "PROTOTYPE-REF",
                "invoice_user_id": partner.user_id.id or self.env.uid,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": product.id, "quantity": 3, "price_unit": 3.35}
                    )
                    for product in self.products
                ],
            }
        )
        refund.action_post()
        payback = self._pay(refund)
        self.env.flush_all()
        self._keep("sale_order", variant, order)
        for line in order.order_line:
            self._keep("sale_order_line", f"{variant}/{line.product_id.type}", line)
        self._keep_invoice(f"invoice/{variant}", invoice)
        self._keep_invoice(f"refund/{variant}", refund)
        self._keep_payment(f"in/{variant}", payment)
        self._keep_payment(f"out/{variant}", payback)
        if variant == "taxed":
            partial = invoice.line_ids.matched_credit_ids[:1]
            self._keep("account_partial_reconcile", "any", partial)
            self._keep("account_full_reconcile", "any", partial.full_reconcile_id)

    @staticmethod
    def _without_deliveries(order) -> None:
        """Where stock is installed: the file has no deliveries, so none are made."""
        if "picking_ids" in order._fields and order.picking_ids:
            pickings = order.picking_ids
            pickings.action_cancel()
            pickings.unlink()

    def _pay(self, move):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create(
            {"payment_date": self.day, "journal_id": self.books.bank.id}
        )._create_payments()

    def _keep_invoice(self, variant: str, move) -> None:
        self._keep("account_move", variant, move)
        for line in move.line_ids:
            kind = {
                "tax": "tax",
                "payment_term": "due",
                "product": line.product_id.type,
            }.get(line.display_type)
            if not kind:
                raise LoadError(
                    f"Odoo adds lines of the kind {line.display_type} to invoices "
                    "here, which the loader does not know: take a database without "
                    "the module that adds them."
                )
            self._keep("account_move_line", f"{variant}/{kind}", line)

    def _keep_payment(self, variant: str, payment) -> None:
        self._keep("account_payment", variant, payment)
        self._keep("account_move", variant, payment.move_id)
        for line in payment.move_id.line_ids:
            receivable = line.account_id.account_type == "asset_receivable"
            kind = "due" if receivable else "bank"
            self._keep("account_move_line", f"{variant}/{kind}", line)

    def _keep(self, table: str, variant: str, record) -> None:
        record.ensure_one()
        cr = self.env.cr
        cr.execute(
            f"SELECT row_to_json(t)::text FROM {table} t WHERE id = %s", [record.id]
        )
        self.result.rows.append((table, variant, cr.fetchone()[0]))
        for rel, (own, other) in MANY2MANY.items():
            if LINE_TABLE[rel] == table:
                cr.execute(f"SELECT {other} FROM {rel} WHERE {own} = %s", [record.id])
                self.result.links += [(rel, variant, x) for (x,) in cr.fetchall()]
