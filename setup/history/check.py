"""Check what Odoo itself would have kept true; used before anything is committed."""

import random
from dataclasses import dataclass

from .company import Books
from .errors import LoadError
from .insert import TABLES, foreign_keys

# ruff: noqa: S608  names of tables and columns are the loader's and the catalogue's

SALES = "m.move_type IN ('out_invoice', 'out_refund')"

# every statement counts violations in the company %(company)s
INVARIANTS = {
    "entries balance": """
        SELECT count(*) FROM (SELECT 1 FROM account_move_line l
          WHERE l.company_id = %(company)s GROUP BY l.move_id
          HAVING sum(l.balance) <> 0 OR sum(l.amount_currency) <> 0
              OR sum(l.debit) <> sum(l.credit)) x""",
    "debit, credit and balance agree": """
        SELECT count(*) FROM account_move_line l WHERE l.company_id = %(company)s
          AND (l.balance <> l.debit - l.credit OR l.debit < 0 OR l.credit < 0
               OR l.amount_currency <> l.balance)""",
    "invoices add up from their lines": f"""
        SELECT count(*) FROM account_move m JOIN LATERAL (
            SELECT coalesce(sum(l.balance) FILTER (
                     WHERE l.display_type = 'product'), 0) net,
                   coalesce(sum(l.balance) FILTER (
                     WHERE l.display_type = 'tax'), 0) tax,
                   sum(l.balance) FILTER (
                     WHERE l.display_type = 'payment_term') due,
                   count(*) FILTER (WHERE l.display_type = 'payment_term') dues,
                   coalesce(sum(l.price_total) FILTER (
                     WHERE l.display_type = 'product'), 0) gross
              FROM account_move_line l WHERE l.move_id = m.id) x ON TRUE
         WHERE m.company_id = %(company)s AND {SALES}
           AND (x.net <> -m.amount_untaxed_signed OR x.tax <> -m.amount_tax_signed
             OR x.due <> m.amount_total_signed OR x.dues <> 1
             OR x.gross <> m.amount_total
             OR m.amount_total <> m.amount_untaxed + m.amount_tax)""",
    "residual = amount less allocations": """
        SELECT count(*) FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.reconcile
          LEFT JOIN (SELECT line, sum(amount) amount FROM (
                SELECT debit_move_id line, amount FROM account_partial_reconcile
                 WHERE company_id = %(company)s
                UNION ALL
                SELECT credit_move_id, -amount FROM account_partial_reconcile
                 WHERE company_id = %(company)s) z GROUP BY 1) x ON x.line = l.id
         WHERE l.company_id = %(company)s
           AND (l.amount_residual <> l.balance - coalesce(x.amount, 0)
             OR l.amount_residual_currency <> l.amount_residual
             OR l.amount_residual * l.balance < 0
             OR l.reconciled <> (l.amount_residual = 0))""",
    "invoice residual = receivable residual": f"""
        SELECT count(*) FROM account_move m JOIN account_move_line l
            ON l.move_id = m.id AND l.display_type = 'payment_term'
         WHERE m.company_id = %(company)s AND {SALES}
           AND (m.amount_residual_signed <> l.amount_residual
             OR m.amount_residual <> abs(l.amount_residual)
             OR l.date_maturity <> m.invoice_date_due)""",
    "payment state follows the residual": f"""
        SELECT count(*) FROM account_move m WHERE m.company_id = %(company)s
           AND {SALES} AND (m.state <> 'posted'
             OR (m.amount_residual = 0) <> (m.payment_state IN ('paid', 'reversed'))
             OR (m.amount_residual = m.amount_total)
                 <> (m.payment_state = 'not_paid'))""",
    "allocations join a debit and a credit of one customer and account": """
        SELECT count(*) FROM account_partial_reconcile r
          JOIN account_move_line d ON d.id = r.debit_move_id
          JOIN account_move_line c ON c.id = r.credit_move_id
         WHERE r.company_id = %(company)s
           AND (d.balance <= 0 OR c.balance >= 0 OR r.amount <= 0
             OR d.account_id <> c.account_id OR d.partner_id <> c.partner_id
             OR r.max_date <> greatest(d.date, c.date)
             OR r.full_reconcile_id IS DISTINCT FROM d.full_reconcile_id
             OR r.full_reconcile_id IS DISTINCT FROM c.full_reconcile_id
             OR d.matching_number IS DISTINCT FROM c.matching_number)""",
    "full matchings hold settled lines only": """
        SELECT count(*) FROM account_move_line l WHERE l.company_id = %(company)s
          AND ((l.full_reconcile_id IS NOT NULL AND (NOT l.reconciled
                  OR l.matching_number <> l.full_reconcile_id::text))
            OR (l.full_reconcile_id IS NULL AND l.matching_number IS NOT NULL
                AND l.matching_number !~ '^P[0-9]+$'))""",
    "partial matchings are numbered by their first allocation": """
        SELECT count(*) FROM (
          SELECT l.matching_number, min(r.id) first FROM account_move_line l
            JOIN account_partial_reconcile r ON l.id IN
                 (r.debit_move_id, r.credit_move_id)
           WHERE r.company_id = %(company)s AND l.company_id = %(company)s
             AND l.full_reconcile_id IS NULL GROUP BY 1) x
         WHERE x.matching_number <> 'P' || x.first""",
    "names are unique and without a gap": """
        SELECT count(*) FROM (
          SELECT 1 FROM account_move m WHERE m.company_id = %(company)s
           GROUP BY journal_id, sequence_prefix
          HAVING count(DISTINCT name) <> count(*) OR min(sequence_number) <> 1
              OR max(sequence_number) <> count(*)
              OR bool_or(name <> sequence_prefix
                         || lpad(sequence_number::text, 5, '0'))
              OR bool_or(made_sequence_gap)) x""",
    "names follow the dates": """
        SELECT count(*) FROM (SELECT m.date < lag(m.date) OVER (
            PARTITION BY journal_id, sequence_prefix ORDER BY sequence_number) back,
            sequence_prefix !~ ('/' || extract(year FROM m.date) || '/$') AS year
            FROM account_move m WHERE m.company_id = %(company)s) x
         WHERE back OR year""",
    "journal items agree with their entry": """
        SELECT count(*) FROM account_move_line l JOIN account_move m
            ON m.id = l.move_id
         WHERE l.company_id = %(company)s AND (l.date <> m.date
             OR l.move_name <> m.name OR l.parent_state <> m.state
             OR l.journal_id <> m.journal_id OR l.company_id <> m.company_id
             OR l.partner_id <> m.commercial_partner_id
             OR l.currency_id <> m.currency_id OR l.ref IS DISTINCT FROM m.ref
             OR l.invoice_date IS DISTINCT FROM m.invoice_date)""",
    "tax is 20 % for the United Kingdom and nothing abroad": f"""
        SELECT count(*) FROM account_move m
          JOIN res_partner p ON p.id = m.partner_id
          LEFT JOIN res_country c ON c.id = p.country_id
          LEFT JOIN LATERAL (SELECT sum(round(l.price_subtotal * 0.2, 2)) tax
              FROM account_move_line l WHERE l.move_id = m.id
               AND l.display_type = 'product') x ON c.code = 'GB'
         WHERE m.company_id = %(company)s AND {SALES}
           AND m.amount_tax <> coalesce(x.tax, 0)""",
    "tax lines carry their tax, base and repartition": """
        SELECT count(*) FROM account_move_line l JOIN account_move m
            ON m.id = l.move_id
         WHERE l.company_id = %(company)s AND l.display_type = 'tax'
           AND (l.tax_line_id IS NULL OR l.tax_repartition_line_id IS NULL
             OR l.tax_group_id IS NULL OR abs(l.tax_base_amount) <> m.amount_untaxed)
        """,
    "every invoice line has one tax": """
        SELECT count(*) FROM account_move_line l JOIN account_move m
            ON m.id = l.move_id
         WHERE l.company_id = %(company)s AND l.display_type = 'product'
           AND m.move_type <> 'entry' AND 1 <> (SELECT count(*)
               FROM account_move_line_account_tax_rel r
              WHERE r.account_move_line_id = l.id)""",
    "orders add up from their lines": """
        SELECT count(*) FROM sale_order o JOIN LATERAL (
            SELECT sum(price_subtotal) net, sum(price_total) gross,
                   sum(price_tax::numeric) tax
              FROM sale_order_line l WHERE l.order_id = o.id) x ON TRUE
         WHERE o.company_id = %(company)s AND (o.amount_untaxed <> x.net
             OR o.amount_total <> x.gross OR o.amount_tax <> x.tax
             OR o.state <> 'sale' OR o.invoice_status <> 'invoiced')""",
    "order lines are invoiced by their invoice lines": """
        SELECT count(*) FROM sale_order_line s
          LEFT JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
          LEFT JOIN account_move_line l ON l.id = r.invoice_line_id
         WHERE s.company_id = %(company)s AND (l.id IS NULL
             OR s.qty_invoiced <> s.product_uom_qty OR s.qty_to_invoice <> 0
             OR l.quantity <> s.product_uom_qty OR l.product_id <> s.product_id
             OR l.price_unit <> s.price_unit OR l.price_subtotal <> s.price_subtotal
             OR s.untaxed_amount_invoiced <> s.price_subtotal
             OR s.invoice_status <> 'invoiced')""",
    "payments are paid, posted and fully used": """
        SELECT count(*) FROM account_payment p
          LEFT JOIN account_move m ON m.id = p.move_id
         WHERE p.company_id = %(company)s AND (m.id IS NULL
             OR p.state <> 'paid' OR m.state <> 'posted' OR m.name <> p.name
             OR m.origin_payment_id <> p.id OR m.amount_total <> p.amount
             OR m.partner_id <> p.partner_id OR m.date <> p.date
             OR NOT p.is_reconciled OR NOT p.is_matched)""",
    "payments name their invoice": """
        SELECT count(*) FROM account_payment p
          LEFT JOIN account_move__account_payment r ON r.payment_id = p.id
          LEFT JOIN account_move m ON m.id = r.invoice_id AND m.name = p.memo
               AND m.partner_id = p.partner_id
         WHERE p.company_id = %(company)s AND m.id IS NULL""",
    "credit notes refer to an earlier invoice of the customer": """
        SELECT count(*) FROM account_move m JOIN account_move o
            ON o.id = m.reversed_entry_id
         WHERE m.company_id = %(company)s AND (o.partner_id <> m.partner_id
             OR o.date > m.date OR o.move_type <> 'out_invoice')""",
    "partners and their commercial partner agree": """
        SELECT count(*) FROM account_move m JOIN res_partner p
            ON p.id = m.partner_id
         WHERE m.company_id = %(company)s
           AND (p.commercial_partner_id <> m.commercial_partner_id
             OR p.company_id <> m.company_id)""",
    "one currency everywhere": """
        SELECT count(*) FROM (
            SELECT currency_id c FROM account_move WHERE company_id = %(company)s
            UNION SELECT currency_id FROM sale_order WHERE company_id = %(company)s
            UNION SELECT currency_id FROM sale_order_line
             WHERE company_id = %(company)s
            UNION SELECT currency_id FROM account_payment
             WHERE company_id = %(company)s
            UNION SELECT company_currency_id FROM account_move_line
             WHERE company_id = %(company)s) x
         WHERE c <> (SELECT currency_id FROM res_company WHERE id = %(company)s)""",
}

