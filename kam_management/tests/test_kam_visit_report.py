"""The figures of visits: each opens into the rows that make it."""

import json
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
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

    def test_the_board_says_the_same_as_the_figures(self):
        """By manager, in sets; each figure opens into what was counted."""
        kept, late, lost = self.visit(0), self.visit(1), self.visit(2)
        self.commit()
        self.finish(kept)
        late.move(str(self.at(3)), reason="Ill")
        self.finish(late)
        self.done(4, account=self.other, vals={"off_plan_kind": "order"})
        lost.cancel("Closed", "customer")
        orders = [
            self.order(kept.finished_at + timedelta(hours=2), 3),
            self.order(late.finished_at + timedelta(days=3), 5),
            self.order(kept.finished_at - timedelta(hours=2), 7),
        ]
        kind = self.env["kam.visit.kind"]._by_code("training")
        told = {"topic": "Art", "participants": 5, "material": "Milk"}
        training = self.done(
            4, 12, vals={"kind_id": kind.id, "off_plan_kind": "own"}, **told
        )
        self.invoice(self.at(-30).date(), 100)
        self.invoice(self.at(5).date(), 150)
        self.assertEqual(len(orders), 3)
        days = (str(self.at(0).date()), str(self.at(6).date()))
        self.env.flush_all()
        board = self.env["kam.visit"].with_user(self.helen)
        found, answer = board.figures(*days), board.team_board(*days)
        [row] = answer["rows"]
        self.assertEqual(row["user_id"], self.anna.id)
        for name, value in row.items():
            if name in found and name != "visits":  # there with those cancelled
                self.assertEqual(value, found[name], name)
                self.assertEqual(answer["total"][name], value, name)
        self.assertEqual(
            [row[name] for name in ("coverage", "strike_rate", "drop_size")],
            [1.0, 0.5, 80],
        )
        self.assertEqual((row["trainings"], row["training_effect"]), (1, 0.5))
        self.assertEqual(json.loads(json.dumps(answer)), answer)
        for column, many in {
            "visits": kept + late + training,
            "moved": late,
            "cancelled": lost,
            "committed": kept + late + lost,
            "kept": kept + late,
            # the training was the nearest visit before the second order
            "productive": kept + training,
            "trainings": training,
        }.items():
            action = board.open_board(column, *days, self.anna.id)
            records = self.env[action["res_model"]].search(action["domain"])
            opened = records if records._name == "kam.visit" else records.visit_id
            self.assertTrue(many <= opened, column)
            if column in row:
                self.assertEqual(len(records), row[column], column)
        for column, accounts in (("due", 2), ("covered", 2)):
            action = board.open_board(column, *days)
            self.assertEqual(action["res_model"], "kam.account")
            self.assertEqual(
                self.env["kam.account"].search_count(action["domain"]), accounts
            )
            self.assertEqual(row[column], accounts)

    def test_the_board_of_a_team_and_of_nobody(self):
        self.done(0)
        days = (str(self.at(0).date()), str(self.at(6).date()))
        board = self.env["kam.visit"].with_user(self.helen)
        other = self.env["crm.team"].create({"name": "Others"})
        self.env.flush_all()
        self.assertIn(
            {"id": self.team.id, "name": "Visits"}, board.team_board(*days)["teams"]
        )
        self.assertEqual(len(board.team_board(*days, self.team.id)["rows"]), 1)
        self.assertFalse(board.team_board(*days, other.id)["rows"])
        for wrong in ("x", "visits; DROP", 5, [1]):
            with self.assertRaises(UserError):
                board.open_board(wrong, *days)
        seen = board.with_user(self.ben).open_board("visits", *days, self.anna.id)
        self.assertEqual(seen["domain"], [("id", "in", [])])

    def test_the_board_costs_the_same_for_few_and_many(self):
        days = (str(self.at(0).date()), str(self.at(6).date()))
        board = self.env["kam.visit"].with_user(self.helen)

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            board.team_board(*days)
            return self.env.cr.sql_log_count - before

        self.done(0)
        cost()  # fills the caches of groups and rules
        few = cost()
        for hour in range(6, 16):
            self.done(1, hour, self.other)
        self.assertEqual(cost(), few)

    def test_days_are_those_of_the_company_and_the_manager(self):
        """A visit at 23:30 UTC on Sunday is of Monday in Bangkok."""
        calendar = self.env.company.resource_calendar_id
        calendar.tz = "Asia/Bangkok"
        self.anna.tz = "Asia/Bangkok"
        visit = self.done(-1, 22)  # done at 23:00 UTC on Sunday, 6:00 on Monday there
        self.env.flush_all()
        days = (str(self.at(0).date()), str(self.at(0).date()))
        self.assertEqual(self.visits.figures(*days)["covered"], 1)
        self.assertEqual(self.account.last_visit_on, self.at(0).date())
        self.assertEqual(
            self.account.visit_due_on, self.at(0).date() + timedelta(days=14)
        )
        row = self.env["kam.visit.report"].browse(visit.id * 2)
        self.assertEqual(row.monday, self.monday)

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
