"""My week, my day, calls: what the screens are told, and what they send."""

import uuid
from datetime import date, datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kam_core.visits import visit as visits
from ..models.kam_given import now
from . import common
from .client_case import ClientCase


class VisitCase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.kim | cls.lou | cls.hal).tz = "Europe/Berlin"
        cls.company.resource_calendar_id.tz = "Europe/Berlin"
        cls.today = cls.company._kam_today()
        cls.acme.write(
            {
                "city": "Berlin",
                "street": "Market 1",
                "phone": "+49 30 901820",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        # since before the days that tests freeze
        since = (date(2020, 1, 1) - cls.today).days
        cls.account = cls.designate(cls.acme, cls.kim, days=since)
        cls.other = cls.designate(cls.bolt, cls.lou, days=since, letter="B")
        cls.Visit = cls.env["kam.visit"]

    @classmethod
    def at(cls, days, hour, zone="Europe/Berlin"):
        """Return a moment of a day from today, as Odoo stores it."""
        local = datetime.combine(cls.day(days), datetime.min.time())
        local = pytz.timezone(zone).localize(local + timedelta(hours=hour))
        return fields.Datetime.to_string(local.astimezone(pytz.utc))

    @classmethod
    def plan(cls, days=0, hour=10, account=None, user=None, kind=None):
        user = user or cls.kim
        account = account or cls.account
        return cls.Visit.with_user(user).browse(
            cls.Visit.with_user(user).plan(account.id, cls.at(days, hour), kind=kind)
        )


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
class TestKamWeekMail(VisitCase, common.KamCase):
    MONDAY = "2026-03-30 06:00:00"  # after the clocks changed: 8:00 in Berlin

    def send(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("kam_management.ir_cron_kam_week_mail").method_direct_trigger()
        return self.env["mail.mail"].search([("model", "=", "res.users")])

    def test_on_monday_morning_once_to_those_who_wish_it(self):
        self.kim.with_user(self.kim).kam_week_mail = True
        with freeze_time("2026-03-25 08:00:00"):
            self.Visit.with_user(self.kim).plan(self.account.id, "2026-03-31 07:00:00")
        before = self.env["mail.mail"].search([("model", "=", "res.users")])
        self.assertEqual(self.send("2026-03-29 22:30:00") - before, before.browse())
        mails = self.send(self.MONDAY) - before
        self.assertEqual(mails.mapped("res_id"), self.kim.ids)
        self.assertIn("9:00", mails.body_html)
        self.assertIn("Acme", mails.body_html)
        self.assertIn("+49 30 901820", mails.body_html)
        self.assertIn("Tuesday, 31 March", mails.body_html)
        self.assertEqual(self.send("2026-03-30 09:00:00"), mails | before)

    def test_in_the_time_zone_of_the_recipient(self):
        self.kim.write({"tz": "Asia/Bangkok", "kam_week_mail": True})
        with freeze_time("2026-03-29 23:00:00"):  # Monday 6:00 in Bangkok
            self.Visit.with_user(self.kim).plan(self.account.id, "2026-03-31 07:00:00")
            plan = self.kim._kam_week_plan()
            self.assertTrue(self.kim._kam_week_mail_due())
        [visit] = plan["days"][0]["visits"]
        self.assertIn("2:00", visit["hour"])

    def test_a_copy_sends_nothing(self):
        cron = self.env.ref("kam_management.ir_cron_kam_week_mail")
        from odoo.modules.neutralize import get_neutralization_queries

        for query in get_neutralization_queries(["kam_management"]):
            self.cr.execute(query)
        cron.invalidate_recordset()
        self.assertFalse(cron.active)


@tagged("post_install", "-at_install")
class TestKamVisitImport(VisitCase, common.KamCase):
    def test_visits_come_from_a_workbook(self):
        import io

        import xlsxwriter

        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        sheet = book.add_worksheet()
        rows = [
            ("Account", "Begins", "Ends", "Kind", "Purpose"),
            ("Acme", "2027-03-01 09:00:00", "2027-03-01 10:00:00", "Visit", "Tea"),
            ("Acme", "2027-03-02 09:00:00", "2027-03-02 09:15:00", "Call", "Price"),
        ]
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        book.close()
        wizard = (
            self.env["base_import.import"]
            .with_user(self.kim)
            .create(
                {
                    "res_model": "kam.visit",
                    "file": stream.getvalue(),
                    "file_name": "visits.xlsx",
                    "file_type": "application/vnd.openxmlformats-officedocument"
                    ".spreadsheetml.sheet",
                }
            )
        )
        names = ["account_id", "planned_start", "planned_stop", "kind_id", "subject"]
        result = wizard.execute_import(
            names, list(rows[0]), {"has_headers": True, "quoting": '"'}
        )
        self.assertFalse(result["messages"])
        visits = self.Visit.browse(result["ids"])
        self.assertEqual(visits.mapped("subject"), ["Tea", "Price"])
        self.assertEqual(visits.account_id, self.account)
        self.assertEqual(visits.user_id, self.kim)
        for visit in visits:
            events = [row["type"] for row in visit.kam_history()["events"]]
            self.assertIn("Created", str(events))


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


@tagged("post_install", "-at_install")
class TestKamDayTour(VisitCase, common.KamHttpCase):
    browser_size = "390x844"
    touch_enabled = True

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
