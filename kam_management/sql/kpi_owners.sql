-- Rows of key figures with whose they are: $rows gives f, as kpi_rows.sql. One row for
-- each owner of the customer's account on the row's own day, amounts by largest
-- remainder; where nobody owned it, one row without a user.
SELECT f.stream_id, f.version, f.reversal, f.type, f.recorded_at, f.company_id,
       f.res_model, f.res_id, f.kind, f.document_kind, f.date, f.own_date,
       f.partner_id, f.origin_id, a.id AS account_id, o.user_id,
       coalesce(o.share, 100) AS share,
       CASE WHEN w.whole THEN f.untaxed
            ELSE kam_es.owner_part(f.untaxed, 2, a.id, f.own_date, o.event_key)
       END AS untaxed,
       CASE WHEN w.whole THEN f.amount
            ELSE kam_es.owner_part(f.amount, 2, a.id, f.own_date, o.event_key)
       END AS amount,
       CASE WHEN f.cost IS NULL THEN 0
            WHEN w.whole THEN f.untaxed - f.cost
            ELSE kam_es.owner_part(f.untaxed, 2, a.id, f.own_date, o.event_key)
                 - kam_es.owner_part(f.cost, 2, a.id, f.own_date, o.event_key)
       END AS margin,
       CASE WHEN w.whole THEN f.gross
            ELSE kam_es.owner_part(f.gross, 2, a.id, f.own_date, o.event_key)
       END AS gross,
       CASE WHEN w.whole THEN f.documents
            ELSE kam_es.owner_part(f.documents, 4, a.id, f.own_date, o.event_key)
       END AS documents,
       f.documents AS whole_documents,
       CASE WHEN w.whole THEN f.lines
            ELSE kam_es.owner_part(f.lines, 4, a.id, f.own_date, o.event_key)
       END AS lines,
       CASE WHEN w.whole THEN f.quantity
            ELSE kam_es.owner_part(f.quantity, 4, a.id, f.own_date, o.event_key)
       END AS quantity,
       CASE WHEN w.whole THEN f.delivered
            ELSE kam_es.owner_part(f.delivered, 4, a.id, f.own_date, o.event_key)
       END AS delivered,
       f.products
  FROM ($rows) AS f
  LEFT JOIN res_company c ON c.id = f.company_id
  LEFT JOIN kam_account a ON a.partner_id = f.partner_id
   AND a.company_id = split_part(c.parent_path, '/', 1)::int
  LEFT JOIN kam_account_owner o ON o.account_id = a.id AND o.date_from <= f.own_date
   AND (o.date_to IS NULL OR o.date_to >= f.own_date)
 CROSS JOIN LATERAL (SELECT o.share IS NULL OR o.share = 100 AS whole) AS w
