"""A due date moved by an accountant: credit goes by the first until it is approved."""

from odoo.exceptions import UserError

from . import common
from .test_kam_credit import CreditCase


class TestDueDate(CreditCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.designate(cls.acme, cls.kim)
        cls.terms = cls.grant(cls.acme, 1000)
        cls.plain = cls.invoice(cls.acme, 5, -1, due=30)
        cls.invoice_moved = cls.invoice(cls.acme, 50, -40, due=-10)
        cls.env.cr.flush()  # the fact of it is known
        cls.move_due(20)

    @classmethod
    def move_due(cls, days):
        lines = cls.invoice_moved.line_ids.filtered("date_maturity")
        lines.date_maturity = cls.day(days)
        cls.env.cr.flush()

    def ask(self, user, measure=None, until=None):
        approvals = self.env["kam.approval"].with_user(user)
        return approvals.browse(
            approvals.ask(
                "due_date",
                "account.move",
                self.invoice_moved.id,
                measure,
                "They wait for a grant",
                until and str(until),
            )
        )

    def overdue(self):
        self.env.invalidate_all()
        return float(self.standing(self.terms).overdue)

    def test_what_is_asked(self):
        self.assertEqual(self.invoice_moved.kam_due_moved_days, 30)
        approval = self.ask(self.kim)
        self.assertEqual(approval.approver_id, self.cy)
        words = " ".join(approval.with_user(self.cy).dossier()["asked"])
        self.assertIn("30 days", words)
        self.assertIn("50.00", words)

    def test_credit_goes_by_the_first_until_approved(self):
        self.assertEqual(self.overdue(), 50)
        approval = self.ask(self.kim)
        self.assertEqual(self.overdue(), 50)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            approval.approve()  # nobody approves their own request
        approval.with_user(self.cy).approve()
        self.assertEqual(self.overdue(), 0)
        self.quote(self.acme).action_confirm()
        self.move_due(21)  # further than was approved: as far as it was
        self.assertEqual(self.overdue(), 0)

    def test_less_and_for_a_time(self):
        approval = self.ask(self.kim, until=self.day(5))
        less = {"days": "9", "amount": "50.00", "currency": "USD"}
        less["currency"] = self.invoice_moved.currency_id.name
        approval.with_user(self.cy).approve_less(less)
        self.assertEqual(self.overdue(), 50)  # due yesterday
        other = self.ask(self.kim, until=self.day(5))
        other.with_user(self.cy).approve()
        self.assertEqual(self.overdue(), 0)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.ask(self.kim)  # covered already? for a time only: refused as such
        other.with_user(self.kim).withdraw()
        self.assertEqual(self.overdue(), 50)

    def test_refused_in_a_sentence(self):
        approvals = self.env["kam.approval"].with_user(self.kim)
        for words, kind, record in (
            ("within the rules", "due_date", self.plain),
            ("goes with an invoice", "credit", self.plain),
            ("goes with an invoice", "due_date", self.quote(self.acme)),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                approvals.ask(kind, record._name, record.id, None, "Why")
