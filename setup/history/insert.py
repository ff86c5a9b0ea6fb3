"""Write the documents with one INSERT … SELECT a table and kind of row.

`COLUMNS` names the columns that differ from document to document, `p` being the
prototype's row; every other column is copied from the prototype, dates being moved by
as many days as the document is away from the prototype. A reference that a prototype
had to something that vanished with it becomes empty.
"""

from .prototypes import MANY2MANY, Prototypes

# ruff: noqa: S608  names of tables and columns are the loader's and the catalogue's

AUDIT = {"create_date": "d.ts", "write_date": "d.ts"}
DOC = "hist_doc d"
LINE = "hist_line l JOIN hist_doc d USING (doc) JOIN hist_product g USING (product_id)"
PAY = "hist_pay s JOIN hist_doc d USING (doc)"
PAY_AUDIT = {"create_date": "s.ts", "write_date": "s.ts"}


def _posted(name, day, ref):
    """Columns that every journal item copies from its entry."""
    return {"move_name": name, "date": day, "ref": ref, "partner_id": "d.partner_id"}


def _balance(amount):
    """Columns of a signed amount, debit above zero."""
    return {
        "balance": amount,
        "amount_currency": amount,
        "debit": f"greatest({amount}, 0)",
        "credit": f"greatest(-({amount}), 0)",
    }


def _like(columns, amount):
    """Amounts that are the payment's or zero, with the prototype's sign."""
    return {column: f"sign(p.{column}) * {amount}" for column in columns}


