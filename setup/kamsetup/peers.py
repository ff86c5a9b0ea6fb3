"""Addons of others for the same work, in a folder of their own.

The benchmark runs them beside ours, and tests in tests/neighbours compare the figures.
Nothing of ours requires them: where they cannot be fetched, both go on without.
"""

import hashlib
import shutil

from . import processes
from .errors import SetupError
from .places import SETUP

LOCK = SETUP / "requirements-peers.txt"
# what is installed of them in a database
RECEIVABLES = ("account_financial_report", "partner_statement")


def folder(state):
    """Return where this lock's packages are, or will be."""
    stamp = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    return state.folder / f"peers-{stamp}"


def obtain(state, progress):
    """Fetch them once; return the folder of the addons, None where that fails."""
    found = folder(state)
    if not found.is_dir():
        part = found.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        try:
            processes.run(
                "fetching other people's addons",
                _pip(state, part),
                progress,
                state.log("pip-peers"),
            )
        except SetupError as error:
            progress.line(f"Without other people's addons: {error}")
            return None
        part.rename(found)
    return found / "odoo" / "addons"


def _pip(state, target):
    return [
        *(state.python, "-m", "pip", "install", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--no-input", "--progress-bar=off"),
        *("--target", target, "-r", LOCK),
    ]
