"""Genesis: facts of the documents that were there before the log.

One *imported* event for each posted invoice, receivable entry, match, confirmed order
and quotation sent, with its own effective date, made by SQL alone. Two passes that all
processors share, one over the documents and one over what follows on them, make the
contents and their hashes; these are chained, then come the heads and the events; where
the log is empty its indexes come last. Documents that have a stream already are
compared with it, and only what is missing is added: a second run, or one after a time
without the addon, adds the difference.
"""

import json
import logging
import time

from odoo import fields, models

from .kam_document_facts import CHUNK, LOOKUPS, fill

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
# Values instead of queries, beside which PostgreSQL uses one processor only.
KNOWN = {
    "receivable": "%(receivable)s",
    **{name: f"%({name})s::jsonb" for name in LOOKUPS if name != "receivable"},
}
IMPORTED = ', "imported": true'
# Lines by document, gathered first: a table that all processors can read.
GATHER = """
DROP TABLE IF EXISTS kam_es.genesis_{name};
CREATE UNLOGGED TABLE kam_es.genesis_{name} AS {query};
ANALYZE kam_es.genesis_{name}"""
# The first event of each document, then those that follow it; OFFSET 0 keeps the JSON
# from being made once for each use of it.
FIRST = """
CREATE TEMP TABLE kam_genesis ON COMMIT DROP AS
SELECT x.*, kam_es.content(%(category)s, x.id::text, x.type, 1::smallint, x.company_id,
           %(uid)s, NULL, NULL, NULL, x.effective_at, %(now)s::timestamptz, x.payload,
           x.confidential) AS content
  FROM ({rows} OFFSET 0) AS x"""
LATER = """
CREATE TEMP TABLE kam_genesis_later ON COMMIT DROP AS
SELECT x.*, kam_es.content(%(category)s, x.id::text, x.type, 1::smallint, x.company_id,
           %(uid)s, NULL, NULL, NULL, x.effective_at, %(now)s::timestamptz, x.payload,
           NULL) AS content
  FROM ({rows} OFFSET 0) AS x"""
MOVES = """
SELECT id, company_id, 'Posted' AS type, effective_at, payload, confidential
  FROM ({moves_now}) AS n"""
MATCHES = """
SELECT move_id AS id, company_id, match_id AS ord, 'Matched' AS type, effective_at,
       payload
  FROM ({matches_now}) AS n"""
ORDERS = """
SELECT id, company_id, CASE state WHEN 'sale' THEN 'OrderConfirmed'
       ELSE 'QuotationSent' END AS type, effective_at, payload, confidential,
       delivered_at, delivery || jsonb_build_object('day', (delivered_at
           AT TIME ZONE tz)::date) AS delivery, delivered
  FROM ({orders_now}) AS n"""
DELIVERIES = """
SELECT id, company_id, 1 AS ord, 'Delivered' AS type, delivered_at AS effective_at,
       delivery AS payload
  FROM kam_genesis WHERE type = 'OrderConfirmed' AND delivered <> '{}'"""
CHAIN = """
CREATE TEMP TABLE kam_genesis_chain ON COMMIT DROP AS
SELECT id, ord, company_id, row_number() OVER stream AS version,
       kam_es.chain(content) OVER stream AS hash, lead(ord) OVER stream IS NULL AS last
  FROM (SELECT id, 0 AS ord, company_id, content FROM kam_genesis
         UNION ALL
        SELECT id, ord, company_id, content FROM kam_genesis_later) AS x
WINDOW stream AS (PARTITION BY id ORDER BY ord)"""
# The ids of streams are those of their documents, moved past all that were given.
HEADS = """
INSERT INTO kam_es.stream (id, category, key, company_id, version, last_hash)
       OVERRIDING SYSTEM VALUE
SELECT %(past)s + id, %(category)s, id::text, company_id, version, hash
  FROM kam_genesis_chain WHERE last"""
EVENTS = """
INSERT INTO kam_es.event (stream_id, version, type, schema, company_id, actor_id,
       effective_at, recorded_at, hash, payload, confidential)
SELECT %(past)s + g.id, 1, g.type, 1, g.company_id, %(uid)s, g.effective_at, %(now)s,
       g.content, g.payload, g.confidential
  FROM kam_genesis g
 UNION ALL
SELECT %(past)s + g.id, c.version, g.type, 1, g.company_id, %(uid)s, g.effective_at,
       %(now)s, c.hash, g.payload, NULL
  FROM kam_genesis_later g
  JOIN kam_genesis_chain c ON c.id = g.id AND c.ord = g.ord"""
MADE = """
DROP TABLE IF EXISTS kam_genesis, kam_genesis_later, kam_genesis_chain,
    kam_es.genesis_moves_lines, kam_es.genesis_moves_orders,
    kam_es.genesis_orders_lines"""
# a transaction beside this one may take the next ids meanwhile
BESIDE = 10_000
PAST = f"SELECT nextval('kam_es.stream_id_seq') + {BESIDE}"
MOVED = """SELECT setval('kam_es.stream_id_seq',
                         %(past)s + (SELECT max(id) FROM kam_genesis_chain))"""
