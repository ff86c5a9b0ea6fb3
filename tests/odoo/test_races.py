"""Races and sudden death, on a real server and a database of their own."""

import threading
import time
import uuid
import xmlrpc.client
from contextlib import closing, contextmanager

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.kam_management.tests import common

from .samples import sample
from .server import Server, connect, copied_database, registry_of

LOST = (psycopg2.errors.SerializationFailure, ConcurrencyError)
QUIET = ("odoo.sql_db", "odoo.service.model", "odoo.http")


class RaceCase(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("race"))
        cls.registry = registry_of(cls.database)
        with cls.env_of() as env:
            cls.id = sample(env, "kam.account").id
            env.cr.commit()

    @classmethod
    @contextmanager
    def env_of(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def setUp(self):
        super().setUp()
        self.addCleanup(self.check)

    def check(self):
        with self.env_of() as env:
            self.assertEqual(common.ReplayEqualsLive._wrong(env), [])

    def versions(self):
        """Return the versions of the account's events, in order."""
        with self.env_of() as env:
            env.cr.execute(
                """SELECT e.version FROM kam_es.event e
                     JOIN kam_es.stream s ON s.id = e.stream_id
                    WHERE s.category = 'kam.account' AND s.row_id = %s
                    ORDER BY e.version""",
                [self.id],
            )
            return [row[0] for row in env.cr.fetchall()]

    def needs(self):
        with self.env_of() as env:
            return env["kam.account"].browse(self.id).needs

    def assertDense(self, count):
        self.assertEqual(self.versions(), list(range(1, count + 1)))


@tagged("post_install", "-at_install")
class TestTwoCursors(RaceCase):
    """One writer stops after every step of an append; another writes meanwhile."""

    def steps(self, env, value):
        """Do an edit step by step; each ``yield`` is a place to be overtaken."""
        env.cr.execute("SELECT 1")  # the snapshot
        yield "snapshot"
        account = env["kam.account"].browse(self.id)
        [(_record, _key, _version, _state)] = account._load()
        yield "folded"
        account.needs = value
        yield "appended"
        env.flush_all()
        yield "projected"
        env.cr.commit()
        yield "committed"

    def write(self, value):
        """Edit as Odoo does for RPC: a lost race is tried again on a new snapshot."""
        for _attempt in range(5):
            with self.env_of() as env:
                try:
                    for _step in self.steps(env, value):
                        pass
                    return
                except LOST:
                    env.cr.rollback()
        raise AssertionError("five lost races")

    def test_overtaken_at_every_step(self):
        for place in ("snapshot", "folded", "appended", "projected", "committed"):
            with self.subTest(place), mute_logger(*QUIET):
                self.overtake(place)

    def overtake(self, place):
        before = len(self.versions())
        other = threading.Thread(target=self.write, args=(f"other at {place}",))
        with self.env_of() as env:
            steps = self.steps(env, f"first at {place}")
            while next(steps) != place:
                pass
            other.start()
            # before the append the other gets through; after it, it waits for us
            other.join(timeout=10 if place in ("snapshot", "folded") else 1)
            self.assertEqual(
                other.is_alive(), place in ("appended", "projected"), "who waits"
            )
            lost = False
            try:
                for _step in steps:
                    pass
            except LOST:
                lost = True
                env.cr.rollback()
        self.assertEqual(lost, place in ("snapshot", "folded"))
        other.join(timeout=20)
        self.assertFalse(other.is_alive())
        if lost:
            self.write(f"first at {place}")
        self.assertDense(before + 2)
        winner = "first" if lost else "other"
        self.assertEqual(self.needs(), f"{winner} at {place}")

    def test_a_savepoint_undoes_event_and_row(self):
        before = len(self.versions())
        with self.env_of() as env:
            account = env["kam.account"].browse(self.id)
            account.needs = "kept"
            try:
                with env.cr.savepoint():
                    account.needs = "undone"
                    raise KeyError
            except KeyError:
                pass
            env.cr.commit()
        self.assertDense(before + 1)
        self.assertEqual(self.needs(), "kept")


@tagged("post_install", "-at_install")
class TestServer(RaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.database)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def write(self, value, command_id=None):
        """Write over RPC; who loses five races in a row sends the same again."""
        command_id = command_id or str(uuid.uuid4())
        for _attempt in range(10):
            answer = self.write_once(value, command_id)
            if answer is not None:
                return answer
        raise AssertionError("never got through")

    def write_once(self, value, command_id):
        try:
            return self.server.call(
                "kam.account",
                "kam_write",
                [self.id],
                {"needs": value},
                command_id=command_id,
            )
        except xmlrpc.client.Fault as fault:
            if "serialize" not in fault.faultString:
                raise
        return None

    def test_four_clients_eight_commands(self):
        before = len(self.versions())
        answers = []

        def client(number):
            words = (f"client {number} command {command}" for command in range(8))
            answers.extend(self.write(value) for value in words)

        threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=120)
        self.assertEqual(answers, [True] * 32)
        self.assertDense(before + 32)
        with self.env_of() as env:
            env.cr.execute(
                "SELECT body FROM kam_es.text WHERE body LIKE 'client % command %'"
            )
            written = sorted(row[0] for row in env.cr.fetchall())
        self.assertEqual(
            written,
            sorted(f"client {n} command {c}" for n in range(4) for c in range(8)),
        )

    def test_one_command_id_at_one_moment(self):
        before = len(self.versions())
        command_id, answers = str(uuid.uuid4()), []
        threads = [
            threading.Thread(
                target=lambda: answers.append(self.write("once", command_id))
            )
            for _n in range(4)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=60)
        self.assertEqual(answers, [True] * 4)
        self.assertDense(before + 1)
        self.assertTrue(self.write("once", command_id))
        self.assertDense(before + 1)
        with self.assertRaisesRegex(xmlrpc.client.Fault, "already used"):
            self.write("something else", command_id)

    def test_first_answer_of_a_creation(self):
        command_id, vals = str(uuid.uuid4()), []
        partner = self.server.call("res.partner", "create", [{"name": "Once"}])[0]
        vals = [{"partner_id": partner}]
        first = self.server.call(
            "kam.account", "kam_create", vals, command_id=command_id
        )
        again = self.server.call(
            "kam.account", "kam_create", vals, command_id=command_id
        )
        self.assertEqual(first, again)

    def test_killed_before_the_append(self):
        self.kill_while_waiting_for(
            "SELECT FROM kam_es.stream WHERE category = 'kam.account' AND row_id = %s"
            " FOR UPDATE"
        )

    def test_killed_between_event_and_row(self):
        self.kill_while_waiting_for("SELECT FROM kam_account WHERE id = %s FOR UPDATE")

    def kill_while_waiting_for(self, lock):
        """Let a command wait for a lock inside its transaction, and kill Odoo there."""
        before, needs = self.versions(), self.needs()
        command_id = str(uuid.uuid4())
        value = f"half done {command_id}"

        def doomed():
            try:
                self.write(value, command_id)
            except (OSError, xmlrpc.client.Error):
                return

        with closing(connect(self.database)) as holder:
            holder.autocommit = False
            with holder.cursor() as cursor:
                cursor.execute(lock, [self.id])
                thread = threading.Thread(target=doomed)
                thread.start()
                self.wait_for_waiter()
                self.server.kill()
            holder.rollback()
        thread.join(timeout=60)
        self.wait_for_silence()
        self.assertEqual((self.versions(), self.needs()), (before, needs))
        self.server.start()
        self.assertTrue(self.write(value, command_id))
        self.assertDense(len(before) + 1)
        self.assertEqual(self.needs(), value)

    def wait_for_waiter(self):
        self.wait(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            " AND wait_event_type = 'Lock'",
            1,
        )

    def wait_for_silence(self):
        """The killed server's connections end when PostgreSQL notices."""
        self.wait(
            "SELECT (count(*) = 0)::int FROM pg_stat_activity WHERE datname = %s"
            " AND state <> 'idle' AND pid <> pg_backend_pid()",
            1,
        )

    def wait(self, query, least):
        end = time.monotonic() + 30
        with closing(connect("postgres")) as connection, connection.cursor() as cursor:
            while time.monotonic() < end:
                cursor.execute(query, [self.database])
                if cursor.fetchone()[0] >= least:
                    return
                time.sleep(0.1)
        self.fail("nothing happened within 30 s")
