"""A flat table made from the log: behind it by moments, and never without saying so.

Filled set-based and asynchronously: a stream is dirty when its version is past the one
kept in the checkpoint, so nothing is lost to a slow transaction, a kill or a restore.
The checkpoints move in the transaction that makes the rows.

A model that inherits this one has ``_auto = False`` and says what its table is
(``_rows_…``), how the rows of dirty streams are made (:meth:`_apply`) and how all rows
are (:meth:`_insert_all`). The name of the projection in the log is the model's.
"""

import logging

from odoo import api, models
from odoo.service.model import retrying

from .kam_log_parking import UNREADABLE

_logger = logging.getLogger(__name__)


class KamLogProjection(models.AbstractModel):
    _name = "kam.log.projection"
    _inherit = "kam.log.parking"
    _description = "Table made from the log"

    # another number than the database's queues a rebuild
    _rows_version = 1
    # the table: SQL with {name}; {key: SQL with {index} and {table}}
    _rows_table = ""
    _rows_indexes = {}
    # categories of the streams it is made from
    _rows_categories = ()
    # streams in one transaction; streams at most that a look at a screen waits for
    _rows_batch = 20000
    _rows_soon = 20000
    _rows_cron = ""

    # ------------------------------------------------------------------- table
    def init(self):
        super().init()
        if self._abstract:
            return
        cr = self.env.cr
        self._make_table(self._table)
        cr.execute(
            """INSERT INTO kam_es.projection (name, version) VALUES (%s, %s)
               ON CONFLICT (name) DO UPDATE
                  SET rebuild = kam_es.projection.rebuild
                             OR kam_es.projection.version <> EXCLUDED.version""",
            [self._name, self._rows_version],
        )
        # a table made anew after an uninstall begins at the beginning
        cr.execute(f'SELECT 1 FROM "{self._table}" LIMIT 1')  # noqa: S608
        if not cr.rowcount:
            self._forget_checkpoints()

    def _make_table(self, name, indexes=True):
        # pylint: disable=sql-injection
        self.env.cr.execute(self._rows_table.format(name=name))
        if indexes:
            self._make_indexes(name)

    def _make_indexes(self, table):
        # pylint: disable=sql-injection
        for key, text in self._rows_indexes.items():
            self.env.cr.execute(
                "CREATE "
                + text.replace("INDEX {index}", "INDEX IF NOT EXISTS {index}").format(
                    index=f'"{table}__{key}"', table=f'"{table}"'
                )
            )

    def _forget_checkpoints(self):
        self.env.cr.execute(
            "DELETE FROM kam_es.checkpoint WHERE projection = %s", [self._name]
        )

    # ---------------------------------------------------- what a projection says
    def _apply(self, dirty):
        """Make the rows of dirty streams.

        :param dirty: table with ``id``, ``category``, ``key``, ``version`` and ``past``
            (the version the rows know already) of each stream
        """
        raise NotImplementedError

    def _insert_all(self, table):
        """Make the rows of all streams in an empty table; return their number."""
        raise NotImplementedError

    def _widen(self, dirty):
        """Add streams that are to be made anew with those that are dirty.

        :return: number of streams added
        """
        return 0

    def _follow_merges(self):
        """Let rows follow what was merged since."""

    # ---------------------------------------------------------------- catch up
    @property
    def _dirty_streams(self):
        """The SQL of the streams that are past their checkpoint."""
        return """
            SELECT s.id, s.category, s.key, s.version, coalesce(c.version, 0) AS past
              FROM kam_es.stream s
              LEFT JOIN kam_es.checkpoint c
                ON c.projection = %(name)s AND c.stream_id = s.id
             WHERE s.category IN %(categories)s
               AND s.version > coalesce(c.version, 0)
               AND NOT EXISTS (SELECT FROM kam_es.parked p
                                WHERE p.projection = %(name)s AND p.stream_id = s.id
                                  AND NOT p.again)"""

    @property
    def _rows_names(self):
        return {"name": self._name, "categories": self._rows_categories}

    @api.model
    def _cron_catch_up(self):
        """Bring the rows up to date, batch by batch; rebuild after an upgrade."""
        cron = self.env["ir.cron"]
        if self._lag()["rebuild"]:
            retrying(self._rebuild, self.env)
            cron._commit_progress(1)
        while done := retrying(lambda: self._catch_up(self._rows_batch), self.env):
            if not cron._commit_progress(done, remaining=self._lag()["streams"]):
                break

    @api.model
    def _catch_up_soon(self):
        """Catch up now where it is little, else by the scheduled action."""
        if self._lag()["streams"] <= self._rows_soon:
            self._catch_up()
        else:
            self.env.ref(self._rows_cron)._trigger()

    @api.model
    def _catch_up(self, limit=None):
        """Make the rows of the streams that are past their checkpoint.

        Two at the same time: the later gets a serialization failure on the
        checkpoint, and Odoo retries it on a fresh snapshot.

        :param limit: streams, at most; None: all
        :return: number of streams brought up to date
        """
        # pylint: disable=sql-injection
        cr, dirty = self.env.cr, f"{self._table}_dirty"
        cr.flush()  # what this transaction did is recorded first
        cr.execute(f'DROP TABLE IF EXISTS "{dirty}"')
        cr.execute(
            f"""CREATE TEMP TABLE "{dirty}" ON COMMIT DROP AS
                {self._dirty_streams} ORDER BY s.id LIMIT %(limit)s""",
            {**self._rows_names, "limit": limit},
        )
        count = cr.rowcount
        if count:
            cr.execute(f'ANALYZE "{dirty}"')
        if widened := self._widen(dirty):
            self._leave_out_parked(dirty)
        if widened or count:
            self._take_or_park(dirty)
        cr.execute(f'DROP TABLE "{dirty}"')
        self._follow_merges()
        # not at each look at a screen: two of these would disturb each other
        cr.execute(
            """UPDATE kam_es.projection SET caught_up_at = clock_timestamp()
                WHERE name = %s
                  AND (%s OR caught_up_at IS NULL
                       OR caught_up_at < clock_timestamp() - interval '1 minute')""",
            [self._name, bool(count)],
        )
        self.invalidate_model()
        return count

    def _take(self, dirty):
        """Make the rows of the dirty streams, and move their checkpoints."""
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""INSERT INTO kam_es.checkpoint AS c (projection, stream_id, version)
                SELECT %s, id, version FROM "{dirty}" ORDER BY id
                ON CONFLICT (projection, stream_id)
                DO UPDATE SET version = EXCLUDED.version""",  # noqa: S608
            [self._name],
        )
        self._apply(dirty)

    # ----------------------------------------------------------------- rebuild
    @api.model
    def _rebuild(self):
        """Make all rows anew from the log, in a table that then takes the place.

        Readers see the old table until the transaction ends; what is appended
        meanwhile stays dirty and comes with the next catch-up.

        :return: number of rows
        """
        cr = self.env.cr
        cr.flush()
        self._try_again()
        cr.execute("SET LOCAL work_mem = '256MB'")
        cr.execute("SET LOCAL jit = off")
        try:
            with cr.savepoint(flush=False):
                rows = self._rebuild_beside()
        except UNREADABLE:
            rows = self._rebuild_by_stream()
        self._forget_read()
        cr.execute(f'ANALYZE "{self._table}"')
        cr.execute(
            """UPDATE kam_es.projection
                  SET version = %s, rebuild = false, rebuilt_at = clock_timestamp(),
                      caught_up_at = clock_timestamp()
                WHERE name = %s""",
            [self._rows_version, self._name],
        )
        self.invalidate_model()
        _logger.info("%s rebuilt from the log: %s rows", self._name, rows)
        return rows

    def _rebuild_beside(self):
        """Fill a new table by one statement; it takes the place of the old one."""
        # pylint: disable=sql-injection
        cr, table = self.env.cr, self._table
        cr.execute(f'DROP TABLE IF EXISTS "{table}_new"')
        self._make_table(f"{table}_new", indexes=False)
        rows = self._insert_all(f"{table}_new")
        self._forget_checkpoints()
        cr.execute(
            """INSERT INTO kam_es.checkpoint (projection, stream_id, version)
               SELECT %(name)s, id, version FROM kam_es.stream
                WHERE category IN %(categories)s""",
            self._rows_names,
        )
        self._make_indexes(f"{table}_new")
        cr.execute(f'DROP TABLE "{table}"')
        cr.execute(f'ALTER TABLE "{table}_new" RENAME TO "{table}"')
        for key in self._rows_indexes:
            cr.execute(f'ALTER INDEX "{table}_new__{key}" RENAME TO "{table}__{key}"')
        return rows

    def _rebuild_by_stream(self):
        """Fill the table batch by batch, without the streams that cannot be read."""
        # pylint: disable=sql-injection
        cr = self.env.cr
        cr.execute(f'DELETE FROM "{self._table}"')  # noqa: S608
        self._forget_checkpoints()
        while self._catch_up(self._rows_batch):
            pass
        cr.execute(f'SELECT count(*) FROM "{self._table}"')  # noqa: S608
        return cr.fetchone()[0]

    # ------------------------------------------------------------------- drift
    @api.model
    def _drifted(self, limit):
        """Make all rows anew beside the table and return how the two differ.

        :param limit: rows, at most
        :return: list of the rows as dicts, with ``in_log``: the log has it so, the
            table does not; else the other way round
        """
        self._catch_up()
        try:
            with self.env.cr.savepoint(flush=False):
                return self._compared(limit)
        except UNREADABLE:  # what cannot be read is told of by itself
            return []

    def _compared(self, limit):
        # pylint: disable=sql-injection
        cr, table, fresh = self.env.cr, self._table, f"{self._table}_fresh"
        cr.execute(f'DROP TABLE IF EXISTS "{fresh}"')
        self._make_table(fresh, indexes=False)
        self._insert_all(fresh)
        names = ", ".join(f'"{name}"' for name in self._rows_compared())
        cr.execute(
            f"""SELECT to_jsonb(d) FROM (
                   (SELECT true AS in_log, {names} FROM "{fresh}"
                     EXCEPT ALL SELECT true, {names} FROM "{table}")
                    UNION ALL
                   (SELECT false, {names} FROM "{table}"
                     EXCEPT ALL SELECT false, {names} FROM "{fresh}")) AS d
                LIMIT %s""",  # noqa: S608
            [limit],
        )
        found = [row[0] for row in cr.fetchall()]
        cr.execute(f'DROP TABLE "{fresh}"')
        return found

    def _rows_compared(self):
        """Return the columns that the log decides: all but a number given in order."""
        self.env.cr.execute(
            """SELECT attname FROM pg_attribute
                WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
                  AND attidentity = '' ORDER BY attnum""",
            [self._table],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    # --------------------------------------------------------------------- lag
    @api.model
    @api.readonly
    def lag(self):
        """Say how far the rows are behind the log.

        :return: dict ``streams`` (with news not shown yet), ``events``, ``oldest``
            (when the first of these was recorded, UTC, or False), ``caught_up_at``
            (UTC or False), ``rebuild`` (a rebuild is waiting) and ``parked`` (streams
            left out, because an event of theirs cannot be read)
        """
        self.check_access("read")
        return self._lag()

    @api.model
    def _lag(self):
        """See :meth:`lag`."""
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""SELECT count(*), coalesce(sum(d.version - d.past), 0),
                       min(first.recorded_at) AT TIME ZONE 'UTC'
                  FROM ({self._dirty_streams}) AS d
                  JOIN kam_es.event first
                    ON first.stream_id = d.id AND first.version = d.past + 1""",  # noqa: S608
            self._rows_names,
        )
        streams, events, oldest = self.env.cr.fetchone()
        self.env.cr.execute(
            """SELECT caught_up_at AT TIME ZONE 'UTC', rebuild OR version <> %s,
                      (SELECT count(*) FROM kam_es.parked p WHERE p.projection = j.name)
                 FROM kam_es.projection j WHERE name = %s""",
            [self._rows_version, self._name],
        )
        caught_up_at, rebuild, parked = self.env.cr.fetchone() or (None, True, 0)
        return {
            "streams": streams,
            "events": int(events),
            "oldest": oldest or False,
            "caught_up_at": caught_up_at or False,
            "rebuild": rebuild,
            "parked": parked,
        }
