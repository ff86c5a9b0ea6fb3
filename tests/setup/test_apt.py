"""The archives are those the machine's apt has, and no others."""

import pytest
from kamsetup import apt
from kamsetup.errors import SetupError
from kamsetup.progress import Progress


def test_only_debian_archives_of_the_own_release(tmp_path):
    source = tmp_path / "debian.sources"
    source.write_text(
        "Types: deb\nURIs: file:///mirror\nSuites: bookworm\nSigned-By: /keys/a.gpg\n"
        "\n"
        "Types: deb\nURIs: file:///safe\nSuites: bookworm-security\n"
        "Signed-By: /keys/b.gpg\n"
    )
    text = "\n".join(
        [
            f"file:///mirror/|bookworm|main|{source}:1",
            f"file:///mirror/|bookworm|main|{source}:1",
            f"file:///mirror/|bookworm|contrib|{source}:1",
            f"file:///safe/|bookworm-security|main|{source}:5",
            "file:///other/|somebody-bookworm|main|/nowhere:1",
            "file:///node/|nodistro|main|/nowhere:1",
            "a line of another kind",
        ]
    )
    assert apt.parse_targets(text, "bookworm") == {
        ("file:///mirror/", "bookworm"): "/keys/a.gpg",
        ("file:///safe/", "bookworm-security"): "/keys/b.gpg",
    }


def test_keys_of_a_one_line_list(tmp_path):
    source = tmp_path / "sources.list"
    source.write_text(
        "# deb [signed-by=/keys/old.gpg] file:///mirror bookworm main\n"
        "deb [arch=amd64 signed-by=/keys/new.gpg] file:///mirror bookworm main\n"
    )
    assert apt.signed_by(f"{source}:2", "file:///mirror/") == "/keys/new.gpg"


def test_sources_of_the_private_apt(tmp_path, monkeypatch):
    archives = {("file:///mirror/", "bookworm"): "/keys/a.gpg"}
    monkeypatch.setattr(apt, "machine_archives", lambda: dict(archives))
    monkeypatch.setattr(apt, "codename", lambda: "bookworm")
    apt.PrivateApt(tmp_path, tmp_path / "log", more_suites=["sid"]).prepare()
    text = (tmp_path / "private.sources").read_text()
    assert text.count("URIs: file:///mirror/") == 2
    assert "Suites: sid" in text
    assert text.count("Signed-By: /keys/a.gpg") == 2


def test_a_machine_without_debian(tmp_path, monkeypatch):
    monkeypatch.setattr(apt, "machine_archives", dict)
    with pytest.raises(SetupError, match=r"knows no Debian archive.*ODOO_HOME"):
        apt.PrivateApt(tmp_path, tmp_path / "log").prepare()


def test_a_package_arrives_whole(tmp_path, monkeypatch):
    def fetch_half(what, command, progress, log, cwd, env):
        (cwd / "odoo-19_19.0_all.deb").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(apt.processes, "run", fetch_half)
    private = apt.PrivateApt(tmp_path, None)
    with pytest.raises(KeyboardInterrupt):
        private.download(["odoo-19/sid"], tmp_path / "debs", None)
    assert not list((tmp_path / "debs").glob("*.deb"))


def test_a_broken_package_is_fetched_again(tmp_path):
    broken = tmp_path / "odoo-19_19.0_all.deb"
    broken.write_text("not what was asked for")
    with pytest.raises(SetupError, match=r"a download arrived broken.*Run it again"):
        apt.unpack([broken], tmp_path / "root", Progress(1), tmp_path / "log")
    assert not broken.exists()
