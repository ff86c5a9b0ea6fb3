"""Key accounts in Odoo: who may decide what, on whom, and who owns them when."""

from datetime import date, timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import common

GROUP = "kam_management.group_kam_"


@tagged("post_install", "-at_install")
class TestKamAccount(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ("anna", "user"),
            ("ben", "user"),
            ("head", "head"),
            ("boss", "director"),
            ("credit", "credit"),
            ("support", "support"),
        ):
            user = new_test_user(cls.env, f"acc_{login}", groups=GROUP + group)
            setattr(cls, login, user)
        cls.portal = new_test_user(cls.env, "acc_portal", groups="base.group_portal")
        cls.gone = new_test_user(cls.env, "acc_gone", groups=GROUP + "user")
        cls.gone.active = False
        cls.customer, cls.second = cls.env["res.partner"].create(
            [{"name": f"Customer {n}", "is_company": True} for n in "12"]
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Buyer", "parent_id": cls.customer.id}
        )
        cls.Account = cls.env["kam.account"].with_user(cls.boss)
        cls.today = cls.env.company._kam_today()

    def designated(self, day="2026-01-01", **kwargs):
        kwargs.setdefault("owners", [{"user_id": self.anna.id}])
        [account_id] = self.Account.designate(
            self.customer.ids, "A", "Largest", day, **kwargs
        )
        return self.Account.browse(account_id)

    def on(self, account, day):
        """Return who owns the account on a day, the lead first."""
        found = account.owner_ids.filtered(
            lambda one: one.date_from <= day and (not one.date_to or one.date_to >= day)
        ).sorted(lambda one: (one.role != "lead", -one.share))
        return [(one.user_id, one.share) for one in found]

    # --------------------------------------------------------------- designation
    def test_designate_one_and_many(self):
        ids = self.Account.designate(
            (self.contact | self.second).ids, "B", "Both matter", "2026-02-01"
        )
        one, two = self.Account.browse(ids)
        self.assertEqual((one.partner_id, two.partner_id), (self.customer, self.second))
        for account in one | two:
            self.assertEqual(account.status, "key")
            self.assertEqual(account.account_class, "B")
            self.assertEqual(account.key_since, date(2026, 2, 1))
            self.assertEqual(account.user_id, self.boss)
        with self.assertRaisesRegex(UserError, "“Key account”"):
            self.Account.designate(self.second.ids, "A", "Again")

    def test_a_contact_and_its_company_are_one_account(self):
        ids = self.Account.designate(
            (self.contact | self.customer).ids, "B", "The same"
        )
        self.assertEqual(len(ids), 1)

    def test_a_prospect_keeps_its_owner_when_designated(self):
        prospect = self.Account.with_user(self.anna).create(
            {"partner_id": self.contact.id}
        )
        self.assertEqual(prospect.partner_id, self.customer)
        self.assertEqual(prospect.user_id, self.anna)
        account = self.designated(self.today.isoformat(), owners=None)
        self.assertEqual(account, prospect)
        self.assertEqual(account.user_id, self.anna)

    def test_two_of_one_customer_are_refused(self):
        self.designated()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.Account.create({"partner_id": self.contact.id})

    def test_a_branch_shares_the_account_of_its_head_company(self):
        root = self.env["res.company"].create({"name": "Root"})
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": root.id}
        )
        self.boss.company_ids += root | branch
        model = self.Account.with_context(allowed_company_ids=branch.ids)
        account = model.create({"partner_id": self.customer.id})
        self.assertEqual(account.company_id, root)
        other = model.create({"partner_id": self.second.id, "company_id": branch.id})
        self.assertEqual(other.company_id, root)
        self.assertNotEqual(self.designated().id, account.id)

    def test_customers_that_cannot_be_accounts(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        archived = self.env["res.partner"].create({"name": "Was", "active": False})
        for partner_ids, words in (
            (theirs.ids, "another company|not have enough rights|not allowed"),
            (archived.ids, "archived"),
            ([10**7], "does not exist"),
            (["x"], "list of ids"),
            ("abc", "list of ids"),
            (5, "list of ids"),
            ([2**70], "does not exist"),
        ):
            with self.subTest(partner_ids), self.assertRaisesRegex(UserError, words):
                self.Account.designate(partner_ids, "A", "Why not")
        with self.assertRaisesRegex(UserError, "“Customer”"):
            self.Account.create({})

    # -------------------------------------------------------------------- owners
    def test_who_owns_it_on_which_day(self):
        account = self.designated("2026-01-01")
        account.hand_over(
            [
                {"user_id": self.ben.id, "share": 60},
                {"user_id": self.anna.id, "share": 40},
            ],
            "Territory",
            "2026-03-01",
        )
        self.assertEqual(self.on(account, date(2025, 12, 31)), [])
        self.assertEqual(self.on(account, date(2026, 2, 28)), [(self.anna, 100)])
        both = [(self.ben, 60), (self.anna, 40)]
        self.assertEqual(self.on(account, date(2026, 3, 1)), both)
        self.assertEqual(account.user_id, self.ben)
        account.hand_over([{"user_id": self.head.id}], "Was wrong", "2026-02-01")
        self.assertEqual(self.on(account, date(2026, 1, 31)), [(self.anna, 100)])
        self.assertEqual(self.on(account, date(2026, 2, 1)), [(self.head, 100)])
        self.assertEqual(self.on(account, date(2026, 3, 1)), [(self.head, 100)])

    def test_a_hand_over_ahead_changes_nothing_today(self):
        account = self.designated()
        ahead = self.today + timedelta(30)
        account.hand_over([{"user_id": self.ben.id}], "Retires", ahead.isoformat())
        self.assertEqual(account.user_id, self.anna)
        self.assertIn(account, self.Account.search([("user_id", "=", self.anna.id)]))
        self.assertFalse(account.with_user(self.ben).search([("is_mine", "=", True)]))
        with patch.object(
            type(self.env["res.company"]), "_kam_today", lambda company: ahead
        ):
            self.env.invalidate_all()
            self.assertEqual(account.user_id, self.ben)
            found = self.Account.search([("user_id", "=", self.ben.id)])
            self.assertIn(account, found)
            self.assertNotIn(
                account, self.Account.search([("user_id", "=", self.anna.id)])
            )

    def test_a_release_ends_all_periods(self):
        account = self.designated()
        ahead = self.today + timedelta(30)
        account.hand_over([{"user_id": self.ben.id}], "Later", ahead.isoformat())
        account.release("Closed its shops", self.today.isoformat())
        self.assertEqual(account.status, "former")
        self.assertFalse(account.user_id)
        self.assertEqual(self.on(account, ahead), [])
        eve = self.today - timedelta(1)
        self.assertEqual(self.on(account, eve), [(self.anna, 100)])
        none = self.Account.search([("user_id", "=", False)])
        self.assertIn(account, none)

    def on_day(self, day):
        """Let it be another day."""
        company = type(self.env["res.company"])
        return patch.object(company, "_kam_today", lambda _company: day)

    def take_effect(self, day):
        with self.on_day(day), self.enter_registry_test_mode():
            cron = self.env.ref("kam_management.ir_cron_kam_account_take_effect")
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_a_release_ahead_waits_for_its_day(self):
        account = self.designated()
        eve, day = self.today + timedelta(9), self.today + timedelta(10)
        account.release("Closes its shops", day.isoformat())
        self.assertEqual((account.status, account.planned), ("key", "release"))
        self.assertEqual(account.planned_on, day)
        self.assertEqual(account.user_id, self.anna)
        self.take_effect(eve)
        self.assertEqual((account.status, account.user_id), ("key", self.anna))
        # the cron may be late by days: it holds from the day decided
        self.take_effect(day + timedelta(2))
        self.assertEqual((account.status, account.planned), ("former", False))
        self.assertEqual(account.owner_ids.date_to, eve)
        self.assertFalse(account.planned_on or account.planned_reason)

        def status(on):
            shown = account.kam_as_of(on.isoformat())["fields"]
            return next(one["value"] for one in shown if one["field"] == "status")

        self.assertEqual(status(eve), "Key account")
        self.assertEqual(status(day), "Former")
        released = account.kam_history()["events"][0]
        self.assertEqual(released["title"], "Released")
        self.assertIn("Closes its shops", str(released))

    def test_made_key_ahead_by_the_list(self):
        ahead = self.today + timedelta(5)
        account = self.designated(ahead.isoformat())
        self.assertEqual((account.status, account.planned_class), ("prospect", "A"))
        self.assertEqual(self.on(account, ahead), [(self.anna, 100)])
        self.take_effect(ahead)
        self.assertEqual((account.status, account.account_class), ("key", "A"))
        self.assertEqual(account.key_since, ahead)

    def test_a_plan_can_be_taken_back(self):
        account = self.designated()
        ahead = (self.today + timedelta(5)).isoformat()
        account.suspend("Does not pay", ahead)
        with self.assertRaisesRegex(UserError, "Cancel that one first"):
            account.change_class("C", "Shrank", ahead)
        with self.assertRaisesRegex(UserError, "“Cancel”"):
            account.write({"planned_on": False})
        with self.assertRaises(AccessError):
            account.with_user(self.anna).cancel_plan("Mine")
        account.cancel_plan("Has paid")
        self.assertFalse(account.planned)
        with self.assertRaisesRegex(UserError, "Nothing is planned"):
            account.cancel_plan("Again")
        self.take_effect(self.today + timedelta(6))
        self.assertEqual(account.status, "key")

    def test_suspend_resume_change_class(self):
        account = self.designated()
        account.suspend("Does not pay")
        account.change_class("C", "Shrank")
        account.resume("Paid")
        self.assertEqual((account.status, account.account_class), ("key", "C"))
        titles = [event["title"] for event in account.kam_history()["events"]]
        self.assertEqual(
            titles,
            [
                "Suspension ended",
                "Class changed",
                "Suspended",
                "Made a key account",
                "Account opened",
            ],
        )

    def test_grouping_by_the_manager_of_today(self):
        account = self.designated()
        groups = dict(
            self.Account._read_group(
                [("id", "=", account.id)], ["user_id"], ["id:recordset"]
            )
        )
        self.assertEqual(groups, {self.anna: account})

    # -------------------------------------------------------------------- inputs
    def test_owners_that_cannot_be(self):
        account = self.designated()
        for owners, words in (
            ([], "“Owners” is empty"),
            (None, "“Owners” is empty"),
            (5, "“Owners” is a list"),
            ("anna", "“Owners” is a list"),
            ([5], "“Owners” is a list"),
            ([{}], "“Owners” is a list"),
            ([{"user_id": "anna"}], "“Owners” is a list"),
            ([{"user_id": self.anna.id, "share": "half"}], "“Owners” is a list"),
            ([{"user_id": self.anna.id, "share": float("inf")}], "“Owners” is a list"),
            ([{"user_id": self.anna.id, "share": float("nan")}], "“Share”"),
            ([{"user_id": self.anna.id, "share": 0}], "“Share”"),
            ([{"user_id": self.anna.id, "share": 90}], "90.00 % together"),
            ([{"user_id": self.anna.id, "role": "chief"}], "“Role”"),
            ([{"user_id": self.anna.id, "role": "co"}], "0 leads"),
            ([{"user_id": 10**7}], "does not exist"),
            ([{"user_id": 2**70}], "does not exist"),
            ([{"user_id": self.portal.id}], "no internal user"),
            ([{"user_id": self.gone.id}], "archived"),
            (
                [{"user_id": self.anna.id, "share": 50} for _n in range(2)],
                "twice",
            ),
        ):
            with self.subTest(owners), self.assertRaisesRegex(UserError, words):
                account.hand_over(owners, "Why")
        self.assertEqual(account.event_version, 2)

    def test_decisions_that_say_too_little(self):
        account = self.designated()
        for call, words in (
            (lambda: account.change_class("B", ""), "“Reason” is missing"),
            (lambda: account.change_class("B", "  "), "“Reason” is missing"),
            (lambda: account.change_class("B", None), "“Reason” is missing"),
            (lambda: account.change_class("B", 5), "“Reason” is a text"),
            (lambda: account.change_class("B", "nul\0"), "“Reason” is a text"),
            (lambda: account.change_class("Z", "Why"), "“Class”"),
            (lambda: account.change_class(["A"], "Why"), "“Class”"),
            (lambda: account.change_class("A", "Why"), "Nothing changes: “Class”"),
            (lambda: account.change_class("B", "Why", "soon"), "is a date"),
            (lambda: account.change_class("B", "Why", 5), "is a date"),
            (lambda: account.change_class("B", "Why", "9999-12-31"), "1900 to 2199"),
            (lambda: account.change_class("B", "Why", "0001-01-01"), "1900 to 2199"),
            (lambda: account.resume("Why"), "“Key account”; .* Suspended"),
        ):
            with self.assertRaisesRegex(UserError, words):
                call()
        self.assertEqual(account.event_version, 2)

    # ------------------------------------------------------------------- powers
    def test_who_may_decide(self):
        account = self.designated()
        for user, words in (
            (self.anna, "Only a head of sales"),
            (self.ben, None),
            (self.credit, "Only a head of sales"),
            (self.support, "Only a head of sales"),
        ):
            model = account.with_user(user)
            for call in (
                lambda model=model: model.change_class("B", "Why"),
                lambda model=model: model.hand_over([{"user_id": 2}], "Why"),
                lambda model=model: model.release("Why"),
                lambda model=model: model.suspend("Why"),
                lambda model=model: model.designate(self.second.ids, "A", "Why"),
            ):
                with self.assertRaisesRegex(AccessError, words or ""):
                    call()

    def test_a_head_decides_only_where_the_team_is(self):
        account = self.designated()
        with self.assertRaises(AccessError):
            account.with_user(self.head).change_class("B", "Not mine")
        account.head_id = self.head
        account.with_user(self.head).change_class("B", "Mine")
        self.assertEqual(account.account_class, "B")

    def test_a_manager_takes_no_past_and_no_powers(self):
        model = self.Account.with_user(self.anna)
        with self.assertRaisesRegex(AccessError, "lies in the past"):
            model.create(
                {
                    "partner_id": self.customer.id,
                    "owner_ids": [
                        Command.create(
                            {"user_id": self.anna.id, "date_from": "2025-01-01"}
                        )
                    ],
                }
            )
        with self.assertRaisesRegex(AccessError, "another team or head"):
            model.create({"partner_id": self.customer.id, "head_id": self.anna.id})
        account = self.designated()
        team = self.env["crm.team"].create({"name": "T", "user_id": self.anna.id})
        for vals in ({"head_id": self.anna.id}, {"team_id": team.id}):
            with self.assertRaisesRegex(AccessError, "another team or head"):
                account.with_user(self.anna).write(vals)
        account.with_user(self.anna).write({"needs": "Her own to write"})

    def test_once_owned_is_to_read_only(self):
        account = self.designated()
        account.hand_over([{"user_id": self.ben.id}], "Moves")
        theirs = account.with_user(self.anna)
        self.assertEqual(theirs.search([]), account)
        self.assertEqual(theirs.status, "key")
        with self.assertRaises(AccessError):
            theirs.write({"needs": "x"})
        self.assertFalse(theirs.is_mine)
        account.with_user(self.ben).write({"needs": "y"})

    def test_an_account_planned_is_not_seen_yet(self):
        account = self.designated()
        ahead = self.today + timedelta(3)
        account.hand_over([{"user_id": self.ben.id}], "Soon", ahead.isoformat())
        self.assertFalse(account.with_user(self.ben).search([]))
        with self.assertRaises(AccessError):
            account.with_user(self.ben).read(["status"])
