"""Credit: a customer with a long ledger, and a page of accounts, beside bare SQL."""

from kambench.figures import row, wanted
from kambench.meter import cost, race

MANY = 10_000
ACCOUNTS = 80
NAMES = {"partner_id": {"fields": {"display_name": {}}}}
LISTED = ("credit_limit", "credit_exposure", "credit_room", "overdue")
# The least that gives the same numbers for this one customer: owed, received, overdue
# and since when, and what is confirmed and not invoiced. Contacts, branches, drafts,
# currencies, payments online, moved due dates and credit groups are left out of it.
BARE_ONE = """
SELECT o.*,
       (SELECT sum(o.amount_total - coalesce(i.posted, 0)) FROM sale_order o
          LEFT JOIN (SELECT s.order_id, sum(l.price_total) AS posted
                       FROM sale_order_line s
                       JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
                       JOIN account_move_line l ON l.id = r.invoice_line_id
                       JOIN account_move m ON m.id = l.move_id AND m.state = 'posted'
                      WHERE s.order_id IN (SELECT id FROM sale_order
                                            WHERE partner_invoice_id = %(partner)s)
                      GROUP BY 1) AS i ON i.order_id = o.id
         WHERE o.partner_invoice_id = %(partner)s AND o.state = 'sale'
           AND o.invoice_status <> 'invoiced')
  FROM (SELECT sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0),
               sum(l.amount_residual) FILTER (WHERE l.amount_residual < 0),
               sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
                   AND l.date_maturity < current_date),
               min(l.date_maturity) FILTER (WHERE l.amount_residual > 0
                   AND l.date_maturity < current_date)
          FROM account_move_line l
         WHERE l.partner_id = %(partner)s AND l.account_id = %(account)s
           AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE) AS o
"""


def prepare(world):
    """Make the customer, eighty accounts with terms, and one order to look at."""
    with world.env("with", keep=True) as env:
        partners = env["res.partner"].create(
            [{"name": f"Bench credit {n}", "is_company": True} for n in range(ACCOUNTS)]
        )
        product = env["product.product"].create({"name": "Bench", "list_price": 10})
        env["kam.account"].create([{"partner_id": one.id} for one in partners])
        env["kam.credit.terms"].set_terms(
            partners.ids, {"credit_limit": 10**9, "overdue_days": 3650}, "Bench"
        )
        debtor = partners[0]
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": debtor.id,
                    "order_line": [
                        (0, 0, {"product_id": product.id, "tax_ids": False})
                    ],
                }
                for _n in range(2)
            ]
        )
        orders[0].action_confirm()
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": debtor.id,
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 10, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        env.flush_all()
        account = invoice.line_ids.filtered(
            lambda one: one.account_id.account_type == "asset_receivable"
        ).account_id
        multiply(env, orders[0], invoice)
        env.cr.execute("ANALYZE account_move_line, sale_order, sale_order_line")
        return {
            "partner": debtor.id,
            "account": account.id,
            "order": orders[1].id,
            "ids": env["kam.account"].search([("partner_id", "in", partners.ids)]).ids,
        }


def multiply(env, order, invoice):
    """Copy one order and one invoice many times, in SQL."""
    for table, ids, parent in (
        ("sale_order", order.ids, None),
        ("sale_order_line", order.order_line.ids, "order_id"),
        ("account_move", invoice.ids, None),
        ("account_move_line", invoice.line_ids.ids, "move_id"),
    ):
        env.cr.execute(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = %s AND table_schema = current_schema()
                  AND column_name NOT IN ('id', 'access_token') ORDER BY 1""",
            [table],
        )
        names = [name for (name,) in env.cr.fetchall()]
        values = []
        for name in names:
            if name == parent:
                values.append("made.id")
            elif name == "name" and table == "account_move":
                values.append("'BENCH/' || n")
            else:
                values.append(f't."{name}"')
        source = f"{table} t CROSS JOIN generate_series(1, {MANY}) AS n"
        if parent:
            head = {"order_id": "sale_order", "move_id": "account_move"}[parent]
            source = f"{table} t JOIN bench_{head} AS made ON TRUE"
        columns = ", ".join(f'"{name}"' for name in names)
        insert = (
            f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)}"  # noqa: S608
            f" FROM {source} WHERE t.id = ANY(%s) RETURNING id"
        )
        if parent:
            env.cr.execute(insert, [ids])
        else:
            env.cr.execute(
                f"CREATE TEMP TABLE bench_{table} (id integer) ON COMMIT DROP"
            )
            env.cr.execute(
                f"WITH made AS ({insert}) INSERT INTO bench_{table}"  # noqa: S608
                " SELECT id FROM made",
                [ids],
            )
    env.invalidate_all()


def side(world, work):
    """Return a side that does ``work(env)``."""

    def once():
        with world.env("with") as env, cost(env.cr) as found:
            work(env)
        return found

    return once


def run(world):
    """Return the rows of the table."""
    made = prepare(world)

    def bare(env):
        env.cr.execute(BARE_ONE, made)
        env.cr.fetchall()

    def check(env):
        env["kam.credit.exposure"]._looks(env["sale.order"].browse(made["order"]))

    def listing(columns):
        def read(env):
            accounts = env["kam.account"]
            accounts.web_search_read([("id", "in", made["ids"])], columns, limit=80)

        return read

    one = race({"sql": side(world, bare), "ours": side(world, check)}, world.rounds)
    lists = race(
        {
            "names": side(world, listing(NAMES)),
            "ours": side(world, listing({**NAMES, **{name: {} for name in LISTED}})),
        },
        world.rounds,
    )
    return [
        row(
            f"credit check of {MANY} open invoices and {MANY} orders, beside bare SQL",
            one["ours"],
            one["sql"],
            want=wanted("ratio", 2),
        ),
        row(
            f"list of {len(made['ids'])} accounts with limit, exposure, room, overdue",
            lists["ours"],
            lists["names"],
            want=wanted("ratio", 40),
        ),
    ]
