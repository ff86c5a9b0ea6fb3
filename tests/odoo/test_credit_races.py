"""Orders confirmed at one moment, over RPC, by several workers: no limit is passed."""

import threading
import xmlrpc.client
from collections import Counter

from odoo.fields import Command
from odoo.tests import tagged

from . import test_races
from .server import Server

WORKERS = 4
RAW = ("could not serialize", "deadlock", "Traceback", "psycopg2")


@tagged("post_install", "-at_install")
class TestCreditRaces(test_races.RaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.env_of() as env:
            cls.prepare(env)
            env.cr.commit()
        cls.server = Server(cls.database, workers=WORKERS)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    @classmethod
    def prepare(cls, env):
        cls.product = env["product.product"].create({"name": "Crate"}).id
        groups = ("base.group_user", "sales_team.group_sale_salesman_all_leads")
        cls.users = [
            env["res.users"]
            .create(
                {
                    "name": login,
                    "login": login,
                    "password": login,
                    "group_ids": [Command.set([env.ref(one).id for one in groups])],
                }
            )
            .id
            for login in ("racer1", "racer2")
        ]
        env["res.currency.rate"].search([]).unlink()
        eur = env.ref("base.EUR")
        eur.active = True
        env["res.currency.rate"].create(
            {"name": "2020-01-01", "currency_id": eur.id, "rate": 0.5}
        )
        cls.eur = eur.id
        cls.company = env.company.id
        branch = {"name": "Racing branch", "parent_id": env.company.id}
        cls.branch = env["res.company"].create(branch).id
        env.ref("base.user_admin").company_ids |= env["res.company"].browse(cls.branch)

    def scene(self, count, limit, partners=1, **settings):
        """Return the ids of quotations of 10 each, by customers with such a limit."""
        with self.env_of() as env:
            customers = env["res.partner"].create(
                [{"name": f"Racer {n}", "is_company": True} for n in range(partners)]
            )
            if partners > 1:
                name = f"Racers of {customers[0].id}"
                group = env["kam.credit.group"].create({"name": name})
                group.set_limit(limit, reason="Race")
                settings["group_id"] = group.id
            env["kam.credit.terms"].set_terms(
                customers.ids, {"credit_limit": limit, **settings}, "Race"
            )
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": customers[n % partners].id,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": self.product,
                                    "price_unit": 10,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                        ],
                    }
                    for n in range(count)
                ]
            )
            env.cr.commit()
            return orders.ids

    def race(self, ids, users=(), companies=()):
        """Confirm all at one moment; return the refusals.

        :param users: ids of who confirm in turn; none: the administrator
        :param companies: ids of the companies that are chosen in the client
        """
        refusals, gate = [], threading.Barrier(len(ids))
        users = users or [None]
        chosen = {"allowed_company_ids": list(companies)} if companies else {}

        def confirm(place, order_id):
            user = users[place % len(users)]
            gate.wait()
            try:
                if user is None:
                    self.server.call(
                        "sale.order", "action_confirm", [order_id], context=chosen
                    )
                else:
                    login = f"racer{self.users.index(user) + 1}"
                    self.server.call_as(
                        user, login, "sale.order", "action_confirm", [order_id]
                    )
            except xmlrpc.client.Fault as fault:
                refusals.append(fault.faultString)

        threads = [
            threading.Thread(target=confirm, args=pair) for pair in enumerate(ids)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=300)
        return refusals

    def assertRaced(self, ids, passed, users=(), companies=()):
        refusals = self.race(ids, users, companies)
        with self.env_of() as env:
            states = Counter(env["sale.order"].browse(ids).mapped("state"))
        self.assertEqual(states["sale"], passed, refusals[:3])
        self.assertEqual(len(refusals), len(ids) - passed)
        for words in refusals:
            self.assertIn("beyond the credit limit", words)
            self.assertFalse([one for one in RAW if one in words], words)

    def test_fifty_at_once_and_room_for_ten(self):
        self.assertRaced(self.scene(50, 100), 10)

    def test_fifty_at_once_and_room_for_all(self):
        self.assertRaced(self.scene(50, 500), 50)

    def test_two_managers(self):
        self.assertRaced(self.scene(20, 50), 5, self.users)

    def test_a_group_and_a_limit_in_another_currency(self):
        self.assertRaced(self.scene(20, 50, partners=4), 5)
        self.assertRaced(self.scene(20, 25, currency_id=self.eur), 5)

    def test_two_companies_share_the_limit_of_a_group(self):
        """Branches of one head company, whose orders are confirmed at one moment."""
        ids = self.scene(20, 50, partners=4)
        with self.env_of() as env:
            half = env["sale.order"].browse(ids[1::2])
            half.company_id = self.branch
            half.order_line.tax_ids = False  # a company brings taxes of its own
            self.assertEqual(half.company_id.id, self.branch)
            env.cr.commit()
        self.assertRaced(ids, 5, companies=(self.company, self.branch))

    def test_one_mass_confirmation_beside_single_ones(self):
        ids = self.scene(20, 100)
        many, single, refusals = ids[:5], ids[5:], []

        def mass():
            try:
                self.server.call("sale.order", "action_confirm", many)
            except xmlrpc.client.Fault as fault:
                refusals.append(fault.faultString)

        thread = threading.Thread(target=mass)
        thread.start()
        refusals += self.race(single)
        thread.join(timeout=300)
        with self.env_of() as env:
            confirmed = (
                env["sale.order"].browse(ids).filtered(lambda one: one.state == "sale")
            )
            self.assertEqual(len(confirmed), 10)
            self.assertIn(len(confirmed.filtered(lambda one: one.id in many)), (0, 5))
        for words in refusals:
            self.assertFalse([one for one in RAW if one in words], words)

    def test_invoices_and_orders_share_the_room(self):
        ids = self.scene(10, 100)
        with self.env_of() as env:
            partner = env["sale.order"].browse(ids[0]).partner_id
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partner.id,
                        "invoice_line_ids": [
                            Command.create(
                                {"name": "x", "price_unit": 10, "tax_ids": False}
                            )
                        ],
                    }
                    for _n in range(10)
                ]
            )
            env.cr.commit()
        refusals = []

        def post(move_id):
            try:
                self.server.call("account.move", "action_post", [move_id])
            except xmlrpc.client.Fault as fault:
                refusals.append(fault.faultString)

        threads = [threading.Thread(target=post, args=(one,)) for one in moves.ids]
        for one in threads:
            one.start()
        refusals += self.race(ids)
        for one in threads:
            one.join(timeout=300)
        with self.env_of() as env:
            orders = env["sale.order"].browse(ids).mapped("state").count("sale")
            posted = env["account.move"].browse(moves.ids).mapped("state")
            self.assertEqual(orders + posted.count("posted"), 10)
        for words in refusals:
            self.assertFalse([one for one in RAW if one in words], words)
