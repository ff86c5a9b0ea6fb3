-- The receivable lines of entries, as JSON. $lines narrows account_move_line AS l,
-- $receivable are the accounts, $currencies a map of names by id: values, or queries.
SELECT l.move_id,
       string_agg(concat('{"line_id": ', l.id,
           ', "account_id": ' || l.account_id,
           ', "partner_id": ' || l.partner_id,
           ', "due_date": "' || l.date_maturity || '"',
           ', "amount": "' || trim_scale(l.balance) || '"',
           ', "amount_currency": "' || trim_scale(l.amount_currency) || '"',
           ', "currency": ', $currencies -> l.currency_id::text, '}'),
           ', ' ORDER BY l.id) AS lines,
       string_agg('"' || l.partner_id || '": ' || lp.commercial_partner_id, ', ')
           FILTER (WHERE lp.commercial_partner_id IS DISTINCT FROM m.commercial_partner_id)
           AS line_customers
  FROM account_move_line l
  JOIN account_move m ON m.id = l.move_id
  LEFT JOIN res_partner lp ON lp.id = l.partner_id
 WHERE $lines
   AND l.account_id = ANY($receivable)
 GROUP BY l.move_id
