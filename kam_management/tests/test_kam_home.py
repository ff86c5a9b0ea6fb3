"""The home screen: what it tells each role, and what it costs."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from . import common
from .client_case import ClientCase


@tagged("post_install", "-at_install")
class TestKamHome(ClientCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls.designate(cls.acme, cls.kim)
        cls.two = cls.designate(cls.bolt, cls.lou, letter="B")
        cls.invoice(cls.acme, 500, -100, due=-70)
        cls.order(cls.acme, -30)
        cls.order(cls.acme, -2, confirm=False)

    def home(self, user, scope=None):
        self.env.flush_all()
        return self.env["kam.account"].with_user(user).home(scope)

    def need(self, data, key):
        [found] = [one for one in data["needs"] if one["key"] == key]
        return found["count"]

    def test_a_manager_sees_own_accounts_and_what_they_need(self):
        data = self.home(self.kim)
        self.assertEqual((data["scope"], data["scopes"]), ("own", ["own"]))
        [row] = data["accounts"]
        self.assertEqual((row["id"], row["class"]), (self.one.id, "A"))
        self.assertEqual(row["needs"], ["overdue", "no_step", "quotations"])
        self.assertEqual(data["totals"]["overdue"], 500)
        self.assertEqual(sum(data["months"]["current"]), 500)
        self.assertEqual(len(data["months"]["labels"]), 12)
        self.assertEqual(self.need(data, "overdue"), 1)
        self.assertFalse(data["team"])

    def test_next_steps_and_meetings(self):
        self.one.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.day(-1),
            summary="Ask for the rest",
            user_id=self.kim.id,
        )
        start = self.env["calendar.event"].create(
            {
                "name": "Tasting",
                "start": f"{self.day(1)} 09:00:00",
                "stop": f"{self.day(1)} 10:00:00",
                "partner_ids": [Command.set(self.kim.partner_id.ids)],
            }
        )
        data = self.home(self.kim)
        self.assertEqual(data["accounts"][0]["next_step"], "Ask for the rest")
        self.assertEqual(self.need(data, "late_step"), 1)
        self.assertEqual(self.need(data, "no_step"), 0)
        self.assertEqual(data["activities"][0]["name"], "Ask for the rest")
        self.assertIn(start.id, [one["id"] for one in data["meetings"]])

    def test_a_head_sees_the_team_by_manager(self):
        data = self.home(self.hal)
        self.assertEqual((data["scope"], data["scopes"]), ("all", ["own", "all"]))
        self.assertEqual({row["name"] for row in data["team"]}, {"Kim", "Lou"})
        self.assertFalse(self.home(self.hal, "own")["accounts"])
        self.env["kam.account"].with_user(self.hal).create(
            {"partner_id": self.cog.id, "owner_ids": []}
        )
        self.assertEqual(self.need(self.home(self.hal), "prospects"), 1)

    def test_a_substitute_sees_for_whom(self):
        self.env["kam.delegation"].with_user(self.kim).create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_from": self.today,
                "date_to": self.day(5),
            }
        )
        data = self.home(self.lou)
        shown = {row["id"]: row["behalf"] for row in data["accounts"]}
        self.assertEqual(shown, {self.one.id: "Kim", self.two.id: ""})
        [standing_in] = data["standing_in"]
        self.assertEqual((standing_in["name"], standing_in["running"]), ("Kim", True))
        [absence] = self.home(self.kim)["absences"]
        self.assertEqual(absence["name"], "Lou")

    def test_a_reader_sees_the_company_and_changes_nothing(self):
        data = self.home(self.cy)
        self.assertEqual((data["role"], data["may_create"]), ("reader", False))
        ids = {row["id"] for row in data["accounts"]}
        self.assertLessEqual({self.one.id, self.two.id}, ids)

    def test_somebody_without_accounts(self):
        self.two.hand_over([{"user_id": self.kim.id}], "All to Kim", self.day(-699))
        data = self.home(self.lou)
        self.assertEqual(data["totals"]["accounts"], 0)
        self.assertFalse(data["accounts"])

    def test_the_number_of_queries_is_fixed(self):
        counts = []
        for _round in range(2):
            self.home(self.hal)  # warm caches of rules and names
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env["kam.account"].with_user(self.hal).home()
            counts.append(self.env.cr.sql_log_count - before)
            self._more()
        self.assertEqual(found["totals"]["accounts"], 42)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 35)

    def _more(self):
        partners = self.env["res.partner"].create(
            [{"name": f"More {n}", "is_company": True} for n in range(40)]
        )
        self.env["kam.account"].with_user(self.hal).designate(
            partners.ids, "C", "Many", self.today, [{"user_id": self.kim.id}]
        )


@tagged("post_install", "-at_install")
class TestKamBrief(ClientCase, common.KamCase):
    def delegation(self, first=0, last=5):
        return self.env["kam.delegation"].create(
            {
                "user_id": self.kim.id,
                "substitute_id": self.lou.id,
                "date_from": self.day(first),
                "date_to": self.day(last),
            }
        )

    def test_the_brief_tells_what_was_done_on_behalf(self):
        account = self.designate(self.acme, self.kim)
        own = self.designate(self.bolt, self.lou)
        delegation = self.delegation()
        account.with_user(self.lou).needs = "Deliver on Mondays"
        own.with_user(self.lou).needs = "Not for anybody else"
        account.with_user(self.kim).openings = "Done by Kim"
        for user in (self.kim, self.lou, self.dot):
            brief = delegation.with_user(user).brief()
            self.assertEqual(brief["total"], 1)
            [record] = brief["records"]
            self.assertEqual((record["name"], record["id"]), ("Acme", account.id))
            [event] = record["events"]
            self.assertEqual(event["title"], "Needs noted")
            self.assertEqual(event["changes"][0]["new"], "Deliver on Mondays")
        with self.assertRaises(AccessError):
            delegation.with_user(self.cy).brief()

    def test_who_returns_is_reminded_once(self):
        delegation = self.delegation(first=-4, last=-1)
        running = self.delegation()
        taken_back = self.delegation(first=-3)
        taken_back.end_delegation()
        for _round in range(2):
            with self.enter_registry_test_mode():
                cron = self.env.ref("kam_management.ir_cron_kam_delegation_brief")
                cron.method_direct_trigger()
        self.assertEqual(delegation.activity_ids.user_id, self.kim)
        self.assertEqual(len(delegation.activity_ids), 1)
        self.assertEqual(len(taken_back.activity_ids), 1)
        self.assertFalse(running.activity_ids)


@tagged("post_install", "-at_install")
class TestKamTours(ClientCase, common.KamHttpCase):
    browser_size = "1800x1000"  # all buttons of the box in sight

    def test_a_head_makes_a_key_account_and_hands_it_over(self):
        self.invoice(self.acme, 500, -40, due=-10)
        self.env["kam.account"].with_user(self.hal).create({"partner_id": self.acme.id})
        self.start_tour("/odoo/key-accounts", "kam_decide_tour", login="cli_hal")
        account = self.env["kam.account"].search([("partner_id", "=", self.acme.id)])
        self.assertEqual((account.status, account.account_class), ("key", "B"))
        self.assertEqual(account.user_id, self.lou)

    def test_a_manager_goes_from_home_to_the_account(self):
        account = self.designate(self.acme, self.kim)
        self.invoice(self.acme, 500, -40, due=-10)
        self.start_tour("/odoo/key-accounts-home", "kam_home_tour", login="cli_kim")
        self.assertEqual(account.needs, "Pallets without film")

    def test_a_manager_delegates_and_reads_the_brief(self):
        self.designate(self.acme, self.kim)
        self.start_tour("/odoo/key-accounts-home", "kam_delegate_tour", login="cli_kim")
        delegation = self.env["kam.delegation"].search([("user_id", "=", self.kim.id)])
        self.assertEqual(delegation.substitute_id, self.lou)
        self.assertEqual(delegation.state, "over")
