"""The virtual environment: every package by exact version and hash."""

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from . import apt, processes
from .places import SETUP

WHEELS = Path("/usr/share/python-wheels")
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
# OCA's packages require `odoo`, which is on no index: tell pip that it is here.
METADATA = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
ODOO_SCRIPT = """\
import odoo.cli

odoo.cli.main()
"""


def site_packages(state):
    """Return the folder that this environment's packages are in."""
    version = "python{}.{}".format(*sys.version_info[:2])
    return state.venv / "lib" / version / "site-packages"


def stamp(state, kind):
    """Return (file, text) that say: these packages are all installed."""
    lock = (SETUP / LOCKS[kind]).read_bytes()
    text = hashlib.sha256(lock + f"{sys.version}{state.venv}".encode()).hexdigest()
    return state.venv / f"kam-{kind}.stamp", text


def is_ready(state, kind):
    """Tell whether the packages of that kind are installed, all of them."""
    file, text = stamp(state, kind)
    return state.python.exists() and file.is_file() and file.read_text() == text


def obtain(state, progress):
    """Make the environment that runs Odoo."""
    if is_ready(state, "run"):
        return
    shutil.rmtree(state.venv, ignore_errors=True)
    create(state, progress)
    pretend_odoo(state)
    install(state, "run", progress)


def obtain_dev(state, progress):
    """Add what the tests and the checks need."""
    if not is_ready(state, "dev"):
        install(state, "dev", progress)


def create(state, progress):
    """Make an empty environment, also where Debian's python3-venv is missing."""
    whole = importlib.util.find_spec("ensurepip") is not None
    processes.run(
        "making the virtual environment",
        [
            sys.executable,
            "-m",
            "venv",
            *([] if whole else ["--without-pip"]),
            state.venv,
        ],
        progress,
        state.log("venv"),
    )
    if not whole:
        install_pip(state, progress)


def install_pip(state, progress):
    """Install pip from the wheel that Debian packages."""
    folder = state.folder / "pip.part"
    shutil.rmtree(folder, ignore_errors=True)
    wheels = sorted(WHEELS.glob("pip-*.whl"))
    if not wheels:
        private = apt.PrivateApt(folder / "apt", state.log("apt-pip"))
        private.update(progress)
        private.download(["python3-pip-whl"], folder / "debs", progress)
        debs = list((folder / "debs").glob("*.deb"))
        apt.unpack(debs, folder / "root", progress, state.log("unpack-pip"))
        inside = folder / "root" / WHEELS.relative_to("/")
        wheels = sorted(inside.glob("pip-*.whl"))
    processes.run(
        "installing pip",
        [
            state.python,
            "-m",
            "pip",
            "install",
            "--no-index",
            "--find-links",
            wheels[-1].parent,
            "pip",
        ],
        progress,
        state.log("pip-itself"),
        env={**os.environ, "PYTHONPATH": str(wheels[-1])},
    )
    shutil.rmtree(folder, ignore_errors=True)


def install(state, kind, progress):
    """Install one lock; the stamp is written last."""
    processes.run(
        "installing the Python packages",
        [
            state.python,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--prefer-binary",
            "--require-hashes",
            "--no-input",
            "--progress-bar=off",
            "-r",
            SETUP / LOCKS[kind],
        ],
        progress,
        state.log(f"pip-{kind}"),
    )
    file, text = stamp(state, kind)
    file.write_text(text)


def pretend_odoo(state):
    """Tell pip that Odoo 19.0 is installed."""
    info = site_packages(state) / "odoo-19.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(METADATA)
    (info / "INSTALLER").write_text("setup\n")
    (info / "RECORD").write_text("")


def point_at(state, tree):
    """Make this environment import that Odoo."""
    path = site_packages(state) / "odoo_tree.pth"
    text = f"{tree.root}\n"
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)
    # Not `python -m odoo`: its gevent process could not start itself again.
    script = state.venv / "bin" / "odoo"
    if not script.is_file():
        script.write_text(f"#!{state.python}\n{ODOO_SCRIPT}")
        script.chmod(0o755)
