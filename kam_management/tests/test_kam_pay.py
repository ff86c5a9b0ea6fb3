"""Pay: closed once, reckoned again to the cent, later facts as lines that name them."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..kam_core.targets.targets import Supersede
from .test_kam_kpi import MOVED, NEXT, QUARTER, START, ResultsCase


class PayCase(ResultsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payroll = new_test_user(
            cls.env, "results_payroll", groups="kam_management.group_kam_payroll"
        )
        cls.scheme = cls.env["kam.pay.scheme"].create(
            {
                "name": "Managers",
                "period": "quarter",
                "base": 1000,
                "commission_base": "value",
                "user_ids": [Command.set((cls.one + cls.two).ids)],
                "line_ids": [
                    Command.create(
                        {"kpi_id": cls.kpis["net_sales"].id, "floor": 0, "cap": 0}
                    )
                ],
                "step_ids": [
                    Command.create({"start": 0, "rate": 0.05}),
                    Command.create({"start": 500, "rate": 0.1}),
                ],
            }
        )
        cls.scheme.activate("2025-01-01")
        for user in (cls.one, cls.two):
            for span in (QUARTER, NEXT):
                cls.env["kam.target"].create(
                    {
                        "kpi_id": cls.kpis["net_sales"].id,
                        "user_id": user.id,
                        "date_from": span[0],
                        "date_to": span[1].replace(day=31 if span == QUARTER else 30),
                        "plan": 500,
                    }
                ).approve()

    def statement(self, user, day=START):
        made = self.scheme.browse(self.scheme.id).make_statements(day.isoformat())
        found = self.env["kam.pay.statement"].browse(made)
        return found.filtered(lambda one: one.user_id == user)


@tagged("post_install", "-at_install")
class TestPay(PayCase):
    def test_the_transfer_end_to_end(self):
        early = self.invoice(380, START + timedelta(10))
        self.invoice(520, MOVED + timedelta(20))
        self.account.hand_over([{"user_id": self.two.id}], "Moved", MOVED.isoformat())
        self.invoice(
            60, NEXT[0] + timedelta(5), kind="out_refund", reversed_entry_id=early.id
        )
        first, second = (self.statement(user) for user in (self.one, self.two))
        (first + second).close()
        self.assertEqual(first.line_ids[0].attained, 0.76)
        self.assertEqual(second.line_ids[0].attained, 1.04)
        # 1000 x .76 and 5 % of 380; 1000 x 1.04 and 10 % of the larger deal
        self.assertEqual((first.bonus, first.commission, first.total), (760, 19, 779))
        self.assertEqual((second.bonus, second.commission), (1040, 52))
        later, other = (self.statement(user, NEXT[0]) for user in (self.one, self.two))
        (later + other).refresh()
        back = later.line_ids.filtered(lambda one: one.kind == "commission")
        self.assertEqual((back.amount, back.ratio), (-3, 0.05))
        self.assertFalse(other.line_ids.filtered(lambda one: one.kind == "commission"))
        self.assertFalse(later.line_ids.filtered(lambda one: one.kind == "adjustment"))

    def test_a_closed_statement_stays_and_later_facts_are_lines(self):
        self.invoice(400, START + timedelta(10))
        first = self.statement(self.one)
        first.close()
        said = first.read(["total", "digest", "bonus", "commission"])[0]
        late = self.invoice(100, START + timedelta(20))  # entered after the close
        following = self.statement(self.one, NEXT[0])
        following.refresh()
        [line] = following.line_ids.filtered(lambda one: one.kind == "adjustment")
        # a fifth of the base, and 5 % of the deal
        self.assertEqual((line.amount, line.closed_id), (205, first))
        self.assertEqual(
            (line.event_model, line.event_stream), ("account.move", str(late.id))
        )
        following.close()
        self.assertEqual(following.adjustment, 205)
        # what was adjusted is settled: only what is new comes again
        late.button_draft()
        third = self.statement(self.one, date(2026, 7, 1))
        third.refresh()
        changed = third.line_ids.filtered(lambda one: one.kind == "adjustment")
        self.assertEqual(sum(changed.mapped("amount")), -205)
        self.assertEqual(
            first.read(["total", "digest", "bonus", "commission"])[0], said
        )
        self.assertTrue(first.verify()["same"])
        self.assertTrue(following.verify()["same"])

    def test_a_hand_over_of_the_past_names_itself(self):
        self.invoice(400, MOVED + timedelta(10))
        first, second = (self.statement(user) for user in (self.one, self.two))
        (first + second).close()
        self.account.hand_over([{"user_id": self.two.id}], "Was so", MOVED.isoformat())
        for user, sign in ((self.one, -1), (self.two, 1)):
            following = self.statement(user, NEXT[0])
            following.refresh()
            [line] = following.line_ids.filtered(lambda one: one.kind == "adjustment")
            self.assertEqual(line.amount, sign * 820)
            self.assertEqual(line.event_model, "kam.account")
            self.assertEqual(line.event_stream, self.account.event_key)
            self.assertIn(self.customer.name, line.origin)
        self.assertTrue(first.verify()["same"])
        self.assertTrue(second.verify()["same"])

    def test_nothing_that_comes_later_changes_a_closed_one(self):
        move = self.invoice(400, START + timedelta(10))
        first = self.statement(self.one)
        first.close()
        said = first.read()[0]
        self.account.hand_over([{"user_id": self.two.id}], "Away", "2025-06-01")
        move.button_draft()
        move.unlink()
        self.env["kam.target"].search(
            [("user_id", "=", self.one.id), ("date_from", "=", QUARTER[0])]
        ).replan()
        self.scheme.revise()
        self.scheme.base = 9
        self.scheme.activate("2025-02-01")
        self.kpis["net_sales"].measure = "amount"
        self.env["kam.kpi.fact"]._rebuild()
        self.assertTrue(first.verify()["same"])
        for name, value in first.read()[0].items():
            if name not in ("event_version", "write_date"):
                self.assertEqual(value, said[name], name)
        for wrong in ({"total": 1}, {"absent_days": 2}, {"state": "open"}):
            with self.assertRaises(UserError), self.cr.savepoint():
                first.write(wrong)
        with self.assertRaises(UserError):
            first.unlink()

    def test_a_merge_after_the_close(self):
        double = self.env["res.partner"].create(
            {"name": "Moved Tr.", "is_company": True}
        )
        self.account_of(double, [(self.two, 100)])
        self.invoice(400, START, double)
        self.invoice(300, START)
        both = self.statement(self.one) + self.statement(self.two)
        both.close()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [double.id, self.customer.id], self.customer
        )
        self.assertEqual([one.verify()["same"] for one in both], [True, True])

    def test_when_it_is_not_closed(self):
        one = self.statement(self.one)
        self.env["kam.target"].search(
            [("user_id", "=", self.one.id), ("date_from", "=", QUARTER[0])]
        )._command(Supersede())
        with self.assertRaises(UserError):  # no plan
            one.close()
        today = self.env.company._kam_today()
        running = self.statement(self.one, today)
        with self.assertRaises(UserError):  # not over
            running.close()
        with self.assertRaises(AccessError):
            one.with_user(self.one).close()

    def test_a_cover_names_only_what_changed(self):
        cover = self.env["kam.pay.cover"]
        company = self.env.company.root_id
        place = cover._take(company)
        self.assertEqual(cover._take(company), place)
        self.invoice(1, START)
        self.assertEqual(cover._take(company), place + 1)
        self.cr.execute(
            """SELECT category FROM kam_es.pay_cover_head
                WHERE company_id = %s AND place = %s""",
            [company.id, place + 1],
        )
        self.assertEqual(self.cr.fetchall(), [("account.move",)])

    def test_lines_come_again_from_the_log(self):
        self.invoice(400, START + timedelta(10))
        first = self.statement(self.one)
        first.close()
        self.invoice(100, START + timedelta(20))
        following = self.statement(self.one, NEXT[0])
        following.close()
        both = first + following
        names = ("kind", "amount", "base", "ratio", "event_stream", "event_version")
        said = both.line_ids.read(names, load=False)
        both.line_ids.unlink()
        both._restore_lines()
        again = both.line_ids.read(names, load=False)
        for one in (*said, *again):
            del one["id"]
        self.assertEqual(again, said)
        self.assertIn("adjustment", [one["kind"] for one in again])

    def test_what_if(self):
        self.invoice(400, START + timedelta(10))
        one = self.statement(self.one).with_user(self.one)
        told = one.what_if([{"kind": "sale", "amount": 600}])
        self.assertEqual(told["total"], 820)
        self.assertEqual(told["difference"], 1200 + 60)
        self.assertEqual(len(told["lines"]), 2)
        for wrong in (None, [], [{}], [{"kind": "sale", "amount": float("nan")}], 5):
            with self.assertRaises(UserError):
                one.what_if(wrong)

    def test_what_a_visit_would_change(self):
        self.scheme.revise()
        self.scheme.line_ids = [
            Command.clear(),
            Command.create(
                {"kpi_id": self.kpis["coverage"].id, "floor": 0, "entry": "cliff"}
            ),
        ]
        self.scheme.activate("2025-01-01")
        self.env["kam.target"].create(
            {
                "kpi_id": self.kpis["coverage"].id,
                "user_id": self.one.id,
                "date_from": QUARTER[0],
                "date_to": date(2026, 3, 31),
                "plan": 1,
            }
        ).approve()
        partner = self.env["res.partner"].create({"name": "Due", "is_company": True})
        self.account.designate(
            partner.ids, "A", "Large", "2025-01-01", [{"user_id": self.one.id}]
        )
        one = self.statement(self.one).with_user(self.one)
        told = one.what_if([{"kind": "visit"}])
        # one account was due, and would be visited: all of the plan
        self.assertEqual((told["total"], told["then"]), (0, 1000))
        self.assertEqual(told["lines"][0]["after"], 1000)

    def test_absence_from_time_off(self):
        self.invoice(500, START + timedelta(10))
        self.scheme.revise()
        self.scheme.absence = "time_off"
        self.scheme.activate("2025-01-01")
        one = self.statement(self.one)
        self.assertEqual(one.time_off_days, 0)
        resource = self.env["resource.resource"].create(
            {"name": "One", "user_id": self.one.id}
        )
        zone = ZoneInfo(self.one._kam_zone())

        def away(first, last):
            return self.env["resource.calendar.leaves"].create(
                {
                    "name": "Away",
                    "resource_id": resource.id,
                    **{
                        name: datetime.fromisoformat(moment)
                        .replace(tzinfo=zone)
                        .astimezone(timezone.utc)
                        .replace(tzinfo=None)
                        for name, moment in (("date_from", first), ("date_to", last))
                    },
                }
            )

        away("2026-02-02 08:00", "2026-02-06 17:00")  # a week
        away("2026-02-11 08:00", "2026-02-11 12:00")  # half a day: none
        away("2025-12-29 08:00", "2026-01-02 17:00")  # its last two days are ours
        one.invalidate_recordset()
        self.assertEqual(one.time_off_days, 7)
        one.refresh()
        days = (date(2026, 3, 31) - START).days + 1
        says = 1000 * (days - 7) / days
        self.assertAlmostEqual(one.line_ids[0].amount, says, 2)
        self.assertFalse(one.absent_days)
        one.close()
        self.assertEqual(one.absent_days, 7)
        away("2026-03-02 08:00", "2026-03-06 17:00")  # told after the close
        self.assertTrue(one.verify()["same"])
        following = self.statement(self.one, NEXT[0])
        following.refresh()
        self.assertFalse(
            following.line_ids.filtered(lambda line: line.kind == "adjustment")
        )

    def test_typed_and_ignored_absence(self):
        self.invoice(500, START + timedelta(10))
        one = self.statement(self.one)
        one.absent_days = 9
        one.refresh()
        self.assertAlmostEqual(one.line_ids[0].amount, 900, 2)
        self.scheme.revise()
        self.scheme.absence = "ignored"
        self.scheme.activate("2025-01-01")
        one.refresh()
        self.assertEqual(one.line_ids[0].amount, 1000)
        self.scheme.revise()
        with self.assertRaises(UserError):
            self.scheme.kam_write({"absence": "sometimes"})

    def test_an_objection_and_its_answer(self):
        one = self.statement(self.one)
        self.invoice(400, START)
        one.close()
        mine = one.with_user(self.one)
        mine.object_to("Half of the order of May was mine")
        with self.assertRaises(AccessError):
            mine.answer(one.objection_ids.id, "No")
        one.with_user(self.payroll).answer(one.objection_ids.id, "It is in April's")
        self.assertEqual(one.objection_ids.answered_by_id, self.payroll)
        with self.assertRaises(AccessError):
            one.with_user(self.two).object_to("And mine?")

    def test_signing(self):
        mine = self.scheme.with_user(self.one)
        self.assertTrue(mine.may_sign)
        mine.sign()
        self.assertFalse(mine.may_sign)
        self.assertFalse(self.scheme.is_signed)
        self.scheme.with_user(self.two).sign()
        self.assertTrue(self.scheme.is_signed)
        with self.assertRaises(AccessError):
            mine.write({"base": 1_000_000})
        with self.assertRaises(AccessError):
            self.scheme.with_user(self.head).sign()

    def test_pay_is_for_payroll_and_oneself(self):
        self.invoice(400, START)
        both = self.statement(self.one) + self.statement(self.two)
        both.close()
        director = new_test_user(
            self.env,
            "results_director",
            groups="kam_management.group_kam_director,kam_management.group_kam_margin",
        )
        for user, seen in (
            (self.one, both[0]),
            (self.head, both[:0]),
            (director, both[:0]),
            (self.payroll, both),
        ):
            model = self.env["kam.pay.statement"].with_user(user)
            self.assertEqual(model.search([("id", "in", both.ids)]), seen)
            lines = self.env["kam.pay.statement.line"].with_user(user)
            self.assertEqual(lines.search([]).statement_id & both, seen)
            for hidden in (both - seen).with_user(user):
                for act in (hidden.read, hidden.refresh, hidden.kam_history):
                    with self.assertRaises(AccessError):
                        act()
        events = self.env["kam.event"].with_user(director)
        self.assertFalse(events.search([("model", "like", "kam.pay.%")]))
        self.assertTrue(self.env["kam.event"].search([("model", "like", "kam.pay.%")]))
