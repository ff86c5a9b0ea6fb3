"""A stream with an event that a projection cannot read is parked; the others go on.

Whether an event can be read is only known when its rows are made, for thousands of
streams by one statement. When that fails, the batch is halved until the stream that
stops it stands alone: it is left out, and administrators are told. It is tried again
each night, and by a rebuild.
"""

import psycopg2

from odoo import models

# what PostgreSQL raises on the content of an event; lost races are no such thing
UNREADABLE = (psycopg2.DataError, psycopg2.IntegrityError)


class KamLogParking(models.AbstractModel):
    _name = "kam.log.parking"
    _description = "Streams that a projection leaves out"

    def _take(self, dirty):
        """Make the rows of the streams in the table ``dirty``, all or none."""
        raise NotImplementedError

    # ------------------------------------------------------------------- parking
    def _take_or_park(self, dirty):
        """Make the rows of dirty streams, without those that cannot be read."""
        if parked := self._take_apart(dirty):
            self._tell_parked(parked)

    def _take_apart(self, dirty):
        """See :meth:`_take_or_park`.

        :return: ids of the streams parked now, and not before
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self._take(dirty)
        except UNREADABLE as error:
            rows = self._streams_in(dirty)
            if len(rows) == 1:
                return self._park(rows[0], error)
            middle = len(rows) // 2
            parked = []
            for half in (rows[:middle], rows[middle:]):
                self._keep_only(dirty, half)
                parked += self._take_apart(dirty)
            return parked
        return []

    def _streams_in(self, dirty):
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f'SELECT id, category, key, version, past FROM "{dirty}" ORDER BY id'  # noqa: S608
        )
        return self.env.cr.fetchall()

    def _keep_only(self, dirty, rows):
        """Let the table hold these streams and no others."""
        # pylint: disable=sql-injection
        self.env.cr.execute(f'TRUNCATE "{dirty}"')
        self.env.cr.execute(
            f"""INSERT INTO "{dirty}" (id, category, key, version, past)
                SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[],
                                     %s::integer[], %s::integer[])""",  # noqa: S608
            [list(column) for column in zip(*rows, strict=True)],
        )

    def _park(self, row, error):
        words = (error.diag.message_primary or str(error)).strip()
        self.env.cr.execute(
            """INSERT INTO kam_es.parked AS p (projection, stream_id, error)
               VALUES (%s, %s, %s)
               ON CONFLICT (projection, stream_id)
               DO UPDATE SET error = EXCLUDED.error, again = false
               RETURNING xmax = 0""",
            [self._name, row[0], words],
        )
        return [row[0]] if self.env.cr.fetchone()[0] else []

    def _leave_out_parked(self, dirty):
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""DELETE FROM "{dirty}" d USING kam_es.parked p
                 WHERE p.projection = %s AND p.stream_id = d.id AND NOT p.again""",  # noqa: S608
            [self._name],
        )

    # -------------------------------------------------------------------- telling
    def _tell_parked(self, stream_ids):
        # sudo: whoever looked at a screen, administrators are told
        check = self.env["kam.log.check"].sudo()
        check._tell("follow", self._parked_findings(stream_ids))

    def _parked_findings(self, stream_ids=None):
        """Return findings (see ``kam.log.audit``) about what is parked here."""
        self.env.cr.execute(
            """SELECT s.category, s.key, p.error
                 FROM kam_es.parked p JOIN kam_es.stream s ON s.id = p.stream_id
                WHERE p.projection = %s AND (%s::bigint[] IS NULL OR s.id = ANY(%s))
                ORDER BY s.id LIMIT 500""",
            [self._name, stream_ids, stream_ids],
        )
        return [
            self.env["kam.log.audit"]._finding(
                "parked",
                category,
                key,
                words=self.env._(
                    "%(table)s leaves out %(name)s %(key)s: an event of it cannot be"
                    " read (%(error)s). All others go on. It is tried again each night,"
                    " and by a rebuild.",
                    table=self._description,
                    name=category,
                    key=key,
                    error=error,
                ),
            )
            for category, key, error in self.env.cr.fetchall()
        ]

    # ------------------------------------------------------------------- once more
    def _try_again(self):
        """Let the next catch-up try the parked streams again; return how many."""
        self.env.cr.execute(
            """UPDATE kam_es.parked SET again = true
                WHERE projection = %s RETURNING stream_id""",
            [self._name],
        )
        stream_ids = [row[0] for row in self.env.cr.fetchall()]
        if stream_ids:
            # one whose owners changed is up to date by its version, yet not made
            self.env.cr.execute(
                """DELETE FROM kam_es.checkpoint c USING kam_es.stream s
                    WHERE c.projection = %s AND c.stream_id = s.id
                      AND s.id = ANY(%s) AND c.version = s.version""",
                [self._name, stream_ids],
            )
        return len(stream_ids)

    def _forget_read(self):
        """Forget the parked streams that were tried again and could be read."""
        self.env.cr.execute(
            "DELETE FROM kam_es.parked WHERE projection = %s AND again", [self._name]
        )

    def _retry_parked(self):
        """Try the parked streams again.

        :return: findings about those that cannot be read still
        """
        if self._try_again():
            while self._catch_up(self._rows_batch):
                pass
            self._forget_read()
        return self._parked_findings()
