"""The event store: append, read, fold by stream. The only SQL on the log's tables.

Nothing here is public: a client reads the log through ``kam.event`` and the *History*
of a record; it writes by changing records.
"""

import hashlib
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.tools import file_open

APPEND = """
WITH input AS MATERIALIZED (
    SELECT i.category, i.key, i.company_id, i.type, i.schema::smallint AS schema,
           i.payload::jsonb AS payload, i.confidential::jsonb AS confidential,
           i.behalf_id, i.causation_id, i.ord,
           coalesce(i.effective_at::timestamptz, w.now) AS effective_at,
           w.now AS recorded_at,
           CASE WHEN i.sequence IS NOT NULL THEN nextval(i.sequence::regclass) END
               AS row_id
      FROM (SELECT clock_timestamp() AS now) AS w,
           unnest(%(category)s::text[], %(key)s::text[], %(company_id)s::int[],
                  %(sequence)s::text[], %(type)s::text[], %(schema)s::int[],
                  %(payload)s::text[], %(confidential)s::text[], %(behalf_id)s::int[],
                  %(causation_id)s::bigint[], %(effective_at)s::text[])
           WITH ORDINALITY AS i(category, key, company_id, sequence, type, schema,
                  payload, confidential, behalf_id, causation_id, effective_at, ord)
), hashed AS MATERIALIZED (
    SELECT *, kam_es.content(category, key, type, schema, company_id, %(actor_id)s,
                  behalf_id, %(command_id)s::uuid, causation_id, effective_at,
                  recorded_at, payload, confidential) AS content
      FROM input
), head AS (
    INSERT INTO kam_es.stream AS s (category, key, row_id, company_id, version,
           last_hash)
    SELECT category, key, row_id, company_id, 1, content
      FROM hashed ORDER BY category, key
    ON CONFLICT (category, key) DO UPDATE
       SET version = s.version + 1,
           last_hash = sha256(s.last_hash || EXCLUDED.last_hash)
    RETURNING id, category, key, row_id, version, last_hash
), done AS (
    INSERT INTO kam_es.event (stream_id, version, type, schema, company_id, actor_id,
               behalf_id, command_id, causation_id, effective_at, recorded_at, hash,
               payload, confidential)
    SELECT head.id, head.version, h.type, h.schema, h.company_id, %(actor_id)s,
           h.behalf_id, %(command_id)s::uuid, h.causation_id, h.effective_at,
           h.recorded_at, head.last_hash, h.payload, h.confidential
      FROM head JOIN hashed h USING (category, key)
    RETURNING id, stream_id
)
SELECT hashed.ord, head.row_id, head.version, done.id,
       set_config('kam_es.tx', pg_current_xact_id()::text, true)
  FROM head JOIN hashed USING (category, key) JOIN done ON done.stream_id = head.id
"""


@dataclass(slots=True)
class Recorded:
    """One event as the log holds it.

    :param type: name of the event
    :param payload: JSON data without floats, names or sentences
    :param confidential: JSON data for those entitled (cost, pay), or None
    :param effective_at: aware datetime when it was true; None: now
    :param schema: schema version of the event
    :param causation_id: id of the event that led to it
    """

    type: str
    payload: dict
    confidential: dict | None = None
    effective_at: datetime | None = None
    schema: int = 1
    causation_id: int | None = None


@dataclass(slots=True)
class Entry:
    """The events of one command for one stream.

    :param category: model of the stream
    :param key: uuid of our record, or the id (as text) of another addon's record
    :param events: list of :class:`Recorded`, in order
    :param company_id: company the stream belongs to
    :param behalf_id: user on whose behalf the actor decided
    :param expected: version the decision was made on; None: whatever it is
    :param sequence: name of the table's id sequence, when a row id is to be kept
    """

    category: str
    key: str
    events: list = field(default_factory=list)
    company_id: int | None = None
    behalf_id: int | None = None
    expected: int | None = None
    sequence: str | None = None


