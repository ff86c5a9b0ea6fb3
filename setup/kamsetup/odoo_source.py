"""Where Odoo 19 comes from: the user's own, else Debian's package."""

import hashlib
import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import apt, processes
from .errors import SetupError

SERIES = "19.0"
SUITE = "sid"  # the suite of Debian that has Odoo 19
# The helpers come from the machine's own suite: Font Awesome in sid is version 7,
# whose file names do not fit Odoo's classes.  Montserrat is in sid alone.
FROM_SID = ("odoo-19", "fonts-montserrat")
FROM_OWN_SUITE = (
    "fonts-font-awesome",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
SITE = Path("usr/lib/python3/dist-packages")
# Debian leaves this non-free library out.  Without a file of that name every page
# logs an error, and each of Odoo's browser tests fails on it.
STUB = Path("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")


@dataclass(frozen=True)
class OdooTree:
    """A folder that holds the package `odoo`, and whose it is."""

    root: Path
    origin: str

    @property
    def addons_paths(self):
        """Return the folders that hold Odoo's own addons."""
        return [
            path
            for path in (self.root / "odoo" / "addons", self.root / "addons")
            if path.is_dir()
        ]

    def identity(self):
        """Return what changes when this Odoo is replaced by another one."""
        release = (self.root / "odoo" / "release.py").read_bytes()
        commit = ""
        if (self.root / ".git").exists():
            _, commit = processes.output_of(
                ["git", "-C", self.root, "rev-parse", "HEAD"]
            )
        parts = f"{self.root}\0{commit}\0".encode()
        return hashlib.sha256(parts + release).hexdigest()


def holds_odoo(root):
    """Tell whether the folder holds the package `odoo`."""
    return (root / "odoo" / "release.py").is_file()


def series(root):
    """Return the series of the Odoo in this folder, such as 19.0."""
    text = (root / "odoo" / "release.py").read_text(encoding="utf-8")
    found = re.search(r"(?m)^version_info\s*=\s*\(\s*'?([^,']+)'?\s*,\s*(\d+)", text)
    return f"{found[1].strip()}.{found[2]}" if found else "of an unknown version"


def check_series(root, mend):
    """Refuse an Odoo that is not 19.0."""
    if series(root) != SERIES:
        raise SetupError(f"the Odoo in {root} is {series(root)}, not {SERIES}", mend)


def check_whole(root):
    """Refuse an Odoo without its web client, or a copy whose links lead nowhere.

    A package's tree links to fonts and libraries beside it. Copied link by link to
    another depth it starts, and then answers the login page with error 500.
    """
    homes = (root / "addons" / "web", root / "odoo" / "addons" / "web")
    web = next((one for one in homes if (one / "__manifest__.py").is_file()), None)
    if web is None:
        raise SetupError(
            f"the Odoo in {root} has no addon “web” (neither in addons nor in"
            " odoo/addons)",
            "Point ODOO_HOME at a whole checkout of Odoo 19.0",
        )
    for folder, _names, files in os.walk(web / "static"):
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.exists(path):
                raise SetupError(
                    f"the Odoo in {root} is a copy with links that lead nowhere, such"
                    f" as {path}",
                    "Copy it with “cp -rL”, or point ODOO_HOME at the original",
                )


def from_home():
    """Return the Odoo that ODOO_HOME names, or None when it is not set."""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return None
    folder = Path(home).expanduser().absolute()
    for root in (folder, folder / SITE):
        if holds_odoo(root):
            check_series(root, "Check out its branch 19.0, or unset ODOO_HOME")
            check_whole(root)
            return OdooTree(root, "ODOO_HOME")
    raise SetupError(
        f"ODOO_HOME={home} holds no Odoo (no odoo/release.py below it)",
        "Point it at a checkout of Odoo 19.0, or unset it and Odoo is fetched",
    )


def importable():
    """Return the Odoo 19.0 that this Python can import, or None."""
    try:
        spec = importlib.util.find_spec("odoo")
    except (ImportError, ValueError):
        return None
    # Odoo 19 is a namespace package: any of its portions may be the real one.
    for location in (spec and spec.submodule_search_locations) or ():
        root = Path(location).parent
        if holds_odoo(root) and series(root) == SERIES:
            return OdooTree(root, "installed here")
    return None


def cached(state):
    """Return the Odoo fetched before, or None."""
    root = state.odoo / SITE
    return OdooTree(root, "Debian's package") if holds_odoo(root) else None


def obtain(state, progress):
    """Return an Odoo 19.0, fetching Debian's package when there is none."""
    return (
        from_home() or importable() or cached(state) or fetch_package(state, progress)
    )


def fetch_debs(state, progress):
    """Fetch what is not in the state folder yet; each package arrives whole."""
    have = {deb.name.split("_")[0] for deb in state.debs.glob("*.deb")}
    wanted = [f"{name}/{SUITE}" for name in FROM_SID if name not in have]
    wanted += [
        f"{name}/{apt.codename()}" for name in FROM_OWN_SUITE if name not in have
    ]
    if not wanted:
        return
    private = apt.PrivateApt(
        state.folder / "apt-odoo", state.log("apt-odoo"), more_suites=[SUITE]
    )
    private.update(progress)
    for package in wanted:  # one by one: what has arrived stays
        private.download([package], state.debs, progress)
    shutil.rmtree(private.folder, ignore_errors=True)


def fetch_package(state, progress):
    """Fetch and unpack Debian's package; the tree appears whole or not at all."""
    fetch_debs(state, progress)
    new = state.odoo.with_name("odoo19.part")
    shutil.rmtree(new, ignore_errors=True)
    names = (*FROM_SID, *FROM_OWN_SUITE)
    debs = [deb for deb in state.debs.glob("*.deb") if deb.name.split("_")[0] in names]
    apt.unpack(sorted(debs), new, progress, state.log("unpack-odoo"))
    check_series(
        new / SITE,
        f"Put an odoo-19 package of version 19.0 into {state.debs} in its place, or"
        " set ODOO_HOME to a checkout of Odoo 19.0",
    )
    make_fit(new / SITE)
    new.rename(state.odoo)
    return cached(state)


def make_fit(root):
    """Drop what shadows the project's own folders; add the file left out."""
    for name in ("addons", "doc", "setup"):
        shutil.rmtree(root / name, ignore_errors=True)
    stub = root / STUB
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("/* Left out of Debian's package: no blurring in calls. */\n")
