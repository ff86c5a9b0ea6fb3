"""The machine and the state of the checkout, for whoever reads the figures later."""

import os
import platform
from pathlib import Path

from kamsetup import processes
from kamsetup.places import ROOT


def first(path, key):
    """Return what a file of /proc says for a key."""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"


def machine():
    """Return a dict that describes the machine; no name of it."""
    return {
        "processor": first("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_gb": round(int(first("/proc/meminfo", "MemTotal").split()[0]) / 1e6),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def short(found):
    """Return a short name for such a machine."""
    words = [one for one in found["processor"].split() if "(" not in one]
    return "-".join([*words[:2], f"{found['cores']}-cores"])


def revision():
    """Return the commit of this checkout, or none."""
    code, text = processes.output_of(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]
    )
    return text if code == 0 else None
