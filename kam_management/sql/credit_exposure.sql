-- Exposure by customer, live from Odoo's tables. $who gives rows of (partner_id: the
-- commercial partner of invoice addresses, company_id: the root company, currency_id:
-- of the limit, company_currency_id); $asked the ids of orders that ask, which are told
-- one by one and are in no sum. Rates are those of today; amounts have tax in them.
day AS MATERIALIZED (
    SELECT $today AS today
), who AS MATERIALIZED (
    SELECT w.*, $rate_limit / $rate_company AS rate FROM ($who) AS w
), address AS MATERIALIZED (
    -- plain columns to join by: a sub-select in a join is asked once for each pair
    SELECT p.id, c.id AS branch_id, w.partner_id, w.company_id, w.currency_id, w.rate
      FROM who w
      JOIN res_partner p ON p.commercial_partner_id = w.partner_id
      JOIN res_company c ON split_part(c.parent_path, '/', 1)::int = w.company_id
), redated AS MATERIALIZED (
    -- a due date that was moved: the earliest ever said of a line
    SELECT (l.line ->> 'line_id')::int AS line_id,
           min((l.line ->> 'due_date')::date) AS first_due
      FROM (SELECT DISTINCT r.stream_id FROM kam_es.event r
             WHERE r.type = 'Redated') AS moved
      JOIN kam_es.event e ON e.stream_id = moved.stream_id
     CROSS JOIN LATERAL jsonb_array_elements(e.payload -> 'lines') AS l(line)
     WHERE e.type IN ('Posted', 'Redated', 'Corrected')
     GROUP BY 1
), owed_line AS (
    SELECT a.partner_id, a.company_id, least(l.date_maturity, d.first_due) AS due,
           CASE WHEN l.currency_id = a.currency_id THEN l.amount_residual_currency
                ELSE l.amount_residual * a.rate END AS amount
      FROM address a
      JOIN account_move_line l ON l.partner_id = a.id AND l.company_id = a.branch_id
       AND l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual <> 0
      LEFT JOIN redated d ON d.line_id = l.id
), owed AS (
    SELECT partner_id, company_id,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS receivable,
           coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS receipts,
           coalesce(sum(amount) FILTER (WHERE amount > 0 AND due < (SELECT today FROM day)), 0)
               AS overdue,
           min(due) FILTER (WHERE amount > 0 AND due < (SELECT today FROM day)) AS overdue_since
      FROM owed_line GROUP BY 1, 2
), order_drafted AS (
    SELECT DISTINCT sl.order_id AS id
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id
      JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
      JOIN sale_order_line sl ON sl.id = r.order_line_id
     WHERE m.partner_id IN (SELECT id FROM address) AND m.state = 'draft'
       AND m.move_type IN ('out_invoice', 'out_receipt')
), order_open AS (
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id AS limit_id, FALSE AS is_asked
      FROM address a
      JOIN sale_order o ON o.partner_invoice_id = a.id AND o.company_id = a.branch_id
       AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
       AND o.id <> ALL (%(asked)s::int[])
     UNION ALL  -- all invoiced, but an invoice is a draft
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id AS limit_id, FALSE
      FROM order_drafted d
      JOIN sale_order o ON o.id = d.id AND o.state = 'sale'
       AND (o.invoice_status <> 'invoiced') IS NOT TRUE
       AND o.id <> ALL (%(asked)s::int[])
      JOIN address a ON a.id = o.partner_invoice_id AND a.branch_id = o.company_id
     UNION ALL
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id AS limit_id, TRUE
      FROM sale_order o
      JOIN address a ON a.id = o.partner_invoice_id AND a.branch_id = o.company_id
     WHERE o.id = ANY (%(asked)s::int[])
), order_now AS MATERIALIZED (
    SELECT o.* FROM order_open o
      LEFT JOIN kam_order_closing g ON g.order_id = o.id
     WHERE g.closed IS NOT TRUE
), order_line AS (
    SELECT o.id, sl.is_downpayment, m.state, m.move_type,
           CASE WHEN l.currency_id = o.currency_id THEN l.price_total
                ELSE l.price_total * $rate_order / $rate_line END AS amount
      FROM order_now o
      JOIN sale_order_line sl ON sl.order_id = o.id
      JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
      JOIN account_move_line l ON l.id = r.invoice_line_id
      JOIN account_move m ON m.id = l.move_id AND m.state IN ('draft', 'posted')
), order_invoiced AS (
    SELECT id,
           coalesce(sum(CASE WHEN move_type IN ('out_invoice', 'out_receipt')
                             THEN amount WHEN is_downpayment THEN -amount END)
                    FILTER (WHERE state = 'posted'), 0) AS posted,
           coalesce(sum(amount) FILTER (WHERE state = 'draft'
                    AND move_type IN ('out_invoice', 'out_receipt')), 0) AS drafted
      FROM order_line GROUP BY id
), order_paid AS (
    SELECT r.sale_order_id AS id, sum(t.amount) AS paid
      FROM order_now o
      JOIN sale_order_transaction_rel r ON r.sale_order_id = o.id
      JOIN payment_transaction t ON t.id = r.transaction_id
       AND t.state IN ('authorized', 'done')
     WHERE NOT EXISTS (SELECT FROM account_payment a
                         JOIN account_move m ON m.id = a.move_id AND m.state = 'posted'
                        WHERE a.id = t.payment_id)
     GROUP BY 1
), order_held AS (
    SELECT o.id, o.currency_id, o.partner_id, o.company_id, o.limit_id, o.is_asked,
           CASE WHEN i.id IS NULL AND p.id IS NULL THEN greatest(o.amount_total, 0)
                ELSE greatest(0, greatest(o.amount_total - coalesce(i.posted, 0),
                                          coalesce(i.drafted, 0))
                                 - coalesce(p.paid, 0)) END AS held
      FROM order_now o
      LEFT JOIN order_invoiced i ON i.id = o.id
      LEFT JOIN order_paid p ON p.id = o.id
), reserved AS (
    SELECT s.partner_id, s.company_id, sum(s.held * $rate_limit_of / $rate_held) AS held
      FROM (SELECT h.partner_id, h.company_id, h.currency_id, h.limit_id,
                   sum(h.held) AS held
              FROM order_held h
             WHERE NOT h.is_asked
             GROUP BY 1, 2, 3, 4) AS s
     GROUP BY 1, 2
), exposed AS (
    SELECT w.partner_id, w.company_id, w.currency_id, w.rate,
           coalesce(o.receivable, 0) AS receivable, coalesce(o.receipts, 0) AS receipts,
           coalesce(o.overdue, 0) AS overdue, o.overdue_since,
           coalesce(r.held, 0) AS reserved
      FROM who w
      LEFT JOIN owed o USING (partner_id, company_id)
      LEFT JOIN reserved r USING (partner_id, company_id)
)
