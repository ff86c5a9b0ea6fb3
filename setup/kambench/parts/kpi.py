"""Key figures over the whole history and over a million facts, beside bare SQL."""

import time

from odoo.addons.kam_management.models.kam_kpi_fact import COLUMNS

from kambench.figures import number, row, wanted
from kambench.meter import cost, race
from kambench.parts.trading import in_company, make_accounts

MOST = 3
ROUNDS = 3
FACTS = 1_000_000
MANAGERS = 20
ACCOUNTS = 400
# what the projection is made of, as flat as a table can be, and its bare copy
FLAT = """
    CREATE TEMP TABLE kam_bench_flat ON COMMIT DROP AS
    SELECT f.* FROM ({facts}) AS f"""
SOURCE = """
    CREATE TEMP TABLE kam_bench_source ON COMMIT DROP AS
    SELECT f.* FROM kam_bench_flat f, generate_series(1, %s) AS n
     WHERE f.kind = 'sale' LIMIT %s"""
# What any projection of so many facts has to do: write each into a table of the same
# kind, without indexes; nobody's, so one row each.
BARE = """
    INSERT INTO kam_bench_copy ({columns})
    SELECT f.stream_id, f.version, f.reversal, f.type, f.recorded_at, f.company_id,
           f.res_model, f.res_id, f.kind, f.document_kind, f.date, f.own_date,
           f.partner_id, f.origin_id, NULL, NULL, 100, f.untaxed, f.amount,
           coalesce(f.untaxed - f.cost, 0), f.gross, f.documents, f.documents, f.lines,
           f.quantity, f.delivered, f.products
      FROM kam_bench_source f"""
# Whose each is, as one writes it by hand: a part rounded by itself, so that the parts
# of a fact need not add up to it.
BY_HAND = """
    INSERT INTO kam_bench_copy ({columns})
    SELECT f.stream_id, f.version, f.reversal, f.type, f.recorded_at, f.company_id,
           f.res_model, f.res_id, f.kind, f.document_kind, f.date, f.own_date,
           f.partner_id, f.origin_id, a.id, o.user_id, s.share,
           round(f.untaxed * s.share / 100, 2), round(f.amount * s.share / 100, 2),
           coalesce(round((f.untaxed - f.cost) * s.share / 100, 2), 0),
           round(f.gross * s.share / 100, 2), round(f.documents * s.share / 100, 4),
           f.documents, round(f.lines * s.share / 100, 4),
           round(f.quantity * s.share / 100, 4), round(f.delivered * s.share / 100, 4),
           f.products
      FROM kam_bench_source f
      LEFT JOIN kam_account a ON a.partner_id = f.partner_id
       AND a.company_id = f.company_id
      LEFT JOIN kam_account_owner o ON o.account_id = a.id
       AND o.date_from <= f.own_date
       AND (o.date_to IS NULL OR o.date_to >= f.own_date)
     CROSS JOIN LATERAL (SELECT coalesce(o.share, 100) AS share) AS s"""
BOARD = """
    SELECT user_id, sum(untaxed) FILTER (WHERE kind = 'sale'),
           sum(untaxed) FILTER (WHERE kind = 'collected'),
           sum(margin) FILTER (WHERE kind = 'sale'),
           count(DISTINCT partner_id) FILTER (WHERE kind = 'sale'),
           sum(documents) FILTER (WHERE kind = 'order')
      FROM kam_kpi_fact
     WHERE company_id = %s AND date BETWEEN %s AND %s
     GROUP BY user_id"""
CODES = ("net_sales", "collected", "gross_margin", "active_base", "orders")


def settings(env):
    """Let both sides work alike; no parallel worker, whose time would go unseen."""
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    env.cr.execute("SET LOCAL work_mem = '256MB'")
    env.cr.execute("SET LOCAL jit = off")


def managers(env):
    """Share the accounts with the most invoices among managers, some of them in two."""
    users = env["res.users"].search([("login", "like", "kpi_bench_%")])
    if users:
        return users
    users = env["res.users"].create(
        [{"name": f"Manager {n}", "login": f"kpi_bench_{n}"} for n in range(MANAGERS)]
    )
    accounts = make_accounts(env, ACCOUNTS) or env["kam.account"].search([])
    for n, account in enumerate(accounts):
        first, second = users[n % MANAGERS], users[(n + 1) % MANAGERS]
        shares = [(first, 60), (second, 40)] if n % 10 == 0 else [(first, 100)]
        account.hand_over(
            [{"user_id": user.id, "share": share} for user, share in shares],
            "Bench",
            "2000-01-01",
        )
    return users


