"""Clients that write down what they asked and heard, while something is killed."""

import contextlib
import math
import random
import signal
import threading
import time
import uuid
import xmlrpc.client
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

import psutil

from .server import connect

YES, NO, UNKNOWN = "yes", "no", "unknown"
REFUSED = (2, 3, 4)  # codes of Odoo's answers that are a sentence for the user
# what an answer says when its transaction was torn away
TORN = (
    "AdminShutdown",
    "connection already closed",
    "cursor already closed",
    "server closed the connection",
    "terminating connection",
    "could not serialize",
    "SerializationFailure",
    "Unable to use a closed cursor",
)
PATIENCE = 180  # seconds a client waits for a server that is started again
RETRIES = 20  # times a client sends the same again before it gives up


@dataclass
class Command:
    """One command: what was sent, and the last that was heard of it."""

    model: str
    method: str
    arguments: tuple
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    answer: str = UNKNOWN
    result: object = None
    words: str = ""


class Client(threading.Thread):
    """Sends random commands, one after the other, and keeps their history.

    :param server: a running :class:`.server.Server`
    :param accounts: ids of the key accounts to work on
    :param count: how many commands
    :param seed: of the random choices
    """

    def __init__(self, server, accounts, count, seed):
        super().__init__(daemon=True)
        self.server = server
        self.accounts = accounts
        self.count = count
        self.random = random.Random(seed)
        self.history = []
        self.needs = []

    def run(self):
        for _n in range(self.count):
            command = self.invent()
            self.history.append(command)
            self.send(command)

    def invent(self):
        """Return a command whose outcome is one event, or a refusal."""
        name = f"{self.name} {len(self.history)} 'é漢"
        choices = [self.create_need, self.write_account]
        if self.needs:
            choices += [self.write_need, self.close_need]
        return self.random.choice(choices)(name)

    def create_need(self, name):
        vals = {"account_id": self.random.choice(self.accounts), "name": name}
        return Command("kam.need", "kam_create", ([vals],))

    def write_account(self, name):
        """Everybody writes these: the streams are contended."""
        account = self.random.choice(self.accounts)
        return Command("kam.account", "kam_write", ([account], {"openings": name}))

    def write_need(self, name):
        need = self.random.choice(self.needs)
        return Command("kam.need", "kam_write", ([need], {"note": name}))

    def close_need(self, _name):
        need = self.random.choice(self.needs)
        return Command("kam.need", self.random.choice(("meet", "reopen")), ([need],))

    def send(self, command):
        """Send until the outcome is known; one in three is left as it is."""
        for _attempt in range(RETRIES):
            self.send_once(command)
            end = time.monotonic() + PATIENCE
            while "Connection refused" in command.words and time.monotonic() < end:
                time.sleep(0.2)  # it is being started again
                self.send_once(command)
            if command.answer != UNKNOWN or not self.random.randrange(3):
                return
            time.sleep(self.random.random())

    def send_once(self, command):
        command.words = ""
        try:
            command.result = self.server.call(
                command.model,
                command.method,
                *command.arguments,
                command_id=command.id,
            )
        except xmlrpc.client.Fault as fault:
            command.words = fault.faultString
            if fault.faultCode in REFUSED:
                command.answer = NO
            elif not any(word in fault.faultString for word in TORN):
                command.answer = NO
                command.result = "an internal error"
        except (OSError, xmlrpc.client.Error) as error:
            command.words = repr(error)
        except Exception as error:  # noqa: BLE001  # a half answer may be anything
            command.words = repr(error)
        else:
            command.answer = YES
            if command.method == "kam_create":
                self.needs += command.result


class Nemesis(threading.Thread):
    """Kills a worker, a backend of PostgreSQL or the whole server, now and then.

    It starts the server again, also when that gave up by itself: Odoo's first process
    ends when its own connection is cut at the wrong moment, and a service manager is
    what starts it again.

    :param clients: the clients; the kills are spread over their commands
    :param kills: how many
    """

    def __init__(self, server, clients, kills, seed):
        super().__init__(daemon=True)
        self.server = server
        self.clients = clients
        self.kills = kills
        self.random = random.Random(seed)
        self.done = Counter()
        self.gave_up = 0

    def run(self):
        total = sum(client.count for client in self.clients)
        for number in range(self.kills):
            self.wait_for(total * (number + 1) // (self.kills + 1))
            time.sleep(self.random.random() / 20)
            # every tenth takes the server itself, beginning with the third
            kind = "server" if number % 10 == 2 else self.random.choice(KINDS)
            while not getattr(self, f"kill_{kind}")():
                time.sleep(0.05)  # there was nothing to kill at that moment
                self.supervise()
            self.done[kind] += 1
        self.wait_for(math.inf)

    def wait_for(self, commands):
        """Wait until so many commands were sent, or nobody sends any more."""
        while sum(len(client.history) for client in self.clients) < commands and any(
            client.is_alive() for client in self.clients
        ):
            time.sleep(0.01)
            self.supervise()

    def supervise(self):
        """Start the server again when it gave up by itself."""
        if self.server.process.poll() is not None:
            self.gave_up += 1
            self.start_server()

    def start_server(self):
        """Start the server; a start that fails is tried again."""
        for _attempt in range(5):
            with contextlib.suppress(TimeoutError):
                return self.server.start()
        raise TimeoutError("the server does not start any more")

    def kill_backend(self):
        """End a connection of Odoo's, one at work if there is any."""
        with closing(connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = %s AND backend_type = 'client backend'
                    ORDER BY state = 'idle', random() LIMIT 1""",
                [self.server.database],
            )
            return cursor.fetchone()

    def kill_worker(self):
        """Kill one of the server's processes; the server starts another."""
        with contextlib.suppress(psutil.NoSuchProcess):
            workers = psutil.Process(self.server.process.pid).children()
            if workers:
                self.random.choice(workers).send_signal(signal.SIGKILL)
                return True
        return False

    def kill_server(self):
        """Kill the server with all its processes, and start it again."""
        kill_tree(self.server.process.pid)
        self.server.process.wait()
        self.start_server()
        return True


KINDS = ("backend", "worker")


def kill_tree(pid):
    """Kill a process and what it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)


def events_by_command(database):
    """Return {command id: number of its events} of the whole log."""
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """SELECT command_id::text, count(*) FROM kam_es.event
                WHERE command_id IS NOT NULL GROUP BY 1"""
        )
        return dict(cursor.fetchall())


def wrong_outcomes(history, events):
    """Return the commands whose events do not fit what their client heard.

    :param history: the :class:`Command` of all clients
    :param events: as of :func:`events_by_command`
    """
    allowed = {YES: (1,), NO: (0,), UNKNOWN: (0, 1)}
    known = {command.id for command in history}
    wrong = [
        (command, events.get(command.id, 0))
        for command in history
        if events.get(command.id, 0) not in allowed[command.answer]
    ]
    return wrong, [one for one in events if one not in known]
