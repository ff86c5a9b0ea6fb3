"""setup/long history: settlements tied to the ledger over the whole loaded history."""

import time
from pathlib import Path

from . import prepare, processes, suite
from .errors import SetupError
from .places import SETUP
from .verdict import Verdict

DATA = SETUP.parent.parent / "shared" / "data"
FILES = (DATA / "online-retail.csv.xz", DATA / "accounts-receivable.csv")
SCRIPT = """
import sys
sys.path.insert(0, {setup!r})
from history import ties
for finding in ties.run(env, lambda line: print("told:", line, flush=True)):
    print("differs:", finding, flush=True)
print("told: the end", flush=True)
"""


def load(environment, database, conf, progress):
    """Load the history, and install our addons after it."""
    state = environment.odoo.state
    processes.run(
        "loading the history",
        [
            *(state.python, SETUP / "load_history", "--database", database),
            *("--config", conf),
        ],
        progress,
        state.log("long-history"),
        env=environment.odoo.environment(careless=True),
        cwd="/",
    )
    environment.odoo.install(database, ["kam_management"], progress)


def compare(environment, progress):
    """Return the verdict on a history loaded for it."""
    for file in FILES:
        if not file.is_file():
            raise SetupError(
                f"there is no file {file}", "The trading history is not part of this"
            )
    began = time.monotonic()
    state = environment.odoo.state
    with (
        progress.step("Settlements over the whole history"),
        suite.clone(environment, environment.base) as database,
    ):
        # a company has no demonstration: ours is not to be loaded
        environment.databases.sql("UPDATE ir_module_module SET demo = false", database)
        conf = environment.odoo.write_conf(
            f"long-{database}", database, max_cron_threads=0, with_demo=False
        )
        script = state.folder / f"{database}.py"
        try:
            load(environment, database, conf, progress)
            log = state.log(f"long-ties-{database}")  # no run of tests removes it
            script.write_text(SCRIPT.format(setup=str(SETUP)), encoding="utf-8")
            with open(script, encoding="utf-8") as lines:
                processes.run(
                    "comparing",
                    environment.odoo.command("shell", "-c", conf, "--no-http"),
                    progress,
                    log,
                    stdin=lines,
                    env=environment.odoo.environment(careless=True),
                    cwd="/",
                )
        finally:
            conf.unlink(missing_ok=True)
            script.unlink(missing_ok=True)
    return judge(log, time.monotonic() - began)


def judge(log: Path, seconds):
    """Print what the comparison told; return its verdict."""
    lines = log.read_text(encoding="utf-8").splitlines()
    told = [one.partition("told: ")[2] for one in lines if "told: " in one]
    differs = [one.partition("differs: ")[2] for one in lines if "differs: " in one]
    for line in told:
        print(f"    {line}")
    if told[-1:] != ["the end"]:
        raise SetupError("the comparison ended before its end", f"See {log}")
    return Verdict("Settlements", len(told) - 1, differs, seconds=seconds)


def main(state, progress):
    """Prepare, compare, and return the verdict."""
    with prepare.alone(state, progress):
        tree = prepare.packages(state, progress)
        environment = prepare.server(state, progress, tree)
    return compare(environment, progress)
