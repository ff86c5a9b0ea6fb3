"""Debian packages through the machine's own apt, fetched and unpacked privately.

No mirror is named: the addresses, keys and proxies are those apt is configured
with.  Nothing is installed, so root is not needed and the machine is not changed.
"""

import os
import re
import shutil
from pathlib import Path

from . import processes
from .errors import SetupError

OS_RELEASE = Path("/etc/os-release")
CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Dir::Etc::sourcelist "{folder}/private.sources";
Dir::Etc::sourceparts "{folder}/none";
Dir::State::lists "{folder}/lists";
Dir::State::extended_states "{folder}/extended_states";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::PDiffs "false";
Acquire::Retries "3";
APT::Default-Release "";
APT::Install-Recommends "false";
Debug::NoLocking "true";
APT::Sandbox::User "{sandbox}";
"""
STANZA = "Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"


def codename():
    """Return the name of the machine's Debian release, or None."""
    found = OS_RELEASE.is_file() and re.search(
        r"(?m)^VERSION_CODENAME=(\w+)", OS_RELEASE.read_text(encoding="utf-8")
    )
    return found[1] if found else None


def signed_by(entry, uri):
    """Return the keyring that the source list names for this archive, if any."""
    path = Path(entry.rpartition(":")[0])
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    if path.suffix == ".sources":
        stanzas = [s for s in re.split(r"\n\s*\n", text) if uri.rstrip("/") in s]
        keys = re.search(r"(?im)^Signed-By:[ \t]*(\S.*)$", "\n".join(stanzas))
    else:
        lines = [
            line
            for line in text.splitlines()
            if uri.rstrip("/") in line and not line.lstrip().startswith("#")
        ]
        keys = re.search(r"signed-by=([^\]\s]+)", "\n".join(lines))
    return keys and keys[1]


def parse_targets(text, release):
    """Return {(uri, suite): keyring} of the Debian archives among apt's targets."""
    suites = {release, f"{release}-updates", f"{release}-security"}
    archives = {}
    for line in text.splitlines():
        if line.count("|") < 3:
            continue
        uri, suite, component, entry = line.split("|", 3)
        if suite in suites and component == "main":
            archives[uri, suite] = signed_by(entry, uri)
    return archives


def machine_archives():
    """Return the archives the machine's own apt is configured with."""
    release = codename()
    if not release or not shutil.which("apt-get"):
        return {}
    code, text = processes.output_of(
        [
            "apt-get",
            *("-o", "APT::Get::IndexTargets::ReleaseInfo=false", "indextargets"),
            *("--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)"),
            "Created-By: Packages",
        ]
    )
    return {} if code else parse_targets(text, release)


class PrivateApt:
    """An apt with lists, cache and state of its own."""

    def __init__(self, folder, log, more_suites=()):
        self.folder = Path(folder)
        self.log = log
        self.more_suites = tuple(more_suites)

    def prepare(self):
        """Write the private configuration."""
        archives = machine_archives()
        if not archives:
            raise SetupError(
                "apt on this machine knows no Debian archive to fetch packages from",
                "Use Debian 12 or 13, or set ODOO_HOME to a checkout of Odoo 19.0 and"
                " install PostgreSQL yourself",
            )
        for name in ("lists/partial", "archives/partial", "none"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        release = codename()
        for (uri, suite), keys in list(archives.items()):
            if suite == release:
                archives.update({(uri, more): keys for more in self.more_suites})
        stanzas = [
            STANZA.format(uri=uri, suite=suite)
            + (f"Signed-By: {keys}\n" if keys else "")
            for (uri, suite), keys in archives.items()
        ]
        (self.folder / "private.sources").write_text("\n".join(stanzas))
        sandbox = "root" if os.geteuid() == 0 else ""
        (self.folder / "private.conf").write_text(
            CONFIGURATION.format(folder=self.folder, sandbox=sandbox)
        )

    def get(self, *arguments):
        """Return the apt-get command line with the private configuration."""
        return ["apt-get", "-c", self.folder / "private.conf", "-q", *arguments]

    def environment(self):
        """Return an environment in which apt speaks English and asks nothing."""
        return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}

    def update(self, progress):
        """Fetch the package lists."""
        self.prepare()
        processes.run(
            "fetching Debian's package lists",
            self.get("-o", "APT::Update::Error-Mode=any", "update"),
            progress,
            self.log,
            env=self.environment(),
        )

    def download(self, packages, target, progress):
        """Fetch packages (NAME or NAME/SUITE); each appears in `target` whole."""
        partial = self.folder / "partial"
        partial.mkdir(parents=True, exist_ok=True)
        processes.run(
            f"fetching Debian's packages ({len(packages)})",
            self.get("download", *packages),
            progress,
            self.log,
            env=self.environment(),
            cwd=partial,
        )
        target.mkdir(parents=True, exist_ok=True)
        for deb in partial.glob("*.deb"):
            deb.replace(target / deb.name)

    def closure(self, package):
        """Return the package and what it needs that the machine has not got."""
        code, text = processes.output_of(
            self.get("-s", "install", package), env=self.environment()
        )
        packages = re.findall(r"(?m)^Inst (\S+)", text)
        if code or not packages:
            raise SetupError(
                f"Debian's package {package} cannot be had from this machine's apt",
                f"Install {package} yourself and run it again",
            )
        return packages


def unpack(debs, folder, progress, log):
    """Unpack packages below the folder; a broken one goes, to be fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        unpack_one(deb, folder, progress, log)


def unpack_one(deb, folder, progress, log):
    """Unpack a package below the folder."""
    command = ["dpkg-deb", "-x", deb, folder]
    try:
        processes.run(f"unpacking {deb.name}", command, progress, log)
    except SetupError:
        if is_broken(deb):
            deb.unlink()
        raise


def is_broken(deb):
    """Tell whether a package cannot be read to its end."""
    code, _text = processes.output_of(["dpkg-deb", "--contents", deb])
    return bool(code)
