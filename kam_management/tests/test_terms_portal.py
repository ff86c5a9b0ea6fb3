"""The customer in the portal: told nothing of credit, gate and margin; may sign."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.kam_cost_access import COST_FIELDS
from . import common, test_kam_credit
from .pricing_case import PricingCase

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
# what a document says of its account is shown to nobody outside the company either
MODELS = ("sale.order", "sale.order.line", "account.move", "res.partner")


class TestPortalFields(PricingCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = new_test_user(cls.env, "terms_buyer", groups="base.group_portal")
        cls.buyer.partner_id.parent_id = cls.acme
        terms = cls.env["kam.credit.terms"].with_user(cls.cy)
        terms.set_terms(cls.acme.ids, {"credit_limit": 10}, "Trusted")

    def mine(self):
        order = self.quote(price=80, state="sent")
        order.message_subscribe(self.buyer.partner_id.ids)
        return order.with_user(self.buyer)

    def own(self, model):
        order = self.mine()
        return {
            "sale.order": order,
            "sale.order.line": order.order_line,
            "account.move": order.env["account.move"],
            "res.partner": self.buyer.partner_id.with_user(self.buyer),
        }[model]

    def test_order_is_theirs_to_read(self):
        order = self.mine()
        self.assertEqual(order.read(["amount_untaxed"])[0]["amount_untaxed"], 800)

    def test_no_field_of_ours_by_any_door(self):
        for model in MODELS:
            records = self.own(model)
            names = [name for name in records._fields if name.startswith("kam_")]
            self.assertTrue(names, model)
            told = records.fields_get()
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, told)
                    self.assertClosed(records, name)

    def assertClosed(self, records, name):
        for act in (
            lambda: records.read([name]),
            lambda: records.export_data([name]),
            lambda: records.search([(name, "!=", False)]),
            lambda: records.formatted_read_group([], [name], ["__count"]),
            lambda: records.search([], order=name),
        ):
            self.assertFailing(act)

    def assertFailing(self, act):
        """Nothing is told: no right, or no such field to search, sort or group by."""
        try:
            with self.env.cr.savepoint():
                act()
        except (UserError, ValueError):  # AccessError is one of the first
            return
        self.fail("a customer was told")

    def test_no_margin_and_no_cost_whatever_the_setting(self):
        for model, names in COST_FIELDS.items():
            records = self.env[model].with_user(self.buyer)
            if model.startswith("sale.order"):
                records = self.own(model)
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(
                        name, records.fields_get() if records.has_access("read") else ()
                    )
                    with self.assertRaises(AccessError):
                        records.read([name])
                    if not records.has_access("read"):
                        continue
                    for act in (
                        lambda r=records, n=name: r.export_data([n]),
                        lambda r=records, n=name: r.search([(n, ">", 0)]),
                        lambda r=records, n=name: r.formatted_read_group(
                            [], [], [f"{n}:sum"]
                        ),
                    ):
                        self.assertFailing(act)

    def test_no_model_of_ours(self):
        for name in sorted(self.env.registry):
            model = self.env[name].with_user(self.buyer)
            ours = name.startswith("kam.") and not model._abstract
            if ours and name not in ("kam.act", "kam.act.line"):
                self.assertFalse(model.has_access("read"), name)


@tagged("post_install", "-at_install")
class TestPortalPages(test_kam_credit.CreditCase, common.KamHttpCase):
    """The same order through the pages of the portal, as a customer opens them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = new_test_user(cls.env, "terms_page", groups="base.group_portal")
        cls.buyer.partner_id.parent_id = cls.acme
        cls.designate(cls.acme, cls.kim)
        cls.grant(cls.acme, 54321)

    def page(self, order):
        self.authenticate(self.buyer.login, self.buyer.login)
        return self.url_open(order.get_portal_url()).text

    def test_the_page_tells_nothing_of_credit_and_the_signature_is_kept(self):
        order = self.quote(
            self.acme,
            60000,
            state="sent",
            user_id=self.kim.id,
            require_signature=True,
            require_payment=False,
        )
        order.message_subscribe(self.buyer.partner_id.ids)
        html = self.page(order)
        self.assertIn(order.name, html)
        for word in ("54,321", "credit limit", "Exposure", "kam_", "approval"):
            self.assertNotIn(word, html)
        answer = self.opener.post(
            f"{self.base_url()}/my/orders/{order.id}/accept",
            json={
                "params": {
                    "access_token": order._portal_ensure_token(),
                    "name": "Ann Buyer",
                    "signature": PIXEL,
                }
            },
            timeout=60,
        ).json()
        self.env.invalidate_all()
        self.assertTrue(answer["result"].get("force_refresh"), answer)
        self.assertEqual((order.state, order.signed_by), ("sent", "Ann Buyer"))
        self.assertTrue(order.kam_waits)
        self.assertTrue(order.kam_queue_ids.signed)
        self.assertEqual(order.activity_ids.user_id, self.kim)
        html = self.page(order)
        for word in ("54,321", "credit", "Waits", "queue", "approval"):
            self.assertNotIn(word, html)
        self.cy.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.env["kam.credit.terms"].search(
            [("partner_id", "=", self.acme.id)]
        ).with_user(self.cy).change_terms({"credit_limit": 60000}, "They grew")
        order.kam_queue_ids.with_user(self.cy).let_through()
        self.assertEqual(order.state, "sale")
