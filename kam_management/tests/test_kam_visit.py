"""Visits: planned, moved, done; who may, and whom it tells."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import common, visit_case


@tagged("post_install", "-at_install")
class TestKamVisit(visit_case.VisitCase, common.KamCase):
    def test_what_is_known_is_not_typed(self):
        visit = self.visits.create(
            {"account_id": self.account.id, "planned_start": self.at(1, 9)}
        )
        self.assertEqual(visit.user_id, self.anna)
        self.assertEqual(visit.kind_id.code, "visit")
        self.assertEqual(visit.planned_stop, self.at(1, 10))
        self.assertEqual(visit.company_id, self.account.company_id)
        self.assertEqual(visit.plan_status, "draft")
        self.assertFalse(visit.off_plan_kind)

    def test_habits_of_the_account_fill_a_visit(self):
        contact = self.env["res.partner"].create(
            {"name": "Eva", "parent_id": self.account.partner_id.id}
        )
        self.env["kam.account.cadence"].with_user(self.anna).create(
            {
                "account_id": self.account.id,
                "duration_minutes": 45,
                "contact_id": contact.id,
                "place": "Gate 2",
            }
        )
        visit = self.visit()
        self.assertEqual((visit.contact_id, visit.place), (contact, "Gate 2"))
        self.assertEqual(visit.duration, 0.75)

    def test_moved_done_and_on_record(self):
        visit = self.visit(1)
        visit.write({"planned_start": self.at(2, 14)})
        self.assertEqual(visit.planned_stop, self.at(2, 15))
        visit.start()
        visit.finish(outcome="order", result="Ten cases", next_step="Send offer")
        self.assertEqual((visit.state, visit.outcome), ("done", "order"))
        self.assertEqual(
            self.types(visit), ["Completed", "Started", "Rescheduled", "Created"]
        )

    def test_finish_asks_what_the_kind_wants(self):
        visit = self.visit(0)
        with self.assertRaisesRegex(UserError, "Outcome"):
            visit.finish()
        visit.kind_id = self.env["kam.visit.kind"]._by_code("training")
        with self.assertRaisesRegex(UserError, "Topic"):
            visit.finish(outcome="agreed")
        visit.finish(topic="Latte art", participants=6, material="Cups")
        self.assertEqual((visit.state, visit.participants), ("done", 6))

    def test_plan_by_integration_once(self):
        command = "0f5c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a01"
        args = (self.account.id, str(self.at(2, 8)))
        one = self.visits.plan(*args, kind="call", command_id=command)
        self.assertEqual(self.visits.plan(*args, kind="call", command_id=command), one)
        visit = self.visits.browse(one)
        self.assertTrue(visit.is_call)
        self.assertEqual(visit.duration, 0.25)

    def test_no_answer_calls_again(self):
        call = self.visits.browse(
            self.visits.plan(self.account.id, str(self.at(2, 8)), kind="call")
        )
        call.no_answer(str(self.at(3, 10)))
        self.assertEqual((call.planned_start, call.attempts), (self.at(3, 10), 1))
        call.no_answer()
        self.assertEqual((call.state, call.attempts), ("planned", 2))
        with self.assertRaisesRegex(UserError, "for calls"):
            self.visit().no_answer()

    # --------------------------------------------------------------------- doors
    def test_edit_in_a_list_is_an_event_each(self):
        some = self.visit(0) + self.visit(1) + self.visit(2)
        some.write({"planned_start": self.at(4, 8)})
        for visit in some:
            self.assertEqual(self.types(visit), ["Rescheduled", "Created"])
            self.assertEqual(visit.planned_stop, self.at(4, 9))

    def test_import_records_events(self):
        found = self.visits.load(
            ["account_id/.id", "planned_start", "kind_id", "subject"],
            [
                [str(self.account.id), str(self.at(0, 8)), "Visit", "Season"],
                [str(self.other.id), str(self.at(1, 8)), "Call", "Samples"],
            ],
        )
        self.assertFalse(found["messages"], found["messages"])
        made = self.visits.browse(found["ids"])
        self.assertEqual(made.mapped("subject"), ["Season", "Samples"])
        again = self.visits.load(
            [".id", "planned_start"], [[str(made[0].id), str(self.at(3, 8))]]
        )
        self.assertFalse(again["messages"], again["messages"])
        self.assertEqual(self.types(made[0]), ["Rescheduled", "Created"])

    def test_many_in_a_fixed_number_of_queries(self):
        vals = [
            {"account_id": self.account.id, "planned_start": self.at(n % 5, n // 5)}
            for n in range(30)
        ]
        self.visits.create(vals[:1])
        self.env.flush_all()

        def queries(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.visits.create(some)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = queries(vals[:5]), queries(vals[5:25])
        self.assertLess(many, few + 120, "the appointments are Odoo's, the rest fixed")

    # ---------------------------------------------------------------------- others
    def test_only_who_answers_for_the_account_is_sent(self):
        with self.assertRaisesRegex(UserError, "does not answer for"):
            self.visit(user_id=self.ben.id)
        visit = self.visit()
        with self.assertRaisesRegex(UserError, "does not answer for"):
            visit.user_id = self.ben
        visit.user_id = self.helen
        self.assertEqual(visit.user_id, self.helen)

    def test_a_colleague_sees_nothing_of_it(self):
        visit = self.visit(subject="Prices of the season")
        hidden = visit.with_user(self.ben)
        self.assertFalse(hidden.search([("id", "=", visit.id)]))
        with self.assertRaises(AccessError):
            hidden.read(["subject"])
        with self.assertRaises(AccessError):
            hidden.start()
        event = visit.calendar_event_id.with_user(self.ben)
        self.assertEqual(event.read(["name"])[0]["name"], "Busy")

    def test_a_substitute_acts_on_behalf(self):
        visit = self.visit()
        self.env["kam.delegation"].with_user(self.anna).create(
            {
                "substitute_id": self.ben.id,
                "date_to": self.monday,
            }
        )
        visit.with_user(self.ben).write({"planned_start": self.at(3, 9)})
        [last, *_rest] = visit.kam_history()["events"]
        self.assertEqual(
            (last["actor"], last["behalf"]), (self.ben.name, self.anna.name)
        )
        self.assertIn(
            visit.id, [one["id"] for one in self.week_of(self.anna, self.ben)["visits"]]
        )

    def week_of(self, user, reader):
        visits = self.env["kam.visit"].with_user(reader)
        return visits.my_week(user.id, self.monday.isoformat())

    def test_two_move_one_visit(self):
        visit = self.visit()
        visit.with_user(self.helen).write({"planned_start": self.at(1, 9)})
        visit.write({"planned_start": self.at(2, 9)})
        self.assertEqual(self.types(visit), ["Rescheduled", "Rescheduled", "Created"])
        self.assertEqual(visit.planned_start, self.at(2, 9))
        for told in (self.anna, self.helen):
            notice = self.env["mail.message"].search(
                [
                    ("model", "=", "kam.visit"),
                    ("res_id", "=", visit.id),
                    ("partner_ids", "in", told.partner_id.ids),
                ]
            )
            self.assertIn("Visits moved by", notice.subject)

    def test_finishing_what_changed_meanwhile_is_refused(self):
        visit = self.visit()
        seen = visit.event_version
        visit.with_user(self.helen).write({"planned_start": self.at(1, 9)})
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            visit.finish(outcome="agreed", expected_version=seen)
        visit.invalidate_recordset()
        visit.finish(outcome="agreed", expected_version=visit.event_version)
        self.assertEqual(visit.state, "done")

    # ------------------------------------------------------------------- hand-over
    def test_a_hand_over_gives_the_visits_to_come_to_the_new_owner(self):
        visit, past = self.visit(3), self.visit(0)
        past.finish(outcome="agreed")
        self.account.with_user(self.helen).hand_over(
            [{"user_id": self.ben.id}], "Ben takes the north"
        )
        self.assertEqual((visit.user_id, past.user_id), (self.ben, self.anna))
        self.assertEqual(self.types(visit.with_user(self.ben))[0], "Reassigned")
        self.assertTrue(visit.with_user(self.ben).has_access("write"))

    def test_a_hand_over_to_come_moves_the_visits_after_it(self):
        before, after = self.visit(0), self.visit(4)
        self.account.with_user(self.helen).hand_over(
            [{"user_id": self.ben.id}], "Ben takes the north", str(self.at(2).date())
        )
        self.assertEqual((before.user_id, after.user_id), (self.anna, self.ben))

    def test_a_released_account_is_visited_no_more(self):
        visit = self.visit(3)
        self.account.with_user(self.helen).release("Sold to another group")
        self.assertEqual((visit.state, visit.closed_kind), ("cancelled", "released"))

    # -------------------------------------------------------------------- due
    def test_due_after_the_interval_of_the_class_or_its_own(self):
        self.assertEqual(self.account.visit_interval_days, 14)
        self.assertEqual(str(self.account.visit_due_on), "2026-01-01")
        self.visit().finish(outcome="agreed")
        self.account.invalidate_recordset()
        today = self.env.company._kam_today()
        self.assertEqual(self.account.last_visit_on, today)
        self.assertEqual((self.account.visit_due_on - today).days, 14)
        self.account.visit_interval_days = 7
        self.account.invalidate_recordset()
        self.assertEqual((self.account.visit_due_on - today).days, 7)
        self.assertEqual(self.account.visit_overdue_ratio, 0)
        found = self.account.search(
            [("visit_overdue_ratio", ">=", 1)], order="visit_overdue_ratio desc"
        )
        self.assertEqual(found & (self.account + self.other), self.other)

    def test_a_list_of_accounts_costs_one_query_for_all_figures(self):
        accounts = self.account + self.other + self.new_account("Cedar")
        self.env.flush_all()
        accounts.invalidate_recordset()
        with self.assertQueryCount(4):  # the rights, the rows, the figures
            accounts.mapped("visit_due_on")
            accounts.mapped("visit_overdue_ratio")
            accounts.mapped("next_visit_at")

    def test_merged_customers_keep_their_visits_and_one_set_of_habits(self):
        mine, theirs = self.visit(0), self.visit(1, account=self.other)
        week = self.weeks.browse(self.weeks.commit(None, self.monday.isoformat()))
        for account in (self.account, self.other):
            account.visit_interval_days = 9
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        source, target = (one.sudo().partner_id for one in (self.other, self.account))
        wizard._merge((source | target).ids, target)
        self.assertEqual((mine | theirs).account_id, self.account)
        self.assertEqual(week.visit_ids.account_id, self.account)
        self.assertEqual(len(self.account.cadence_ids), 1)
        self.assertEqual(self.types(theirs)[0], "Relinked")
