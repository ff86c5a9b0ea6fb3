-- What journal entries say now: those that are facts (see kam_core/documents/ledger).
-- $entries narrows account_move AS m, $lines account_move_line AS l;
-- $materialized keeps a plan for few documents from being one for all.
moves_line AS $materialized (
    SELECT l.move_id,
           jsonb_agg(jsonb_build_object(  -- nulls are stripped below
               'line_id', l.id,
               'account_id', l.account_id,
               'partner_id', l.partner_id,
               'due_date', l.date_maturity,
               'amount', trim_scale(l.balance)::text,
               'amount_currency', trim_scale(l.amount_currency)::text,
               'currency', lc.name) ORDER BY l.id) AS lines,
           jsonb_object_agg(l.partner_id, lp.commercial_partner_id)
               FILTER (WHERE lp.commercial_partner_id IS DISTINCT FROM
                       m.commercial_partner_id AND l.partner_id IS NOT NULL)
               AS line_customers
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account a
        ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_currency lc ON lc.id = l.currency_id
      LEFT JOIN res_partner lp ON lp.id = l.partner_id
     WHERE l.parent_state = 'posted'
       AND $lines
     GROUP BY l.move_id
), moves_order AS $materialized (
    SELECT l.move_id,
           min(o.partner_id) AS partner_id,
           sum(l.quantity * coalesce(lu.factor / nullif(ou.factor, 0), 1)
               * ol.purchase_price / coalesce(nullif(o.currency_rate, 0), 1)) AS cost
      FROM sale_order_line_invoice_rel r
      JOIN account_move_line l ON l.id = r.invoice_line_id
      JOIN sale_order_line ol ON ol.id = r.order_line_id
      JOIN sale_order o ON o.id = ol.order_id
      LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
      LEFT JOIN uom_uom ou ON ou.id = ol.product_uom_id
     WHERE l.parent_state = 'posted' AND $lines
     GROUP BY l.move_id
), moves_now AS (
    SELECT m.id, m.company_id, m.commercial_partner_id AS customer_id,
           coalesce(m.invoice_date, m.date)::timestamp
               AT TIME ZONE coalesce(cal.tz, 'UTC') AS effective_at,
           jsonb_strip_nulls(jsonb_build_object(
               'kind', CASE m.move_type
                   WHEN 'out_invoice' THEN 'invoice'
                   WHEN 'out_refund' THEN 'credit_note'
                   WHEN 'out_receipt' THEN 'receipt'
                   ELSE CASE WHEN m.origin_payment_id IS NULL
                        THEN 'entry' ELSE 'payment' END END,
               'number', m.name,
               'date', m.date,
               'day', coalesce(m.invoice_date, m.date),
               'partner_id', m.partner_id,
               'commercial_partner_id', m.commercial_partner_id,
               'customer_id', coalesce(op.commercial_partner_id,
                                       m.commercial_partner_id),
               'company_currency', cc.name,
               'currency', mc.name,
               'reversed_id', m.reversed_entry_id,
               'lines', coalesce(ml.lines, '[]'::jsonb),
               'line_customers', ml.line_customers)
           || CASE WHEN m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
              THEN jsonb_build_object(
                   'invoice_date', m.invoice_date,
                   'due_date', m.invoice_date_due,
                   'rate', trim_scale(m.invoice_currency_rate)::text,
                   'payment_term_id', m.invoice_payment_term_id,
                   'user_id', m.invoice_user_id,
                   'untaxed', trim_scale(m.amount_untaxed_signed)::text,
                   'tax', trim_scale(m.amount_tax_signed)::text,
                   'total', trim_scale(m.amount_total_signed)::text,
                   'untaxed_currency',
                       trim_scale(m.amount_untaxed_in_currency_signed)::text,
                   'total_currency',
                       trim_scale(m.amount_total_in_currency_signed)::text)
              ELSE '{}'::jsonb END) AS payload,
           CASE WHEN o.cost IS NULL THEN NULL ELSE jsonb_build_object('cost',
               trim_scale(round(CASE m.move_type WHEN 'out_refund' THEN -o.cost
                          ELSE o.cost END, cc.decimal_places))::text)
           END AS confidential
      FROM account_move m
      JOIN res_company c ON c.id = m.company_id
      JOIN res_currency cc ON cc.id = c.currency_id
      JOIN res_currency mc ON mc.id = m.currency_id
      LEFT JOIN resource_calendar cal ON cal.id = c.resource_calendar_id
      LEFT JOIN moves_line ml ON ml.move_id = m.id
      LEFT JOIN moves_order o ON o.move_id = m.id
      LEFT JOIN res_partner op ON op.id = o.partner_id
     WHERE m.state = 'posted'
       AND (m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
            OR ml.move_id IS NOT NULL)
       AND $entries
)
