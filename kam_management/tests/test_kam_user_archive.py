"""Nobody leaves key accounts behind."""

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from . import common
from .client_case import ClientCase


@tagged("post_install", "-at_install")
class TestKamUserArchive(ClientCase, common.KamCase):
    def handover(self, user, by=None, **values):
        model = self.env["kam.user.handover"].with_user(by or self.env.user)
        return model.create({"user_id": user.id, "reason": "Leaves us", **values})

    def refused(self, user):
        with self.assertRaises(RedirectWarning) as caught:
            user.action_archive()
        with self.assertRaises(RedirectWarning):
            user.write({"active": False})
        self.assertTrue(user.active)
        return caught.exception.args[0]

    def test_an_owner_now_is_not_archived(self):
        self.designate(self.acme, self.kim)
        self.assertIn("1 owned now or later", self.refused(self.kim))

    def test_an_owner_to_be_is_not_archived(self):
        account = self.designate(self.acme, self.kim)
        account.hand_over([{"user_id": self.lou.id}], "Planned", self.day(30))
        self.refused(self.lou)

    def test_a_head_and_a_substitute_are_not_archived(self):
        self.designate(self.acme, self.kim)
        self.assertIn("1 headed", self.refused(self.hal))
        self.env["kam.delegation"].create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_from": self.day(3),
                "date_to": self.day(9),
            }
        )
        self.assertIn("1 delegations as substitute", self.refused(self.lou))

    def test_an_owner_of_the_past_is_archived(self):
        account = self.designate(self.acme, self.kim)
        account.hand_over([{"user_id": self.lou.id}], "Over", self.day(-1))
        self.kim.action_archive()
        self.assertFalse(self.kim.active)

    def test_somebody_without_accounts_costs_a_glance(self):
        self.cy.action_archive()
        self.assertFalse(self.cy.active)

    def test_everything_is_handed_over_then_archived(self):
        now = self.designate(self.acme, self.kim)
        shared = self.designate(self.bolt, self.kim)
        shared.hand_over(
            [
                {"user_id": self.kim.id, "share": 60},
                {"user_id": self.lou.id, "share": 40},
            ],
            "Together",
            self.day(-5),
        )
        later = self.designate(self.cog, self.lou)
        later.hand_over([{"user_id": self.kim.id}], "Planned", self.day(30))
        now.with_user(self.dot).write({"head_id": self.kim.id})
        delegation = self.env["kam.delegation"].create(
            {
                "user_id": self.lou.id,
                "substitute_id": self.kim.id,
                "date_from": self.day(-1),
                "date_to": self.day(9),
            }
        )
        self.handover(
            self.kim,
            successor_id=self.lou.id,
            head_id=self.hal.id,
            substitute_id=self.dot.id,
            archive=True,
        ).action_apply()
        self.assertFalse(self.kim.active)
        self.assertEqual((now | shared).user_id, self.lou)
        self.assertEqual(now.head_id, self.hal)
        today = shared._present_owners()
        self.assertEqual(
            [(one["user_id"], one["share"]) for one in today], [(self.lou.id, 100)]
        )
        ahead = later.owner_ids.filtered(lambda one: one.date_from == self.day(30))
        self.assertEqual(ahead.user_id, self.lou)
        self.assertEqual(delegation.state, "over")
        taken = self.env["kam.delegation"].search([("substitute_id", "=", self.dot.id)])
        self.assertEqual(
            (taken.user_id, taken.date_from, taken.date_to),
            (self.lou, self.today, self.day(9)),
        )

    def test_what_is_missing_is_named(self):
        self.designate(self.acme, self.kim)
        with self.assertRaisesRegex(UserError, "Accounts to"):
            self.handover(self.kim).action_apply()
        with self.assertRaisesRegex(UserError, "cannot take over from itself"):
            self.handover(self.kim, successor_id=self.kim.id).action_apply()
        with self.assertRaisesRegex(UserError, "As of"):
            self.handover(
                self.kim,
                successor_id=self.lou.id,
                effective_on=self.day(4),
                archive=True,
            ).action_apply()
        with self.assertRaisesRegex(UserError, "Head of sales to"):
            self.handover(self.hal, successor_id=self.lou.id).action_apply()

    def test_a_head_hands_over_only_the_team(self):
        self.designate(self.acme, self.kim, by=self.dot)
        with self.assertRaisesRegex(AccessError, "not of your team"):
            self.handover(
                self.kim, by=self.hal, successor_id=self.lou.id, archive=False
            ).action_apply()
        with self.assertRaises(AccessError):
            self.handover(self.kim, by=self.kim, archive=False)

    def test_the_dialog_counts(self):
        self.designate(self.acme, self.kim)
        form = Form(self.env["kam.user.handover"].with_user(self.hal))
        form.user_id = self.kim
        self.assertEqual(form.account_count, 1)
        self.assertEqual((form.headed_count, form.delegation_count), (0, 0))
        self.assertFalse(form.archive)
