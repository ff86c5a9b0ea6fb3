"""Visits: planned, moved, done; who may; what the calendar and the week know of it."""

from odoo.exceptions import UserError
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

    def test_moved_done_and_on_record(self):
        visit = self.visit(1)
        visit.write({"planned_start": self.at(2, 14)})
        self.assertEqual(visit.planned_stop, self.at(2, 15))
        visit.start()
        visit.finish(outcome="order", result="Ten cases", next_step="Send offer")
        self.assertEqual((visit.state, visit.outcome), ("done", "order"))
        titles = [one["type"] for one in visit.kam_history()["events"]]
        self.assertEqual(titles, ["Completed", "Started", "Rescheduled", "Created"])

    def test_finish_asks_what_the_kind_wants(self):
        visit = self.visit(0)
        with self.assertRaisesRegex(UserError, "Outcome"):
            visit.finish()
