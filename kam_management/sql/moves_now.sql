-- What journal entries say now: those that are facts (see kam_core/documents/ledger).
-- $entries narrows account_move AS m; $moves_lines and $moves_orders are what the files
-- of these names select, or tables of it; $imported is JSON put into each.
-- The JSON is written as text and read once: that costs half of what building it value
-- by value does. concat() passes over nulls, so what is empty is left out.
SELECT m.id, m.company_id, m.commercial_partner_id AS customer_id,
       coalesce(m.invoice_date, m.date)::timestamp
           AT TIME ZONE coalesce(cal.tz, 'UTC') AS effective_at,
       concat('{"kind": "', CASE m.move_type
                   WHEN 'out_invoice' THEN 'invoice'
                   WHEN 'out_refund' THEN 'credit_note'
                   WHEN 'out_receipt' THEN 'receipt'
                   ELSE CASE WHEN m.origin_payment_id IS NULL
                        THEN 'entry' ELSE 'payment' END END, '"',
           ', "number": ' || to_json(m.name),
           ', "date": "' || m.date || '"',
           ', "day": "' || coalesce(m.invoice_date, m.date) || '"',
           ', "partner_id": ' || m.partner_id,
           ', "commercial_partner_id": ' || m.commercial_partner_id,
           ', "customer_id": ' || coalesce(op.commercial_partner_id,
                                           m.commercial_partner_id),
           ', "company_currency": ', to_json(cc.name), ', "currency": ', to_json(mc.name),
           ', "reversed_id": ' || m.reversed_entry_id,
           ', "lines": [', ml.lines, ']',
           ', "line_customers": {' || ml.line_customers || '}',
           CASE WHEN m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           THEN concat(
               ', "invoice_date": "' || m.invoice_date || '"',
               ', "due_date": "' || m.invoice_date_due || '"',
               ', "rate": "' || trim_scale(m.invoice_currency_rate) || '"',
               ', "payment_term_id": ' || m.invoice_payment_term_id,
               ', "user_id": ' || m.invoice_user_id,
               ', "untaxed": "' || trim_scale(m.amount_untaxed_signed) || '"',
               ', "tax": "' || trim_scale(m.amount_tax_signed) || '"',
               ', "total": "' || trim_scale(m.amount_total_signed) || '"',
               ', "untaxed_currency": "'
                   || trim_scale(m.amount_untaxed_in_currency_signed) || '"',
               ', "total_currency": "'
                   || trim_scale(m.amount_total_in_currency_signed) || '"') END,
           '$imported}')::jsonb AS payload,
       ('{"cost": "' || trim_scale(round(CASE m.move_type WHEN 'out_refund'
           THEN -mo.cost ELSE mo.cost END, cc.decimal_places)) || '"}')::jsonb
           AS confidential
  FROM account_move m
  JOIN res_company c ON c.id = m.company_id
  JOIN res_currency cc ON cc.id = c.currency_id
  JOIN res_currency mc ON mc.id = m.currency_id
  LEFT JOIN resource_calendar cal ON cal.id = c.resource_calendar_id
  LEFT JOIN $moves_lines AS ml ON ml.move_id = m.id
  LEFT JOIN $moves_orders AS mo ON mo.move_id = m.id
  LEFT JOIN res_partner op ON op.id = mo.partner_id
 WHERE m.state = 'posted'
   AND (m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
        OR ml.move_id IS NOT NULL)
   AND $entries
