"""Genesis: facts of the documents that were there before the log.

One *imported* event for each posted invoice, receivable entry, match, confirmed order
and quotation sent, with its own effective date, made by SQL alone: the content is
hashed first into a temporary table, then come the heads with the last hash of each
chain, then the events; where the log is empty its indexes come last. Documents that
have a stream already are compared with it, and only what is missing is added: a second
run, or one after a time without the addon, adds the difference.
"""

import logging
import time

from odoo import fields, models

from .kam_document_facts import CHUNK, fill

_logger = logging.getLogger(__name__)

READ = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "sale_order",
    "sale_order_line",
    "sale_order_line_invoice_rel",
)
WITHOUT_STREAM = """NOT EXISTS (SELECT FROM kam_es.stream st
    WHERE st.category = '{category}' AND st.key = {column}::text)"""
STAGE = """
CREATE TEMP TABLE kam_genesis (
    n bigint GENERATED ALWAYS AS IDENTITY,
    category text NOT NULL, id integer NOT NULL, ord bigint NOT NULL,
    type text NOT NULL, company_id integer, effective_at timestamptz NOT NULL,
    payload jsonb NOT NULL, confidential jsonb, content bytea NOT NULL
) ON COMMIT DROP"""
PUT = """
INSERT INTO kam_genesis (category, id, ord, type, company_id, effective_at, payload,
                         confidential, content)
WITH {ctes}
SELECT x.category, x.id, x.ord, x.type, x.company_id, x.effective_at, x.payload,
       x.confidential,
       kam_es.content(x.category, x.id::text, x.type, 1::smallint, x.company_id,
           %(uid)s, NULL, NULL, NULL, x.effective_at, %(now)s::timestamptz, x.payload,
           x.confidential)
  FROM ({rows}) AS x"""
MOVES = """
    SELECT 'account.move' AS category, id, 0 AS ord, 'Posted' AS type, company_id,
           effective_at, payload || '{"imported": true}' AS payload, confidential
      FROM moves_now"""
MATCHES = """
    SELECT 'account.move' AS category, move_id AS id, match_id AS ord,
           'Matched' AS type, company_id, effective_at,
           payload || '{"imported": true}' AS payload,
           NULL::jsonb AS confidential
      FROM matches_now"""
ORDERS = """
    SELECT 'sale.order' AS category, id, 0 AS ord, CASE state WHEN 'sale'
           THEN 'OrderConfirmed' ELSE 'QuotationSent' END AS type, company_id,
           effective_at, payload || '{"imported": true}' AS payload, confidential
      FROM orders_now
     UNION ALL
    SELECT 'sale.order', id, 1, 'Delivered', company_id, delivered_at,
           delivery || jsonb_build_object('imported', true,
               'day', (delivered_at AT TIME ZONE tz)::date), NULL
      FROM orders_now WHERE state = 'sale' AND delivered <> '{}'"""
HEADS = """
INSERT INTO kam_es.stream (category, key, company_id, version, last_hash)
SELECT c.category, c.id::text, g.company_id, c.version, c.hash
  FROM kam_genesis_chain c
  JOIN kam_genesis g ON g.n = c.n
 WHERE c.last"""
CHAIN = """
CREATE TEMP TABLE kam_genesis_chain ON COMMIT DROP AS
SELECT n, category, id, row_number() OVER w AS version,
       kam_es.chain(content) OVER w AS hash, lead(n) OVER w IS NULL AS last
  FROM kam_genesis WINDOW w AS (PARTITION BY category, id ORDER BY ord, n)"""
EVENTS = """
INSERT INTO kam_es.event (stream_id, version, type, schema, company_id, actor_id,
       effective_at, recorded_at, hash, payload, confidential)
SELECT s.id, c.version, g.type, 1, g.company_id, %(uid)s, g.effective_at, %(now)s,
       c.hash, g.payload, g.confidential
  FROM kam_genesis g
  JOIN kam_genesis_chain c ON c.n = g.n
  JOIN kam_es.stream s ON s.category = g.category AND s.key = g.id::text"""
# what makes a bulk insert slow, dropped and made again when the log is empty
INDEXES = (
    (
        "ALTER TABLE kam_es.event DROP CONSTRAINT event_stream_version",
        """ALTER TABLE kam_es.event ADD CONSTRAINT event_stream_version
           PRIMARY KEY (stream_id, version)""",
    ),
    (
        "DROP INDEX kam_es.event_id",
        "CREATE UNIQUE INDEX event_id ON kam_es.event (id)",
    ),
)


