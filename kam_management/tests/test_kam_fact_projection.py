"""The flat facts: additive, as known then, never behind without saying so."""

from datetime import date
from decimal import Decimal

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from . import test_kam_facts

ALL = """SELECT event_id, kind, type, reversal, imported, date, due_date, partner_id,
                res_model, res_id, line_id, untaxed, amount, amount_currency
           FROM kam_fact ORDER BY event_id, kind, reversal, line_id, amount"""


@tagged("post_install", "-at_install")
class TestFactProjection(test_kam_facts.DocumentCase):
    def _rows(self, record, kind):
        self.env["kam.fact"]._catch_up()
        rows = self.env["kam.fact"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("kind", "=", kind),
            ]
        )
        return [(row.type, row.reversal, str(row.date), row.untaxed) for row in rows]

    def _all(self):
        self.env.flush_all()
        self.env.cr.execute(ALL)
        return self.env.cr.fetchall()

    def _sum(self, kind="turnover", known_at=None, month=3):
        sums = self.env["kam.fact"]._sums(
            kind, date(2026, month, 1), date(2026, month, 28), known_at
        )
        return sums and sums.get(self.customer.id, (0, 0))[0]

    def _now(self):
        self.env.cr.flush()
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        return self.env.cr.fetchone()[0]

    def test_what_is_withdrawn_comes_again_with_signs_turned(self):
        invoice = self._invoice(100)
        invoice.action_post()
        self.env.cr.flush()
        invoice.button_draft()
        self.env.cr.flush()
        invoice.write({"invoice_date": "2026-04-02", "date": "2026-04-02"})
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.assertEqual(
            self._rows(invoice, "turnover"),
            [
                ("Posted", False, "2026-03-10", 100),
                ("Unposted", True, "2026-03-10", -100),
                ("Posted", False, "2026-04-02", 80),
            ],
        )

    def test_an_order_changed_and_cancelled(self):
        order = self._order(2, date_order="2026-03-05 10:00:00")
        order.action_confirm()
        order.date_order = "2026-03-05 10:00:00"
        self.env.cr.flush()
        order.order_line.product_uom_qty = 3
        self.env.cr.flush()
        order._action_cancel()
        self.assertEqual(
            [row[:2] + row[3:] for row in self._rows(order, "order")],
            [
                ("OrderConfirmed", False, 200),
                ("OrderChanged", True, -200),
                ("OrderChanged", False, 300),
                ("OrderCancelled", True, -300),
            ],
        )

    def test_as_known_then(self):
        self.assertIsNone(
            self._sum(known_at=self.env["kam.fact"]._known_since().replace(year=2020)),
            "before genesis it is not known",
        )
        invoice = self._invoice(100)
        invoice.action_post()
        first = self._now()
        invoice.button_draft()
        self.env.cr.flush()
        invoice.write({"invoice_date": "2026-04-02", "date": "2026-04-02"})
        invoice.action_post()
        second = self._now()
        self.assertEqual(self._sum(known_at=first), Decimal(100))
        self.assertEqual(self._sum(known_at=second), 0)
        self.assertEqual(self._sum(), 0)
        self.assertEqual(self._sum(month=4), Decimal(100))

    def test_receivables_less_settlements_are_the_residual(self):
        invoice, entry = self._invoice(100), self._entry(30)
        (invoice + entry).action_post()
        self._receivable_lines(invoice + entry).reconcile()
        self.env["kam.fact"]._catch_up()
        rows = self.env["kam.fact"].search(
            [("res_id", "=", invoice.id), ("kind", "in", ("receivable", "match"))]
        )
        self.assertEqual(sum(rows.mapped("amount")), invoice.amount_residual)
        self.assertEqual(rows.filtered("other_id").other_id, entry.id)

    def test_catch_up_adds_only_what_is_new(self):
        facts = self.env["kam.fact"]
        facts._catch_up()
        self.assertEqual(facts._lag()["streams"], 0)
        invoice = self._invoice(100)
        invoice.action_post()
        self.env.cr.flush()
        lag = facts._lag()
        self.assertEqual((lag["streams"], lag["events"]), (1, 1))
        self.assertTrue(lag["oldest"])
        self.assertEqual(facts._catch_up(), 1)
        self.assertEqual(facts._catch_up(), 0)
        self.assertEqual(len(self._rows(invoice, "turnover")), 1)

    def test_batches(self):
        facts = self.env["kam.fact"]
        facts._catch_up()
        self.env["account.move"].union(
            *(self._invoice() for _n in range(5))
        ).action_post()
        self.env.cr.flush()
        self.assertEqual([facts._catch_up(2) for _n in range(4)], [2, 2, 1, 0])

    def test_a_rebuild_gives_the_same(self):
        invoice, entry = self._invoice(100), self._entry(30)
        (invoice + entry).action_post()
        self.env.cr.flush()
        self._receivable_lines(invoice + entry).reconcile()
        self.env.cr.flush()
        self._receivable_lines(invoice + entry).remove_move_reconcile()
        order = self._order()
        order.action_confirm()
        self.env.cr.flush()
        order.order_line.qty_delivered = 2
        self.env["kam.fact"]._catch_up()
        before = self._all()
        rows = self.env["kam.fact"]._rebuild()
        self.assertEqual(self._all(), before)
        self.assertEqual(rows, len(before))
        self.assertEqual(self.env["kam.fact"]._lag()["streams"], 0)
        self.env["kam.fact"]._rebuild()  # the indexes have their names again

    def test_an_upgrade_queues_a_rebuild(self):
        facts = self.env["kam.fact"]
        facts._catch_up()
        self.assertFalse(facts._lag()["rebuild"])
        with test_kam_facts.patch.object(type(facts), "_rows_version", 99):
            facts.init()
            self.assertTrue(facts._lag()["rebuild"])
            facts._rebuild()
            self.assertFalse(facts._lag()["rebuild"])

    def test_a_lost_projection_is_made_again(self):
        """What an uninstall and a reinstall leave: an empty table, old checkpoints."""
        facts = self.env["kam.fact"]
        facts._catch_up()
        before = self._all()
        self.env.cr.execute("DELETE FROM kam_fact")
        facts.init()
        facts._catch_up()
        self.assertEqual(self._all(), before)

    def test_nobody_writes_facts(self):
        invoice = self._invoice(100)
        invoice.action_post()
        self.env["kam.fact"]._catch_up()
        admin = self.env.ref("base.user_admin")
        row = self.env["kam.fact"].search([("res_id", "=", invoice.id)], limit=1)
        self.assertTrue(row.with_user(admin).read(["amount"]))
        for action in (
            lambda: row.with_user(admin).write({"amount": 1}),
            lambda: row.with_user(admin).unlink(),
            lambda: row.with_user(admin).create({"type": "Posted"}),
        ):
            with self.assertRaises(AccessError):
                action()
        salesman = self.env["res.users"].create(
            {
                "name": "Sam",
                "login": "sam-facts",
                "group_ids": [(4, self.env.ref("sales_team.group_sale_salesman").id)],
            }
        )
        with self.assertRaises(AccessError):
            row.with_user(salesman).read(["amount"])

    def test_other_companies_are_not_shown(self):
        admin = self.env.ref("base.user_admin")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        admin.company_ids |= other
        invoice = self._invoice(100)
        invoice.action_post()
        self.env["kam.fact"]._catch_up()
        facts = self.env["kam.fact"].with_user(admin).with_company(other)
        facts = facts.with_context(allowed_company_ids=other.ids)
        self.assertFalse(facts.search([("res_id", "=", invoice.id)]))


