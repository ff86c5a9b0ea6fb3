"""What is refused before anything is begun, each in one line with its mend."""

import collections
import socket
import sys

import pytest
from kamsetup import machine
from kamsetup.errors import SetupError


def refusal(call, *arguments):
    """Return the one line that the user would read."""
    with pytest.raises(SetupError) as refused:
        call(*arguments)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 14, 0), (2, 7, 18)])
def test_wrong_python(version):
    text = refusal(machine.check_python, version)
    assert f"this is {version[0]}.{version[1]}" in text
    assert "PYTHON=" in text


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 11, 2), (3, 13, 9)])
def test_right_python(version):
    machine.check_python(version)


def test_port_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = refusal(machine.check_port, port)
    assert f"port {port} is taken" in text
    assert f"--port {port + 10}" in text
    machine.check_port(port)


def test_too_little_disk(monkeypatch, tmp_path):
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(
        machine.shutil, "disk_usage", lambda folder: usage(9e9, 8e9, 1.2e9)
    )
    text = refusal(machine.check_disk, tmp_path, 5)
    assert "1.2 GB free and 5 GB are needed" in text
    assert "KAM_STATE" in text
    machine.check_disk(tmp_path, 1)


def test_state_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    text = refusal(machine.check_folder, tmp_path / "file" / "state")
    assert "cannot be made" in text
    assert "KAM_STATE" in text


def test_state_folder_is_made(tmp_path):
    machine.check_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_this_python_passes():
    machine.check_python(sys.version_info)
