"""Which PostgreSQL runs the cluster."""

from pathlib import Path

import pytest
from kamsetup import postgres
from kamsetup.errors import SetupError
from kamsetup.postgres import Programs

DEBIAN = Programs(Path("/debian/15/bin"), 15, "Debian's")
WHEEL = Programs(Path("/wheel/bin"), 18, "the wheel's")


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.delenv("KAM_POSTGRES", raising=False)
    monkeypatch.setattr(postgres, "debian_programs", lambda: [DEBIAN])
    monkeypatch.setattr(postgres, "wheel_programs", lambda state: [WHEEL])


def test_debian_first(tmp_path):
    assert postgres.choose(None, tmp_path) == DEBIAN


def test_the_wheel_where_debian_has_none(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "debian_programs", list)
    assert postgres.choose(None, tmp_path) == WHEEL


def test_the_one_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("KAM_POSTGRES", "wheel")
    assert postgres.choose(None, tmp_path) == WHEEL
    monkeypatch.setenv("KAM_POSTGRES", "mysql")
    with pytest.raises(SetupError, match="KAM_POSTGRES is 'mysql'"):
        postgres.choose(None, tmp_path)


def test_a_cluster_keeps_its_programs(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")
    assert postgres.choose(None, tmp_path) == WHEEL


def test_a_cluster_whose_programs_are_gone(tmp_path):
    (tmp_path / "PG_VERSION").write_text("17\n")
    with pytest.raises(SetupError, match=r"made by PostgreSQL 17.*Install it again"):
        postgres.choose(None, tmp_path)


def test_no_postgresql_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "debian_programs", list)
    monkeypatch.setattr(postgres, "wheel_programs", lambda state: [])
    with pytest.raises(SetupError, match=r"no PostgreSQL .*apt-get install postgresql"):
        postgres.choose(None, tmp_path)