@tagged("post_install", "-at_install")
class TestCatchUpsAtOnce(TransactionCase):
    """With cursors of its own, that commit; what they do is done again at once."""

    def test_two_catch_ups_at_once_add_nothing_twice(self):
        """The later of two gets a serialization failure, which Odoo retries."""
        with self.registry.cursor() as one, self.registry.cursor() as other:
            first, second = (self.env(cr=cr)["kam.fact"] for cr in (one, other))
            first._catch_up()
            one.execute(
                """DELETE FROM kam_es.checkpoint
                    WHERE projection = %s AND stream_id = (
                          SELECT min(stream_id) FROM kam_es.checkpoint
                           WHERE projection = %s)
                   RETURNING stream_id""",
                [first._name, first._name],
            )
            (stream,) = one.fetchone()
            one.execute("DELETE FROM kam_fact WHERE stream_id = %s", [stream])
            removed = one.rowcount
            self.assertTrue(removed)
            one.commit()
            self.assertEqual(second._lag()["streams"], 1)
            self.assertEqual(first._catch_up(), 1)
            one.commit()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                second._catch_up()
            other.rollback()
            self.assertEqual(second._catch_up(), 0)
            other.execute("SELECT 1 FROM kam_fact WHERE stream_id = %s", [stream])
            self.assertEqual(other.rowcount, removed)