ORDER = {
    **AUDIT,
    "id": "d.so_id",
    "name": "d.so_name",
    "partner_id": "d.partner_id",
    "partner_invoice_id": "d.partner_id",
    "partner_shipping_id": "d.partner_id",
    "user_id": "d.user_id",
    "payment_term_id": "d.term_id",
    "client_order_ref": "d.ref",
    "date_order": "d.ts",
    "validity_date": "d.day + (p.validity_date - p.create_date::date)",
    "amount_untaxed": "d.untaxed",
    "amount_tax": "d.tax",
    "amount_total": "d.total",
    "margin": "d.untaxed - d.cost",
    "margin_percent": "(d.untaxed - d.cost) / d.untaxed",
    "access_token": "NULL",
}
ORDER_LINE = {
    **AUDIT,
    "id": "l.sol_id",
    "order_id": "d.so_id",
    "sequence": "10 + l.seq",
    "order_partner_id": "d.partner_id",
    "salesman_id": "d.user_id",
    "product_id": "l.product_id",
    "product_uom_id": "g.uom_id",
    "name": "g.label",
    "product_uom_qty": "l.quantity",
    "qty_delivered": "CASE WHEN p.qty_delivered_method = 'manual' "
    "THEN l.quantity ELSE p.qty_delivered END",
    "qty_invoiced": "l.quantity",
    "qty_to_invoice": "0",
    "price_unit": "l.price",
    "technical_price_unit": "l.price",
    "price_subtotal": "l.subtotal",
    "price_tax": "l.tax",
    "price_total": "l.subtotal + l.tax",
    "price_reduce_taxexcl": "round(l.subtotal / l.quantity, 2)",
    "price_reduce_taxinc": "round((l.subtotal + l.tax) / l.quantity, 2)",
    "untaxed_amount_invoiced": "l.subtotal",
    "untaxed_amount_to_invoice": "0",
    "purchase_price": "g.cost",
    "margin": "l.subtotal - g.cost * l.quantity",
    "margin_percent": "CASE WHEN l.subtotal = 0 THEN 0 "
    "ELSE (l.subtotal - g.cost * l.quantity) / l.subtotal END",
}
INVOICE = {
    **AUDIT,
    "id": "d.move_id",
    "name": "d.name",
    "sequence_prefix": "d.prefix",
    "sequence_number": "d.number",
    "ref": "d.ref",
    "payment_reference": "CASE WHEN p.payment_reference IS NOT NULL THEN d.name END",
    "partner_id": "d.partner_id",
    "commercial_partner_id": "d.partner_id",
    "partner_shipping_id": "d.partner_id",
    "invoice_partner_display_name": "d.partner_name",
    "invoice_user_id": "d.user_id",
    "invoice_origin": "d.so_name",
    "invoice_payment_term_id": "d.term_id",
    "date": "d.day",
    "invoice_date": "d.day",
    "invoice_date_due": "d.due",
    "amount_untaxed": "d.untaxed",
    "amount_tax": "d.tax",
    "amount_total": "d.total",
    "amount_residual": "d.residual",
    "amount_untaxed_signed": "d.sign * d.untaxed",
    "amount_untaxed_in_currency_signed": "d.sign * d.untaxed",
    "amount_tax_signed": "d.sign * d.tax",
    "amount_total_signed": "d.sign * d.total",
    "amount_total_in_currency_signed": "d.sign * d.total",
    "amount_residual_signed": "d.sign * d.residual",
    "payment_state": "d.state",
    "reversed_entry_id": "d.reversed_id",
    "is_manually_modified": "FALSE",
    "made_sequence_gap": "FALSE",
    "access_token": "NULL",
}
INVOICE_LINE = {
    **AUDIT,
    **_posted("d.name", "d.day", "d.ref"),
    **_balance("-d.sign * l.subtotal"),
    "id": "l.aml_id",
    "move_id": "d.move_id",
    "sequence": "l.seq",
    "invoice_date": "d.day",
    "name": "g.label",
    "product_id": "l.product_id",
    "product_uom_id": "g.uom_id",
    "quantity": "l.quantity",
    "price_unit": "l.price",
    "price_subtotal": "l.subtotal",
    "price_total": "l.subtotal + l.tax",
}
TAX_LINE = {
    **AUDIT,
    **_posted("d.name", "d.day", "d.ref"),
    **_balance("-d.sign * d.tax"),
    "id": "d.tax_line_id",
    "move_id": "d.move_id",
    "invoice_date": "d.day",
    "tax_base_amount": "sign(p.tax_base_amount) * d.untaxed",
}
DUE_LINE = {
    **AUDIT,
    **_posted("d.name", "d.day", "d.ref"),
    **_balance("d.sign * d.total"),
    "id": "d.due_line_id",
    "move_id": "d.move_id",
    "invoice_date": "d.day",
    "date_maturity": "d.due",
    "name": "replace(replace(p.name, p.ref, d.ref), p.move_name, d.name)",
    "amount_residual": "d.sign * d.residual",
    "amount_residual_currency": "d.sign * d.residual",
    "reconciled": "d.residual = 0",
    "full_reconcile_id": "d.full_id",
    "matching_number": "d.matching",
}
PAYMENT = {
    **PAY_AUDIT,
    **_like(["amount", "amount_company_currency_signed"], "s.amount"),
    "id": "s.pay_id",
    "name": "s.name",
    "move_id": "s.move_id",
    "partner_id": "d.partner_id",
    "date": "s.day",
    "memo": "d.name",
}
PAYMENT_MOVE = {
    **PAY_AUDIT,
    **_like(
        [
            "amount_total",
            "amount_total_signed",
            "amount_total_in_currency_signed",
        ],
        "s.amount",
    ),
    "id": "s.move_id",
    "origin_payment_id": "s.pay_id",
    "name": "s.name",
    "sequence_prefix": "s.prefix",
    "sequence_number": "s.number",
    "ref": "d.name",
    "partner_id": "d.partner_id",
    "commercial_partner_id": "d.partner_id",
    "invoice_partner_display_name": "d.partner_name",
    "date": "s.day",
    "invoice_date_due": "s.day",
    "made_sequence_gap": "FALSE",
    "access_token": "NULL",
}
PAYMENT_LINE = {
    **PAY_AUDIT,
    **_posted("s.name", "s.day", "d.name"),
    **_like(
        [
            "balance",
            "amount_currency",
            "debit",
            "credit",
            "amount_residual",
            "amount_residual_currency",
            "price_unit",
            "price_subtotal",
            "price_total",
        ],
        "s.amount",
    ),
    "move_id": "s.move_id",
    "payment_id": "s.pay_id",
    "name": "replace(p.name, p.ref, d.name)",
    "date_maturity": "s.day",
}
PARTIAL = {
    "create_date": "r.day",
    "write_date": "r.day",
    "id": "r.id",
    "debit_move_id": "r.debit_id",
    "credit_move_id": "r.credit_id",
    "full_reconcile_id": "r.full_id",
    "amount": "r.amount",
    "debit_amount_currency": "r.amount",
    "credit_amount_currency": "r.amount",
    "max_date": "r.day",
}
INVOICE_KIND = "CASE WHEN d.sign > 0 THEN 'invoice/' ELSE 'refund/' END || d.variant"

