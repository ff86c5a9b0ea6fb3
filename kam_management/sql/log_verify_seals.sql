-- Does every seal still say what it said, and does the log still hold what was sealed?
WITH told AS (
    SELECT h.seal_id, count(*) AS heads,
           sha256(string_agg(kam_es.head_digest(s.category, s.key, h.version, h.hash),
               ''::bytea ORDER BY s.category COLLATE "C", s.key COLLATE "C")) AS digest
      FROM kam_es.seal_head h LEFT JOIN kam_es.stream s ON s.id = h.stream_id
     GROUP BY h.seal_id
), chain AS (
    SELECT id, previous_id, sealed_at, heads, events, digest,
           lag(id, 1, 0::bigint) OVER (ORDER BY id) AS prior_id,
           lag(digest) OVER (ORDER BY id) AS prior_digest
      FROM kam_es.seal
), wrong AS (
    SELECT 'seal' AS problem, NULL::text AS category, c.id::text AS key,
           NULL::integer AS version
      FROM chain c LEFT JOIN told t ON t.seal_id = c.id
     WHERE c.previous_id <> c.prior_id OR t.heads IS DISTINCT FROM c.heads
        OR c.digest IS DISTINCT FROM kam_es.seal_digest(c.prior_digest, c.sealed_at,
               c.heads, c.events, t.digest)
    UNION ALL
    SELECT 'seal', NULL, t.seal_id::text, NULL
      FROM told t WHERE NOT EXISTS (SELECT FROM kam_es.seal c WHERE c.id = t.seal_id)
    UNION ALL
    SELECT 'sealed', s.category, coalesce(s.key, h.stream_id::text), h.version
      FROM kam_es.seal_head h LEFT JOIN kam_es.stream s ON s.id = h.stream_id
      LEFT JOIN kam_es.event e ON e.stream_id = h.stream_id AND e.version = h.version
     WHERE s.id IS NULL OR e.hash IS DISTINCT FROM h.hash
)
SELECT problem, category, key, version FROM wrong
 ORDER BY problem, category, key, version LIMIT %(limit)s
