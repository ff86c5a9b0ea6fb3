"""Visits where things are odd: no working hours, odd texts, people and days."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import common, visit_case

BERLIN = ZoneInfo("Europe/Berlin")


@tagged("post_install", "-at_install")
class TestKamVisitEdges(visit_case.VisitCase, common.KamCase):
    def hours(self):
        """Return the local hours at which the week is proposed."""
        plan = self.weeks.generate(None, self.monday.isoformat())
        moments = [
            datetime.fromisoformat(one["planned_start"]).replace(tzinfo=timezone.utc)
            for one in plan["proposals"]
        ]
        self.assertEqual(len(moments), 2)
        return [moment.astimezone(BERLIN).hour for moment in moments]

    # ------------------------------------------------------------ working hours
    def test_a_manager_without_working_hours(self):
        """Neither manager nor company has any: nine to five."""
        self.env.company.resource_calendar_id = False
        for hour in self.hours():
            self.assertIn(hour, range(9, 17))

    def test_who_works_when_they_like_is_not_sent_at_midnight(self):
        self.env.company.resource_calendar_id.tz = "Europe/Berlin"
        self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id, "calendar_id": False}
        )
        for hour in self.hours():
            self.assertIn(hour, range(7, 18))

    def test_no_class_no_cadence_no_proposal(self):
        partner = self.env["res.partner"].create({"name": "Elm", "is_company": True})
        account = (
            self.env["kam.account"]
            .with_user(self.anna)
            .create({"partner_id": partner.id})
        )
        ids = {
            one["account_id"]
            for one in self.weeks.generate(None, self.monday.isoformat())["proposals"]
        }
        self.assertNotIn(account.id, ids)
        self.assertFalse(account.visit_due_on)
        self.assertEqual(account.visit_overdue_ratio, 0)

    # --------------------------------------------------------------- odd input
    def test_texts_of_others_are_shown_as_text(self):
        bad = "<img src=x onerror=alert(1)>"
        visit = self.visit(0, subject=bad)
        visit.with_user(self.helen).write({"planned_start": self.at(1)})
        [told] = self.env["mail.message"].search(
            [("partner_ids", "in", self.anna.partner_id.ids)], limit=1
        )
        self.assertNotIn("<img", told.body)
        self.assertIn("&lt;img", told.body)
        visit.finish(outcome="order", result=bad + "x" * 200_000)
        self.assertEqual(len(visit.result), 200_000 + len(bad))
        for wrong in ("a\x00b", 5, ["x"]):
            with self.assertRaises(UserError):
                self.visit(2, 14).finish(outcome="order", result=wrong)

    def test_wrong_input_in_the_form_is_refused_in_a_sentence(self):
        for vals, words in (
            ({"planned_stop": self.at(0, 8)}, "Ends"),
            ({"planned_stop": self.at(0) + timedelta(days=15)}, "14 days"),
            ({"planned_start": False}, "Begins"),
            ({"state": "done"}, "Finish"),
            ({"contact_id": self.helen.partner_id.id}, "Contact person"),
            ({"user_id": self.ben.id}, "does not answer"),
            ({"participant_ids": [Command.set(self.helen.partner_id.ids)]}, "people"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, words):
                self.visit(**{"day": 0, **vals})
        visit = self.visit(0)
        for vals, words in (
            ({"planned_stop": self.at(0, 8)}, "Ends"),
            ({"account_id": self.other.id}, "Account"),
            ({"kind_id": False}, "Kind|kind"),
            ({"user_id": False}, "manager"),
            ({"finished_at": self.at(0)}, "Finish"),
            ({"latitude": 5.0}, "Start"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, words):
                visit.write(vals)

    def test_over_midnight_and_in_the_hour_that_is_not(self):
        """A dinner until one o'clock; half past two as summer time begins."""
        visit = self.visit(0, 21, planned_stop=self.at(1, 1))
        self.assertEqual(visit.duration, 4)
        week = self.visits.screen_week(monday=self.monday.isoformat())
        self.assertIn(visit.id, [one["id"] for one in week["visits"]])
        day = self.visits.screen_day(day=str(self.at(0).date()))
        self.assertEqual([one["id"] for one in day["visits"]], visit.ids)
        gap = datetime(2027, 3, 28, 2, 30, tzinfo=BERLIN).astimezone(timezone.utc)
        ghost = self.visits.browse(
            self.visits.plan(self.account.id, gap.strftime("%Y-%m-%d %H:%M:%S"))
        )
        self.assertEqual(ghost._local_day().isoformat(), "2027-03-28")

    # ------------------------------------------------------------------- people
    def test_a_substitute_works_the_day_of_the_absent(self):
        visit = self.visit(0)
        today = self.env.company._kam_today()
        self.env["kam.delegation"].with_user(self.helen).create(
            {
                "user_id": self.anna.id,
                "substitute_id": self.ben.id,
                "date_from": today,
                "date_to": today + timedelta(days=30),
                "reason": "Holiday",
            }
        )
        ben = self.env["kam.visit"].with_user(self.ben)
        monday = str(self.monday)
        [card] = ben.screen_day(day=monday)["visits"]
        self.assertEqual((card["id"], card["behalf"]), (visit.id, self.anna.name))
        users = ben.screen_week(monday=monday)["users"]
        self.assertIn(self.anna.id, [one["id"] for one in users])
        [planned] = [one for one in users if one["id"] == self.anna.id]
        self.assertEqual((planned["planned"], planned["committed"]), (1, False))
        weeks = self.env["kam.week"].with_user(self.ben)
        weeks.commit(self.anna.ids, monday)
        week = ben.screen_week(self.anna.id, monday)
        self.assertEqual(week["week"]["state"], "committed")
        self.assertTrue(week["week"]["may_withdraw"])
        ben.browse(visit.id).finish(outcome="order")
        [last, *_rest] = visit.kam_history()["events"]
        self.assertEqual(last["type"], "Completed")
        self.assertIn(self.anna.name, str(last))

    def test_several_managers_one_of_them_a_stranger(self):
        zoe = new_test_user(
            self.env, "zoe", groups="kam_management.group_kam_user", tz="UTC"
        )
        head = self.visits.with_user(self.helen)
        found = head.screen_proposals(
            monday=str(self.monday), user_ids=(self.anna + self.ben).ids
        )
        self.assertEqual({one["user_id"] for one in found["proposals"]}, {self.anna.id})
        with self.assertRaises(AccessError):
            head.screen_proposals(
                monday=str(self.monday), user_ids=(self.anna + zoe).ids
            )
        for wrong in ("x", [[1]], {"a": 1}, 7):
            with self.assertRaises(UserError):
                head.screen_proposals(user_ids=wrong)

    def test_the_customer_archived_or_released_is_not_proposed(self):
        self.other.with_user(self.helen).release("Closed down")
        self.account.sudo().partner_id.active = False
        plan = self.weeks.generate(None, self.monday.isoformat())
        self.assertEqual((plan["proposals"], plan["left"]), ([], []))
        with self.assertRaisesRegex(UserError, "former"):
            self.visit(0, account=self.other)

    def test_an_account_of_another_company_is_no_part_of_this_week(self):
        there = self.env["res.company"].create({"name": "Elsewhere"})
        self.anna.company_ids += there
        self.helen.company_ids += there
        partner = self.env["res.partner"].create({"name": "Far", "is_company": True})
        ids = (
            self.env["kam.account"]
            .with_user(self.helen)
            .with_company(there)
            .designate(
                partner.ids, "A", "Large", "2026-01-01", [{"user_id": self.anna.id}]
            )
        )
        monday = str(self.monday)
        here = {
            one["account_id"] for one in self.weeks.generate(None, monday)["proposals"]
        }
        self.assertFalse(here & set(ids))
        weeks = self.weeks.with_context(
            allowed_company_ids=(there + self.env.company).ids
        )
        found = weeks.generate(None, monday)["proposals"]
        self.assertEqual([one["account_id"] for one in found], ids)
        accepted = weeks.accept(found)
        visit = self.visits.browse(accepted["created"]).with_context(
            allowed_company_ids=(there + self.env.company).ids
        )
        self.assertEqual(visit.company_id, there)
        [week] = weeks.browse(weeks.commit(None, monday))
        self.assertEqual((week.company_id, week.committed_count), (there, 1))
        self.assertFalse(
            self.weeks.search([("user_id", "=", self.anna.id), ("monday", "=", monday)])
            - week
        )
