"""Credit terms, and every door of the gate."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from . import common
from .client_case import ClientCase


class CreditCase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.list_price = 10
        cls.env["res.currency.rate"].search([]).unlink()
        cls.terms30 = cls.env.ref("account.account_payment_term_30days")
        cls.acme.property_payment_term_id = cls.terms30

    @classmethod
    def grant(cls, partner, limit, by=None, **settings):
        model = cls.env["kam.credit.terms"].with_user(by or cls.cy)
        settings = {"credit_limit": limit, **settings}
        [terms_id] = model.set_terms(partner.ids, settings, "Trusted")
        return cls.env["kam.credit.terms"].browse(terms_id)

    @classmethod
    def quote(cls, partner, price=10, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def pay(cls, partner, amount, currency=None):
        payment = cls.env["account.payment"].create(
            {
                "partner_id": partner.id,
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "currency_id": (currency or cls.company.currency_id).id,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def paid_online(cls, order, amount, state):
        method = cls.env["payment.method"].search([], limit=1)
        method = method or method.create({"name": "Card", "code": "kam_card"})
        return cls.env["payment.transaction"].create(
            {
                "provider_id": cls.env["payment.provider"].search([], limit=1).id,
                "payment_method_id": method.id,
                "reference": f"kam-{order.id}",
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
                "state": state,
            }
        )

    def standing(self, terms):
        return terms._standings()[terms.id]

    def codes(self, order):
        [told] = order.kam_findings()
        return {one["code"]: one["severity"] for one in told["findings"]}

    def assertRefused(self, act, words="beyond the credit limit"):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            act()
        self.env.invalidate_all()


class TestCreditTerms(CreditCase, common.KamCase):
    def test_set_by_the_credit_controller_only(self):
        for user in (self.kim, self.hal, self.dot):
            with self.assertRaises(AccessError):
                self.grant(self.acme, 100, by=user)
        terms = self.grant(self.acme, 100)
        self.assertEqual((terms.status, terms.credit_limit), ("granted", 100))
        for vals in ({"credit_limit": 200}, {"on_hold": True}, {"partner_id": 1}):
            self.assertRefused(lambda v=vals: terms.with_user(self.cy).write(v), ".")
        self.assertRefused(terms.with_user(self.cy).unlink, "withdraw")
        self.assertRefused(lambda: self.grant(self.acme, 100, by=self.cy), "Nothing")
        self.assertRefused(lambda: terms.with_user(self.cy).hold(" "), "Reason")

    def test_wrong_settings_are_refused_in_a_sentence(self):
        terms = self.grant(self.acme, 100).with_user(self.cy)
        for settings in (
            None,
            {},
            {"x": 1},
            {"credit_limit": "much"},
            {"credit_limit": float("nan")},
            {"credit_limit": -1},
            {"credit_limit": 1e20},
            {"currency_id": 10**8},
            {"group_id": 10**8},
            {"payment_term_id": "x"},
            {"valid_until": "2026-13-99"},
            {"overdue_days": 2**70},
            {"tolerance_percent": 101},
        ):
            with self.subTest(settings):
                self.assertRefused(lambda s=settings: terms.change_terms(s, "Why"), ".")
        for partners in ([10**8], ["x"], None, []):
            self.assertRefused(
                lambda p=partners: terms.set_terms(p, {"credit_limit": 1}, "Why"), "."
            )

    def test_every_change_is_recorded(self):
        terms = self.grant(self.acme, 100).with_user(self.cy)
        terms.change_terms({"credit_limit": 150, "valid_until": "2030-01-01"}, "Grew")
        terms.hold("Cheque returned")
        terms.release_hold("Paid")
        terms.withdraw("Sold")
        told = [one["type"] for one in reversed(terms.kam_history()["events"])]
        self.assertEqual(
            told[-4:], ["TermsGranted", "Held", "HoldReleased", "TermsWithdrawn"]
        )

    def test_a_decision_on_a_version_and_a_command_once(self):
        terms = self.grant(self.acme, 100).with_user(self.cy)
        seen = terms.event_version
        terms.change_terms({"credit_limit": 150}, "Grew")
        self.assertRefused(
            lambda: terms.change_terms({"credit_limit": 90}, "Why", seen), "somebody"
        )
        command = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a71"
        for _n in range(2):
            terms.hold("Fraud", command_id=command)
        self.assertTrue(terms.on_hold)

    def test_contacts_count_for_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.acme.id}
        )
        terms = self.grant(contact, 100)
        self.assertEqual(terms.partner_id, self.acme)

    # ------------------------------------------------------------------ mirror
    def test_mirrored_to_odoos_own_limit(self):
        terms = self.grant(self.acme, 100, payment_term_id=self.terms30.id)
        self.assertEqual(self.acme.credit_limit, 100)
        self.assertTrue(self.acme.use_partner_credit_limit)
        terms.hold("Fraud")
        self.assertEqual(self.acme.credit_limit, 0.01)
        terms.release_hold("Paid")
        terms.change_terms({"credit_limit": 0}, "No more")
        self.assertEqual(self.acme.credit_limit, 0.01, "Odoo reads 0 as no limit")
        terms.change_terms({"unlimited": True}, "Ministry")
        self.assertEqual(self.acme.credit_limit, 0)
        terms.withdraw("Over")
        self.acme.invalidate_recordset()
        self.assertFalse(self.acme.use_partner_credit_limit)

    def test_a_write_on_the_mirror_is_a_decision_or_refused(self):
        terms = self.grant(self.acme, 100)
        clerk = new_test_user(
            self.env, "clerk", groups="base.group_user,account.group_account_manager"
        )
        clerk.group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaisesRegex(AccessError, "credit controller"):
            self.acme.with_user(clerk).write({"credit_limit": 900})
        self.acme.with_user(clerk).write({"credit_limit": 100, "ref": "same"})
        self.assertEqual(self.acme.ref, "same")
        self.cy.group_ids += self.env.ref("account.group_account_manager")
        self.cy.group_ids += self.env.ref("base.group_partner_manager")
        self.acme.with_user(self.cy).write({"credit_limit": 300, "ref": "more"})
        self.assertEqual((terms.credit_limit, self.acme.credit_limit), (300, 300))
        self.assertEqual(self.acme.ref, "more")
        self.bolt.with_user(clerk).write({"credit_limit": 50})
        self.assertEqual(self.bolt.credit_limit, 50, "without terms it is Odoo's")

    # ---------------------------------------------------- merge, move, archive
    def test_merged_customers_keep_one_set_of_terms(self):
        kept, gone = self.grant(self.acme, 100), self.grant(self.bolt, 50)
        self.quote(self.bolt, 30).action_confirm()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.acme | self.bolt).ids, self.acme)
        self.assertFalse(gone.exists())
        self.assertEqual(kept.partner_id, self.acme)
        self.assertEqual(self.standing(kept).exposure, 30)

    def test_terms_go_with_a_customer_that_becomes_a_branch(self):
        terms = self.grant(self.acme, 100)
        self.acme.write({"is_company": False, "parent_id": self.bolt.id})
        self.assertEqual(terms.partner_id, self.bolt)

    def test_an_archived_customer_still_owes(self):
        terms = self.grant(self.acme, 100)
        self.invoice(self.acme, 70, -10, due=10)
        self.acme.active = False
        self.assertEqual(self.standing(terms).exposure, 70)


class TestCreditGate(CreditCase, common.KamCase):
    def test_room(self):
        terms = self.grant(self.acme, 100)
        first = self.quote(self.acme, 60)
        first.action_confirm()
        self.assertEqual(self.standing(terms).room, 40)
        self.assertRefused(self.quote(self.acme, 41).action_confirm)
        self.quote(self.acme, 40).action_confirm()
        self.assertEqual(self.standing(terms).room, 0)

    def test_zero_means_zero_and_no_limit_is_a_setting(self):
        terms = self.grant(self.acme, 0, overdue_days=1)
        self.assertRefused(self.quote(self.acme, 1).action_confirm)
        terms.change_terms({"unlimited": True}, "Ministry")
        self.quote(self.acme, 10**6).action_confirm()
        self.assertEqual(self.standing(terms).room, None)

    def test_without_terms_nothing_is_asked(self):
        self.quote(self.bolt, 10**6).action_confirm()

    def test_who_took_the_room_is_named_to_whom_may_read_it(self):
        self.grant(self.acme, 100)
        self.designate(self.acme, self.kim)
        first = self.quote(self.acme, 80, user_id=self.lou.id)
        first.action_confirm()
        second = self.quote(self.acme, 30)
        mine = second.with_user(self.kim)
        self.assertRefused(mine.action_confirm, f"Taken last: .*80.00 by {first.name}")
        other = self.quote(self.acme, 30, user_id=self.lou.id).with_user(self.lou)
        first.user_id = self.kim
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            other.action_confirm()
        self.assertIn("Taken last:", str(refusal.exception))
        self.assertNotIn(first.name, str(refusal.exception))

    def test_every_door(self):
        self.grant(self.acme, 100)
        sent = self.quote(self.acme, 101, state="sent")
        for act in (
            sent.action_confirm,
            lambda: sent.write({"state": "sale"}),
            sent.sudo().action_confirm,
            sent._validate_order,
            lambda: self.quote(self.acme, 101, state="sale"),
            lambda: sent.copy().action_confirm(),
        ):
            self.assertRefused(act)
        self.assertEqual(sent.state, "sent")

    def test_confirmed_again_after_cancel_and_copied(self):
        self.grant(self.acme, 100)
        order = self.quote(self.acme, 80)
        order.action_confirm()
        order._action_cancel()
        taken = self.quote(self.acme, 30)
        taken.action_confirm()
        order.action_draft()
        self.assertRefused(order.action_confirm)
        self.assertRefused(order.copy().action_confirm)
        taken._action_cancel()
        order.action_confirm()

    def test_raised_after_confirmation(self):
        self.grant(self.acme, 100)
        order = self.quote(self.acme, 10)
        order.action_confirm()
        line = order.order_line
        new = {"product_id": self.product.id, "price_unit": 91, "tax_ids": False}
        for act in (
            lambda: line.write({"product_uom_qty": 11}),
            lambda: line.write({"price_unit": 101}),
            lambda: order.write({"order_line": [Command.create(new)]}),
            lambda: line.create([{**new, "order_id": order.id}]),
            lambda: self.imported(order, line),
        ):
            self.assertRefused(act)
        line.product_uom_qty = 10
        self.assertEqual(order.amount_total, 100)
        line.product_uom_qty = 5

    def imported(self, order, line):
        told = line.load(
            ["order_id/.id", "product_id/.id", "product_uom_qty"],
            [[str(order.id), str(self.product.id), "20"]],
        )
        if told["messages"]:
            raise UserError(told["messages"][0]["message"])

    def test_what_is_owed_is_no_bar_to_less(self):
        terms = self.grant(self.acme, 100)
        order = self.quote(self.acme, 10)
        order.action_confirm()
        terms.change_terms({"credit_limit": 5}, "Less")
        order.order_line.price_unit = 9
        self.assertRefused(lambda: order.order_line.write({"price_unit": 10}))

    def test_another_invoice_address_takes_its_credit(self):
        self.grant(self.acme, 100)
        order = self.quote(self.bolt, 200)
        order.action_confirm()
        self.assertRefused(lambda: order.write({"partner_invoice_id": self.acme.id}))
        other = self.quote(self.bolt, 200, partner_invoice_id=self.acme.id)
        self.assertRefused(other.action_confirm)

    def test_many_at_once_are_all_or_none(self):
        terms = self.grant(self.acme, 100)
        orders = self.env["sale.order"].union(
            *(self.quote(self.acme, 30) for _n in range(5))
        )
        self.assertRefused(
            orders.action_confirm, f"{orders[3].name}[^Z]*{orders[4].name}"
        )
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        told = orders.kam_confirm()
        self.assertEqual([one["confirmed"] for one in told], [True] * 3 + [False] * 2)
        self.assertIn("beyond the credit limit", told[4]["message"])
        self.assertEqual(self.standing(terms).exposure, 90)

    def test_kam_confirm_once(self):
        order = self.quote(self.acme, 10)
        command = "5f0c3d0e-3f2d-4f6e-9a55-0a6a3c9f1a72"
        first = order.kam_confirm(command_id=command)
        self.assertEqual(order.kam_confirm(command_id=command), first)
        self.assertTrue(first[0]["confirmed"])

    def test_another_active_company_does_not_matter(self):
        other = self.env["res.company"].create({"name": "Another trade"})
        self.env.user.company_ids += other
        self.grant(self.acme, 100)
        order = self.quote(self.acme, 101)
        companies = [other.id, self.company.id]
        elsewhere = order.with_context(allowed_company_ids=companies)
        self.assertRefused(elsewhere.action_confirm)
        self.assertRefused(order.with_company(other).action_confirm)

    def test_branches_share_the_limit_and_other_companies_do_not(self):
        branch = self.env["res.company"].create(
            {"name": "North", "parent_id": self.company.id}
        )
        other = self.env["res.company"].create({"name": "Another trade"})
        self.env.user.company_ids += branch | other
        terms = self.grant(self.acme, 100)
        here = self.quote(self.acme, 80)
        here.action_confirm()
        north = self.quote(self.acme, 30, company_id=branch.id)
        self.assertRefused(north.action_confirm)
        self.quote(self.acme, 300, company_id=other.id).action_confirm()
        north.order_line.price_unit = 20
        north.action_confirm()
        self.assertEqual(self.standing(terms).exposure, 100)

    def test_a_group_shares_its_limit(self):
        group = self.env["kam.credit.group"].create({"name": "Holding"})
        group.with_user(self.cy).set_limit(100, reason="Together")
        terms = self.grant(self.acme, 0, group_id=group.id)
        self.grant(self.bolt, 0, group_id=group.id)
        self.quote(self.acme, 70).action_confirm()
        self.assertRefused(self.quote(self.bolt, 31).action_confirm)
        self.quote(self.bolt, 30).action_confirm()
        self.assertEqual(self.standing(terms).own_exposure, 70)
        self.assertEqual((group.exposure, group.room, group.member_count), (100, 0, 2))
        with self.assertRaises(AccessError):
            group.with_user(self.hal).set_limit(900, reason="Why")

    def test_a_limit_in_another_currency(self):
        eur = self.env.ref("base.EUR")
        eur.active = True
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "currency_id": eur.id, "rate": 0.5}
        )
        terms = self.grant(self.acme, 100, currency_id=eur.id)
        self.quote(self.acme, 150).action_confirm()  # 75 EUR
        self.assertEqual(self.standing(terms).room, 25)
        self.assertRefused(self.quote(self.acme, 51).action_confirm)
        self.assertEqual(self.acme.credit_limit, 200)
        self.quote(self.acme, 50).action_confirm()

    def test_tolerance_hold_expiry_and_debts(self):
        terms = self.grant(self.acme, 100, tolerance_percent=10)
        order = self.quote(self.acme, 110)
        self.assertEqual(self.codes(order), {"limit_used": "warn"})
        order.action_confirm()
        small = self.quote(self.bolt, 1)
        self.grant(self.bolt, 100, valid_until=str(self.day(-1)))
        self.assertRefused(small.action_confirm, "ran out 1 days ago")
        terms.hold("Fraud")
        self.assertEqual(self.codes(self.quote(self.acme, 1))["on_hold"], "block")
        late = self.grant(self.cog, 1000, overdue_days=9)
        invoice = self.invoice(self.cog, 50, -40, due=-10)
        self.assertRefused(self.quote(self.cog, 1).action_confirm, "by 10 days")
        late.change_terms({"overdue_days": 10}, "Patience")
        self.quote(self.cog, 1).action_confirm()
        self.assertTrue(invoice)

    def test_the_earlier_due_date_counts(self):
        self.grant(self.acme, 1000)
        invoice = self.invoice(self.acme, 50, -40, due=-10)
        self.env.cr.flush()  # the fact of it is known
        invoice.line_ids.filtered("date_maturity").date_maturity = self.day(20)
        self.env.cr.flush()
        self.assertRefused(self.quote(self.acme, 1).action_confirm, "by 10 days")

    def test_longer_payment_terms_than_granted(self):
        self.grant(self.acme, 1000, payment_term_id=self.terms30.id)
        longer = self.env["account.payment.term"].create(
            {
                "name": "60 days",
                "line_ids": [Command.create({"nb_days": 60, "value_amount": 100})],
            }
        )
        order = self.quote(self.acme, 1, payment_term_id=longer.id)
        self.assertRefused(order.action_confirm, "within 60 days, where 30")
        order.payment_term_id = self.terms30
        order.action_confirm()
        self.assertRefused(lambda: order.write({"payment_term_id": longer.id}), "60")

    def test_an_approval_covers_what_was_asked_and_no_more(self):
        self.designate(self.acme, self.kim)
        self.grant(self.acme, 100)
        order = self.quote(self.acme, 150, user_id=self.kim.id).with_user(self.kim)
        self.assertRefused(order.action_confirm)
        approvals = self.env["kam.approval"].with_user(self.kim)
        ask = ("credit", "sale.order", order.id, None, "Season opens")
        approval = approvals.browse(approvals.ask(*ask))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            approval.approve()
        approval.with_user(approval.approver_id).approve()
        order.action_confirm()
        self.assertEqual((order.state, approval.state), ("sale", "used"))
        self.assertRefused(lambda: order.order_line.write({"price_unit": 151}))
        other = self.quote(self.acme, 50, user_id=self.kim.id).with_user(self.kim)
        self.assertRefused(other.action_confirm)

    def test_a_rule_for_a_class(self):
        self.designate(self.acme, self.kim, letter="A")
        self.grant(self.acme, 100)
        self.env["kam.credit.rule"].create(
            {"kind": "over_limit", "severity": "warn", "for_class": "A"}
        )
        order = self.quote(self.acme, 101)
        self.assertEqual(self.codes(order)["over_limit"], "warn")
        order.action_confirm()

    def test_invoices_without_an_order(self):
        terms = self.grant(self.acme, 100)
        self.invoice(self.acme, 60, 0, due=30)
        self.assertRefused(lambda: self.invoice(self.acme, 41, 0, due=30))
        self.invoice(self.acme, -50, 0)
        self.assertEqual(self.standing(terms).exposure, 10)
        self.quote(self.acme, 90).action_confirm()

    def test_invoices_of_orders_and_credit_notes_always_pass(self):
        terms = self.grant(self.acme, 100)
        order = self.quote(self.acme, 100)
        order.action_confirm()
        terms.hold("Fraud")
        terms.change_terms({"credit_limit": 1}, "Less")
        invoice = order._create_invoices()
        invoice.action_post()
        self.invoice(self.acme, -50, 0)
        self.assertEqual(self.standing(terms).exposure, 50)

    def test_reopening_a_closed_order(self):
        terms = self.grant(self.acme, 100)
        order = self.quote(self.acme, 80)
        order.action_confirm()
        order.kam_close_rest("Sold out")
        self.assertTrue(order.kam_closed)
        self.assertEqual(self.standing(terms).exposure, 0)
        found = self.env["sale.order"].search([("kam_closed", "=", True)])
        self.assertIn(order, found)
        other = self.quote(self.acme, 30)
        other.action_confirm()
        self.assertRefused(lambda: order.kam_reopen_rest("Found some"))
        self.assertTrue(order.kam_closed)
        other._action_cancel()
        order.kam_reopen_rest("Found some")
        self.assertEqual(self.standing(terms).exposure, 80)
        self.assertRefused(lambda: order.kam_close_rest(None), "Reason")

    def test_paid_online_in_full_uses_no_credit(self):
        terms = self.grant(self.acme, 10)
        order = self.quote(self.acme, 100)
        transaction = self.paid_online(order, 100, "done")
        order.action_confirm()
        self.assertEqual(self.standing(terms).exposure, 0)
        transaction.state = "cancel"
        self.assertEqual(self.standing(terms).exposure, 100)


class TestCreditQueue(CreditCase, common.KamCase):
    def serve(self):
        self.env["kam.credit.queue"]._let_heads_through(lambda entry: entry._serve())

    def test_waits_in_order_and_is_let_through_by_itself(self):
        self.company.kam_credit_automatic = True
        terms = self.grant(self.acme, 100)
        self.quote(self.acme, 100).action_confirm()
        first, second, third = (self.quote(self.acme, 60) for _n in range(3))
        (first | second).kam_wait("Season")
        third.kam_wait()
        entries = (first | second | third).kam_queue_ids
        self.assertEqual(entries.sorted("place").order_id, first | second | third)
        third.kam_queue_ids.action_move_up()
        places = entries.sorted("place").order_id
        self.assertEqual(places, first | third | second)
        self.assertTrue(all((first | second | third).mapped("kam_waits")))
        self.serve()
        self.assertEqual(first.state, "draft")
        self.pay(self.acme, 70)
        self.serve()
        self.assertEqual((first.state, third.state), ("sale", "draft"))
        self.assertEqual(first.kam_queue_ids.status, "released")
        terms.with_user(self.cy).change_terms({"credit_limit": 150}, "Grew")
        self.serve()
        self.assertEqual((third.state, second.state), ("sale", "draft"))

    def test_proposed_once_where_it_is_not_automatic(self):
        self.grant(self.acme, 50)
        order = self.quote(self.acme, 60, user_id=self.kim.id)
        order.kam_wait()
        self.serve()
        self.assertFalse(order.activity_ids)
        self.pay(self.acme, 10)
        for _n in range(2):
            self.serve()
        self.assertEqual(order.activity_ids.user_id, self.kim)
        self.assertEqual(order.state, "draft")
        order.kam_queue_ids.let_through()
        self.assertEqual(order.state, "sale")

    def test_payment_wakes_the_queue(self):
        self.grant(self.acme, 50)
        cron = self.env.ref("kam_management.ir_cron_credit_queue")
        triggers = self.env["ir.cron.trigger"]
        domain = [("cron_id", "=", cron.id)]
        triggers.search(domain).unlink()
        self.pay(self.acme, 1)
        self.env.cr.flush()
        self.assertFalse(triggers.search(domain), "nobody waits")
        self.quote(self.acme, 60).kam_wait()
        self.pay(self.bolt, 1)
        self.env.cr.flush()
        self.assertFalse(triggers.search(domain), "somebody else paid")
        self.pay(self.acme, 10)
        self.env.cr.flush()
        self.assertTrue(triggers.search(domain))

    def test_no_room_no_way_through(self):
        self.grant(self.acme, 50)
        order = self.quote(self.acme, 60)
        order.kam_wait()
        self.assertRefused(order.kam_queue_ids.let_through)
        self.assertRefused(lambda: order.kam_queue_ids.move_to(0), "Place")
        self.assertRefused(lambda: order.kam_queue_ids.take_out(None), "Reason")
        order.kam_queue_ids.take_out("Not needed")
        self.assertFalse(order.kam_waits)
        order.kam_wait()
        order._action_cancel()
        self.assertFalse(order.kam_waits)
        self.assertRefused(order.kam_wait, "no quotation")

    def test_a_deleted_quotation_waits_no_more(self):
        order = self.quote(self.acme, 60)
        order.kam_wait()
        order.unlink()
        self.assertFalse(order.exists())

    def test_signed_on_the_portal_is_kept_and_nothing_is_told(self):
        self.grant(self.acme, 50)
        order = self.quote(self.acme, 60, user_id=self.kim.id, state="sent")
        public = self.env.ref("base.public_user")
        signing = order.with_user(public).sudo()
        signing.write({"signed_by": "Ann", "signed_on": "2026-01-01 10:00:00"})
        signing._validate_order()
        self.assertEqual(order.state, "sent")
        self.assertEqual(order.signed_by, "Ann")
        self.assertTrue(order.kam_queue_ids.signed)
        self.assertEqual(order.activity_ids.user_id, self.kim)
        customer = order.message_ids.filtered(
            lambda one: self.acme in one.notified_partner_ids
        )
        self.assertFalse(customer)
        self.pay(self.acme, 10)
        order.with_user(public).sudo()._validate_order()
        self.assertEqual(order.state, "sale")

    def test_portal_users_ask_nothing_about_credit(self):
        self.grant(self.acme, 50)
        order = self.quote(self.acme, 60)
        user = new_test_user(self.env, "buyer", groups="base.group_portal")
        user.partner_id.parent_id = self.acme
        for method in ("kam_findings", "kam_confirm", "kam_wait"):
            with self.assertRaises(AccessError):
                getattr(order.with_user(user), method)()

    def test_paid_in_part_online_and_over_the_limit_is_kept(self):
        self.grant(self.acme, 10)
        order = self.quote(self.acme, 100, require_payment=True)
        order.prepayment_percent = 0.5
        transaction = self.paid_online(order, 50, "done")
        self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertTrue(order.kam_waits)
        self.assertEqual(order.state, "draft")


class TestReliability(CreditCase, common.KamCase):
    def check(self, partner, by=None):
        model = self.env["kam.reliability.check"].with_user(by or self.cy)
        return model.create({"partner_id": partner.id})

    def test_a_check_from_the_checklist_to_the_terms(self):
        invoice = self.invoice(self.acme, 900, -80, due=-50)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"payment_date": self.day(-38)})._create_payments()
        self.grant(self.acme, 1000, overdue_days=10, payment_term_id=self.terms30.id)
        check = self.check(self.acme)
        self.assertGreater(len(check.line_ids), 4)
        self.assertRefused(check.finish, "required items")
        for line in check.line_ids:
            line.write({"result": "passed", "note": "Seen"})
        self.assertEqual(check.line_ids.user_id, self.cy)
        check.finish()
        # 12 days late: 0.8; the limit is not used; a customer for 80 days; all passed
        self.assertEqual(check.grade, "A")
        self.assertIn("promises", check.missing)
        self.assertEqual(check.proposed_limit, 400)  # 900 / 90 * (30 + 10) * 1
        self.assertEqual(check.recheck_on.year, self.today.year + 1)
        self.assertRefused(lambda: check.write({"conclusion": "Later"}), "finished")
        self.assertEqual(check.partner_id, self.acme)
        account = self.designate(self.acme, self.kim)
        self.assertEqual(account.credit_grade, "A")

    def test_tax_number(self):
        check = self.check(self.acme)
        check.action_check_tax_number()
        line = check.line_ids.filtered(lambda one: one.item_id.kind == "tax_number")
        self.assertEqual(line.result, "failed")
        self.acme.vat = "BE0477472701"
        check.action_check_tax_number()
        self.assertEqual(line.result, "passed")
        self.assertEqual((line.user_id, line.done_on), (self.cy, self.today))

    def test_tax_number_by_odoo_s_own_check(self):
        """Of the addon base_vat; what it answers is put here in its place."""

        def answers(partner, country, vat, partner_name="", validation="error"):
            if "9" in vat:
                wrong = f"{vat} is no number of {country.name}"
                raise ValidationError(wrong)
            return vat, country.code

        check = self.check(self.acme)
        line = check.line_ids.filtered(lambda one: one.item_id.kind == "tax_number")
        model = type(self.acme)
        for name, value in (
            ("_check_vat_number", lambda *_args: True),
            ("_run_vat_checks", answers),
            ("perform_vies_validation", True),
            ("vies_valid", False),
        ):
            self.enterContext(patch.object(model, name, value, create=True))
        self.acme.vat = "BE123"
        check.action_check_tax_number()
        self.assertFalse(line.result, "without a country nothing is known")
        self.assertIn("Country", line.note)
        self.acme.country_id = self.env.ref("base.be")
        check.action_check_tax_number()
        self.assertEqual(line.result, "failed")
        self.assertIn("VIES", line.note)
        with patch.object(model, "vies_valid", True):
            check.action_check_tax_number()
        self.assertEqual(line.result, "passed")
        self.env.flush_all()  # a number that came in past Odoo's check
        self.env.cr.execute(
            "UPDATE res_partner SET vat = 'BE999' WHERE id = %s", [self.acme.id]
        )
        self.env.invalidate_all()
        check.action_check_tax_number()
        self.assertEqual(line.result, "failed")
        self.assertIn("is no number of Belgium", line.note)

    def test_reminded_when_it_is_time(self):
        check = self.check(self.acme)
        for line in check.line_ids:
            line.result = "failed"
        check.finish()
        self.assertEqual((check.grade, check.proposed_limit), ("D", 0))
        model = self.env["kam.reliability.check"]
        model._cron_recheck()
        self.assertFalse(check.activity_ids)
        later = check.recheck_on + timedelta(days=1)
        with common_day(self, later):
            for _n in range(2):
                model._cron_recheck()
        self.assertEqual(len(check.activity_ids), 1)

    def test_a_manager_checks_own_customers_only(self):
        self.designate(self.acme, self.kim)
        check = self.check(self.acme, by=self.kim)
        check.line_ids.write({"result": "passed"})
        check.finish()
        with self.assertRaises(AccessError):
            self.check(self.acme, by=self.lou)


def common_day(case, day):
    """Let the company's today be another day."""
    model = type(case.env["res.company"])
    return patch.object(model, "_kam_today", lambda _self: day)
