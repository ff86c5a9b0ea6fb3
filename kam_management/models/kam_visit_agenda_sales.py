"""What the agenda of a visit says of sales: quotations, orders, items due again."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL, float_round

from ..kam_core.rhythm import due_items
from .kam_visit_agenda import SHOWN

LAST_ORDERS = 3
HISTORY_DAYS = 540  # orders that a rhythm is read from
OPEN_DAYS = 365  # an older order that was never invoiced is no topic any more


class KamVisitAgenda(models.AbstractModel):
    _inherit = "kam.visit.agenda"

    def _agenda_quotations(self, accounts, today):
        """Quotations that wait for an answer, the oldest first."""
        return self._orders(
            [
                ("kam_account_id", "in", accounts.ids),
                ("state", "in", ["draft", "sent"]),
            ],
            lambda one: (
                {
                    "tone": "warning",
                    "detail": self.env._(
                        "valid until %s", self._day(one.validity_date)
                    ),
                }
                if one.validity_date and one.validity_date < today
                else {"tone": "info"}
            ),
            "date_order, id",
        )

    def _agenda_open_orders(self, accounts, today):
        """Confirmed orders that are not invoiced in full, the oldest first."""
        return self._orders(
            [
                ("kam_account_id", "in", accounts.ids),
                ("state", "=", "sale"),
                ("invoice_status", "in", ["no", "to invoice"]),
                ("date_order", ">=", self._moment(today - timedelta(days=OPEN_DAYS))),
            ],
            lambda one: (
                {
                    "detail": self.env._(
                        "promised for %s", self._local_day(one.commitment_date)
                    )
                }
                if one.commitment_date
                else {}
            ),
            "date_order, id",
        )

    def _agenda_last_orders(self, accounts, today):
        """The newest confirmed orders."""
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return {}
        newest = orders._search(
            [("kam_account_id", "in", accounts.ids), ("state", "=", "sale")]
        )
        ranked = self.env.execute_query(
            SQL(
                """SELECT id FROM (SELECT s.id, row_number() OVER (
                              PARTITION BY s.kam_account_id
                              ORDER BY s.date_order DESC, s.id DESC) AS place
                             FROM sale_order s WHERE s.id IN %s) AS ranked
                    WHERE place <= %s""",
                newest.subselect(),
                LAST_ORDERS,
            )
        )
        return self._orders(
            [("id", "in", [one for (one,) in ranked])],
            lambda one: {},
            "date_order desc, id desc",
        )

    def _orders(self, domain, more, order):
        names = [
            "name",
            "date_order",
            "amount_untaxed",
            "currency_id",
            "kam_account_id",
            "validity_date",
            "commitment_date",
        ]
        found = defaultdict(list)
        for one in self._read("sale.order", domain, names, order):
            found[one.kam_account_id.id].append(
                self._item(
                    one,
                    one.name,
                    date=self._local_day(one.date_order),
                    amount=one.amount_untaxed,
                    currency_id=one.currency_id.id,
                    **more(one),
                )
            )
        return found

    def _agenda_reorder(self, accounts, today):
        """Items that the customer orders in a rhythm and should be ordering again."""
        histories = self._histories(accounts, today)
        due = {
            account_id: due_items(items, today)[:SHOWN]
            for account_id, items in histories.items()
        }
        ids = {one.item_id for items in due.values() for one in items}
        products = self.env["product.product"].browse(sorted(ids))
        names = {one.id: (one.display_name, one.uom_id.name) for one in products}
        return {
            account_id: [
                self._item(
                    products.browse(one.item_id),
                    names[one.item_id][0],
                    detail=self.env._(
                        "every %(days)s days, usually %(quantity)s %(unit)s",
                        days=one.interval_days,
                        quantity=_plain(one.quantity),
                        unit=names[one.item_id][1],
                    ),
                    date=fields.Date.to_string(one.expected),
                    tone="warning" if one.expected < today else "info",
                )
                for one in items
            ]
            for account_id, items in due.items()
        }

    def _histories(self, accounts, today):
        """Return {account id: {product id: [(day, quantity)]}} of confirmed orders."""
        lines = self.env["sale.order.line"]
        if not lines.has_access("read"):
            return {}
        since = self._moment(today - timedelta(days=HISTORY_DAYS))
        seen = lines._search(
            [
                ("order_id.kam_account_id", "in", accounts.ids),
                ("state", "=", "sale"),
                ("order_id.date_order", ">=", since),
                ("product_id", "!=", False),
                ("display_type", "=", False),
                ("is_downpayment", "=", False),
                ("product_id.type", "!=", "service"),
                ("product_id.active", "=", True),
                ("product_id.sale_ok", "=", True),
            ]
        )
        lines.flush_model(["order_id", "product_id", "product_uom_qty"])
        self.env["sale.order"].flush_model(["kam_account_id", "date_order"])
        rows = self.env.execute_query(
            SQL(
                """SELECT s.kam_account_id, l.product_id,
                          (s.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)::date,
                          sum(l.product_uom_qty * coalesce(u.factor, 1)
                              / coalesce(nullif(pu.factor, 0), 1))
                     FROM sale_order_line l JOIN sale_order s ON s.id = l.order_id
                     JOIN product_product p ON p.id = l.product_id
                     JOIN product_template t ON t.id = p.product_tmpl_id
                     LEFT JOIN uom_uom u ON u.id = l.product_uom_id
                     LEFT JOIN uom_uom pu ON pu.id = t.uom_id
                    WHERE l.id IN %s GROUP BY 1, 2, 3""",
                self.env.company.root_id.sudo()._kam_time_zone(),  # no secret
                seen.subselect(),
            )
        )
        found = defaultdict(lambda: defaultdict(list))
        for account_id, product_id, day, quantity in rows:
            found[account_id][product_id].append((day, Decimal(str(quantity or 0))))
        return found


def _plain(quantity):
    return f"{float_round(float(quantity), precision_digits=2):g}"
