"""Base classes of the addon's tests: the log and the rows agree after every test.

Import the module, not the classes (``from . import common``): pytest would collect the
classes again.
"""

import psycopg2.extensions

from odoo.tests import HttpCase, TransactionCase


class ReplayEqualsLive:
    """After each test, inside its transaction, and once more after the class:

    * a fresh fold of the log gives exactly the rows of every event-sourced model,
    * the hash chain of every stream holds and ends at its head.

    A test that breaks the log or the rows on purpose sets ``replay_checked = False``
    for itself, and says why.
    """

    replay_checked = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # after the class's own set-up there is nothing to undo: check what it made
        cls.addClassCleanup(cls._check_class)

    @classmethod
    def _check_class(cls):
        if wrong := cls._wrong(cls.env):
            raise AssertionError(f"after {cls.__name__}: {wrong}")

    def setUp(self):
        super().setUp()
        # cleanups run last in, first out: before the test's savepoint is rolled back
        self.addCleanup(self._check_test)

    def _check_test(self):
        if self.replay_checked:
            self.assertFalse(self._wrong(self.env), "the log and the rows differ")

    @staticmethod
    def _wrong(env):
        """Return what differs; empty as well when the transaction is broken anyway."""
        status = env.cr._cnx.get_transaction_status()
        if env.cr.closed or status == psycopg2.extensions.TRANSACTION_STATUS_INERROR:
            return []
        env = env(su=True, user=1)
        projector = env["kam.projector"]
        wrong = [one for name in projector._models() for one in projector._drift(name)]
        return wrong + broken_chains(env)


def broken_chains(env):
    """Return (category, key, version) of every event that does not fit its stream."""
    env.cr.execute(
        """WITH chained AS (
               SELECT s.category, s.key, s.version AS head, s.last_hash, e.version,
                      e.hash, e.schema, kam_es.content(s.category, s.key, e.type,
                          e.schema, e.company_id, e.actor_id, e.behalf_id,
                          e.command_id, e.causation_id, e.effective_at, e.recorded_at,
                          e.payload, e.confidential) AS content,
                      lag(e.hash) OVER (PARTITION BY s.id ORDER BY e.version) AS prior,
                      row_number() OVER (PARTITION BY s.id ORDER BY e.version) AS place
                 FROM kam_es.stream s JOIN kam_es.event e ON e.stream_id = s.id
           )
           SELECT category, key, version FROM chained
            WHERE place <> version OR version > head
               OR hash <> CASE WHEN version = 1 THEN content
                               ELSE sha256(prior || content) END
               OR (version = head AND hash <> last_hash)"""
    )
    return env.cr.fetchall()


class KamCase(ReplayEqualsLive, TransactionCase):
    """A test in one transaction."""


class KamHttpCase(ReplayEqualsLive, HttpCase):
    """A test with a running server or a browser.

    A page that fails to load a file fails the test; some packages of Odoo leave out a
    library that we do not use, so it is taken out of the page.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.asset"].create(
            {
                "name": "kam tests: no selfie segmentation",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
