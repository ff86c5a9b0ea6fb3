"""The statements of the ageing: what is open as of a day, from each memory.

The lean source holds what adds up by customer and reads one table of the ledger; the
full one names the documents as well. Both give the same items and amounts.
"""

LATER_AND_CROSSED = """
    WITH later AS (
        SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
          FROM (SELECT debit_move_id AS line_id, amount,
                       debit_amount_currency AS amount_currency
                  FROM account_partial_reconcile WHERE max_date > %(as_of)s
                 UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency
                  FROM account_partial_reconcile WHERE max_date > %(as_of)s) AS side
         GROUP BY line_id
    ), pair AS (
        SELECT r.debit_move_id, r.credit_move_id, r.amount, r.debit_amount_currency,
               r.credit_amount_currency
          FROM account_partial_reconcile r
          JOIN account_move_line d ON d.id = r.debit_move_id
          JOIN account_move_line c ON c.id = r.credit_move_id
          LEFT JOIN res_partner dp ON dp.id = d.partner_id
          LEFT JOIN res_partner cp ON cp.id = c.partner_id
         WHERE r.max_date <= %(as_of)s
           AND (d.partner_id IS DISTINCT FROM c.partner_id
                OR d.company_id <> c.company_id
                OR d.parent_state <> 'posted' OR c.parent_state <> 'posted')
           AND (dp.commercial_partner_id IS DISTINCT FROM cp.commercial_partner_id
                OR NOT d.company_id = ANY(%(companies)s)
                OR NOT c.company_id = ANY(%(companies)s)
                OR d.parent_state <> 'posted' OR c.parent_state <> 'posted')
    ), crossed AS (
        SELECT line_id, sum(amount) AS amount, sum(amount_currency) AS amount_currency
          FROM (SELECT debit_move_id AS line_id, amount,
                       debit_amount_currency AS amount_currency FROM pair
                 UNION ALL
                SELECT credit_move_id, -amount, -credit_amount_currency
                  FROM pair) AS side
         GROUP BY line_id
    )"""
AMOUNTS = """
           coalesce(l.amount_residual, 0) + coalesce(later.amount, 0) AS opened,
           coalesce(l.amount_residual_currency, 0)
               + coalesce(later.amount_currency, 0) AS opened_currency,
           coalesce(crossed.amount, 0) AS crossed,
           coalesce(crossed.amount_currency, 0) AS crossed_currency"""
LEAN = f"""
    SELECT l.id, l.partner_id, l.company_id,
           l.currency_id AS document_currency_id,
           l.payment_id IS NOT NULL OR l.statement_line_id IS NOT NULL AS is_payment,
           CASE %(base)s WHEN 'due' THEN coalesce(l.date_maturity, l.date)
                ELSE coalesce(l.invoice_date, l.date) END AS base_date,
           {AMOUNTS}"""
FULL = f"""
    SELECT l.id, l.move_id, m.name AS number, l.partner_id AS contact_id,
           p.commercial_partner_id AS partner_id, l.company_id,
           l.currency_id AS document_currency_id,
           CASE m.move_type WHEN 'out_invoice' THEN 'invoice'
                WHEN 'out_refund' THEN 'credit_note' WHEN 'out_receipt' THEN 'receipt'
                ELSE CASE WHEN l.payment_id IS NULL AND l.statement_line_id IS NULL
                     THEN 'entry' ELSE 'payment' END END AS kind,
           l.payment_id IS NOT NULL OR l.statement_line_id IS NOT NULL AS is_payment,
           l.date, coalesce(l.date_maturity, l.date) AS due_date,
           CASE %(base)s WHEN 'due' THEN coalesce(l.date_maturity, l.date)
                ELSE coalesce(l.invoice_date, l.date) END AS base_date,
           l.balance AS amount, l.amount_currency,
           {AMOUNTS}"""
# The residual of today, with what was matched after the day put back. Items open today
# are found by Odoo's index of them; of those settled since, only what was matched later
# or across customers is looked at, not all of history.
OPEN = """
      FROM account_move_line l
      {document}
      LEFT JOIN later ON later.line_id = l.id
      LEFT JOIN crossed ON crossed.line_id = l.id
     WHERE l.reconciled IS NOT TRUE AND {counts}"""
SETTLED = """
      FROM (SELECT line_id FROM later UNION SELECT line_id FROM crossed) AS moved
      JOIN account_move_line l ON l.id = moved.line_id
      {document}
      LEFT JOIN later ON later.line_id = l.id
      LEFT JOIN crossed ON crossed.line_id = l.id
     WHERE l.reconciled AND {counts}"""
COUNTS = """l.parent_state = 'posted' AND l.date <= %(as_of)s
       AND l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.company_id = ANY(%(companies)s)"""


def _ledger(columns, document=""):
    branches = [
        columns + branch.format(document=document, counts=COUNTS)
        for branch in (OPEN, SETTLED)
    ]
    return LATER_AND_CROSSED + " UNION ALL ".join(branches)


