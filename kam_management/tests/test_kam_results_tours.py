"""My results, the team's board and a pay statement in a browser."""

from odoo.tests import tagged

from . import common
from .test_kam_kpi import START
from .test_kam_pay import PayCase


@tagged("post_install", "-at_install")
class TestResultsTours(common.KamHttpCase, PayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = cls.env.company._kam_today()
        span = cls.env["kam.kpi"]._span_of(today, "month")
        cls.invoice(100, span.start)
        other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.account_of(other, [(cls.two, 100)])
        cls.invoice(900, span.start, other)
        cls.env["kam.target"].create(
            {
                "kpi_id": cls.kpis["net_sales"].id,
                "user_id": cls.one.id,
                "date_from": span.start,
                "date_to": span.end,
                "plan": 200,
            }
        ).approve()
        cls.invoice(400, START)
        cls.env["kam.kpi.fact"]._catch_up()

    def test_my_results(self):
        self.start_tour("/odoo/my-results", "kam_my_results_tour", login="results_one")

    def test_the_team(self):
        self.start_tour(
            "/odoo/team-results", "kam_team_results_tour", login="results_head"
        )

    def test_a_statement(self):
        self.statement(self.one).close()
        self.start_tour("/odoo/pay-statements", "kam_pay_tour", login="results_one")
