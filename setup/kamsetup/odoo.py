"""Odoo's own programs, run with a configuration of ours."""

import re

from . import processes, programs
from .places import ROOT, our_addons

MODULE = re.compile(r"Loading module (\w+ \(\d+/\d+\))")
TEST = re.compile(r"Starting (\w+\.\w+)")


def module_of(line):
    """Return what is worth showing of a line of Odoo's log, or None."""
    found = MODULE.search(line) or TEST.search(line)
    return found and found[1]


class Odoo:
    """One Odoo tree with the environment and the cluster it runs on."""

    def __init__(self, state, tree, cluster):
        self.state = state
        self.tree = tree
        self.cluster = cluster

    def write_conf(self, name, database, **more):
        """Write a configuration file and return it."""
        ours = [ROOT] if our_addons() else []
        options = {
            "addons_path": ",".join(map(str, [*self.tree.addons_paths, *ours])),
            "data_dir": self.state.data,
            "db_host": self.cluster.socket,
            "db_port": 5432,
            "db_user": "odoo",
            "db_name": database,
            "list_db": False,
            "http_interface": "127.0.0.1",
            "with_demo": True,
            "pg_path": self.cluster.programs.folder,
            **more,
        }
        file = self.state.conf(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{key} = {value}\n" for key, value in options.items())
        file.write_text(f"[options]\n{text}")
        return file

    def environment(self, *, careless=False):
        """Return the environment that Odoo and its tests run in."""
        environment = self.cluster.environment(careless=careless)
        postgres = self.cluster.programs.folder
        environment["PATH"] = f"{postgres}:{programs.path(self.state)}"
        return environment

    def command(self, *arguments):
        """Return a command line of odoo-bin."""
        return [self.state.python, self.state.venv / "bin" / "odoo", *arguments]

    def run(self, what, database, progress, *arguments, http=False):
        """Run the server once, for its effect on a database; return its last lines."""
        name = database.replace("_part", "")
        conf = self.write_conf(f"build-{name}", database, max_cron_threads=0)
        quiet = [] if http else ["--no-http"]
        try:
            return processes.run(
                what,
                self.command("server", "-c", conf, "--stop-after-init", *quiet)
                + list(arguments),
                progress,
                self.state.log(f"odoo-{name}"),
                pick=module_of,
                env=self.environment(careless=True),
                cwd="/",
            )
        finally:
            conf.unlink(missing_ok=True)

    def install(self, database, modules, progress):
        """Install modules."""
        self.run("installing modules", database, progress, "-i", ",".join(modules))

    def update(self, database, modules, progress):
        """Update modules after their files changed; the data stays."""
        self.run("updating modules", database, progress, "-u", ",".join(modules))

    def script(self, what, database, file, progress):
        """Run a Python file in Odoo's shell."""
        conf = self.write_conf("script", database, max_cron_threads=0)
        with open(file, encoding="utf-8") as lines:
            processes.run(
                what,
                self.command("shell", "-c", conf, "--no-http"),
                progress,
                self.state.log("odoo-script"),
                pick=module_of,
                stdin=lines,
                env=self.environment(careless=True),
                cwd="/",
            )
