-- Seal the heads that changed since the last seal; the new seal chains to it.
WITH last AS (
    SELECT id, digest FROM kam_es.seal ORDER BY id DESC LIMIT 1
), changed AS MATERIALIZED (
    SELECT s.id, s.category, s.key, s.version, s.last_hash,
           s.version - coalesce((SELECT max(p.version) FROM kam_es.seal_head p
                                  WHERE p.stream_id = s.id), 0) AS events
      FROM kam_es.stream s
     WHERE NOT EXISTS (SELECT FROM kam_es.seal_head p
                        WHERE p.stream_id = s.id AND p.version = s.version)
), total AS MATERIALIZED (
    SELECT clock_timestamp() AS sealed_at, count(*) AS heads,
           coalesce(sum(events), 0)::bigint AS events,
           sha256(coalesce(string_agg(kam_es.head_digest(category, key, version,
               last_hash), ''::bytea ORDER BY category COLLATE "C", key COLLATE "C"),
               ''::bytea)) AS digest
      FROM changed
), made AS (
    INSERT INTO kam_es.seal (previous_id, sealed_at, heads, events, digest)
    SELECT coalesce(last.id, 0), total.sealed_at, total.heads, total.events,
           kam_es.seal_digest(last.digest, total.sealed_at, total.heads, total.events,
               total.digest)
      FROM total LEFT JOIN last ON true
     WHERE total.heads > 0
    RETURNING id, sealed_at, heads, events, digest
), kept AS (
    INSERT INTO kam_es.seal_head (seal_id, stream_id, version, hash)
    SELECT made.id, changed.id, changed.version, changed.last_hash FROM changed, made
)
SELECT id, heads, events, encode(digest, 'hex'), sealed_at AT TIME ZONE 'UTC' FROM made
