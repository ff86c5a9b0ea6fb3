"""Which Odoo is taken, and which is refused."""

import pytest
from kamsetup import odoo_source
from kamsetup.errors import SetupError
from kamsetup.places import State

RELEASE = "version_info = ({}, {}, 0, FINAL, 0, '')\n"


def make_odoo(root, major="19", minor="0", addons="addons"):
    """Write the files by which an Odoo is known."""
    (root / "odoo").mkdir(parents=True)
    (root / addons / "web" / "static").mkdir(parents=True)
    (root / addons / "web" / "__manifest__.py").write_text("{}")
    (root / "odoo" / "release.py").write_text(RELEASE.format(major, minor))
    return root


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A state folder on a machine without any Odoo."""
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_source, "importable", lambda: None)
    return State(tmp_path / "state")


def test_odoo_home_comes_first(state, tmp_path, monkeypatch):
    make_odoo(state.odoo / odoo_source.SITE)
    home = make_odoo(tmp_path / "mine")
    monkeypatch.setenv("ODOO_HOME", str(home))
    assert odoo_source.obtain(state, None).root == home


def test_odoo_home_may_be_an_unpacked_package(state, tmp_path, monkeypatch):
    root = make_odoo(tmp_path / "package" / odoo_source.SITE)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "package"))
    assert odoo_source.obtain(state, None).root == root


def test_odoo_home_without_odoo(state, tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(SetupError, match=r"holds no Odoo .*unset it"):
        odoo_source.obtain(state, None)


@pytest.mark.parametrize("addons", ["addons", "odoo/addons"])
def test_a_checkout_or_a_package(state, tmp_path, monkeypatch, addons):
    home = make_odoo(tmp_path / "mine", addons=addons)
    monkeypatch.setenv("ODOO_HOME", str(home))
    assert odoo_source.obtain(state, None).root == home


def test_odoo_home_without_the_web_client(state, tmp_path, monkeypatch):
    home = make_odoo(tmp_path / "mine", addons="enterprise")
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(SetupError, match=r"has no addon “web”.*whole checkout"):
        odoo_source.obtain(state, None)


def test_odoo_home_is_a_copy_of_a_package_without_what_it_links_to(
    state, tmp_path, monkeypatch
):
    """Odoo starts with it, and answers the login page with error 500."""
    home = make_odoo(tmp_path / "mine", addons="odoo/addons")
    font = home / "odoo/addons/web/static/font.ttf"
    font.symlink_to("../../../../../share/fonts/font.ttf")
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(SetupError, match=r"links that lead nowhere.*font\.ttf.*cp -rL"):
        odoo_source.obtain(state, None)


@pytest.mark.parametrize(
    ("major", "minor", "said"), [("18", "0", "18.0"), ("'saas~19'", "1", "saas~19.1")]
)
def test_odoo_home_of_another_version(state, tmp_path, monkeypatch, major, minor, said):
    home = make_odoo(tmp_path / "mine", major, minor)
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(SetupError, match=rf"is {said}, not 19\.0.*branch 19\.0"):
        odoo_source.obtain(state, None)


def test_importable_odoo_of_another_version_is_passed_over(tmp_path, monkeypatch):
    make_odoo(tmp_path, "18")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(odoo_source.importlib.util, "find_spec", fake_spec(tmp_path))
    assert odoo_source.importable() is None


def test_importable_odoo(tmp_path, monkeypatch):
    make_odoo(tmp_path)
    monkeypatch.setattr(odoo_source.importlib.util, "find_spec", fake_spec(tmp_path))
    assert odoo_source.importable().root == tmp_path


def fake_spec(root):
    """Answer as for a namespace package whose second portion is the real one."""

    class Spec:
        submodule_search_locations = ("/nowhere/odoo", str(root / "odoo"))

    return lambda name: Spec()


def unpack_as(major):
    """Stand in for dpkg-deb: a package that holds this Odoo."""

    def unpack(debs, folder, progress, log):
        make_odoo(folder / odoo_source.SITE, major)

    return unpack


def test_package_appears_whole(state, monkeypatch):
    monkeypatch.setattr(odoo_source, "fetch_debs", lambda state, progress: None)
    monkeypatch.setattr(odoo_source.apt, "unpack", unpack_as("19"))
    left = state.odoo.with_name("odoo19.part") / "half"
    left.mkdir(parents=True)
    tree = odoo_source.obtain(state, None)
    assert tree.root == state.odoo / odoo_source.SITE
    assert (tree.root / odoo_source.STUB).is_file()
    assert not (state.odoo / "half").exists()


def test_package_of_another_version_is_refused(state, monkeypatch):
    monkeypatch.setattr(odoo_source, "fetch_debs", lambda state, progress: None)
    monkeypatch.setattr(odoo_source.apt, "unpack", unpack_as("20"))
    with pytest.raises(SetupError, match=r"is 20\.0, not 19\.0.*ODOO_HOME"):
        odoo_source.obtain(state, None)
    assert not state.odoo.exists()


def test_a_broken_off_unpacking_is_not_taken_for_odoo(state, monkeypatch):
    def break_off(debs, folder, progress, log):
        make_odoo(folder / odoo_source.SITE)
        raise KeyboardInterrupt

    monkeypatch.setattr(odoo_source, "fetch_debs", lambda state, progress: None)
    monkeypatch.setattr(odoo_source.apt, "unpack", break_off)
    with pytest.raises(KeyboardInterrupt):
        odoo_source.obtain(state, None)
    assert odoo_source.cached(state) is None


def test_another_commit_is_another_odoo(tmp_path):
    tree = odoo_source.OdooTree(make_odoo(tmp_path / "a"), "")
    other = odoo_source.OdooTree(make_odoo(tmp_path / "b", "19", "1"), "")
    assert tree.identity() == tree.identity()
    assert tree.identity() != other.identity()
