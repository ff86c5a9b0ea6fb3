"""A database has its final name only when it is complete."""

import pytest
from kamsetup import prepare
from kamsetup.databases import Databases
from kamsetup.places import State


class FakeDatabases(Databases):
    """Databases in a dictionary: name to content."""

    def __init__(self, state):
        super().__init__(None, state)
        self.content = {}

    def names(self):
        return set(self.content)

    def sql(self, query, database="postgres"):
        words = query.replace('"', "").split()
        if words[:2] == ["DROP", "DATABASE"]:
            self.content.pop(words[4], None)
        elif words[:2] == ["CREATE", "DATABASE"]:
            self.content[words[2]] = self.content[words[4]]
        elif words[:2] == ["ALTER", "DATABASE"]:
            self.content[words[5]] = self.content.pop(words[2])
        return ""


@pytest.fixture
def databases(tmp_path):
    return FakeDatabases(State(tmp_path))


def fill(databases, part):
    """Stand in for an installation: a database with one file."""
    databases.content[part] = "complete"
    (databases.filestores / part).mkdir(parents=True)
    (databases.filestores / part / "file").write_text("x")


def test_built_once(databases):
    databases.build("one", lambda part: fill(databases, part))
    databases.build("one", lambda part: pytest.fail("it is there already"))
    assert databases.content == {"one": "complete"}
    assert (databases.filestores / "one" / "file").read_text() == "x"
    assert not (databases.filestores / "one_part").exists()


def test_broken_off_and_begun_again(databases):
    def break_off(part):
        fill(databases, part)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        databases.build("one", break_off)
    assert "one" not in databases.names()
    databases.build("one", lambda part: fill(databases, part))
    assert databases.names() == {"one"}


def test_killed_between_the_files_and_the_name(databases):
    fill(databases, "one_part")
    (databases.filestores / "one_part").rename(databases.filestores / "one")
    databases.build("one", lambda part: fill(databases, part))
    assert databases.names() == {"one"}
    assert [path.name for path in databases.filestores.iterdir()] == ["one"]


def test_a_clone_shares_files_and_loses_none(databases):
    databases.build("one", lambda part: fill(databases, part))
    databases.clone("one", "two")
    databases.drop("one")
    assert databases.content == {"two": "complete"}
    assert (databases.filestores / "two" / "file").read_text() == "x"


def test_checkouts_that_share_a_state_folder_keep_their_templates(
    databases, monkeypatch, tmp_path
):
    """Else the tests of one would pull the database from under the other's."""
    monkeypatch.setattr(prepare, "addons_digest", lambda: "first")
    monkeypatch.setattr(
        prepare,
        "with_addons",
        lambda environment, name, progress: databases.build(
            name, lambda part: fill(databases, part)
        ),
    )
    environment = prepare.Environment(None, None, databases, None, "base")
    old = prepare.template(environment, None, tmp_path / "one")
    monkeypatch.setattr(prepare, "addons_digest", lambda: "first")
    other = prepare.template(environment, None, tmp_path / "two")
    monkeypatch.setattr(prepare, "addons_digest", lambda: "second")
    new = prepare.template(environment, None, tmp_path / "one")
    assert databases.names() == {other, new}
    assert len({old, other, new}) == 3
