"""A database of its own and a real Odoo on it, for tests that commit and kill."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from contextlib import closing, contextmanager

import psycopg2

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.tests import get_db_name
from odoo.tools import config

PATIENCE = 90  # seconds for a server to answer


@contextmanager
def copied_database(label):
    """Yield the name of a copy of the test database; it is dropped at the end."""
    name = f"{get_db_name()[:40]}_{label}_{secrets.token_hex(3)}"
    sql_db.close_db(get_db_name())
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{get_db_name()}"')
    try:
        yield name
    finally:
        Registry.delete(name)
        sql_db.close_db(name)
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def registry_of(name):
    """Return the registry of a copied database, without running its tests."""
    enabled = config["test_enable"]
    config["test_enable"] = False
    try:
        return Registry(name)
    finally:
        config["test_enable"] = enabled


def _on_server(statement):
    with closing(connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def connect(name):
    """Return a plain connection in autocommit."""
    _name, options = sql_db.connection_info_for(name)
    connection = psycopg2.connect(**options)
    connection.autocommit = True
    return connection


def arguments(name):
    """Return Odoo's command-line options for a database, as this process has them."""
    options = ["-d", name, "--addons-path", ",".join(config["addons_path"])]
    for option in ("db_host", "db_port", "db_user", "db_password"):
        if config[option]:
            options += [f"--{option}", str(config[option])]
    return [*options, "--data-dir", config["data_dir"], "--log-level", "critical"]


def odoo(*command):
    """Return the command line that runs Odoo with this interpreter."""
    return [sys.executable, "-c", "import odoo.cli; odoo.cli.main()", *command]


class Server:
    """A running Odoo; it can be killed and started again.

    :param workers: processes that answer; 0: one process with threads
    """

    def __init__(self, database, workers=0):
        self.database = database
        self.workers = workers
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def start(self):
        """Start Odoo and wait until it answers."""
        self.process = subprocess.Popen(
            odoo(
                "server",
                *arguments(self.database),
                "--http-interface",
                "127.0.0.1",
                "--http-port",
                str(self.port),
                "--max-cron-threads",
                "0",
                *self.prefork(),
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ODOO_RC": os.devnull},
        )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > end or self.process.poll() is not None:
                raise TimeoutError("Odoo does not answer")
            time.sleep(0.2)

    def prefork(self):
        """Return the options of several processes."""
        if not self.workers:
            return []
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return ["--workers", str(self.workers), "--gevent-port", str(port)]

    def answers(self):
        """Tell whether it is up; the administrator is logged in then."""
        try:
            self.uid = self.proxy("common").authenticate(
                self.database, "admin", "admin", {}
            )
        except OSError:
            return False
        return True

    def proxy(self, name):
        """Return an XML-RPC proxy (one a thread)."""
        return xmlrpc.client.ServerProxy(
            f"http://127.0.0.1:{self.port}/xmlrpc/2/{name}", allow_none=True
        )

    def call(self, model, method, *args, **kwargs):
        """Call a public method as the administrator."""
        return self.proxy("object").execute_kw(
            self.database, self.uid, "admin", model, method, args, kwargs
        )

    def call_as(self, uid, password, model, method, *args, **kwargs):
        """Call a public method as another user."""
        return self.proxy("object").execute_kw(
            self.database, uid, password, model, method, args, kwargs
        )

    def kill(self):
        """Kill it at once, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Stop it, whatever it is doing; its workers with it."""
        if self.process and self.process.poll() is None:
            if self.workers:
                self.process.terminate()
                self.process.wait(timeout=PATIENCE)
            else:
                self.kill()
