-- What was known when pay was settled: heads of streams, by name (ids and times can go
-- back after a restore). Each cover names the heads that changed since the one before,
-- and chains to it. Every statement can be run again.
CREATE SCHEMA IF NOT EXISTS kam_es;
CREATE TABLE IF NOT EXISTS kam_es.pay_cover (
    company_id integer NOT NULL,
    place      integer NOT NULL,
    heads      bigint NOT NULL,
    digest     bytea NOT NULL,
    PRIMARY KEY (company_id, place)
);
CREATE TABLE IF NOT EXISTS kam_es.pay_cover_head (
    company_id integer NOT NULL,
    place      integer NOT NULL,
    category   text NOT NULL,
    key        text NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (company_id, category, key, place)
);
DROP TRIGGER IF EXISTS append_only ON kam_es.pay_cover;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kam_es.pay_cover
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
DROP TRIGGER IF EXISTS append_only ON kam_es.pay_cover_head;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kam_es.pay_cover_head
    FOR EACH STATEMENT EXECUTE FUNCTION kam_es.refuse();
