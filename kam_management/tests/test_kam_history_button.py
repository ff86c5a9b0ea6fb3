from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from . import common
from .log_fixtures import make_account


@tagged("post_install", "-at_install")
class TestHistoryButton(common.KamCase):
    def test_every_form_of_an_event_sourced_record_has_it(self):
        for name in self.env["kam.projector"]._models():
            with self.subTest(name):
                arch = etree.fromstring(
                    self.env[name].get_view(view_type="form")["arch"]
                )
                buttons = arch.findall(".//button[@name='action_kam_history']")
                self.assertEqual(len(buttons), 1)
                self.assertEqual(buttons[0].getparent().get("name"), "button_box")

    def test_opens_the_history(self):
        account = make_account(self.env)
        action = account.action_kam_history()
        self.assertEqual(action["tag"], "kam_history")
        self.assertEqual(
            action["params"],
            {"record_model": "kam.account", "record_id": account.id},
        )

    def test_not_of_a_record_out_of_sight(self):
        account = make_account(self.env)
        other = new_test_user(
            self.env, "history_other", "kam_management.group_kam_user"
        )
        with self.assertRaises(AccessError):
            account.with_user(other).action_kam_history()
        with self.assertRaises(AccessError):
            account.with_user(other).kam_history()
