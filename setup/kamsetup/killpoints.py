"""setup/long killpoints: the connection is cut between every two statements."""

import argparse
import os

from . import prepare, suite
from .places import State
from .progress import Progress
from .verdict import closing_line

TEST = "tests/odoo/test_kill_points.py"


def main(arguments):
    """Cut at every point, print the list; fail when anything half done was left."""
    parser = argparse.ArgumentParser(
        prog="setup/long killpoints",
        description="End the database connection before each statement of an append, a"
        " posting, a projection, a rebuild, a close, a seal and genesis, and before the"
        " commit; after each: nothing is kept, and the same again gives the same.",
    )
    parser.add_argument("operation", nargs="?", help="only these, such as genesis")
    only = parser.parse_args(arguments).operation
    os.environ["KAM_KILL_POINTS"] = "all"
    state, progress = State(), Progress(prepare.STEPS["test"])
    environment, template = suite.get_ready(state, progress)
    verdict = suite.run_odoo(
        state, environment, template, [TEST, "-s", *(["-k", only] if only else [])]
    )
    print(verdict.text())
    print(closing_line([verdict]))
    return 0 if verdict.passed and not verdict.failures else 1
