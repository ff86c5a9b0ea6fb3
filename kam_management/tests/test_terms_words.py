"""What people are told: why this column, who decides, what was answered."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError

from . import common
from .client_case import GROUP
from .pricing_case import PricingCase

TRICK = "<img src=x onerror=alert(1)>"


class TestWhyThisColumn(PricingCase, common.KamCase):
    """Figures at the edges of the window, of other currencies, with goods returned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.designate(cls.bolt, cls.kim)
        cls.first, cls.last = cls.mine._column_window(cls.policy)

    def sell(self, quantity, day, product=None, price=100, kind="out_invoice", **vals):
        product = product or self.product
        line = {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": False,
        }
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": self.bolt.id,
                "invoice_date": day,
                "invoice_line_ids": [Command.create(line)],
                **vals,
            }
        )
        move.action_post()
        return move

    def report(self, day=None):
        day = day or self.today
        company = type(self.company)
        with patch.object(company, "_kam_today", lambda _self: day):
            return self.mine.with_user(self.kim).column_report()

    def test_first_and_last_day_of_the_window_count_and_no_other(self):
        self.sell(1, self.first - timedelta(days=1))
        self.sell(2, self.first)
        self.sell(4, self.last)
        self.sell(8, self.last + timedelta(days=1))
        self.assertEqual(self.report(self.last)["facts"]["turnover"], 6 * 110)
        self.assertEqual(self.report(self.first)["facts"]["turnover"], 2 * 110)
        later = self.report(self.last + timedelta(days=1))
        self.assertEqual(later["facts"]["turnover"], 8 * 110)

    def test_exactly_at_the_threshold_is_enough(self):
        """10 500 at the base: 95 crates are 10 450, and one sack of 50 makes it."""
        self.sell(95, self.first)
        self.assertEqual(self.report()["entitled"], "Retail")
        [line] = [
            one for one in self.report()["next"]["lines"] if "Turnover" in one["words"]
        ]
        self.assertFalse(line["met"])
        self.assertIn("10,450.00", line["words"])
        self.assertIn("50.00 more", line["words"])
        self.sell(1, self.first, self.other)
        told = self.report()
        self.assertEqual(
            (told["facts"]["turnover"], told["entitled"]), (10500, "Wholesale")
        )

    def test_credit_notes_lower_turnover_and_breadth(self):
        self.other.categ_id = self.env["product.category"].create({"name": "Sacks"})
        self.sell(100, self.first)
        sacks = self.sell(10, self.first, self.other)
        self.assertEqual(self.report()["facts"]["breadth"], 2)
        self.sell(9, self.first, self.other, kind="out_refund")
        facts = self.report()["facts"]
        self.assertEqual((facts["turnover"], facts["breadth"]), (11050, 2))
        self.sell(1, self.first, self.other, kind="out_refund")
        facts = self.report()["facts"]
        self.assertEqual((facts["turnover"], facts["breadth"]), (11000, 1))
        self.sell(50, self.first, kind="out_refund")
        self.assertEqual(self.report()["entitled"], "Retail")
        sacks.button_draft()
        self.assertEqual(self.report()["facts"]["turnover"], 5000)

    def test_what_was_paid_does_not_matter_and_a_currency_neither(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 4, "name": "2020-01-01"}
        )
        self.sell(10, self.first, price=1, currency_id=other.id)
        self.sell(10, self.first, price=0)
        self.assertEqual(self.report()["facts"]["turnover"], 2200)

    def test_a_dozen_counts_as_twelve(self):
        move = self.sell(1, self.first)
        move.button_draft()
        move.invoice_line_ids.product_uom_id = self.env.ref("uom.product_uom_dozen")
        move.action_post()
        self.assertEqual(self.report()["facts"]["turnover"], 12 * 110)

    def test_the_usual_term_of_the_company_counts_where_there_is_no_own(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "60 days",
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 60})],
            }
        )
        self.bolt.property_payment_term_id = False
        self.assertEqual(self.report()["facts"]["term_days"], 0)
        self.env["ir.default"].set(
            "res.partner",
            "property_payment_term_id",
            term.id,
            company_id=self.company.id,
        )
        bare = self.env["res.partner"].create({"name": "Dove", "is_company": True})
        self.mine = self.designate(bare, self.kim)
        self.assertEqual(self.report()["facts"]["term_days"], 60)
        words = [one["words"] for one in self.report()["next"]["lines"]]
        self.assertTrue([one for one in words if "15 days less" in one], words)

    def test_an_exception_names_its_reason_who_and_until_when(self):
        self.give(self.col_dealer, "exception", date_to=str(self.day(60)))
        told = self.account.with_user(self.kim).column_report()
        self.assertEqual((told["basis"], told["granted_by"]), ("exception", "Hal"))
        words = self.account.with_user(self.kim).column_words
        for one in ("Dealer, exception from", "until", "Hal: “Agreed”"):
            self.assertIn(one, words)

    # ---------------------------------------------------------------- demotion
    def review(self, day):
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        company = type(self.company)
        with patch.object(company, "_kam_today", lambda _self: day):
            self.env["kam.account"]._review_columns(self.company)

    def test_a_day_that_the_server_missed_changes_nothing(self):
        """The lower column comes late rather than never, judged by its own window."""
        before = str(self.first - timedelta(days=200))
        self.mine.sudo()._grant(self.col_wholesale, "policy", None, before, None)
        grant = self.mine.price_grant_id
        self.review(self.last - timedelta(days=10))
        self.assertEqual(grant.demote_on, self.last + timedelta(days=1))
        late = grant.demote_on + timedelta(days=3)
        self.sell(200, grant.demote_on)  # of the next window: too late
        self.review(late)
        self.assertEqual(grant.ended_on, late)
        self.assertNotEqual(self.mine.price_column_id, self.col_wholesale)

    def test_bought_on_the_last_day_it_stays(self):
        before = str(self.first - timedelta(days=200))
        self.mine.sudo()._grant(self.col_wholesale, "policy", None, before, None)
        grant = self.mine.price_grant_id
        self.review(self.last - timedelta(days=10))
        self.sell(100, self.last)
        self.review(grant.demote_on)
        self.assertFalse(grant.ended_on)
        self.assertFalse(grant.demote_on)

    def test_decisions_keep_the_version_they_were_made_by(self):
        self.sell(100, self.first)
        self.mine.with_user(self.kim).grant_column(self.col_wholesale.id)
        old = self.mine.price_grant_id
        policy = self.policy.copy()
        policy.condition_ids[0].turnover = 10600
        policy.publish("Harder", str(self.today))
        self.assertEqual(old.policy_id, self.policy)
        order = self.quote(price=80)
        approvals = self.env["kam.approval"].with_user(self.kim)
        approval_id = approvals.ask("discount", "sale.order", order.id, None, "Why")
        self.assertEqual(self.env["kam.approval"].browse(approval_id).policy_id, policy)
        self.give(self.col_dealer, "agreement", self.mine)
        self.assertEqual(self.mine.price_grant_id.policy_id, policy)


