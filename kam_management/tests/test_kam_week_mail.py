"""The week by mail, and visits from a workbook."""

import io

import xlsxwriter
from freezegun import freeze_time

from odoo.tests import tagged

from . import common
from .visit_screen_case import VisitCase


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


HEAD = ("Account", "Begins", "Ends", "Kind", "Purpose")


@tagged("post_install", "-at_install")
class TestKamVisitImport(VisitCase, common.KamCase):
    def load_workbook(self, rows, user=None):
        """Import a workbook as the dialog of the list does."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        book.close()
        wizard = (
            self.env["base_import.import"]
            .with_user(user or self.kim)
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
        return wizard.execute_import(
            names, list(rows[0]), {"has_headers": True, "quoting": '"'}
        )

    def test_wrong_rows_of_a_workbook_are_named_and_nothing_is_stored(self):
        before = self.Visit.search_count([])
        good = ("Acme", "2027-03-01 09:00:00", "2027-03-01 10:00:00", "Visit", "Tea")
        for wrong, words in (
            (("Acme", good[1], "2027-02-28 10:00:00", "Visit", ""), "Ends"),
            (("Nobody & Sons", *good[1:4], ""), "Nobody & Sons"),
            (("Acme", *good[1:3], "Seance", ""), "Seance"),
            (("Bolt", *good[1:4], ""), "Bolt|does not answer|not allowed"),
        ):
            result = self.load_workbook([HEAD, good, wrong])
            self.assertFalse(result["ids"], wrong)
            told = [
                message["message"]
                for message in result["messages"]
                if message.get("rows") == {"from": 1, "to": 1}
            ]
            self.assertRegex("\n".join(told), words, result["messages"])
        self.assertEqual(self.Visit.search_count([]), before)

    def test_visits_come_from_a_workbook(self):
        rows = [
            HEAD,
            ("Acme", "2027-03-01 09:00:00", "2027-03-01 10:00:00", "Visit", "Tea"),
            ("Acme", "2027-03-02 09:00:00", "2027-03-02 09:15:00", "Call", "Price"),
        ]
        result = self.load_workbook(rows)
        self.assertFalse(result["messages"])
        visits = self.Visit.browse(result["ids"])
        self.assertEqual(visits.mapped("subject"), ["Tea", "Price"])
        self.assertEqual(visits.account_id, self.account)
        self.assertEqual(visits.user_id, self.kim)
        for visit in visits:
            events = [row["type"] for row in visit.kam_history()["events"]]
            self.assertIn("Created", str(events))
