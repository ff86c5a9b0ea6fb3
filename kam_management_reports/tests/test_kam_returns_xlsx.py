"""Returns and refusals: what counts, why, and that it ties to the ledger."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.kam_management.tests.client_case import ClientCase
from odoo.addons.kam_management.tests.common import KamCase

from .report_case import ReportCase


@tagged("post_install", "-at_install")
class TestKamReturnsXlsx(ClientCase, ReportCase, KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.designate(cls.acme, cls.kim)
        cls.designate(cls.bolt, cls.lou)
        cls.period = {
            "period": "custom",
            "date_from": str(cls.day(-20)),
            "date_to": str(cls.today),
            "detail": "detail",
        }

    def give_back(self, invoice, reason, quantity=1):
        """Credit an invoice, as the button of it does."""
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": reason})
        )
        dialog.reverse_moves()
        refund = dialog.new_move_ids
        refund.invoice_line_ids.quantity = quantity
        refund.action_post()
        return refund

    def sold(self, partner, price=100, quantity=10, days=-10):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": self.day(days),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def losses(self, user=None, **question):
        self.env.cr.flush()  # with the facts that a commit would record
        book = self.book("returns", user or self.kim, {**self.period, **question})
        return {sheet.title: sheet for sheet in book.worksheets}

    def row(self, sheet, name):
        """Return the values beside a name, by the head of their column."""
        heads = next(row for row in sheet.iter_rows() if row[0].value and row[2].value)
        found = next(
            row
            for row in sheet.iter_rows(min_row=heads[0].row + 1)
            if row[0].value == name
        )
        return {head.value: cell.value for head, cell in zip(heads, found, strict=True)}

    def test_returns_by_reason_product_and_customer(self):
        invoice = self.sold(self.acme)
        self.give_back(invoice, "broken in transit", 2)
        self.give_back(invoice, "", 1)
        sheets = self.losses()
        found = self.row(sheets["By reason"], "broken in transit")
        self.assertEqual((found["Documents"], found["Returned"]), (1, 200))
        self.assertEqual(self.row(sheets["By reason"], "Not given")["Returned"], 100)
        found = self.row(sheets["By product"], "Crate")
        self.assertEqual((found["Invoiced"], found["Returned, quantity"]), (1000, 3))
        self.assertAlmostEqual(found["Returned, share of sales"], 0.3)
        found = self.row(sheets["By customer"], "Acme")
        self.assertEqual((found["Manager"], found["Returned"]), ("Kim", 300))
        [line] = [
            row
            for row in sheets["Lines"].iter_rows(values_only=True)
            if row[9] == "broken in transit"
        ]
        self.assertEqual((line[0], line[3]), ("Credit note", invoice.name))
        by_reason = sheets["By reason"]
        self.assertEqual(
            self.beside(by_reason, "Credit notes in the ledger").value, 300
        )
        self.assertEqual(self.beside(by_reason, "Difference to ledger").value, 0)

    def test_a_dispute_gives_the_reason(self):
        invoice = self.sold(self.acme)
        reason = self.env["kam.dispute.reason"].create({"name": "Short delivery"})
        self.env["kam.dispute"].create(
            {
                "partner_id": self.acme.id,
                "reason_id": reason.id,
                "line_ids": [Command.create({"move_id": invoice.id, "amount": 50})],
            }
        )
        self.give_back(invoice, "see the letter")
        found = self.row(self.losses()["By reason"], "Short delivery")
        self.assertEqual(found["Returned"], 100)

    def test_cancelled_refused_and_cut(self):
        cancelled = self.order(self.acme, -5, price=10)
        self.env.cr.flush()
        cancelled._action_cancel()
        refused = self.order(self.acme, -5, price=3, confirm=False)
        refused._action_cancel()
        cut = self.order(self.acme, -5, price=20)
        cut.order_line.qty_delivered = 4
        cut.action_lock()
        under_way = self.order(self.acme, -5, price=5)
        under_way.order_line.qty_delivered = 4
        sheets = self.losses()
        found = self.row(sheets["By customer"], "Acme")
        self.assertEqual(
            [found[name] for name in ("Cancelled", "Cut", "Quotations refused")],
            [100, 120, 30],
        )
        self.assertEqual(found["Ordered"], 100 + 200 + 50)
        self.assertAlmostEqual(
            found["Cancelled and cut, share of orders"], (100 + 120) / 350
        )
        self.assertEqual(self.row(sheets["By product"], "Crate")["Cut, quantity"], 6)

    def test_the_rest_given_up(self):
        order = self.order(self.acme, -5, price=20)
        order.order_line.qty_delivered = 4
        order.with_user(self.hal).kam_close_rest("Sold out for good")
        found = self.row(self.losses(self.hal)["By reason"], "Sold out for good")
        self.assertEqual(found["Cut"], 120)

    def test_a_foreign_currency_is_turned_into_the_companys(self):
        other = self.env["res.currency"].create(
            {"name": "KAM", "symbol": "K", "rate_ids": [Command.create({"rate": 4})]}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "K", "currency_id": other.id}
        )
        order = self.order(self.acme, -5, confirm=False)
        order.pricelist_id = pricelist
        order.order_line.price_unit = 8
        order.action_confirm()
        order.date_order = self.day(-5)
        self.env.cr.flush()
        order._action_cancel()
        found = self.row(self.losses()["By customer"], "Acme")
        self.assertAlmostEqual(found["Cancelled"], 10 * 8 / 4)

    def test_only_what_one_may_see(self):
        self.give_back(self.sold(self.acme), "mine")
        self.give_back(self.sold(self.bolt), "of others")
        texts = self.texts(self.book("returns", self.kim, self.period))
        self.assertIn("mine", texts)
        self.assertNotIn("of others", texts)
        self.assertNotIn("Bolt", texts)
        texts = self.texts(self.book("returns", self.dot, self.period))
        self.assertIn("of others", texts)
        chosen = {**self.period, "account_ids": self.account.ids}
        self.assertNotIn("Bolt", self.texts(self.book("returns", self.dot, chosen)))

    def test_as_many_queries_for_many_as_for_one(self):
        def queries():
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.make("returns", self.dot, self.period)
            return self.env.cr.sql_log_count - before

        def some(number):
            for _number in range(number):
                self.give_back(self.sold(self.acme), "again")
                self.order(self.acme, -5)._action_cancel()

        some(1)
        queries()
        few = queries()
        some(5)
        queries()  # the facts that are new are caught up once
        self.assertEqual(queries(), few)
