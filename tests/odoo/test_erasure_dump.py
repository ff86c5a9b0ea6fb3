"""A person erased is found nowhere in a dump, and the log still verifies."""

import os
import subprocess

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from .samples import sample
from .server import copied_database, registry_of

TOKEN = "Quillfeather"


@tagged("post_install", "-at_install")
class TestErasureDump(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("erasure"))

    def env(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env(user=env.ref("base.user_admin").id)

    def lines(self):
        """Return the lines of a plain dump that name the person."""
        dump = subprocess.run(
            [find_pg_tool("pg_dump"), "--no-owner", "--format=p", self.database],
            env={**os.environ, **exec_pg_environ()},
            capture_output=True,
            check=True,
            timeout=300,
        )
        found = dump.stdout.decode("utf-8", "replace").splitlines()
        self.assertGreater(len(found), 1000)  # it is a dump
        return [line[:300] for line in found if TOKEN.lower() in line.lower()]

    def write_about(self, env):
        """Let the person be named wherever people write."""
        account = sample(env, "kam.account")
        person = env["res.partner"].create(
            {
                "name": f"Zed {TOKEN}",
                "email": f"zed@{TOKEN}.example",
                "street": f"{TOKEN} lane 1",
                "parent_id": account.partner_id.id,
            }
        )
        account.write({"needs": f"Ask {TOKEN} first", "openings": f"{TOKEN} decides"})
        account.designate(account.partner_id.ids, "A", f"{TOKEN} asked for it")
        account.message_post(body=f"Met {TOKEN}", subject=TOKEN)
        person.message_post(body=f"Was at {TOKEN}'s")
        account.activity_schedule(
            "mail.mail_activity_data_call", summary=f"Call {TOKEN}", user_id=env.uid
        )
        need = env["kam.need"].create(
            {"account_id": account.id, "name": f"{TOKEN} wants rye", "note": TOKEN}
        )
        need.drop(f"{TOKEN} has left")
        delegation = sample(env, "kam.delegation")
        delegation.reason = f"Holiday with {TOKEN}"
        env["calendar.event"].create(
            {
                "name": f"Lunch with {TOKEN}",
                "start": "2026-03-01 10:00:00",
                "stop": "2026-03-01 11:00:00",
                "partner_ids": [(4, person.id)],
            }
        )
        env["crm.lead"].create({"name": f"Oats for {TOKEN}", "partner_id": person.id})
        return person

    def test_nothing_is_left_in_a_dump(self):
        with registry_of(self.database).cursor() as cr:
            env = self.env(cr)
            person = self.write_about(env)
            person_id = person.id
            env.cr.commit()
        self.assertGreater(len(self.lines()), 10)
        with registry_of(self.database).cursor() as cr:
            env = self.env(cr)
            person = env["res.partner"].browse(person_id)
            done = env["kam.erasure"].sudo()._erase(person, [TOKEN])
            self.assertEqual(done["left"], [])
            env.cr.commit()
        self.assertEqual(self.lines(), [])
        with registry_of(self.database).cursor() as cr:
            env = self.env(cr)
            self.assertEqual(env["kam.log.check"].verify_now()["state"], "clean")
            self.assertEqual(env["kam.log.check"].drift_now()["state"], "clean")
        Registry.delete(self.database)
