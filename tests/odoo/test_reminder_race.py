"""Two runs of reminders at a time: nothing is sent twice."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from . import samples, test_races


@tagged("post_install", "-at_install")
class TestReminderRace(test_races.RaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.env_of() as env:
            account = env["kam.account"].browse(cls.id)
            cls.partner_id = account.partner_id.id
            account.partner_id.email = "late@example.com"
            move = samples._invoice(env, account.partner_id)
            debt = move.line_ids.filtered(
                lambda one: one.account_id.account_type == "asset_receivable"
            )
            debt.date_maturity = env.company._kam_today() - timedelta(days=7)
            env.cr.commit()

    def run_in(self, env):
        admin = env(user=env.ref("base.user_admin").id)
        return admin["kam.reminder"].run([self.partner_id])

    def test_the_later_run_is_refused_and_then_finds_nothing(self):
        with (
            self.env_of() as first,
            self.env_of() as second,
            mute_logger("odoo.sql_db"),
        ):
            second.cr.execute("SELECT 1")  # its view of the data is from before
            self.assertEqual(len(self.run_in(first)), 1)
            first.cr.commit()
            with self.assertRaises(test_races.LOST):
                self.run_in(second)
            second.cr.rollback()
            second.invalidate_all()
            self.assertEqual(self.run_in(second), [])
            second.cr.commit()
        with self.env_of() as env:
            sent = env["kam.reminder"].search([("partner_id", "=", self.partner_id)])
            mails = env["mail.mail"].search(
                [("model", "=", "kam.reminder"), ("res_id", "in", sent.ids)]
            )
            self.assertEqual((len(sent), len(mails)), (1, 1))