class KamEventStore(models.AbstractModel):
    _name = "kam.event.store"
    _description = "Event store"

    def init(self):
        with file_open("kam_management/sql/kam_es.sql") as sql:
            # pylint: disable=sql-injection
            self.env.cr.execute(sql.read())

    # ------------------------------------------------------------------ append
    def _append(self, entries):
        """Append the events of ``entries`` in this transaction.

        One statement a wave; a wave holds the n-th event of every stream. The loser
        of two simultaneous appends gets a serialization failure, which Odoo retries
        on a fresh snapshot.

        :param entries: list of :class:`Entry`, one a stream
        :return: list in the order of ``entries`` of (row id or None, version, event id)
        :raises ConcurrencyError: a stream has moved on since it was read
        """
        command_id = self.env.cr.precommit.data.get("kam_command_id")
        results = [None] * len(entries)
        wave = 0
        while pending := [n for n, one in enumerate(entries) if len(one.events) > wave]:
            for place, row_id, version, event_id in self._append_wave(
                [entries[n] for n in pending], wave, command_id
            ):
                n = pending[place - 1]
                expected = entries[n].expected
                if expected is not None and version != expected + wave + 1:
                    raise ConcurrencyError(
                        f"{entries[n].category} {entries[n].key}: version {version}"
                    )
                results[n] = (row_id, version, event_id)
            wave += 1
        return results

    def _append_wave(self, entries, wave, command_id):
        events = [one.events[wave] for one in entries]
        self.env.cr.execute(
            APPEND,
            {
                "actor_id": self.env.uid,
                "command_id": command_id,
                "category": [one.category for one in entries],
                "key": [one.key for one in entries],
                "company_id": [one.company_id for one in entries],
                "sequence": [None if wave else one.sequence for one in entries],
                "behalf_id": [one.behalf_id for one in entries],
                "type": [event.type for event in events],
                "schema": [event.schema for event in events],
                "payload": [_json(event.payload) for event in events],
                "confidential": [_json(event.confidential) for event in events],
                "causation_id": [event.causation_id for event in events],
                "effective_at": [
                    event.effective_at and event.effective_at.isoformat()
                    for event in events
                ],
            },
        )
        return [row[:4] for row in self.env.cr.fetchall()]

    def _open_projection(self):
        """Let this transaction write projected rows without an event (repair)."""
        self.env.cr.execute(
            "SELECT set_config('kam_es.tx', pg_current_xact_id()::text, true)"
        )

    # -------------------------------------------------------------------- read
    def _read_rows(self, category, table, ids):
        """Return the events behind projected rows, in order.

        :param table: table of the rows; it has an ``event_key`` column
        :return: list of (row id, key, version, type, schema, payload, confidential)
        """
        return self._read(
            category,
            f'SELECT event_key FROM "{table}" WHERE id = ANY(%s)',  # noqa: S608
            [list(ids)],
        )

    def _read_keys(self, category, keys=None, until=None, clock="recorded_at"):
        """Return the events of streams, in order; all streams when ``keys`` is None.

        :param until: aware datetime; events after it are left out
        :param clock: ``recorded_at`` (what we knew) or ``effective_at`` (what was true)
        """
        where, params = "TRUE", []
        if keys is not None:
            where, params = "s.key = ANY(%s)", [list(keys)]
        if until is not None:
            column = {"recorded_at": "recorded_at", "effective_at": "effective_at"}
            where += f" AND e.{column[clock]} <= %s"
            params.append(until)
        return self._select(category, where, params)

    def _read(self, category, subquery, params):
        return self._select(category, f"s.key IN ({subquery})", params)

    def _select(self, category, where, params):
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""SELECT s.row_id, s.key, e.version, e.type, e.schema, e.payload,
                       e.confidential
                  FROM kam_es.stream s JOIN kam_es.event e ON e.stream_id = s.id
                 WHERE s.category = %s AND {where}
                 ORDER BY s.id, e.version""",  # noqa: S608
            [category, *params],
        )
        return self.env.cr.fetchall()

    def _read_log(self, category, keys, offset=0, limit=None):
        """Return events with all their circumstances, for people: a list of dicts."""
        self.env.cr.execute(
            """SELECT e.id, s.key, e.version, e.type, e.schema, e.payload,
                      e.confidential, e.actor_id, e.behalf_id, e.company_id,
                      e.effective_at, e.recorded_at, encode(e.hash, 'hex') AS hash
                 FROM kam_es.stream s JOIN kam_es.event e ON e.stream_id = s.id
                WHERE s.category = %s AND s.key = ANY(%s)
                ORDER BY s.id, e.version OFFSET %s LIMIT %s""",
            [category, list(keys), offset, limit],
        )
        return self.env.cr.dictfetchall()

    def _heads(self, category, keys):
        """Return ``{key: version}`` of streams."""
        if not keys:
            return {}
        self.env.cr.execute(
            "SELECT key, version FROM kam_es.stream"
            " WHERE category = %s AND key = ANY(%s)",
            [category, list(keys)],
        )
        return dict(self.env.cr.fetchall())

    # -------------------------------------------------------------------- text
    def _keep_texts(self, rows):
        """Store free texts beside the log.

        :param rows: list of (digest, category, key, salt, body), see :func:`seal_text`
        """
        if rows:
            self.env.cr.execute_values(
                "INSERT INTO kam_es.text (digest, category, key, salt, body) VALUES %s",
                rows,
            )

    def _texts(self, digests):
        """Return ``{digest: body}`` of the texts that were not erased."""
        if not digests:
            return {}
        self.env.cr.execute(
            "SELECT digest, body FROM kam_es.text WHERE digest = ANY(%s)",
            [list(digests)],
        )
        return dict(self.env.cr.fetchall())

    def _erase_texts(self, category, keys):
        """Delete the free texts of streams; the log still verifies. Return how many."""
        self.env.cr.execute(
            "DELETE FROM kam_es.text WHERE category = %s AND key = ANY(%s)",
            [category, list(keys)],
        )
        return self.env.cr.rowcount

    # ---------------------------------------------------------------- commands
    def _claim_command(self, command_id, request):
        """Claim ``command_id``, or return the first answer.

        Two claims at the same moment: the later gets a serialization failure, is
        retried by Odoo and then finds the answer of the first.

        :param request: text that tells this request from another
        :return: (True, None) when it is ours to do, else (False, the first answer)
        :raises ValueError: the id was used by somebody else or for another request
        """
        self.env.cr.execute(
            """INSERT INTO kam_es.command (id, actor_id, request) VALUES (%s, %s, %s)
               ON CONFLICT (id) DO NOTHING""",
            [command_id, self.env.uid, request],
        )
        if self.env.cr.rowcount:
            return True, None
        self.env.cr.execute(
            "SELECT actor_id, request, result FROM kam_es.command WHERE id = %s",
            [command_id],
        )
        actor_id, first_request, result = self.env.cr.fetchone()
        if (actor_id, first_request) != (self.env.uid, request):
            raise ValueError(command_id)
        return False, result

    @contextmanager
    def _under_command(self, command_id):
        """Record ``command_id`` with every event appended within this block."""
        data = self.env.cr.precommit.data
        data["kam_command_id"] = command_id
        try:
            yield
        finally:
            data.pop("kam_command_id", None)

    def _answer_command(self, command_id, result):
        self.env.cr.execute(
            "UPDATE kam_es.command SET result = %s WHERE id = %s",
            [json.dumps(result), command_id],
        )


def seal_text(body):
    """Return (digest, salt) of a free text; salted, so one text gives many digests."""
    salt = secrets.token_hex(16)
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest(), salt


def _json(data):
    return None if data is None else json.dumps(data, sort_keys=True)