class KamGenesis(models.AbstractModel):
    _name = "kam.genesis"
    _description = "Facts of documents older than the log"

    def _run(self, progress=None):
        """Record what the log lacks of Odoo's documents; again changes nothing.

        :param progress: function(sentence, done, total) called before each step
        :return: dict ``streams`` and ``events`` recorded
        """
        started = time.monotonic()
        self.env.flush_all()
        say = progress or _silent
        before = self._count()
        known = self._documents_with_stream()
        self._stage(say)
        self._write_stage(say)
        self._compare_known(known, say)
        streams, events = (a - b for a, b in zip(self._count(), before, strict=True))
        self._note(streams, events)
        say(self.env._("Genesis is complete"), 6, 6)
        _logger.info(
            "Genesis: %s documents, %s events in %.1f s",
            streams,
            events,
            time.monotonic() - started,
        )
        return {"streams": streams, "events": events}

    def _count(self):
        self.env.cr.execute(
            """SELECT (SELECT count(*) FROM kam_es.stream
                        WHERE category IN ('account.move', 'sale.order')),
                      (SELECT count(*) FROM kam_es.event)"""
        )
        return self.env.cr.fetchone()

    def _documents_with_stream(self):
        """Return {category: ids} of the documents the log knows already."""
        self.env.cr.execute(
            """SELECT category, array_agg(key::int ORDER BY key::int) FROM kam_es.stream
                WHERE category IN ('account.move', 'sale.order') GROUP BY category"""
        )
        return dict(self.env.cr.fetchall())

    # ------------------------------------------------------- documents without
    def _stage(self, say):
        """Fill the temporary table with the events of documents without a stream."""
        cr = self.env.cr
        cr.execute("SET LOCAL work_mem = '256MB'")
        cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cr.execute("SET LOCAL jit = off")
        # after a big import plans are many times slower without it
        # READ is a constant of this file
        cr.execute(f"ANALYZE {', '.join(READ)}")  # pylint: disable=sql-injection
        cr.execute("DROP TABLE IF EXISTS kam_genesis, kam_genesis_chain")
        cr.execute(STAGE)
        cr.execute("SELECT clock_timestamp()")
        self_now = cr.fetchone()[0]
        params = {"uid": self.env.uid, "now": self_now}
        cr.precommit.data["kam_genesis"] = params
        moves = WITHOUT_STREAM.format(category="account.move", column="m.id")
        say(self.env._("Invoices and receivables"), 0, 6)
        self._put(
            fill("moves_now", entries=moves, lines="TRUE", materialized=""),
            MOVES,
            params,
        )
        say(self.env._("Settlements"), 1, 6)
        sides = WITHOUT_STREAM.format(category="account.move", column="s.move_id")
        self._put(fill("matches_now", matches="TRUE", sides=sides), MATCHES, params)
        say(self.env._("Orders"), 2, 6)
        orders = WITHOUT_STREAM.format(category="sale.order", column="o.id")
        self._put(
            fill(
                "orders_now",
                entries=f"o.state IN ('sent', 'sale') AND {orders}",
                lines="l.state IN ('sent', 'sale')",
                delivered_at=self.env["kam.document.facts"]._delivered_at(),
                materialized="",
            ),
            ORDERS,
            params,
        )

    def _put(self, ctes, rows, params):
        # pylint: disable=sql-injection
        self.env.cr.execute(PUT.format(ctes=ctes, rows=rows), params)

    def _write_stage(self, say):
        # pylint: disable=sql-injection
        cr = self.env.cr
        params = cr.precommit.data.pop("kam_genesis")
        cr.execute("SELECT 1 FROM kam_genesis LIMIT 1")
        if not cr.rowcount:
            return
        say(self.env._("Heads of streams"), 3, 6)
        cr.execute("ANALYZE kam_genesis")
        cr.execute(CHAIN)
        cr.execute("ANALYZE kam_genesis_chain")
        cr.execute("SELECT 1 FROM kam_es.event LIMIT 1")
        indexes = () if cr.rowcount else INDEXES
        cr.execute(HEADS)
        cr.execute("ANALYZE kam_es.stream")
        say(self.env._("Events"), 4, 6)
        for drop, _make in indexes:
            cr.execute(drop)
        cr.execute(EVENTS, params)
        for _drop, make in indexes:
            cr.execute(make)
        cr.execute("ANALYZE kam_es.event")
        cr.execute("DROP TABLE kam_genesis, kam_genesis_chain")

    # ---------------------------------------------------------- documents with
    def _compare_known(self, known, say):
        """Append what changed while nobody recorded it."""
        say(self.env._("Documents the log knows already"), 5, 6)
        facts = self.env["kam.document.facts"]
        for category, ids in known.items():
            for start in range(0, len(ids), CHUNK):
                chunk = ids[start : start + CHUNK]
                if entries := facts._missing(category, chunk, True):
                    self.env["kam.event.store"]._append(entries)

    def _note(self, streams, events):
        """Remember the first run, and every run that found something."""
        self.env.cr.execute(
            """INSERT INTO kam_es.genesis (recorded_at, streams, events)
               SELECT clock_timestamp(), %(streams)s, %(events)s
                WHERE %(events)s > 0 OR NOT EXISTS (SELECT FROM kam_es.genesis)""",
            {"streams": streams, "events": events},
        )

    def _last_run(self):
        """Return when genesis last recorded anything, or False."""
        self.env.cr.execute(
            "SELECT max(recorded_at) AT TIME ZONE 'UTC' FROM kam_es.genesis"
        )
        return fields.Datetime.to_datetime(self.env.cr.fetchone()[0]) or False


def _silent(_sentence, _done, _total):
    """Say nothing."""
