"""Targets: proposed and approved, split to the cent, and where they stand."""

from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_kam_kpi import START, ResultsCase

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
MONTH = (date(2026, 1, 1), date(2026, 1, 31))


class TargetCase(ResultsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net = cls.kpis["net_sales"]

    def target(self, plan=1000, user=None, span=MONTH, **vals):
        return self.env["kam.target"].create(
            {
                "kpi_id": self.net.id,
                "user_id": (user or self.one).id,
                "date_from": span[0],
                "date_to": span[1],
                "plan": plan,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestTargets(TargetCase):
    def test_a_manager_proposes_and_the_head_approves(self):
        own = (
            self.env["kam.target"]
            .with_user(self.one)
            .create({"kpi_id": self.net.id, "plan": 900})
        )
        self.assertEqual(own.user_id, self.one)
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.approve()
        own.propose()
        own.with_user(self.head).send_back("More, please")
        self.assertEqual(own.state, "draft")
        own.plan = 950
        own.propose()
        own.with_user(self.head).approve()
        self.assertEqual((own.state, own.approved_by_id), ("approved", self.head))
        for act in (
            lambda: own.write({"plan": 1}),
            own.unlink,
            own.propose,
            lambda: own.with_user(self.head).send_back("No"),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                act()

    def test_a_manager_plans_for_nobody_else(self):
        model = self.env["kam.target"].with_user(self.one)
        with self.assertRaises(AccessError), self.cr.savepoint():
            model.create({"kpi_id": self.net.id, "plan": 900, "user_id": self.two.id})
        with self.assertRaises(AccessError), self.cr.savepoint():
            model.create({"kpi_id": self.net.id, "plan": 900, "level": "company"})
        other = self.target(user=self.two)
        self.assertFalse(model.search([("id", "=", other.id)]))

    def test_a_replan_keeps_the_old(self):
        target = self.target()
        target.approve()
        version = target.event_version
        [new_id] = target.replan()
        new = target.browse(new_id)
        self.assertEqual((new.revision, new.state, new.plan), (2, "draft", 1000))
        new.plan = 1200
        new.approve()
        self.assertEqual((target.state, target.plan), ("replaced", 1000))
        with self.assertRaises(UserError):
            target.approve(expected_version=version)

    def test_a_command_twice_is_one(self):
        target = self.target()
        target.approve()
        command = "6f1b7c32-4f0a-4d57-9c2c-5f3d2d6a1b11"
        first = target.replan(command_id=command)
        self.assertEqual(target.replan(command_id=command), first)

    def test_refusals(self):
        for wrong in (
            {"plan": 0},
            {"plan": -5},
            {"user_id": False},
            {"level": "team"},
            {"date_to": MONTH[0] - timedelta(1)},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.target(**{"plan": 10, **wrong})


@tagged("post_install", "-at_install")
class TestCascade(TargetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.account_of(cls.other, [(cls.two, 100)])
        cls.invoice(300, date(2025, 1, 10))
        cls.invoice(100, date(2025, 7, 10))
        cls.invoice(100, date(2025, 3, 10), cls.other)
        cls.env["kam.kpi.fact"]._catch_up()

    def test_a_team_by_last_year(self):
        target = self.target(
            10_000, span=YEAR, level="team", team_id=self.team.id, user_id=False
        )
        target.approve()
        parts = target.browse(target.with_user(self.head).cascade())
        self.assertEqual(
            {one.user_id: one.plan for one in parts}, {self.one: 8000, self.two: 2000}
        )
        self.assertEqual(target.part_difference, 0)
        with self.assertRaises(UserError):
            target.cascade()
        parts[0].plan += 100
        target.invalidate_recordset()
        self.assertEqual(target.part_difference, -100)

    def test_over_the_months_to_the_cent(self):
        target = self.target(1000.01, span=YEAR)
        parts = target.browse(target.spread())
        self.assertEqual(len(parts), 12)
        self.assertAlmostEqual(sum(parts.mapped("plan")), 1000.01, 6)
        january, july = parts.sorted("date_from")[0], parts.sorted("date_from")[6]
        self.assertAlmostEqual(january.plan / july.plan, 3, 3)
        quarters = self.target(100, span=YEAR)
        self.assertEqual(len(quarters.spread("quarter")), 4)

    def test_to_accounts(self):
        self.account.designate(
            self.customer.ids, "A", "Test", "2025-01-01", [{"user_id": self.one.id}]
        )
        target = self.target(500)
        parts = target.browse(target.cascade())
        self.assertEqual(parts.account_id, self.account)
        self.assertEqual(parts.plan, 500)

    def test_a_company_and_its_teams(self):
        target = self.target(1000, span=YEAR, level="company", user_id=False)
        parts = target.browse(target.cascade())
        self.assertIn(self.team, parts.team_id)
        self.assertAlmostEqual(sum(parts.mapped("plan")), 1000, 4)

    def test_a_share_is_the_same_for_all(self):
        target = self.target(
            0.1,
            kpi_id=self.kpis["return_rate"].id,
            level="team",
            team_id=self.team.id,
            user_id=False,
        )
        parts = target.browse(target.cascade())
        self.assertEqual(parts.mapped("plan"), [0.1, 0.1])

    def test_where_it_stands(self):
        self.invoice(450, START + timedelta(4))
        self.env["kam.kpi.fact"]._catch_up()
        target = self.target(900)
        found, fact = target._progress(date(2026, 1, 10))[target.id]
        self.assertEqual((fact, float(found.attained)), (450, 0.5))
        self.assertEqual(found.seasonal, 900)  # all of last January by the 10th
        self.assertEqual(found.forecast, 450)
        self.assertEqual((target.fact, target.attained), (450, 0.5))
        team = self.target(900, level="team", team_id=self.team.id, user_id=False)
        self.assertEqual(team.fact, 450)


@tagged("post_install", "-at_install")
class TestResults(TargetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env.company._kam_today()
        cls.month = cls.today.replace(day=1)
        cls.invoice(100, cls.month)
        other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.account_of(other, [(cls.two, 100)])
        cls.invoice(900, cls.month, other)
        cls.env["kam.kpi.fact"]._catch_up()

    def results(self, user, **args):
        return self.env["kam.kpi"].with_user(user).my_results(**args)

    def card(self, result, code):
        return next(one for one in result["cards"] if one["code"] == code)

    def test_my_results(self):
        target = self.target(
            200, span=(self.month, date(self.today.year, self.today.month, 28))
        )
        target.date_to = self.env["kam.kpi"]._span_of(self.today, "month").end
        target.approve()
        result = self.results(self.one)
        card = self.card(result, "net_sales")
        self.assertEqual(
            (card["value"], card["plan"], card["attained"]), (100, 200, 0.5)
        )
        self.assertEqual(result["people"], [{"id": self.one.id, "name": self.one.name}])
        self.assertEqual(result["trend"]["series"]["net_sales"]["now"][-1], 100)
        self.assertEqual(result["lag"]["streams"], 0)
        codes = {one["code"] for one in result["cards"]}
        self.assertNotIn("gross_margin", codes)
        with self.assertRaises(AccessError):
            self.results(self.one, user_id=self.two.id)
        self.assertEqual(
            self.card(self.results(self.head, user_id=self.two.id), "net_sales")[
                "value"
            ],
            900,
        )

    def test_every_figure_opens_into_what_made_it(self):
        kpis = self.env["kam.kpi"].with_user(self.one)
        span = (self.month.isoformat(), self.today.isoformat())
        for kpi in kpis.search([])._open_to_user():
            told = kpis.explain(kpi.code, *span)
            if kpi.formula == "sum":
                self.assertEqual(told["value"], told["sums"][kpi.measure], kpi.code)
            if told["action"] and told["facts"] and not told["rows"]:
                domain = told["action"]["domain"]
                facts = self.env["kam.kpi.fact"].with_user(self.one).search(domain)
                self.assertEqual(len(facts), told["facts"])
                self.assertEqual(facts.user_id, self.one)
        with self.assertRaises(AccessError):
            kpis.explain("gross_margin", *span)
        with self.assertRaises(AccessError):
            kpis.explain("net_sales", *span, user_id=self.two.id)

    def test_what_changed_since(self):
        kpis = self.env["kam.kpi"].with_user(self.one)
        span = (self.month.isoformat(), self.today.isoformat())
        yesterday = (self.today - timedelta(2)).isoformat()
        told = kpis.changed("net_sales", *span, yesterday)
        self.assertEqual((told["difference"], told["facts"]), (100, 1))
        later = (self.today + timedelta(2)).isoformat()
        self.assertEqual(kpis.changed("net_sales", *span, later, later)["facts"], 0)

    def test_the_team(self):
        board = self.env["kam.kpi"].with_user(self.head).team_board()
        rows = {row["user_id"]: row for row in board["rows"]}
        self.assertEqual(rows[self.two.id]["values"]["net_sales"], 900)
        self.assertEqual(board["total"]["net_sales"], 1000)
        self.assertLess(rows[self.two.id]["rank"], rows[self.one.id]["rank"])
        alone = self.env["kam.kpi"].with_user(self.one).team_board()
        self.assertEqual([row["user_id"] for row in alone["rows"]], [self.one.id])
        self.assertEqual(alone["total"]["net_sales"], 100)

    def test_the_board_asks_a_fixed_number_of_times(self):
        kpis = self.env["kam.kpi"].with_user(self.head)
        kpis.team_board()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            kpis.team_board()

    def test_figures_over_rpc(self):
        kpis = self.env["kam.kpi"].with_user(self.one)
        span = (self.month.isoformat(), self.today.isoformat())
        [row] = kpis.figures(["net_sales", "orders"], *span)
        self.assertEqual(row, {"key": None, "values": {"net_sales": 100, "orders": 0}})
        [row] = kpis.figures(["net_sales"], *span, by="user")
        self.assertEqual(row["key"], self.one.id)
        for wrong in (
            ("net_sales", *span),
            (["no_such"], *span),
            (["net_sales"], "x", span[1]),
            (["net_sales"], span[1], "1999-01-01"),
            (["net_sales"], *span, "colour"),
        ):
            with self.assertRaises(UserError):
                kpis.figures(*wrong)


@tagged("post_install", "-at_install")
class TestDigest(TargetCase):
    def test_the_mail_tells_each_reader_their_own(self):
        today = self.env.company._kam_today()
        self.invoice(100, today - timedelta(1))
        self.env["kam.kpi.fact"]._catch_up()
        digest = self.env.ref("kam_management.kam_digest_weekly")
        period = digest.with_context(
            start_datetime=fields.Datetime.now() - timedelta(7),
            end_datetime=fields.Datetime.now() + timedelta(1),
        )
        self.assertEqual(period.with_user(self.one).kpi_kam_net_sales_value, 100)
        period.invalidate_recordset()
        self.assertEqual(period.with_user(self.two).kpi_kam_net_sales_value, 0)
        with self.assertRaises(AccessError):
            period.with_user(self.env.ref("base.public_user")).read(
                ["kpi_kam_net_sales_value"]
            )
