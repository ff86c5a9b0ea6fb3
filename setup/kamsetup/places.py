"""Where things are: the checkout, and the folder that keeps all that is made."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup"
ADDONS = ("kam_management", "kam_management_reports")


class State:
    """The state folder: KAM_STATE, else `.run` in the checkout."""

    def __init__(self, folder=None):
        folder = folder or os.environ.get("KAM_STATE") or ROOT / ".run"
        self.folder = Path(folder).expanduser().absolute()
        self.debs = self.folder / "packages"
        self.odoo = self.folder / "odoo19"
        self.venv = self.folder / "venv"
        self.python = self.venv / "bin" / "python"
        self.node = self.folder / "node"
        self.programs = self.folder / "programs"
        self.data = self.folder / "data"
        self.lock = self.folder / "lock"

    def log(self, name):
        """Return the file that keeps the output of a step."""
        return self.folder / "log" / f"{name}.log"

    def conf(self, name):
        """Return the Odoo configuration file of that name."""
        return self.folder / "conf" / f"{name}.conf"


def our_addons():
    """Return the names of the addons in this checkout."""
    return [name for name in ADDONS if (ROOT / name / "__manifest__.py").is_file()]