# stored computed fields that Odoo must find unchanged when it computes them anew
RECOMPUTED = {
    "account.move": [
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "amount_untaxed_signed",
        "amount_tax_signed",
        "amount_total_signed",
        "amount_residual_signed",
        "amount_total_in_currency_signed",
        "payment_state",
        "invoice_date_due",
        "commercial_partner_id",
        "invoice_partner_display_name",
        "made_sequence_gap",
        "partner_shipping_id",
        "fiscal_position_id",
        "currency_id",
        "name",
    ],
    "account.move.line": [
        "debit",
        "credit",
        "amount_residual",
        "amount_residual_currency",
        "reconciled",
        "price_subtotal",
        "price_total",
        "tax_base_amount",
        "date_maturity",
        "name",
        "partner_id",
        "tax_group_id",
        "payment_id",
        "is_storno",
    ],
    "sale.order": [
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "invoice_status",
        "margin",
        "margin_percent",
        "currency_rate",
        "fiscal_position_id",
        "partner_invoice_id",
        "payment_term_id",
        "pricelist_id",
        "user_id",
        "team_id",
        "delivery_status",
        "warehouse_id",
    ],
    "sale.order.line": [
        "price_subtotal",
        "price_tax",
        "price_total",
        "price_reduce_taxexcl",
        "price_reduce_taxinc",
        "qty_invoiced",
        "qty_to_invoice",
        "invoice_status",
        "untaxed_amount_invoiced",
        "untaxed_amount_to_invoice",
        "margin",
        "margin_percent",
        "qty_delivered",
        "name",
        "salesman_id",
        "order_partner_id",
    ],
    "account.payment": [
        "state",
        "is_reconciled",
        "is_matched",
        "amount_company_currency_signed",
        "destination_account_id",
        "outstanding_account_id",
    ],
}


