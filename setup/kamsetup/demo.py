"""setup/demo: a running Odoo with both addons and demo data."""

import argparse
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import machine, prepare, processes, programs
from .errors import SetupError
from .places import State, our_addons
from .postgres import Cluster
from .progress import Progress

DATABASE = "kam_demo"
MORE_MODULES = ("web_dark_mode",)
PAGES = Path(__file__).with_name("pages_odoo.py")
PORT = 8069
PATIENCE_SECONDS = 180
STOP_SECONDS = 20
# The number is in the file before Odoo begins to listen.
START = 'echo $$ > "$0"; exec "$@"'
WELCOME = """
Odoo is ready: {address}
    log in as   admin   password   admin
Look first at
{look}
Stop it with setup/demo --stop; your data stays, and setup/demo starts it again.
The log is {log}
"""
LOOK = """\
    Key Accounts            home: what waits for you today
    Key Accounts > Analysis which customers are key, and why; designate from the list
    History on an account   what happened, who did it; the record as of any day"""
LOOK_WITHOUT = "    (no addon is in this checkout: this is plain Odoo)"


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="setup/demo",
        description="Start Odoo 19 with the key account addons and demo data. The first"
        " run fetches and builds everything (some minutes); it can be broken"
        " off at any point and goes on from there.",
        epilog="KAM_STATE: the folder that keeps everything (default: .run in the"
        " checkout). ODOO_HOME: your own checkout of Odoo 19.0. KAM_POSTGRES: debian or"
        " wheel, to choose whose PostgreSQL runs. PYTHON: the Python to use.",
    )
    parser.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    parser.add_argument("--stop", action="store_true", help="stop Odoo and PostgreSQL")
    options = parser.parse_args(arguments)
    if not 1 <= options.port <= 65534:
        parser.error(f"--port {options.port}: choose one from 1024 to 65534")
    return options


class Server:
    """The Odoo that runs in the background, by its process number."""

    def __init__(self, state):
        self.state = state
        self.file = state.folder / "demo.pid"
        self.conf = state.conf("demo")
        self.log = state.log("demo-server")

    def pid(self):
        """Return the process number of the running server, or None."""
        try:
            pid = int(self.file.read_text())
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                ours = os.fsencode(self.conf) in file.read()
        except (OSError, ValueError):
            return None
        return pid if ours else None

    def stop(self):
        """Stop it, and wait until it is gone."""
        pid = self.pid()
        deadline = time.monotonic() + STOP_SECONDS
        while pid and self.pid() == pid:
            late = time.monotonic() > deadline
            try:
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
            except ProcessLookupError:
                break
            time.sleep(0.5)
        self.file.unlink(missing_ok=True)

    def start(self, odoo):
        """Start it in the background: it goes on when we end."""
        command = ["sh", "-c", START, self.file]
        command += odoo.command("server", "-c", self.conf)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=processes.unmarked(odoo.environment()),
                cwd="/",
            )

    def wait(self, address, progress):
        """Wait for the login page."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        began = time.monotonic()
        while time.monotonic() < deadline:
            if answers(f"{address}/web/login"):
                return
            if time.monotonic() - began > 5 and not self.pid():
                break
            progress.tick("waiting for the login page")
            time.sleep(0.3)
        raise SetupError(
            "Odoo does not come up", f"See the end of {self.log}, and run it again"
        )


def answers(address):
    """Tell whether a page is there; a proxy has no part in it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=60) as page:
            return page.status == 200
    except (urllib.error.URLError, OSError):
        return False


def database(environment, progress, server):
    """Have the demo's database; when the addons change it is updated, data and all."""
    databases, now = environment.databases, prepare.addons_digest()
    if DATABASE not in databases.names():
        prepare.with_addons(environment, DATABASE, progress, MORE_MODULES)
    elif databases.note(DATABASE) == now:
        return
    else:
        server.stop()
        update(environment, progress)
    environment.odoo.script("preparing the pages", DATABASE, PAGES, progress)
    databases.set_note(DATABASE, now)


def update(environment, progress):
    """Bring the database to the addons of this checkout; new ones are installed."""
    have = environment.databases.sql(
        "SELECT name FROM ir_module_module WHERE state <> 'uninstalled'", DATABASE
    ).split()
    addons = our_addons()
    new = [addon for addon in addons if addon not in have]
    old = [addon for addon in addons if addon in have]
    if old:
        environment.odoo.update(DATABASE, old, progress)
    if new:
        environment.odoo.install(DATABASE, new, progress)


def start(options):
    """Make what is missing, start the server, and say where it is."""
    state, progress = State(), Progress(prepare.STEPS["demo"])
    server, address = Server(state), f"http://127.0.0.1:{options.port}"
    with prepare.alone(state, progress):
        if not server.pid():
            machine.check_port(options.port)
        tree = prepare.packages(state, progress)
        environment = prepare.server(state, progress, tree)
        with progress.step("Demo database"):
            programs.obtain_if_possible("wkhtmltopdf", state, progress)
            database(environment, progress, server)
        with progress.step("Odoo"):
            launch(server, environment.odoo, options.port)
            server.wait(address, progress)
    look = LOOK if our_addons() else LOOK_WITHOUT
    page = "/odoo/key-accounts-home" if our_addons() else "/odoo"
    print(WELCOME.format(address=address + page, look=look, log=server.log))
    return 0


def launch(server, odoo, port):
    """Start the server, unless it runs already as it should."""
    before = server.conf.read_text() if server.conf.is_file() else ""
    odoo.write_conf("demo", DATABASE, http_port=port, gevent_port=port + 1)
    if server.pid() and server.conf.read_text() == before:
        return
    server.stop()
    machine.check_port(port)
    server.start(odoo)


def stop():
    """Stop Odoo and PostgreSQL."""
    state = State()
    Server(state).stop()
    if state.python.exists():
        Cluster(state).stop()
    print("Odoo and its PostgreSQL are stopped.")
    return 0


def main(arguments):
    """Start or stop the demo."""
    options = parse(arguments)
    return stop() if options.stop else start(options)
