-- Receivable lines settled by one another now, one row for either entry of a match.
-- $matches narrows account_partial_reconcile AS p; $sides the entry, s.move_id.
matches_now AS (
    SELECT s.move_id, s.company_id, p.id AS match_id, s.customer_id,
           p.max_date::timestamp AT TIME ZONE coalesce(cal.tz, 'UTC') AS effective_at,
           jsonb_strip_nulls(jsonb_build_object(
               'match_id', p.id,
               'side', s.side,
               'line_id', s.line_id,
               'other_id', s.other_id,
               'other_line_id', s.other_line_id,
               'other_kind', CASE om.move_type
                   WHEN 'out_invoice' THEN 'invoice'
                   WHEN 'out_refund' THEN 'credit_note'
                   WHEN 'out_receipt' THEN 'receipt'
                   ELSE CASE WHEN om.origin_payment_id IS NULL
                        THEN 'entry' ELSE 'payment' END END,
               'partner_id', s.partner_id,
               'customer_id', s.customer_id,
               'amount', trim_scale(p.amount)::text,
               'amount_currency', trim_scale(s.amount_currency)::text,
               'currency', lc.name,
               'company_currency', cc.name,
               'date', p.max_date)) AS payload
      FROM account_partial_reconcile p
      JOIN account_move_line dl ON dl.id = p.debit_move_id
      JOIN account_move_line cl ON cl.id = p.credit_move_id
      JOIN account_account a
        ON a.id = dl.account_id AND a.account_type = 'asset_receivable'
      LEFT JOIN res_partner dp ON dp.id = dl.partner_id
      LEFT JOIN res_partner cp ON cp.id = cl.partner_id
     CROSS JOIN LATERAL (VALUES
           ('debit', dl.move_id, dl.id, cl.move_id, cl.id, dl.partner_id,
            dp.commercial_partner_id, p.debit_amount_currency, p.debit_currency_id,
            dl.company_id),
           ('credit', cl.move_id, cl.id, dl.move_id, dl.id, cl.partner_id,
            cp.commercial_partner_id, p.credit_amount_currency, p.credit_currency_id,
            cl.company_id)
           ) AS s(side, move_id, line_id, other_id, other_line_id, partner_id,
                  customer_id, amount_currency, currency_id, company_id)
      JOIN account_move om ON om.id = s.other_id
      JOIN res_company c ON c.id = s.company_id
      JOIN res_currency cc ON cc.id = c.currency_id
      JOIN res_currency lc ON lc.id = coalesce(s.currency_id, c.currency_id)
      LEFT JOIN resource_calendar cal ON cal.id = c.resource_calendar_id
     WHERE $matches AND $sides
)
