"""What must be right on the machine before anything is begun."""

import os
import shutil
import socket
import sys

from .errors import SetupError

NEEDED_GB = {"new": 5, "ready": 0.5}


def check_python(version=None):
    """Refuse a Python that Odoo 19 does not run on."""
    found = (version or sys.version_info)[:2]
    if not (3, 10) <= found <= (3, 13):
        raise SetupError(
            f"Odoo 19 needs Python 3.10 to 3.13 and this is {found[0]}.{found[1]}",
            "Name another one: PYTHON=/usr/bin/python3.11 setup/demo",
        )


def check_folder(folder):
    """Make the state folder, and refuse one that cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"the folder {folder} cannot be made ({error.strerror})",
            "Set KAM_STATE to a folder of yours",
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(
            f"the folder {folder} belongs to somebody else",
            "Set KAM_STATE to a folder of yours",
        )


def check_disk(folder, needed_gb):
    """Refuse to begin what would fill the disk."""
    free_gb = shutil.disk_usage(folder).free / 1e9
    if free_gb < needed_gb:
        raise SetupError(
            f"{folder} has {free_gb:.1f} GB free and {needed_gb} GB are needed",
            "Free some, or set KAM_STATE to a folder on a larger disk",
        )


def check_port(port):
    """Refuse a port that another program listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SetupError(
                f"port {port} is taken by another program",
                f"Choose another one: setup/demo --port {port + 10}",
            ) from error


def free_port():
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
