"""The figures of visits: each opens into the rows that make it."""

from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.kam_management.models import kam_visit_actions, kam_week

from . import common, visit_case


@tagged("post_install", "-at_install")
class TestKamVisitReport(visit_case.VisitCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Beans", "list_price": 20, "taxes_id": False}
        )

    def done(self, day, hour=9, account=None, **results):
        visit = self.visit(day, hour, account, **results.pop("vals", {}))
        self.finish(visit, **results)
        return visit

    def finish(self, visit, **results):
        moment = kam_week._aware(visit.planned_stop)
        with patch.object(kam_visit_actions, "now", lambda: moment):
            visit.finish(**(results or {"outcome": "order"}))

    def order(self, moment, lines=2, account=None):
        partner = (account or self.account).sudo().partner_id
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": self.product.id})
                    for _line in range(lines)
                ],
            }
        )
        order.action_confirm()
        order.date_order = moment
        return order

    def figures(self):
        self.env.flush_all()
        days = (str(self.at(0).date()), str(self.at(6).date()))
        return self.visits.figures(*days)

    def test_adherence_strike_rate_and_off_plan(self):
        """Three committed, two kept; four done, one beside the plan, two productive."""
        kept, late, lost = self.visit(0), self.visit(1), self.visit(2)
        self.commit()
        self.finish(kept)
        late.move(str(self.at(3)), reason="Ill")
        self.finish(late)
        off_plan = self.done(4, account=self.other, vals={"off_plan_kind": "order"})
        lost.cancel("Closed", "customer")
        # the nearest visit before it; once; not after three days; not before any
        self.order(kept.finished_at + timedelta(hours=2), 3)
        self.order(late.finished_at + timedelta(days=3), 5)
        self.order(off_plan.finished_at + timedelta(days=3, seconds=1), 9, self.other)
        self.order(kept.finished_at - timedelta(hours=2), 7)
        found = self.figures()
        self.assertEqual((found["committed"], found["kept"]), (3, 2))
        self.assertAlmostEqual(found["adherence"], 2 / 3)
        self.assertEqual((found["done"], found["off_plan"]), (3, 1))
        self.assertAlmostEqual(found["off_plan_share"], 1 / 3)
        self.assertEqual((found["productive"], found["order_lines"]), (2, 8))
        self.assertAlmostEqual(found["strike_rate"], 2 / 3)
        self.assertEqual(found["lines_per_call"], 4)
        self.assertEqual((found["order_amount"], found["drop_size"]), (160, 80))
        self.assertEqual((found["moved"], found["cancelled"]), (1, 1))
        report = self.env["kam.visit.report"].with_user(self.anna)
        rows = report.search(found["domain"])
        self.assertEqual(sum(rows.mapped("kept")), 2)
        self.assertEqual(rows.visit_id, kept | late | lost | off_plan)
        [ratios] = report._read_group(
            found["domain"],
            [],
            ["adherence:avg", "strike_rate:avg", "off_plan_share:avg", "drop_size:avg"],
        )
        for ratio, name in zip(
            ratios,
            ("adherence", "strike_rate", "off_plan_share", "drop_size"),
            strict=True,
        ):
            self.assertAlmostEqual(ratio, found[name], msg=name)

    def test_two_visits_of_one_moment_share_no_order(self):
        one, two = self.done(0, 9), self.done(0, 9)
        self.order(one.finished_at + timedelta(hours=1))
        found = self.figures()
        self.assertEqual((found["productive"], found["orders"]), (1, 1))
        report = self.env["kam.visit.report"]
        self.assertEqual(report.browse(two.id * 2).orders, 1)

    def test_coverage(self):
        self.done(0)
        found = self.figures()
        self.assertEqual((found["due"], found["covered"]), (2, 1))
        self.assertEqual(found["coverage"], 0.5)

    def test_calls_do_not_cover(self):
        call = self.env["kam.visit.kind"]._by_code("call")
        self.done(0, vals={"kind_id": call.id})
        self.assertEqual(self.figures()["covered"], 0)

    def test_effect_of_a_training(self):
        kind = self.env["kam.visit.kind"]._by_code("training")
        self.done(
            1,
            vals={"kind_id": kind.id},
            topic="Latte art",
            participants=5,
            material="Milk",
        )
        for days, amount in ((-30, 100), (-100, 900), (0, 50), (60, 100), (95, 900)):
            self.invoice(self.at(1).date() + timedelta(days=days), amount)
        found = self.figures()
        self.assertEqual((found["sales_before"], found["sales_after"]), (100, 150))
        self.assertEqual(found["training_effect"], 0.5)

    def invoice(self, day, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.account.sudo().partner_id.id,
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Beans", "price_unit": amount, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()

    def test_a_colleague_sees_no_row(self):
        self.done(0)
        report = self.env["kam.visit.report"].with_user(self.ben)
        self.assertFalse(report.search([]) & report.search([("done", "=", 1)]))
        days = (str(self.at(0).date()), str(self.at(6).date()))
        self.assertEqual(self.visits.with_user(self.ben).figures(*days)["visits"], 0)
        head = self.visits.with_user(self.helen).figures(*days)
        self.assertEqual(head["visits"], 1)
        self.assertEqual(
            self.visits.with_user(self.helen).figures(*days, self.ben.ids)["visits"], 0
        )
