"""Databases and their filestores.

A database appears under its final name only when it is complete: whatever has
that name is ready, and what was begun under another name is begun again.
"""

import os
import shutil

from . import processes
from .errors import SetupError


class Databases:
    """The databases of the private cluster."""

    def __init__(self, cluster, state):
        self.cluster = cluster
        self.filestores = state.data / "filestore"

    def sql(self, query, database="postgres"):
        """Run one statement; return its rows as text, one a line."""
        code, text = processes.output_of(
            [
                self.cluster.programs.folder / "psql",
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                database,
                "-c",
                query,
            ],
            env=self.cluster.environment(),
        )
        if code:
            raise SetupError(f"PostgreSQL refused: {text}", "Run it again")
        return text

    def names(self):
        """Return the names of all databases."""
        return set(self.sql("SELECT datname FROM pg_database").splitlines())

    def drop(self, name):
        """Remove a database and its files, whoever is connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.filestores / name, ignore_errors=True)

    def clone(self, source, target):
        """Make a copy; the files are shared by hard links, as Odoo never edits one."""
        self.drop(target)
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        if (self.filestores / source).is_dir():
            shutil.copytree(
                self.filestores / source,
                self.filestores / target,
                copy_function=os.link,
            )

    def build(self, name, make):
        """Have `make` build a database under another name, then give it its own."""
        if name in self.names():
            return
        part = f"{name}_part"
        self.drop(part)
        make(part)
        self.sql("CHECKPOINT")  # it was built without waiting for the disk
        shutil.rmtree(self.filestores / name, ignore_errors=True)
        if (self.filestores / part).is_dir():
            (self.filestores / part).rename(self.filestores / name)
        self.sql(f'ALTER DATABASE "{part}" RENAME TO "{name}"')

    def note(self, name):
        """Return what `set_note` wrote beside the database."""
        rows = self.sql(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
        )
        return dict(row.split("|", 1) for row in rows.splitlines()).get(name)

    def set_note(self, name, text):
        """Write a line beside the database; it lives and dies with it."""
        self.sql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")
