"""setup/long faults: many commands of many clients, and many sudden deaths."""

import argparse
import os

from . import prepare, suite
from .places import State
from .progress import Progress
from .verdict import closing_line

TEST = "tests/odoo/test_faults.py"


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="setup/long faults",
        description="Eight clients send random commands to a real server while its"
        " workers, its database connections and the server itself are killed. Every"
        " answer is then compared with the log.",
    )
    parser.add_argument("--commands", type=int, default=10_000, help="(10000)")
    parser.add_argument("--kills", type=int, default=100, help="(100)")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices (1)")
    options = parser.parse_args(arguments)
    if not 3 <= options.kills <= options.commands:
        parser.error("--kills is at least 3, and not more than --commands")
    return options


def main(arguments):
    """Run the history; fail when an answer and the log disagree."""
    for name, value in vars(parse(arguments)).items():
        os.environ[f"KAM_FAULT_{name.upper()}"] = str(value)
    state, progress = State(), Progress(prepare.STEPS["test"])
    environment, template = suite.get_ready(state, progress)
    verdict = suite.run_odoo(state, environment, template, [TEST, "-s"])
    print(verdict.text())
    print(closing_line([verdict]))
    return 0 if verdict.passed and not verdict.failures else 1
