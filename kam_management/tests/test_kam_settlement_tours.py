"""The main ways of the accountant and of the customer, in a browser."""

from odoo.tests import new_test_user, tagged

from . import common, test_kam_act


@tagged("post_install", "-at_install")
class TestKamSettlementTours(test_kam_act.ActCase, common.KamHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = new_test_user(
            cls.env, "tour_buyer", groups="base.group_portal", password="tour_buyer"
        )
        cls.buyer.partner_id.parent_id = cls.customer

    def setUp(self):
        super().setUp()
        self.invoice(100, "2026-03-05", "2026-04-05")
        self.made = self.act()
        self.env.flush_all()

    def test_an_act_is_sent_and_sealed(self):
        self.start_tour("/odoo/kam-acts", "kam_act_tour", login="age_cy")
        self.env.invalidate_all()
        self.assertEqual(self.made.status, "signed")

    def test_the_ageing(self):
        self.start_tour("/odoo/kam-ageing", "kam_ageing_tour", login="age_kim")

    def test_the_customer_answers(self):
        self.made.send()
        self.env.flush_all()
        self.start_tour("/my/acts", "kam_portal_act_tour", login="tour_buyer")
        self.env.invalidate_all()
        self.assertEqual(self.made.answer, "agreed")
