"""Where a connection is cut: before each statement of an operation, and at its end."""

import contextlib
import re
import time
from contextlib import closing

import psycopg2

from odoo import SUPERUSER_ID, api

from .server import connect

PATIENCE = 10  # seconds for PostgreSQL to end a connection
LOG = (
    *("stream", "event", "text", "command", "checkpoint", "seal", "seal_head"),
    *("genesis", "partner_merge", "parked"),
)


class Killer:
    """Counts the statements of a cursor, and ends its connection before one of them.

    :param cr: an open cursor of Odoo
    :param at: number of the statement (from 1); ``commit``; None: never
    """

    def __init__(self, cr, at):
        self.cr, self.at = cr, at
        self.statements = []
        self.killed, self.before = False, None
        self.execute = cr.execute
        cr.execute = self.counted

    def counted(self, query, params=None, log_exceptions=True):
        self.statements.append(words(query))
        if len(self.statements) == self.at:
            self.kill(self.statements[-1])
        # a dead connection is no news here
        return self.execute(query, params, False)

    def kill(self, before="COMMIT"):
        """End the connection as an administrator, or a crash, would; wait for it."""
        self.killed = True
        self.before = before
        pid = self.cr._cnx.get_backend_pid()
        end = time.monotonic() + PATIENCE
        with closing(connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            alive = True
            while alive and time.monotonic() < end:
                cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid])
                alive = cursor.fetchone()


def words(query):
    """Return the beginning of a statement, for people."""
    text = getattr(query, "code", query)
    text = text.decode() if isinstance(text, bytes) else str(text)
    return re.sub(r"\s+", " ", re.sub(r"--[^\n]*\n", " ", text)).strip()[:48]


def run(registry, operation, at):
    """Run an operation in a transaction of its own, cut at a point.

    :param operation: function(environment)
    :param at: as of :class:`Killer`
    :return: (whether it came to its end, what the cut came before)
    """
    cr = registry.cursor()
    killer = Killer(cr, at)
    done = False
    try:
        operation(api.Environment(cr, SUPERUSER_ID, {}))
        cr.flush()
        if at is not None and not killer.killed:  # with warm caches it has fewer
            killer.kill()
        cr.commit()
        done = True
    except psycopg2.Error:
        registry.reset_changes()
    finally:
        with contextlib.suppress(psycopg2.Error):
            cr.close()
    return done, killer.before


def fingerprint(database, tables):
    """Return what the log and these tables hold, to the last byte, for comparing."""
    parts = " UNION ALL ".join(
        f"""SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text))
              FROM {table} t"""
        for table in [*(f"kam_es.{name}" for name in LOG), *tables]
    )
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        # parallel plans give the parts in any order
        cursor.execute(parts + " ORDER BY 1")
        return cursor.fetchall()


def outcome(env, tables):
    """Return what an operation came to, without the ids that a second try changes."""
    env.flush_all()
    env.cr.execute(
        """SELECT s.category, e.type, e.version, count(*) FROM kam_es.event e
             JOIN kam_es.stream s ON s.id = e.stream_id
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    )
    found = [env.cr.fetchall()]
    for table in [*(f"kam_es.{name}" for name in LOG), *tables]:
        env.cr.execute(f"SELECT count(*) FROM {table}")
        found.append((table, env.cr.fetchone()[0]))
    return found


def difference(one, other):
    """Return the entries that only one of two lists has; empty when they are alike."""
    return [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
