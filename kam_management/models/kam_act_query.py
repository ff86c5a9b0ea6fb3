"""What the ledger says for a reconciliation act: statements and nothing else.

Amounts come as text and become Decimal: Odoo reads NUMERIC as float. One row an entry:
the parts of an invoice that is due in instalments are one document to the customer.
"""

from decimal import Decimal

from odoo.tools import SQL

from ..kam_core.receivables.act_rows import Row, packed

LINES = """
      FROM account_move_line l
      JOIN account_account a
        ON a.id = l.account_id AND a.account_type = ANY(%(types)s)
      JOIN account_move m ON m.id = l.move_id
     WHERE l.parent_state = 'posted' AND l.partner_id = ANY(%(partners)s)
       AND l.company_id = ANY(%(companies)s) AND l.currency_id = %(currency)s
       AND %(agreement)s"""
AGREEMENT = "lower(btrim(coalesce(m.kam_agreement, ''))) = %s"
OPENING = """
    SELECT coalesce(sum(l.amount_currency), 0)::text,
           coalesce(sum(l.balance), 0)::text
      %(lines)s AND l.date < %(date_from)s"""
OPERATIONS = """
    SELECT o.id, o.date, o.document_date, o.kind, o.number, o.debit::text,
           o.credit::text, o.company::text, coalesce(s.version, 0)
      FROM (SELECT m.id, min(l.date) AS date, max(m.invoice_date) AS document_date,
                   CASE m.move_type WHEN 'out_invoice' THEN 'invoice'
                        WHEN 'out_refund' THEN 'credit_note'
                        WHEN 'out_receipt' THEN 'receipt'
                        ELSE CASE WHEN m.origin_payment_id IS NULL
                                       AND m.statement_line_id IS NULL
                             THEN 'entry' ELSE 'payment' END END AS kind,
                   m.name AS number,
                   coalesce(sum(l.amount_currency)
                       FILTER (WHERE l.amount_currency > 0), 0) AS debit,
                   coalesce(-sum(l.amount_currency)
                       FILTER (WHERE l.amount_currency < 0), 0) AS credit,
                   sum(l.balance) AS company
              %(lines)s AND l.date BETWEEN %(date_from)s AND %(date_to)s
             GROUP BY m.id) AS o
      LEFT JOIN kam_es.stream s
        ON s.category = 'account.move' AND s.key = o.id::text
     WHERE o.debit <> 0 OR o.credit <> 0 OR o.company <> 0
     ORDER BY o.date, o.id"""
COVERED = """
    SELECT move_key, date, document_date, kind, number, debit::text, credit::text,
           amount_company::text, head, difference
      FROM kam_act_line WHERE act_id = ANY(%s) ORDER BY act_id, sequence"""
INSERT = """
    INSERT INTO kam_act_line (act_id, sequence, move_key, date, document_date, kind,
                              number, debit, credit, amount_company, head, difference,
                              move_id)
    SELECT r.act_id, r.sequence, r.move_key, r.date, r.document_date, r.kind, r.number,
           r.debit, r.credit, r.amount_company, r.head, r.difference, m.id
      FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[], %s::date[],
                  %s::varchar[], %s::varchar[], %s::numeric[], %s::numeric[],
                  %s::numeric[], %s::int[], %s::bool[])
           AS r(act_id, sequence, move_key, date, document_date, kind, number, debit,
                credit, amount_company, head, difference)
      LEFT JOIN account_move m ON m.id = r.move_key"""
RECEIVABLE, PAYABLE = "asset_receivable", "liability_payable"


def _lines(act):
    """Return the lines of the act's customer, currency and accounts, in SQL."""
    types = [RECEIVABLE, PAYABLE] if act.with_payable else [RECEIVABLE]
    return SQL(
        LINES,
        types=types,
        partners=act._scope_partner_ids(),
        companies=act._scope_company_ids(),
        currency=act.currency_id.id,
        agreement=SQL(AGREEMENT, agreement_key(act.agreement))
        if act.by_agreement
        else SQL("TRUE"),
    )


def agreement_key(name):
    """Return what two spellings of one agreement have in common."""
    return (name or "").strip(" ").lower()


def flush(env):
    """Send to the database what the statements read."""
    env["account.move.line"].flush_model()
    env["account.move"].flush_model()
    env["account.account"].flush_model(["account_type"])
    env.cr.flush()  # facts of this transaction: the versions of the streams


def opening(act, before):
    """Return the balance before a day, as Decimal: (act's currency, company's)."""
    query = SQL(OPENING, lines=_lines(act), date_from=before)
    [(amount, company)] = act.env.execute_query(query)
    return Decimal(amount), Decimal(company)


def operations(act, date_from, date_to):
    """Return the rows of a period, in order of date."""
    query = SQL(OPERATIONS, lines=_lines(act), date_from=date_from, date_to=date_to)
    return [
        Row(
            move_id,
            day,
            document_date,
            kind,
            number,
            Decimal(debit),
            Decimal(credit),
            Decimal(company),
            head,
        )
        for (
            move_id,
            day,
            document_date,
            kind,
            number,
            debit,
            credit,
            company,
            head,
        ) in act.env.execute_query(query)
    ]


def stored(env, act_ids):
    """Return the rows that acts were given."""
    rows = env.execute_query(SQL(COVERED, list(act_ids)))
    return [
        Row(*row[:5], Decimal(row[5]), Decimal(row[6]), Decimal(row[7]), row[8], row[9])
        for row in rows
    ]


def store(env, act_id, rows):
    """Put the rows of an act into its table, in place of those that are there."""
    env.cr.execute("DELETE FROM kam_act_line WHERE act_id = %s", [act_id])
    if rows:
        columns = [list(column) for column in zip(*map(packed, rows), strict=True)]
        numbers = list(range(1, len(rows) + 1))
        env.cr.execute(INSERT, [[act_id] * len(rows), numbers, *columns])
    env["kam.act.line"].invalidate_model(flush=False)
    env["kam.act"].invalidate_model(["line_ids"], flush=False)
