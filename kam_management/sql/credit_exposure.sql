-- Exposure by customer, live from Odoo's tables. $who gives rows of (partner_id: the
-- commercial partner of invoice addresses, company_id: the root company, currency_id:
-- of the limit, company_currency_id); $asked the ids of orders that ask, which are told
-- one by one and are in no sum. Rates are those of today; amounts have tax in them.
who AS MATERIALIZED (
    SELECT w.*, $rate_limit / $rate_company AS rate FROM ($who) AS w
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
    SELECT w.partner_id, w.company_id, least(l.date_maturity, d.first_due) AS due,
           CASE WHEN l.currency_id = w.currency_id THEN l.amount_residual_currency
                ELSE l.amount_residual * w.rate END AS amount
      FROM who w
      JOIN res_partner p ON p.commercial_partner_id = w.partner_id
      JOIN account_move_line l ON l.partner_id = p.id
       AND l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual <> 0
       AND (SELECT split_part(c.parent_path, '/', 1)::int FROM res_company c
             WHERE c.id = l.company_id) = w.company_id
      LEFT JOIN redated d ON d.line_id = l.id
), owed AS (
    SELECT partner_id, company_id,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS receivable,
           coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS receipts,
           coalesce(sum(amount) FILTER (WHERE amount > 0 AND due < $today), 0)
               AS overdue,
           min(due) FILTER (WHERE amount > 0 AND due < $today) AS overdue_since
      FROM owed_line GROUP BY 1, 2
), order_open AS (
    SELECT o.id
      FROM who w
      JOIN res_partner p ON p.commercial_partner_id = w.partner_id
      JOIN sale_order o ON o.partner_invoice_id = p.id AND o.state = 'sale'
       AND (SELECT split_part(c.parent_path, '/', 1)::int FROM res_company c
             WHERE c.id = o.company_id) = w.company_id
     WHERE o.invoice_status <> 'invoiced'
     UNION
    SELECT sl.order_id  -- all invoiced, but an invoice is a draft
      FROM who w
      JOIN res_partner p ON p.commercial_partner_id = w.partner_id
      JOIN account_move m ON m.partner_id = p.id AND m.state = 'draft'
       AND m.move_type IN ('out_invoice', 'out_receipt')
      JOIN account_move_line l ON l.move_id = m.id
      JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
      JOIN sale_order_line sl ON sl.id = r.order_line_id
      JOIN sale_order o ON o.id = sl.order_id AND o.state = 'sale'
     UNION
    SELECT unnest(%(asked)s::int[])
), order_now AS (
    SELECT o.id, o.name, o.currency_id, o.amount_total, w.partner_id, w.company_id,
           o.id = ANY(%(asked)s::int[]) AS is_asked
      FROM order_open
      JOIN sale_order o ON o.id = order_open.id
      JOIN res_partner p ON p.id = o.partner_invoice_id
      JOIN res_company c ON c.id = o.company_id
      JOIN who w ON w.partner_id = p.commercial_partner_id
       AND w.company_id = split_part(c.parent_path, '/', 1)::int
     WHERE NOT EXISTS (SELECT FROM kam_order_closing g
                        WHERE g.order_id = o.id AND g.closed)
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
    SELECT o.id, o.name, o.currency_id, o.amount_total, o.partner_id, o.company_id,
           o.is_asked, coalesce(i.posted, 0) AS posted, coalesce(i.drafted, 0) AS drafted,
           coalesce(p.paid, 0) AS paid,
           greatest(0, greatest(o.amount_total - coalesce(i.posted, 0),
                                coalesce(i.drafted, 0)) - coalesce(p.paid, 0)) AS held
      FROM order_now o
      LEFT JOIN order_invoiced i ON i.id = o.id
      LEFT JOIN order_paid p ON p.id = o.id
), reserved AS (
    SELECT s.partner_id, s.company_id, sum(s.held * $rate_limit_of / $rate_held) AS held
      FROM (SELECT h.partner_id, h.company_id, h.currency_id, w.currency_id AS limit_id,
                   sum(h.held) AS held
              FROM order_held h
              JOIN who w USING (partner_id, company_id)
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
