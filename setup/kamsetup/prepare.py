"""From a bare machine to a base database, and from there to ours.

Each step is done once; a step that was broken off is begun again, and the next
run goes on from there.
"""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import machine, node, odoo_source, processes, programs, venv
from .databases import Databases
from .lock import only_one
from .odoo import Odoo
from .odoo_source import OdooTree
from .places import ROOT, our_addons
from .postgres import Cluster

BASE = "kam_base"
BASE_MODULES = (
    "account",
    "calendar",
    "contacts",
    "crm",
    "digest",
    "phone_validation",
    "portal",
    "report_xlsx",
    "sale_management",
    "sale_margin",
    "spreadsheet_dashboard",
)
QUIET = Path(__file__).with_name("quiet_odoo.py")
STEPS = {"demo": 6, "test": 6, "plain": 2, "tool": 3}
# Read from the files at each start, so no database depends on them.
NOT_IN_DATABASE = {"__pycache__", "tests", "static", "readme", "i18n"}


@dataclass
class Environment:
    """All that the commands work with."""

    tree: OdooTree
    cluster: Cluster
    databases: Databases
    odoo: Odoo
    base: str = ""


@contextlib.contextmanager
def alone(state, progress):
    """Check the machine, and hold the state folder while things are made in it."""
    machine.check_python()
    machine.check_folder(state.folder)
    with only_one(state.lock, progress.line), processes.marking(state.folder):
        processes.end_left_overs(state.folder)
        known = venv.is_ready(state, "run")
        machine.check_disk(state.folder, machine.NEEDED_GB["ready" if known else "new"])
        yield


@contextlib.contextmanager
def alone_here(state, progress, checkout=ROOT):
    """Hold what is this checkout's own: others that share the folder go on."""
    with only_one(state.folder / f"lock-{digest(str(checkout))}", progress.line):
        yield


def packages(state, progress, *, dev=False):
    """Have Odoo and the Python packages; return the Odoo tree."""
    with progress.step("Odoo 19.0"):
        tree = odoo_source.obtain(state, progress)
    with progress.step("Python packages"):
        venv.obtain(state, progress)
        venv.point_at(state, tree)
        if dev:
            venv.obtain_dev(state, progress)
    return tree


def server(state, progress, tree):
    """Have the database server running, and the base database."""
    with progress.step("PostgreSQL"):
        cluster = Cluster(state)
        cluster.start(progress)
    found = Environment(
        tree, cluster, Databases(cluster, state), Odoo(state, tree, cluster)
    )
    with progress.step("Base database: Odoo's own modules with their demo data"):
        found.base = base_database(found, progress)
    return found


def test_programs(state, progress):
    """Have the browser and the checks."""
    with progress.step("Browser, and checks for JavaScript"):
        programs.obtain("chromium", state, progress)
        node.obtain(state, progress)


def digest(*parts):
    """Return a short name for this content."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def base_database(environment, progress):
    """Have the database of Odoo's own modules; it is kept for good."""
    quiet = QUIET.read_text(encoding="utf-8")
    name = f"{BASE}_{digest(environment.tree.identity(), *BASE_MODULES, quiet)}"

    def make(part):
        environment.odoo.install(part, BASE_MODULES, progress)
        environment.odoo.script("quieting Odoo", part, QUIET, progress)

    environment.databases.build(name, make)
    return name


def addon_files(addon):
    """Return the files of an addon that a database may depend on."""
    return sorted(
        path
        for path in (ROOT / addon).rglob("*")
        if path.is_file()
        and not NOT_IN_DATABASE & set(path.relative_to(ROOT / addon).parts[:-1])
    )


def addons_digest():
    """Return what changes whenever our addons change what is in a database."""
    parts = []
    for addon in our_addons():
        for path in addon_files(addon):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            parts += [str(path.relative_to(ROOT)), content]
    return digest(*parts)


def with_addons(environment, name, progress, more=()):
    """Build a database: a copy of the base with our addons installed."""

    def make(part):
        environment.databases.clone(environment.base, part)
        modules = [*our_addons(), *more]
        if modules:
            environment.odoo.install(part, modules, progress)

    environment.databases.build(name, make)


def template(environment, progress, checkout=ROOT):
    """Have the database that tests are cloned from; this checkout's older ones go.

    Several checkouts may share one state folder: each has a template of its own.
    """
    prefix = f"kam_template_{digest(str(checkout))}_"
    name = prefix + digest(environment.base, addons_digest())
    databases = environment.databases
    if name not in databases.names():
        for old in databases.names():
            if old.startswith(prefix):
                databases.drop(old)
        with_addons(environment, name, progress)
    return name


def running(pid):
    """Tell whether a process of that number runs."""
    return Path(f"/proc/{pid}").exists()


def drop_left_over_runs(databases, state):
    """Remove the test databases of runs that were killed, and the logs of old runs."""
    for name in databases.names():
        if name.startswith("kam_run_") and not running(name.split("_")[2]):
            databases.drop(name)
    for log in (state.folder / "log").glob("odoo-kam_run_*.log"):
        if not running(log.stem.split("_")[2]):
            log.unlink()


def git_files():
    """Return whether this checkout is a git repository."""
    return processes.output_of(["git", "-C", ROOT, "rev-parse"])[0] == 0
