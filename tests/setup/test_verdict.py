"""What counts as passed, failed and skipped."""

import pytest
from kamsetup import long_suites, odoo_lint, suite
from kamsetup.verdict import Verdict, closing_line, read_junit

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="x"/></testcase>
<testcase classname="a" name="bad"><error message="in its tear-down"/></testcase>
<testcase classname="a" name="broken"><error message="x"/></testcase>
<testcase classname="a" name="data"><skipped type="pytest.skip"
 message="../shared/data/online-retail.csv.xz is not here"/></testcase>
<testcase classname="a" name="http"><skipped type="pytest.skip"
 message="Chrome executable not found"/></testcase>
</testsuite></testsuites>"""
LINT = """
ERROR db odoo.addons.test_lint.tests.x: FAIL: Subtest Linter.test_a (module='other')
ERROR db odoo.addons.test_lint.tests.x: FAIL: Subtest Linter.test_a (module='{ours}')
ERROR db odoo.tests.result: {failed} failed, 0 error(s) of 5 tests when loading 'db'
"""


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(REPORT)
    return path


def test_a_skip_that_hides_something_is_a_failure(report):
    verdict = read_junit("all", report, 1, 2.0)
    assert (verdict.passed, verdict.skipped) == (1, 1)
    assert verdict.failures == [
        "a::bad",
        "a::broken",
        "a::http was skipped: Chrome executable not found",
    ]


def test_pytest_that_ran_nothing_fails(tmp_path):
    missing = read_junit("all", tmp_path / "none.xml", 4, 0.0)
    assert missing.failures == ["pytest ended with 4 before it ran a test"]
    (tmp_path / "empty.xml").write_text("<testsuites/>")
    empty = read_junit("all", tmp_path / "empty.xml", 5, 0.0)
    assert empty.failures == ["pytest found no test"]


def test_closing_line():
    parts = [Verdict("a", 3, ["x"]), Verdict("b", 4, [], 2)]
    assert closing_line(parts) == "7 passed, 1 failed, 2 skipped"
    assert closing_line(parts[:1]) == "3 passed, 1 failed"


def test_lint_of_other_modules_is_not_ours():
    text = LINT.format(ours="another", failed=2)
    assert odoo_lint.read(text) == (5, [])
    text = LINT.format(ours="kam_management", failed=2)
    assert odoo_lint.read(text) == (
        4,
        ["Linter.test_a (module='kam_management')"],
    )


def test_lint_failures_without_a_name_still_count():
    text = LINT.format(ours="another", failed=3)
    assert odoo_lint.read(text)[1] == ["1 of unknown name"]
    assert odoo_lint.read("nothing ran") is None


def test_failing_tests_of_odoo_have_names():
    text = (
        "ERROR db odoo.addons.sale.tests.test_a: FAIL: TestA.test_one\n"
        "ERROR db odoo.addons.sale.tests.test_a: ERROR: Subtest TestA.test_two (<x>)\n"
    )
    assert long_suites.failing(text) == {
        "sale.tests.test_a: TestA.test_one",
        "sale.tests.test_a: TestA.test_two",
    }


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["tests/core"], False),
        (["tests/core/test_money.py::test_x", "-k", "word"], False),
        (["tests/setup", "tests/core"], False),
        (["tests/core", "tests/odoo"], True),
        (["kam_management/tests"], True),
        (["tests"], True),
        (["tests/neighbours/test_deliveries.py"], True),
        (["-k", "word"], True),
    ],
)
def test_which_tests_need_a_database(arguments, needed):
    assert suite.needs_database(arguments) is needed


def test_only_tests_beside_others_install_the_others():
    assert suite.needs_neighbours(["tests/neighbours/test_deliveries.py", "-k", "x"])
    assert not suite.needs_neighbours(["kam_management/tests", "-k", "neighbours"])
    assert "tests/neighbours" not in suite.plain_folders()
    assert "tests/neighbours" not in suite.odoo_folders()


def test_hooks_of_pre_commit_are_read():
    text = (
        "ruff check.......................Passed\n"
        "pylint-odoo......................Failed\n- hook id: pylint-odoo\n"
        "eslint.......(no files to check)Skipped\n"
    )
    assert suite.HOOK.findall(text) == [
        ("ruff check", "Passed"),
        ("pylint-odoo", "Failed"),
        ("eslint", "Skipped"),
    ]
