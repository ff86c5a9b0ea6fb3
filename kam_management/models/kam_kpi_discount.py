"""What orders give away against the base column: kept per order, seconds behind.

Prices of the base column come from Odoo's price engine, which is Python; so they are
not asked for at each look at a screen, but once when an order was confirmed or changed,
and kept. An order that no price policy judges has none: it counts in no real discount.
"""

from decimal import Decimal

from odoo import api, models
from odoo.service.model import retrying

BATCH = 200
SOON = 50
TABLE = """
CREATE TABLE IF NOT EXISTS kam_kpi_discount (
    order_id integer PRIMARY KEY,
    base numeric,
    net numeric,
    waits boolean NOT NULL DEFAULT true
);
CREATE INDEX IF NOT EXISTS kam_kpi_discount__waits
    ON kam_kpi_discount (order_id) WHERE waits"""
WAIT = """
    INSERT INTO kam_kpi_discount AS d (order_id)
    SELECT key::int FROM kam_kpi_fact_dirty WHERE category = 'sale.order' ORDER BY 1
    ON CONFLICT (order_id) DO UPDATE SET waits = true WHERE NOT d.waits"""
KEEP = """
    UPDATE kam_kpi_discount d
       SET base = v.base::numeric, net = v.net::numeric, waits = false
      FROM unnest(%s::int[], %s::text[], %s::text[]) AS v(id, base, net)
     WHERE d.order_id = v.id"""


class KamKpiDiscount(models.AbstractModel):
    _name = "kam.kpi.discount"
    _description = "What orders give away against the base column"

    def init(self):
        self.env.cr.execute(TABLE)

    def _reckon(self, limit):
        """Keep net and base value of orders that wait, company currency.

        :param limit: orders, at most; the latest first
        :return: number of orders
        """
        self.env.cr.execute(
            """SELECT order_id FROM kam_kpi_discount WHERE waits
                ORDER BY order_id DESC LIMIT %s""",
            [limit],
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if not ids:
            return 0
        # sudo: a figure of the orders' own prices, whoever comes by
        orders = self.env["sale.order"].sudo().browse(ids).exists()
        values = {order.id: sums for order, sums in self._sums(orders)}
        rows = [(one, *values.get(one, (None, None))) for one in ids]
        self.env.cr.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])
        return len(ids)

    def _sums(self, orders):
        """Yield (order, (base, net) as text) of the orders that a policy judges."""
        for order, sheet in orders._kam_sheets().items():
            lines = sheet.lines(sheet.base)
            rate = Decimal(str(order.currency_rate or 1))
            sums = (
                sum((line.base_value for line in lines), Decimal(0)),
                sum((line.net for line in lines), Decimal(0)),
            )
            if sums[0]:
                yield order, tuple(format(one / rate, "f") for one in sums)


class KamKpiFact(models.Model):
    _inherit = "kam.kpi.fact"

    @api.model
    def _cron_catch_up(self):
        result = super()._cron_catch_up()
        cron = self.env["ir.cron"]
        discount = self.env["kam.kpi.discount"]
        while done := retrying(lambda: discount._reckon(BATCH), self.env):
            if not cron._commit_progress(done):
                break
        return result

    @api.model
    def _catch_up(self, limit=None):
        count = super()._catch_up(limit)
        if count:  # more is for the scheduled action
            self.env["kam.kpi.discount"]._reckon(SOON)
        return count

    def _apply(self, dirty):
        result = super()._apply(dirty)
        self.env.cr.execute(WAIT)
        return result
