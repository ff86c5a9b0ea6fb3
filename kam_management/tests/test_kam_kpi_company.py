"""Key figures of companies: their calendar, their currencies, their branches."""

from datetime import date, timedelta
from decimal import Decimal as D

from odoo import SUPERUSER_ID, fields
from odoo.tests import tagged

from .test_kam_kpi import QUARTER, START, OrdersCase, ResultsCase


@tagged("post_install", "-at_install")
class TestCompanies(ResultsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.env.company.root_id

    def other_company(self, currency):
        company = self.env["res.company"].create(
            {"name": f"Other {currency.name}", "currency_id": currency.id}
        )
        self.env["account.chart.template"].try_loading("generic_coa", company)
        company.currency_id = currency
        for user in (self.one, self.head, self.env.user):
            user.company_ids += company
        return company

    def invoice_in(self, company, amount, day):
        """Post an invoice of another company to the same customer, owned by one."""
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        account = env["kam.account"].search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", company.id)]
        )
        if not account:
            env["kam.account"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "owner_ids": [
                        fields.Command.create(
                            {
                                "user_id": self.one.id,
                                "share": 100,
                                "role": "lead",
                                "date_from": date(2024, 1, 1),
                            }
                        )
                    ],
                }
            )
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": day,
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()

    def results(self, companies, user=None, **asked):
        kpis = self.env["kam.kpi"].with_user(user or self.one)
        kpis = kpis.with_context(allowed_company_ids=companies.ids)
        return kpis.my_results(day=START.isoformat(), **asked)

    def sales(self, told):
        return next(
            card["value"] for card in told["cards"] if card["code"] == "net_sales"
        )

    def test_money_of_two_currencies_is_never_added_up(self):
        currency = self.env["res.currency"].search(
            [
                ("id", "!=", self.root.currency_id.id),
                ("active", "in", (True, False)),
            ],
            limit=1,
        )
        currency.active = True
        other = self.other_company(currency)
        self.invoice(100, START)
        self.invoice_in(other, 7, START)
        self.catch_up()
        both = self.root | other
        told = self.results(both)
        self.assertEqual(self.sales(told), 100)
        self.assertEqual(told["currency_id"], self.root.currency_id.id)
        self.assertEqual(told["left_out"], [f"{other.display_name} ({currency.name})"])
        there = self.results(other | self.root)
        self.assertEqual(self.sales(there), 7)
        self.assertEqual(there["currency_id"], currency.id)
        # what explains it is of the same companies
        kpis = self.env["kam.kpi"].with_user(self.one)
        kpis = kpis.with_context(allowed_company_ids=both.ids)
        explained = kpis.explain("net_sales", *map(str, QUARTER), self.one.id)
        self.assertEqual((explained["value"], explained["facts"]), (100, 1))
        self.assertEqual(explained["sums"]["untaxed"], 100)

    def test_companies_of_one_currency_and_their_plans(self):
        other = self.other_company(self.root.currency_id)
        self.invoice(100, START)
        self.invoice_in(other, 7, START)
        self.catch_up()
        both = self.root | other
        targets = self.env["kam.target"].create(
            [
                {
                    "kpi_id": self.kpis["net_sales"].id,
                    "user_id": self.one.id,
                    "company_id": company.id,
                    "date_from": START,
                    "date_to": date(2026, 1, 31),
                    "plan": plan,
                }
                for company, plan in ((self.root, 200), (other, 14))
            ]
        )
        targets.approve()
        told = self.results(both)
        [card] = [one for one in told["cards"] if one["code"] == "net_sales"]
        self.assertEqual((card["value"], card["plan"]), (107, 214))
        self.assertFalse(told["left_out"])
        # each target is of its own company
        looked_at = targets.with_context(allowed_company_ids=both.ids)
        looked_at.invalidate_recordset()
        self.assertEqual(looked_at.mapped("fact"), [100, 7])
        board = self.env["kam.kpi"].with_context(allowed_company_ids=both.ids)
        rows = board.team_board(day=START.isoformat())["rows"]
        [mine] = [row for row in rows if row["user_id"] == self.one.id]
        self.assertEqual(mine["plans"]["net_sales"], 214)
        self.assertEqual(mine["attained"]["net_sales"], 0.5)

    def test_the_calendar_of_the_company(self):
        self.root.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        self.invoice(100, date(2025, 7, 1))
        self.invoice(10, date(2026, 6, 30))
        self.invoice(1, date(2026, 7, 1))
        self.catch_up()
        told = self.results(self.root, period="year")
        self.assertEqual(told["period"]["date_from"], "2025-07-01")
        self.assertEqual(told["period"]["date_to"], "2026-06-30")
        self.assertEqual(self.sales(told), 110)
        quarter = self.results(self.root, period="quarter")
        self.assertEqual(quarter["period"]["date_from"], "2026-01-01")
        whole = self.env["kam.target"].create(
            {
                "kpi_id": self.kpis["net_sales"].id,
                "user_id": self.one.id,
                "date_from": date(2025, 7, 1),
                "date_to": date(2026, 6, 30),
                "plan": 1000,
            }
        )
        parts = whole.browse(whole.spread("quarter"))
        months = parts.sorted("date_from").mapped("date_from")
        self.assertEqual([day.month for day in months], [7, 10, 1, 4])
        self.assertEqual(sum(parts.mapped("plan")), 1000)

    def test_what_is_to_come_and_what_one_sees_only_in_part_has_no_fact(self):
        today = self.env.company._kam_today()
        ahead = fields.Date.add(today.replace(day=1), months=2)
        values = {
            "kpi_id": self.kpis["net_sales"].id,
            "date_from": ahead,
            "date_to": fields.Date.end_of(ahead, "month"),
            "plan": 10,
        }
        target = self.env["kam.target"].create({**values, "user_id": self.one.id})
        self.assertFalse(target.has_fact)
        self.assertEqual((target.straight, target.seasonal), (0, 0))
        start = today.replace(day=1)
        whole = target.create(
            {
                **values,
                "level": "company",
                "user_id": False,
                "date_from": start,
                "date_to": fields.Date.end_of(start, "month"),
            }
        )
        self.assertTrue(whole.has_fact)
        self.assertFalse(whole.with_user(self.head).has_fact)

    def test_the_week_and_the_debtors_stand_beside(self):
        today = self.env.company._kam_today()
        self.invoice(300, today - timedelta(40))
        self.env["kam.visit"].create(
            {
                "account_id": self.account.id,
                "user_id": self.one.id,
                "planned_start": fields.Datetime.now() + timedelta(minutes=5),
            }
        )
        told = self.env["kam.kpi"].with_user(self.one).my_results()
        self.assertEqual(
            [(one["account_id"], one["overdue"]) for one in told["debtors"]],
            [(self.account.id, 300)],
        )
        self.assertEqual(told["owed"], {"accounts": 1, "overdue": 300})
        week = told["week"]
        self.assertEqual(week["left"] + week["done"] + week["late"], 1)
        other = self.env["kam.kpi"].with_user(self.two).my_results()
        self.assertEqual((other["debtors"], other["owed"]["accounts"]), ([], 0))
        self.assertEqual(other["week"]["left"], 0)


