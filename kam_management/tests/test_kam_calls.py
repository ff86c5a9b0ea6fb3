"""Calls: whom, in which order, and what came of them."""

import uuid

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from . import common
from .visit_screen_case import VisitCase


@tagged("post_install", "-at_install")
class TestKamCalls(VisitCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls.designate(cls.cog, cls.kim, letter="C", days=-3)
        cls.invoice(cls.cog, 500, -100, due=-70)
        cls.env.flush_all()

    def call_list(self, user=None, **kwargs):
        return self.Visit.with_user(user or self.kim).call_list(**kwargs)

    def test_the_most_important_comes_first(self):
        rows = self.call_list()
        self.assertEqual(
            [one["account_id"] for one in rows], [self.account.id, self.third.id]
        )
        self.assertEqual(
            [[reason["code"] for reason in one["reasons"]] for one in rows],
            [["cadence"], ["overdue", "cadence"]],
        )
        planned = self.plan(0, 16, self.third, kind="call")
        first = self.call_list()[0]
        self.assertEqual(first["visit_id"], planned.id)
        self.assertEqual(first["reasons"][0]["code"], "planned")

    def test_who_is_visited_or_was_called_today_is_left_out(self):
        self.plan(0, 16)
        self.assertNotIn(
            self.account.id, [one["account_id"] for one in self.call_list()]
        )
        self.Visit.with_user(self.kim).log_call(self.third.id, outcome="agreed")
        self.assertFalse(self.call_list())

    def test_a_call_that_nobody_planned_is_recorded(self):
        model = self.Visit.with_user(self.kim)
        command = str(uuid.uuid4())
        arguments = {"outcome": "agreed", "note": "Pays on Friday"}
        key = model.log_call(self.third.id, **arguments, command_id=command)
        again = model.log_call(self.third.id, **arguments, command_id=command)
        self.assertEqual(key, again)
        call = self.Visit.browse(key)
        self.assertEqual(
            (call.state, call.outcome, call.result, call.is_call),
            ("done", "agreed", "Pays on Friday", True),
        )

    def test_nobody_answers(self):
        model = self.Visit.with_user(self.kim)
        planned = self.plan(0, 8, kind="call")
        times = model.call_again_times(self.account.id, planned.id)
        self.assertTrue(times)
        self.assertEqual(times, sorted(set(times)))
        self.assertGreater(times[0], fields.Datetime.to_string(fields.Datetime.now()))
        model.log_call(self.account.id, planned.id, again_at=times[0])
        self.assertEqual(planned.attempts, 1)
        self.assertEqual(fields.Datetime.to_string(planned.planned_start), times[0])
        key = model.log_call(self.third.id, again_at=times[0])
        self.assertEqual(self.Visit.browse(key).attempts, 1)

    def test_the_next_time_lies_in_the_hours_of_both(self):
        self.env["kam.account.cadence"].with_user(self.kim).create(
            {
                "account_id": self.account.id,
                "monday": False,
                "tuesday": False,
                "hour_from": 14,
                "hour_to": 16,
            }
        )
        zone = pytz.timezone("Europe/Berlin")
        with freeze_time("2026-03-09 08:00:00"):  # a Monday
            times = self.Visit.with_user(self.kim).call_again_times(self.account.id)
        self.assertTrue(times)
        for one in times:
            local = pytz.utc.localize(fields.Datetime.to_datetime(one)).astimezone(zone)
            self.assertGreaterEqual(local.weekday(), 2)
            self.assertIn(local.hour, (14, 15))

    def test_the_hours_stay_when_the_clocks_change(self):
        """Nine in Berlin is 8:00 UTC on Friday, 7:00 UTC on the Monday after."""
        self.env["kam.account.cadence"].with_user(self.kim).create(
            {"account_id": self.account.id, "hour_from": 9, "hour_to": 10}
        )
        with freeze_time("2026-03-27 07:45:00"):
            times = self.Visit.with_user(self.kim).call_again_times(self.account.id)
        self.assertEqual(times, ["2026-03-30 07:00:00"])

    def test_a_broken_promise_weighs_more_than_a_debt(self):
        def row():
            [found] = [
                one for one in self.call_list() if one["account_id"] == self.third.id
            ]
            return found

        before = row()["importance"]
        self.env["kam.promise"].with_user(self.kim).create(
            {
                "partner_id": self.cog.id,
                "amount": 500,
                "currency_id": self.company.currency_id.id,
                "made_on": self.day(-20),
                "date_promised": self.day(-10),
            }
        )
        after = row()
        self.assertIn("broken", [one["code"] for one in after["reasons"]])
        self.assertGreater(after["importance"], before)
        [agenda] = (
            self.env["kam.visit.agenda"].with_user(self.kim).agenda(self.third.ids)
        )
        sections = {one["key"]: one["items"] for one in agenda["sections"]}
        self.assertEqual(sections["promises"][0]["amount"], 500)
        self.assertEqual(sections["promises"][0]["model"], "kam.promise")

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        model = self.Visit.with_user(self.kim)
        visit = self.plan(0, 11, kind="call")
        for wrong in (
            {},
            {"outcome": "agreed", "again_at": self.at(3, 9)},
            {"outcome": "x"},
            {"outcome": ["agreed"]},
            {"again_at": "soon"},
            {"again_at": self.at(-3, 9)},
            {"outcome": "agreed", "visit_id": "x"},
            {"outcome": "agreed", "visit_id": 10**9},
        ):
            with (
                self.subTest(wrong=str(wrong)),
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                model.log_call(self.third.id, **wrong)
        with self.assertRaises(UserError), self.cr.savepoint():
            model.log_call(self.third.id, visit.id, outcome="agreed")
        with self.assertRaises(UserError), self.cr.savepoint():
            model.log_call(self.other.id, outcome="agreed")  # of Lou
