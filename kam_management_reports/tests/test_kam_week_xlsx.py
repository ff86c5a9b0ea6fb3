"""Week plan and week report of visits."""

from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.kam_management.tests.common import KamCase
from odoo.addons.kam_management.tests.visit_case import VisitCase

from .report_case import ReportCase


@tagged("post_install", "-at_install")
class TestKamWeekXlsx(VisitCase, ReportCase, KamCase):
    def sheets(self, code, user=None, question=None, records=None):
        self.env.flush_all()
        book = self.book(code, user or self.anna, question, records)
        return {sheet.title: sheet for sheet in book.worksheets}

    def column(self, sheet, title):
        return [cell.value for cell in self.below(sheet, title)]

    def test_the_plan_says_where_to_go_and_who_is_left_out(self):
        self.visit(0, 9, subject="=Prices")
        sheets = self.sheets("week_plan")
        plan = sheets["Plan"]
        customers = self.column(plan, "Customer")
        self.assertIn("Alder", customers)
        head = next(one for one in customers if "Monday" in str(one))
        self.assertIn(self.anna.name, head)
        [begins] = [one.value for one in self.below(plan, "Begins") if one.value]
        # nine o'clock UTC is ten or eleven in Berlin
        self.assertIn(begins.hour, (10, 11))
        purpose = next(
            one for one in self.below(plan, "Purpose") if one.value == "=Prices"
        )
        self.assertEqual(purpose.data_type, "s")
        self.assertEqual(self.beside(plan, "Visits").value, 1)
        left = self.column(sheets["Due, not planned"], "Customer")
        self.assertIn("Birch", left)
        self.assertNotIn("Alder", left)

    def test_the_plan_of_a_chosen_week(self):
        self.visit(1)
        self.visit(8, account=self.other)  # the week after
        week = self.commit()
        plan = self.sheets("week_plan", records=week)["Plan"]
        self.assertIn("Alder", self.column(plan, "Customer"))
        self.assertNotIn("Birch", self.column(plan, "Customer"))
        self.assertIn("Committed", self.column(plan, "Plan"))

    def test_the_report_says_what_the_board_says(self):
        today = self.anna._kam_user_today()
        done = self.visits.create(
            {"account_id": self.account.id, "planned_start": self.at(-7, 6)}
        )
        done.finish(outcome="order", result="=Took it all", next_step="Call")
        self.visits.create(
            {"account_id": self.other.id, "planned_start": self.at(-6, 6)}
        ).cancel("The customer is ill", "customer")
        question = {
            "period": "custom",
            "date_from": str(self.monday - timedelta(7)),
            "date_to": str(max(today, self.monday - timedelta(1))),
        }
        sheets = self.sheets("week_report", self.helen, question)
        board = self.visits.with_user(self.helen).team_board(
            question["date_from"], question["date_to"]
        )
        [told] = [row for row in board["rows"] if row["user_id"] == self.anna.id]
        figures = sheets["Figures"]
        place = self.column(figures, "Key account manager").index(self.anna.name)
        for title, name in (
            ("Visits", "visits"),
            ("Done", "done"),
            ("Cancelled", "cancelled"),
            ("Accounts due", "due"),
            ("Accounts visited", "covered"),
        ):
            self.assertEqual(self.column(figures, title)[place], told[name], title)
        self.assertAlmostEqual(
            self.column(figures, "Coverage")[place], told["coverage"]
        )
        made = sheets["Visits"]
        said = next(
            one
            for one in self.below(made, "What was said")
            if one.value == "=Took it all"
        )
        self.assertEqual(said.data_type, "s")
        self.assertEqual(self.beside(made, "Difference to the figures").value, 0)

    def test_accounts_chosen_have_no_figures_of_managers(self):
        self.visit(0)
        question = {"period": "next_week", "account_ids": self.account.ids}
        sheets = self.sheets("week_report", question=question)
        self.assertNotIn("Figures", sheets)
        self.assertIn("Alder", self.column(sheets["Visits"], "Customer"))

    def test_a_colleague_sees_nothing_of_them(self):
        self.visit(0)
        for code in ("week_plan", "week_report"):
            texts = self.texts(self.book(code, self.ben, {"period": "next_week"}))
            self.assertFalse([one for one in texts if "Alder" in one], code)

    def test_as_many_queries_for_many_as_for_one(self):
        def queries(code):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.make(code, self.anna, {"period": "next_week"})
            return self.env.cr.sql_log_count - before

        self.visit(0)
        few = {}
        for code in ("week_plan", "week_report"):
            queries(code)
            few[code] = queries(code)
        for day in range(1, 5):
            self.visit(day, 8)
            self.visit(day, 12)
        for code, number in few.items():
            self.assertEqual(queries(code), number, code)

    def test_the_dialog_begins_with_the_week_that_matters(self):
        dialogs = self.env["kam.report.wizard"].with_user(self.anna)
        for code, period in (("week_plan", "next_week"), ("week_report", "last_week")):
            found = dialogs.with_context(default_report=code).default_get(
                ["report", "period"]
            )
            self.assertEqual(found["period"], period)
