"""setup/bench: what the log and the screens cost, as ratios of one run."""

import argparse
import datetime as dt
from pathlib import Path

from kamsetup import prepare
from kamsetup.errors import SetupError
from kamsetup.places import ROOT, SETUP, State
from kamsetup.progress import Progress

from . import described, record, table
from .scenes import Scenes, drop_left_overs

RESULTS = SETUP / "bench-results"
DATA = ROOT.parent / "shared" / "data"
# name: (title, databases it works on)
PARTS = {
    "append": ("Append an event", ("with",)),
    "commands": ("Create and write through the log", ("with",)),
    "documents": ("Odoo's documents with kam_management", ("without", "with")),
    "credit": ("Credit beside bare SQL", ("with",)),
    "install": ("Install after years of trading", ()),
    "genesis": ("Install on a million plain documents", ("million",)),
    "rebuild": ("Rebuild from the log", ("history",)),
    "analysis": ("Screens over the whole history", ("history",)),
    "agenda": ("Agendas and the day of a manager", ("history",)),
    "audit": ("Verify and seal", ("history",)),
    "kpi": ("Key figures", ("history",)),
    "collections": ("Collections of many debtors", ("owing",)),
    "visits": ("Visits", ("with",)),
    "pricing": ("Orders judged by price columns", ("with",)),
    "receivables": ("Ageing and acts of many documents", ("owing",)),
    "xlsx": ("Workbooks", ("reports",)),
}
EXPLAINED = """
Ratios are ours / base: processor time of Odoo and the database together, round by
round, then the same by the wall clock, which others on the machine disturb. "fast"
turns it round: speed beside the base. Queries are ours / base. Seconds are of this
machine, and no promise."""


def count(text):
    """Read a whole number, 1 or more."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no count: write a whole number, 1 or more"
        )
    return int(text)


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Measure the addons beside plain Odoo and PostgreSQL, in one run,"
        " one after the other and over again; print a table, keep it in"
        " setup/bench-results, and say what is worse than in the last one kept.",
    )
    add = parser.add_argument
    add(
        "--only",
        action="append",
        choices=PARTS,
        metavar="NAME",
        help=f"only this part, may be repeated: {', '.join(PARTS)}",
    )
    add("--rounds", type=count, default=5, help="of each side; default: %(default)s")
    add(
        "--customers",
        type=count,
        help="load only so many customers of the history; default: all",
    )
    add("--file", type=Path, default=DATA / "online-retail.csv.xz")
    add("--delays", type=Path, default=DATA / "accounts-receivable.csv")
    add("--keep", type=Path, default=RESULTS, help="folder of the results kept")
    add("--dry", action="store_true", help="keep no result")
    return parser.parse_args(arguments)


def trade_of(options):
    """Return the files of the history, or None where they are not."""
    if options.file.is_file() and options.delays.is_file():
        return options.file.absolute(), options.delays.absolute()
    if options.file.parent != DATA:
        raise SetupError(f"there is no file {options.file}", "Correct --file")
    return None


def scale_of(options, trade):
    """Return a word for how much data a run works on."""
    if trade is None:
        return "made up"
    return f"{options.customers} customers" if options.customers else "whole history"


def run_part(scenes, name):
    """Return the title and rows of a part."""
    title, roles = PARTS[name]
    databases = {role: scenes.database(role) for role in roles}
    if name == "install":
        scenes.database("history")
        rows = scenes.installed
    else:
        rows = scenes.work(name, databases)
    return {"name": name, "title": title, "rows": rows}


def measure(options, trade, names):
    """Prepare, run the parts and clean up; return the parts."""
    state, progress = State(), Progress(4 + len(names))
    with prepare.alone(state, progress):
        tree = prepare.packages(state, progress)
        environment = prepare.server(state, progress, tree)
        drop_left_overs(environment.databases)
    scenes = Scenes(
        environment, state, progress, options.rounds, trade, options.customers
    )
    parts = []
    try:
        for name in names:
            with progress.step(PARTS[name][0]):
                parts.append(run_part(scenes, name))
    finally:
        scenes.close()
    return parts


def main(arguments):
    """Print the table; fail when something is not as wanted."""
    options = parse(arguments)
    trade = trade_of(options)
    names = [name for name in PARTS if not options.only or name in options.only]
    machine = described.machine()
    now = dt.datetime.now(dt.timezone.utc)
    run = {
        "at": now.isoformat(timespec="seconds"),
        "revision": described.revision(),
        "machine": machine,
        "scale": scale_of(options, trade),
        "rounds": options.rounds,
        "parts": measure(options, trade, names),
    }
    print(table.text(run["parts"]))
    print(EXPLAINED)
    print(
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB,"
    )
    print(f"load at the start {machine['load']}; history: {run['scale']}")
    report(options, run)
    missed = [
        f"{part['title']}: {row['name']}"
        for part in run["parts"]
        for row in part["rows"]
        if row["met"] is False
    ]
    for one in missed:
        print(f"not as wanted: {one}")
    return 1 if missed else 0


def report(options, run):
    """Say what has become worse, then keep the run."""
    name, former = record.last(options.keep, run["scale"])
    if former is None:
        print("There is no earlier run on as much data to compare with.")
    else:
        worse = record.regressions(run, former)
        print(f"Compared with {name}: {'worse' if worse else 'nothing is worse'}")
        for one in worse:
            print(f"    {one}")
    if options.dry:
        return
    day = run["at"][:10]
    file = options.keep / record.file_name(day, described.short(run["machine"]))
    record.write(file, run)
    print(f"Kept in {file}")
