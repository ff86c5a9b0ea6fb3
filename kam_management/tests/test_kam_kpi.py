"""Key figures on attributed facts: what the log says, whose it was, and to the cent."""

import random
from datetime import date, timedelta
from decimal import Decimal as D

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..kam_core.kpi import kpis as core
from ..kam_core.kpi.formulas import figure
from ..kam_core.ownership import Owner
from ..kam_core.pay.attribution import Fact, attribute
from ..kam_core.periods import Period
from . import common

START = date(2026, 1, 1)
MOVED = START + timedelta(45)
QUARTER = (START, START + timedelta(89))
NEXT = (date(2026, 4, 1), date(2026, 6, 30))
PARTS = (
    *("untaxed", "amount", "gross"),
    *("documents", "lines", "quantity", "delivered"),
)


def random_shares(chance, many):
    """Return so many shares of two decimals that are 100 together."""
    if many > 1 and chance.random() < 0.3:  # alike, so that ties are to be broken
        alike = 10000 // many
        return [alike / 100] * (many - 1) + [(10000 - alike * (many - 1)) / 100]
    cuts = [0, *sorted(chance.sample(range(1, 10000), many - 1)), 10000]
    return [(cuts[n + 1] - cuts[n]) / 100 for n in range(many)]


def random_fact(chance, partner_id, number):
    """Return a fact of any size, sign and number of decimals, now and then of 0."""

    def any_number():
        size = chance.choice((0, 1, 9, 10**3, 10**6, 10**11, 10**17))
        decimals = chance.choice((0, 1, 2, 2, 2, 3, 4, 6))
        return D(chance.randint(-size, size)).scaleb(-decimals)

    day = START + timedelta(chance.randint(-400, 400))
    return Fact(
        ("account.move", "1", number),
        *(0, "sale", day, day, partner_id, None),
        **{name: any_number() for name in PARTS},
        cost=None if chance.random() < 0.2 else any_number(),
    )


