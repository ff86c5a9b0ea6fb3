"""setup/test: every test and check, or those that are named."""

import argparse
import contextlib
import os
import re
import subprocess
import time
from pathlib import Path

from . import machine, odoo_lint, peers, prepare, tool
from .errors import SetupError
from .places import ROOT, State, our_addons
from .progress import Progress
from .verdict import Verdict, closing_line, read_junit

WITH_ODOO = "tests/odoo"
BESIDE = "tests/neighbours"
SAMPLE = "tests/sample_addon"  # an addon: a test in tests/odoo runs its tests
# Odoo's own addons that ours work with where they are installed, and never require
NEIGHBOURS = ("hr_holidays", "sale_stock")
HOOK = re.compile(r"^(.*?)\.{3,}(?:\(.*\))?(Passed|Failed|Skipped)$", re.MULTILINE)


def parse(arguments):
    """Split the command line into ours and pytest's."""
    parser = argparse.ArgumentParser(
        prog="setup/test",
        usage="setup/test [pytest arguments]",
        description="Without arguments: all tests and checks (core, set-up, addons,"
        " browser, Odoo's lint, pre-commit). With arguments, which go to pytest as they"
        " are: only those, such as setup/test kam_management/tests/test_x.py -k word."
        f" Those in {BESIDE} need {' and '.join(NEIGHBOURS)}, which are installed for"
        " them; setup/long neighbours runs them all.",
    )
    return parser.parse_known_args(arguments)[1]


def has_tests(folder):
    """Tell whether there is a test in this folder of the checkout."""
    return any((ROOT / folder).glob("**/test_*.py"))


def plain_folders():
    """Return the folders of tests that need no database: all in tests/ but three."""
    folders = sorted(f"tests/{path.name}" for path in (ROOT / "tests").iterdir())
    with_odoo = (WITH_ODOO, BESIDE, SAMPLE)
    return [name for name in folders if name not in with_odoo and has_tests(name)]


def odoo_folders():
    """Return the folders of tests that need one."""
    names = [WITH_ODOO, *(f"{addon}/tests" for addon in our_addons())]
    return [name for name in names if has_tests(name)]


def named_paths(arguments):
    """Return the paths, from the checkout on, among pytest's arguments."""
    named = [word.split("::")[0] for word in arguments]
    paths = [Path(os.path.relpath(ROOT / word, ROOT)) for word in named if word]
    return [path for path in paths if (ROOT / path).exists()]


def needs_database(arguments):
    """Tell whether any of the named tests needs a database."""
    with_database = (("tests",), Path(WITH_ODOO).parts, Path(BESIDE).parts)
    paths = named_paths(arguments)
    return not paths or any(
        path.parts[:1] != ("tests",) or path.parts[:2] in with_database
        for path in paths
    )


def needs_neighbours(arguments):
    """Tell whether any of the named tests needs Odoo's addons beside ours."""
    beside = Path(BESIDE).parts
    return any(path.parts[:2] == beside for path in named_paths(arguments))


def pytest(state, name, arguments, environment):
    """Run pytest, and return its verdict from the report it writes."""
    # of this run alone: checkouts may share a state folder
    report = state.folder / "reports" / f"{name}-{os.getpid()}.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    began = time.monotonic()
    code = subprocess.call(
        [
            str(state.python),
            "-m",
            "pytest",
            "-ra",
            f"--junitxml={report}",
            "-o",
            f"cache_dir={state.folder / 'pytest_cache'}",
            *arguments,
        ],
        cwd=ROOT,
        env=environment,
    )
    verdict = read_junit(name, report, code, time.monotonic() - began)
    report.unlink(missing_ok=True)
    return verdict


def run_plain(state, arguments=()):
    """Run tests that need no database."""
    environment = {key: text for key, text in os.environ.items() if key != "ODOO_RC"}
    return pytest(state, "core and set-up", arguments or plain_folders(), environment)


@contextlib.contextmanager
def clone(environment, template):
    """Give a test run a database of its own."""
    name = f"kam_run_{os.getpid()}"
    environment.databases.clone(template, name)
    try:
        yield name
    finally:
        environment.databases.drop(name)


