"""My day, and finishing a visit with its next step."""

import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kam_core.visits import visit as visits
from ..models.kam_given import now
from . import common
from .visit_screen_case import VisitCase


@tagged("post_install", "-at_install")
class TestKamMyDay(VisitCase, common.KamCase):
    def day_of(self, user=None, **kwargs):
        return self.Visit.with_user(user or self.kim).screen_day(**kwargs)

    def test_the_day_in_order_with_all_that_is_needed(self):
        late = self.plan(0, 15)
        early = self.plan(0, 9)
        self.plan(1, 9)
        call = self.plan(0, 11, kind="call")
        data = self.day_of()
        self.assertEqual([one["id"] for one in data["visits"]], [early.id, late.id])
        card = data["visits"][0]
        self.assertEqual(card["version"], early.event_version)
        self.assertEqual(card["phones"][0]["uri"], "tel:+4930901820")
        self.assertIn("Market+1", card["map"])
        self.assertEqual(card["asks"], ["outcome"])
        self.assertEqual([one["visit_id"] for one in data["calls"]], [call.id])

    def test_what_nobody_told_of_stays_in_sight(self):
        old = self.plan(-2, 9)
        self.assertEqual([one["id"] for one in self.day_of()["late"]], [old.id])
        yesterday = fields.Date.to_string(self.day(-2))
        data = self.day_of(day=yesterday)
        self.assertEqual([one["id"] for one in data["visits"]], [old.id])
        self.assertFalse(data["late"])

    def test_a_missed_visit_can_be_told_of_for_a_week(self):
        recent, old = self.plan(-2, 9), self.plan(-9, 9, self.account)
        (recent | old).sudo()._command(visits.Miss(now()))
        self.assertEqual([one["id"] for one in self.day_of()["late"]], recent.ids)
        recent.finish_and_plan({"outcome": "agreed", "finished_at": self.at(-2, 10)})
        self.assertEqual(recent.state, "done")
        self.assertFalse(self.day_of()["late"])

    def test_each_sees_the_own_day(self):
        """21:00 in Berlin is the next day in Bangkok."""
        moment = self.at(0, 21)
        berlin = self.plan(0, 21)
        self.lou.tz = "Asia/Bangkok"
        bangkok = self.Visit.with_user(self.lou).browse(
            self.Visit.with_user(self.lou).plan(self.other.id, moment)
        )
        today, tomorrow = (fields.Date.to_string(self.day(one)) for one in (0, 1))
        ids = {
            (user, day): [one["id"] for one in self.day_of(user, day=day)["visits"]]
            for user in (self.kim, self.lou)
            for day in (today, tomorrow)
        }
        self.assertEqual(ids[self.kim, today], berlin.ids)
        self.assertEqual(ids[self.kim, tomorrow], [])
        self.assertEqual(ids[self.lou, today], [])
        self.assertEqual(ids[self.lou, tomorrow], bangkok.ids)

    def test_strangers_see_no_days(self):
        self.plan()
        for user in (self.lou, self.cy):
            with self.assertRaises(AccessError):
                self.day_of(user, user_id=self.kim.id)
        internal = new_test_user(self.env, "pages_internal")
        with self.assertRaises(AccessError):
            self.day_of(internal)

    def test_a_substitute_makes_the_visits_of_the_absent(self):
        visit = self.plan()
        self.env["kam.delegation"].with_user(self.kim).create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_from": self.today,
                "date_to": self.day(5),
            }
        )
        [card] = self.day_of(self.lou)["visits"]
        self.assertEqual((card["id"], card["behalf"]), (visit.id, "Kim"))

    def test_the_number_of_queries_is_fixed(self):
        counts = []
        self.plan(0, 9)
        self.designate(self.cog, self.kim, letter="C")
        for _round in range(2):
            self.env.flush_all()
            self.day_of()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.day_of()
            counts.append(self.cr.sql_log_count - before)
            partners = self.env["res.partner"].create(
                [
                    {"name": f"More {n}", "is_company": True, "phone": f"+4930901{n}"}
                    for n in range(10)
                ]
            )
            ids = (
                self.env["kam.account"]
                .with_user(self.hal)
                .designate(
                    partners.ids, "C", "Many", self.day(-90), [{"user_id": self.kim.id}]
                )
            )
            for account in self.env["kam.account"].browse(ids):
                self.plan(0, 12, account)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertLess(counts[1], 60)


