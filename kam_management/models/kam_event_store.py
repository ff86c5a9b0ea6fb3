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

APPEND_ONE = """
SELECT kam_es.append_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
APPEND = """
SELECT place, kept_id, head_version, event_id
  FROM kam_es.append(%s, %s::uuid, %s, %s, %s::integer[], %s, %s, %s, %s::jsonb[],
                     %s::jsonb[], %s::integer[], %s::bigint[], %s::timestamptz[])
"""
# free texts go with the events, by the same statement
TEXTS = """
WITH kept AS (
    INSERT INTO kam_es.text (digest, category, key, salt, body)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
)"""


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
    def _append(self, entries, texts=()):
        """Append the events of ``entries`` in this transaction, by one statement.

        The loser of two simultaneous appends gets a serialization failure, which Odoo
        retries on a fresh snapshot. Streams are taken in sorted order, so that two
        batches never wait for each other; new ones in the order given, because the
        ids of their rows are.

        :param entries: list of :class:`Entry`, one a stream
        :param texts: free texts that lie beside the log, a list of (digest, category,
            key, salt, body); see :func:`seal_text`
        :return: list in the order of ``entries`` of (row id or None, version, event id)
            after the entry's last event
        :raises ConcurrencyError: a stream has moved on since it was read
        """
        if len(entries) == 1 and len(entries[0].events) == 1:
            results = [self._append_one(entries[0], texts)]
        else:
            results = self._append_many(entries, texts)
        for one, result in zip(entries, results, strict=True):
            if one.expected is not None:
                _check_expected(one, result)
        return results

    def _append_one(self, entry, texts):
        """Append an event alone: the usual case, and the cheaper statement for it."""
        head, beside = _with_texts(texts)
        cr = self.env.cr
        row = _row(entry, entry.events[0])
        cr.execute(head + APPEND_ONE, (*beside, *self._by(), *row))
        return tuple(cr.fetchone()[0])

    def _append_many(self, entries, texts):
        flat = [(n, event) for n, one in enumerate(entries) for event in one.events]
        if not all(one.sequence for one in entries):
            flat.sort(key=lambda pair: _stream(entries[pair[0]]))
        results = [None] * len(entries)
        if flat:
            head, beside = _with_texts(texts)
            columns = _columns(entries, flat)
            self.env.cr.execute(head + APPEND, (*beside, *self._by(), *columns))
            for place, *result in self.env.cr.fetchall():
                results[flat[place - 1][0]] = tuple(result)
        return results

    def _by(self):
        """Return who appends, and under which ``command_id``."""
        return self.env.uid, self.env.cr.cache.get("kam_command_id")

    def _open_projection(self):
        """Let this transaction write projected rows without an event (repair)."""
        self.env.cr.execute(
            "SELECT set_config('kam_es.tx', pg_current_xact_id()::text, true)"
        )

    # -------------------------------------------------------------------- read
    def _read_rows(self, category, table, ids):
        """Return the events behind projected rows, in order.

        :param table: table of the rows; it has an ``event_key`` column
        :return: list of (row id, key, version, type, schema, payload, confidential),
            and {digest: body} of the free texts of these streams
        """
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""SELECT s.row_id, s.key, e.version, e.type, e.schema, e.payload,
                       e.confidential, CASE WHEN e.version = 1 THEN
                       (SELECT jsonb_object_agg(t.digest, t.body) FROM kam_es.text t
                         WHERE t.category = s.category AND t.key = s.key) END
                  FROM kam_es.stream s JOIN kam_es.event e ON e.stream_id = s.id
                 WHERE s.category = %s AND s.key IN (
                       SELECT event_key FROM "{table}" WHERE id = ANY(%s))
                 ORDER BY s.id, e.version""",  # noqa: S608
            [category, list(ids)],
        )
        found = self.env.cr.fetchall()
        texts = {}
        for row in found:
            texts |= row[7] or {}
        return [row[:7] for row in found], texts

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

    def _mark_merged(self, category, key, into_key):
        """Note in the head of a stream that ended which stream it went on in."""
        self.env.cr.execute(
            """UPDATE kam_es.stream AS s SET merged_into = t.id
                 FROM kam_es.stream t
                WHERE s.category = %(category)s AND s.key = %(key)s
                  AND t.category = %(category)s AND t.key = %(into)s""",
            {"category": category, "key": key, "into": into_key},
        )

    # -------------------------------------------------------------------- text
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
        # a request may hold words about people: its digest tells it from another too
        request = hashlib.sha256(f"{command_id}{request}".encode()).hexdigest()
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
        """Record ``command_id`` with every event appended within this block.

        It lies on the cursor: ``precommit.data`` is cleared by each savepoint within.
        """
        data = self.env.cr.cache
        before = data.get("kam_command_id")
        data["kam_command_id"] = command_id
        try:
            yield
        finally:
            data["kam_command_id"] = before

    def _answer_command(self, command_id, result):
        self.env.cr.execute(
            "UPDATE kam_es.command SET result = %s WHERE id = %s",
            [json.dumps(result), command_id],
        )


def storable(text):
    """Return a text that PostgreSQL can hold.

    :raises ValueError: with a NUL character or half a surrogate pair
    """
    if b"\0" in text.encode():
        raise ValueError("NUL")
    return text


def seal_text(body):
    """Return (digest, salt) of a free text; salted, so one text gives many digests."""
    salt = secrets.token_hex(16)
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest(), salt


def _row(entry, event, *, first=True):
    """Return the arguments of one event, as the statements take them.

    :param first: the first event of its entry: a row id is kept for it
    """
    return (
        entry.category,
        entry.key,
        entry.company_id,
        entry.sequence if first else None,
        event.type,
        event.schema,
        _json(event.payload),
        _json(event.confidential),
        entry.behalf_id,
        event.causation_id,
        event.effective_at and event.effective_at.isoformat(),
    )


def _columns(entries, flat):
    """Return the arguments of many events: one list for each of :func:`_row`'s."""
    rows, seen = [], set()
    for n, event in flat:
        rows.append(_row(entries[n], event, first=n not in seen))
        seen.add(n)
    return map(list, zip(*rows, strict=True))


def _stream(entry):
    return entry.category, entry.key


def _with_texts(texts):
    """Return what begins a statement that keeps these texts too, and its arguments."""
    return (TEXTS, map(list, zip(*texts, strict=True))) if texts else ("", ())


def _check_expected(entry, result):
    """Refuse a decision made on a version that is no longer the last."""
    if result is not None and result[1] != entry.expected + len(entry.events):
        raise ConcurrencyError(f"{entry.category} {entry.key}: version {result[1]}")


def _json(data):
    return None if data is None else json.dumps(data, sort_keys=True)
