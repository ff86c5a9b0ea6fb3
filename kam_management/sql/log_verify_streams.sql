-- Every stream with id in [low, high): are its events whole, in order, and the head's?
-- One row for each stream that is not: the first version that is wrong, and how.
WITH head AS MATERIALIZED (
    SELECT id, category, key, version, last_hash FROM kam_es.stream
     WHERE id >= %(low)s AND id < %(high)s
), link AS MATERIALIZED (
    SELECT e.stream_id, e.version, e.hash,
           lag(e.hash) OVER stream AS prior_hash,
           lag(e.version, 1, 0) OVER stream AS prior_version,
           kam_es.content(h.category, h.key, e.type, e.schema, e.company_id,
               e.actor_id, e.behalf_id, e.command_id, e.causation_id, e.effective_at,
               e.recorded_at, e.payload, e.confidential) AS content
      FROM kam_es.event e LEFT JOIN head h ON h.id = e.stream_id
     WHERE e.stream_id >= %(low)s AND e.stream_id < %(high)s
    WINDOW stream AS (PARTITION BY e.stream_id ORDER BY e.version)
), tail AS (
    SELECT DISTINCT ON (stream_id) stream_id, version, hash
      FROM link ORDER BY stream_id, version DESC
), wrong AS (
    SELECT stream_id, version, CASE
               WHEN prior_version <> version - 1 THEN 'gap'
               ELSE 'content' END AS problem
      FROM link
     WHERE stream_id IN (SELECT id FROM head)
       AND (prior_version <> version - 1
            OR hash IS DISTINCT FROM CASE
                   WHEN version = 1 THEN content
                   ELSE sha256(prior_hash || content) END)
    UNION ALL
    SELECT h.id, h.version, 'tail' FROM head h LEFT JOIN tail t ON t.stream_id = h.id
     WHERE coalesce(t.version, 0) < h.version
    UNION ALL
    SELECT h.id, h.version, 'head' FROM head h JOIN tail t ON t.stream_id = h.id
     WHERE t.version > h.version OR (t.version = h.version AND t.hash <> h.last_hash)
    UNION ALL
    SELECT t.stream_id, t.version, 'orphan' FROM tail t
     WHERE t.stream_id NOT IN (SELECT id FROM head)
)
SELECT DISTINCT ON (w.stream_id, w.problem)
       w.problem, h.category, coalesce(h.key, w.stream_id::text) AS key, w.version
  FROM wrong w LEFT JOIN head h ON h.id = w.stream_id
 ORDER BY w.stream_id, w.problem, w.version
 LIMIT %(limit)s
