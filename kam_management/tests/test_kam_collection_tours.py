"""Collections in a browser: a manager with a telephone, an accountant at a desk."""

from odoo.tests import tagged

from . import common, test_kam_collection


@tagged("post_install", "-at_install")
class TestCollectionTours(test_kam_collection.ReminderCase, common.KamHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.phone = "+1 206-555-0101"

    def tour(self, path, name, user):
        self.start_tour(path, name, login=user.login)

    def test_a_manager_collects_from_the_telephone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.tour("/odoo/key-account-worklist", "kam_worklist_tour", self.kim)
        promise = self.env["kam.promise"].search([("partner_id", "=", self.acme.id)])
        self.assertEqual((promise.amount, promise.user_id), (1000, self.kim))

    def test_the_accountant_runs_reminders(self):
        self.promise(1000, 0, 3, self.first)
        action = self.env.ref("kam_management.kam_reminder_run_action")
        self.tour(f"/odoo/action-{action.id}", "kam_reminder_tour", self.cy)
        sent = self.env["kam.reminder"].search([("partner_id", "in", self.everyone)])
        self.assertEqual((sent - self.before).partner_id, self.bolt)

    def test_a_dispute_is_settled(self):
        dispute = self.dispute(self.first, 100)
        self.tour("/odoo/key-account-disputes", "kam_dispute_tour", self.kim)
        self.assertEqual(dispute.outcome, "rejected")

    def test_figures_open_into_what_made_them(self):
        self.tour("/odoo/key-account-expected-cash", "kam_cash_tour", self.cy)
        self.tour("/odoo/key-account-dso", "kam_figures_tour", self.cy)
