"""A week: generated, accepted, committed, kept or not; who is away, and where."""

import json
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.kam_management.models import kam_visit_missed, kam_week

from . import common, visit_case


@tagged("post_install", "-at_install")
class TestKamWeek(visit_case.VisitCase, common.KamCase):
    def generate(self, user=None):
        return self.weeks.generate(user.ids if user else None, self.monday.isoformat())

    # ------------------------------------------------------------------ generate
    def test_generated_accepted_committed(self):
        before = self.env["kam.visit"].search_count([])
        plan = self.generate()
        self.assertEqual(
            {one["account_id"] for one in plan["proposals"]},
            {self.account.id, self.other.id},
        )
        self.assertEqual(self.generate(), plan, "the same input, the same plan")
        self.assertEqual(self.env["kam.visit"].search_count([]), before)
        json.dumps(plan)
        accepted = self.weeks.accept(plan["proposals"])
        self.assertEqual(len(accepted["created"]), 2)
        self.assertFalse(self.generate()["proposals"], "who has a visit is not due")
        again = self.weeks.accept(plan["proposals"])
        self.assertEqual((again["created"], len(again["skipped"])), ([], 2))
        week = self.commit()
        self.assertEqual((week.state, week.committed_count), ("committed", 2))
        made = self.visits.browse(accepted["created"])
        self.assertEqual(set(made.mapped("plan_status")), {"committed"})
        self.assertEqual(week.visit_ids.mapped("version"), made.mapped("event_version"))

    def test_busy_times_time_off_and_working_hours_are_kept(self):
        accounts = self.account + self.other
        for n in range(8):
            accounts += self.new_account(f"Elm {n}", city=f"Town {n % 4}")
        busy = self.env["calendar.event"].create(
            {
                "name": "Round of the team",
                "start": self.at(0, 6),
                "stop": self.at(0, 18),
                "partner_ids": [Command.set(self.anna.partner_id.ids)],
            }
        )
        self.env["calendar.event"].create(
            {
                "name": "Trade fair",
                "allday": True,
                "start_date": self.at(1).date(),
                "stop_date": self.at(1).date(),
                "partner_ids": [Command.set(self.anna.partner_id.ids)],
            }
        )
        calendar = self.env.company.resource_calendar_id
        calendar.tz = "Europe/Berlin"
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Public holiday",
                "calendar_id": calendar.id,
                "date_from": self.at(2, 0),
                "date_to": self.at(2, 23),
            }
        )
        plan = self.generate()
        starts = [
            datetime.fromisoformat(one["planned_start"]) for one in plan["proposals"]
        ]
        self.assertEqual(len(starts), len(accounts))
        self.assertEqual(
            {one.date() for one in starts}, {self.at(3).date(), self.at(4).date()}
        )
        for one in starts:
            self.assertIn(one.hour, range(6, 17))
        busy.show_as = "free"
        days = {one["planned_start"][:10] for one in self.generate()["proposals"]}
        self.assertIn(str(self.at(0).date()), days)

    def test_nothing_is_proposed_into_the_past(self):
        """On Tuesday at noon the morning is over."""
        noon = self.at(1, 11).replace(tzinfo=timezone.utc)
        with freeze_time(noon):
            plan = self.generate()
        starts = [one["planned_start"] for one in plan["proposals"]]
        self.assertEqual(len(starts), 2)
        self.assertGreaterEqual(min(starts), str(self.at(1, 11)))

    def test_an_account_handed_over_in_the_week_is_planned_for_whom_it_is(self):
        self.team.member_ids += self.ben
        self.account.with_user(self.helen).hand_over(
            [{"user_id": self.ben.id}], "Ben knows them", str(self.at(3).date())
        )
        days = {
            user: [
                one["planned_start"][:10]
                for one in self.weeks.with_user(self.helen).generate(
                    user.ids, str(self.monday)
                )["proposals"]
                if one["account_id"] == self.account.id
            ]
            for user in (self.anna, self.ben)
        }
        self.assertLess(max(days[self.anna]), str(self.at(3).date()))
        self.assertGreaterEqual(min(days[self.ben]), str(self.at(3).date()))
        both = self.weeks.with_user(self.helen).generate(
            (self.anna + self.ben).ids, str(self.monday)
        )
        found = [one["account_id"] for one in both["proposals"]]
        self.assertEqual(found.count(self.account.id), 1)

    def test_a_visit_late_on_sunday_is_of_the_week_before(self):
        """Sunday 23:30 in Berlin: the account has no visit in the week after."""
        interval = self.account.visit_interval_days
        self.env["kam.account.cadence"].create(
            {"account_id": self.account.id, "interval_days": 1}
        )
        self.assertGreater(interval, 1)
        self.visits.create(
            {
                "account_id": self.account.id,
                "planned_start": self.at(-1, 20),
                "planned_stop": self.at(-1, 21),
            }
        )
        ids = {one["account_id"] for one in self.generate()["proposals"]}
        self.assertIn(self.account.id, ids)

    def test_the_first_free_time_of_a_day_that_somebody_chose(self):
        calendar = self.env.company.resource_calendar_id
        calendar.tz = "Europe/Berlin"
        monday = str(self.monday)
        slot = self.weeks.first_free(self.account.id, monday)
        self.assertEqual(slot["planned_start"][:10], monday)
        self.visits.plan(self.account.id, slot["planned_start"])
        after = self.weeks.first_free(self.account.id, monday)
        self.assertGreater(after["planned_start"], slot["planned_stop"])
        sunday = str(self.at(6).date())
        self.assertFalse(self.weeks.first_free(self.account.id, sunday))
        with self.assertRaises(AccessError):
            self.weeks.with_user(self.ben).first_free(self.account.id, monday)
        for wrong in (None, "x", [], 10**9, 2**70, True):
            with self.assertRaises(UserError):
                self.weeks.first_free(wrong, monday)
            if wrong is not None:
                with self.assertRaises(UserError):
                    self.weeks.first_free(self.account.id, wrong)

    def test_own_time_off_is_that_of_the_resource(self):
        resource = self.env["resource.resource"].create(
            {
                "name": "Anna",
                "user_id": self.anna.id,
                "calendar_id": self.env.company.resource_calendar_id.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": self.at(0, 0),
                "date_to": self.at(6, 23),
            }
        )
        plan = self.generate()
        self.assertFalse(plan["proposals"])
        self.assertEqual({one["cause"] for one in plan["left"]}, {"no_time"})

    def test_a_manager_in_bangkok_and_one_in_berlin(self):
        """Nine to five where they are, in a week in which Berlin's clocks change."""
        plans = {}
        for zone in ("Asia/Bangkok", "Europe/Berlin"):
            user = new_test_user(
                self.env,
                f"week_{zone}",
                groups="kam_management.group_kam_user",
                tz=zone,
            )
            self.team.member_ids += user
            account = self.new_account(zone, owner=user)
            self.env["kam.account.cadence"].create(
                {
                    "account_id": account.id,
                    "monday": False,
                    "tuesday": False,
                    "wednesday": False,
                    "thursday": False,
                    "friday": False,
                    "sunday": True,
                    "hour_from": 9,
                    "hour_to": 11,
                }
            )
            plans[zone] = (user, account)
        calendar = self.env.company.resource_calendar_id
        self.env["resource.calendar.attendance"].create(
            {
                "name": "Sunday",
                "calendar_id": calendar.id,
                "dayofweek": "6",
                "hour_from": 8,
                "hour_to": 17,
                "day_period": "morning",
            }
        )
        weeks = self.env["kam.week"].with_user(self.helen)
        # 28 March 2027 is the Sunday on which Berlin goes to summer time
        for zone, hour in (("Asia/Bangkok", 2), ("Europe/Berlin", 7)):
            user, account = plans[zone]
            [one] = weeks.generate(user.ids, "2027-03-22")["proposals"]
            self.assertEqual(one["account_id"], account.id)
            self.assertEqual(one["planned_start"], f"2027-03-28 {hour:02}:00:00")
            weeks.accept([one])
            [week] = weeks.browse(weeks.commit(user.ids, "2027-03-22"))
            self.assertEqual(week.committed_count, 1)

    def test_a_head_plans_for_the_team_nobody_for_others(self):
        plan = self.env["kam.week"].with_user(self.helen)
        found = plan.generate((self.anna + self.ben).ids, self.monday.isoformat())
        self.assertEqual({one["user_id"] for one in found["proposals"]}, {self.anna.id})
        with self.assertRaises(AccessError):
            self.weeks.with_user(self.ben).generate(self.anna.ids)
        with self.assertRaises(AccessError):
            self.weeks.with_user(self.ben).commit(
                self.anna.ids, self.monday.isoformat()
            )

    def test_accounts_of_another_head_are_not_told(self):
        hidden = self.new_account("Hidden")
        stranger = new_test_user(
            self.env, "week_stranger", groups="kam_management.group_kam_head"
        )
        hidden.sudo().write({"head_id": stranger.id, "team_id": False})
        plan = self.env["kam.week"].with_user(self.helen)
        found = plan.generate(self.anna.ids, self.monday.isoformat())
        ids = {one["account_id"] for one in found["proposals"]}
        self.assertEqual(ids, {self.account.id, self.other.id})
        self.assertIn(
            hidden.id, [one["account_id"] for one in self.generate()["proposals"]]
        )

    def test_fixed_queries_whatever_the_number_of_accounts(self):
        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.generate()
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for n in range(10):
            self.new_account(f"Fir {n}")
        self.env.flush_all()
        self.assertLessEqual(queries(), few + 2)

    # -------------------------------------------------------------------- commit
    def test_after_the_commitment_a_move_takes_a_reason_and_counts(self):
        visit = self.visit(1)
        week = self.commit()
        with self.assertRaisesRegex(UserError, "week of this visit is committed"):
            visit.write({"planned_start": self.at(2, 9)})
        visit.move(str(self.at(2, 9)), reason="Customer is ill")
        visit.write(
            {"planned_start": self.at(3, 9), "change_reason": "Customer is ill"}
        )
        self.assertEqual((visit.replans, visit.plan_status), (2, "committed"))
        with self.assertRaisesRegex(UserError, "committed"):
            visit.unlink()
        week.invalidate_recordset()
        self.assertEqual((week.moved_count, week.committed_count), (1, 1))
        self.assertEqual(week.visit_ids.planned_start, self.at(1, 9))
        with self.assertRaisesRegex(UserError, "committed already"):
            self.commit()
        visit.planned_stop = self.at(3, 11)
        self.assertEqual(visit.replans, 2, "a longer visit is no re-plan")

    def test_off_plan_and_adherence_the_same_after_a_rebuild(self):
        kept, missed, moved = self.visit(0), self.visit(1), self.visit(2)
        week = self.commit()
        late = self.visit(3, account=self.other, off_plan_kind="complaint")
        self.assertEqual(late.plan_status, "off_plan")
        with self.assertRaisesRegex(UserError, "Off-plan reason"):
            self.visit(3, 14, off_plan_kind="other")
        moved.move(str(self.at(8, 9)), reason="Closed this week")
        self.assertEqual(moved.plan_status, "draft", "the next week is not committed")
        self.finish_at(kept, self.at(0, 10))
        self.finish_at(late, self.at(3, 10))
        self.finish_at(moved, self.at(8, 10))
        with self.clock(self.at(14)):
            self.run_missed()
        self.assertEqual(missed.state, "missed")
        figures = self.figures(week)
        self.assertEqual(
            figures,
            {
                "committed_count": 3,
                "done_count": 1,
                "moved_count": 1,
                "missed_count": 1,
                "off_plan_count": 1,
                "adherence": round(1 / 3, 4),
            },
        )
        for name in ("kam.visit", "kam.week"):
            self.env["kam.projector"]._rebuild(name)
        self.env.invalidate_all()
        self.assertEqual(self.figures(week), figures)

    def figures(self, week):
        week.invalidate_recordset()
        return {
            name: round(week[name], 4)
            for name in (
                "committed_count",
                "done_count",
                "moved_count",
                "missed_count",
                "off_plan_count",
                "adherence",
            )
        }

    def finish_at(self, visit, moment):
        with self.clock(moment):
            visit.finish(outcome="agreed", participants=None)

    def run_missed(self):
        # a test commits nothing; whatever is found fits into one batch
        with (
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=1),
            patch.object(kam_visit_missed, "retrying", lambda act, _env: act()),
        ):
            self.env["kam.visit"]._cron_missed()

    def clock(self, moment):
        """Let it be another time for the commands of visits."""
        aware = kam_week._aware(moment)
        stack = patch.multiple(
            "odoo.addons.kam_management.models.kam_visit_actions", now=lambda: aware
        )
        missed = patch.object(kam_visit_missed, "now", lambda: aware)

        class Both:
            def __enter__(self):
                stack.start()
                missed.start()

            def __exit__(self, *_error):
                stack.stop()
                missed.stop()

        return Both()

    def test_moved_into_a_committed_week_is_off_plan(self):
        visit, there = self.visit(8), self.visit(0)
        self.commit()
        visit.write({"planned_start": self.at(1, 9)})
        self.assertEqual(
            (visit.plan_status, there.plan_status), ("off_plan", "committed")
        )
        there.move(str(self.at(9, 9)), reason="Closed")
        there.write({"planned_start": self.at(0, 9)})
        self.assertEqual(there.plan_status, "committed", "back where it was promised")

    def test_taken_back_before_it_begins(self):
        visit = self.visit(0)
        week = self.commit()
        with self.assertRaisesRegex(UserError, "Reason"):
            week.withdraw("")
        week.withdraw("Sick leave", expected_version=week.event_version)
        self.assertEqual((week.state, visit.plan_status), ("open", "draft"))
        self.assertFalse(week.visit_ids)
        self.commit()
        self.assertEqual(visit.plan_status, "committed")

    def test_a_plan_is_written_by_no_other_way(self):
        week = self.visit(0) and self.commit()
        for vals in ({"state": "open"}, {"monday": "2026-01-05"}):
            with self.assertRaises(UserError):
                week.write(vals)
        with self.assertRaises(AccessError):
            week.visit_ids.write({"planned_start": self.at(1)})
        with self.assertRaises(UserError):
            week.sudo().visit_ids.unlink()

    # -------------------------------------------------------------------- missed
    def test_missed_by_the_end_of_its_day_where_the_manager_is(self):
        self.env.company.kam_visit_grace_hours = 12
        self.anna.tz = "Asia/Bangkok"
        visit = self.visit(0, 16)  # 23:00 in Bangkok, ends at midnight
        grace = self.at(1, 5)  # noon of the next day in Bangkok
        with self.clock(grace - timedelta(minutes=1)):
            self.run_missed()
        self.assertEqual(visit.state, "planned")
        with self.clock(grace):
            self.run_missed()
        self.assertEqual(visit.state, "missed")
        self.assertEqual(self.types(visit), ["Missed", "Created"])

    def test_an_absence_is_not_missed(self):
        mine, others = self.visit(0), self.visit(1)
        resource = self.env["resource.resource"].create(
            {
                "name": "Anna",
                "user_id": self.anna.id,
                "calendar_id": self.env.company.resource_calendar_id.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "resource_id": resource.id,
                "date_from": self.at(0, 6),
                "date_to": self.at(0, 20),
            }
        )
        week = self.commit()
        with self.clock(self.at(10)):
            self.run_missed()
        self.assertEqual((mine.state, mine.closed_kind), ("cancelled", "absence"))
        self.assertEqual(others.state, "missed")
        week.invalidate_recordset()
        self.assertEqual((week.excused_count, week.missed_count), (1, 1))

    def test_a_missed_visit_that_took_place_is_told_later(self):
        visit = self.visit(0)
        week = self.commit()
        with self.clock(self.at(6)):
            self.run_missed()
            visit.finish(
                outcome="agreed",
                started_at=str(self.at(0, 9)),
                finished_at=str(self.at(0, 10)),
            )
        week.invalidate_recordset()
        self.assertEqual(week.done_count, 1)
        [told, *_rest] = visit.kam_history()["events"]
        self.assertEqual(told["effective_at"], str(self.at(0, 10)))

    def test_reminders_of_the_day(self):
        self.env.company.root_id.kam_visit_remind = True
        visit = self.visit(0)
        with self.clock(self.at(0, 5)):
            self.env["kam.visit"]._cron_remind()
            self.env["kam.visit"]._cron_remind()
        self.assertEqual(len(visit.activity_ids), 1)
        self.assertEqual(visit.activity_ids.user_id, self.anna)
        visit.finish(outcome="agreed")
        self.assertFalse(visit.activity_ids)

    # -------------------------------------------------------------------- screens
    def test_my_week_and_my_day(self):
        visit = self.visit(0)
        week = self.visits.my_week(None, self.monday.isoformat())
        self.assertEqual([one["id"] for one in week["visits"]], visit.ids)
        self.assertEqual([one["account_id"] for one in week["due"]], self.other.ids)
        self.assertTrue(week["week"]["may_commit"])
        day = self.visits.my_day(str(self.at(0).date()))
        self.assertEqual([one["id"] for one in day["visits"]], visit.ids)
        json.dumps([week, day])

    def test_team_board(self):
        self.visit(0)
        done = self.visit(1)
        self.commit()
        self.finish_at(done, self.at(1, 10))
        board = self.env["kam.visit"].with_user(self.helen)
        args = (str(self.at(0).date()), str(self.at(6).date()))
        [row] = board.team_board(*args)["rows"]
        self.assertEqual(row["user_id"], self.anna.id)
        counts = {name: row[name] for name in ("visits", "done", "committed", "kept")}
        self.assertEqual(counts, {"visits": 2, "done": 1, "committed": 2, "kept": 1})
        self.assertEqual(row["adherence"], 0.5)
        self.assertFalse(board.with_user(self.ben).team_board(*args)["rows"])
        self.assertEqual(len(board.team_board(*args, self.team.id)["rows"]), 1)
        with self.assertRaisesRegex(UserError, "not before"):
            board.team_board(*reversed(args))

    def test_a_day_of_two_zones(self):
        """The same moment is Monday for one manager and Sunday for another."""
        self.anna.tz = "America/Los_Angeles"
        start = self.at(0, 3)
        visit = self.visits.create(
            {"account_id": self.account.id, "planned_start": start}
        )
        week = self.visits.my_week(None, self.monday.isoformat())
        self.assertFalse(week["visits"], "still Sunday evening there")
        before = (self.monday - timedelta(days=7)).isoformat()
        self.assertEqual(
            [one["id"] for one in self.visits.my_week(None, before)["visits"]],
            visit.ids,
        )
        self.assertEqual(date.fromisoformat(before).weekday(), 0)
