"""With Odoo's Time Off installed: who is away is not sent, and misses nothing."""

import subprocess
from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api
from odoo.tests import BaseCase, new_test_user, tagged

from .server import arguments, copied_database, odoo, registry_of

OPTIONS = ("--stop-after-init", "--no-http", "--without-demo")


@tagged("post_install", "-at_install")
class TestTimeOff(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("time_off"))
        done = subprocess.run(
            odoo("server", *arguments(cls.database), *OPTIONS, "-i", "hr_holidays"),
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        if done.returncode:
            raise AssertionError(done.stderr[-3000:])

    def setUp(self):
        super().setUp()
        cr = registry_of(self.database).cursor()
        self.addCleanup(cr.close)  # nothing is committed
        self.env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        self.company = self.env.company
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        self.user = new_test_user(
            self.env,
            "away",
            groups="kam_management.group_kam_user",
            tz="Europe/Berlin",
        )
        self.employee = self.env["hr.employee"].create(
            {"name": "Away", "user_id": self.user.id, "tz": "Europe/Berlin"}
        )
        today = self.user._kam_user_today()
        self.monday = today + timedelta(days=7 - today.weekday())
        partner = self.env["res.partner"].create({"name": "Elm", "is_company": True})
        accounts = self.env["kam.account"]
        [account_id] = accounts.designate(
            partner.ids, "A", "Large", "2026-01-01", [{"user_id": self.user.id}]
        )
        self.account = accounts.browse(account_id)

    def leave(self, first, last):
        kind = self.env["hr.leave.type"].create(
            {
                "name": "Paid",
                "requires_allocation": False,
                "leave_validation_type": "hr",
                "company_id": self.company.id,
            }
        )
        leave = self.env["hr.leave"].create(
            {
                "name": "Sea",
                "holiday_status_id": kind.id,
                "employee_id": self.employee.id,
                "request_date_from": self.monday + timedelta(days=first),
                "request_date_to": self.monday + timedelta(days=last),
            }
        )
        self.env.flush_all()
        return leave

    def starts(self):
        weeks = self.env["kam.week"].with_user(self.user)
        plan = weeks.generate(None, self.monday.isoformat())
        return [one["planned_start"][:10] for one in plan["proposals"]], plan["left"]

    def day(self, number):
        return str(self.monday + timedelta(days=number))

    def test_nobody_is_sent_in_their_time_off(self):
        leave = self.leave(0, 2)
        self.assertEqual(self.starts()[0], [self.day(0)], "asked for, not approved")
        leave.action_approve()
        self.env.flush_all()
        self.assertEqual(self.starts()[0], [self.day(3)])
        leave.action_refuse()
        self.env.flush_all()
        self.assertEqual(self.starts()[0], [self.day(0)])

    def test_a_week_of_time_off_has_no_plan(self):
        self.leave(0, 4).action_approve()
        self.env.flush_all()
        found, [left] = self.starts()
        self.assertEqual((found, left["cause"]), ([], "no_time"))

    def test_a_visit_in_the_time_off_is_not_missed(self):
        visits = self.env["kam.visit"].with_user(self.user)
        made = visits.create(
            [
                {
                    "account_id": self.account.id,
                    "planned_start": datetime.combine(
                        self.monday + timedelta(days=number), time(10)
                    ),
                }
                for number in (0, 1)
            ]
        )
        away, missed = made
        self.env["kam.week"].with_user(self.user).commit(None, self.monday.isoformat())
        self.leave(0, 0).action_approve()
        self.env.flush_all()
        with freeze_time(datetime.combine(self.monday, time(12)) + timedelta(days=9)):
            while self.env["kam.visit"]._close_batch():
                pass
        self.assertEqual((away.state, away.closed_kind), ("cancelled", "absence"))
        self.assertEqual(missed.state, "missed")
        week = self.env["kam.week"].search(
            [("user_id", "=", self.user.id), ("monday", "=", self.monday)]
        )
        self.assertEqual(
            (week.committed_count, week.excused_count, week.missed_count), (2, 1, 1)
        )
