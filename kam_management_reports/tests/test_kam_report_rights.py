"""Groups by reports: nobody finds in a workbook what they may not read elsewhere.

All is generated from the registry: a new report without records to print it for, or
one that tells too much, fails here.
"""

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.kam_management.tests.common import KamCase

from .rights_case import COST, FOREIGN, PAY, PRICE, RightsCase

REFUSED = (AccessError, MissingError, UserError)
NEEDS_RECORDS = {"order_form", "pay"}  # a question without records finds none


@tagged("post_install", "-at_install")
class TestKamReportRights(RightsCase, KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = {
            "kam.account": cls.own_account + cls.foreign_account,
            "kam.act": cls.acts(),
            "kam.analysis.line": cls.lines(),
            "kam.kpi": cls.env["kam.kpi"],
            "kam.pay.statement": cls.statement,
            "kam.price.column": cls.col_retail + cls.col_dealer,
            "kam.target": cls.targets(),
            "kam.week": cls.env["kam.week"],
        }
        cls.env.flush_all()

    @classmethod
    def acts(cls):
        first = cls.today.replace(day=1)
        return cls.env["kam.act"].create(
            [
                {"partner_id": one.id, "date_from": first, "date_to": cls.today}
                for one in (cls.own, cls.foreign)
            ]
        )

    @classmethod
    def lines(cls):
        found = cls.env["kam.analysis"].analyse(
            date_from=str(cls.today.replace(day=1)),
            date_to=str(cls.today),
            fresh=True,
        )
        return cls.env["kam.analysis.line"].search(
            [
                ("analysis_id", "=", found["id"]),
                ("partner_id", "in", (cls.own + cls.foreign).ids),
            ]
        )

    @classmethod
    def targets(cls):
        kpi = cls.env["kam.kpi"]._by_code("net_sales")
        return cls.env["kam.target"].create(
            [
                {"kpi_id": kpi.id, "user_id": cls.readers[role].id, "plan": plan}
                for role, plan in (("mine", 1000), ("colleague", 2000))
            ]
        )

    def models(self):
        """Return all report models of ours, with and without a place in the dialog."""
        found = [
            self.env[name]
            for name in self.env.registry
            if name.startswith("report.kam_management_reports.")
            and name.endswith("_xlsx")
        ]
        self.assertGreater(len(found), 12)
        return found

    def printed(self, model, user, ids, question):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_id.ids, lang=user.lang)
            ._render_xlsx(
                model._name.removeprefix("report."), ids, {"question": question}
            )
        )
        return content

    def judge(self, model, role, ids=None, question=None):
        """Print as a role; return the file, or None when it was refused in words."""
        user = self.readers[role]
        code = model._code or model._name
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                content = self.printed(model, user, ids, question or {})
        except REFUSED as refusal:
            self.assertGreater(len(str(refusal)), 20)
            return None
        self.assertEqual(self.leaks(content, self.secrets(user, code)), [])
        return content

    # ---------------------------------------------------------------------- tests
    def test_every_report_has_records_here(self):
        for model in self.models():
            with self.subTest(model._name):
                self.assertIn(model._for_records, self.records)
                self.assertEqual(len(model._action()), 1)

    def test_whole_question_of_every_role(self):
        made = set()
        for code, model in self.env["kam.workbook"]._reports().items():
            for role, user in self.readers.items():
                question = {"period": "this_month", "detail": "detail"}
                with self.subTest(report=code, role=role):
                    content = self.judge(model, role, question=question)
                    offered = not model._groups or user.has_groups(model._groups)
                    if not offered:
                        self.assertIsNone(content)
                    elif content:
                        made.add(code)
                    else:
                        self.assertIn(code, NEEDS_RECORDS)
        reports = set(self.env["kam.workbook"]._reports())
        self.assertEqual(reports - made, NEEDS_RECORDS - {"pay"})

    def test_records_of_one_and_of_another(self):
        """Printed for records: one's own tell no more; a foreign one is refused."""
        for model in self.models():
            records = self.records[model._for_records]
            for role, user in self.readers.items():
                for record in records:
                    with self.subTest(model=model._name, role=role, record=record):
                        content = self.judge(
                            model, role, record.ids, {"period": "this_month"}
                        )
                        own = record.with_user(user)
                        if not own.has_access("read"):
                            self.assertIsNone(content)

    def test_question_that_names_the_hidden(self):
        """Accounts and customers of others, put into the question by hand."""
        for code, model in self.env["kam.workbook"]._reports().items():
            for role in ("mine", "support", "internal"):
                for question in (
                    {"account_ids": self.foreign_account.ids},
                    {"account_ids": self.abroad.ids},
                    {"partner_ids": self.foreign.ids},
                    {"user_ids": self.readers["colleague"].ids},
                ):
                    if not set(question) & set(model._asks):
                        continue
                    with self.subTest(report=code, role=role, question=question):
                        asked = {"period": "this_month", "detail": "detail"}
                        user = self.readers[role]
                        content = None
                        try:
                            with self.env.cr.savepoint():
                                content = self.printed(
                                    model, user, None, asked | question
                                )
                        except REFUSED as refusal:
                            self.assertGreater(len(str(refusal)), 20)
                            continue
                        secrets = self.secrets(user, code)
                        if "partner_ids" in question:  # the head prints what was asked
                            secrets.pop("another's customer", None)
                        self.assertEqual(self.leaks(content, secrets), [])

    def test_the_secrets_are_found_by_whoever_may_know_them(self):
        """Else the tests above would prove nothing."""
        told = {
            "price_list": ("head_with_margin", [COST]),
            "analysis": ("head_with_margin", [round(PRICE - COST, 2), FOREIGN]),
            "ageing": ("credit", [FOREIGN, self.foreign.name]),
        }
        for code, (role, values) in told.items():
            model = self.env["kam.workbook"]._reports()[code]
            question = {"period": "this_month", "detail": "detail"}
            content = self.printed(model, self.readers[role], None, question)
            leaks = self.leaks(content, {"known": values})
            self.assertEqual({one[1] for one in leaks}, set(values), code)
        model = self.env["kam.workbook"]._reports()["pay"]
        content = self.printed(model, self.readers["payroll"], self.statement.ids, {})
        self.assertTrue(self.leaks(content, {"pay": [PAY]}))

    def test_a_customers_form_has_one_column(self):
        """The file that goes out holds no price of another column, anywhere."""
        model = self.env["kam.workbook"]._reports()["order_form"]
        self.product.write({"list_price": 117.31, "standard_price": 6.13})
        self.wholesale.item_ids.fixed_price = 123.4
        self.env.flush_all()
        content = self.printed(model, self.kim, self.account.ids, {})
        self.assertTrue(self.leaks(content, {"own": [123.4]}))
        # 10 % below wholesale is the dealer's; its name stands there on purpose, with
        # what is missing for it
        other = {"columns": ["Retail", 117.31, 111.06, 6.13]}
        self.assertEqual(self.leaks(content, other), [])