# (what, table, columns, from, prototype's variant, where, day of the document)
STATEMENTS = [
    ("orders", "sale_order", ORDER, DOC, "d.variant", "d.sign > 0", "d.day"),
    (
        "order lines",
        "sale_order_line",
        ORDER_LINE,
        LINE,
        "d.variant || '/' || l.kind",
        "d.sign > 0",
        "d.day",
    ),
    ("invoices", "account_move", INVOICE, DOC, INVOICE_KIND, "TRUE", "d.day"),
    (
        "payments' entries",
        "account_move",
        PAYMENT_MOVE,
        PAY,
        "s.variant",
        "TRUE",
        "s.day",
    ),
    ("payments", "account_payment", PAYMENT, PAY, "s.variant", "TRUE", "s.day"),
    (
        "full matchings",
        "account_full_reconcile",
        {"id": "f.id", "create_date": "f.day", "write_date": "f.day"},
        "hist_full f",
        "'any'",
        "TRUE",
        "f.day",
    ),
    (
        "invoice lines",
        "account_move_line",
        INVOICE_LINE,
        LINE,
        f"{INVOICE_KIND} || '/' || l.kind",
        "TRUE",
        "d.day",
    ),
    (
        "tax lines",
        "account_move_line",
        TAX_LINE,
        DOC,
        f"{INVOICE_KIND} || '/tax'",
        "d.tax_line_id IS NOT NULL",
        "d.day",
    ),
    (
        "receivable lines",
        "account_move_line",
        DUE_LINE,
        DOC,
        f"{INVOICE_KIND} || '/due'",
        "TRUE",
        "d.day",
    ),
    (
        "bank lines",
        "account_move_line",
        PAYMENT_LINE | {"id": "s.bank_line_id"},
        PAY,
        "s.variant || '/bank'",
        "TRUE",
        "s.day",
    ),
    (
        "payments' receivable lines",
        "account_move_line",
        PAYMENT_LINE
        | {
            "id": "s.due_line_id",
            "full_reconcile_id": "s.full_id",
            "matching_number": "s.matching",
        },
        PAY,
        "s.variant || '/due'",
        "TRUE",
        "s.day",
    ),
    (
        "allocations",
        "account_partial_reconcile",
        PARTIAL,
        "hist_part r",
        "'any'",
        "TRUE",
        "r.day",
    ),
]
LINKS = {
    "account_tax_sale_order_line_rel": [
        ("l.sol_id", LINE, "d.variant || '/' || l.kind", "d.sign > 0"),
    ],
    "account_move_line_account_tax_rel": [
        ("l.aml_id", LINE, f"{INVOICE_KIND} || '/' || l.kind", "TRUE"),
    ],
    "account_account_tag_account_move_line_rel": [
        ("l.aml_id", LINE, f"{INVOICE_KIND} || '/' || l.kind", "TRUE"),
        (
            "d.tax_line_id",
            DOC,
            f"{INVOICE_KIND} || '/tax'",
            "d.tax_line_id IS NOT NULL",
        ),
    ],
}
PLAIN_LINKS = {
    "sale_order_line_invoice_rel (order_line_id, invoice_line_id)": (
        "SELECT sol_id, aml_id FROM hist_line WHERE sol_id IS NOT NULL"
    ),
    "account_move__account_payment (invoice_id, payment_id)": (
        "SELECT d.move_id, s.pay_id FROM hist_pay s JOIN hist_doc d USING (doc)"
    ),
}
TABLES = sorted({statement[1] for statement in STATEMENTS})