@dataclass
class Finding:
    """An invariant that does not hold."""

    name: str
    count: int

    def __str__(self):
        return f"{self.name}: {self.count} broken"


def violations(books: Books) -> list[Finding]:
    """Return the invariants that do not hold in the company."""
    env, found = books.env, []
    env.flush_all()
    for table in TABLES:
        env.cr.execute(f"ANALYZE {table}")
    for name, statement in INVARIANTS.items():
        env.cr.execute(statement, {"company": books.company.id})
        count = env.cr.fetchone()[0]
        if count:
            found.append(Finding(name, count))
    return found + dangling(env.cr)


def dangling(cr) -> list[Finding]:
    """Return references to rows that are not there."""
    found = []
    for table in TABLES:
        for column, target in foreign_keys(cr, table):
            cr.execute(
                f'SELECT count(*) FROM {table} x WHERE x."{column}" IS NOT NULL '
                f'AND NOT EXISTS (SELECT FROM {target} t WHERE t.id = x."{column}")'
            )
            count = cr.fetchone()[0]
            if count:
                found.append(Finding(f"{table}.{column} refers to {target}", count))
    return found


def recomputed(books: Books, sample: int = 50, seed: int = 1) -> list[str]:
    """Let Odoo compute the stored fields of random documents anew; return changes.

    :param sample: how many documents: half entries, a quarter orders and payments each
    """
    env, changes = books.env, []
    own = [("company_id", "=", books.company.id)]
    pick = random.Random(seed)  # noqa: S311  repeatable, not secret

    def some(model: str, count: int):
        ids = env[model].search(own).ids
        return env[model].browse(pick.sample(ids, min(count, len(ids))))

    moves = some("account.move", sample - sample // 4 * 2)
    orders = some("sale.order", sample // 4)
    payments = some("account.payment", sample // 4)
    for records in (moves, moves.line_ids, orders, orders.order_line, payments):
        changes += _recompute(records)
    return changes


def _recompute(records) -> list[str]:
    env = records.env
    names = [
        name
        for name in RECOMPUTED[records._name]
        if name in records._fields and records._fields[name].compute
    ]
    before = {(r.id, name): r[name] for r in records for name in names}
    for name in names:
        env.add_to_compute(records._fields[name], records)
    changes = []
    for record in records:
        for name in names:
            old, new = before[record.id, name], record[name]
            same = old == new
            if isinstance(old, float):
                same = abs(old - new) < 0.00001
            if not same:
                changes.append(f"{records._name} {record.id} {name}: {old} → {new}")
    return changes


def ensure(books: Books, sample: int) -> int:
    """Check everything; return how many invariants held.

    :raises LoadError: names what is broken; nothing is kept then
    """
    broken = [str(finding) for finding in violations(books)]
    with books.env.cr.savepoint() as savepoint:
        broken += recomputed(books, sample)[:5]
        savepoint.rollback()
    books.env.invalidate_all(flush=False)
    if broken:
        raise LoadError(
            "Nothing was loaded, because Odoo's own rules would not hold: "
            + "; ".join(broken)
            + ". Please report this with the list of installed modules."
        )
    return len(INVARIANTS)
