"""setup/tool: one program of the locked environment."""

import os
import sys

from . import node, prepare, programs, venv
from .errors import SetupError
from .places import State, our_addons
from .progress import Progress

PYTHON = {
    "coverage": ["-m", "coverage"],
    "pre-commit": ["-m", "pre_commit"],
    "pylint": ["-m", "pylint"],
    "pytest": ["-m", "pytest"],
    "python": [],
    "ruff": ["-m", "ruff"],
}
RUNS_ODOO = ("odoo", "python")
NODE = {
    "eslint": "eslint/bin/eslint.js",
    "prettier": "prettier/bin/prettier.cjs",
}
USAGE = f"""setup/tool PROGRAM [ARGUMENTS]
Run a program of the set-up's own environment: {", ".join([*PYTHON, *NODE])};
pylint-odoo (pylint on both addons); or odoo, on the demo's database while setup/demo
runs, such as setup/tool odoo shell."""


def command(state, arguments):
    """Return the command line of a tool."""
    name, *rest = arguments
    if name == "pylint-odoo":
        return [str(state.python), "-m", "pylint", "--rcfile=.pylintrc", *our_addons()]
    if name == "odoo":
        return odoo_command(state, rest)
    if name in PYTHON:
        return [str(state.python), *PYTHON[name], *rest]
    if name in NODE:
        program = state.node / "node_modules" / NODE[name]
        node_program = node.node_folder(state) / "bin" / "node"
        return [str(node_program), str(program), *rest]
    raise SetupError(f"there is no tool {name}", USAGE.replace("\n", " "))


def odoo_command(state, arguments):
    """Return the command line of odoo-bin, with the demo's configuration."""
    conf = state.conf("demo")
    if not conf.is_file():
        raise SetupError("there is no demo database yet", "Run setup/demo first")
    if arguments and "-c" not in arguments:
        arguments = [*arguments, "-c", str(conf)]
    return [str(state.python), str(state.venv / "bin" / "odoo"), *arguments]


def environment(state):
    """Return the environment that tools run in."""
    found = node.environment(state)
    own = os.pathsep.join([str(state.venv / "bin"), found["PATH"]])
    own = os.pathsep.join([own, programs.path(state)])
    return {**found, "PATH": own, "PRE_COMMIT_HOME": str(state.folder / "pre-commit")}


def is_ready(state, name):
    """Tell whether the tool is there: the usual case, which takes no lock."""
    if name in RUNS_ODOO:
        return venv.is_ready(state, "run")
    ready = venv.is_ready(state, "run") and venv.is_ready(state, "dev")
    return ready and (name in PYTHON or node.is_ready(state))


def get_ready(state):
    """Have everything that any of the tools needs."""
    progress = Progress(prepare.STEPS["tool"])
    with prepare.alone(state, progress):
        prepare.packages(state, progress, dev=True)
        with progress.step("Checks for JavaScript"):
            node.obtain(state, progress)


def main(arguments):
    """Become the program."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0
    state = State()
    if not is_ready(state, arguments[0]):
        get_ready(state)
    line = command(state, arguments)
    sys.stdout.flush()
    return os.execve(line[0], line, environment(state))  # noqa: S606 (no shell wanted)
