"""Programs end with the set-up, and a second set-up waits."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kamsetup import processes
from kamsetup.errors import SetupError
from kamsetup.lock import only_one
from kamsetup.places import SETUP
from kamsetup.progress import Progress

PYTHON = [sys.executable, "-c"]


def quiet():
    """Return a progress that speaks to nobody."""
    return Progress(1, io.StringIO())


def start_python(code, *arguments):
    """Run code in another process that can import the set-up."""
    return subprocess.Popen(
        [*PYTHON, code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(SETUP)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_output_is_kept_and_returned(tmp_path):
    log = tmp_path / "logs" / "one.log"
    tail = processes.run("it", [*PYTHON, "print('seen')"], quiet(), log)
    assert tail == log.read_text() == "seen\n"


def test_failure_is_one_line(tmp_path):
    code = "print('Could not resolve host'); raise SystemExit(3)"
    with pytest.raises(SetupError, match="it failed: the network cannot be reached"):
        processes.run("it", [*PYTHON, code], quiet(), tmp_path / "log")


def test_missing_program(tmp_path):
    with pytest.raises(SetupError, match="there is no program no-such-program"):
        processes.run("it", ["no-such-program"], quiet(), tmp_path / "log")


def test_a_long_step_shows_that_it_moves(tmp_path, monkeypatch):
    monkeypatch.setattr("kamsetup.progress.QUIET_SECONDS", 0.1)
    progress = quiet()
    code = "import time; print('Unpacking x', flush=True); time.sleep(1.2)"
    with progress.step("Odoo"):
        processes.run("it", [*PYTHON, code], progress, tmp_path / "log")
    text = progress.stream.getvalue()
    assert text.startswith("[1/1] Odoo\n")
    assert "1 s  Unpacking x" in text
    assert text.endswith("[1/1] Odoo: done in 1 s\n")


def test_children_die_with_a_set_up_that_is_killed():
    code = (
        "import time; from kamsetup import processes\n"
        "child = processes.start(['sleep', '60'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = start_python(code)
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while alive(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.05)


def test_what_a_killed_child_had_started_is_ended_by_the_next_set_up(tmp_path):
    code = (
        "import sys, time; from kamsetup import processes\n"
        "with processes.marking(sys.argv[1]):\n"
        "    shell = 'sleep 60 & echo $!; wait'\n"
        "    child = processes.start(['sh', '-c', shell])\n"
        "    time.sleep(60)"
    )
    parent = start_python(code, tmp_path)
    grandchild = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert processes.marked(tmp_path / "another") == []
    assert grandchild in processes.marked(tmp_path)
    processes.end_left_overs(tmp_path)
    assert not alive(grandchild)


def test_a_server_is_not_marked(tmp_path):
    with processes.marking(tmp_path):
        assert os.environ[processes.MARK] == str(tmp_path)
        assert processes.MARK not in processes.unmarked(os.environ)
    assert processes.MARK not in os.environ


def alive(pid):
    """Tell whether the process runs (a zombie does not)."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_second_set_up_waits_and_a_killed_one_lets_go(tmp_path):
    code = (
        "import sys, time; from kamsetup.lock import only_one\n"
        "with only_one(sys.argv[1], print):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    first = start_python(code, tmp_path / "lock")
    assert first.stdout.readline() == "held\n"
    said = []

    def say(text):
        said.append(text)
        os.kill(first.pid, signal.SIGKILL)

    with only_one(tmp_path / "lock", say):
        assert f"process {first.pid}" in said[0]
    first.wait()
    first.stdout.close()