def columns_of(cr, table: str) -> dict[str, str]:
    """Return the types of a table's columns that can be written."""
    cr.execute(
        """SELECT column_name, data_type FROM information_schema.columns
           WHERE table_schema = current_schema() AND table_name = %s
             AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        [table],
    )
    return dict(cr.fetchall())


def foreign_keys(cr, table: str) -> list[tuple[str, str]]:
    """Return (column, table it refers to by id) of a table."""
    cr.execute(
        """SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c
             JOIN pg_attribute a
               ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.conrelid = %s::regclass
              AND cardinality(c.conkey) = 1""",
        [table],
    )
    return cr.fetchall()


class Inserter:
    """Copies prototypes into documents."""

    def __init__(self, cr, prototypes: Prototypes, progress):
        self.cr, self.prototypes, self.progress = cr, prototypes, progress

    def run(self) -> dict[str, int]:
        """Insert everything; return rows by kind."""
        self._prototype_tables()
        counts: dict[str, int] = {}
        self._without_triggers(True)
        for what, table, columns, source, variant, where, day in STATEMENTS:
            counts[what] = self._insert(table, columns, source, variant, where, day)
            self.progress.step(what, counts[what], counts[what])
        counts["links"] = self._links()
        self.progress.step("links", counts["links"], counts["links"])
        self._without_triggers(False)
        return counts

    def _without_triggers(self, off: bool) -> None:
        """Save the lookup of each reference, if the role may: all are checked after."""
        role = "replica" if off else "origin"
        self.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if self.cr.fetchone()[0]:
            self.cr.execute(f"SET LOCAL session_replication_role = {role}")

    def _prototype_tables(self) -> None:
        for table in TABLES:
            proto = f"hist_proto_{table}"
            self.cr.execute(
                f"CREATE TEMP TABLE {proto} ON COMMIT DROP AS "
                f"SELECT ''::text AS hist_variant, t.* FROM {table} t LIMIT 0"
            )
            self.cr.executemany(
                f"INSERT INTO {proto} "
                f"SELECT %s, (json_populate_record(NULL::{table}, %s)).*",
                self.prototypes.of(table),
            )
            for column, target in foreign_keys(self.cr, table):
                self.cr.execute(
                    f'UPDATE {proto} SET "{column}" = NULL WHERE NOT EXISTS '
                    f'(SELECT FROM {target} t WHERE t.id = {proto}."{column}")'
                )
            self.cr.execute(f"ANALYZE {proto}")
        self.cr.execute(
            "CREATE TEMP TABLE hist_link (rel text, variant text, other int) "
            "ON COMMIT DROP"
        )
        if self.prototypes.links:
            self.cr.executemany(
                "INSERT INTO hist_link VALUES (%s, %s, %s)", self.prototypes.links
            )

    def _insert(self, table, columns, source, variant, where, day) -> int:
        moved = f"({day} - DATE '{self.prototypes.day.isoformat()}')"
        names, values = [], []
        for column, kind in columns_of(self.cr, table).items():
            value = columns.get(column)
            if value is None:
                value = f'p."{column}"'
                if kind == "date":
                    value += f" + {moved}"
                elif kind.startswith("timestamp"):
                    value += f" + {moved} * INTERVAL '1 day'"
            names.append(f'"{column}"')
            values.append(value)
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
            f"FROM {source} JOIN hist_proto_{table} p ON p.hist_variant = {variant} "
            f"WHERE {where}"
        )
        return self.cr.rowcount

    def _links(self) -> int:
        count = 0
        for rel, sources in LINKS.items():
            own, other = MANY2MANY[rel]
            for column, source, variant, where in sources:
                self.cr.execute(
                    f"INSERT INTO {rel} ({own}, {other}) SELECT {column}, k.other "
                    f"FROM {source} JOIN hist_link k ON k.rel = %s "
                    f"AND k.variant = {variant} WHERE {where}",
                    [rel],
                )
                count += self.cr.rowcount
        for target, select in PLAIN_LINKS.items():
            self.cr.execute(f"INSERT INTO {target} {select}")
            count += self.cr.rowcount
        return count