class ResultsCase(common.KamCase):
    """Managers, an account, and documents of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        groups = "base.group_user,kam_management.group_kam_user"
        cls.one, cls.two = (
            new_test_user(cls.env, f"results_{name}", groups=groups)
            for name in ("one", "two")
        )
        cls.head = new_test_user(
            cls.env,
            "results_head",
            groups="base.group_user,kam_management.group_kam_head",
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Results",
                "user_id": cls.head.id,
                "member_ids": [Command.set((cls.one + cls.two).ids)],
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Moved Trading", "is_company": True}
        )
        cls.account = cls.account_of(cls.customer, [(cls.one, 100)])
        cls.kpis = {kpi.code: kpi for kpi in cls.env["kam.kpi"].search([])}

    @classmethod
    def account_of(cls, partner, owners, since=date(2024, 1, 1)):
        return cls.env["kam.account"].create(
            {
                "partner_id": partner.id,
                "team_id": cls.team.id,
                "owner_ids": [
                    Command.create(
                        {
                            "user_id": user.id,
                            "share": share,
                            "role": "co" if n else "lead",
                            "date_from": since,
                        }
                    )
                    for n, (user, share) in enumerate(owners)
                ],
            }
        )

    @classmethod
    def invoice(cls, amount, day, customer=None, kind="out_invoice", **vals):
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": (customer or cls.customer).id,
                "invoice_date": day,
                "invoice_date_due": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": False,
                        }
                    )
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    @classmethod
    def pay(cls, invoice, amount, day):
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount, "payment_date": day})
        )
        return wizard._create_payments()

    def catch_up(self):
        self.env["kam.kpi.fact"]._catch_up()

    def figure(self, code, period, user=None):
        """Return a figure, of one user where one is given."""
        kpi = self.kpis[code]
        if user is None:  # of the customer: there may be demonstration data beside
            mine = Domain("partner_id", "=", self.customer.id)
            return kpi._figures(*period, domain=mine).get((), {}).get(code)
        found = kpi._figures(*period, by=("user",))
        return found.get((user.id,), {}).get(code, kpi._blank())


@tagged("post_install", "-at_install")
class TestAttribution(ResultsCase):
    def test_the_transfer_from_the_invoice_to_the_figure(self):
        early = self.invoice(380, START + timedelta(10))
        self.invoice(520, MOVED + timedelta(20))
        self.account.hand_over(
            [{"user_id": self.two.id}], "Half way", MOVED.isoformat()
        )
        self.invoice(
            60, NEXT[0] + timedelta(5), kind="out_refund", reversed_entry_id=early.id
        )
        self.invoice(7, NEXT[0] + timedelta(6), kind="out_refund")
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER, self.one) / 500, D("0.76"))
        self.assertEqual(self.figure("net_sales", QUARTER, self.two) / 500, D("1.04"))
        self.assertEqual(self.figure("net_sales", NEXT, self.one), -60)
        self.assertEqual(self.figure("net_sales", NEXT, self.two), -7)
        # the return counts against the sales it is of
        self.assertEqual(self.figure("return_rate", QUARTER, self.one), D(60) / D(380))

    def test_a_later_hand_over_of_the_past_moves_the_facts(self):
        self.invoice(100, START)
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER, self.one), 100)
        self.account.hand_over([{"user_id": self.two.id}], "Was so", "2025-12-01")
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER, self.one), 0)
        self.assertEqual(self.figure("net_sales", QUARTER, self.two), 100)

    def test_what_is_withdrawn_or_moved(self):
        move = self.invoice(100, START)
        self.catch_up()
        move.button_draft()
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER), 0)
        self.assertFalse(self.figure("active_base", QUARTER))
        move.invoice_date = move.date = NEXT[0]
        move.action_post()
        self.catch_up()
        self.assertEqual(self.figure("net_sales", NEXT), 100)
        self.assertEqual(self.figure("net_sales", QUARTER), 0)

    def test_money_received_goes_to_the_owner_of_that_day(self):
        move = self.invoice(200, START)
        self.account.hand_over([{"user_id": self.two.id}], "Moved", MOVED.isoformat())
        self.pay(move, 150, MOVED + timedelta(1))
        self.catch_up()
        self.assertEqual(self.figure("collected", QUARTER, self.one), 0)
        self.assertEqual(self.figure("collected", QUARTER, self.two), 150)

    def test_shares_in_sql_are_those_of_the_core(self):
        shares = (D("33.33"), D("33.33"), D("33.34"))
        third = new_test_user(self.env, "results_three", groups="base.group_user")
        users = (self.one, self.two, third)
        partner = self.env["res.partner"].create({"name": "Thirds", "is_company": True})
        account = self.account_of(
            partner, [(user, float(s)) for user, s in zip(users, shares, strict=True)]
        )
        amounts = (100, 0.01, 0.02, 99.99, 12345.67, 1)
        for amount in amounts:
            self.invoice(amount, START, partner)
        self.invoice(33.35, START, partner, "out_refund")
        self.catch_up()
        owners = tuple(
            Owner(
                row.event_key,
                row.user_id.id,
                row.role,
                D(str(row.share)),
                row.date_from,
            )
            for row in account.owner_ids
        )
        self.env.cr.execute(
            """SELECT res_id, user_id, untaxed::text, documents::text
                 FROM kam_kpi_fact WHERE partner_id = %s""",
            [partner.id],
        )
        rows = self.env.cr.fetchall()
        whole = {}
        for res_id, _user, untaxed, _documents in rows:
            whole[res_id] = whole.get(res_id, 0) + D(untaxed)
        self.assertEqual(
            sorted(whole.values()), sorted([*(D(str(a)) for a in amounts), D("-33.35")])
        )
        for res_id, total in whole.items():
            fact = Fact(
                ("account.move", str(res_id), 1),
                *(0, "sale", START, START, partner.id, 1),
                untaxed=total,
            )
            says = {
                one.user_id: one.part("untaxed")
                for one in attribute([fact], lambda _f: owners)
            }
            self.assertEqual({r[1]: D(r[2]) for r in rows if r[0] == res_id}, says)

    def test_many_random_splits_in_sql_are_those_of_the_core(self):
        """Any number of owners whose shares change, any sign and number of decimals."""
        chance = random.Random(20260101)
        users = self.one + self.two
        users += users.create(
            [{"name": f"Co {n}", "login": f"results_co_{n}"} for n in range(5)]
        )
        self.env["kam.kpi.fact"].flush_model()
        facts, owners_of = [], {}
        for many in (1, 2, 2, 2, 3, 3, 4, 5, 7):
            partner = self.env["res.partner"].create({"name": f"Split {many}"})
            account = self.account_of(
                partner, zip(users, random_shares(chance, many), strict=False)
            )
            again = random_shares(chance, chance.randint(1, 7))
            account.hand_over(
                [
                    {"user_id": user.id, "share": share}
                    for user, share in zip(users[::-1], again, strict=False)
                ],
                "Otherwise",
                MOVED.isoformat(),
            )
            owners_of[partner.id] = tuple(one._part() for one in account.owner_ids)
            facts += [random_fact(chance, partner.id, n) for n in range(120)]
        says = {
            (one.fact.partner_id, one.fact.event[2], one.user_id): (
                one.percent,
                *(one.part(name) for name in PARTS),
                one.margin,
            )
            for one in attribute(facts, lambda fact: owners_of[fact.partner_id])
        }
        found = self.split_by_sql(facts)
        self.assertEqual(found.keys(), says.keys())
        wrong = {
            key: (found[key], says[key]) for key in says if found[key] != says[key]
        }
        self.assertEqual(dict(list(wrong.items())[:3]), {}, "SQL beside the core")

    def split_by_sql(self, facts):
        """Return {(partner, version, user): (share, *parts, margin)} by the SQL."""
        names = ("version", "partner_id", "own_date", *PARTS, "cost")
        blank = {
            "bigint": "stream_id",
            "int": "res_id origin_id",
            "bool": "reversal",
            "text": "type res_model kind document_kind",
            "timestamp": "recorded_at",
            "date": "date",
            "int[]": "products",
        }
        blanks = ", ".join(
            f"NULL::{kind} AS {name}" for kind in blank for name in blank[kind].split()
        )
        numeric = ", ".join(f"({name})::numeric AS {name}" for name in (*PARTS, "cost"))
        rows = SQL("VALUES %s", SQL(", ").join(map(self.values_of, facts)))
        self.env.flush_all()
        source = self.env.cr.mogrify(
            f"""SELECT {blanks}, %s AS company_id, version, partner_id,
                       own_date::date, {numeric}
                  FROM ({rows.code}) AS given ({", ".join(names)})""",
            [self.env.company.id, *rows.params],
        ).decode()
        query = self.env["kam.kpi.fact"]._shared_query(source)
        texts = ", ".join(f"{name}::text" for name in ("share", *PARTS, "margin"))
        self.env.cr.execute(
            f"SELECT partner_id, version, user_id, {texts} FROM ({query}) AS split"
        )
        found = self.env.cr.fetchall()
        keys = {row[:3] for row in found}
        self.assertEqual(len(keys), len(found), "one row for each owner")
        return {row[:3]: tuple(map(D, row[3:])) for row in found}

    @staticmethod
    def values_of(fact):
        parts = (getattr(fact, name) for name in (*PARTS, "cost"))
        return SQL("%s", (fact.event[2], fact.partner_id, fact.own_date, *parts))

    def test_nobody_owns_a_customer_without_account(self):
        other = self.env["res.partner"].create({"name": "Walk in"})
        self.invoice(70, START, other)
        self.catch_up()
        found = self.kpis["net_sales"]._figures(
            *QUARTER, by=("user",), domain=Domain("partner_id", "=", other.id)
        )
        self.assertEqual(found, {(None,): {"net_sales": 70}})

    def test_a_rebuild_gives_the_same_table(self):
        move = self.invoice(380, START + timedelta(10))
        self.pay(move, 100, MOVED)
        self.invoice(
            60, NEXT[0], kind="out_refund", reversed_entry_id=move.id
        ).button_draft()
        self.account.hand_over(
            [
                {"user_id": self.one.id, "share": 60},
                {"user_id": self.two.id, "share": 40},
            ],
            "Together",
            MOVED.isoformat(),
        )
        self.invoice(100.01, MOVED)
        self.catch_up()
        facts = self.env["kam.kpi.fact"]
        before = facts._digest()
        self.assertGreater(facts._rebuild(), 3)
        self.assertEqual(facts._digest(), before)
        self.assertEqual(facts.lag()["streams"], 0)

    def test_the_merge_of_customers(self):
        double = self.env["res.partner"].create(
            {"name": "Moved Tr.", "is_company": True}
        )
        self.invoice(40, START, double)
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER, self.one), 0)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [double.id, self.customer.id], self.customer
        )
        self.catch_up()
        self.assertEqual(self.figure("net_sales", QUARTER, self.one), 40)


class OrdersCase(ResultsCase):
    """Two products, and a price policy that leaves 3 % free to give."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_policy()
        cls.product, cls.other = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "service",
                    "service_type": "manual",
                    "list_price": 100,
                    "standard_price": 60,
                    "invoice_policy": "order",
                    "taxes_id": False,
                }
                for name in ("Pump", "Hose")
            ]
        )

    @classmethod
    def make_policy(cls):
        """Let a base column and 3 % free to give be all that the gate goes by."""
        cls.env["kam.price.column"].search([]).write({"active": False})
        since = "2025-01-01"
        base, better = cls.env["product.pricelist"].create(
            [{"name": "Base of results"}, {"name": "Better of results"}]
        )
        cls.column, second = cls.env["kam.price.column"].create(
            [
                {
                    "name": pricelist.name,
                    "rank": rank,
                    "pricelist_id": pricelist.id,
                    "date_from": since,
                }
                for rank, pricelist in enumerate((base, better), 1)
            ]
        )
        cls.env["kam.price.policy"].create(
            {
                "name": "Results",
                "condition_ids": [
                    Command.create({"column_id": second.id, "turnover": 10**9})
                ],
                "allowance_ids": [Command.create({"free_percent": 3})],
            }
        ).publish("For the orders of this test")

    def order(self, lines, day="2026-01-20", customer=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (customer or self.customer).id,
                "pricelist_id": self.column.pricelist_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": 100,
                            "discount": discount,
                        }
                    )
                    for product, quantity, discount in lines
                ],
            }
        )
        order.action_confirm()
        order.date_order = f"{day} 10:00:00"
        return order


