"""Every path of a document into the log, and what it costs."""

from unittest.mock import patch

from odoo import Command, fields
from odoo.sql_db import Cursor
from odoo.tests import tagged

from . import common


class DocumentCase(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.customer = cls.env["res.partner"].create({"name": "North Trading"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Pump",
                "type": "service",
                "service_type": "manual",
                "list_price": 100,
                "standard_price": 60,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        cls.receivable = cls.customer.property_account_receivable_id
        cls.income = cls.env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        )
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.general = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.env.cr.flush()

    def setUp(self):
        super().setUp()
        self.addCleanup(self._check_no_drift)

    def _check_no_drift(self):
        """After every test the facts and Odoo's tables say the same."""
        self.assertFalse(self.env["kam.fact.check"]._check())

    def _order(self, quantity=3, **vals):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": quantity}
                    )
                ],
                **vals,
            }
        )

    def _invoice(self, amount=100, move_type="out_invoice", day="2026-03-10", **vals):
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": day,
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

    def _entry(self, amount, day="2026-03-20"):
        """Return a draft entry that credits the receivable account."""
        return self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.general.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create({"account_id": self.income.id, "debit": amount}),
                ],
            }
        )

    def _receivable_lines(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _log(self, record):
        """Return the log of a record: what was pending is recorded first."""
        self.env.cr.flush()
        return self.env["kam.event.store"]._read_log(record._name, [str(record.id)])

    def _types(self, record):
        return [row["type"] for row in self._log(record)]

    def _statements(self, action):
        """Return the statements of ``action`` up to the end of its flush."""
        self.env.cr.flush()
        self.env.invalidate_all()
        found, execute = [], Cursor.execute

        def spy(cursor, query, *args, **kwargs):
            found.append(str(getattr(query, "code", query)).strip())
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", spy):
            action()
            self.env.cr.flush()
        return found

    def _check_budget(self, make, act, budget=2):
        """Our facts add at most ``budget`` statements to ``act(make())``.

        Ours are those that read or write the log. All others must be as many as
        without us: nothing is flushed earlier, or read for our sake.
        """
        facts = type(self.env["kam.document.facts"])
        act(make())  # fills the caches
        with_us, without_us, passed_by = [], [], []
        for turn in range(4):
            one = make()
            self.env.cr.flush()
            if turn % 2:
                with_us.append(self._statements(lambda done=one: act(done)))
                continue
            with patch.object(facts, "_touch", lambda *_args: None):
                without_us.append(self._statements(lambda done=one: act(done)))
            passed_by.append(one)
        # what was passed by is recorded now
        for records in passed_by:
            self.env["kam.document.facts"]._touch(records._name, records.ids)
        # the gate looks at the log too, with facts and without
        gate = max(len(_of_the_log(found)) for found in without_us)
        for found in with_us:
            ours = _of_the_log(found)
            self.assertGreater(len(ours), gate)
            self.assertLessEqual(len(ours) - gate, budget, "\n".join(ours))
        self.assertLessEqual(
            min(_others(found) for found in with_us),
            max(_others(found) for found in without_us),
        )


def _of_the_log(found):
    return [one for one in found if "kam_es." in one]


def _others(statements):
    return sum("kam_es." not in one for one in statements)


@tagged("post_install", "-at_install")
class TestOrders(DocumentCase):
    def test_the_life_of_an_order(self):
        order = self._order(pricelist_id=False)
        self.assertEqual(self._types(order), [], "a draft is no fact")
        order.action_quotation_sent()
        self.assertEqual(self._types(order), ["QuotationSent"])
        order.action_confirm()
        order.order_line.product_uom_qty = 5
        self.assertEqual(
            self._types(order),
            ["QuotationSent", "OrderConfirmed"],
            "both in one transaction: the order was confirmed with five",
        )
        order.order_line.price_unit = 90
        order.order_line.qty_delivered = 2
        self.assertEqual(self._types(order)[2:], ["OrderChanged", "Delivered"])
        order._action_cancel()
        self.env.cr.flush()
        order.action_draft()
        self.assertEqual(self._types(order)[4:], ["OrderCancelled", "OrderReopened"])
        log = self._log(order)
        self.assertEqual(log[1]["payload"]["untaxed"], "500")
        self.assertEqual(log[1]["payload"]["lines"][0][3], "5")
        self.assertEqual(log[1]["confidential"], {"cost": "300"})
        self.assertNotIn("cost", log[1]["payload"])
        self.assertEqual(log[2]["payload"]["untaxed"], "450")
        self.assertEqual(
            log[3]["payload"]["delivered"], {str(order.order_line.id): "2"}
        )
        self.assertEqual(log[3]["payload"]["value"], "180")
        self.assertEqual(log[1]["actor_id"], self.env.uid)
        order._action_cancel()
        order.unlink()
        self.assertEqual(self._types(order)[-1], "OrderDeleted")

    def test_an_order_confirmed_is_true_from_its_own_date(self):
        order = self._order()
        order.action_confirm()
        order.date_order = "2026-01-31 23:30:00"
        calendar = self.env.company.resource_calendar_id
        # other orders' days are those of the zone that they were made in
        self.addCleanup(setattr, calendar, "tz", calendar.tz)
        calendar.tz = "Europe/Moscow"
        row = self._log(order)[0]
        self.assertEqual(row["type"], "OrderConfirmed")
        self.assertEqual(row["payload"]["day"], "2026-02-01")
        self.assertEqual(
            fields.Datetime.to_string(row["effective_at"].replace(tzinfo=None)),
            "2026-01-31 23:30:00",
        )

    def test_lines_added_and_removed(self):
        order = self._order()
        order.action_confirm()
        self.env.cr.flush()
        order.write({"order_line": [Command.create({"product_id": self.product.id})]})
        self.env.cr.flush()
        order.order_line[1:].product_uom_qty = 0
        self.assertEqual(
            self._types(order), ["OrderConfirmed", "OrderChanged", "OrderChanged"]
        )
        self.assertEqual(len(self._log(order)[1]["payload"]["lines"]), 2)

    def test_an_order_created_confirmed(self):
        """An import, or another addon's sudo, may create it so."""
        order = self._order(state="sale")
        self.assertEqual(self._types(order), ["OrderConfirmed"])
        order.sudo().write({"state": "cancel"})
        self.assertEqual(self._types(order)[1:], ["OrderCancelled"])

    def test_low_level_writes_pass_the_same_door(self):
        order = self._order()
        order._write({"state": "sale"})
        self.assertEqual(self._types(order), ["OrderConfirmed"])

    def test_an_undone_savepoint_leaves_no_fact(self):
        order = self._order()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            order.action_confirm()
            self.env.cr.flush()
            self.assertEqual(self._types(order), ["OrderConfirmed"])
            raise ZeroDivisionError
        self.assertEqual(order.state, "draft")
        self.assertEqual(self._types(order), [])

    def test_budget(self):
        self._check_budget(self._order, lambda order: order.action_confirm())

    def test_budget_of_a_batch(self):
        def make():
            return self.env["sale.order"].union(*(self._order() for _n in range(20)))

        self._check_budget(make, lambda orders: orders.action_confirm())


@tagged("post_install", "-at_install")
class TestEntries(DocumentCase):
    def test_the_life_of_an_invoice(self):
        invoice = self._invoice(250)
        self.assertEqual(self._types(invoice), [])
        invoice.action_post()
        self.assertEqual(self._types(invoice), ["Posted"])
        payload = self._log(invoice)[0]["payload"]
        self.assertEqual(payload["kind"], "invoice")
        self.assertEqual(payload["number"], invoice.name)
        self.assertEqual(
            (payload["untaxed"], payload["tax"], payload["total"]), ("250", "0", "250")
        )
        self.assertEqual(payload["day"], "2026-03-10")
        line = self._receivable_lines(invoice)
        self.assertEqual(
            payload["lines"],
            [
                {
                    "line_id": line.id,
                    "account_id": self.receivable.id,
                    "partner_id": self.customer.id,
                    "due_date": str(line.date_maturity),
                    "amount": "250",
                    "amount_currency": "250",
                    "currency": invoice.currency_id.name,
                }
            ],
        )
        invoice.invoice_date_due = "2026-06-01"
        self.assertEqual(self._types(invoice)[1:], ["Redated"])
        invoice.button_draft()
        self.assertEqual(self._types(invoice)[2:], ["Unposted"])
        invoice.invoice_line_ids.price_unit = 200
        invoice.action_post()
        self.assertEqual(self._types(invoice)[3:], ["Posted"])
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._log(invoice)[-1]["payload"], {"state": "cancel"})
        invoice.name = False
        invoice.posted_before = False
        invoice.unlink()
        self.assertEqual(self._types(invoice)[4:], ["Unposted", "Deleted"])

    def test_credit_notes_and_receipts(self):
        invoice = self._invoice(100)
        note = self._invoice(40, "out_refund")
        receipt = self._invoice(30, "out_receipt")
        (invoice + note + receipt).action_post()
        kinds = {}
        for move in invoice + note + receipt:
            payload = self._log(move)[0]["payload"]
            kinds[payload["kind"]] = (payload["untaxed"], payload["lines"][0]["amount"])
        self.assertEqual(
            kinds,
            {
                "invoice": ("100", "100"),
                "credit_note": ("-40", "-40"),
                "receipt": ("30", "30"),
            },
        )

    def test_a_supplier_bill_is_no_fact(self):
        bill = self._invoice(100, "in_invoice")
        bill.action_post()
        self.assertEqual(self._types(bill), [])

    def test_a_manual_entry_is_a_fact_by_its_receivable_line(self):
        entry = self._entry(70)
        entry.action_post()
        (row,) = self._log(entry)
        self.assertEqual((row["type"], row["payload"]["kind"]), ("Posted", "entry"))
        self.assertEqual(row["payload"]["lines"][0]["amount"], "-70")
        self.assertNotIn("untaxed", row["payload"])

    def test_matching_is_in_both_streams(self):
        invoice = self._invoice(100)
        entry = self._entry(30)
        (invoice + entry).action_post()
        self.env.cr.flush()
        lines = self._receivable_lines(invoice + entry)
        lines.reconcile()
        self.assertEqual(self._types(invoice), ["Posted", "Matched"])
        self.assertEqual(self._types(entry), ["Posted", "Matched"])
        one, other = (self._log(move)[1]["payload"] for move in (invoice, entry))
        self.assertEqual(one["amount"], "30")
        self.assertEqual((one["side"], other["side"]), ("debit", "credit"))
        self.assertEqual((one["other_id"], other["other_id"]), (entry.id, invoice.id))
        self.assertEqual(one["date"], "2026-03-20")
        lines.remove_move_reconcile()
        self.assertEqual(self._types(invoice), ["Posted", "Matched", "Unmatched"])
        self.assertEqual(self._types(entry), ["Posted", "Matched", "Unmatched"])

    def test_a_payment_registered(self):
        invoice = self._invoice(100)
        invoice.action_post()
        self.env.cr.flush()
        self.bank.inbound_payment_method_line_ids.payment_account_id = self.env[
            "account.account"
        ].search([("account_type", "=", "asset_current")], limit=1)
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": self.bank.id, "amount": 60})
            ._create_payments()
        )
        self.assertTrue(payment.move_id)
        self.assertEqual(self._types(payment.move_id), ["Posted", "Matched"])
        self.assertEqual(self._log(payment.move_id)[0]["payload"]["kind"], "payment")
        matched = self._log(invoice)[1]
        self.assertEqual(matched["payload"]["other_kind"], "payment")
        self.assertEqual(matched["payload"]["amount"], "60")
        move = payment.move_id
        payment.action_draft()
        self.assertEqual(self._types(move)[2:], ["Unposted"])
        self.assertEqual(self._types(invoice)[2:], [], "Odoo keeps the match")
        payment.unlink()
        self.assertEqual(self._types(invoice)[2:], ["Unmatched"])
        self.assertEqual(self._types(move)[3:], ["Unmatched", "Deleted"])

    def test_foreign_currency(self):
        currency = self.env["res.currency"].create(
            {"name": "XKA", "symbol": "K", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 4, "name": "2026-01-01"}
        )
        invoice = self._invoice(100, currency_id=currency.id)
        invoice.action_post()
        payload = self._log(invoice)[0]["payload"]
        self.assertEqual(
            (payload["untaxed"], payload["untaxed_currency"]), ("25", "100")
        )
        self.assertEqual((payload["currency"], payload["rate"]), ("XKA", "4"))
        self.assertEqual(payload["lines"][0]["amount"], "25")
        self.assertEqual(payload["lines"][0]["amount_currency"], "100")

    def test_an_exchange_difference_is_recorded(self):
        currency = self.env["res.currency"].create(
            {"name": "XKB", "symbol": "K", "rounding": 0.01}
        )
        for day, rate in (("2026-01-01", 4), ("2026-03-15", 5)):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "rate": rate, "name": day}
            )
        invoice = self._invoice(100, currency_id=currency.id)
        note = self._invoice(100, "out_refund", "2026-03-20", currency_id=currency.id)
        (invoice + note).action_post()
        self._receivable_lines(invoice + note).reconcile()
        self.env.cr.flush()
        partials = self._receivable_lines(invoice + note).matched_debit_ids
        partials |= self._receivable_lines(invoice + note).matched_credit_ids
        exchange = partials.exchange_move_id
        self.assertTrue(exchange)
        self.assertEqual(self._types(exchange)[0], "Posted")
        self.assertIn("Matched", self._types(exchange))

    def test_the_customer_is_who_ordered(self):
        payer = self.env["res.partner"].create({"name": "Holding"})
        order = self._order(partner_invoice_id=payer.id)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        row = self._log(invoice)[0]
        self.assertEqual(row["payload"]["customer_id"], self.customer.id)
        self.assertEqual(row["payload"]["commercial_partner_id"], payer.id)
        self.assertEqual(row["confidential"], {"cost": "180"})
        self.env["kam.fact"]._catch_up()
        facts = self.env["kam.fact"].search([("res_id", "=", invoice.id)])
        self.assertEqual(
            {fact.kind: fact.partner_id for fact in facts},
            {"turnover": self.customer, "receivable": payer},
        )

    def test_a_write_by_sudo_and_at_low_level(self):
        invoice = self._invoice(100)
        invoice.action_post()
        self.env.cr.flush()
        invoice.sudo()._write({"state": "draft"})
        self.assertEqual(self._types(invoice), ["Posted", "Unposted"])
        self._receivable_lines(invoice)._write({"parent_state": "draft"})

    def test_merged_partners_make_no_drift(self):
        twin = self.env["res.partner"].create({"name": "North Trading, twice"})
        invoice = self._invoice(100, partner_id=twin.id)
        invoice.action_post()
        self.env["kam.fact"]._catch_up()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [twin.id, self.customer.id], self.customer
        )
        facts = self.env["kam.document.facts"]
        if not self._merged(twin.id):
            facts._partner_merged([twin.id], self.customer.id)
        rows = self.env["kam.fact"].search([("res_id", "=", invoice.id)])
        self.assertEqual(rows.partner_id, self.customer)
        facts._touch("account.move", invoice.ids)
        self.assertEqual(self._types(invoice), ["Posted"])
        before = rows.mapped("partner_id").ids
        self.env["kam.fact"]._rebuild()
        rows = self.env["kam.fact"].search([("res_id", "=", invoice.id)])
        self.assertEqual(rows.partner_id.ids, before)

    def _merged(self, partner_id):
        self.env.cr.execute(
            "SELECT 1 FROM kam_es.partner_merge WHERE source_id = %s", [partner_id]
        )
        return self.env.cr.rowcount

    def test_budget_of_posting(self):
        self._check_budget(self._invoice, lambda move: move.action_post())

    def test_budget_of_posting_a_batch(self):
        def make():
            return self.env["account.move"].union(
                *(self._invoice() for _n in range(20))
            )

        self._check_budget(make, lambda moves: moves.action_post())

    def test_budget_of_reconciling(self):
        def make():
            moves = self._invoice() + self._entry(100)
            moves.action_post()
            return moves

        self._check_budget(
            make, lambda moves: self._receivable_lines(moves).reconcile()
        )

    def test_budget_of_reconciling_a_batch(self):
        def make():
            moves = self._entry(2000)
            for _n in range(20):
                moves += self._invoice()
            moves.action_post()
            return moves

        # the one entry settles twenty invoices: twenty events in its stream
        self._check_budget(
            make, lambda moves: self._receivable_lines(moves).reconcile()
        )