@tagged("post_install", "-at_install")
class TestKamScheduleRights(RightsCase, KamCase):
    """What changes between the order of a workbook and its making counts."""

    def run_of(self, user, code="ageing", **question):
        schedule = self.env["kam.report.schedule"].create(
            {
                "name": "Debts",
                "report": code,
                "detail": "detail",
                "recipient_ids": [Command.set(user.ids)],
                **question,
            }
        )
        schedule._order_runs()
        self.env.flush_all()
        return schedule.run_ids

    def worked(self, run):
        self.env.flush_all()
        run._work()
        return run

    def assertNotMade(self, run, mails):
        self.worked(run)
        self.assertEqual(run.state, "failed")
        self.assertGreater(len(run.message), 20)
        self.assertFalse(run.file_id)
        self.assertEqual(self.mails(), mails)

    def mails(self):
        subject = [("model", "=", "kam.report.run")]
        return self.env["mail.mail"].search_count(subject)

    def test_all_reports_by_schedule(self):
        for code in self.env["kam.workbook"]._reports():
            for role in ("mine", "support", "internal"):
                user = self.readers[role]
                with self.subTest(report=code, role=role):
                    run = self.worked(self.run_of(user, code, period="this_month"))
                    if run.state == "failed":
                        self.assertGreater(len(run.message), 20)
                        self.assertNotIn("server's log", run.message)
                        continue
                    secrets = self.secrets(user, code)
                    self.assertEqual(self.leaks(run.file_id.raw, secrets), [])

    def test_the_recipient_loses_the_group(self):
        user, mails = self.readers["mine"], self.mails()
        run = self.run_of(user)
        user.group_ids -= self.env.ref("kam_management.group_kam_user")
        self.assertNotMade(run, mails)

    def test_the_recipient_is_archived(self):
        user, mails = self.readers["credit"], self.mails()
        run = self.run_of(user)
        user.active = False
        self.assertNotMade(run, mails)

    def test_the_recipient_leaves_the_company(self):
        user, mails = self.readers["credit"], self.mails()
        run = self.run_of(user)
        user.write(
            {
                "company_ids": [Command.set(self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        self.assertNotMade(run, mails)

    def test_the_account_goes_to_another(self):
        user = self.readers["mine"]
        run = self.run_of(user)
        self.own_account.hand_over(
            [{"user_id": self.readers["colleague"].id}], "Moved", str(self.today)
        )
        self.worked(run)
        self.assertEqual(run.state, "ready", run.message)
        told = {"lost": [self.own.name, PRICE]}
        self.assertEqual(self.leaks(run.file_id.raw, told), [])

    def test_an_account_that_the_recipient_never_had(self):
        """Its owner schedules it for a colleague, who may not read it."""
        mails = self.mails()
        account_ids = [Command.set(self.foreign_account.ids)]
        run = self.run_of(self.readers["mine"], "history", account_ids=account_ids)
        self.assertNotMade(run, mails)

    def test_the_margin_is_taken_away(self):
        user = self.readers["head_with_margin"]
        run = self.run_of(user, "price_list")
        user.group_ids -= self.env.ref("kam_management.group_kam_margin")
        self.worked(run)
        self.assertEqual(run.state, "ready", run.message)
        self.assertEqual(self.leaks(run.file_id.raw, {"cost": [COST]}), [])
