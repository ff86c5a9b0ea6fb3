-- Receivable lines settled by others now, one row for either entry of a match.
-- $lines narrows account_move_line AS l, $imported is JSON put into each, $currencies,
-- $books and $zones are maps: names of currencies by id, of the currency and the time
-- zone by company; $receivable are the accounts. How the JSON is made, see moves_now.sql.
SELECT l.move_id, l.company_id, p.id AS match_id, lp.commercial_partner_id AS customer_id,
       p.max_date::timestamp AT TIME ZONE ($zones ->> l.company_id::text) AS effective_at,
       concat('{"match_id": ', p.id,
           ', "side": "', p.side, '"',
           ', "line_id": ', l.id,
           ', "other_id": ', ol.move_id,
           ', "other_line_id": ', ol.id,
           ', "other_kind": "', CASE om.move_type
               WHEN 'out_invoice' THEN 'invoice'
               WHEN 'out_refund' THEN 'credit_note'
               WHEN 'out_receipt' THEN 'receipt'
               ELSE CASE WHEN om.origin_payment_id IS NULL
                    THEN 'entry' ELSE 'payment' END END, '"',
           ', "partner_id": ' || l.partner_id,
           ', "customer_id": ' || lp.commercial_partner_id,
           ', "amount": "' || trim_scale(p.amount) || '"',
           ', "amount_currency": "' || trim_scale(p.amount_currency) || '"',
           ', "currency": ', coalesce($currencies -> p.currency_id::text,
               $books -> l.company_id::text),
           ', "company_currency": ', $books -> l.company_id::text,
           ', "date": "' || p.max_date || '"',
           '$imported}')::jsonb AS payload
  FROM account_move_line l
  JOIN (
       SELECT d.id, d.debit_move_id AS line_id, 'debit' AS side,
              d.credit_move_id AS other_id, d.max_date, d.amount,
              d.debit_amount_currency AS amount_currency,
              d.debit_currency_id AS currency_id
         FROM account_partial_reconcile d
        UNION ALL
       SELECT k.id, k.credit_move_id, 'credit', k.debit_move_id, k.max_date, k.amount,
              k.credit_amount_currency, k.credit_currency_id
         FROM account_partial_reconcile k
       ) AS p ON p.line_id = l.id
  JOIN account_move_line ol ON ol.id = p.other_id
  JOIN account_move om ON om.id = ol.move_id
  LEFT JOIN res_partner lp ON lp.id = l.partner_id
 WHERE $lines
   AND l.account_id = ANY($receivable)
