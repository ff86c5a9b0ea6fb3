"""Demonstration data: the trade of a year, from orders to payments and quotations."""

from datetime import datetime, time, timedelta

from odoo import fields, models

from ..demo import story

TERM_DAYS = 30


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _books_are_open(self):
        """Tell whether the company can post invoices."""
        return bool(
            self.env.company.chart_template
            and self.env["account.journal"].search_count(
                [
                    ("type", "in", ["sale", "bank"]),
                    *self.env["account.journal"]._check_company_domain(
                        self.env.company
                    ),
                ]
            )
        )

    def _trade(self, users, partners, products, today, dice):
        orders = self._orders(users, partners, products, today, dice)
        invoices = self._invoices(orders, today)
        invoices |= self._year_before(partners, products, today, dice)
        notes = self._credit_notes(invoices, partners)
        (invoices | notes).sorted(lambda one: (one.invoice_date, one.id)).action_post()
        self._settle(notes, invoices)
        self._payments(invoices, partners, today, dice)
        self._quotations(users, partners, products, today, dice)

    def _orders(self, users, partners, products, today, dice):
        values = []
        for name, one in story.CUSTOMERS.items():
            _town, segment, _letter, manager, count, packs, _growth, _late = one
            values += [
                {
                    "partner_id": partners[name].id,
                    "user_id": users[manager].id if manager else False,
                    "team_id": self.env.ref("kam_management.demo_team").id,
                    "date_order": datetime.combine(day, time(15)),
                    "order_line": self._lines(segment, packs, products, dice),
                }
                for day in self._days(today, count, dice, name)
            ]
        values.sort(key=lambda one: one["date_order"])
        days = [one["date_order"] for one in values]
        orders = self.env["sale.order"].create(values)
        orders.action_confirm()
        for order, day in zip(orders, days, strict=True):
            order.date_order = day  # confirming had set it to now
        return orders

    def _days(self, today, count, dice, name):
        """Return the days of ``count`` orders over the last year, on weekdays."""
        stopped = {story.SUSPENDED[0]: 100, story.RELEASED[0]: 80}
        last = stopped.get(name, 4)
        step = (360 - last) / count
        days = [
            today - timedelta(days=round(last + step * n + dice.uniform(0, step * 0.7)))
            for n in range(count)
        ]
        return [day - timedelta(days=max(0, day.weekday() - 4)) for day in days]

    def _lines(self, segment, packs, products, dice):
        codes = list(story.BASKETS[segment])
        packs *= story.PACKS
        dice.shuffle(codes)
        chosen = codes[: dice.randint(2, 3)]
        lines = [
            (products[code], max(1, round(packs * dice.uniform(0.75, 1.25))))
            for code in chosen
            if code not in ("cups", "lids", "china")
        ]
        lines += [
            (products[code], max(1, round(packs / 8 * dice.uniform(0.75, 1.25))))
            for code in chosen
            if code in ("cups", "lids", "china")
        ]
        if packs > 140 and dice.random() < 0.1:
            lines.append((products[dice.choice(("grinder", "machine"))], 1))
        return [
            fields.Command.create(
                {"product_id": product.id, "product_uom_qty": quantity}
            )
            for product, quantity in lines
        ]

    def _invoices(self, orders, today):
        """Invoice every order but those of the last days, a day or two later."""
        fresh = datetime.combine(today - timedelta(days=8), time.min)
        due = orders.filtered(lambda order: order.date_order < fresh)
        invoices = due._create_invoices(grouped=True)
        for invoice in invoices:
            order = invoice.line_ids.sale_line_ids.order_id[:1]
            invoice.invoice_date = order.date_order.date() + timedelta(
                days=1 + order.id % 3
            )
        return invoices

    def _year_before(self, partners, products, today, dice):
        """Make quarterly invoices of the year before, smaller by the growth since."""
        values = []
        counts = {"A": 4, "B": 3, "C": 2, None: 1}
        for place, (name, one) in enumerate(story.CUSTOMERS.items()):
            _town, segment, letter, _manager, orders, packs, growth, _late = one
            count = counts[letter]
            factor = orders / growth / count
            for n in range(count):
                back = (340 / count * n + 17 * place) % 350
                day = today - timedelta(days=370 + round(back))
                values.append(
                    {
                        "move_type": "out_invoice",
                        "partner_id": partners[name].id,
                        "invoice_date": day,
                        "invoice_line_ids": [
                            fields.Command.create(
                                {
                                    "product_id": command[2]["product_id"],
                                    "quantity": round(
                                        command[2]["product_uom_qty"] * factor
                                    ),
                                }
                            )
                            for command in self._lines(segment, packs, products, dice)
                            if command[2]["product_uom_qty"] > 1
                        ],
                    }
                )
        return self.env["account.move"].create(values)

    def _credit_notes(self, invoices, partners):
        """Give back a part of one line of an invoice: damaged in transport."""
        values = []
        for name in story.CREDIT_NOTES:
            invoice = invoices.filtered(
                lambda one, name=name: one.partner_id == partners[name]
            )[-2:-1]
            line = invoice.invoice_line_ids[:1]
            values.append(
                {
                    "move_type": "out_refund",
                    "partner_id": partners[name].id,
                    "invoice_date": invoice.invoice_date + timedelta(days=5),
                    "reversed_entry_id": invoice.id,
                    "ref": "Damaged in transport",
                    "invoice_line_ids": [
                        fields.Command.create(
                            {
                                "product_id": line.product_id.id,
                                "quantity": max(1, line.quantity // 6),
                                "price_unit": line.price_unit,
                            }
                        )
                    ],
                }
            )
        return self.env["account.move"].create(values)

    def _settle(self, notes, invoices):
        for note in notes:
            (_debt(note) + _debt(note.reversed_entry_id)).reconcile()

    def _payments(self, invoices, partners, today, dice):
        """Pay what fell due, as late as each customer does; some only in part."""
        late = {partners[name]: one[-1] for name, one in story.CUSTOMERS.items()}
        journal = self.env["account.journal"].search(
            [
                ("type", "=", "bank"),
                *self.env["account.journal"]._check_company_domain(self.env.company),
            ],
            limit=1,
        )
        paid, values = [], []
        for place, invoice in enumerate(invoices):
            days = late[invoice.partner_id]
            if days is None:  # stopped paying some months ago
                stopped = invoice.invoice_date > today - timedelta(days=200)
                days = 999 if stopped else 20
            wait = TERM_DAYS + max(-TERM_DAYS, days + dice.randint(-6, 4))
            day = invoice.invoice_date + timedelta(days=wait)
            if day > today:
                continue
            part = 0.5 if days > 20 and place % 5 == 0 else 1
            paid.append(invoice)
            values.append(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.partner_id.id,
                    "amount": invoice.currency_id.round(invoice.amount_residual * part),
                    "date": day,
                    "journal_id": journal.id,
                    "memo": invoice.name,
                    "invoice_ids": [fields.Command.link(invoice.id)],
                }
            )
        payments = self.env["account.payment"].create(values)
        payments.action_post()
        self.env["account.move.line"]._reconcile_plan(
            [
                _debt(invoice) + _debt(payment.move_id)
                for invoice, payment in zip(paid, payments, strict=True)
            ]
        )

    def _quotations(self, users, partners, products, today, dice):
        everyone = {**story.CUSTOMERS, **story.PROSPECTS}
        values = []
        for place, name in enumerate(story.QUOTATIONS):
            one = everyone[name]
            manager = one[3] if name in story.CUSTOMERS else one[2]
            day = today - timedelta(days=2 + 3 * place)
            values.append(
                {
                    "partner_id": partners[name].id,
                    "user_id": users[manager].id,
                    "team_id": self.env.ref("kam_management.demo_team").id,
                    "date_order": datetime.combine(day, time(13)),
                    "order_line": self._lines(one[1], 40, products, dice),
                }
            )
        quotations = self.env["sale.order"].create(values)
        quotations[::2].write({"state": "sent"})


def _debt(move):
    """Return the receivable lines of an entry."""
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
