"""What every event-sourced record understands, and which way imports may go."""

import ast
import dataclasses
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from kam_core import record
from kam_core.record import (
    Changed,
    Created,
    DayMissing,
    DayOutOfRange,
    DomainError,
    Relink,
    Relinked,
    Removed,
    Text,
    UseButton,
    catalogue,
    check_day,
    evolve_common,
    fold,
    initial,
    relink,
    schema_of,
)

from .cores import modules

ADDON = Path(__file__).parents[2] / "kam_management"


@dataclass(frozen=True, slots=True)
class Thing:
    """A record with a link, links and a default."""

    owner_id: int | None = None
    tag_ids: tuple[int, ...] = ()
    active: bool = True


CORE = SimpleNamespace(
    State=Thing, evolve=lambda state, event: evolve_common(Thing, state, event)
)


def test_first_values_are_complete_and_nothing_more():
    assert initial(Thing, {"owner_id": 5, "colour": 1}) == {
        "owner_id": 5,
        "tag_ids": (),
        "active": True,
    }


def test_common_events():
    made = fold(CORE, [Created({"owner_id": 5, "gone": 1}), Changed({"active": False})])
    assert made == Thing(5, (), False)
    assert fold(CORE, [Created({}), Removed()]) is None
    with pytest.raises(TypeError, match="unknown event"):
        CORE.evolve(Thing(), object())


def test_what_came_before_the_creation_is_passed_over():
    assert fold(CORE, [Changed({"owner_id": 1}), Created({"owner_id": 2})]) == Thing(2)
    assert fold(CORE, []) is None


@pytest.mark.parametrize(
    ("state", "field", "events", "after"),
    [
        (Thing(3), "owner_id", 1, Thing(9)),
        (Thing(4), "owner_id", 0, Thing(4)),
        (Thing(tag_ids=(1, 3, 9)), "tag_ids", 1, Thing(tag_ids=(1, 9))),
        (Thing(tag_ids=(1, 4)), "tag_ids", 0, Thing(tag_ids=(1, 4))),
    ],
)
def test_a_merged_record_is_linked_by_its_survivor(state, field, events, after):
    found = relink(state, Relink(field, (2, 3), 9))
    assert found == (Relinked(field, (2, 3), 9),) * events
    assert fold(CORE, found, state) == after


def test_a_refusal_is_one_sentence_with_what_to_do():
    refusal = UseButton(field="status", button="Designate")
    assert str(refusal) == "“status” is a decision: use the button “Designate”."
    assert refusal.params == {"field": "status", "button": "Designate"}
    assert refusal.code == "use_button"


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2199, 12, 31)])
def test_a_day_within_reach(day):
    assert check_day(day) == day


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2200, 1, 1)])
def test_a_day_out_of_reach(day):
    with pytest.raises(DayOutOfRange, match="1900 to 2199"):
        check_day(day)


def test_no_day():
    with pytest.raises(DayMissing):
        check_day(None)


def test_free_text_is_text():
    assert Text("a") == "a"
    assert schema_of(Created) == 1
    assert list(catalogue(Thing))[-1] == "Thing"


def refusals(cls=DomainError):
    """Return all refusals of all cores."""
    modules()
    found = {cls}
    for one in cls.__subclasses__():
        found.update(refusals(one))
    return sorted(found, key=lambda one: one.__name__)


@pytest.mark.parametrize("refusal", refusals(), ids=lambda one: one.__name__)
def test_every_refusal_has_a_sentence_a_code_and_words(refusal):
    assert refusal.message.endswith((".", "?"))
    assert refusal.code.isidentifier()
    assert refusal.__doc__


def test_codes_of_one_core_are_its_own():
    for core in modules():
        own = [one for one in refusals() if one.__module__ == core.__name__]
        assert len({one.code for one in own}) == len(own)


@pytest.mark.parametrize("core", modules(), ids=lambda one: one.__name__)
def test_events_and_states_cannot_be_changed(core):
    for cls in (core.State, *core.EVENTS.values(), *core.PARTS.values()):
        assert cls.__dataclass_params__.frozen
        assert "__slots__" in vars(cls) or issubclass(cls, tuple)
        for field in dataclasses.fields(cls):
            assert "float" not in str(field.type)


# ------------------------------------------------------------------ directions
def imports(path):
    """Yield (dots, module) of each import of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def files(folder):
    return sorted((ADDON / folder).rglob("*.py"))


@pytest.mark.parametrize(
    "path", files("kam_core"), ids=lambda path: path.relative_to(ADDON).as_posix()
)
def test_the_core_imports_only_python_and_itself(path):
    depth = len(path.relative_to(ADDON / "kam_core").parts)
    allowed = sys.stdlib_module_names - {"random", "time", "os", "uuid", "secrets"}
    for dots, module in imports(path):
        assert dots <= depth, f"{module} lies above the core"
        assert dots or module.split(".")[0] in allowed, module


@pytest.mark.parametrize("path", files("models"), ids=lambda path: path.name)
def test_models_import_nothing_above_them(path):
    for dots, module in imports(path):
        above = ("wizards", "views", "controllers", "static", "report", "tests")
        parts = module.split(".")
        assert not (dots and parts[0] in above), module
        assert parts[:3] != ["odoo", "addons", "kam_management"], module
        assert "kam_management_reports" not in parts


def test_the_core_reads_no_clock():
    for path in files("kam_core"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("now", "today", "utcnow", "environ"), path


def test_refusals_are_ones_of_ours():
    assert record.DomainError in refusals()
    assert len(refusals()) > 15
