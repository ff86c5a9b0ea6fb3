"""Every way in, on every event-sourced field: no state changes without an event.

The matrix is made from the registry, so a new model or field is attacked the day it is
written. Each attempt ends in one of two ways: it is refused with a sentence, or the log
has an event and the row is what the log says.
"""

import json
from datetime import date, datetime, timedelta
from functools import partial
from xmlrpc.client import Fault

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.kam_management.kam_core.record import names
from odoo.addons.kam_management.tests import common

from .samples import sample

REFUSED = ("odoo.exceptions.", "werkzeug.exceptions.")
QUIET = (
    "odoo.http",
    "odoo.sql_db",
    "odoo.addons.rpc.controllers.xmlrpc",
    "odoo.addons.base.models.ir_model",
    "odoo.service.model",
)


class Refused(Exception):
    """The attempt was refused with a sentence."""


@tagged("post_install", "-at_install")
class TestAttacks(common.KamHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.admin)
            ._generate("rpc", "attacks", datetime.now() + timedelta(days=1))
        )
        cls.names = cls.env["kam.projector"]._models()

    def setUp(self):
        super().setUp()
        self.authenticate("admin", "admin")

    # ------------------------------------------------------------------ the matrix
    def fields_of(self, name):
        model = self.env[name]
        return [*names(model._core.State), "event_key"]

    def value_for(self, record, name):
        """Return a value, as RPC sends it, that differs from the record's."""
        field = record._fields[name]
        match field.type:
            case "selection":
                choices = [
                    one for one, _words in field._description_selection(self.env)
                ]
                return next(one for one in choices if one != record[name])
            case "many2one":
                ids = self.env[field.comodel_name].sudo().search([], limit=20).ids
                return next((one for one in ids if one != record[name].id), False)
            case "many2many":
                return [[5, 0, 0]]
            case "one2many":
                return [[5, 0, 0]]
            case "boolean":
                return not record[name]
            case "date":
                return str((record[name] or date(2026, 1, 1)) + timedelta(days=40))
            case "datetime":
                return "2026-01-01 00:00:00"
            case "integer" | "float" | "monetary":
                return (record[name] or 0) + 7
        return "attacked"

    def attack(self, how, act, passes=True):
        """Let ``act(record, field, value)`` try every field of every model.

        :param passes: some attempts are ordinary edits, which must go through: else
            the attempts would prove nothing
        """
        tried = done = 0
        for name in self.names:
            record = sample(self.env, name)
            for field in self.fields_of(name):
                with self.subTest(f"{how}: {name}.{field}"), mute_logger(*QUIET):
                    value = self.value_for(record, field)
                    done += self.attempt(record, partial(act, record, field, value))
                    tried += 1
        self.assertGreater(tried, 10)
        self.assertLess(done, tried, "nothing was refused")
        if passes:
            self.assertGreater(done, 0, "nothing came through")

    def attempt(self, record, act):
        """Do ``act``, look at what came of it, and tell whether it came through."""
        before = self.look(record)
        refused = False
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
        except (Refused, UserError, AccessError) as refusal:
            refused = True
            self.assertGreater(len(str(refusal)), 10, "a refusal is a sentence")
        self.env.invalidate_all()
        after = self.look(record)
        if refused:
            self.assertEqual(after, before, "refused, and yet something changed")
        elif after["rows"] != before["rows"]:
            self.assertGreater(after["events"], before["events"])
        drift = self.env["kam.projector"]._drift(record._name)
        self.assertEqual(drift, [])
        return not refused

    def look(self, record):
        """Return all rows of the model as stored, and how many events there are."""
        self.env.cr.execute("SELECT coalesce(sum(version), 0) FROM kam_es.stream")
        [events] = self.env.cr.fetchone()
        return {
            "rows": self.env["kam.projector"]._digest(record._name),
            "events": events,
        }

    # -------------------------------------------------------------------- the doors
    def call_kw(self, model, method, args, kwargs=None):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs or {},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        if "error" in answer:
            self.refusal(answer["error"]["data"]["name"], answer["error"]["data"])
        return answer["result"]

    def json2(self, model, method, **arguments):
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.key}",
            },
            method="POST",
        )
        if answer.status_code >= 400:
            self.refusal(answer.json()["name"], answer.json())
        return answer.json()

    def xmlrpc(self, model, method, args, kwargs=None):
        try:
            return self.xmlrpc_object.execute_kw(
                get_db_name(), self.admin.id, "admin", model, method, args, kwargs or {}
            )
        except Fault as fault:
            self.assertNotIn("Traceback", str(fault.faultString))
            raise Refused(fault.faultString) from fault

    def refusal(self, name, data):
        self.assertTrue(
            name.startswith(REFUSED), f"not a refusal: {json.dumps(data)[:2000]}"
        )
        raise Refused(data["message"])

    # ---------------------------------------------------------------------- attacks
    def test_call_kw(self):
        self.attack(
            "call_kw",
            lambda record, field, value: self.call_kw(
                record._name, "write", [record.ids, {field: value}]
            ),
        )

    def test_web_save(self):
        self.attack(
            "web_save",
            lambda record, field, value: self.call_kw(
                record._name,
                "web_save",
                [record.ids, {field: value}],
                {"specification": {"display_name": {}}},
            ),
        )

    def test_xmlrpc(self):
        self.attack(
            "xmlrpc",
            lambda record, field, value: self.xmlrpc(
                record._name, "write", [record.ids, {field: value}]
            ),
        )

    def test_json2(self):
        self.attack(
            "json2",
            lambda record, field, value: self.json2(
                record._name, "write", ids=record.ids, vals={field: value}
            ),
        )

    def test_create_with_values(self):
        def act(record, field, value):
            data = (
                record.sudo().copy_data()[0] if record._name == "kam.delegation" else {}
            )
            if record._name == "kam.account":
                partner = self.env["res.partner"].create({"name": "New"})
                self.env.flush_all()
                data = {"partner_id": partner.id}
            data = json.loads(json.dumps({**data, field: value}, default=str))
            self.call_kw(record._name, "create", [[data]])

        self.attack("create", act)

    def test_default_context(self):
        def act(record, field, value):
            self.call_kw(
                record._name,
                "name_create",
                ["Attacked"],
                {"context": {f"default_{field}": value}},
            )

        self.attack("default_", act)

    def test_context_flags(self):
        flags = ("install_mode", "tracking_disable", "module", "no_event", "bypass")
        self.attack(
            "flags",
            lambda record, field, value: self.call_kw(
                record._name,
                "write",
                [record.ids, {field: value}],
                {"context": dict.fromkeys(flags, True)},
            ),
        )

    def test_import(self):
        def act(record, field, value):
            self.env.cr.execute("SELECT 1")
            column = (
                f"{field}/.id"
                if isinstance(value, int) and record._fields[field].relational
                else field
            )
            if isinstance(value, list):
                column, value = f"{field}/.id", ""
            result = self.call_kw(
                record._name, "load", [[".id", column], [[str(record.id), str(value)]]]
            )
            if not result["ids"]:
                raise Refused(result["messages"][0]["message"])

        self.attack("import", act)

    def test_copy(self):
        self.attack(
            "copy",
            lambda record, field, value: self.call_kw(
                record._name, "copy", [record.ids, {field: value}]
            ),
        )

    def test_another_addon(self):
        """Code of another addon, as superuser, with a compute that is protected."""

        def act(record, field, value):
            record.with_user(SUPERUSER_ID).sudo().write({field: value})

        self.attack("sudo", act)

    def test_assignment(self):
        def act(record, field, value):
            if not record._fields[field].relational:
                record.sudo()[field] = value
                self.env.flush_all()

        self.attack("assignment", act)

    def test_private_methods_are_not_reachable(self):
        private = (
            "_write",
            "_create",
            "_command",
            "_append",
            "_project_row",
            "_project_rows",
            "_project_stray",
            "_project_parts",
            "_handle",
            "_decision",
        )
        for name in self.names:
            record = sample(self.env, name)
            for method in private:
                with self.subTest(f"{name}.{method}"), mute_logger(*QUIET):
                    self.attempt(
                        record,
                        partial(self.call_kw, name, method, [record.ids, {}]),
                    )
                    with self.assertRaises(Refused):
                        self.call_kw(name, method, [record.ids, {}])

    def test_machinery_is_not_reachable(self):
        """The store, the projector and the audit answer nobody from outside."""
        for name in ("kam.event.store", "kam.projector", "kam.log.audit"):
            public = [
                method
                for method in vars(type(self.env[name]).mro()[1])
                if not method.startswith("_")
                and callable(getattr(self.env[name], method))
            ]
            self.assertLessEqual(set(public), {"init"}, name)
            for method in ("_append", "_rebuild", "_seal", "_open_projection"):
                with (
                    self.subTest(f"{name}.{method}"),
                    mute_logger(*QUIET),
                    self.assertRaises(Refused),
                ):
                    self.call_kw(name, method, [])

    def test_delete(self):
        for how, act in (
            ("call_kw", lambda one: self.call_kw(one._name, "unlink", [one.ids])),
            ("json2", lambda one: self.json2(one._name, "unlink", ids=one.ids)),
            ("xmlrpc", lambda one: self.xmlrpc(one._name, "unlink", [one.ids])),
        ):
            for name in self.names:
                record = sample(self.env, name)
                with self.subTest(f"{how}: {name}"), mute_logger(*QUIET):
                    self.attempt(record, lambda one=record, do=act: do(one))

    def test_lines(self):
        """Lines have doors of their own: theirs are the parent's commands."""
        for name in self.names:
            for part in self.env[name]._core.PARTS:
                record = sample(self.env, name)
                lines = record[part]
                self.assertTrue(lines, f"the sample of {name} has lines in {part}")
                self.attack_lines(record, lines[0])

    def attack_lines(self, record, line):
        for field in [*line._names(), "event_key", line._part_of[0]]:
            with self.subTest(f"{line._name}.{field}"), mute_logger(*QUIET):
                value = self.value_for(line, field)
                self.attempt(
                    record,
                    partial(
                        self.call_kw, line._name, "write", [line.ids, {field: value}]
                    ),
                )
        with self.subTest(f"{line._name}: create"), mute_logger(*QUIET):
            vals = {line._part_of[0]: record.id}
            self.attempt(record, lambda: self.call_kw(line._name, "create", [[vals]]))
        with self.subTest(f"{line._name}: unlink"), mute_logger(*QUIET):
            self.attempt(record, lambda: self.call_kw(line._name, "unlink", [line.ids]))
