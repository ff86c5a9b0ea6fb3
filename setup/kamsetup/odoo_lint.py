"""Odoo's own lint (the module test_lint), with our addons in view."""

import re

from .errors import SetupError

TAGS = (
    "/test_lint:TestIndex",
    "/test_lint:TestNaming",
    "/test_lint:RoutesLinter",
    "/test_lint:ManifestLinter",
    "/test_lint:TestTestHoles",
)
SUM = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
FAILED = re.compile(r"(?:FAIL|ERROR): (\w+\.\w+)")


def read(output):
    """Return (passed, failures) from the server's output, or None without a sum."""
    sums = SUM.findall(output)
    if not sums:
        return None
    failed = sum(int(count) + int(errors) for count, errors, _ in sums)
    total = sum(int(tests) for *_, tests in sums)
    names = sorted(set(FAILED.findall(output)))
    names += [f"{failed - len(names)} more"] if failed > len(names) else []
    return total - failed, names


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
    print("\n".join(line for line in text.splitlines() if "FAIL:" in line))
    return read(text) or (0, [f"no test of Odoo's lint ran: {log}"])