class TestAskedAndAnswered(PricingCase, common.KamCase):
    def ask(self, order, user=None, reason="They open three shops", **more):
        approvals = self.env["kam.approval"].with_user(user or self.kim)
        approval_id = approvals.ask(
            "discount", "sale.order", order.id, None, reason, **more
        )
        return self.env["kam.approval"].browse(approval_id)

    def shown(self, order, user=None):
        self.env.invalidate_all()
        seen = order.with_user(user or self.kim)
        return seen.kam_stand, seen.kam_may_ask, str(seen.kam_asked or "")

    def test_from_the_request_to_the_order(self):
        order = self.quote(price=80)
        self.assertEqual(self.shown(order), ("stop", True, ""))
        approval = self.ask(order)
        stand, may_ask, words = self.shown(order)
        self.assertEqual((stand, may_ask), ("stop", False))
        self.assertIn("Discount: asked by Kim on", words)
        self.assertIn("Hal decides", words)
        action = order.with_user(self.kim).action_kam_approvals()
        self.assertEqual(action["res_id"], approval.id)
        approval.with_user(self.hal).approve("Once")
        stand, may_ask, words = self.shown(order)
        self.assertEqual((stand, may_ask), ("ok", False))
        self.assertIn("approved by Hal", words)

    def test_only_what_was_not_asked_yet_is_asked(self):
        """The discount waits; the customer falls beyond the limit; credit is asked."""
        order = self.quote(price=80)
        waiting = self.ask(order)
        terms = self.env["kam.credit.terms"].with_user(self.cy)
        terms.set_terms(self.acme.ids, {"credit_limit": 500}, "Trusted")
        self.assertTrue(self.shown(order)[1])
        dialog = self.env["kam.approval.ask"].with_user(self.kim)
        dialog = dialog.create({"order_id": order.id, "reason": "Season"})
        self.assertIn("eyond the credit limit", dialog.found)
        self.assertNotIn("below the column", dialog.found)
        asked = self.env["kam.approval"].browse(dialog.action_ask()["res_id"])
        self.assertEqual((asked.kind, asked.state), ("credit", "asked"))
        self.assertEqual(waiting.state, "asked")
        self.assertFalse(self.shown(order)[1])

    def test_refused_says_why_and_what_may_be_done(self):
        order = self.quote(price=80)
        self.ask(order).with_user(self.hal).refuse("They owe us")
        stand, may_ask, words = self.shown(order)
        self.assertEqual((stand, may_ask), ("stop", True))
        self.assertIn("refused by Hal", words)
        self.assertIn("“They owe us”", words)
        again = self.ask(order, reason="They paid")
        self.assertFalse(self.shown(order)[1])
        again.with_user(self.kim).withdraw()
        self.assertIn("refused by Hal", self.shown(order)[2])

    def test_less_was_granted(self):
        order = self.quote(price=80)
        approval = self.ask(order)
        dialog = self.env["kam.approval.decide"].with_user(self.hal)
        values = {"approval_id": approval.id, "percent": 10, "amount": 100}
        dialog.create({**values, "answer": "Ten"}).action_apply()
        stand, may_ask, words = self.shown(order)
        self.assertEqual((stand, may_ask), ("stop", True))
        self.assertIn("granted less", words)
        self.assertIn("10.00 % of the order", words)
        order.order_line.price_unit = 85  # on the way down nothing is lost
        self.env.cr.precommit.run()
        self.assertEqual(approval.state, "approved")
        self.assertStopped(order.action_confirm)
        order.order_line.price_unit = 90
        self.assertIn("approved by Hal", self.shown(order)[2])
        order.action_confirm()
        self.assertEqual(approval.state, "used")

    def test_outgrown_and_run_out(self):
        order = self.quote(price=80)
        self.ask(order)
        order.order_line.price_unit = 70
        self.assertIn("takes more by now", self.shown(order)[2])
        self.assertTrue(self.shown(order)[1])
        self.env.cr.precommit.run()
        self.assertIn("outgrew", self.shown(order)[2])
        approval = self.ask(order, valid_until=str(self.day(1)))
        approval.with_user(self.hal).approve()
        company, later = type(self.company), self.day(2)
        with patch.object(company, "_kam_today", lambda _self: later):
            stand, may_ask, words = self.shown(order)
        self.assertEqual((stand, may_ask), ("stop", True))
        self.assertIn("only: ask anew", words)

    def test_whoever_may_not_ask_is_not_offered_it(self):
        order = self.quote(price=80)
        self.ask(order)
        plain = self.lou.copy({"login": "cli_pat", "name": "Pat"})
        plain.group_ids = [
            Command.set(
                [
                    self.env.ref("base.group_user").id,
                    self.env.ref("sales_team.group_sale_salesman_all_leads").id,
                ]
            )
        ]
        self.assertEqual(self.shown(order, plain), ("stop", False, ""))

    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["sale.order"].union(
            *(self.quote(price=80) for _n in range(4))
        )
        for one in orders:
            self.ask(one)

        def look(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.kim).mapped("kam_asked")
            return self.env.cr.sql_log_count - before

        look(orders)
        self.assertLessEqual(look(orders), look(orders[:1]) + 1)

    def test_on_the_home_screen(self):
        def cards(user):
            self.env.invalidate_all()
            needs = self.env["kam.account"].with_user(user).home()["needs"]
            found = {one["key"]: one for one in needs}
            return [found[key]["count"] for key in ("to_decide", "answered")]

        order = self.quote(price=80)
        before = cards(self.hal), cards(self.kim)
        self.assertEqual(before, ([0, 0], [0, 0]))
        approval = self.ask(order)
        self.assertEqual((cards(self.hal), cards(self.kim)), ([1, 0], [0, 0]))
        approval.with_user(self.hal).approve()
        self.assertEqual((cards(self.hal), cards(self.kim)), ([0, 0], [0, 1]))
        order.action_confirm()
        self.assertEqual(cards(self.kim), [0, 0])
        other = self.ask(self.quote(price=80))
        other.with_user(self.hal).refuse("No")
        self.assertEqual(cards(self.kim), [0, 1])
        company, later = type(self.company), self.day(8)
        with patch.object(company, "_kam_today", lambda _self: later):
            self.assertEqual(cards(self.kim), [0, 0])

    # ------------------------------------------------------------------ words
    def test_what_people_write_is_text_wherever_it_is_shown(self):
        self.acme.name = f"Acme {TRICK}"
        self.product.name = f"Crate {TRICK}"
        self.col_wholesale.sudo().name = f"Wholesale {TRICK}"
        order = self.quote(price=80)
        approval = self.ask(order, reason=TRICK)
        seen = order.with_user(self.kim)
        pages = [
            seen.kam_found,
            seen.kam_asked,
            approval.with_user(self.hal).dossier_html,
        ]
        pages.append(approval.activity_ids.note)
        approval.with_user(self.hal).refuse(TRICK)
        self.env.invalidate_all()
        pages += [seen.kam_asked, *approval.message_ids.mapped("body")]
        self.give(self.col_dealer, "exception", date_to=str(self.day(9)))
        self.account.sudo()._grant(
            self.col_dealer, "agreement", TRICK, str(self.today), None
        )
        pages.append(self.account.with_user(self.kim).column_words)
        pages.append(
            self.env["kam.approval.ask"]
            .with_user(self.kim)
            .create({"order_id": order.id})
            .found
        )
        check = self.env["kam.reliability.check"].create({"partner_id": self.acme.id})
        pages.append(check.preview)
        for page in pages:
            self.assertNotIn("<img", str(page or ""))
        self.assertIn("&lt;img", str(seen.kam_asked))

    def test_wrong_input_by_hand_is_refused_in_a_sentence(self):
        order = self.quote(price=80)
        asking = self.env["kam.approval.ask"].with_user(self.kim)
        for values, words in (
            ({"order_id": order.id, "reason": " "}, "Reason"),
            ({"order_id": self.quote().id, "reason": "Why"}, "nothing more to ask"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                asking.create(values).action_ask()
        approval = self.ask(order, valid_until=str(self.day(5)))
        deciding = self.env["kam.approval.decide"].with_user(self.hal)
        for values, words in (
            ({"percent": 21, "amount": 210}, "Granted"),
            ({"percent": 20, "amount": 200}, "Granted"),
            ({"percent": -1, "amount": 1}, "below zero"),
            ({"percent": 10, "amount": -5}, "below zero"),
            ({"percent": 10, "amount": 5, "valid_until": self.day(6)}, "Valid until"),
            ({"percent": 10, "amount": 5, "valid_until": self.day(-1)}, "Valid until"),
            ({"kind": "refuse"}, "Reason"),
        ):
            dialog = deciding.create({"approval_id": approval.id, **values})
            with self.subTest(values):
                self.assertStopped(dialog.action_apply, words)
        granting = self.env["kam.price.grant.wizard"].with_user(self.hal)
        base = {"account_id": self.account.id, "column_id": self.col_dealer.id}
        days = {"date_from": self.day(5), "date_to": self.day(4)}
        for values, words in (
            ({"basis": "agreement"}, "Reason"),
            ({"basis": "exception", "reason": "Why"}, "“To” is missing"),
            ({"basis": "exception", "reason": "Why", **days}, "lies before"),
        ):
            dialog = granting.create({**base, **values})
            with self.subTest(values):
                self.assertStopped(dialog.action_grant, words)
        self.assertEqual(approval.state, "asked")

    def test_the_dossier_by_role(self):
        approval = self.ask(self.quote(price=80))
        for user in (self.kim, self.hal, self.dot, self.cy):
            self.assertTrue(approval.with_user(user).dossier()["asked"])
        with self.assertRaises(AccessError):
            approval.with_user(self.lou).dossier()
        self.hal.group_ids += self.env.ref(GROUP + "margin")
        told = approval.with_user(self.hal).dossier()
        self.assertIsNotNone(told["order"]["margin_percent"])
        self.assertIsNone(
            approval.with_user(self.dot).dossier()["order"]["margin_percent"]
        )
