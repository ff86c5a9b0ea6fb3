"""What came of a part of the tests, and the line that sums all up."""

from dataclasses import dataclass, field
from xml.etree import ElementTree  # our own reports

# The one reason to skip a test: the real data is not part of the repository.
MAY_BE_ABSENT = "shared/data"
NOTHING_COLLECTED = 5


@dataclass
class Verdict:
    """The figures of one part."""

    part: str
    passed: int = 0
    failures: list = field(default_factory=list)
    skipped: int = 0
    seconds: float = 0.0

    def text(self):
        """Return the part's own lines."""
        counts = f"{self.passed} passed, {len(self.failures)} failed"
        if self.skipped:
            counts += f", {self.skipped} skipped: ../{MAY_BE_ABSENT} is not here"
        lines = [f"{self.part} ({self.seconds:.0f} s): {counts}"]
        return "\n".join([*lines, *(f"    failed: {name}" for name in self.failures)])


def read_junit(part, report, code, seconds):
    """Return the verdict of a pytest run from its report.

    A test that was skipped for any other reason than absent data counts as failed:
    a browser or a server that is missing must not look like success.
    """
    verdict = Verdict(part, seconds=seconds)
    if not report.is_file():
        verdict.failures.append(f"pytest ended with {code} before it ran a test")
        return verdict
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        judge(case, verdict)
    if code and not verdict.failures:
        why = "found no test" if code == NOTHING_COLLECTED else f"ended with {code}"
        verdict.failures.append(f"pytest {why}")
    return verdict


def judge(case, verdict):
    """Count one test."""
    name = f"{case.get('classname')}::{case.get('name')}"
    skip = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        if name not in verdict.failures:  # once, also when its tear-down failed too
            verdict.failures.append(name)
    elif skip is None:
        verdict.passed += 1
    elif skip.get("type") == "pytest.xfail" or MAY_BE_ABSENT in skip.get("message", ""):
        verdict.skipped += 1
    else:
        verdict.failures.append(f"{name} was skipped: {skip.get('message')}")


def closing_line(verdicts):
    """Return the sum of all parts on one line."""
    line = (
        f"{sum(verdict.passed for verdict in verdicts)} passed,"
        f" {sum(len(verdict.failures) for verdict in verdicts)} failed"
    )
    skipped = sum(verdict.skipped for verdict in verdicts)
    return f"{line}, {skipped} skipped" if skipped else line
