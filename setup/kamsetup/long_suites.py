"""setup/long: Odoo's own test suites, without our addons and with them.

Some of Odoo's own tests fail on a given machine whatever we do; what counts is the
difference. And our own tests beside addons of Odoo that ours work with where they are
installed, and never require.
"""

import argparse
import re
import time

from . import (
    faults,
    killpoints,
    long_history,
    long_sheets,
    machine,
    odoo_lint,
    prepare,
    suite,
)
from .errors import SetupError
from .places import State, our_addons
from .progress import Progress
from .verdict import Verdict, closing_line

SUITES = (
    "account",
    "calendar",
    "crm",
    "phone_validation",
    "portal",
    "sale",
    "sale_management",
)
OURS = "neighbours"
FAILED = re.compile(
    r"odoo\.addons\.([\w.]+): (?:FAIL|ERROR): (?:Subtest )?([\w.]+)", re.MULTILINE
)


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="setup/long",
        description="Run the test suites of Odoo's own modules, first without our"
        " addons, then with them, and print what fails only with them; and our tests"
        f" beside {' and '.join(suite.NEIGHBOURS)} (“neighbours”). All"
        " together take some hours on two cores. See also setup/long faults --help"
        " and setup/long killpoints --help.",
    )
    parser.add_argument(
        "modules",
        nargs="*",
        metavar="module",
        help="which suites, or a class of tests alone, as account:TestAccountPayment;"
        " or history: settlements tied to the ledger over the whole loaded history,"
        " or sheets: a workbook of more rows than a tab has"
        f" (default: {OURS} {' '.join(SUITES)})",
    )
    modules = parser.parse_args(arguments).modules or [OURS, *SUITES]
    for name in modules:
        if not all(map(str.isidentifier, name.split(":"))) or name.count(":") > 1:
            parser.error(
                f"{name} is no name of an Odoo module, such as sale, nor of a class in"
                " one, such as account:TestAccountPayment"
            )
    return modules


def update(modules):
    """Return what makes the server run all tests of whole modules.

    Tests of an installation run while their module is updated. A class that is named
    needs none: what concerns payments and entries runs when all is installed.
    """
    whole = [name for name in modules if ":" not in name]
    return ("-u", ",".join(whole)) if whole else ()


def failing(output):
    """Return the names of the tests that failed, from the server's output."""
    return {f"{module}: {test}" for module, test in FAILED.findall(output)}


def run_suites(odoo, database, modules, progress):
    """Run the suites in a database; return (number of tests, names that failed)."""
    port = machine.free_port()
    log = odoo.state.log(f"odoo-{database}")
    try:
        odoo.run(
            "Odoo's own tests",
            database,
            progress,
            *update(modules),
            *("--test-tags", ",".join(f"/{name}" for name in modules)),
            *("--http-port", port, "--gevent-port", port + 1),
            http=True,
        )
    except SetupError:
        if not odoo_lint.SUM.search(log.read_text(encoding="utf-8")):
            raise
    text = log.read_text(encoding="utf-8")
    tests = sum(int(found[2]) for found in odoo_lint.SUM.findall(text))
    if not tests:
        raise SetupError(f"none of {', '.join(modules)} has tests", f"See {log}")
    return tests, failing(text)


def compare(environment, template, modules, progress):
    """Run the suites twice, and return the verdict on what our addons change."""
    began = time.monotonic()
    results = []
    for title, source in (("without", environment.base), ("with", template)):
        with (
            progress.step(f"Odoo's own tests {title} our addons"),
            suite.clone(environment, source) as database,
        ):
            results.append(run_suites(environment.odoo, database, modules, progress))
        tests, failed = results[-1]
        print(f"{title} our addons: {tests} tests, {len(failed)} of them fail")
    (_, before), (tests, after) = results
    for name in sorted(before & after):
        print(f"    fails either way: {name}")
    for name in sorted(before - after):
        print(f"    fails only without us: {name}")
    new = sorted(after - before)
    seconds = time.monotonic() - began
    return Verdict("Odoo's own tests", tests - len(after), new, seconds=seconds)


def main(arguments):
    """Fail when a test of Odoo's fails with our addons and not without them."""
    if arguments[:1] == ["faults"]:
        return faults.main(arguments[1:])
    if arguments[:1] == ["killpoints"]:
        return killpoints.main(arguments[1:])
    modules = parse(arguments)
    if modules == ["history"]:
        verdict = long_history.main(State(), Progress(5))
        print(verdict.text())
        print(closing_line([verdict]))
        return 1 if verdict.failures else 0
    if modules == ["sheets"]:
        verdict = long_sheets.main(State(), Progress(1))
        print(verdict.text())
        print(closing_line([verdict]))
        return 1 if verdict.failures else 0
    state, progress = State(), Progress(prepare.STEPS["test"] + 2)
    environment, template = suite.get_ready(state, progress)
    verdicts = []
    if OURS in modules:
        modules.remove(OURS)
        ours = [suite.BESIDE, *(f"{addon}/tests" for addon in our_addons())]
        verdicts.append(suite.run_odoo(state, environment, template, ours, progress))
    if modules:
        verdicts.append(compare(environment, template, modules, progress))
    for verdict in verdicts:
        print(verdict.text())
    print(closing_line(verdicts))
    return 1 if any(verdict.failures for verdict in verdicts) else 0
