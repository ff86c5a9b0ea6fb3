from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.kam_management.models.kam_cost_access import COST_FIELDS, PARAMETER

from . import common

SELLER = "kam_management.group_kam_user,base.group_user"


@tagged("post_install", "-at_install")
class TestKamCostAccess(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = new_test_user(cls.env, "cost_plain", groups=SELLER)
        cls.entitled = new_test_user(
            cls.env, "cost_entitled", groups=SELLER + ",kam_management.group_kam_margin"
        )

    def close(self, on):
        self.env["ir.config_parameter"].set_param(PARAMETER, on)
        self.env.registry.clear_cache()

    def test_off_by_default_nothing_changes(self):
        for model, names in COST_FIELDS.items():
            for name in names:
                record = self.env[model].with_user(self.plain)
                field = record._fields[name]
                odoo_says = not field.groups or self.plain.has_groups(field.groups)
                self.assertEqual(record._has_field_access(field, "read"), odoo_says)
        self.env["sale.order"].with_user(self.plain).search([("margin", ">", 0)])

    def test_every_cost_field_is_closed_by_every_door(self):
        self.close(True)
        for model, names in COST_FIELDS.items():
            records = self.env[model].with_user(self.plain)
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, records.fields_get())
                    with self.assertRaises(AccessError):
                        records.search([(name, ">", 0)])
                    with self.assertRaises(AccessError):
                        records.search([], order=name)
                    with self.assertRaises(AccessError):
                        records.formatted_read_group([], [], [f"{name}:sum"])
                    with self.assertRaises(AccessError):
                        records.search([], limit=1).read([name])

    def test_entitled_and_server_still_see(self):
        self.close(True)
        order = self.env["sale.order"].with_user(self.entitled)
        order.search([("margin", ">", 0)])
        self.assertIn("margin", order.fields_get())

    def test_form_opens_and_sells_without_cost(self):
        self.close(True)
        partner = self.env["res.partner"].create({"name": "Buyer"})
        product = self.env["product.product"].create(
            {"name": "Thing", "standard_price": 6, "list_price": 10}
        )
        form = Form(self.env["sale.order"].with_user(self.plain))
        form.partner_id = partner
        with form.order_line.new() as line:
            line.product_id = product
        order = form.save()
        self.assertEqual(order.sudo().order_line.purchase_price, 6)
        order.action_confirm()

    def test_a_new_line_does_not_tell_the_cost(self):
        self.close(True)
        product = self.env["product.product"].create(
            {"name": "Thing", "standard_price": 6}
        )
        orders = self.env["sale.order"].with_user(self.plain)
        spec = {"order_line": {"fields": {"purchase_price": {}}}}
        line = [0, "virtual_1", {"product_id": product.id}]
        with self.assertRaises(AccessError):
            orders.onchange({"order_line": [line]}, ["order_line"], spec)

    def test_who_sees_too_much_is_named(self):
        wide = "kam_management.group_kam_user,sales_team.group_sale_salesman_all_leads"
        user = new_test_user(self.env, "cost_wide", groups=wide)
        director = new_test_user(
            self.env, "cost_director", groups="kam_management.group_kam_director"
        )
        named = self.env["res.users"]._kam_too_wide()
        self.assertIn(user, named)
        self.assertNotIn(director, named)
        self.assertNotIn(self.plain, named)