# plans after a big import are many times slower without it
STALE = """
SELECT c.oid::regclass::text
  FROM pg_class c
  LEFT JOIN pg_stat_user_tables t ON t.relid = c.oid
 WHERE c.oid = ANY(%s::regclass[])
   AND (coalesce(t.last_analyze, t.last_autoanalyze) IS NULL
        OR t.n_mod_since_analyze > 0.1 * t.n_live_tup)"""
# the work of one pass is shared by all processors
SETTINGS = {
    "work_mem": "'256MB'",
    "maintenance_work_mem": "'512MB'",
    "jit": "off",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
}
# what makes a bulk insert slow, dropped and made again when the log is empty
INDEXES = (
    (
        "ALTER TABLE kam_es.stream DROP CONSTRAINT stream_pkey",
        "ALTER TABLE kam_es.stream ADD CONSTRAINT stream_pkey PRIMARY KEY (id)",
    ),
    (
        "ALTER TABLE kam_es.stream DROP CONSTRAINT stream_key",
        """ALTER TABLE kam_es.stream ADD CONSTRAINT stream_key
           UNIQUE (category, key)""",
    ),
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
        self._record_new(say)
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
    def _record_new(self, say):
        """Record the documents without a stream, those of a kind in one pass."""
        cr = self.env.cr
        for name, value in SETTINGS.items():
            self._do(f"SET LOCAL {name} = {value}")
        cr.execute(STALE, [list(READ)])
        if stale := [row[0] for row in cr.fetchall()]:
            self._do(f"ANALYZE {', '.join(stale)}")
        cr.execute("SELECT 1 FROM kam_es.event LIMIT 1")
        indexes = () if cr.rowcount else INDEXES
        for drop, _make in indexes:
            self._do(drop)
        say(self.env._("Invoices, payments and what they settle"), 1, 6)
        self._record_moves()
        say(self.env._("Orders"), 3, 6)
        self._record_orders()
        say(self.env._("Indexes of the log"), 4, 6)
        for _drop, make in indexes:
            self._do(make)
        self._do("ANALYZE kam_es.stream, kam_es.event")
        for name in SETTINGS:
            self._do(f"SET LOCAL {name} = DEFAULT")

    def _record_moves(self):
        params = self._params("account.move")
        lines = {"lines": "l.parent_state = 'posted'"}
        self._gather("moves_lines", params, **lines, **KNOWN)
        self._gather("moves_orders", params, **lines)
        moves_now = fill(
            "moves_now",
            entries=self._without("account.move", "m.id"),
            moves_lines="kam_es.genesis_moves_lines",
            moves_orders="kam_es.genesis_moves_orders",
            imported=IMPORTED,
        )
        matches_now = fill(
            "matches_now",
            lines=self._without("account.move", "l.move_id"),
            imported=IMPORTED,
            **KNOWN,
        )
        self._do(FIRST.format(rows=MOVES.format(moves_now=moves_now)), params)
        self._do(LATER.format(rows=MATCHES.format(matches_now=matches_now)), params)
        self._write_events(params)

    def _record_orders(self):
        params = self._params("sale.order")
        self._gather("orders_lines", params, lines="l.state IN ('sent', 'sale')")
        without = self._without("sale.order", "o.id")
        orders_now = fill(
            "orders_now",
            entries=f"o.state IN ('sent', 'sale') AND {without}",
            orders_lines="kam_es.genesis_orders_lines",
            delivered_at=self.env["kam.document.facts"]._delivered_at(),
            imported=IMPORTED,
        )
        self._do(FIRST.format(rows=ORDERS.format(orders_now=orders_now)), params)
        self._do(LATER.format(rows=DELIVERIES), params)
        self._write_events(params)

    def _gather(self, name, params, **parts):
        query = fill(name, **parts)
        self._do(GATHER.format(name=name, query=query), params)

    def _write_events(self, params):
        """Chain what is in the temporary tables, and write it to the log."""
        cr = self.env.cr
        self._do(CHAIN)
        if cr.rowcount:
            cr.execute(PAST)
            params["past"] = cr.fetchone()[0]
            cr.execute(MOVED, params)
            cr.execute(HEADS, params)
            cr.execute(EVENTS, params)
        self._do(MADE)

    def _without(self, category, column):
        """Return SQL: the document has no stream; quick where none has."""
        self.env.cr.execute(
            "SELECT 1 FROM kam_es.stream WHERE category = %s LIMIT 1", [category]
        )
        if not self.env.cr.rowcount:
            return "TRUE"
        return WITHOUT_STREAM.format(category=category, column=column)

    def _params(self, category):
        """Return values of the statements: who, when, and of small tables."""
        queries = ", ".join(f"{query} AS {name}" for name, query in LOOKUPS.items())
        self._do(f"SELECT clock_timestamp() AS now, {queries}")
        [row] = self.env.cr.dictfetchall()
        return {
            "category": category,
            "uid": self.env.uid,
            **{
                name: json.dumps(value) if isinstance(value, dict) else value
                for name, value in row.items()
            },
        }

    def _do(self, statement, params=None):
        """Run a statement made of constants of this file and of ``sql/``."""
        # pylint: disable=sql-injection
        self.env.cr.execute(statement, params)

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
