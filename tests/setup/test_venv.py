"""The environment counts as ready only when its stamp fits."""

import pytest
from kamsetup import venv
from kamsetup.errors import SetupError
from kamsetup.places import SETUP, State


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path)
    state.python.parent.mkdir(parents=True)
    state.python.write_text("")
    return state


def test_ready_after_all_is_installed(state, monkeypatch):
    monkeypatch.setattr(venv.processes, "run", lambda *arguments, **options: "")
    assert not venv.is_ready(state, "run")
    venv.install(state, "run", None)
    assert venv.is_ready(state, "run")
    assert not venv.is_ready(state, "dev")


def test_not_ready_after_a_failure(state, monkeypatch):
    def fail(what, *arguments, **options):
        raise SetupError(f"{what} failed", "Mend it")

    monkeypatch.setattr(venv.processes, "run", fail)
    with pytest.raises(SetupError):
        venv.install(state, "run", None)
    assert not venv.is_ready(state, "run")


def test_not_ready_when_the_lock_or_the_place_changed(state, monkeypatch, tmp_path):
    monkeypatch.setattr(venv.processes, "run", lambda *arguments, **options: "")
    venv.install(state, "run", None)
    state.folder.rename(tmp_path.with_name("moved"))
    moved = State(tmp_path.with_name("moved"))
    assert not venv.is_ready(moved, "run")
    moved.folder.rename(tmp_path)
    assert venv.is_ready(state, "run")
    monkeypatch.setattr(venv, "SETUP", tmp_path)
    (tmp_path / venv.LOCKS["run"]).write_text("other==1.0\n")
    assert not venv.is_ready(state, "run")


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_locks_are_exact_hashed_and_name_no_index(kind):
    lines = (SETUP / venv.LOCKS[kind]).read_text().splitlines()
    packages = [line for line in lines if line[:1] not in ("", " ", "#")]
    assert packages
    for line in packages:
        assert "==" in line
        assert line.endswith("\\")
        assert "--hash=sha256:" in lines[lines.index(line) + 1]
    assert not any("://" in line or "index-url" in line for line in lines)
