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

    def test_two_scheduled_actions_write_each_letter_once(self):
        """The later passes over what the earlier holds, then finds it written."""
        with self.env_of() as env:
            partner = env["res.partner"].browse(self.partner_id)
            move = samples._invoice(env, partner)
            debt = move.line_ids.filtered(
                lambda one: one.account_id.account_type == "asset_receivable"
            )
            today = env.company._kam_today()
            debt.date_maturity = today - timedelta(days=60)
            stage = env["kam.reminder.stage"].search(
                [("channel", "=", "mail")], limit=1
            )
            item = {
                "move_id": move.id,
                "line_id": debt.id,
                "stage_id": stage.id,
                "date_due": debt.date_maturity,
                "amount": 100,
            }
            reminder = env["kam.reminder"].create(
                {
                    "partner_id": partner.id,
                    "stage_id": stage.id,
                    "item_ids": [(0, 0, item)],
                }
            )
            reminder_id = reminder.id
            env.cr.commit()
        with (
            self.env_of() as first,
            self.env_of() as second,
            mute_logger("odoo.sql_db"),
        ):
            for env in (first, second):
                env.cr.execute("SELECT 1")  # both see it waiting
            batch = first["kam.reminder"].browse(reminder_id).try_lock_for_update()
            self.assertEqual(len(batch), 1)
            self.assertFalse(
                second["kam.reminder"].browse(reminder_id).try_lock_for_update()
            )
            second["kam.reminder"]._cron_deliver()
            batch._deliver()
            first.cr.commit()
            second.cr.rollback()
            second.invalidate_all()
            second["kam.reminder"]._cron_deliver()
            second.cr.commit()
        with self.env_of() as env:
            mails = env["mail.mail"].search(
                [("model", "=", "kam.reminder"), ("res_id", "=", reminder_id)]
            )
            self.assertEqual(len(mails), 1)