LEDGER = _ledger(
    FULL,
    """JOIN account_move m ON m.id = l.move_id
      LEFT JOIN res_partner p ON p.id = l.partner_id""",
)
LEDGER_LEAN = _ledger(LEAN)
# A line is known while it was stated more often than withdrawn; so is a match.
KNOWN = """
    WITH stated AS (
        SELECT f.line_id, f.res_id, f.amount, f.amount_currency, f.reversal, f.event_id,
               f.partner_id, f.company_id, f.currency, f.document_kind, f.date,
               f.due_date
          FROM kam_fact f
         WHERE f.kind = 'receivable'
           AND f.recorded_at < %(known_at)s + interval '1 second'
           AND f.company_id = ANY(%(companies)s)
    ), known AS MATERIALIZED (
        SELECT * FROM (
            SELECT s.*, sum(CASE WHEN s.reversal THEN -1 ELSE 1 END)
                       OVER (PARTITION BY s.line_id) AS times,
                   row_number() OVER (PARTITION BY s.line_id
                       ORDER BY s.reversal, s.event_id DESC) AS place
              FROM stated s) AS ranked
         WHERE times > 0 AND place = 1
    ), match AS MATERIALIZED (
        SELECT f.line_id, (e.payload ->> 'other_line_id')::int AS other_id,
               max(f.date) AS date, sum(f.amount) AS amount,
               sum(f.amount_currency) AS amount_currency
          FROM kam_fact f JOIN kam_es.event e ON e.id = f.event_id
         WHERE f.kind = 'match' AND f.recorded_at < %(known_at)s + interval '1 second'
           AND f.company_id = ANY(%(companies)s)
         GROUP BY 1, 2 HAVING sum(CASE WHEN f.reversal THEN -1 ELSE 1 END) > 0
    ), settled AS (
        SELECT k.line_id, sum(match.amount) AS amount,
               sum(match.amount_currency) AS amount_currency,
               sum(match.amount) FILTER (WHERE o.line_id IS NULL
                   OR o.partner_id IS DISTINCT FROM k.partner_id) AS crossed,
               sum(match.amount_currency) FILTER (WHERE o.line_id IS NULL
                   OR o.partner_id IS DISTINCT FROM k.partner_id) AS crossed_currency
          FROM known k
          JOIN match ON match.line_id = k.line_id
          LEFT JOIN known o ON o.line_id = match.other_id
         WHERE CASE WHEN o.line_id IS NULL THEN match.date
               ELSE greatest(k.date, o.date) END <= %(as_of)s
         GROUP BY k.line_id
    )
    SELECT k.line_id AS id, m.id AS move_id,
           coalesce(e.payload ->> 'number', m.name) AS number,
           k.partner_id AS contact_id, k.partner_id, k.company_id,
           c.id AS document_currency_id,
           CASE WHEN k.document_kind = 'entry' AND m.statement_line_id IS NOT NULL
                THEN 'payment' ELSE k.document_kind END AS kind,
           k.document_kind = 'payment' OR (k.document_kind = 'entry'
               AND m.statement_line_id IS NOT NULL) AS is_payment,
           k.date, coalesce(k.due_date, k.date) AS due_date,
           CASE %(base)s WHEN 'due' THEN coalesce(k.due_date, k.date)
                ELSE coalesce((e.payload ->> 'invoice_date')::date, k.date)
                END AS base_date,
           k.amount, k.amount_currency,
           k.amount + coalesce(settled.amount, 0) AS opened,
           k.amount_currency + coalesce(settled.amount_currency, 0) AS opened_currency,
           -coalesce(settled.crossed, 0) AS crossed,
           -coalesce(settled.crossed_currency, 0) AS crossed_currency
      FROM known k
      JOIN kam_es.event e ON e.id = k.event_id
      JOIN res_currency c ON c.name = k.currency
      LEFT JOIN account_move m ON m.id = k.res_id
      LEFT JOIN settled ON settled.line_id = k.line_id
     WHERE k.date <= %(as_of)s"""
ITEMS = """
    SELECT i.id, i.move_id, i.number, i.contact_id, i.partner_id, i.company_id,
           root.id AS root_company_id, i.document_currency_id,
           coalesce(%(currency)s, company.currency_id) AS currency_id,
           i.kind, i.date, i.due_date, i.base_date, i.days,
           account.id AS account_id, account.account_class, lead.user_id,
           (%(buckets)s)[CASE WHEN i.debt THEN
               width_bucket(i.days, %(firsts)s) + 1 ELSE %(last)s END] AS bucket_id,
           CASE WHEN i.debt THEN width_bucket(i.days, %(firsts)s) END AS place,
           i.amount, i.opened AS residual,
           CASE WHEN i.debt THEN 0 ELSE i.opened END AS unallocated,
           CASE WHEN i.debt AND i.days > 0 THEN i.opened ELSE 0 END AS overdue,
           i.crossed, i.opened + i.crossed AS total
      FROM (SELECT o.*, NOT o.is_payment AND o.opened > 0 AS debt,
                   %(as_of)s - o.base_date AS days
              FROM (SELECT id, move_id, number, contact_id, partner_id, company_id,
                           document_currency_id, kind, is_payment, date, due_date,
                           base_date,
                           %(amount)s AS amount, %(opened)s AS opened,
                           %(crossed)s AS crossed
                      FROM (%(source)s) AS source
                     WHERE %(only)s) AS o
             WHERE o.opened <> 0 OR o.crossed <> 0) AS i
      JOIN res_company company ON company.id = i.company_id
      JOIN res_company root
        ON root.id = split_part(company.parent_path, '/', 1)::int
      LEFT JOIN kam_account account
        ON account.partner_id = i.partner_id AND account.company_id = root.id
      LEFT JOIN LATERAL (
           SELECT o.user_id FROM kam_account_owner o
            WHERE o.account_id = account.id AND o.date_from <= %(owner_day)s
              AND (o.date_to IS NULL OR o.date_to >= %(owner_day)s)
            ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1) AS lead ON TRUE"""