@tagged("post_install", "-at_install")
class TestKamFinish(VisitCase, common.KamCase):
    def finish(self, visit, step=None, day=None, **more):
        return visit.finish_and_plan(
            {"outcome": "agreed", "result": "Takes the tea"}, step, day, **more
        )

    def test_finished_with_a_follow_up(self):
        visit = self.plan(0, 10)
        day = self.day(14)
        told = self.finish(visit, "visit", fields.Date.to_string(day))
        self.assertEqual((visit.state, visit.outcome), ("done", "agreed"))
        self.assertEqual((visit.next_step, visit.next_on), ("Visit", day))
        follow_up = self.Visit.browse(told["next_id"])
        self.assertEqual(
            fields.Datetime.to_string(follow_up.planned_start), self.at(14, 10)
        )
        self.assertEqual(follow_up.user_id, self.kim)
        self.assertEqual(follow_up.kind_id, visit.kind_id)

    def test_the_interval_proposes_the_day(self):
        visit = self.plan()
        told = self.finish(visit, "call")
        call = self.Visit.browse(told["next_id"])
        self.assertTrue(call.is_call)
        [card] = visit._cards(self.kim)
        days = (call.planned_start.date() - self.today).days
        self.assertEqual(days, visit.account_id.visit_interval_days)
        self.assertEqual(
            card["next_due"], fields.Date.to_string(self.today + timedelta(days=days))
        )

    def test_one_click_makes_a_to_do_a_lead_a_quotation(self):
        told = self.finish(self.plan(), "activity", fields.Date.to_string(self.day(3)))
        activity = self.env["mail.activity"].browse(told["next_id"])
        self.assertEqual(
            (activity.date_deadline, activity.user_id), (self.day(3), self.kim)
        )
        self.assertEqual(activity.res_id, self.account.id)
        told = self.finish(self.plan(0, 12), "lead")
        lead = self.env["crm.lead"].browse(told["next_id"])
        self.assertEqual((lead.partner_id, lead.user_id), (self.acme, self.kim))
        told = self.finish(self.plan(0, 14), "quotation")
        self.assertEqual(told["action"]["res_model"], "sale.order")

    def test_told_a_day_later_it_took_place_when_it_was_planned(self):
        visit = self.plan(-1, 10)
        visit.finish_and_plan(
            {
                "outcome": "agreed",
                "started_at": self.at(-1, 10),
                "finished_at": self.at(-1, 11),
            }
        )
        self.assertEqual(fields.Datetime.to_string(visit.finished_at), self.at(-1, 11))

    def test_sent_twice_it_is_done_once(self):
        visit = self.plan()
        command = str(uuid.uuid4())
        first = self.finish(visit, "call", command_id=command)
        self.assertEqual(self.finish(visit, "call", command_id=command), first)
        calls = self.Visit.search_count(
            [("account_id", "=", self.account.id), ("is_call", "=", True)]
        )
        self.assertEqual(calls, 1)

    def test_changed_meanwhile_it_is_refused_and_nothing_is_made(self):
        visit = self.plan()
        version = visit.event_version
        visit.with_user(self.dot).subject = "Another purpose"
        with self.assertRaises(UserError), self.cr.savepoint():
            self.finish(visit, "call", expected_version=version)
        self.assertEqual(visit.state, "planned")
        self.assertFalse(
            self.Visit.search_count(
                [("account_id", "=", self.account.id), ("is_call", "=", True)]
            )
        )

    def test_a_training_says_what_it_asks(self):
        visit = self.plan(kind="training")
        [card] = visit._cards(self.kim)
        self.assertEqual(card["asks"], ["topic", "participants", "material"])
        with self.assertRaises(UserError), self.cr.savepoint():
            visit.finish_and_plan({"topic": "Espresso"})
        visit.finish_and_plan(
            {"topic": "Espresso", "participants": 6, "material": "Leaflets"}
        )
        self.assertEqual((visit.state, visit.participants), ("done", 6))

    def test_wrong_arguments_are_refused_in_a_sentence(self):
        visit = self.plan()
        for wrong in (
            {"results": 3},
            {"results": {"state": "done"}},
            {"results": {"outcome": "x"}},
            {"results": {1: 2}},
            {"next_step": "fly"},
            {"next_step": 5},
            {"next_on": "tomorrow"},
            {"next_step": "visit", "next_on": "2020-01-01"},
            {"expected_version": "x"},
            {"command_id": "x"},
        ):
            arguments = {"results": {"outcome": "agreed"}, **wrong}
            with (
                self.subTest(wrong=str(wrong)),
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                visit.finish_and_plan(**arguments)

    def test_photos_lie_with_the_visit(self):
        visit = self.plan()
        photo = (
            self.env["ir.attachment"]
            .with_user(self.kim)
            .create(
                {
                    "name": "shelf.jpg",
                    "raw": b"x",
                    "res_model": "kam.visit",
                    "res_id": visit.id,
                }
            )
        )
        with self.assertRaises(AccessError):
            photo.with_user(self.lou).read(["name"])
