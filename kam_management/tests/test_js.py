from odoo.tests import tagged

from odoo.addons.web.tests import test_js

from . import common


def suite_id(name):
    """Return the Hoot id of suite ``name``, as ``HOOTCommon._generate_hash``."""
    value = 0
    for char in name:
        value = ((value << 5) - value + ord(char)) & 0xFFFFFFFF
    return f"{value:08x}"


@tagged("post_install", "-at_install")
class TestKamJs(common.KamHttpCase):
    def test_unit(self):
        """The addon's own tests in JavaScript, on a wide screen."""
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={suite_id('@kam_management')}",
            "",
            "",
            login="admin",
            timeout=120,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
