"""One approval, two orders at the same moment: one of them gets it."""

from contextlib import contextmanager

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.kam_management.tests import common

from .server import copied_database, registry_of

LOST = (psycopg2.errors.SerializationFailure, ConcurrencyError)


@tagged("post_install", "-at_install")
class TestApprovalRace(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("approval_race"))
        cls.registry = registry_of(cls.database)
        with cls.env_of() as env:
            cls.prepare(env)
            env.cr.commit()

    @classmethod
    @contextmanager
    def env_of(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def prepare(cls, env):
        """Make two quotations at half the column's price, and one approval."""
        partner = env["res.partner"].create({"name": "Racer", "is_company": True})
        account = env["kam.account"].create({"partner_id": partner.id})
        product = env["product.product"].create({"name": "Rye", "list_price": 100})
        pricelist = env["product.pricelist"].create({"name": "Race"})
        column = env["kam.price.column"].create(
            {"name": "Race", "rank": 1, "pricelist_id": pricelist.id}
        )
        policy = env["kam.price.policy"].create(
            {"name": "Race", "condition_ids": [(0, 0, {"column_id": column.id})]}
        )
        policy.publish("Race")
        line = {"product_id": product.id, "product_uom_qty": 2, "price_unit": 50}
        orders = env["sale.order"].create(
            [
                {"partner_id": partner.id, "order_line": [(0, 0, line)]}
                for _n in range(2)
            ]
        )
        cls.orders = orders.ids
        decider = env.ref("base.user_admin")
        measure = orders[0]._kam_measure("discount")
        asker = new_test_user(env, "racer", groups="kam_management.group_kam_director")
        approvals = env["kam.approval"].with_user(asker)
        cls.approval = approvals.ask(
            "discount", "kam.account", account.id, measure, "Twice at once"
        )
        found = approvals.browse(cls.approval)
        assert found.approver_id != asker
        found.with_user(decider).approve()

    def confirm(self, env, order_id):
        env["sale.order"].browse(order_id).action_confirm()
        env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_two_orders_one_approval(self):
        first, second = self.orders
        with self.env_of() as one, self.env_of() as two:
            two.cr.execute("SELECT 1")  # its snapshot is older than the first's end
            self.confirm(one, first)
            one.cr.commit()
            with self.assertRaises(LOST):
                self.confirm(two, second)
            two.cr.rollback()
        with self.env_of() as again, self.assertRaisesRegex(UserError, "below the"):
            self.confirm(again, second)  # as Odoo does for RPC
        with self.env_of() as env:
            approval = env["kam.approval"].browse(self.approval)
            self.assertEqual((approval.state, approval.used_id), ("used", first))
            states = env["sale.order"].browse(self.orders).mapped("state")
            self.assertEqual(states, ["sale", "draft"])
            self.assertEqual(common.ReplayEqualsLive._wrong(env), [])
