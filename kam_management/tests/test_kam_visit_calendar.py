"""A visit and its appointment: moved there, moved here; no loop, no doubles."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from . import common, visit_case


@tagged("post_install", "-at_install")
class TestKamVisitCalendar(visit_case.VisitCase, common.KamCase):
    def events(self):
        return self.env["calendar.event"].with_context(active_test=False)

    def mine(self, visit):
        return visit.calendar_event_id.with_user(self.anna)

    def test_an_ordinary_private_appointment(self):
        before = self.events().search_count([])
        visit = self.visit(0, subject="Season")
        self.assertEqual(self.events().search_count([]), before + 1)
        event = self.mine(visit)
        self.assertEqual((event.start, event.stop), (self.at(0, 9), self.at(0, 10)))
        self.assertEqual(event.user_id, self.anna)
        self.assertEqual(event.partner_ids, self.anna.partner_id)
        self.assertEqual(event.privacy, "private")
        self.assertEqual((event.res_model, event.res_id), ("kam.visit", visit.id))
        self.assertFalse(visit.activity_ids, "the visit itself is the plan")

    def test_moved_there_is_moved_here_and_back(self):
        visit = self.visit(0)
        version = visit.event_version
        self.mine(visit).write({"start": self.at(1, 14), "stop": self.at(1, 16)})
        self.assertEqual(visit.planned_start, self.at(1, 14))
        self.assertEqual(visit.duration, 2)
        visit.invalidate_recordset()
        self.assertEqual(visit.event_version, version + 1, "once, no echo")
        visit.write({"planned_start": self.at(2, 9)})
        self.assertEqual(self.mine(visit).start, self.at(2, 9))
        visit.invalidate_recordset()
        self.assertEqual(visit.event_version, version + 2)

    def test_a_committed_one_moved_there_counts_without_a_reason(self):
        visit = self.visit(0)
        week = self.commit()
        self.mine(visit).write({"start": self.at(1, 9), "stop": self.at(1, 10)})
        self.assertEqual((visit.replans, visit.change_reason), (1, False))
        [last, *_rest] = visit.kam_history()["events"]
        self.assertIn({"label": "Moved in", "value": "calendar"}, last["notes"])
        week.invalidate_recordset()
        self.assertEqual(week.moved_count, 1)

    def test_deleted_there_is_asked_here(self):
        visit = self.visit(0)
        self.mine(visit).unlink()
        self.assertEqual((visit.state, visit.calendar_asked), ("planned", True))
        self.assertEqual(visit.activity_ids.user_id, self.anna)
        self.assertFalse(visit.calendar_event_id)
        visit.write({"planned_start": self.at(1, 9)})
        self.assertFalse(visit.calendar_event_id, "nothing comes back unasked")
        visit.action_put_back()
        self.assertEqual(self.mine(visit).start, self.at(1, 9))
        self.assertFalse(visit.calendar_asked)

    def test_archived_there_is_asked_here(self):
        visit = self.visit(0)
        self.mine(visit).action_archive()
        self.assertTrue(visit.calendar_asked)

    def test_cancelled_here_is_gone_there(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        visit.cancel("Customer is ill", "customer")
        self.assertFalse(event.exists())
        self.assertFalse(visit.calendar_asked)
        self.assertFalse(visit.activity_ids)
        visit.reopen("Well again")
        self.assertTrue(visit.calendar_event_id)

    def test_deleted_here_is_gone_there(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        visit.unlink()
        self.assertFalse(event.exists())

    def test_what_is_over_is_not_moved_there(self):
        visit = self.visit(0)
        visit.finish(outcome="agreed")
        event = self.mine(visit)
        event.write({"start": self.at(3, 9), "stop": self.at(3, 10)})
        self.assertEqual((visit.state, visit.planned_start), ("done", self.at(0, 9)))

    def test_what_cannot_be_is_put_back(self):
        visit = self.visit(0)
        self.mine(visit).write({"start": self.at(0, 9), "stop": self.at(20, 9)})
        self.assertEqual(visit.planned_stop, self.at(0, 10))
        self.assertEqual(self.mine(visit).stop, self.at(0, 10))

    def test_another_manager_takes_the_appointment_over(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        colleague = self.env["res.partner"].create({"name": "Interpreter"})
        self.mine(visit).write({"partner_ids": [Command.link(colleague.id)]})
        visit.user_id = self.helen
        event = event.sudo()
        self.assertEqual(event.user_id, self.helen)
        self.assertEqual(event.partner_ids, self.helen.partner_id | colleague)

    def test_the_customer_is_invited_only_if_ticked(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Eva",
                "email": "eva@example.com",
                "parent_id": self.account.partner_id.id,
            }
        )
        visit = self.visit(0, contact_id=contact.id)
        self.assertNotIn(contact, self.mine(visit).partner_ids)
        visit.invite_contact = True
        self.assertIn(contact, self.mine(visit).partner_ids)
        visit.invite_contact = False
        self.assertNotIn(contact, self.mine(visit).partner_ids)

    def test_made_recurrent_there_one_stays_the_visit(self):
        visit = self.visit(0)
        event = self.mine(visit)
        event.write(
            {
                "recurrency": True,
                "rrule_type": "weekly",
                "event_tz": "UTC",
                "interval": 1,
                "count": 3,
                "end_type": "count",
                "mon": True,
                "recurrence_update": "future_events",
            }
        )
        self.assertEqual(visit.planned_start, self.at(0, 9))
        linked = self.env["kam.visit"].search([("account_id", "=", self.account.id)])
        self.assertEqual(linked, visit, "a series makes no visits")

    def test_a_stranger_cannot_move_a_visit_through_the_calendar(self):
        visit = self.visit(0)
        event = visit.calendar_event_id.with_user(self.ben)
        with self.assertRaises(UserError):
            event.write({"start": self.at(1, 9), "stop": self.at(1, 10)})
        self.assertEqual(visit.planned_start, self.at(0, 9))
