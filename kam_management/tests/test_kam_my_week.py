"""My week: who is due, proposals, time zones; the tours of week and day."""

from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import common
from .visit_screen_case import VisitCase


@tagged("post_install", "-at_install")
class TestKamMyWeek(VisitCase, common.KamCase):
    def week(self, user=None, **kwargs):
        return self.Visit.with_user(user or self.kim).screen_week(**kwargs)

    def monday(self):
        return self.today - timedelta(days=self.today.weekday())

    def test_who_is_due_and_not_planned(self):
        data = self.week()
        [due] = data["due"]
        self.assertEqual((due["account_id"], due["late"]), (self.account.id, True))
        visit = self.plan(0, 10)
        data = self.week()
        self.assertFalse(data["due"])
        self.assertEqual([one["id"] for one in data["visits"]], [visit.id])
        self.assertEqual(data["week"]["state"], "open")
        self.assertIsNone(data["figures"]["adherence"])

    def test_generate_accept_commit(self):
        monday = fields.Date.to_string(self.monday() + timedelta(days=7))
        model = self.Visit.with_user(self.kim)
        found = model.screen_proposals(monday=monday)
        [proposal] = found["proposals"]
        self.assertEqual(proposal["account"], "Acme")
        self.assertFalse(self.account.visit_ids)  # nothing is stored
        self.env["kam.week"].with_user(self.kim).accept(
            [
                {
                    "account_id": proposal["account_id"],
                    "user_id": proposal["user_id"],
                    "planned_start": proposal["start"],
                    "planned_stop": proposal["stop"],
                    "kind_id": proposal["kind_id"],
                }
            ]
        )
        self.env["kam.week"].with_user(self.kim).commit(monday=monday)
        data = self.week(monday=monday)
        self.assertEqual(data["week"]["state"], "committed")
        self.assertEqual(data["figures"]["committed"], 1)
        [card] = data["visits"]
        self.assertEqual(card["plan_status"], "committed")

    def test_other_appointments_are_named_to_oneself_alone(self):
        self.env["crm.team"].create(
            {
                "name": "Pages",
                "user_id": self.hal.id,
                "member_ids": [fields.Command.link(self.kim.id)],
            }
        )
        start = fields.Datetime.to_datetime(self.at(0, 12))
        self.env["calendar.event"].create(
            {
                "name": "Dentist",
                "start": start,
                "stop": start + timedelta(hours=1),
                "partner_ids": [fields.Command.set(self.kim.partner_id.ids)],
            }
        )
        self.plan(0, 9)  # its own appointment shows as the visit alone
        self.assertEqual([one["name"] for one in self.week()["busy"]], ["Dentist"])
        seen = self.week(self.hal, user_id=self.kim.id)
        self.assertEqual([one["name"] for one in seen["busy"]], ["Busy"])
        self.assertIn(self.kim.id, [one["id"] for one in seen["users"]])

    def test_strangers_see_no_weeks(self):
        with self.assertRaises(AccessError):
            self.week(self.lou, user_id=self.kim.id)
        self.assertTrue(self.week(self.dot, user_id=self.kim.id)["due"])

    def test_the_week_begins_where_the_manager_is(self):
        """Monday 1:00 in Bangkok is Sunday 19:00 in Berlin: another week."""
        self.lou.tz = "Asia/Bangkok"
        monday = self.monday() + timedelta(days=14)
        moment = pytz.timezone("Asia/Bangkok").localize(
            datetime.combine(monday, datetime.min.time()) + timedelta(hours=1)
        )
        start = fields.Datetime.to_string(moment.astimezone(pytz.utc))
        bangkok = self.Visit.with_user(self.lou).plan(self.other.id, start)
        berlin = self.Visit.with_user(self.kim).plan(self.account.id, start)
        ids = {
            (user, ahead): [
                one["id"]
                for one in self.week(
                    user,
                    monday=fields.Date.to_string(monday - timedelta(days=ahead)),
                )["visits"]
            ]
            for user in (self.kim, self.lou)
            for ahead in (0, 7)
        }
        self.assertEqual(ids[self.lou, 0], [bangkok])
        self.assertEqual(ids[self.kim, 7], [berlin])
        self.assertFalse(ids[self.lou, 7] + ids[self.kim, 0])

    def test_a_week_in_which_the_clocks_change(self):
        """Summer time begins on Sunday, 29 March 2026: the week has 167 hours."""
        with freeze_time("2026-03-20 08:00:00"):
            model = self.Visit.with_user(self.kim)
            last, first = (
                model.plan(self.account.id, moment)
                for moment in ("2026-03-29 21:30:00", "2026-03-29 22:30:00")
            )  # 23:30 on Sunday, 0:30 on Monday in Berlin
            ids = [
                [one["id"] for one in self.week(monday=monday)["visits"]]
                for monday in ("2026-03-23", "2026-03-30")
            ]
            days = [
                [one["id"] for one in model.screen_day(day=day)["visits"]]
                for day in ("2026-03-29", "2026-03-30")
            ]
        self.assertEqual(ids, [[last], [first]])
        self.assertEqual(days, ids)

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        model = self.Visit.with_user(self.kim)
        for name in ("screen_week", "screen_proposals", "screen_day", "call_list"):
            for wrong in ("x", 2**70, [], 10**9, True):
                with self.subTest(f"{name} {wrong}"), self.assertRaises(UserError):
                    getattr(model, name)(user_id=wrong)
        for wrong in ("2026-13-99", 5, [1]):
            with self.assertRaises(UserError):
                model.screen_week(monday=wrong)
            with self.assertRaises(UserError):
                model.screen_day(day=wrong)


