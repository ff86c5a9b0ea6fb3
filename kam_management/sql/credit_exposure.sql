-- Exposure by customer, live from Odoo's tables. $who gives rows of (partner_id: the
-- commercial partner of invoice addresses, company_id: the root company, currency_id:
-- of the limit, company_currency_id); $asked the ids of orders that ask, which are told
-- one by one and are in no sum. Rates are those of today; amounts have tax in them.
-- Most open orders have no invoice yet: they are summed as they are, and only those
-- that something was invoiced, paid or given up of are looked at one by one.
day AS MATERIALIZED (
    SELECT $today AS today
), who AS MATERIALIZED (
    SELECT w.*, d.today,
           kam_es.rate_between(w.company_currency_id, w.currency_id, w.company_id,
                               d.today) AS rate
      FROM ($who) AS w CROSS JOIN day d
), address AS MATERIALIZED (
    -- plain columns to join by: a sub-select in a join is asked once for each pair
    SELECT p.id, c.id AS branch_id, w.partner_id, w.company_id, w.currency_id, w.rate,
           w.today
      FROM who w
      JOIN res_partner p ON p.commercial_partner_id = w.partner_id
      JOIN res_company c ON split_part(c.parent_path, '/', 1)::int = w.company_id
), moved AS MATERIALIZED (
    -- entries whose due dates were moved
    SELECT DISTINCT e.stream_id
      FROM (SELECT partner_id FROM who
             UNION
            SELECT m.source_id FROM who w
              JOIN kam_es.partner_merge m ON m.target_id = w.partner_id) AS known
      JOIN kam_es.event e ON e.type = 'Redated'
       AND (e.payload ->> 'commercial_partner_id')::int = known.partner_id
), redated AS MATERIALIZED (
    -- the earliest due date ever said of a line
    SELECT (l.line ->> 'line_id')::int AS line_id,
           min((l.line ->> 'due_date')::date) AS first_due
      FROM moved m
      JOIN kam_es.event e ON e.stream_id = m.stream_id
       AND e.type IN ('Posted', 'Redated', 'Corrected')
     CROSS JOIN LATERAL jsonb_array_elements(e.payload -> 'lines') AS l(line)
     GROUP BY 1
), owed_part AS (
    SELECT s.partner_id, s.company_id, s.is_own, s.is_debit, s.is_late,
           sum(s.amount) * CASE WHEN s.is_own THEN 1 ELSE s.rate END AS amount,
           min(s.due) AS since
      FROM (SELECT a.partner_id, a.company_id, a.rate, l.due, l.is_own, l.amount,
                   l.amount > 0 AS is_debit, coalesce(l.due < a.today, FALSE) AS is_late
              FROM address a
             CROSS JOIN LATERAL (
                   SELECT least(l.date_maturity, d.first_due) AS due,
                          l.currency_id = a.currency_id AS is_own,
                          CASE WHEN l.currency_id = a.currency_id
                               THEN l.amount_residual_currency
                               ELSE l.amount_residual END AS amount
                     FROM account_move_line l
                     LEFT JOIN redated d ON d.line_id = l.id
                    WHERE l.partner_id = a.id AND l.company_id = a.branch_id
                      AND l.account_id = ANY (ARRAY(
                          SELECT t.id FROM account_account t
                           WHERE t.account_type = 'asset_receivable'))
                      AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                      AND l.amount_residual <> 0) AS l) AS s
     GROUP BY 1, 2, 3, 4, 5, s.rate
), owed AS (
    SELECT partner_id, company_id,
           coalesce(sum(amount) FILTER (WHERE is_debit), 0) AS receivable,
           coalesce(-sum(amount) FILTER (WHERE NOT is_debit), 0) AS receipts,
           coalesce(sum(amount) FILTER (WHERE is_debit AND is_late), 0) AS overdue,
           min(since) FILTER (WHERE is_debit AND is_late) AS overdue_since
      FROM owed_part GROUP BY 1, 2
), order_open AS MATERIALIZED (
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id AS limit_id
      FROM address a
      JOIN sale_order o ON o.partner_invoice_id = a.id AND o.company_id = a.branch_id
       AND o.state = 'sale' AND o.invoice_status <> 'invoiced'
     WHERE o.id <> ALL (%(asked)s::int[])
), order_begun AS MATERIALIZED (
    -- something was invoiced of these, or paid
    SELECT o.id FROM order_open o
      JOIN sale_order_line sl ON sl.order_id = o.id
      JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
     UNION
    SELECT o.id FROM order_open o
      JOIN sale_order_transaction_rel r ON r.sale_order_id = o.id
), order_drafted AS (
    SELECT DISTINCT sl.order_id AS id
      FROM account_move m
      JOIN account_move_line l ON l.move_id = m.id
      JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
      JOIN sale_order_line sl ON sl.id = r.order_line_id
     WHERE m.partner_id IN (SELECT id FROM address) AND m.state = 'draft'
       AND m.move_type IN ('out_invoice', 'out_receipt')
), order_now AS MATERIALIZED (
    SELECT o.*, FALSE AS is_asked FROM order_open o JOIN order_begun b ON b.id = o.id
     UNION ALL  -- all invoiced, but an invoice is a draft
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id, FALSE
      FROM order_drafted d
      JOIN sale_order o ON o.id = d.id AND o.state = 'sale'
       AND (o.invoice_status <> 'invoiced') IS NOT TRUE
       AND o.id <> ALL (%(asked)s::int[])
      JOIN address a ON a.id = o.partner_invoice_id AND a.branch_id = o.company_id
     UNION ALL
    SELECT o.id, o.currency_id, o.amount_total, a.partner_id, a.company_id,
           a.currency_id, TRUE
      FROM sale_order o
      JOIN address a ON a.id = o.partner_invoice_id AND a.branch_id = o.company_id
     WHERE o.id = ANY (%(asked)s::int[])
), order_invoiced AS (
    SELECT s.id,
           coalesce(sum(CASE WHEN s.move_type IN ('out_invoice', 'out_receipt')
                             THEN s.amount WHEN s.is_downpayment THEN -s.amount END)
                    FILTER (WHERE s.state = 'posted'), 0) AS posted,
           coalesce(sum(s.amount) FILTER (WHERE s.state = 'draft'
                    AND s.move_type IN ('out_invoice', 'out_receipt')), 0) AS drafted
      FROM (SELECT o.id, sl.is_downpayment, m.state, m.move_type,
                   l.price_total * kam_es.rate_between(
                       l.currency_id, o.currency_id, o.company_id, d.today) AS amount
              FROM order_now o
             CROSS JOIN day d
              JOIN sale_order_line sl ON sl.order_id = o.id
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
              JOIN account_move_line l ON l.id = r.invoice_line_id
              JOIN account_move m ON m.id = l.move_id AND m.state IN ('draft', 'posted')
           ) AS s
     GROUP BY 1
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
), order_held AS MATERIALIZED (
    SELECT o.id, o.currency_id, o.partner_id, o.company_id, o.limit_id, o.is_asked,
           CASE WHEN g.closed THEN 0
                WHEN i.id IS NULL AND p.id IS NULL THEN greatest(o.amount_total, 0)
                ELSE greatest(0, greatest(o.amount_total - coalesce(i.posted, 0),
                                          coalesce(i.drafted, 0))
                                 - coalesce(p.paid, 0)) END AS held
      FROM order_now o
      LEFT JOIN order_invoiced i ON i.id = o.id
      LEFT JOIN order_paid p ON p.id = o.id
      LEFT JOIN kam_order_closing g ON g.order_id = o.id
), order_sum AS (
    SELECT o.partner_id, o.company_id, o.currency_id, o.limit_id,
           sum(o.amount_total) FILTER (WHERE o.amount_total > 0) AS held
      FROM order_open o
      LEFT JOIN order_begun b ON b.id = o.id
      LEFT JOIN kam_order_closing g ON g.order_id = o.id
     WHERE b.id IS NULL AND g.closed IS NOT TRUE
     GROUP BY 1, 2, 3, 4
     UNION ALL
    SELECT h.partner_id, h.company_id, h.currency_id, h.limit_id, sum(h.held)
      FROM order_held h
     WHERE NOT h.is_asked
     GROUP BY 1, 2, 3, 4
), reserved AS (
    SELECT s.partner_id, s.company_id,
           sum(s.held * kam_es.rate_between(
               s.currency_id, s.limit_id, s.company_id, d.today)) AS held
      FROM order_sum s CROSS JOIN day d
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
