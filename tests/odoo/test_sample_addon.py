"""The mixin serves another addon: one of thirty lines, with tests of its own."""

import re
import subprocess
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .server import arguments, copied_database, odoo

FOLDER = Path(__file__).resolve().parents[1] / "sample_addon"
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


@tagged("post_install", "-at_install")
class TestSampleAddon(BaseCase):
    def test_its_tests_pass(self):
        with copied_database("sample") as database:
            options = arguments(database)
            place = options.index("--addons-path") + 1
            options[place] = ",".join([*config["addons_path"], str(FOLDER)])
            options[options.index("--log-level") + 1] = "info"
            done = subprocess.run(
                odoo(
                    "server",
                    *options,
                    *("-i", "kam_sample", "--test-tags", "/kam_sample"),
                    *("--stop-after-init", "--no-http"),
                ),
                capture_output=True,
                text=True,
                timeout=400,
                check=False,
            )
        found = RESULT.search(done.stderr)
        self.assertTrue(found, done.stderr[-3000:])
        self.assertEqual(found.groups(), ("0", "0", "3"), done.stderr[-3000:])
