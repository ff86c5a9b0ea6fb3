"""Genesis: what was there before the log, as if it had been recorded then."""

from datetime import timezone

from odoo import Command
from odoo.tests import tagged

from . import common, test_kam_facts

COLUMNS = """kind, type, date, due_date, partner_id, company_id, res_model, line_id,
    other_id, document_kind, untaxed, amount, amount_currency, currency, reversal"""


@tagged("post_install", "-at_install")
class TestGenesis(test_kam_facts.DocumentCase):
    def _documents(self):
        """Return an order with its invoice, a credit note and a payment, all live."""
        order = self._order()
        order.action_confirm()
        self.env.cr.flush()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-10"
        note = self._invoice(40, "out_refund", "2026-03-15")
        entry = self._entry(100)
        moves = invoice + note + entry
        moves.action_post()
        self.env.cr.flush()
        self._receivable_lines(invoice + entry).reconcile()
        self._receivable_lines(invoice + note).reconcile()
        sent = self._order()
        sent.action_quotation_sent()
        self.env.cr.flush()
        return order + sent, moves

    def _unrecorded(self):
        """Return the same documents, made while nothing was recorded."""
        facts = type(self.env["kam.document.facts"])
        with test_kam_facts.patch.object(facts, "_touch", lambda *_args: None):
            return self._documents()

    def _facts(self, orders, moves):
        """Return the flat facts of documents, ids replaced by places."""
        self.env["kam.fact"]._catch_up()
        ids = dict(zip(moves.ids, "abc", strict=True))
        lines = {line.id: n for n, line in enumerate(moves.line_ids.sorted("id"))}
        self.env.cr.execute(
            f"""SELECT {COLUMNS}, res_id FROM kam_fact
                 WHERE (res_model = 'sale.order' AND res_id = ANY(%s))
                    OR (res_model = 'account.move' AND res_id = ANY(%s))""",
            [orders.ids, moves.ids],
        )
        rows = []
        for row in self.env.cr.dictfetchall():
            first = {"sale.order": orders, "account.move": moves}[row["res_model"]].ids[
                0
            ]
            row["res_id"] -= first
            row["line_id"] = lines.get(row["line_id"])
            row["other_id"] = ids.get(row["other_id"])
            rows.append(row)
        return sorted(rows, key=repr)

    def _imported(self, orders, moves):
        self.env.cr.execute(
            """SELECT DISTINCT imported FROM kam_fact
                WHERE (res_model = 'sale.order' AND res_id = ANY(%s))
                   OR (res_model = 'account.move' AND res_id = ANY(%s))""",
            [orders.ids, moves.ids],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def test_imported_equals_live(self):
        live = self._documents()
        before = self._unrecorded()
        self.assertFalse(self._facts(*before))
        made = self.env["kam.genesis"]._run()
        self.assertEqual(made["streams"], 5)
        # order, delivery, quotation, three entries, two matches in both streams
        self.assertEqual(made["events"], 10)
        self.assertEqual(self._facts(*before), self._facts(*live))
        self.assertTrue(self._facts(*live))
        self.assertEqual(self._imported(*before), [True])
        self.assertEqual(self._imported(*live), [False])

    def test_awkward_documents(self):
        """Quotes in names, other currencies and units, two customers in one entry."""
        facts = type(self.env["kam.document.facts"])
        dozen = self.env.ref("uom.product_uom_dozen")
        currency = self.env.ref("base.CHF")
        currency.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 0.5, "name": "2020-01-01"}
        )
        other = self.env["res.partner"].create({"name": "South"})
        with test_kam_facts.patch.object(facts, "_touch", lambda *_args: None):
            order = self._order()
            order.order_line.product_uom_id = dozen
            order.action_confirm()
            invoice = order._create_invoices()
            line = invoice.invoice_line_ids
            line.product_uom_id = self.product.uom_id
            line.quantity = 12
            foreign = self._invoice(33.33, currency_id=currency.id, name='A "b" \\ ü\t')
            entry = self._entry(10)
            entry.line_ids = [
                Command.create(
                    {
                        "account_id": self.receivable.id,
                        "partner_id": other.id,
                        "credit": 5,
                    }
                ),
                Command.create({"account_id": self.income.id, "debit": 5}),
            ]
            (invoice + foreign + entry).action_post()
            self._receivable_lines(foreign + entry).filtered(
                lambda one: one.partner_id == self.customer
            ).reconcile()
            self.env.cr.flush()
        self.env["kam.genesis"]._run()
        # the check after each test compares these events with the documents again
        self.assertEqual(self._log(foreign)[0]["payload"]["number"], foreign.name)
        self.assertEqual(self._log(foreign)[0]["payload"]["currency"], "CHF")
        self.assertEqual(
            self._log(foreign)[0]["payload"]["total_currency"],
            f"{foreign.amount_total:.2f}",
        )
        self.assertEqual(
            self._log(entry)[0]["payload"]["line_customers"],
            {str(other.id): other.id, str(self.customer.id): self.customer.id},
        )
        # a dozen cost 12 x 60: what is invoiced are 12 pieces
        self.assertEqual(
            float(self._log(invoice)[0]["confidential"]["cost"]),
            round(order.order_line.purchase_price, 2),
        )

    def test_twice_does_nothing_more(self):
        self._unrecorded()
        self.assertTrue(self.env["kam.genesis"]._run()["events"])
        again = self.env["kam.genesis"]._run()
        self.assertEqual(again, {"streams": 0, "events": 0})

    def test_the_chain_holds_and_dates_are_their_own(self):
        _orders, moves = self._unrecorded()
        self.env["kam.genesis"]._run()
        self.assertFalse(common.broken_chains(self.env))
        log = self._log(moves[0])
        self.assertEqual([row["type"] for row in log], ["Posted", "Matched", "Matched"])
        self.assertEqual([row["version"] for row in log], [1, 2, 3])
        zone = self.env.company._kam_time_zone()
        self.env.cr.execute("SELECT '2026-03-10'::timestamp AT TIME ZONE %s", [zone])
        self.assertEqual(
            log[0]["effective_at"].astimezone(timezone.utc),
            self.env.cr.fetchone()[0].astimezone(timezone.utc),
        )
        self.assertTrue(all(row["payload"]["imported"] for row in log))

    def test_the_chain_goes_on_after_genesis(self):
        _orders, moves = self._unrecorded()
        self.env["kam.genesis"]._run()
        moves[1].line_ids.remove_move_reconcile()
        moves[1].button_draft()
        self.assertEqual(
            self._types(moves[1]), ["Posted", "Matched", "Unmatched", "Unposted"]
        )
        self.assertFalse(common.broken_chains(self.env))

    def test_what_changed_while_the_addon_was_away(self):
        invoice = self._invoice(100)
        order = self._order()
        invoice.action_post()
        order.action_confirm()
        self.env.cr.flush()
        facts = type(self.env["kam.document.facts"])
        with test_kam_facts.patch.object(facts, "_touch", lambda *_args: None):
            invoice.button_draft()
            order.order_line.price_unit = 7
            self.env.cr.flush()
        found = self.env["kam.fact.check"]._check()
        self.assertEqual(
            {(one["res_id"], one["type"]) for one in found if one["type"]},
            {(invoice.id, "Unposted"), (order.id, "OrderChanged")},
        )
        self.assertIn("turnover", {one["finding"] for one in found})
        made = self.env["kam.genesis"]._run()
        self.assertEqual(made, {"streams": 0, "events": 2})
        self.assertEqual(self._types(invoice), ["Posted", "Unposted"])
        self.assertTrue(self._log(invoice)[1]["payload"]["imported"])

    def test_progress_is_told(self):
        told = []
        self.env["kam.genesis"]._run(progress=lambda *step: told.append(step))
        self.assertEqual(told[-1][1:], (6, 6))
        self.assertTrue(all(isinstance(step[0], str) for step in told))
