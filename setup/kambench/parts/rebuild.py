"""Projections made anew from the log, beside reading what they are made from."""

from odoo.addons.kam_management.models.kam_fact import ALL_STREAMS, COLUMNS, EVENTS

from kambench.figures import row, wanted
from kambench.meter import cost, race
from kambench.parts.trading import in_company, make_accounts

MOST = 3
ROUNDS = 3  # at most: each reads the whole log
ACCOUNTS = 200


def settings(env):
    """Let both sides work alike; no parallel worker, whose time would go unseen."""
    env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    env.cr.execute("SET LOCAL max_parallel_maintenance_workers = 0")
    env.cr.execute("SET LOCAL work_mem = '256MB'")


def select_facts(world):
    """Run the statement that gives the facts, and throw its rows away."""
    with world.env("history") as env:
        settings(env)
        query = env["kam.fact"]._rows_query(EVENTS.format(dirty=ALL_STREAMS), COLUMNS)
        with cost(env.cr) as found:
            env.cr.execute(f"EXPLAIN (ANALYZE, TIMING OFF) WITH {query}")
    return found


def rebuild_facts(world, numbers):
    """Rebuild the facts."""
    with world.env("history") as env:
        settings(env)
        with cost(env.cr) as found:
            numbers["facts"] = env["kam.fact"]._rebuild()
    return found


def fold_accounts(world):
    """Read and fold the events of the accounts."""
    with world.env("history") as env:
        projector = env["kam.projector"]
        model = projector._all("kam.account")
        with cost(env.cr) as found:
            projector._fold_all(model)
    return found


def rebuild_accounts(world, numbers):
    """Make the rows of the accounts anew after all are gone."""
    with world.env("history") as env:
        env["kam.event.store"]._open_projection()
        # as after a restore: the rows are gone, the documents still point to them
        env.cr.execute("SET LOCAL session_replication_role = replica")
        env.cr.execute("DELETE FROM kam_account_owner")
        env.cr.execute("DELETE FROM kam_account")
        env.cr.execute("SET LOCAL session_replication_role = origin")
        env.invalidate_all()
        with cost(env.cr) as found:
            done = env["kam.projector"]._rebuild("kam.account")
        numbers["accounts"] = done["created"]
    return found


def run(world):
    """Return the rows of the table."""
    with world.env("history", keep=True) as env:
        make_accounts(in_company(env), ACCOUNTS)
    numbers, rounds = {}, min(world.rounds, ROUNDS)
    facts = race(
        {
            "select": lambda: select_facts(world),
            "rebuild": lambda: rebuild_facts(world, numbers),
        },
        rounds,
    )
    accounts = race(
        {
            "fold": lambda: fold_accounts(world),
            "rebuild": lambda: rebuild_accounts(world, numbers),
        },
        rounds,
    )
    return [
        row(
            "facts, beside the same SELECT alone",
            facts["rebuild"],
            facts["select"],
            want=wanted("ratio", MOST),
            note=rate(numbers["facts"], facts["rebuild"]),
        ),
        row(
            "accounts, beside folding their events alone",
            accounts["rebuild"],
            accounts["fold"],
            note=rate(numbers["accounts"], accounts["rebuild"]),
        ),
    ]


def rate(count, costs):
    """Say how many rows a second."""
    best = min(one["wall"] for one in costs)
    return f"{count} rows, {count / best:.0f} a second"