@tagged("post_install", "-at_install")
class TestKamWeekTour(VisitCase, common.KamHttpCase):
    browser_size = "1400x1000"

    def test_the_whole_week(self):
        self.designate(self.cog, self.kim, letter="C")
        self.start_tour("/odoo/my-week", "kam_week_tour", login="cli_kim", timeout=120)
        visits = self.Visit.search([("user_id", "=", self.kim.id)])
        self.assertEqual(len(visits), 2)
        self.assertEqual(set(visits.mapped("plan_status")), {"committed"})
        moved = visits.filtered("replans")
        self.assertEqual(moved.account_id, self.account)
        self.assertEqual(moved.change_reason, "The buyer is ill")

    def test_the_weeks_of_a_team(self):
        self.env["crm.team"].create(
            {
                "name": "Pages",
                "user_id": self.hal.id,
                "member_ids": [fields.Command.set((self.kim | self.lou).ids)],
            }
        )
        self.hal.tz = "Europe/Berlin"
        self.start_tour(
            "/odoo/visits-of-the-team",
            "kam_team_week_tour",
            login="cli_hal",
            timeout=120,
        )
        for user, account in ((self.kim, self.account), (self.lou, self.other)):
            visit = self.Visit.search([("user_id", "=", user.id)])
            self.assertEqual(visit.account_id, account)
            self.assertEqual(visit.plan_status, "committed")
        moved = self.account.visit_ids.planned_start
        local = fields.Datetime.context_timestamp(
            self.Visit.with_context(tz="Europe/Berlin"), moved
        )
        self.assertGreaterEqual(local.hour, 14)  # proposed for the morning


@tagged("post_install", "-at_install")
class TestKamDayTour(VisitCase, common.KamHttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_week_with_one_hand(self):
        self.start_tour(
            "/odoo/my-week", "kam_week_phone_tour", login="cli_kim", timeout=120
        )
        [visit] = self.account.visit_ids
        local = fields.Datetime.context_timestamp(
            visit.with_context(tz="Europe/Berlin"), visit.planned_start
        )
        self.assertEqual(local.weekday(), 3)
        self.assertIn(local.hour, range(7, 18))

    def test_a_day_with_one_hand(self):
        cog = self.designate(self.cog, self.kim, letter="C")
        self.cog.phone = "+49 30 901821"
        self.invoice(self.acme, 500, -40, due=-10)
        visit = self.plan(0, 10)
        self.start_tour("/odoo/my-day", "kam_day_tour", login="cli_kim", timeout=120)
        self.assertEqual((visit.state, visit.outcome), ("done", "order"))
        self.assertTrue(visit.started_at)
        self.assertFalse(visit.latitude)
        [follow_up] = self.account.visit_ids - visit
        self.assertEqual(follow_up.state, "planned")
        [call] = cog.visit_ids
        self.assertEqual(call.attempts, 1)
