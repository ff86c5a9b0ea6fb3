"""The databases of a run: each is a clone of Odoo's own, and goes when the run ends."""

import json
import os
import shutil

from kamsetup import peers, prepare, processes
from kamsetup.odoo import module_of
from kamsetup.places import ROOT, SETUP

from . import made_up

PREFIX = "bench"
SHORT = 2  # lines of an invoice, where the number of documents is what counts
ADDONS = SETUP / "kambench" / "addons"
WORKER = SETUP / "kambench" / "worker.py"


def drop_left_overs(databases):
    """Remove the databases of runs that were killed."""
    for name in databases.names():
        parts = name.split("_")
        ours = parts[0] == PREFIX and len(parts) > 2 and parts[1].isdigit()
        if ours and not prepare.running(parts[1]):
            databases.drop(name)


class Scenes:
    """Databases made when a part first asks for them.

    :param trade: (file, file of delays) of the history; None: a made-up one
    :param customers: load only so many; None: all
    """

    def __init__(self, environment, state, progress, rounds, trade, customers):
        self.environment = environment
        self.state = state
        self.progress = progress
        self.rounds = rounds
        self.trade = trade
        self.customers = customers
        self.made = {}
        self.installed = None
        self.peers = None  # folder of other people's addons, once a part needs them
        self.name = f"{PREFIX}_{os.getpid()}"  # two runs at once do not meet
        self.folder = state.folder / self.name

    def close(self):
        """Drop all databases, and the files of this run."""
        for name in self.made.values():
            self.environment.databases.drop(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.state.conf(self.name).unlink(missing_ok=True)

    def database(self, role):
        """Return the name of the database of that role."""
        if role not in self.made:
            name = f"{self.name}_{role}"
            self.made[role] = name
            databases = self.environment.databases
            databases.clone(self.environment.base, name)
            # a company has no demonstration: ours is not to be loaded
            databases.sql("UPDATE ir_module_module SET demo = false", name)
            getattr(self, f"fill_{role}", self.leave)(name)
        return self.made[role]

    def leave(self, name):
        """Take Odoo as it is."""

    def fill_with(self, name):
        """Install what is measured, and the plain models beside it."""
        self.run_odoo(name, "-i", "kam_management,kam_bench_plain")

    def fill_owing(self, name):
        """Install what is measured, and other people's; its part adds the debtors."""
        self.peers = peers.obtain(self.state, self.progress)
        beside = peers.RECEIVABLES if self.peers else ()
        self.run_odoo(name, "-i", ",".join(["kam_management", *beside]))

    def fill_history(self, name):
        """Load the history, and install kam_management after it."""
        self.load(name)
        self.installed = self.work(
            "install", {"empty": self.database("empty"), "history": name}
        )

    def fill_million(self, name):
        """Load a small trade of short invoices; its part multiplies it."""
        self.load(name, made_up.write(self.folder, SHORT))

    def fill_reports(self, name):
        """Install the workbooks, and other people's; their part adds the debtors."""
        self.peers = self.peers or peers.obtain(self.state, self.progress)
        beside = peers.RECEIVABLES if self.peers else ()
        self.run_odoo(name, "-i", ",".join(["kam_management_reports", *beside]))

    def run_odoo(self, name, *arguments):
        """Run the server once on a database."""
        conf = self.conf(name)
        processes.run(
            "installing modules",
            self.environment.odoo.command(
                "server", "-c", conf, "--stop-after-init", "--no-http", *arguments
            ),
            self.progress,
            self.state.log("bench-odoo"),
            pick=module_of,
            env=self.environment.odoo.environment(careless=True),
            cwd="/",
        )

    def conf(self, name):
        """Write the configuration of a database, which knows our plain models too."""
        paths = [*self.environment.tree.addons_paths, ROOT, ADDONS]
        paths += [self.peers] if self.peers else []
        return self.environment.odoo.write_conf(
            self.name,
            name,
            addons_path=",".join(map(str, paths)),
            max_cron_threads=0,
            with_demo=False,
        )

    def load(self, name, files=None):
        """Load the history, or other files of its form, into a database."""
        trade, delays = files or self.trade or made_up.write(self.folder)
        less = ["--customers", self.customers] if self.customers and not files else []
        processes.run(
            "loading the history",
            [
                *(self.state.python, SETUP / "load_history"),
                *("--database", name, "--config", self.conf(name)),
                *("--file", trade, "--delays", delays, *less),
            ],
            self.progress,
            self.state.log("bench-history"),
            env=self.environment.odoo.environment(careless=True),
            cwd="/",
        )

    def work(self, part, databases):
        """Run a part inside Odoo; return its rows."""
        self.folder.mkdir(parents=True, exist_ok=True)
        order, result = self.folder / "order.json", self.folder / "result.json"
        result.unlink(missing_ok=True)
        order.write_text(
            json.dumps(
                {
                    "part": part,
                    "conf": str(self.conf(next(iter(databases.values())))),
                    "databases": databases,
                    "rounds": self.rounds,
                }
            ),
            encoding="utf-8",
        )
        processes.run(
            f"measuring {part}",
            [self.state.python, "-B", WORKER, order, result],
            self.progress,
            self.state.log(f"bench-{part}"),
            env=self.environment.odoo.environment(careless=True),
            cwd="/",
        )
        return json.loads(result.read_text(encoding="utf-8"))
