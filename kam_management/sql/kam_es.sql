-- The event log: a schema of its own, so that it survives uninstalling, upgrades and
-- partner merges. Every statement can be run again. Nothing here points to a table of
-- Odoo by a foreign key: Odoo's partner merge rewrites and deletes rows behind such keys.
CREATE SCHEMA IF NOT EXISTS kam_es;

-- One row a stream: the head. Its row lock orders the writers of the stream.
CREATE TABLE IF NOT EXISTS kam_es.stream (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category    text NOT NULL,      -- the model
    key         text NOT NULL,      -- a uuid for our records, the id for other addons'
    row_id      integer,            -- the id kept for the projected row of our records
    company_id  integer,
    version     integer NOT NULL,
    last_hash   bytea NOT NULL,
    merged_into bigint,
    CONSTRAINT stream_key UNIQUE (category, key)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS kam_es.event (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    stream_id    bigint NOT NULL,
    version      integer NOT NULL,
    type         text NOT NULL,
    schema       smallint NOT NULL,
    company_id   integer,
    actor_id     integer NOT NULL,
    behalf_id    integer,           -- on whose behalf the actor decided
    command_id   uuid,
    causation_id bigint,            -- the event that led to this one
    effective_at timestamptz NOT NULL,  -- when it was true
    recorded_at  timestamptz NOT NULL,  -- when we knew
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    hash         bytea NOT NULL,    -- sha256(hash of the previous event || content)
    payload      jsonb NOT NULL,    -- codes, ids, amounts as text; no names, no sentences
    confidential jsonb,             -- cost and pay: for those entitled
    CONSTRAINT event_stream_version PRIMARY KEY (stream_id, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS event_id ON kam_es.event (id);
CREATE INDEX IF NOT EXISTS event_command ON kam_es.event (command_id)
    WHERE command_id IS NOT NULL;
-- By day, for people: a few kilobytes, and appends do not feel it.
CREATE INDEX IF NOT EXISTS event_recorded ON kam_es.event
    USING brin ((recorded_at AT TIME ZONE 'UTC'));
CREATE INDEX IF NOT EXISTS event_behalf ON kam_es.event (behalf_id, recorded_at)
    WHERE behalf_id IS NOT NULL;

-- Free text about people, erasable: the payload holds only the salted digest.
CREATE TABLE IF NOT EXISTS kam_es.text (
    digest   text PRIMARY KEY,
    category text NOT NULL,
    key      text NOT NULL,
    salt     text NOT NULL,
    body     text NOT NULL
);
CREATE INDEX IF NOT EXISTS text_stream ON kam_es.text (category, key);

-- The first answer to each command_id, so that a repeated call changes nothing.
CREATE TABLE IF NOT EXISTS kam_es.command (
    id          uuid PRIMARY KEY,
    actor_id    integer NOT NULL,
    request     text NOT NULL,      -- a digest: requests hold words about people
    result      jsonb,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How far each asynchronous projection has come, stream by stream.
CREATE TABLE IF NOT EXISTS kam_es.checkpoint (
    projection text NOT NULL,
    stream_id  bigint NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (projection, stream_id)
);

-- Seals: each names the heads that changed since the one before, and chains to it.
CREATE TABLE IF NOT EXISTS kam_es.seal (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heads     bigint NOT NULL,
    events    bigint NOT NULL,
    digest    bytea NOT NULL        -- see seal_digest() below
);
-- The seal before (0: the first): two seals made at one moment cannot both follow it.
ALTER TABLE kam_es.seal ADD COLUMN IF NOT EXISTS previous_id bigint NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX IF NOT EXISTS seal_previous ON kam_es.seal (previous_id);
CREATE TABLE IF NOT EXISTS kam_es.seal_head (
    seal_id   bigint NOT NULL,
    stream_id bigint NOT NULL,
    version   integer NOT NULL,
    hash      bytea NOT NULL,
    PRIMARY KEY (stream_id, version)
);
CREATE INDEX IF NOT EXISTS seal_head_seal ON kam_es.seal_head (seal_id);

-- What the hash of an event covers. Codes first, documents last: no two events that
-- differ give one text.
CREATE OR REPLACE FUNCTION kam_es.content(
    category text, key text, type text, schema smallint, company_id integer,
    actor_id integer, behalf_id integer, command_id uuid, causation_id bigint,
    effective_at timestamptz, recorded_at timestamptz, payload jsonb, confidential jsonb
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat_ws('|',
        category, key, type, schema, coalesce(company_id, 0), actor_id,
        coalesce(behalf_id, 0), coalesce(command_id::text, '-'),
        coalesce(causation_id, 0),
        (extract(epoch FROM effective_at) * 1000000)::bigint,
        (extract(epoch FROM recorded_at) * 1000000)::bigint,
        payload, coalesce(confidential, 'null'::jsonb)), 'UTF8'))
$$;

-- A head as a seal covers it: by name, because ids may differ after a restore.
CREATE OR REPLACE FUNCTION kam_es.head_digest(
    category text, key text, version integer, hash bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(concat_ws('|', category, key, version), 'UTF8') || hash)
$$;

CREATE OR REPLACE FUNCTION kam_es.seal_digest(
    previous bytea, sealed_at timestamptz, heads bigint, events bigint, digest bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(coalesce(previous, ''::bytea) || digest || convert_to(concat_ws('|',
        (extract(epoch FROM sealed_at) * 1000000)::bigint, heads, events), 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION kam_es.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The event log is append-only: % on kam_es.% is refused.',
        TG_OP, TG_TABLE_NAME;
END $$;

-- Append one event. A function, because its plans are kept: planned anew each time, one
-- statement with CTEs cost three times as much; and its arguments are plain values,
-- because arrays of one cost a sixth more. The upsert of the head orders the writers of
-- a stream: in REPEATABLE READ the loser of two gets a serialization failure, which
-- Odoo retries on a fresh snapshot. The answer is one value, {row id kept, version, id
-- of the event}: a row of three would be kept in a store of rows first, for a quarter
-- of the whole.
DROP FUNCTION IF EXISTS kam_es.append_one(integer, uuid, text, text, integer, text,
    text, integer, jsonb, jsonb, integer, bigint, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION kam_es.append_event(
    actor integer, command uuid, category text, key text, company integer,
    sequence text, type text, schema integer, payload jsonb, confidential jsonb,
    behalf integer, causation bigint, effective timestamptz,
    moment timestamptz DEFAULT clock_timestamp()
) RETURNS bigint[] LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    since    timestamptz := coalesce(effective, moment);
    content  bytea;
    head_id  bigint;
    row_id   integer;
    head     integer;
    chained  bytea;
    event_id bigint;
BEGIN
    -- once a transaction; only asking is cheaper
    IF current_setting('kam_es.tx', true)
            IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM set_config('kam_es.tx', pg_current_xact_id()::text, true);
    END IF;
    content := kam_es.content(category, key, type, schema::smallint, company, actor,
        behalf, command, causation, since, moment, payload, confidential);
    INSERT INTO kam_es.stream AS s (category, key, row_id, company_id, version,
                last_hash)
         VALUES (category, key,
                 CASE WHEN sequence IS NOT NULL
                      THEN nextval(sequence::regclass)::integer END,
                 company, 1, content)
    ON CONFLICT ON CONSTRAINT stream_key DO UPDATE
            SET version = s.version + 1,
                last_hash = sha256(s.last_hash || EXCLUDED.last_hash)
      RETURNING s.id, s.row_id, s.version, s.last_hash
           INTO head_id, row_id, head, chained;
    INSERT INTO kam_es.event AS e (stream_id, version, type, schema, company_id,
                actor_id, behalf_id, command_id, causation_id, effective_at,
                recorded_at, hash, payload, confidential)
         VALUES (head_id, head, type, schema, company, actor, behalf, command,
                 causation, since, moment, chained, payload, confidential)
      RETURNING e.id INTO event_id;
    RETURN ARRAY[row_id, head, event_id];
END $$;

-- Append events, one after another, in the order given, all known at one moment.
CREATE OR REPLACE FUNCTION kam_es.append(
    actor integer, command uuid, categories text[], keys text[], companies integer[],
    sequences text[], types text[], schemas integer[], payloads jsonb[],
    confidentials jsonb[], behalfs integer[], causations bigint[],
    effectives timestamptz[]
) RETURNS TABLE (place integer, kept_id integer, head_version integer, event_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    done   bigint[];
BEGIN
    FOR n IN 1 .. cardinality(keys) LOOP
        done := kam_es.append_event(actor, command, categories[n], keys[n], companies[n],
            sequences[n], types[n], schemas[n], payloads[n], confidentials[n],
            behalfs[n], causations[n], effectives[n], moment);
        place := n;
        kept_id := done[1];
        head_version := done[2];
        event_id := done[3];
        RETURN NEXT;
    END LOOP;
END $$;

-- Rows that show the log change only in a transaction that wrote to the log.
CREATE OR REPLACE FUNCTION kam_es.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('kam_es.tx', true)
            IS DISTINCT FROM pg_current_xact_id()::text THEN
        RAISE EXCEPTION '% on % is refused: its rows follow the event log and change only through Odoo.',
            TG_OP, TG_TABLE_NAME
            USING HINT = 'Change the record in Odoo, or run "odoo kam rebuild".';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS append_only ON kam_es.event;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kam_es.event
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
DROP TRIGGER IF EXISTS append_only ON kam_es.seal;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kam_es.seal
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
DROP TRIGGER IF EXISTS append_only ON kam_es.seal_head;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kam_es.seal_head
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
DROP TRIGGER IF EXISTS append_only ON kam_es.command;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON kam_es.command
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
-- A text may be erased, never reworded.
DROP TRIGGER IF EXISTS no_rewording ON kam_es.text;
CREATE TRIGGER no_rewording BEFORE UPDATE OR TRUNCATE ON kam_es.text
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
DROP TRIGGER IF EXISTS keep_heads ON kam_es.stream;
CREATE TRIGGER keep_heads BEFORE DELETE OR TRUNCATE ON kam_es.stream
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
-- A head goes on, and keeps its name. Not by a WHEN of the trigger: PostgreSQL would
-- read that anew for each statement, which took a tenth of an append.
CREATE OR REPLACE FUNCTION kam_es.go_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version < OLD.version OR NEW.category <> OLD.category OR NEW.key <> OLD.key
            OR (NEW.version = OLD.version AND NEW.last_hash <> OLD.last_hash) THEN
        RAISE EXCEPTION 'The event log is append-only: % on kam_es.% is refused.',
            TG_OP, TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS forward_only ON kam_es.stream;
CREATE TRIGGER forward_only BEFORE UPDATE ON kam_es.stream
    FOR EACH ROW EXECUTE FUNCTION kam_es.go_on();
