"""Commands under sudden deaths: what was acknowledged is there, once.

``setup/test`` runs a few hundred commands; ``setup/long faults`` ten thousand with a
hundred kills, and says how many by the variables below.
"""

import os
from collections import Counter

from odoo.tests import tagged

from . import faults, test_races
from .samples import sample
from .server import Server

COMMANDS = int(os.environ.get("KAM_FAULT_COMMANDS", "240"))
KILLS = int(os.environ.get("KAM_FAULT_KILLS", "5"))
SEED = int(os.environ.get("KAM_FAULT_SEED", "1"))
CLIENTS = 8
PATIENCE = (
    120 + COMMANDS // 3 + 20 * KILLS
)  # seconds: a bound, so that it stops by itself


@tagged("post_install", "-at_install")
class TestFaults(test_races.RaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.env_of() as env:
            cls.accounts = [sample(env, "kam.account").id for _n in range(6)]
            env.cr.commit()
        cls.server = Server(cls.database, workers=2)
        cls.addClassCleanup(lambda: faults.kill_tree(cls.server.process.pid))
        cls.server.start()

    def test_acknowledged_is_recorded_once(self):
        before = faults.events_by_command(self.database)
        clients = [
            faults.Client(self.server, self.accounts, COMMANDS // CLIENTS, SEED + n)
            for n in range(CLIENTS)
        ]
        nemesis = faults.Nemesis(self.server, clients, KILLS, SEED)
        for thread in (*clients, nemesis):
            thread.start()
        for thread in (*clients, nemesis):
            thread.join(timeout=PATIENCE)
            self.assertFalse(thread.is_alive(), "still at work after the time allowed")
        self.assertEqual(nemesis.done.total(), KILLS)
        self.assertIn("server", nemesis.done)
        self.judge(clients, nemesis, before)

    def judge(self, clients, nemesis, before):
        history = [one for client in clients for one in client.history]
        events = faults.events_by_command(self.database)
        wrong, strange = faults.wrong_outcomes(
            history, {key: count for key, count in events.items() if key not in before}
        )
        answers = Counter(command.answer for command in history)
        print(  # noqa: T201  # the figures are the result
            f"{len(history)} commands: {answers[faults.YES]} done,"
            f" {answers[faults.NO]} refused, {answers[faults.UNKNOWN]} unknown;"
            f" killed: {dict(nemesis.done)}, and the server gave up by itself"
            f" {nemesis.gave_up} times; lost, double or out of nothing: {len(wrong)},"
            f" {len(strange)}"
        )
        self.assertEqual(len(history), COMMANDS // CLIENTS * CLIENTS)
        self.assertFalse(wrong)
        self.assertFalse(strange)
        raw = [one.words for one in history if one.result == "an internal error"]
        self.assertFalse(raw[:3])
        self.assertGreater(answers[faults.YES], len(history) // 2)
        with self.env_of() as env:
            self.assertEqual(env["kam.log.check"].verify_now()["state"], "clean")
            self.assertEqual(env["kam.log.check"].drift_now()["state"], "clean")
