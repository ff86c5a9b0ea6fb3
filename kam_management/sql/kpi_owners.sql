-- Rows of key figures with whose they are: $rows gives f, as kpi_rows.sql. One row for
-- each owner of the customer's account on the row's own day, amounts by largest
-- remainder; where nobody owned it, one row without a user. Who owns what from
-- which day until which is told once, for all rows.
WITH span AS (  -- of an account, from one change of its owners to the next
    SELECT d.account_id, d.day AS since,
           coalesce(lead(d.day) OVER (PARTITION BY d.account_id ORDER BY d.day),
                    'infinity') AS until
      FROM (SELECT account_id, date_from AS day FROM kam_account_owner
             UNION
            SELECT account_id, date_to + 1 FROM kam_account_owner
             WHERE date_to IS NOT NULL) AS d
), present AS (  -- the lead first, then by share: as owners_on of the core
    SELECT s.account_id, s.since, s.until, o.user_id, o.share,
           row_number() OVER ordered AS place, count(*) OVER everybody AS owners,
           sum(o.share) OVER everybody AS shares,
           first_value(o.share) OVER ordered AS first,
           array_agg(o.share) OVER everybody AS weights
      FROM span s
      JOIN kam_account_owner o ON o.account_id = s.account_id
       AND o.date_from <= s.since AND (o.date_to IS NULL OR o.date_to >= s.since)
    WINDOW ordered AS (PARTITION BY s.account_id, s.since
                       ORDER BY o.role <> 'lead', o.share DESC, o.event_key),
           everybody AS (ordered RANGE BETWEEN UNBOUNDED PRECEDING
                                           AND UNBOUNDED FOLLOWING)
), held AS MATERIALIZED (
    SELECT p.account_id, p.since, p.until, p.user_id, p.share,
           p.place::int AS place,
           CASE WHEN p.owners > 1 THEN p.weights END AS weights,
           CASE WHEN p.owners = 2 AND p.shares = 100 THEN p.first * 0.01
           END AS first
      FROM present p
)
SELECT f.stream_id, f.version, f.reversal, f.type, f.recorded_at, f.company_id,
       f.res_model, f.res_id, f.kind, f.document_kind, f.date, f.own_date,
       f.partner_id, f.origin_id, a.id AS account_id, h.user_id,
       coalesce(h.share, 100) AS share,
       kam_es.owner_part(f.untaxed, 2, h.weights, h.place, h.first) AS untaxed,
       kam_es.owner_part(f.amount, 2, h.weights, h.place, h.first) AS amount,
       CASE WHEN f.cost IS NULL THEN 0
            ELSE kam_es.owner_part(f.untaxed, 2, h.weights, h.place, h.first)
                 - kam_es.owner_part(f.cost, 2, h.weights, h.place, h.first)
       END AS margin,
       kam_es.owner_part(f.gross, 2, h.weights, h.place, h.first) AS gross,
       kam_es.owner_part(f.documents, 4, h.weights, h.place, h.first) AS documents,
       f.documents AS whole_documents,
       kam_es.owner_part(f.lines, 4, h.weights, h.place, h.first) AS lines,
       kam_es.owner_part(f.quantity, 4, h.weights, h.place, h.first) AS quantity,
       kam_es.owner_part(f.delivered, 4, h.weights, h.place, h.first) AS delivered,
       f.products
  FROM (SELECT r.* FROM ($rows) AS r OFFSET 0) AS f  -- each number is reckoned once
  LEFT JOIN res_company c ON c.id = f.company_id
  LEFT JOIN kam_account a ON a.partner_id = f.partner_id
   AND a.company_id = split_part(c.parent_path, '/', 1)::int
  LEFT JOIN held h ON h.account_id = a.id AND h.since <= f.own_date
   AND h.until > f.own_date
