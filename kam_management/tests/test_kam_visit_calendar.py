"""A visit and its appointment: moved there, moved here; no loop, no doubles."""

from datetime import timedelta

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

    # ------------------------------------------------------- outside calendars
    def synced(self, event):
        """Return an appointment as the sync with an outside calendar has it."""
        return event.sudo().with_context(
            dont_notify=True, skip_event_permission=True, no_mail_to_attendees=True
        )

    def linked(self):
        return self.events().search(
            [
                ("res_model", "=", "kam.visit"),
                ("res_id", "=", self.account.visit_ids.id),
            ]
        )

    def test_moved_by_a_synchronisation_is_recorded_once(self):
        visit = self.visit(0)
        version = visit.event_version
        times = {"start": self.at(2, 12), "stop": self.at(2, 13), "allday": False}
        for _again in range(2):  # the same news comes twice
            self.synced(visit.calendar_event_id).write(
                {**times, "name": "Renamed there", "privacy": "private"}
            )
            self.env.flush_all()
        visit.invalidate_recordset()
        self.assertEqual(visit.planned_start, self.at(2, 12))
        self.assertEqual(visit.event_version, version + 1)
        self.assertEqual(len(self.linked()), 1)

    def test_made_a_whole_day_there_it_keeps_its_hour(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        self.synced(event).write(
            {
                "allday": True,
                "start_date": self.at(3).date(),
                "stop_date": self.at(3).date(),
            }
        )
        self.assertEqual(visit.planned_start, self.at(3, 9))
        self.assertEqual(visit.planned_stop, self.at(3, 10))
        self.assertFalse(event.allday)
        self.assertEqual((event.start, event.stop), (self.at(3, 9), self.at(3, 10)))
        self.synced(event).write({"allday": True, "start_date": self.at(3).date()})
        self.assertEqual((event.allday, event.start), (False, self.at(3, 9)))

    def test_cancelled_and_restored_by_a_synchronisation(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        self.synced(event).write({"active": False})
        self.assertTrue(visit.calendar_asked)
        self.assertTrue(visit.activity_ids)
        self.synced(event).write(
            {"active": True, "start": self.at(1), "stop": self.at(1, 10)}
        )
        self.assertEqual(visit.calendar_event_id, event)
        self.assertFalse(visit.calendar_asked or visit.activity_ids)
        self.assertEqual(visit.planned_start, self.at(1))
        self.assertEqual(self.linked(), event)

    def test_archived_and_put_back_there_is_one(self):
        visit = self.visit(0)
        event = visit.calendar_event_id
        self.mine(visit).action_archive()
        visit.action_put_back()
        self.assertEqual(visit.calendar_event_id, event)
        self.assertTrue(event.active)
        self.assertEqual(self.linked(), event)

    def series(self, visit, **vals):
        self.mine(visit).write(
            {
                "recurrency": True,
                "rrule_type": "weekly",
                "event_tz": "UTC",
                "interval": 1,
                "count": 4,
                "end_type": "count",
                "mon": True,
                "recurrence_update": "future_events",
                **vals,
            }
        )
        return visit.calendar_event_id.recurrence_id.calendar_event_ids.sorted("start")

    def test_a_series_is_split_and_moved_without_doubles(self):
        visit = self.visit(0)
        many = self.env["kam.visit"].search_count([])
        series = self.series(visit)
        self.assertEqual(len(series), 4)
        version = visit.event_version
        self.synced(visit.calendar_event_id).write(
            {
                "recurrence_update": "all_events",
                "start": self.at(0, 14),
                "stop": self.at(0, 15),
            }
        )
        self.same(visit)
        self.assertLessEqual(visit.event_version, version + 1)
        series = visit.calendar_event_id.recurrence_id.calendar_event_ids
        third = series.sorted("start")[2:3] or visit.calendar_event_id
        self.synced(third).write(
            {
                "recurrence_update": "future_events",
                "start": third.start + timedelta(hours=3),
                "stop": third.stop + timedelta(hours=3),
            }
        )
        self.same(visit)
        self.assertLessEqual(visit.event_version, version + 2)
        self.assertEqual(self.env["kam.visit"].search_count([]), many)

    def same(self, visit):
        """The visit is when its appointment is, or it is asked about."""
        self.env.flush_all()
        self.env.invalidate_all()
        event = visit.calendar_event_id
        if not visit.calendar_asked:
            self.assertEqual(
                (visit.planned_start, visit.planned_stop), (event.start, event.stop)
            )

    def test_a_series_deleted_as_a_whole_is_asked_about(self):
        visit = self.visit(0)
        series = self.series(visit)
        self.synced(series).unlink()
        self.assertEqual((visit.state, visit.calendar_asked), ("planned", True))
        visit.action_put_back()
        self.assertEqual(len(self.linked()), 1)

    # ------------------------------------------------------------ after a reinstall
    def test_appointments_are_adopted_after_a_reinstall(self):
        stays, moved, lost, over = (
            self.visit(day, account=account)
            for day, account in (
                (0, self.account),
                (1, self.other),
                (2, self.account),
                (3, self.other),
            )
        )
        over.cancel("Closed", "customer")
        events = {visit: visit.calendar_event_id for visit in (stays, moved, lost)}
        copy = events[stays].copy({"start": self.at(4), "stop": self.at(4, 10)})
        self.assertEqual(copy.res_id, stays.id)
        # as the uninstall leaves them; meanwhile people use their calendar
        self.env.flush_all()
        self.env.cr.execute("UPDATE kam_visit SET calendar_event_id = NULL")
        self.env.cr.execute(
            "UPDATE calendar_event SET res_model_id = NULL"
            " WHERE res_model = 'kam.visit'"
        )
        self.env.invalidate_all()
        events[moved].write({"start": self.at(1, 15), "stop": self.at(1, 16)})
        events[lost].unlink()
        for _again in range(2):
            self.env["kam.visit"]._adopt_appointments()
            self.assertEqual(stays.calendar_event_id, events[stays])
            self.assertEqual(stays.planned_start, self.at(0, 9))
            self.assertEqual(moved.calendar_event_id, events[moved])
            self.assertEqual(moved.planned_start, self.at(1, 15))
            self.assertEqual(lost.calendar_event_id.start, self.at(2, 9))
            self.assertFalse(over.calendar_event_id)
        self.assertEqual(events[moved].res_model_id.model, "kam.visit")

    def test_a_stranger_cannot_move_a_visit_through_the_calendar(self):
        visit = self.visit(0)
        event = visit.calendar_event_id.with_user(self.ben)
        with self.assertRaises(UserError):
            event.write({"start": self.at(1, 9), "stop": self.at(1, 10)})
        self.assertEqual(visit.planned_start, self.at(0, 9))