# one row a customer and company first, then whose customer it is
CUSTOMERS = """
    SELECT g.id, g.partner_id, root.id AS company_id,
           coalesce(%(currency)s, company.currency_id) AS currency_id,
           account.id AS account_id, account.account_class, lead.user_id,
           g.residual + g.crossed AS total, g.residual, %(slots)s,
           g.residual - (%(debts)s) AS unallocated, g.crossed,
           (%(debts)s) - coalesce(g.slot_0, 0) AS overdue,
           coalesce(g.late_days, 0) AS late_days, g.oldest_date, g.documents
      FROM (%(groups)s) AS g
      JOIN res_company company ON company.id = g.currency_of
      JOIN res_company root ON root.id = g.root_id
      LEFT JOIN kam_account account
        ON account.partner_id = g.partner_id AND account.company_id = root.id
      LEFT JOIN LATERAL (
           SELECT o.user_id FROM kam_account_owner o
            WHERE o.account_id = account.id AND o.date_from <= %(owner_day)s
              AND (o.date_to IS NULL OR o.date_to >= %(owner_day)s)
            ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1) AS lead ON TRUE"""
# first by contact and company, from one table; then branches of one head company that
# keep their books in one currency come together
GROUPS = """
    SELECT min(b.id) AS id, %(customer)s AS partner_id, of.root_id,
           min(b.company_id) AS currency_of,
           %(totals)s, sum(b.residual) AS residual, sum(b.crossed) AS crossed,
           sum(b.late_days) AS late_days, min(b.oldest_date) AS oldest_date,
           sum(b.documents)::bigint AS documents
      FROM (%(books)s) AS b
      JOIN (SELECT c.id, c.currency_id,
                   split_part(c.parent_path, '/', 1)::int AS root_id
              FROM res_company c) AS of ON of.id = b.company_id
      LEFT JOIN res_partner p ON p.id = b.partner_id
     GROUP BY %(customer)s, of.root_id, coalesce(%(currency)s, of.currency_id)"""
BOOKS = """
    SELECT min(i.id) AS id, i.partner_id, i.company_id, %(sums)s,
           sum(i.opened) AS residual, sum(i.crossed) AS crossed,
           sum(i.opened * i.days) FILTER (WHERE i.place > 0) AS late_days,
           min(i.base_date) FILTER (WHERE i.place > 0) AS oldest_date,
           count(*) AS documents
      FROM (SELECT o.*, CASE WHEN o.opened > 0 AND NOT o.is_payment
                        THEN width_bucket(o.days, %(firsts)s) END AS place
              FROM (SELECT s.id, s.partner_id, s.company_id, s.is_payment, s.base_date,
                           %(as_of)s - s.base_date AS days,
                           %(opened)s AS opened, %(crossed)s AS crossed
                      FROM (%(source)s) AS s WHERE %(only)s) AS o
             WHERE o.opened <> 0 OR o.crossed <> 0) AS i
     GROUP BY i.partner_id, i.company_id"""
# independent of matches, so that it can prove the items
LEDGER_BALANCE = """
    SELECT coalesce(%(currency)s, o.currency_id),
           sum(CASE WHEN %(currency)s IS NULL THEN l.balance
               ELSE l.amount_currency END)::text
      FROM account_move_line l
      JOIN res_company o ON o.id = l.company_id
      LEFT JOIN res_partner p ON p.id = l.partner_id
     WHERE l.parent_state = 'posted' AND l.date <= %(as_of)s
       AND l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.company_id = ANY(%(companies)s)
       AND (%(currency)s IS NULL OR l.currency_id = %(currency)s) AND %(partners)s
     GROUP BY 1"""
KNOWN_BALANCE = """
    SELECT coalesce(%(currency)s, o.currency_id),
           sum(CASE WHEN %(currency)s IS NULL THEN l.amount
               ELSE l.amount_currency END)::text
      FROM kam_fact l
      JOIN res_company o ON o.id = l.company_id
      LEFT JOIN res_currency c ON c.name = l.currency
      LEFT JOIN res_partner p ON p.id = l.partner_id
     WHERE l.kind = 'receivable' AND l.recorded_at < %(known_at)s + interval '1 second'
       AND l.date <= %(as_of)s AND l.company_id = ANY(%(companies)s)
       AND (%(currency)s IS NULL OR c.id = %(currency)s) AND %(partners)s
     GROUP BY 1"""
