-- Flat facts of events: $events gives e(id, stream_id, version, type, schema,
-- company_id, effective_at, recorded_at, payload, category, key, past). Where a
-- statement of a document is replaced or withdrawn, the former one comes again with
-- all signs turned, so that sums are right at any moment of the log.
fact_event AS ($events),
fact_step AS (
    SELECT e.id, e.stream_id, e.version, e.type, e.company_id, e.effective_at,
           e.recorded_at, e.category, e.key, e.payload AS doc, e.payload ? 'imported'
           AS imported, 1 AS sign
      FROM fact_event e
     WHERE e.version > e.past
       AND e.type IN ('Posted', 'Redated', 'Corrected', 'Matched', 'QuotationSent',
                      'OrderConfirmed', 'OrderChanged', 'Delivered')
     UNION ALL
    SELECT e.id, e.stream_id, e.version, e.type, e.company_id, e.effective_at,
           e.recorded_at, e.category, e.key, e.payload, e.payload ? 'imported', -1
      FROM fact_event e
     WHERE e.version > e.past AND e.type = 'Unmatched'
     UNION ALL
    SELECT e.id, e.stream_id, e.version, e.type, e.company_id, e.effective_at,
           e.recorded_at, e.category, e.key, before.payload, e.payload ? 'imported', -1
      FROM fact_event e
     CROSS JOIN LATERAL (
           SELECT b.type, b.payload FROM kam_es.event b
            WHERE b.stream_id = e.stream_id AND b.version < e.version
              AND CASE WHEN e.type = 'Delivered' THEN b.type = 'Delivered'
                  ELSE b.type NOT IN ('Matched', 'Unmatched', 'Delivered') END
            ORDER BY b.version DESC LIMIT 1) AS before
     WHERE e.version > e.past AND e.version > 1
       AND e.type NOT IN ('Matched', 'Unmatched')
       AND before.type IN ('Posted', 'Redated', 'Corrected', 'OrderConfirmed',
                           'OrderChanged', 'Delivered')
)
SELECT s.id AS event_id, s.stream_id, s.type, s.sign < 0 AS reversal, s.imported,
       s.recorded_at AT TIME ZONE 'UTC' AS recorded_at,
       s.effective_at AT TIME ZONE 'UTC' AS effective_at,
       s.company_id, s.category AS res_model, s.key::int AS res_id,
       f.kind, f.line_id, f.other_id, f.date, f.due_date,
       coalesce(pm.target_id, f.partner_id) AS partner_id,
       s.sign * f.untaxed AS untaxed, s.sign * f.amount AS amount,
       s.sign * f.amount_currency AS amount_currency, f.currency,
       s.doc ->> 'kind' AS document_kind
  FROM fact_step s
 CROSS JOIN LATERAL (
       SELECT 'turnover' AS kind, NULL::int AS line_id, NULL::int AS other_id,
              (s.doc ->> 'day')::date AS date, (s.doc ->> 'due_date')::date AS due_date,
              (s.doc ->> 'customer_id')::int AS partner_id,
              (s.doc ->> 'untaxed')::numeric AS untaxed,
              (s.doc ->> 'total')::numeric AS amount,
              (s.doc ->> 'total_currency')::numeric AS amount_currency,
              s.doc ->> 'currency' AS currency
        WHERE s.category = 'account.move' AND s.doc ? 'untaxed'
        UNION ALL
       SELECT 'receivable', (l ->> 'line_id')::int, NULL, (s.doc ->> 'date')::date,
              (l ->> 'due_date')::date,
              coalesce((s.doc -> 'line_customers' ->> (l ->> 'partner_id'))::int,
                       (s.doc ->> 'commercial_partner_id')::int,
                       (l ->> 'partner_id')::int),
              NULL, (l ->> 'amount')::numeric, (l ->> 'amount_currency')::numeric,
              l ->> 'currency'
         FROM jsonb_array_elements(CASE WHEN s.category = 'account.move'
              THEN s.doc -> 'lines' END) AS l
        UNION ALL
       SELECT 'match', (s.doc ->> 'line_id')::int, (s.doc ->> 'other_id')::int,
              (s.doc ->> 'date')::date, NULL, (s.doc ->> 'customer_id')::int, NULL,
              CASE s.doc ->> 'side' WHEN 'debit' THEN -1 ELSE 1 END
              * (s.doc ->> 'amount')::numeric,
              CASE s.doc ->> 'side' WHEN 'debit' THEN -1 ELSE 1 END
              * (s.doc ->> 'amount_currency')::numeric,
              s.doc ->> 'currency'
        WHERE s.doc ? 'match_id'
        UNION ALL
       SELECT CASE s.type WHEN 'QuotationSent' THEN 'quotation' ELSE 'order' END,
              NULL, NULL, (s.doc ->> 'day')::date, NULL, (s.doc ->> 'customer_id')::int,
              (s.doc ->> 'untaxed')::numeric, (s.doc ->> 'total')::numeric,
              (s.doc ->> 'total_currency')::numeric, s.doc ->> 'currency'
        WHERE s.category = 'sale.order' AND s.doc ? 'untaxed'
        UNION ALL
       SELECT 'delivery', NULL, NULL, (s.doc ->> 'day')::date, NULL,
              (s.doc ->> 'customer_id')::int, (s.doc ->> 'value')::numeric,
              (s.doc ->> 'value')::numeric, NULL, s.doc ->> 'company_currency'
        WHERE s.category = 'sale.order' AND s.doc ? 'value'
       ) AS f
  LEFT JOIN kam_es.partner_merge pm ON pm.source_id = f.partner_id
