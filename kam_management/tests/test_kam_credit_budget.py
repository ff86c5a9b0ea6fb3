"""What the gate and the facts cost in queries, beside the same without them."""

from contextlib import ExitStack, contextmanager, nullcontext
from unittest.mock import patch

from odoo import Command

from . import common
from .pricing_case import PricingCase
from .test_kam_credit import CreditCase

CONFIRM, POST, RECONCILE = 6, 3, 2


class Budget:
    """Counts what the addon adds; mixed into a test class."""

    def five(self, partner, count=1):
        line = {"product_id": self.product.id, "tax_ids": False}
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create(line) for _n in range(5)],
                }
                for _order in range(count)
            ]
        )
        self.env.cr.flush()
        return orders

    @contextmanager
    def without_us(self):
        """Leave out the gate, the facts and the links of documents."""

        def no_links(documents):
            documents.kam_account_id = documents.kam_user_id = False

        models = {
            name: type(self.env[name])
            for name in ("sale.order", "account.move", "kam.document.facts")
        }
        with ExitStack() as stack:
            put = stack.enter_context
            order, move = models["sale.order"], models["account.move"]
            put(patch.object(order, "_kam_gate", lambda *_a, **_k: nullcontext()))
            put(patch.object(move, "_kam_asks_credit", lambda *_a: False))
            put(patch.object(order, "_compute_kam_account", no_links))
            put(patch.object(move, "_compute_kam_account", no_links))
            facts = models["kam.document.facts"]
            put(patch.object(facts, "_touch", lambda *_a: None))
            approvals = type(self.env["kam.approval"])
            put(patch.object(approvals, "_watch", lambda *_a: None))
            yield

    def queries(self, records, act):
        """Return how many queries ``act(records)`` takes; undone after."""
        savepoint = self.env.cr.savepoint()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        act(records)
        self.env.cr.flush()
        taken = self.env.cr.sql_log_count - start
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        return taken

    def added(self, records, act):
        self.queries(records, act)  # whatever is cached is cached now
        ours = self.queries(records, act)
        with self.without_us():
            plain = self.queries(records, act)
        return ours - plain

    def confirm(self, orders):
        orders.action_confirm()

    def post(self, moves):
        moves.action_post()


class TestPricedBudget(Budget, PricingCase, common.KamCase):
    """With everything there is: credit terms, a policy, a column, payment terms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["kam.credit.terms"].with_user(cls.cy).set_terms(
            cls.acme.ids, {"credit_limit": 10**6}, "Trusted"
        )
        cls.acme.property_payment_term_id = cls.env.ref(
            "account.account_payment_term_30days"
        )

    def priced(self, count=1, user=None):
        """Return orders of five lines of different products, with a fixed price."""
        products = self.product | self.env["product.product"].create(
            [
                {"name": f"Sack {n}", "list_price": 50, "taxes_id": False}
                for n in range(4)
            ]
        )
        orders = (
            self.env["sale.order"]
            .with_user(user or self.env.user)
            .create(
                [
                    {
                        "partner_id": self.acme.id,
                        "order_line": [
                            Command.create(
                                {"product_id": one.id, "product_uom_qty": 20}
                            )
                            for one in products
                        ],
                    }
                    for _n in range(count)
                ]
            )
        )
        self.env.cr.flush()
        return orders

    def test_confirming_what_is_judged_by_columns(self):
        for user in (None, self.kim):
            with self.subTest(user=user and user.name):
                one = self.added(self.priced(user=user), self.confirm)
                self.assertLessEqual(one, CONFIRM)
                forty = self.added(self.priced(40, user=user), self.confirm)
                self.assertLessEqual(forty, one + 1)

    def test_the_prices_are_those_of_the_engine(self):
        """What is known without asking is what asking tells."""
        order = self.priced()
        told = order._kam_told()
        self.env.invalidate_all()
        [known] = order._kam_sheets(told=told).values()
        self.env.invalidate_all()
        [asked] = order._kam_sheets().values()
        self.assertEqual(known.prices, asked.prices)
        self.assertEqual(known.granted, asked.granted)
        self.assertEqual(known.allowance(), asked.allowance())


class TestCreditBudget(Budget, CreditCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.designate(cls.acme, cls.kim)
        cls.terms = cls.grant(cls.acme, 10**6)

    def test_confirming_an_order(self):
        for partner in (self.bolt, self.acme):
            with self.subTest(partner.name):
                added = self.added(self.five(partner), self.confirm)
                self.assertLessEqual(added, CONFIRM)

    def test_confirming_forty_costs_what_one_costs(self):
        for partner in (self.bolt, self.acme):
            one = self.added(self.five(partner), self.confirm)
            forty = self.added(self.five(partner, 40), self.confirm)
            self.assertLessEqual(forty, one + 1, partner.name)

    def invoices(self, partner, count=1):
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": self.today,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 1, "tax_ids": False})
                        for _n in range(5)
                    ],
                }
                for _move in range(count)
            ]
        )

    def test_posting(self):
        self.assertLessEqual(self.added(self.invoices(self.bolt), self.post), POST)
        one = self.added(self.invoices(self.acme), self.post)
        self.assertLessEqual(one, POST)  # the head of the credit line goes with them
        forty = self.added(self.invoices(self.acme, 40), self.post)
        self.assertLessEqual(forty, one + 1)

    def test_posting_the_invoice_of_an_order(self):
        order = self.five(self.acme)
        order.action_confirm()
        invoice = order._create_invoices()
        self.env.cr.flush()
        # facts 2, link to the account 1, and the gate's look, which finds an order
        self.assertLessEqual(self.added(invoice, self.post), POST + 1)

    def test_reconciling_and_the_invoice_is_paid(self):
        for partner in (self.bolt, self.acme):
            invoice = self.invoices(partner)
            invoice.action_post()
            payment = self.pay(partner, invoice.amount_total)
            self.env.cr.flush()
            lines = (invoice.line_ids | payment.move_id.line_ids).filtered(
                lambda one: one.account_id.account_type == "asset_receivable"
            )
            self.assertEqual(len(lines), 2)
            added = self.added(lines, lambda both: both.reconcile())
            self.assertLessEqual(added, RECONCILE)
            lines.reconcile()
            self.assertEqual(
                invoice.payment_state, invoice._get_invoice_in_payment_state()
            )
            self.assertEqual(invoice.amount_residual, 0)

    def test_a_list_costs_what_one_costs(self):
        partners = self.env["res.partner"].create(
            [{"name": f"List {n}", "is_company": True} for n in range(30)]
        )
        ids = self.terms.set_terms(partners.ids, {"credit_limit": 5}, "Why")
        accounts = self.env["kam.account"].create(
            [{"partner_id": one.id} for one in partners]
        )
        self.env.flush_all()
        names = ["credit_limit", "credit_exposure", "credit_room", "overdue"]
        counts = []
        for model, some, columns in (
            ("kam.credit.terms", ids, ["exposure", "room", "overdue"]),
            ("kam.account", accounts.ids, names),
        ):
            for count in (1, 30):
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                self.env[model].browse(some[:count]).read(columns)
                counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(counts[2], counts[3])
