"""Installing kam_management after years of trading: Odoo's part, and genesis alone."""

import time

from odoo.modules.registry import Registry

from kambench.figures import number
from kambench.meter import cost

MOST = 30  # seconds for a million documents
MILLION = 1_000_000


def measured(method, costs):
    """Return the method, that also adds its cost to the list."""

    def run(self, *arguments, **options):
        with cost(self.env.cr) as found:
            result = method(self, *arguments, **options)
        costs.append(found)
        return result

    return run


def install(database):
    """Install; return (seconds in all, cost of genesis)."""
    from odoo.addons.kam_management.models.kam_genesis import KamGenesis

    costs, run_genesis = [], KamGenesis._run
    KamGenesis._run = measured(run_genesis, costs)
    try:
        began = time.perf_counter()
        Registry.new(database, update_module=True, install_modules=["kam_management"])
        return time.perf_counter() - began, costs[0]
    finally:
        KamGenesis._run = run_genesis


def run(world):
    """Install on the empty and on the full database; return the rows of the table."""
    empty, _none = install(world.databases["empty"])
    full, genesis = install(world.databases["history"])
    with world.env("history", keep=True) as env:
        documents, events = env["kam.genesis"]._count()
        with cost(env.cr) as second:
            again = env["kam.genesis"]._run()
        lines = rows(env)
        env.cr.execute("ANALYZE kam_es.stream, kam_es.event")
    if again != {"streams": 0, "events": 0}:
        raise AssertionError(f"a second genesis recorded {again}")
    project = genesis["wall"] * MILLION / max(documents, 1)
    less = full - genesis["wall"]
    return [
        number("install without history", empty),
        number(
            "install after the history, less genesis",
            less,
            note=f"{less / empty:.2f} x the one without history",
        ),
        number(
            "genesis",
            genesis["wall"],
            note=f"{documents} documents of {lines} lines, {events} events",
        ),
        number(
            "genesis for a million documents",
            project,
            note=f"projected; {lines / max(documents, 1):.1f} lines a document; the aim"
            f" of {MOST} s is measured by the part genesis",
        ),
        number("genesis again", second["wall"], note="records nothing"),
    ]


def rows(env):
    """Return how many lines the documents have that genesis read."""
    env.cr.execute(
        """SELECT (SELECT count(*) FROM account_move_line)
                + (SELECT count(*) FROM sale_order_line)"""
    )
    return env.cr.fetchone()[0]
