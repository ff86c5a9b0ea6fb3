"""Run one command and turn every expected trouble into one line."""

import importlib
import os
import signal
import sys

from .errors import SetupError

COMMANDS = {
    "demo": "kamsetup.demo",
    "test": "kamsetup.suite",
    "long": "kamsetup.long_suites",
    "tool": "kamsetup.tool",
    "bench": "kambench.command",
}


def main(name, arguments):
    """Return the exit code of the command."""
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return importlib.import_module(COMMANDS[name]).main(arguments)
    except SetupError as error:
        print(f"setup/{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nsetup/{name}: stopped. Run it again to go on.", file=sys.stderr)
        return 130
