"""What orders give away against the base column: reckoned once, kept in the log.

Prices of the base column come from Odoo's price engine, which is Python, and change
with the price list; so an order is set beside it once, seconds after it was confirmed
or changed, and the answer is a fact of the log. The table is made from these facts. An
order that no price policy judges has none: it counts in no real discount.
"""

from decimal import Decimal

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import retrying

from ..kam_core import codec
from ..kam_core.kpi import order_value
from .kam_event_store import Entry, Recorded

BATCH = 200
SOON = 50
# orders that were confirmed or changed and not yet looked at: work, no knowledge
QUEUE = """
CREATE TABLE IF NOT EXISTS kam_kpi_order_queue (order_id integer PRIMARY KEY)"""
WAIT = """
    INSERT INTO kam_kpi_order_queue (order_id)
    SELECT key::int FROM kam_kpi_fact_dirty WHERE category = 'sale.order' ORDER BY 1
    ON CONFLICT DO NOTHING"""
TAKE = """
    DELETE FROM kam_kpi_order_queue q
     USING (SELECT order_id FROM kam_kpi_order_queue ORDER BY order_id DESC LIMIT %s) t
     WHERE q.order_id = t.order_id
 RETURNING q.order_id"""
TABLE = """
CREATE TABLE IF NOT EXISTS "{name}" (
    id integer NOT NULL,
    order_version integer NOT NULL,
    base numeric,
    net numeric
)"""
ROWS = """
    SELECT DISTINCT ON (s.id) s.key::int, (e.payload ->> 'order_version')::int,
           (e.payload ->> 'base')::numeric, (e.payload ->> 'net')::numeric
      FROM {streams} s
      JOIN kam_es.event e ON e.stream_id = s.id
     WHERE s.category = 'kam.kpi.order.value'
     ORDER BY s.id, e.version DESC"""


class KamKpiOrderValue(models.Model):
    _name = "kam.kpi.order.value"
    _inherit = ["kam.log.projection"]
    _description = "What an order gives away against the base column"
    _auto = False  # no foreign key: the fact outlives the order; the id is the order's
    _rows_version = 1
    _rows_table = TABLE
    _rows_indexes = {"id": "UNIQUE INDEX {index} ON {table} (id)"}
    _rows_categories = ("kam.kpi.order.value",)

    order_version = fields.Integer("Version of the order", readonly=True)
    base = fields.Float("At the base column", readonly=True, aggregator=None)
    net = fields.Float("As ordered", readonly=True, aggregator=None)

    def init(self):
        self.env.cr.execute(QUEUE)
        return super().init()

    # -------------------------------------------------------------- projection
    def _apply(self, dirty):
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""DELETE FROM {self._table} v USING "{dirty}" d
                 WHERE v.id = d.key::int"""  # noqa: S608
        )
        self._fill(self._table, f'"{dirty}"')

    def _insert_all(self, table):
        return self._fill(table, "kam_es.stream")

    def _fill(self, table, streams):
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f'INSERT INTO "{table}" (id, order_version, base, net)'
            f" {ROWS.format(streams=streams)}"
        )
        return self.env.cr.rowcount

    # ---------------------------------------------------------------- reckoning
    @api.model
    def _reckon(self, limit):
        """Set orders that wait beside the base column, and keep what is new.

        :param limit: orders, at most; the latest first
        :return: number of orders looked at
        """
        self.env.cr.execute(TAKE, [limit])
        ids = sorted(row[0] for row in self.env.cr.fetchall())
        if not ids:
            return 0
        # sudo: a figure of the orders' own prices, whoever comes by
        orders = self.env["sale.order"].sudo().browse(ids).exists()
        sums = dict(self._sums(orders))
        # nobody decides it: the system looks, whoever's screen it is that waits
        store = self.env["kam.event.store"].with_user(SUPERUSER_ID)
        store._append(self._entries(orders, sums))
        self._catch_up()
        return len(ids)

    def _entries(self, orders, sums):
        """Return the entries of the orders whose answer is another than is known."""
        known, versions = self._known(orders), self._versions(orders)
        company = {order: order.company_id.id for order in orders}
        entries = []
        for order in orders:
            events = order_value.decide(
                known.get(order.id), versions.get(order.id, 0), *sums.get(order, NONE)
            )
            if events:
                entries.append(
                    Entry(
                        self._name,
                        str(order.id),
                        [self._recorded(event) for event in events],
                        company[order],
                    )
                )
        return entries

    def _recorded(self, event):
        return Recorded(type(event).__name__, codec.encode(event, str))

    def _known(self, orders):
        """Return {order id: state} of what the log says of orders."""
        rows = self.env["kam.event.store"]._read_keys(
            self._name, [str(one) for one in orders.ids]
        )
        found = {}
        for _row_id, key, _version, name, _schema, payload, _confidential in rows:
            event = codec.decode_event(order_value, name, payload, None)
            found[int(key)] = order_value.evolve(found.get(int(key)), event)
        return found

    def _versions(self, orders):
        self.env.cr.execute(
            """SELECT key::int, version FROM kam_es.stream
                WHERE category = 'sale.order' AND key = ANY(%s)""",
            [[str(one) for one in orders.ids]],
        )
        return dict(self.env.cr.fetchall())

    def _sums(self, orders):
        """Yield (order, (base, net)) of the orders that a policy judges."""
        for order, sheet in orders._kam_sheets().items():
            lines = sheet.lines(sheet.base)
            rate = Decimal(str(order.currency_rate or 1))
            places = order.company_id.currency_id.decimal_places
            base = sum((line.base_value for line in lines), Decimal(0)) / rate
            net = sum((line.net for line in lines), Decimal(0)) / rate
            if base:
                yield order, tuple(_rounded(one, places) for one in (base, net))


NONE = (None, None)


def _rounded(value, places):
    return value.quantize(Decimal(1).scaleb(-max(places, 2) - 2))


class KamKpiFact(models.Model):
    _inherit = "kam.kpi.fact"

    @api.model
    def _cron_catch_up(self):
        result = super()._cron_catch_up()
        cron = self.env["ir.cron"]
        values = self.env["kam.kpi.order.value"]
        if values._lag()["rebuild"]:
            retrying(values._rebuild, self.env)
        while done := retrying(lambda: values._reckon(BATCH), self.env):
            if not cron._commit_progress(done):
                break
        return result

    @api.model
    def _catch_up(self, limit=None):
        count = super()._catch_up(limit)
        if count:  # more is for the scheduled action
            self.env["kam.kpi.order.value"]._reckon(SOON)
        return count

    def _apply(self, dirty):
        result = super()._apply(dirty)
        self.env.cr.execute(WAIT)
        return result
