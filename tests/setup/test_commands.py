"""The commands as a user meets them: one line of trouble, and the right exit code."""

import os
import subprocess
import sys

import pytest
from kamsetup import demo, tool
from kamsetup.errors import SetupError
from kamsetup.places import SETUP, State

OLD_PYTHON = """
import runpy, sys
sys.version_info, sys.argv = (3, 9, 2), ["kamsetup", "demo"]
runpy.run_path({path!r}, run_name="__main__")
"""


def run(*command, **environment):
    """Run a command; return (exit code, what it says)."""
    process = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout


def test_no_python():
    code, text = run(SETUP / "demo", PYTHON="no-such-python")
    assert code == 1
    assert text.count("\n") == 1
    assert text.startswith("setup/demo: there is no no-such-python here. Install")


def test_old_python():
    path = str(SETUP / "kamsetup" / "__main__.py")
    code, text = run(sys.executable, "-c", OLD_PYTHON.format(path=path))
    assert code == 1
    assert text.count("\n") == 1
    assert "needs Python 3.10 to 3.13 and this is 3.9" in text


def test_trouble_is_one_line_and_the_code_is_one(tmp_path):
    (tmp_path / "file").write_text("")
    state = str(tmp_path / "file" / "state")
    code, text = run(SETUP / "demo", PYTHON=sys.executable, KAM_STATE=state)
    assert code == 1
    assert text.count("\n") == 1
    assert text.startswith("setup/demo: the folder ")


@pytest.mark.parametrize("command", ["demo", "test", "long", "tool"])
def test_help(command):
    code, text = run(SETUP / command, "--help", PYTHON=sys.executable)
    assert code == 0
    assert f"setup/{command}" in text


@pytest.mark.parametrize("port", ["0", "65535", "web"])
def test_a_port_that_is_none(port, capsys):
    with pytest.raises(SystemExit):
        demo.parse(["--port", port])
    assert "--port" in capsys.readouterr().err


def test_the_server_is_known_by_its_number_and_its_configuration(tmp_path):
    server = demo.Server(State(tmp_path))
    assert server.pid() is None
    server.file.write_text(str(os.getpid()))  # a number that another program has now
    assert server.pid() is None
    command = ["sh", "-c", "echo up; read never", str(server.conf)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        try:
            process.stdout.readline()
            server.file.write_text(str(process.pid))
            found = server.pid()
        finally:
            process.kill()
    assert found == process.pid
    server.stop()
    assert not server.file.exists()


def test_unknown_tool(tmp_path):
    with pytest.raises(SetupError, match="there is no tool rm"):
        tool.command(State(tmp_path), ["rm", "-rf", "x"])


def test_odoo_needs_the_demo(tmp_path):
    state = State(tmp_path)
    with pytest.raises(SetupError, match="no demo database yet"):
        tool.command(state, ["odoo", "shell"])
    state.conf("demo").parent.mkdir()
    state.conf("demo").write_text("[options]\n")
    assert tool.command(state, ["odoo", "shell"])[-3:] == [
        "shell",
        "-c",
        str(state.conf("demo")),
    ]