def prepare(env):
    """Make the flat facts of the log, and so many of them, in tables of their own."""
    settings(env)
    facts = env["kam.kpi.fact"]
    streams = (
        "(SELECT id, category, key, version FROM kam_es.stream"
        " WHERE category IN ('account.move', 'sale.order'))"
    )
    env.cr.execute(FLAT.format(facts=facts._facts_query(streams)))
    env.cr.execute("SELECT count(*) FROM kam_bench_flat WHERE kind = 'sale'")
    [count] = env.cr.fetchone()
    env.cr.execute(SOURCE, [FACTS // max(count, 1) + 1, FACTS])
    env.cr.execute("ANALYZE kam_bench_source")


def copy(world, statement):
    """Write a million flat facts into an empty table of facts by bare SQL."""
    with world.env("history") as env:
        prepare(env)
        env["kam.kpi.fact"]._make_table("kam_bench_copy", indexes=False)
        with cost(env.cr) as found:
            env.cr.execute(statement.format(columns=COLUMNS))
    return found


def project(world, numbers):
    """Project a million flat facts: whose each is, by share."""
    with world.env("history") as env:
        prepare(env)
        facts = env["kam.kpi.fact"]
        facts._make_table("kam_bench_rows", indexes=False)
        query = facts._shared_query("SELECT * FROM kam_bench_source")
        with cost(env.cr) as found:
            env.cr.execute(f"INSERT INTO kam_bench_rows ({COLUMNS}) {query}")
        numbers["rows"] = env.cr.rowcount
    return found


def rebuild(world, numbers):
    """Rebuild the projection of the whole history from the log, indexes and all."""
    with world.env("history") as env:
        settings(env)
        with cost(env.cr) as found:
            numbers["log"] = env["kam.kpi.fact"]._rebuild()
    return found


def select(world):
    """Run the statement that gives the facts of the log, and throw its rows away."""
    with world.env("history") as env:
        settings(env)
        query = env["kam.kpi.fact"]._facts_query(
            "(SELECT id, category, key, version FROM kam_es.stream"
            " WHERE category IN ('account.move', 'sale.order'))"
        )
        with cost(env.cr) as found:
            env.cr.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {query}")
    return found


def enlarge(env):
    """Make the projection a million rows, in this transaction only."""
    settings(env)
    env.cr.execute("SELECT count(*) FROM kam_kpi_fact")
    [count] = env.cr.fetchone()
    env.cr.execute(
        f"""INSERT INTO kam_kpi_fact ({COLUMNS})
            SELECT {COLUMNS} FROM kam_kpi_fact, generate_series(1, %s)
             LIMIT greatest(%s - %s, 0)""",  # noqa: S608
        [FACTS // max(count, 1) + 1, FACTS, count],
    )
    env.cr.execute("ANALYZE kam_kpi_fact")
    env.cr.execute(
        "SELECT (max(date) - 364), max(date) FROM kam_kpi_fact WHERE company_id = %s",
        [env.company.id],
    )
    return env.cr.fetchone()


def bare_board(world):
    """Ask for the board's figures by the bare SQL."""
    with world.env("history") as env:
        env = in_company(env)
        span = enlarge(env)
        with cost(env.cr) as found:
            env.cr.execute(BOARD, [env.company.id, *span])
            env.cr.fetchall()
    return found


def board(world):
    """Ask the key figures for the same, under the reader's rules."""
    with world.env("history") as env:
        env = in_company(env)
        span = enlarge(env)
        kpis = env["kam.kpi"].search([("code", "in", CODES)])
        with cost(env.cr) as found:
            kpis._figures(*span, by=("user",))
    return found


def freshness(world):
    """Return the seconds from posting an invoice to seeing it in the board."""
    with world.env("history") as env:
        env = in_company(env)
        account = env["kam.account"].search([], limit=1)
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": account.partner_id.id,
                "invoice_line_ids": [
                    (0, 0, {"name": "Goods", "price_unit": 1, "tax_ids": False})
                ],
            }
        )
        began = time.perf_counter()
        move.action_post()
        env.flush_all()
        env.cr.flush()
        env["kam.kpi.fact"].catch_up()
        env["kam.kpi"].team_board()
        return time.perf_counter() - began


def run(world):
    """Return the rows of the table."""
    with world.env("history", keep=True) as env:
        env = in_company(env)
        managers(env)
        env["kam.kpi.fact"]._catch_up()
    numbers, rounds = {}, min(world.rounds, ROUNDS)
    shared = race(
        {
            "copy": lambda: copy(world, BARE),
            "hand": lambda: copy(world, BY_HAND),
            "ours": lambda: project(world, numbers),
        },
        rounds,
    )
    log = race(
        {"select": lambda: select(world), "ours": lambda: rebuild(world, numbers)},
        rounds,
    )
    boards = race(
        {"sql": lambda: bare_board(world), "ours": lambda: board(world)}, rounds
    )
    return [
        row(
            f"{FACTS} facts attributed, beside the bare INSERT … SELECT",
            shared["ours"],
            shared["copy"],
            want=wanted("ratio", MOST),
            note=f"{numbers['rows']} rows; the bare one leaves them nobody's",
        ),
        row(
            "the same, beside a join with the owners that rounds each part by itself",
            shared["ours"],
            shared["hand"],
        ),
        row(
            "rebuilt from the log with indexes, beside the SELECT of its facts alone",
            log["ours"],
            log["select"],
            note=f"{numbers['log']} rows",
        ),
        row(
            f"board of {MANAGERS} managers over {FACTS} facts, beside the bare SQL",
            boards["ours"],
            boards["sql"],
            want=wanted("ratio", MOST),
        ),
        number(
            "seconds from posting an invoice to the board that shows it",
            freshness(world),
            want=wanted("seconds", 5),
        ),
    ]
