"""Installing kam_management after years of trading: Odoo's part, and genesis alone."""

import time

from odoo.modules.registry import Registry

from kambench.figures import number, wanted

MOST = 30  # seconds for a million documents
MILLION = 1_000_000


def timed(method, seconds):
    """Return the method, that also adds its seconds to the list."""

    def run(*arguments, **options):
        began = time.perf_counter()
        try:
            return method(*arguments, **options)
        finally:
            seconds.append(time.perf_counter() - began)

    return run


def install(database):
    """Install; return (seconds in all, seconds of genesis)."""
    from odoo.addons.kam_management.models.kam_genesis import KamGenesis

    seconds, run_genesis = [], KamGenesis._run
    KamGenesis._run = timed(run_genesis, seconds)
    try:
        began = time.perf_counter()
        Registry.new(database, update_module=True, install_modules=["kam_management"])
        return time.perf_counter() - began, sum(seconds)
    finally:
        KamGenesis._run = run_genesis


def run(world):
    """Install on the empty and on the full database; return the rows of the table."""
    empty, _none = install(world.databases["empty"])
    full, genesis = install(world.databases["history"])
    with world.env("history", keep=True) as env:
        documents, events = env["kam.genesis"]._count()
        began = time.perf_counter()
        again = env["kam.genesis"]._run()
        seconds = time.perf_counter() - began
        env.cr.execute("ANALYZE kam_es.stream, kam_es.event")
    if again != {"streams": 0, "events": 0}:
        raise AssertionError(f"a second genesis recorded {again}")
    project = genesis * MILLION / max(documents, 1)
    return [
        number("install without history", empty),
        number(
            "install after the history, less genesis",
            full - genesis,
            note=f"{(full - genesis) / empty:.2f} x the one without history",
        ),
        number("genesis", genesis, note=f"{documents} documents, {events} events"),
        number(
            "genesis for a million documents",
            project,
            want=wanted("seconds", MOST),
            note="projected",
        ),
        number("genesis again", seconds, note="records nothing"),
    ]