@tagged("post_install", "-at_install")
class TestFigures(OrdersCase):
    def test_orders(self):
        order = self.order([(self.product, 10, 2), (self.other, 10, 0)])
        self.order([(self.product, 5, 0)])
        order.order_line[0].qty_delivered = 9
        order.order_line[1].qty_delivered = 12  # more than ordered fills nothing
        self.catch_up()
        says = {
            "orders": 2,
            "order_lines": 3,
            "average_order": D(1240),
            "lines_per_order": D("1.5"),
            "line_discount": 1 - D(2480) / D(2500),
            "real_discount": 1 - D(2480) / D(2500),
            "fill_rate": D(19) / 25,
            "assortment_depth": 2,
        }
        for code, value in says.items():
            self.assertEqual(self.figure_of_two(code), value, code)
        order._action_cancel()
        self.catch_up()
        self.assertEqual(self.figure("orders", QUARTER), 1)
        self.assertEqual(self.figure("assortment_depth", QUARTER), 1)
        self.assertEqual(self.figure_of_two("real_discount"), 0)

    def test_a_discount_that_is_not_free_is_stopped_by_the_gate(self):
        with self.assertRaises(UserError):
            self.order([(self.product, 1, 10)])

    def figure_of_two(self, code):
        """Return a figure of the account's one owner: also one of no customer."""
        return self.figure(code, QUARTER, self.one)

    def test_margin_for_those_entitled(self):
        order = self.order([(self.product, 2, 0)])
        invoice = order._create_invoices()
        invoice.invoice_date = START
        invoice.action_post()
        self.catch_up()
        self.assertEqual(self.figure("gross_margin", QUARTER), 80)
        seen = self.kpis["gross_margin"].with_user(self.one)._figures(*QUARTER)
        self.assertEqual(seen, {})
        with self.assertRaises(AccessError):
            self.env["kam.kpi.fact"].with_user(self.one).search([]).read(["margin"])

    def test_new_lost_and_active(self):
        today = self.env.company._kam_today()
        old = self.env["res.partner"].create({"name": "Old", "is_company": True})
        self.account_of(old, [(self.one, 50), (self.two, 50)])
        self.invoice(10, date(2025, 3, 1), old)
        self.invoice(10, START)
        self.invoice(10, START + timedelta(5))
        self.catch_up()
        self.assertEqual(self.figure("new_customers", QUARTER), 1)
        self.assertEqual(self.figure("active_base", QUARTER, self.one), 1)
        lost = (date(2025, 8, 1), date(2025, 8, 31))  # 180 days after 1 March
        whose = Domain("partner_id", "=", old.id)
        found = self.kpis["lost_customers"]._figures(*lost, domain=whose)
        self.assertEqual(found, {(): {"lost_customers": 1}})
        self.assertEqual(self.figure("lost_customers", lost, self.one), D("0.5"))
        self.invoice(10, date(2025, 8, 15), old)
        self.catch_up()
        self.assertEqual(self.kpis["lost_customers"]._figures(*lost, domain=whose), {})
        self.assertLess(lost[1], today)

    def test_what_is_owed(self):
        today = self.env.company._kam_today()
        start = today.replace(day=1)
        before = self.kpis["dso"]._figures(start, today, by=("user",))
        self.assertNotIn((self.one.id,), before)
        old = self.invoice(300, start - timedelta(100))
        self.invoice(100, today)
        self.pay(old, 100, today)
        self.env["kam.fact"]._catch_up()
        some = self.kpis["dso"] + self.kpis["overdue_share"] + self.kpis["cei"]
        found = some._figures(start, today, by=("user",))[self.one.id,]
        days = (today - start).days + 1
        self.assertEqual(found["dso"], D(300) / 100 * days)
        self.assertGreater(found["overdue_share"], 0)
        self.assertIsNotNone(found["cei"])

    def test_figures_of_other_parts_are_of_whom_they_are_asked(self):
        today = self.env.company._kam_today()
        self.env["kam.promise"].create(
            {
                "partner_id": self.customer.id,
                "amount": 10,
                "currency_id": self.env.company.currency_id.id,
                "made_on": today - timedelta(20),
                "date_promised": today - timedelta(10),
                "user_id": self.one.id,
            }
        )
        span = (today - timedelta(10), today - timedelta(10))
        kept = self.kpis["promises_kept"]
        for user, value in ((self.one, 0), (self.two, None)):
            found = kept._figures(*span, domain=Domain("user_id", "=", user.id))
            self.assertEqual(found.get((), {}).get("promises_kept"), value)
        other = Domain("account_id", "=", self.account.id)
        self.assertEqual(kept._figures(*span, domain=other), {})

    def test_what_has_no_source_is_none(self):
        unknown = self.kpis["promises_kept"]._figures(*QUARTER)
        self.assertIsNone(unknown.get((), {}).get("promises_kept"))

    def test_a_figure_invented_today_shows_its_past(self):
        self.invoice(10, START)
        self.invoice(4, START, kind="out_refund")
        self.catch_up()
        kpi = self.env["kam.kpi"].create(
            {
                "code": "credit_notes",
                "name": "Credit notes",
                "document_kind": "credit_note",
                "domain": f"[('account_id', '=', {self.account.id})]",
            }
        )
        self.assertEqual(kpi._figures(*QUARTER)[()], {"credit_notes": -4})
        with self.assertRaises(UserError):
            kpi.domain = "[('no_such', '=', 1)]"
        with self.assertRaises(UserError):
            kpi.domain = "import os"

    def test_refusals(self):
        for wrong in (
            {"code": "x", "name": "X", "measure": False},
            {"code": "x", "name": "X", "formula": "ratio"},
            {"code": "x", "name": "X", "formula": "dso"},
            {"code": "x", "name": "X", "formula": "lost", "days": 0},
            {"code": "x", "name": " "},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env["kam.kpi"].create(wrong)
        with self.assertRaises(UserError):
            self.kpis["net_sales"].code = "other"

    def test_sql_and_core_agree_for_every_flow(self):
        """The same shares of facts through both: every formula of the catalogue."""
        order = self.order([(self.product, 3, 2), (self.other, 1, 0)])
        invoice = order._create_invoices()
        invoice.invoice_date = START + timedelta(25)
        invoice.action_post()
        self.invoice(
            30, START + timedelta(30), kind="out_refund", reversed_entry_id=invoice.id
        )
        self.pay(invoice, 100, MOVED)
        order.order_line[0].qty_delivered = 2
        self.account.hand_over(
            [
                {"user_id": self.one.id, "share": 70},
                {"user_id": self.two.id, "share": 30},
            ],
            "Together",
            "2026-01-01",
        )
        self.catch_up()
        shares = self.env["kam.kpi.fact"]._core_shares(
            where="f.partner_id = %s", params=[self.customer.id]
        )
        first = {self.customer.id: START + timedelta(25)}
        domain = Domain("account_id", "=", self.account.id)
        for kpi in self.kpis.values():
            formula = core.formula_of(kpi._state())
            if not formula:
                continue
            for user in (self.one, self.two):
                mine = [one for one in shares if one.user_id == user.id]
                says = figure(formula, mine, Period(*QUARTER), first, {})
                found = kpi._figures(*QUARTER, by=("user",), domain=domain)
                value = found.get((user.id,), {}).get(kpi.code, kpi._blank())
                self.assertEqual(value, says, (kpi.code, user.login))

    def test_the_number_of_queries_does_not_grow(self):
        self.invoice(10, START)
        self.catch_up()
        every = self.env["kam.kpi"].search([])
        every._figures(*QUARTER, by=("user",))
        self.env.flush_all()
        with self.assertQueryCount(10):
            every._figures(*QUARTER, by=("user",))


@tagged("post_install", "-at_install")
class TestWhoSeesFigures(ResultsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(100, START)
        other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.account_of(other, [(cls.two, 100)])
        cls.invoice(900, START, other)
        cls.env["kam.kpi.fact"]._catch_up()

    def test_a_manager_sees_own_figures_by_every_door(self):
        facts = self.env["kam.kpi.fact"].with_user(self.one)
        self.assertEqual(facts.search([]).user_id, self.one)
        total = facts._read_group([], [], ["untaxed:sum"])
        self.assertEqual(total, [(100.0,)])
        every = self.env["kam.kpi"].with_user(self.one).search([])
        for by in ((), ("user",), ("partner",), ("month",)):
            found = every._figures(*QUARTER, by=by)
            sales = [row["net_sales"] for row in found.values() if "net_sales" in row]
            self.assertEqual(sales, [100], by)
        hidden = self.env["kam.kpi.fact"].search([("user_id", "=", self.two.id)])
        with self.assertRaises(AccessError):
            hidden.with_user(self.one).read(["untaxed"])
        exporter = self.env.ref("base.group_allow_export")
        self.one.group_ids += exporter
        with self.assertRaises(AccessError):
            hidden.with_user(self.one).export_data(["untaxed"])

    def test_a_head_sees_the_team(self):
        every = self.env["kam.kpi"].with_user(self.head).search([])
        found = every._figures(*QUARTER, by=("user",))
        self.assertEqual(found[self.one.id,]["net_sales"], 100)
        self.assertEqual(found[self.two.id,]["net_sales"], 900)
        self.assertNotIn((None,), found)
