"""Odoo's own lint (the module test_lint), with our addons in view."""

import re

from .errors import SetupError
from .places import ADDONS

TAGS = (
    "/test_lint:TestIndex",
    "/test_lint:TestNaming",
    "/test_lint:RoutesLinter",
    "/test_lint:ManifestLinter",
    "/test_lint:TestTestHoles",
)
SUM = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
FAILED = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\w+\.\w+)(.*)")
ABOUT = re.compile(r"module='(\w+)'")


def read(output):
    """Return (passed, failures) from the server's output, or None without a sum.

    A subtest about a module that is not ours (OCA's, say) is not ours to mend.
    """
    sums = SUM.findall(output)
    if not sums:
        return None
    failures, found = set(), FAILED.findall(output)
    failed = sum(int(count) + int(errors) for count, errors, _ in sums)
    if failed > len(found):
        failures.add(f"{failed - len(found)} of unknown name")
    for test, rest in found:
        about = ABOUT.search(rest)
        if not about or about[1] in ADDONS:
            failures.add(test + rest.rstrip())
    spoilt = {test.split()[0] for test in failures}
    total = sum(int(tests) for *_, tests in sums)
    return max(total - len(spoilt), 0), sorted(failures)


def run(odoo, database, progress):
    """Install the lint module in a database that may be spoilt, and run its tests."""
    log = odoo.state.log(f"odoo-{database}")
    try:
        odoo.run(
            "Odoo's lint",
            database,
            progress,
            *("-i", "test_lint", "--test-tags", ",".join(TAGS)),
        )
    except SetupError:
        if read(log.read_text(encoding="utf-8")) is None:
            raise
    text = log.read_text(encoding="utf-8")
    passed, failures = read(text) or (0, [])
    if not passed and not failures:
        failures = [f"no test of Odoo's lint ran: {log}"]
    return passed, failures
