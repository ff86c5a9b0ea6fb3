"""Golden workbooks: as they were when somebody looked, and as LibreOffice reckons."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = _load(HERE / "golden.py")
office = _load(HERE.parents[1] / "kam_management_reports" / "tests" / "office.py")


@pytest.mark.parametrize("name", golden.BOOKS)
def test_a_workbook_is_as_it_was(name):
    kept = golden.FOLDER.joinpath(f"{name}.txt").read_text("utf-8")
    assert golden.dump(golden.written(name)) == kept, (
        "look at it, then: setup/tool python tests/reports/golden.py"
    )


@pytest.mark.parametrize("name", golden.BOOKS)
def test_no_golden_formula_is_without_its_value(name):
    found = office.formulas(golden.written(name))
    assert found or name == "scorecard"
    assert [place for place, (_formula, value) in found.items() if value is None] == []


def test_a_value_that_is_wrong_is_seen():
    content = office.without_values(golden.written("ageing"))
    assert {value for _formula, value in office.formulas(content).values()} == {None}


@pytest.mark.skipif(not office.PROGRAM, reason=office.ABSENT)
def test_libreoffice_reckons_the_same():
    books = {name: golden.written(name) for name in golden.BOOKS}
    assert office.differences(books) == []
