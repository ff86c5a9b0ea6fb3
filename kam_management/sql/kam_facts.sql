-- What facts of documents need beside the log. Every statement can be run again.
CREATE SCHEMA IF NOT EXISTS kam_es;

-- Runs of genesis: before the first, "known then" is unknown.
CREATE TABLE IF NOT EXISTS kam_es.genesis (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    streams     bigint NOT NULL,
    events      bigint NOT NULL
);

-- Which partner lives on after a merge, from the facts "PartnersMerged".
CREATE TABLE IF NOT EXISTS kam_es.partner_merge (
    source_id integer PRIMARY KEY,
    target_id integer NOT NULL
);

-- A projection's version: when the code's is another, it is rebuilt.
CREATE TABLE IF NOT EXISTS kam_es.projection (
    name       text PRIMARY KEY,
    version    integer NOT NULL,
    rebuild    boolean NOT NULL DEFAULT false,
    rebuilt_at timestamptz,
    caught_up_at timestamptz
);

-- Streams that a projection leaves out, because an event of theirs cannot be read: the
-- others go on.
CREATE TABLE IF NOT EXISTS kam_es.parked (
    projection text NOT NULL,
    stream_id  bigint NOT NULL,
    error      text NOT NULL,
    again      boolean NOT NULL DEFAULT false,  -- to be tried once more
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (projection, stream_id)
);

-- The hash chain as an aggregate: over a window it gives the hash of each event. STRICT:
-- the first content is the first hash, and no call is made for it.
CREATE OR REPLACE FUNCTION kam_es.chain_step(previous bytea, content bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sha256(previous || content)
$$;
CREATE OR REPLACE AGGREGATE kam_es.chain(bytea) (
    SFUNC = kam_es.chain_step, STYPE = bytea, PARALLEL = SAFE
);

-- A recorded payload with the partners that live on in place of those merged away.
CREATE OR REPLACE FUNCTION kam_es.survivors(payload jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text;
    target integer;
BEGIN
    IF payload IS NULL OR NOT EXISTS (SELECT FROM kam_es.partner_merge) THEN
        RETURN payload;
    END IF;
    FOREACH name IN ARRAY ARRAY['partner_id', 'commercial_partner_id', 'customer_id',
                                'invoice_partner_id', 'invoice_customer_id'] LOOP
        SELECT target_id INTO target FROM kam_es.partner_merge
         WHERE source_id = (payload ->> name)::int;
        IF FOUND THEN
            payload := jsonb_set(payload, ARRAY[name], to_jsonb(target));
        END IF;
    END LOOP;
    IF jsonb_typeof(payload -> 'lines') = 'array' THEN
        payload := jsonb_set(payload, '{lines}', coalesce((
            SELECT jsonb_agg(CASE WHEN m.target_id IS NULL THEN one.line
                       ELSE jsonb_set(one.line, '{partner_id}', to_jsonb(m.target_id)) END
                       ORDER BY one.ord)
              FROM jsonb_array_elements(payload -> 'lines')
                   WITH ORDINALITY AS one(line, ord)
              LEFT JOIN kam_es.partner_merge m
                ON m.source_id = (one.line ->> 'partner_id')::int), '[]'::jsonb));
    END IF;
    RETURN payload;
END $$;
