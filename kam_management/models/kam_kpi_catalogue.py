"""The key figures that are delivered: made once, then the company's own to change."""

from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

NAMES = ("code", "name", "unit", "direction", "source", "formula", "measure", "divisor")
CATALOGUE = (
    ("net_sales", _lt("Net sales"), "money", "up", "sale", "sum", "untaxed", False),
    (
        "gross_margin",
        _lt("Gross margin"),
        "money",
        "up",
        "sale",
        "sum",
        "margin",
        False,
    ),
    (
        "margin_ratio",
        _lt("Margin, % of sales"),
        *("percent", "up", "sale", "ratio", "margin", "untaxed"),
    ),
    (
        "collected",
        _lt("Sales collected"),
        *("money", "up", "collected", "sum", "untaxed", False),
    ),
    (
        "active_base",
        _lt("Active customers"),
        *("number", "up", "sale", "customers", False, False),
    ),
    (
        "new_customers",
        _lt("New customers"),
        *("number", "up", "sale", "new", False, False),
    ),
    (
        "lost_customers",
        _lt("Lost customers"),
        *("number", "down", "sale", "lost", False, False),
    ),
    (
        "assortment_depth",
        _lt("Depth of assortment"),
        *("number", "up", "order", "depth", False, False),
    ),
    ("orders", _lt("Orders"), "number", "up", "order", "sum", "documents", False),
    (
        "order_lines",
        _lt("Lines of orders"),
        *("number", "up", "order", "sum", "lines", False),
    ),
    (
        "lines_per_order",
        _lt("Lines an order"),
        *("number", "up", "order", "ratio", "lines", "documents"),
    ),
    (
        "average_order",
        _lt("Average order"),
        *("money", "up", "order", "ratio", "untaxed", "documents"),
    ),
    (
        "line_discount",
        _lt("Discount on order lines"),
        *("percent", "down", "order", "complement", "untaxed", "gross"),
    ),
    (
        "return_rate",
        _lt("Return rate"),
        *("percent", "down", "sale", "ratio", "returned", "invoiced"),
    ),
    (
        "fill_rate",
        _lt("Fill rate"),
        *("percent", "up", "order", "ratio", "delivered", "quantity"),
    ),
    (
        "overdue_share",
        _lt("Overdue share of debts"),
        *("percent", "down", "receivable", "overdue_share", False, False),
    ),
    (
        "dso",
        _lt("Days sales outstanding"),
        *("days", "down", "receivable", "dso", False, False),
    ),
    (
        "cei",
        _lt("Collection effectiveness"),
        *("percent", "up", "receivable", "cei", False, False),
    ),
    (
        "real_discount",
        _lt("Real discount against the base column"),
        *("percent", "down", "outside", "outside", False, False),
    ),
    (
        "adherence",
        _lt("Adherence to the visit plan"),
        *("percent", "up", "outside", "outside", False, False),
    ),
    (
        "coverage",
        _lt("Coverage of visits due"),
        *("percent", "up", "outside", "outside", False, False),
    ),
    (
        "strike_rate",
        _lt("Strike rate of visits"),
        *("percent", "up", "outside", "outside", False, False),
    ),
    (
        "promises_kept",
        _lt("Promises kept"),
        *("percent", "up", "outside", "outside", False, False),
    ),
)


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _after_rebuild(self):
        self._deliver()
        return super()._after_rebuild()

    @api.model
    def _deliver(self):
        """Make the delivered figures that are not there yet.

        Where the log has some and the table none, the addon comes back after it was
        uninstalled: then they come from the log first.
        """
        # a few dozen at most
        everything = self.with_context(active_test=False).search([], limit=10000)
        held = set(everything.mapped("code"))
        if not held:
            self.env.cr.execute(
                "SELECT FROM kam_es.stream WHERE category = 'kam.kpi' LIMIT 1"
            )
            if self.env.cr.rowcount:
                return
        known = self._once_delivered() | held
        self.create(
            [
                {
                    **dict(zip(NAMES, [row[0], str(row[1]), *row[2:]], strict=True)),
                    "sequence": 10 * place,
                }
                for place, row in enumerate(CATALOGUE, 1)
                if row[0] not in known
            ]
        )

    def _once_delivered(self):
        """Return the codes that ever were: what was deleted stays so."""
        rows = self.env["kam.event.store"]._read_keys(self._name)
        read_text = self._text_reader(rows)
        created = (row[3:] for row in rows if row[3] == "Created")
        return {
            str(self._from_log(*one, read_text).values.get("code")) for one in created
        }