def run_odoo(state, environment, template, arguments=(), beside=None):
    """Run tests in an Odoo with a clone of the template, HTTP server and all.

    :param beside: Progress to show while Odoo's addons are installed beside ours
    """
    with clone(environment, template) as database:
        more = neighbours(environment, database, beside) if beside else {}
        port = machine.free_port()
        conf = environment.odoo.write_conf(
            database,
            database,
            http_port=port,
            gevent_port=port + 1,
            max_cron_threads=0,
            **more,
        )
        try:
            return pytest(
                state,
                "addons and browser",
                [
                    f"--odoo-config={conf}",
                    "--odoo-http",
                    "--odoo-log-level=warn",
                    *list(arguments or odoo_folders()),
                ],
                environment.odoo.environment(careless=True),
            )
        finally:
            conf.unlink(missing_ok=True)


def neighbours(environment, database, progress):
    """Install other addons beside ours; return what the configuration needs for it."""
    state = environment.odoo.state
    theirs = peers.obtain(state, progress)
    modules = [*NEIGHBOURS, *(peers.RECEIVABLES if theirs else ())]
    paths = [*environment.tree.addons_paths, ROOT, *([theirs] if theirs else [])]
    more = {"addons_path": ",".join(map(str, paths))}
    environment.odoo.run(
        "installing modules",
        database,
        progress,
        *("-i", ",".join(modules), "--addons-path", more["addons_path"]),
    )
    return more


def run_lint(environment, template, progress):
    """Run Odoo's own lint with our addons in view."""
    began = time.monotonic()
    with clone(environment, template) as database:
        passed, failures = odoo_lint.run(environment.odoo, database, progress)
    seconds = time.monotonic() - began
    return Verdict("Odoo's lint", passed, failures, seconds=seconds)


def run_checks(state):
    """Run pre-commit on every file; a hook is a test."""
    if not prepare.git_files():
        raise SetupError(
            "the checks read the list of files from git, and this is no git checkout",
            "Clone the repository with git, and run it again",
        )
    began = time.monotonic()
    process = subprocess.run(
        tool.command(state, ["pre-commit", "run", "--all-files", "--color=never"]),
        cwd=ROOT,
        env=tool.environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(process.stdout)
    hooks = HOOK.findall(process.stdout)
    failures = [name for name, result in hooks if result == "Failed"]
    if process.returncode and not failures:
        failures = ["pre-commit itself"]
    passed = sum(result == "Passed" for _, result in hooks)
    return Verdict("checks", passed, failures, seconds=time.monotonic() - began)


def get_ready(state, progress, *, database=True):
    """Have everything the tests need; return it with the template's name."""
    with prepare.alone(state, progress):
        tree = prepare.packages(state, progress, dev=True)
        if not database:
            return None, None
        prepare.test_programs(state, progress)
        environment = prepare.server(state, progress, tree)
        prepare.drop_left_over_runs(environment.databases, state)
    with (
        prepare.alone_here(state, progress),
        progress.step("Test database: Odoo with our addons"),
    ):
        template = prepare.template(environment, progress)
    return environment, template


def run_all(state):
    """Run everything; each part runs whatever the others came to."""
    progress = Progress(prepare.STEPS["test"])
    environment, template = get_ready(state, progress)
    verdicts = [run_plain(state)]
    if odoo_folders():
        verdicts.append(run_odoo(state, environment, template))
    if our_addons():
        verdicts.append(run_lint(environment, template, progress))
    verdicts.append(run_checks(state))
    return verdicts


def run_named(state, arguments):
    """Run what was asked for."""
    database = needs_database(arguments)
    progress = Progress(prepare.STEPS["test" if database else "plain"])
    environment, template = get_ready(state, progress, database=database)
    if database:
        beside = progress if needs_neighbours(arguments) else None
        return [run_odoo(state, environment, template, arguments, beside)]
    return [run_plain(state, arguments)]


def main(arguments):
    """Run the tests, say what came of each part, and fail on any failure."""
    arguments = parse(arguments)
    state = State()
    verdicts = run_named(state, arguments) if arguments else run_all(state)
    for verdict in verdicts:
        print(verdict.text())
    print(closing_line(verdicts))
    passed = sum(verdict.passed for verdict in verdicts)
    failed = sum(len(verdict.failures) for verdict in verdicts)
    return 1 if failed or not passed else 0
