"""The dialog, its memory, schedules with the recipient's rights, exports on record."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .report_case import ReportCase

GROUP = "base.group_user,base.group_allow_export,kam_management.group_kam_"


@tagged("post_install", "-at_install")
class TestKamReportFrame(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"frame_{role}", groups=GROUP + role)
            for role in ("user", "head", "director", "credit", "support")
        }
        cls.manager = cls.users["user"]
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": name, "is_company": True}
                for name in ("Frame mine", "Frame of others")
            ]
        )
        owners = (cls.manager, cls.env.ref("base.user_admin"))
        cls.accounts = cls.env["kam.account"].create(
            [
                {
                    "partner_id": partner.id,
                    "owner_ids": [Command.create({"user_id": owner.id})],
                }
                for partner, owner in zip(cls.partners, owners, strict=True)
            ]
        )
        for partner in cls.partners:
            line = {"name": "x", "price_unit": 70, "tax_ids": [Command.clear()]}
            cls.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": cls.env.company._kam_today(),
                    "invoice_line_ids": [Command.create(line)],
                }
            ).action_post()
        cls.env.flush_all()

    def exports(self):
        self.env.cr.precommit.run()
        return self.env["kam.export"].search([])

    def test_the_dialog_remembers_and_the_export_is_on_record(self):
        before = self.exports()
        dialogs = self.env["kam.report.wizard"].with_user(self.manager)
        with Form(dialogs.with_context(default_report="ageing")) as form:
            form.base = "invoice"
            form.detail = "detail"
        action = form.record.action_print()
        self.assertEqual(action["report_name"], "kam_management_reports.ageing_xlsx")
        self.make("ageing", self.manager, action["data"]["question"])
        made = self.exports() - before
        self.assertEqual(made.user_id, self.manager)
        self.assertEqual((made.kind, made.subject), ("report", "ageing"))
        self.assertTrue(made.digest)
        again = Form(dialogs.with_context(default_report="ageing"))
        self.assertEqual((again.base, again.detail), ("invoice", "detail"))

    def test_lists_that_odoo_exports_are_on_record(self):
        before = self.exports()
        mine = self.accounts[0].with_user(self.manager)
        mine.export_data(["partner_id", "account_class"])
        made = self.exports() - before
        self.assertEqual((made.kind, made.subject), ("list", "kam.account"))
        self.assertEqual(
            (made.columns, made.row_count), ("partner_id,account_class", 1)
        )
        with self.assertRaises(UserError):
            made.write({"row_count": 0})
        with self.assertRaises(AccessError):
            made.with_user(self.manager).read(["subject"])

    def schedule(self, **values):
        return self.env["kam.report.schedule"].create(
            {"name": "Debts", "report": "ageing", "detail": "detail", **values}
        )

    def test_each_recipient_gets_what_they_may_see(self):
        credit = self.users["credit"]
        schedule = self.schedule(
            recipient_ids=[Command.set((self.manager | credit).ids)]
        )
        schedule._order_runs()
        runs = schedule.run_ids
        for run in runs:
            run._work()
        self.assertEqual(set(runs.mapped("state")), {"ready"}, runs.mapped("message"))
        seen = {run.user_id: self.names(run) for run in runs}
        self.assertEqual(seen[self.manager], {"Frame mine"})
        self.assertEqual(seen[credit], {"Frame mine", "Frame of others"})
        mails = self.env["mail.mail"].search(
            [("attachment_ids", "in", runs.file_id.ids)]
        )
        self.assertEqual(mails.recipient_ids, (self.manager | credit).partner_id)

    def names(self, run):
        texts = self.texts(self.opened(run.file_id.raw))
        return {one for one in texts if one in self.partners.mapped("name")}

    def test_a_recipient_without_rights_is_told_to_the_owner(self):
        support, gone = self.users["support"], self.users["head"]
        gone.active = False
        owner = self.env.ref("base.user_admin")
        schedule = self.schedule(
            user_id=owner.id, recipient_ids=[Command.set((support | gone).ids)]
        )
        schedule._order_runs()
        for run in schedule.run_ids:
            run._work()
            self.assertEqual(run.state, "failed")
            self.assertGreater(len(run.message), 20)
            self.assertFalse(run.file_id)
        told = self.env["mail.message"].search(
            [("partner_ids", "in", owner.partner_id.ids), ("body", "ilike", "Debts")]
        )
        self.assertEqual(len(told), len(schedule.run_ids))

    def test_the_hour_stays_over_a_change_of_clocks(self):
        self.env.user.tz = "Europe/Berlin"
        schedule = self.schedule(
            every="week",
            next_at="2026-03-23 06:00:00",
            recipient_ids=[Command.set(self.manager.ids)],
        )
        found = schedule._after(schedule.next_at)
        self.assertEqual(str(found), "2026-03-30 05:00:00")

    def test_wrong_questions_are_refused_in_a_sentence(self):
        for question in (
            {"as_of_kind": "never"},
            {"as_of": "2026-13-99", "as_of_kind": "custom"},
            {"account_ids": ["x"]},
            {"account_ids": 2**70},
            {"currency_id": {"a": 1}},
            ["no object"],
        ):
            with self.subTest(question), self.assertRaises(UserError) as refused:
                self.make("ageing", self.users["credit"], question)
            self.assertTrue(str(refused.exception))
        with self.assertRaises(AccessError):
            self.make("ageing", self.manager, {"account_ids": self.accounts[1].ids})

    def test_the_act_adds_up(self):
        today = self.env.company._kam_today()
        act = self.env["kam.act"].create(
            {
                "partner_id": self.partners[0].id,
                "date_from": today.replace(day=1),
                "date_to": today,
            }
        )
        content = self.env["ir.actions.report"]._render_xlsx(
            "kam_management_reports.act_xlsx", act.ids, {}
        )[0]
        sheet = self.opened(content).worksheets[0]
        label = next(
            cell
            for row in sheet.iter_rows()
            for cell in row
            if cell.value == "Closing balance"
        )
        self.assertEqual(sheet.cell(label.row, 3).value, 70)
        check = self.beside(sheet, "Closing less opening and turnover")
        self.assertEqual(check.value, 0)
