"""Uninstall, reinstall, upgrade: the log stays, and our tables come back from it."""

import subprocess

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged

from odoo.addons.kam_management.tests import common

from .samples import SAMPLES, sample
from .server import arguments, copied_database, odoo, registry_of

UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "kam_management")])
module.button_immediate_uninstall()
env.cr.commit()
"""


@tagged("post_install", "-at_install")
class TestReinstall(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("reinstall"))

    def run_odoo(self, *command, script=None):
        done = subprocess.run(
            odoo(*command),
            input=script,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

    def look(self):
        """Return digests of all tables, and every head of the log."""
        with registry_of(self.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            projector = env["kam.projector"]
            rows = {name: projector._digest(name) for name in projector._models()}
            self.assertEqual(common.ReplayEqualsLive._wrong(env), [])
        Registry.delete(self.database)
        return rows, self.heads()

    def heads(self):
        return dict(
            self.ask(
                "SELECT category || ' ' || key, last_hash::text FROM kam_es.stream"
            )
        )

    def ask(self, query):
        with db_connect(self.database).cursor() as cr:
            cr.execute(query)
            return cr.fetchall()

    def test_everything_comes_back(self):
        with registry_of(self.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for name in SAMPLES:
                sample(env, name)
            gone = sample(env, "kam.account")
            gone.unlink()
            changed = sample(env, "kam.account")
            changed.openings = "More rye"
            changed_id, partner = changed.id, changed.partner_id.id
            env.cr.commit()
        Registry.delete(self.database)
        rows, heads = self.look()

        self.run_odoo("shell", *arguments(self.database), script=UNINSTALL)
        self.assertEqual(self.ask("SELECT to_regclass('kam_account')"), [(None,)])
        self.assertEqual(self.ask("SELECT to_regclass('kam_event')"), [(None,)])
        self.assertEqual(self.heads(), heads)
        self.assertTrue(self.ask(f"SELECT 1 FROM res_partner WHERE id = {partner}"))

        install = ["-i", "kam_management", "--stop-after-init", "--no-http"]
        self.run_odoo("server", *arguments(self.database), *install)
        self.assertEqual(self.look(), (rows, heads))
        self.assertEqual(
            self.ask(f"SELECT partner_id FROM kam_account WHERE id = {changed_id}"),
            [(partner,)],
        )
        with registry_of(self.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertGreater(sample(env, "kam.account").id, changed_id)
            self.assertEqual(env["kam.log.check"].verify_now()["state"], "clean")
            self.assertEqual(env["kam.log.check"].drift_now()["state"], "clean")
        Registry.delete(self.database)

        before = self.look()
        upgrade = ["-u", "kam_management", "--stop-after-init", "--no-http"]
        self.run_odoo("server", *arguments(self.database), *upgrade)
        self.assertEqual(self.look(), before)
