"""Orders judged by price columns, beside Odoo's own prices of the same lines."""

from kambench.figures import row, wanted
from kambench.meter import cost, race

ORDERS, LINES = 40, 5
COLUMNS = ((1, 0), (2, 8), (3, 15))  # rank, percent below the list price


def prepare(world):
    """Make three columns, a policy and quotations of an account; return their ids."""
    with world.env("with", keep=True) as env:
        columns = env["kam.price.column"].create(
            [
                {
                    "name": f"Benchmark {rank}",
                    "rank": rank,
                    "pricelist_id": env["product.pricelist"]
                    .create(
                        {
                            "name": f"Benchmark {rank}",
                            "item_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "compute_price": "percentage",
                                        "percent_price": percent,
                                    },
                                )
                            ],
                        }
                    )
                    .id,
                }
                for rank, percent in COLUMNS
            ]
        )
        policy = env["kam.price.policy"].create(
            {
                "name": "Benchmark",
                "condition_ids": [(0, 0, {"column_id": columns[1].id, "turnover": 1})],
            }
        )
        policy.publish("Benchmark")
        partner = env["res.partner"].create({"name": "Priced", "is_company": True})
        env["kam.account"].create({"partner_id": partner.id})
        products = env["product.product"].create(
            [{"name": f"Priced {n}", "list_price": 10.0 + n} for n in range(LINES)]
        )
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        (0, 0, {"product_id": one.id, "product_uom_qty": n + 1})
                        for n, one in enumerate(products)
                    ],
                }
                for _n in range(ORDERS)
            ]
        )
        return orders.ids, columns.pricelist_id.ids


def warm(orders):
    """Read what confirming an order reads anyway."""
    orders.order_line.mapped("product_id.list_price")
    orders.mapped("kam_account_id.account_class")


def judged(world, order_ids):
    """Return a side that judges orders."""

    def once():
        with world.env("with") as env:
            orders = env["sale.order"].browse(order_ids)
            warm(orders)
            with cost(env.cr) as found:
                orders._kam_sheets(every_column=True)
        return found

    return once


def line_by_line(world, order_ids, pricelist_ids):
    """Return a side that asks Odoo for each line's price in each pricelist."""

    def once():
        with world.env("with") as env:
            orders = env["sale.order"].browse(order_ids)
            warm(orders)
            with cost(env.cr) as found:
                for pricelist in env["product.pricelist"].browse(pricelist_ids):
                    for line in orders.order_line:
                        pricelist._get_product_price(
                            line.product_id,
                            line.product_uom_qty,
                            uom=line.product_uom_id,
                            date=line.order_id.date_order,
                            currency=line.order_id.currency_id,
                        )
        return found

    return once


def run(world):
    """Return the rows of the table."""
    order_ids, pricelist_ids = prepare(world)
    rows = []
    for count in (1, ORDERS):
        ids = order_ids[:count]
        costs = race(
            {
                "ours": judged(world, ids),
                "odoo": line_by_line(world, ids, pricelist_ids),
            },
            world.rounds,
        )
        name = f"{count} orders of {LINES} lines in {len(COLUMNS)} columns"
        rows.append(row(name, costs["ours"], costs["odoo"], want=wanted("ratio", 1)))
    return rows
