"""A substitute sees and does what the absent one may: these days, accounts, powers."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import common

GROUP = "kam_management.group_kam_"


@tagged("post_install", "-at_install")
class TestKamDelegation(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ("absent", "user"),
            ("sub", "user"),
            ("third", "user"),
            ("head", "head"),
            ("boss", "director"),
        ):
            user = new_test_user(cls.env, f"del_{login}", groups=GROUP + group)
            setattr(cls, login, user)
        cls.portal = new_test_user(cls.env, "del_portal", groups="base.group_portal")
        cls.today = cls.env.company._kam_today()
        cls.Delegation = cls.env["kam.delegation"].with_user(cls.absent)
        accounts = cls.env["kam.account"].with_user(cls.boss)
        for name in ("one", "two"):
            partner = cls.env["res.partner"].create(
                {"name": f"Delegated {name}", "is_company": True}
            )
            ids = accounts.designate(
                partner.ids, "A", "Large", "2026-01-01", [{"user_id": cls.absent.id}]
            )
            setattr(cls, name, accounts.browse(ids))

    def delegate(self, first=0, last=5, **vals):
        return self.Delegation.create(
            {
                "substitute_id": self.sub.id,
                "date_from": self.today + timedelta(first),
                "date_to": self.today + timedelta(last),
                **vals,
            }
        )

    def seen(self, user=None):
        return self.one.with_user(user or self.sub).search([])

    def behalf(self, record):
        return self.env["kam.event.store"]._read_log(record._name, [record.event_key])[
            -1
        ]["behalf_id"]

    def day(self, days):
        return patch.object(
            type(self.env["res.company"]),
            "_kam_today",
            lambda company, day=self.today + timedelta(days): day,
        )

    def test_seen_and_worked_on_behalf(self):
        self.assertFalse(self.seen())
        self.delegate()
        self.assertEqual(self.seen(), self.one | self.two)
        self.one.with_user(self.sub).write({"needs": "Asked for pallets"})
        self.assertEqual(self.behalf(self.one), self.absent.id)
        (event, *_rest) = self.one.kam_history()["events"]
        self.assertEqual(event["behalf"], self.absent.name)
        self.assertEqual(event["actor"], self.sub.name)
        self.two.with_user(self.absent).write({"needs": "Mine"})
        self.assertFalse(self.behalf(self.two))

    def test_only_within_the_days(self):
        self.delegate(2, 4)
        for days, seen in ((0, False), (1, False), (2, True), (4, True), (5, False)):
            with self.day(days), self.subTest(days):
                self.env.invalidate_all()
                self.assertEqual(bool(self.seen()), seen)

    def test_only_the_accounts_named(self):
        self.delegate(account_ids=[Command.link(self.one.id)])
        self.assertEqual(self.seen(), self.one)
        with self.assertRaises(AccessError):
            self.two.with_user(self.sub).write({"needs": "x"})

    def test_without_the_power_to_act_nothing_is_seen(self):
        self.delegate(may_act=False, may_approve=True)
        self.assertFalse(self.seen())

    def test_taken_back(self):
        delegation = self.delegate()
        delegation.action_end()
        self.assertEqual(delegation.state, "over")
        self.assertFalse(self.seen())
        with self.assertRaisesRegex(UserError, "was ended on"):
            delegation.action_end()
        with self.assertRaisesRegex(UserError, "was ended on"):
            delegation.write({"date_to": self.today + timedelta(9)})
        ahead = self.delegate()
        ahead.end_delegation((self.today + timedelta(2)).isoformat())
        self.assertTrue(self.seen())
        with self.day(2):
            self.assertFalse(self.seen())

    def test_not_handed_on(self):
        self.delegate()
        self.Delegation.with_user(self.sub).create(
            {"substitute_id": self.third.id, "date_to": self.today}
        )
        self.assertFalse(self.seen(self.third))

    def test_the_substitute_cannot_widen_it(self):
        delegation = self.delegate(account_ids=[Command.link(self.one.id)])
        theirs = delegation.with_user(self.sub)
        self.assertEqual(theirs.state, "active")
        for vals in (
            {"account_ids": [Command.clear()]},
            {"date_to": self.today + timedelta(99)},
            {"may_approve": True},
        ):
            with self.assertRaises(AccessError):
                theirs.write(vals)
        with self.assertRaises(AccessError):
            theirs.action_end()
        for call in (delegation.unlink, theirs.unlink):
            with self.assertRaises(UserError):
                call()

    def test_nobody_delegates_what_is_anothers(self):
        vals = {"date_to": self.today, "substitute_id": self.sub.id}
        for user in (self.sub, self.third):
            with self.assertRaises(AccessError):
                self.Delegation.with_user(user).create(
                    {**vals, "user_id": self.absent.id, "substitute_id": self.third.id}
                    if user == self.sub
                    else {**vals, "user_id": self.absent.id}
                )
        mine = self.Delegation.with_user(self.third).create(vals)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            mine.write({"user_id": self.boss.id, "substitute_id": self.third.id})
        # a head decides for the own team, and cannot stand in for the rest
        with self.assertRaises(AccessError):
            self.Delegation.with_user(self.head).create(
                {**vals, "user_id": self.boss.id, "substitute_id": self.head.id}
            )
        team = self.env["crm.team"].create(
            {
                "name": "Heads",
                "user_id": self.head.id,
                "member_ids": [Command.set((self.third | self.head).ids)],
            }
        )
        self.assertEqual(self.third.sale_team_id, team)
        self.env.flush_all()
        with self.assertRaises(AccessError):
            self.Delegation.with_user(self.head).create(
                {**vals, "user_id": self.boss.id, "substitute_id": self.third.id}
            )
        self.Delegation.with_user(self.head).create({**vals, "user_id": self.third.id})

    def test_a_head_delegates_the_power_to_decide(self):
        self.one.head_id = self.head
        self.Delegation.with_user(self.head).create(
            {"substitute_id": self.sub.id, "date_to": self.today, "may_approve": True}
        )
        self.one.with_user(self.sub).change_class("B", "The head is on leave")
        self.assertEqual(self.behalf(self.one), self.head.id)
        with self.assertRaises(AccessError):
            self.two.with_user(self.sub).change_class("B", "Not that head's")
        with self.assertRaises(AccessError):
            self.one.with_user(self.sub).designate(
                self.two.partner_id.ids, "A", "No account of theirs"
            )

    def test_without_that_power_the_substitute_of_a_head_only_acts(self):
        self.one.head_id = self.head
        self.Delegation.with_user(self.head).create(
            {"substitute_id": self.sub.id, "date_to": self.today}
        )
        self.one.with_user(self.sub).write({"needs": "x"})
        self.assertEqual(self.behalf(self.one), self.head.id)
        with self.assertRaisesRegex(AccessError, "Only a head of sales"):
            self.one.with_user(self.sub).change_class("B", "Not allowed")

    def test_for_a_leader_of_the_team(self):
        team = self.env["crm.team"].create({"name": "T", "user_id": self.third.id})
        self.one.team_id = team
        self.Delegation.with_user(self.third).create(
            {"substitute_id": self.sub.id, "date_to": self.today}
        )
        self.assertEqual(self.seen(), self.one)
        self.one.with_user(self.sub).write({"needs": "For the leader"})
        self.assertEqual(self.behalf(self.one), self.third.id)

    def test_in_its_company_only(self):
        other = self.env["res.company"].create({"name": "Other trade"})
        everyone = self.absent | self.sub | self.boss
        everyone.company_ids += other
        partner = self.env["res.partner"].create({"name": "There", "is_company": True})
        both = {"allowed_company_ids": (self.env.company | other).ids}
        there = self.one.with_context(allowed_company_ids=other.ids)
        there = there.browse(
            there.designate(
                partner.ids, "A", "There", None, [{"user_id": self.absent.id}]
            )
        )
        self.assertEqual(there.company_id, other)
        self.delegate()
        self.assertEqual(
            self.seen().with_context(**both).search([]), self.one | self.two
        )
        with self.assertRaises(AccessError):
            there.with_user(self.sub).with_context(**both).write({"needs": "x"})

    def test_people_who_cannot_stand_in(self):
        gone = new_test_user(self.env, "del_gone", groups=GROUP + "user")
        gone.active = False
        for user, words in (
            (self.portal, "no internal user"),
            (gone, "archived"),
            (self.absent, "somebody else"),
            (self.env["res.users"], "both needed"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.delegate(substitute_id=user.id)
        with self.assertRaisesRegex(UserError, "not before"):
            self.delegate(5, 0)
        with self.assertRaisesRegex(UserError, "is a date"):
            self.delegate().end_delegation("soon")
