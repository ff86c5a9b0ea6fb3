import io
import json
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.cli.command import find_command
from odoo.tests import tagged

from . import common
from .log_fixtures import make_account, tampering


@tagged("post_install", "-at_install")
class TestCliKam(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = make_account(cls.env)
        cls.account.needs = "Pallets"

    def kam(self, *arguments):
        """Run ``odoo kam`` here: return (exit code, what it prints, its errors)."""
        command, registry = find_command("kam"), self.registry

        class Here:
            def __enter__(self):
                self.cursor = registry.cursor()
                return api.Environment(self.cursor, SUPERUSER_ID, {})

            def __exit__(self, *error):
                self.cursor.close()

        out, errors = io.StringIO(), io.StringIO()
        with (
            self.enter_registry_test_mode(),
            patch.object(command, "_environment", lambda *_a: Here()),
            redirect_stdout(out),
            redirect_stderr(errors),
            self.assertRaises(SystemExit) as end,
        ):
            command().run(list(arguments))
        self.env.invalidate_all()
        return end.exception.code, out.getvalue(), errors.getvalue()

    def test_in_order(self):
        for action in ("verify", "drift", "rebuild", "seal"):
            code, out, errors = self.kam(action)
            self.assertEqual((code, errors), (0, ""), out)
        self.assertIn("Sealed", out)

    def test_findings_are_told_and_make_it_fail(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_es.event SET actor_id = 999 WHERE version = 2 AND stream_id"
                " = (SELECT id FROM kam_es.stream WHERE key = %s)",
                [self.account.event_key],
            )
        code, out, _errors = self.kam("verify")
        self.assertEqual(code, 1)
        self.assertIn(f"{self.account.event_key}: event 2 is not as it was", out)
        code, out, _errors = self.kam("verify", "--json")
        self.assertEqual(json.loads(out)["findings"][0]["problem"], "content")

    def test_as_of(self):
        today = str(self.account._today())
        code, out, _errors = self.kam(
            "asof", "--model", "kam.account", "--id", str(self.account.id),
            "--day", today, "--login", "admin",
        )  # fmt: skip
        self.assertEqual(code, 0)
        shown = {one["field"]: one["value"] for one in json.loads(out)["fields"]}
        self.assertEqual(shown["needs"], "Pallets")
        code, out, _errors = self.kam(
            "asof", "--model", "kam.account", "--id", str(self.account.id),
            "--day", "2001-01-01", "--clock", "recorded_at",
        )  # fmt: skip
        self.assertFalse(json.loads(out)["exists"])

    def test_bad_arguments(self):
        where = ["--id", str(self.account.id), "--day", "2026-01-01"]
        for arguments, words in (
            (["asof", "--model", "res.users", *where], "--model"),
            (["asof", "--model", "nothing", *where], "--model"),
            (
                ["asof", "--model", "kam.account", "--id", "0", "--day", "2026-01-01"],
                "--id",
            ),
            (["asof", "--model", "kam.account", *where[:2], "--day", "1 May"], "“Day”"),
            (
                ["asof", "--model", "kam.account", *where, "--login", "nobody"],
                "--login",
            ),
            (["asof"], "--model"),
            (["explode"], "explode"),
        ):
            with self.subTest(arguments):
                code, out, errors = self.kam(*arguments)
                self.assertEqual((code, out), (2, ""))
                self.assertIn(words, errors)
                self.assertNotIn("Traceback", errors)
