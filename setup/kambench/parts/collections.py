"""The worklist and expected cash over many debtors beside bare sums in SQL."""

from kambench.figures import row, wanted
from kambench.meter import cost, race

CUSTOMERS, ITEMS = 5000, 40  # open invoices of each
# what the worklist cannot do without: what is open and overdue, by customer
BARE = """
SELECT p.commercial_partner_id,
       sum(l.amount_residual) FILTER (WHERE l.date_maturity < current_date),
       min(l.date_maturity), count(*)
  FROM account_move_line l
  JOIN res_partner p ON p.id = l.partner_id
  JOIN account_account a ON a.id = l.account_id
 WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
   AND NOT l.reconciled AND l.amount_residual <> 0
 GROUP BY 1 ORDER BY 2 DESC NULLS LAST
"""
WEEKS = """
SELECT date_trunc('week', l.date_maturity), sum(l.amount_residual)
  FROM account_move_line l JOIN account_account a ON a.id = l.account_id
 WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
   AND NOT l.reconciled AND l.amount_residual > 0
 GROUP BY 1
"""
OWN = {"id", "create_date", "write_date"}


def columns(cr, table):
    """Return the columns of a table that a copy of a row takes over."""
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND is_generated = 'NEVER'
              AND table_schema = 'public' ORDER BY ordinal_position""",
        [table],
    )
    return [name for (name,) in cr.fetchall() if name not in OWN]


def copies(cr, table, source, changes, rows):
    """Insert a copy of row ``source`` for each of ``rows``, with ``changes``."""
    names = [name for name in columns(cr, table) if name not in changes]
    taken = ", ".join(f't."{name}"' for name in names)
    into = ", ".join([*(f'"{name}"' for name in changes), *(f'"{n}"' for n in names)])
    cr.execute(
        f"""INSERT INTO {table} ({into})
            SELECT {", ".join(changes.values())}, {taken}
              FROM {table} t CROSS JOIN ({rows}) AS r WHERE t.id = %s""",  # noqa: S608
        [source],
    )


def fill(env, customers=CUSTOMERS, items=ITEMS):
    """Make customers who owe: one real invoice, and copies of it in SQL."""
    if not env["account.journal"].search([("type", "=", "sale")], limit=1):
        env["account.chart.template"].try_loading("generic_coa", env.company)
    partner = env["res.partner"].create({"name": "Debtor 0", "is_company": True})
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": env.company._kam_today(),
            "invoice_line_ids": [
                (0, 0, {"name": "Goods", "price_unit": 100, "tax_ids": [(5, 0, 0)]})
            ],
        }
    )
    move.action_post()
    debt = move.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT coalesce(max(id), 0) FROM res_partner")
    [before] = cr.fetchone()
    copies(
        cr,
        "res_partner",
        partner.id,
        {
            "name": "'Debtor ' || r.n",
            "complete_name": "'Debtor ' || r.n",
            "commercial_partner_id": f"{before} + r.n",
            "id": f"{before} + r.n",
        },
        f"SELECT generate_series(1, {customers}) AS n",
    )
    cr.execute("SELECT max(id) FROM account_move")
    [moved] = cr.fetchone()
    each = f"""SELECT n, {before} + 1 + n %% {customers} AS partner,
                      current_date - (n * 7 %% 120) + 30 AS due
                 FROM generate_series(1, {customers * items}) AS n"""  # noqa: S608
    copies(
        cr,
        "account_move",
        move.id,
        {
            "id": f"{moved} + r.n",
            "name": "'BENCH/' || r.n",
            "partner_id": "r.partner",
            "commercial_partner_id": "r.partner",
            "invoice_date_due": "r.due",
            "date": "r.due - 30",
            "invoice_date": "r.due - 30",
            "sequence_number": "r.n",
        },
        each,
    )
    copies(
        cr,
        "account_move_line",
        debt.id,
        {
            "move_id": f"{moved} + r.n",
            "move_name": "'BENCH/' || r.n",
            "partner_id": "r.partner",
            "date_maturity": "r.due",
            "date": "r.due - 30",
            "invoice_date": "r.due - 30",
        },
        each,
    )
    for table in ("res_partner", "account_move", "account_move_line"):
        cr.execute(
            f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"  # noqa: S608
        )
        cr.execute(f"ANALYZE {table}")


def alone(env):
    """Let a statement use one process: the time of its helpers is not measured."""
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def bare(world, statement):
    """Return a side that sums in SQL."""

    def once():
        with world.env("owing") as env:
            alone(env)
            with cost(env.cr) as found:
                env.cr.execute(statement)
                env.cr.fetchall()
        return found

    return once


def ours(world, name, **arguments):
    """Return a side that calls a screen's method."""

    def once():
        with world.env("owing") as env:
            model = env["kam.collection"]
            alone(env)
            with cost(env.cr) as found:
                getattr(model, name)(**arguments)
        return found

    return once


def run(world):
    """Return the rows of the table."""
    with world.env("owing", keep=True) as env:
        fill(env)
    work = race(
        {"sql": bare(world, BARE), "ours": ours(world, "worklist", scope="all")},
        world.rounds,
    )
    cash = race(
        {
            "sql": bare(world, WEEKS),
            "ours": ours(world, "expected_cash", scope="all", backtest=False),
        },
        world.rounds,
    )
    size = f"{CUSTOMERS} customers, {CUSTOMERS * ITEMS:,} open items".replace(",", " ")
    return [
        row(
            f"worklist over {size}, beside sums by customer",
            work["ours"],
            work["sql"],
            want=wanted("ratio", 3),
        ),
        row(
            f"expected cash by week over {size}, beside sums by week",
            cash["ours"],
            cash["sql"],
        ),
    ]
