"""Two people move one visit at the same moment, each in a transaction of their own."""

import threading
from datetime import timedelta

import psycopg2

from odoo import api
from odoo.exceptions import ConcurrencyError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.kam_management.tests import common

from .samples import sample
from .server import copied_database, registry_of

LOST = (psycopg2.errors.SerializationFailure, ConcurrencyError)


@tagged("post_install", "-at_install")
class TestVisitRace(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = registry_of(cls.enterClassContext(copied_database("visit_race")))
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, 1, {})
            visit = sample(env, "kam.visit")
            cls.id, cls.start = visit.id, visit.planned_start
            director = env.ref("kam_management.group_kam_director")
            cls.people = [
                env["res.users"]
                .create(
                    {
                        "name": name,
                        "login": f"race_{name}",
                        "group_ids": [(4, director.id)],
                    }
                )
                .id
                for name in ("first", "second")
            ]
            cr.commit()

    def move(self, user_id, days, ready=None, go=None):
        """Move the visit as Odoo does for RPC: a lost race is tried again."""
        for attempt in range(5):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, user_id, {})
                visit = env["kam.visit"].browse(self.id)
                try:
                    visit._load()  # the snapshot
                    if ready and not attempt:
                        ready.set()
                        go.wait(20)
                    visit.write({"planned_start": self.start + timedelta(days=days)})
                    cr.commit()
                    return attempt
                except LOST:
                    cr.rollback()
        raise AssertionError("five lost races")

    def test_both_moves_stay_the_later_stands_and_the_other_is_told(self):
        ready, go, attempts = threading.Event(), threading.Event(), []
        first, second = self.people
        thread = threading.Thread(
            target=lambda: attempts.append(self.move(second, 2, ready, go))
        )
        with mute_logger("odoo.sql_db"):
            thread.start()
            self.assertTrue(ready.wait(20))
            self.assertEqual(self.move(first, 1), 0)
            go.set()
            thread.join(30)
        self.assertEqual(attempts, [1], "the second lost the race, and looked again")
        with self.registry.cursor() as cr:
            env = api.Environment(cr, 1, {})
            visit = env["kam.visit"].browse(self.id)
            self.assertEqual(visit.planned_start, self.start + timedelta(days=2))
            events = visit.kam_history()["events"]
            self.assertEqual(
                [one["actor"] for one in events if one["type"] == "Rescheduled"],
                ["second", "first"],
            )
            told = env["res.users"].browse(first).partner_id
            notices = env["mail.message"].search(
                [("model", "=", "kam.visit"), ("partner_ids", "in", told.ids)]
            )
            self.assertEqual(notices.mapped("subject"), ["Visits moved by second"])
            self.assertEqual(common.ReplayEqualsLive._wrong(env), [])
