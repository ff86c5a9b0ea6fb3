-- What documents' events are in key figures, before anybody's share: $events gives
-- e(id, stream_id, version, type, company_id, recorded_at, payload, confidential,
-- category, key), whole streams up to some version. Where a statement of a document is
-- replaced or withdrawn the former one comes again with all signs turned, so that sums
-- are right at any version. Everything is told from the events up to the row's own, so
-- a later event changes no earlier row. See kam_core/pay/attribution.py.
kpi_event AS MATERIALIZED ($events),
kpi_step AS (
    SELECT e.stream_id, e.version, e.type, e.company_id, e.recorded_at, e.category,
           e.key, e.payload AS doc, e.confidential AS secret, 1 AS sign
      FROM kpi_event e
     WHERE e.type IN ('Posted', 'Redated', 'Corrected', 'Matched', 'OrderConfirmed',
                      'OrderChanged', 'Delivered')
     UNION ALL
    SELECT e.stream_id, e.version, e.type, e.company_id, e.recorded_at, e.category,
           e.key, e.payload, e.confidential, -1
      FROM kpi_event e
     WHERE e.type = 'Unmatched'
     UNION ALL
    SELECT e.stream_id, e.version, e.type, e.company_id, e.recorded_at, e.category,
           e.key, before.payload, before.confidential, -1
      FROM kpi_event e
     CROSS JOIN LATERAL (
           SELECT b.type, b.payload, b.confidential FROM kam_es.event b
            WHERE b.stream_id = e.stream_id AND b.version < e.version
              AND CASE WHEN e.type = 'Delivered' THEN b.type = 'Delivered'
                  ELSE b.type NOT IN ('Matched', 'Unmatched', 'Delivered') END
            ORDER BY b.version DESC LIMIT 1) AS before
     WHERE e.version > 1 AND e.type NOT IN ('Matched', 'Unmatched')
       AND before.type IN ('Posted', 'Redated', 'Corrected', 'OrderConfirmed',
                           'OrderChanged', 'Delivered')
)
SELECT s.stream_id, s.version, s.sign < 0 AS reversal, s.type,
       s.recorded_at AT TIME ZONE 'UTC' AS recorded_at, s.company_id,
       s.category AS res_model, s.key::int AS res_id, f.kind, f.document_kind, f.date,
       f.own_date, coalesce(pm.target_id, f.partner_id) AS partner_id,
       f.partner_id AS raw_partner_id, f.origin_id,
       s.sign * f.untaxed AS untaxed, s.sign * f.amount AS amount,
       s.sign * f.cost AS cost, s.sign * f.gross AS gross,
       s.sign * f.documents AS documents, s.sign * f.lines AS lines,
       s.sign * f.quantity AS quantity, s.sign * f.delivered AS delivered, f.deal,
       f.products
  FROM kpi_step s
 CROSS JOIN LATERAL (
       SELECT 'sale' AS kind, s.doc ->> 'kind' AS document_kind,
              (s.doc ->> 'day')::date AS date,
              coalesce(o.day, (s.doc ->> 'day')::date) AS own_date,
              (s.doc ->> 'customer_id')::int AS partner_id,
              (s.doc ->> 'reversed_id')::int AS origin_id,
              (s.doc ->> 'untaxed')::numeric AS untaxed,
              (s.doc ->> 'total')::numeric AS amount,
              (s.secret ->> 'cost')::numeric AS cost, 0::numeric AS gross,
              CASE WHEN s.doc ->> 'kind' = 'credit_note' THEN 0 ELSE 1 END AS documents,
              0 AS lines, 0::numeric AS quantity, 0::numeric AS delivered,
              coalesce(o.untaxed, abs((s.doc ->> 'untaxed')::numeric)) AS deal,
              NULL::int[] AS products
         FROM (SELECT) AS one
         LEFT JOIN LATERAL (  -- of a return: the invoice, as it stood then
              SELECT (b.payload ->> 'day')::date AS day,
                     (b.payload ->> 'untaxed')::numeric AS untaxed
                FROM kam_es.stream os
                JOIN kam_es.event b ON b.stream_id = os.id
                 AND b.type IN ('Posted', 'Redated', 'Corrected')
               WHERE os.category = 'account.move' AND os.key = s.doc ->> 'reversed_id'
                 AND s.doc ->> 'kind' = 'credit_note'
               ORDER BY b.recorded_at <= s.recorded_at DESC,
                        CASE WHEN b.recorded_at <= s.recorded_at
                             THEN -b.version ELSE b.version END
               LIMIT 1) AS o ON TRUE
        WHERE s.category = 'account.move' AND s.doc ? 'untaxed'
        UNION ALL
       SELECT 'collected', d.payload ->> 'kind', (s.doc ->> 'date')::date,
              (s.doc ->> 'date')::date, (d.payload ->> 'customer_id')::int, NULL,
              round(m.amount * (d.payload ->> 'untaxed')::numeric
                    / (d.payload ->> 'total')::numeric, 2),
              m.amount,
              round((d.confidential ->> 'cost')::numeric * m.amount
                    / (d.payload ->> 'total')::numeric, 2),
              0, 0, 0, 0, 0, abs((d.payload ->> 'untaxed')::numeric), NULL
         FROM (SELECT CASE s.doc ->> 'side' WHEN 'debit' THEN 1 ELSE -1 END
                      * (s.doc ->> 'amount')::numeric AS amount) AS m
        CROSS JOIN LATERAL (  -- the invoice, as it stood then
              SELECT b.payload, b.confidential FROM kam_es.event b
               WHERE b.stream_id = s.stream_id AND b.version < s.version
                 AND b.type IN ('Posted', 'Redated', 'Corrected')
               ORDER BY b.version DESC LIMIT 1) AS d
        WHERE s.category = 'account.move' AND s.doc ? 'match_id'
          AND s.doc ->> 'other_kind' IN ('payment', 'entry')
          AND d.payload ? 'untaxed' AND (d.payload ->> 'total')::numeric <> 0
        UNION ALL
       SELECT 'order', 'order', (s.doc ->> 'day')::date, (s.doc ->> 'day')::date,
              (s.doc ->> 'customer_id')::int, NULL, (s.doc ->> 'untaxed')::numeric,
              (s.doc ->> 'total')::numeric, (s.secret ->> 'cost')::numeric,
              round(l.gross / coalesce(nullif((s.doc ->> 'rate')::numeric, 0), 1), 2),
              1, l.lines, l.quantity, 0, (s.doc ->> 'untaxed')::numeric, l.products
         FROM (SELECT coalesce(sum((one ->> 3)::numeric * (one ->> 4)::numeric), 0)
                      AS gross,
                      count(*) AS lines, coalesce(sum((one ->> 3)::numeric), 0)
                      AS quantity,
                      array_agg(DISTINCT (one ->> 1)::int)
                          FILTER (WHERE one ->> 1 IS NOT NULL) AS products
                 FROM jsonb_array_elements(s.doc -> 'lines') AS one) AS l
        WHERE s.category = 'sale.order' AND s.doc ? 'untaxed'
        UNION ALL
       SELECT 'delivery', 'order', (d.payload ->> 'day')::date,
              (d.payload ->> 'day')::date, (d.payload ->> 'customer_id')::int, NULL,
              0, 0, NULL, 0, 0, 0, 0, g.delivered, 0, NULL
         FROM (SELECT b.payload FROM kam_es.event b  -- the order, as it stood then
                WHERE b.stream_id = s.stream_id AND b.version < s.version
                  AND b.type IN ('OrderConfirmed', 'OrderChanged')
                ORDER BY b.version DESC LIMIT 1) AS d
        CROSS JOIN LATERAL (  -- more than was ordered fills nothing
              SELECT coalesce(sum(least((one ->> 3)::numeric,
                         (s.doc -> 'delivered' ->> (one ->> 0))::numeric)), 0)
                     AS delivered
                FROM jsonb_array_elements(d.payload -> 'lines') AS one
               WHERE s.doc -> 'delivered' ? (one ->> 0)) AS g
        WHERE s.category = 'sale.order' AND s.doc ? 'delivered'
       ) AS f
  LEFT JOIN kam_es.partner_merge pm ON pm.source_id = f.partner_id
