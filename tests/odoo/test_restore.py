"""A backup is a dump of the database: restored, the log verifies and goes on."""

import os
import secrets
import subprocess
import tempfile
import uuid

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from .samples import sample
from .server import _on_server, copied_database, registry_of


@tagged("post_install", "-at_install")
class TestRestore(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(copied_database("backup"))
        cls.restored = f"{get_db_name()[:40]}_restored_{secrets.token_hex(3)}"
        _on_server(f'CREATE DATABASE "{cls.restored}" TEMPLATE template0')
        cls.addClassCleanup(cls.forget)

    @classmethod
    def forget(cls):
        Registry.delete(cls.restored)
        sql_db.close_db(cls.restored)
        _on_server(f'DROP DATABASE IF EXISTS "{cls.restored}" WITH (FORCE)')

    def pg(self, tool, *arguments):
        subprocess.run(
            [find_pg_tool(tool), "--no-owner", *arguments],
            env={**os.environ, **exec_pg_environ()},
            capture_output=True,
            check=True,
            timeout=300,
        )

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def look(self, env):
        """Return what is to be the same: heads, the last seal, and all rows."""
        env.cr.execute("SELECT category, key, version, last_hash FROM kam_es.stream")
        found = env.cr.fetchall()
        heads = sorted((row[0], row[1], row[2], bytes(row[3])) for row in found)
        env.cr.execute("SELECT digest FROM kam_es.seal ORDER BY id DESC LIMIT 1")
        seal = bytes(env.cr.fetchone()[0])
        projector = env["kam.projector"]
        rows = {name: projector._digest(name) for name in projector._models()}
        return heads, seal, rows

    def test_a_backup_restored_goes_on(self):
        command = str(uuid.uuid4())
        with registry_of(self.database).cursor() as cr:
            env = self.env(cr)
            account = sample(env, "kam.account")
            partner = account.partner_id.id
            account.designate([partner], "A", "Large", command_id=command)
            env["kam.log.check"].seal_now()
            env["kam.fact"]._catch_up()
            cr.commit()
            before, version = self.look(env), account.event_version
        Registry.delete(self.database)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "backup")
            self.pg("pg_dump", "--format=c", f"--file={file}", self.database)
            self.pg("pg_restore", "--jobs=2", f"--dbname={self.restored}", file)
        with registry_of(self.restored).cursor() as cr:
            env = self.env(cr)
            checks = env["kam.log.check"]
            self.assertEqual(self.look(env), before)
            self.assertEqual(checks.verify_now()["state"], "clean")
            self.assertEqual(checks.drift_now()["state"], "clean")
            # nothing is recorded, or shown, twice
            self.assertEqual(env["kam.genesis"]._run()["events"], 0)
            self.assertEqual(env["kam.fact"]._catch_up(), 0)
            account = env["kam.account"].browse(account.id)
            account.designate([partner], "A", "Large", command_id=command)
            self.assertEqual(account.event_version, version)
            # and life goes on
            account.change_class("B", "Smaller now")
            account.invalidate_recordset(["event_version"])
            self.assertEqual(account.event_version, version + 1)
            sample(env, "kam.account")
            checks.seal_now()
            self.assertEqual(checks.verify_now()["state"], "clean")
            cr.rollback()
