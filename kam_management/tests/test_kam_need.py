"""Needs and openings: who writes them, how they end, what becomes of them."""

import uuid
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from . import common
from .log_fixtures import make_account

GROUP = "kam_management.group_kam_"


@tagged("post_install", "-at_install")
class TestKamNeed(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kim, cls.lou = (
            new_test_user(cls.env, f"need_{login}", groups=f"{GROUP}user")
            for login in ("kim", "lou")
        )
        cls.support = new_test_user(cls.env, "need_s", groups=f"{GROUP}support")
        owners = [(0, 0, {"user_id": cls.kim.id})]
        cls.account = make_account(cls.env, "Mill", owner_ids=owners)
        cls.other = make_account(cls.env, "Bakery")
        cls.today = cls.env.company._kam_today()

    def need(self, user=None, **vals):
        vals = {"account_id": self.account.id, "name": "Rye by six", **vals}
        return self.env["kam.need"].with_user(user or self.kim).create(vals)

    def types(self, need):
        log = self.env["kam.event.store"]._read_log("kam.need", [need.event_key])
        return [row["type"] for row in log]

    def test_noted_in_the_form_of_the_account(self):
        form = Form(self.account.with_user(self.kim))
        with form.need_ids.new() as line:
            line.kind = "opening"
            line.name = "Oat drink"
            line.amount = 9000.005
            line.due_on = self.today - timedelta(1)
        form.save()
        need = self.account.need_ids
        self.assertEqual(need.user_id, self.kim)
        self.assertEqual(need.company_id, self.account.company_id)
        self.assertEqual(need.currency_id, self.account.currency_id)
        self.assertTrue(need.is_late)
        self.assertIn(need, self.env["kam.need"].search([("is_late", "=", True)]))
        self.assertEqual(self.account.open_need_count, 1)
        self.assertEqual(self.account.late_need_count, 1)
        self.assertEqual(self.account.opening_amount, need.amount)
        self.assertEqual(self.types(need), ["Created"])

    def test_the_log_speaks_the_language_of_the_trade(self):
        need = self.need()
        need.write({"amount": 5, "due_on": self.today, "user_id": self.lou.id})
        need.reason = "Sold"
        need.action_meet()
        self.assertEqual(need.state, "met")
        self.assertEqual(need.closed_on, self.today)
        with self.assertRaisesRegex(UserError, "Reopen it first"):
            need.name = "More"
        need.action_reopen()
        need.drop("Too dear")
        self.assertEqual((need.state, need.reason), ("dropped", "Too dear"))
        self.assertEqual(
            self.types(need),
            [
                *("Created", "NeedEstimated", "NeedRescheduled", "NeedAssigned"),
                *("Changed", "NeedMet", "NeedReopened", "NeedDropped"),
            ],
        )

    def test_refused_in_a_sentence(self):
        for vals, words in (
            ({"name": " "[:0]}, "What"),
            ({"account_id": False}, "Key account"),
            ({"account_id": 10**9}, "Key account"),
            ({"amount": -1}, "below zero"),
            ({"state": "met"}, "use the button"),
            ({"user_id": self.env.ref("base.public_user").id}, ""),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, words):
                self.need(**vals)
        need = self.need()
        with self.assertRaisesRegex(UserError, "Outcome"):
            need.action_drop()
        with self.assertRaisesRegex(UserError, "still to come"):
            need.meet(on=str(self.today + timedelta(1)))
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            need.meet(expected_version=7)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            need.account_id = self.other

    def test_rights_follow_the_account(self):
        need = self.need()
        theirs = self.need(self.env.user, account_id=self.other.id)
        seen = self.env["kam.need"].with_user(self.kim).search([])
        self.assertIn(need, seen)
        self.assertNotIn(theirs, seen)
        with self.assertRaises(AccessError):
            self.need(self.lou)
        with self.assertRaises(AccessError):
            need.with_user(self.lou).meet()
        self.assertEqual(theirs.with_user(self.support).name, "Rye by six")
        with self.assertRaises(AccessError):
            theirs.with_user(self.support).meet()

    def test_a_substitute_acts_for_the_absent(self):
        self.env["kam.delegation"].create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_from": self.today,
                "date_to": self.today,
            }
        )
        need = self.need(self.lou)
        log = self.env["kam.event.store"]._read_log("kam.need", [need.event_key])
        self.assertEqual(log[0]["behalf_id"], self.kim.id)

    def test_a_command_once(self):
        need, command_id = self.need(), str(uuid.uuid4())
        need.meet("Sold", command_id=command_id)
        need.meet("Sold", command_id=command_id)
        self.assertEqual(self.types(need), ["Created", "NeedMet"])

    def test_merged_customers_put_them_together(self):
        need = self.need(self.env.user, account_id=self.other.id)
        partners = self.other.partner_id | self.account.partner_id
        self.env["base.partner.merge.automatic.wizard"]._merge(
            partners.ids, self.account.partner_id
        )
        self.assertEqual(need.account_id, self.account)
        self.assertEqual(self.types(need), ["Created", "Relinked"])

    def test_a_prospect_takes_its_notes_along(self):
        need = self.need()
        self.account.with_user(self.kim).unlink()
        self.assertFalse(need.exists())

    def test_erased_with_the_person(self):
        need = self.need(name="Mr Tellingworth wants rye")
        person = self.env["res.partner"].create({"name": "Mr Tellingworth"})
        self.env["kam.erasure"].sudo()._erase(person)
        self.assertFalse(need.name)
        self.assertEqual(need.display_name, "Need")

    def test_the_home_screen_counts_the_late_ones(self):
        self.need(due_on=self.today - timedelta(1))
        data = self.env["kam.account"].with_user(self.kim).home()
        [card] = [one for one in data["needs"] if one["key"] == "late_need"]
        self.assertEqual(card["count"], 1)
        self.assertEqual(card["domain"], [("id", "in", self.account.ids)])

    def test_an_opportunity_of_an_opening(self):
        need = self.need(kind="opening", amount=50)
        context = need.action_opportunity()["context"]
        self.assertEqual(context["default_partner_id"], self.account.partner_id.id)
        self.assertEqual(context["default_expected_revenue"], 50)