@tagged("post_install", "-at_install")
class TestTables(OrdersCase):
    """Flat tables: what the log says, or the check finds it."""

    def findings(self, name):
        return self.env["kam.log.audit"]._run_unit(["flat", name])[0]

    def tables(self):
        return self.env["kam.projector"]._tables()

    def test_what_an_order_gives_away_is_in_the_log(self):
        order = self.order([(self.product, 10, 2)])
        self.catch_up()
        values = self.env["kam.kpi.order.value"]
        said = self.figure("real_discount", QUARTER, self.one)
        self.assertEqual(said, D(20) / 1000)
        # tomorrow's prices change nothing of it
        self.product.list_price = 777
        values._rebuild()
        self.assertEqual(self.figure("real_discount", QUARTER, self.one), said)
        self.assertFalse(self.findings("kam.kpi.order.value"))
        self.env.cr.execute(
            "UPDATE kam_kpi_order_value SET net = net - 1 WHERE id = %s", [order.id]
        )
        self.assertEqual(len(self.findings("kam.kpi.order.value")), 2)
        values._rebuild()
        self.assertFalse(self.findings("kam.kpi.order.value"))

    def test_an_order_looked_at_again_says_nothing_new(self):
        order = self.order([(self.product, 10, 2)])
        self.catch_up()
        before = self.said_of(order)
        self.assertEqual(before, (1, SUPERUSER_ID))
        self.env.cr.execute(
            "INSERT INTO kam_kpi_order_queue (order_id) VALUES (%s)", [order.id]
        )
        self.assertTrue(self.env["kam.kpi.order.value"]._reckon(10))
        self.assertEqual(self.said_of(order), before)

    def said_of(self, order):
        """Return (events, by whom) of what an order gives away."""
        self.env.cr.execute(
            """SELECT count(*), max(actor_id) FROM kam_es.event e
                 JOIN kam_es.stream s ON s.id = e.stream_id
                WHERE s.category = 'kam.kpi.order.value' AND s.key = %s""",
            [str(order.id)],
        )
        return self.env.cr.fetchone()

    def test_every_flat_table_is_checked(self):
        self.order([(self.product, 1, 0)])
        move = self.invoice(50, START)
        self.catch_up()
        units = self.env["kam.log.audit"]._units("drift")
        for name in self.tables():
            self.assertIn(["flat", name], units)
            self.assertFalse(self.findings(name), name)
        for statement, name in (
            ("UPDATE kam_kpi_fact SET untaxed = untaxed + 0.01", "kam.kpi.fact"),
            ("UPDATE kam_fact SET amount = amount + 0.01", "kam.fact"),
        ):
            with self.cr.savepoint() as savepoint:
                self.cr.execute(f"{statement} WHERE res_id = %s", [move.id])
                found = self.findings(name)
                self.assertGreaterEqual(len(found), 2, name)
                self.assertIn("Rebuild", found[0]["words"])
                savepoint.rollback()
        with self.cr.savepoint() as savepoint:
            self.cr.execute("DELETE FROM kam_kpi_fact WHERE res_id = %s", [move.id])
            self.assertEqual(len(self.findings("kam.kpi.fact")), 1)
            savepoint.rollback()
