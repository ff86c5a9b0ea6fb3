"""A customer reaches no act but their own, by any id, address, token or call.

The cases are made from the registry and from Odoo's own routes. One rule judges them
all: nothing that only the other customer's act says may be in an answer, and the act
stays as it was.
"""

import base64
import json
from datetime import datetime, timedelta
from xmlrpc.client import Fault

from odoo import http
from odoo.tests import get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from . import common, test_kam_act

SECRET = 7351.97  # an amount that nobody else has
REPORT = "kam_management.report_kam_act"
QUIET = (
    "odoo.http",
    "odoo.addons.rpc.controllers.xmlrpc",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.http_routing.models.ir_http",
    "odoo.addons.mail.models.mail_thread",
    "odoo.models",
    "odoo.orm.models",
    "odoo.service.model",
    "odoo.sql_db",
)
# what they are asked with, by the name of the parameter
GIVEN = {
    "domain": [],
    "fields": ["number"],
    "fields_to_export": ["number"],
    "fnames": ["number"],
    "field_names": ["number"],
    "groupby": ["number"],
    "aggregates": ["debit:sum"],
    "specification": {"display_name": {}},
    "vals": {"place": "x"},
    "values": {"place": "x"},
    "vals_list": [{"place": "x"}],
    "answer": "agreed",
    "reason": "x",
    "signatory": "I",
    "authority": "me",
    "day": "2026-07-01",
    "day_from": "2026-01-01",
    "day_to": "2026-07-01",
    "date_from": "2026-01-01",
    "date_to": "2026-07-01",
    "body": "x",
    "operation": "read",
}


@tagged("post_install", "-at_install")
class TestKamActDoors(test_kam_act.ActCase, common.KamHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env, "door_north", groups="base.group_portal", password="door_north"
        )
        cls.portal.partner_id.parent_id = cls.customer
        cls.env.cr.flush()

    def setUp(self):
        super().setUp()
        self.invoice(100, "2026-03-05")
        self.invoice(SECRET, "2026-03-06", partner=self.other)
        self.mine, self.foreign = self.act(), self.act(partner=self.other)
        (self.mine + self.foreign).send()
        self.mine._portal_ensure_token()
        self.token = self.foreign._portal_ensure_token()
        scan = base64.b64encode(b"%PDF signed and secret").decode()
        signed = self.signed("2026-02-01", "2026-02-28", partner=self.other)
        signed.write({"scan": scan, "scan_name": "secret.pdf"})
        self.paper = self.env["ir.attachment"].create(
            {
                "name": "secret-print.pdf",
                "raw": b"%PDF signed and secret",
                "res_model": "kam.act",
                "res_id": self.foreign.id,
            }
        )
        self.message = self.foreign.message_post(
            body="secret words", attachment_ids=self.paper.ids
        )
        self.signed_act = signed
        self.env.flush_all()
        self.before = self.state()
        self.secrets = (
            *(self.foreign.number, self.foreign.digest, self.token),
            *("7,351.97", "7351.97", "signed and secret", "secret words"),
        )
        self.authenticate("door_north", "door_north")

    def state(self):
        self.env.invalidate_all()
        acts = self.foreign + self.signed_act
        return acts.mapped(
            lambda act: (act.event_version, act.status, act.place, len(act.message_ids))
        )

    def closed(self, case, text):
        """The answer tells nothing, and nothing has changed."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        told = [one for one in self.secrets if one in text]
        self.assertFalse(told, f"{case}: {text[:300]}")

    def untouched(self):
        self.assertEqual(self.state(), self.before)

    # --------------------------------------------------------------------- doors
    def call_kw(self, model, method, args, kwargs=None):
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "jsonrpc": "2.0",
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": kwargs or {},
                },
            },
            method="POST",
        ).text

    def json2(self, model, method, ids, arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps({"ids": ids, **arguments}),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.key()}",
            },
            method="POST",
        ).text

    def key(self):
        keys = self.env["res.users.apikeys"].with_user(self.portal)
        if not hasattr(self, "_key"):
            day = datetime.now() + timedelta(hours=5)
            # sudo: a portal user may have no keys; if they ever do, the door is closed
            self._key = keys.sudo()._generate("rpc", "doors", day)
            self.env.flush_all()
        return self._key

    def xmlrpc(self, model, method, args, kwargs=None):
        try:
            return str(
                self.xmlrpc_object.execute_kw(
                    *(get_db_name(), self.portal.id, "door_north"),
                    *(model, method, args, kwargs or {}),
                )
            )
        except Fault as fault:
            return str(fault.faultString)

    # --------------------------------------------------------------------- calls
    def calls(self, model):
        """Yield (method, arguments by name) of each public method of a model."""
        cls = type(self.env[model])
        for name in sorted(dir(cls)):
            method = getattr(cls, name)
            code = getattr(method, "__wrapped__", method)
            code = getattr(code, "__code__", None)
            if name.startswith("_") or not code or isinstance(method, property):
                continue
            names = code.co_varnames[1 : code.co_argcount]
            given = {one: GIVEN[one] for one in names if one in GIVEN}
            yield name, given

    def of_others(self):
        acts = self.foreign + self.signed_act
        yield "kam.act", acts.ids
        yield "kam.act.line", acts.line_ids.ids

    def test_every_public_method_of_acts_and_lines(self):
        tried = 0
        for model, ids in self.of_others():
            for method, given in self.calls(model):
                with self.subTest(f"{model}.{method}"), mute_logger(*QUIET):
                    self.closed(method, self.call_kw(model, method, [ids], given))
                tried += 1
        self.assertGreater(tried, 150)
        self.untouched()

    def test_the_other_two_doors(self):
        reads = {
            "read": {"fields": ["number", "debit", "digest"]},
            "web_read": {"specification": {"number": {}, "debit": {}}},
            "export_data": {"fields_to_export": ["number", "debit"]},
            "get_portal_url": {},
            "kam_history": {},
            "kam_as_of": {"day": "2026-07-01"},
            "sign": {"signatory": "I", "authority": "me"},
            "register_answer": {"answer": "agreed"},
            "send": {},
            "open_delta": {},
            "message_post": {"body": "x"},
            "unlink": {},
        }
        for model, ids in self.of_others():
            for method, given in reads.items():
                with self.subTest(f"{model}.{method}"), mute_logger(*QUIET):
                    self.closed("json2", self.json2(model, method, ids, given))
                    self.closed("xmlrpc", self.xmlrpc(model, method, [ids], given))
        self.untouched()

    def test_searches_of_all_that_is_near(self):
        """What finds records finds the own ones; what others wrote is not near."""
        models = [
            name
            for name, cls in self.env.registry.items()
            if not cls._abstract
            and (
                name.startswith("kam.")
                or name in ("mail.message", "ir.attachment", "account.move.line")
            )
        ]
        self.assertIn("kam.act", models)
        for model in models:
            for method, given in (
                ("search_read", {"domain": []}),
                ("name_search", {}),
                ("web_search_read", {"domain": [], "specification": {"id": {}}}),
                ("export_data", {"fields_to_export": ["id", "display_name"]}),
            ):
                with self.subTest(f"{model}.{method}"), mute_logger(*QUIET):
                    ids = [self.foreign.ids] if method == "export_data" else []
                    self.closed(method, self.call_kw(model, method, ids, given))
        found = json.loads(self.call_kw("kam.act", "search", [[]]))["result"]
        self.assertEqual(found, self.mine.ids, "what is theirs they do see")

    # ----------------------------------------------------------------- addresses
    def paths(self, act):
        """Yield the addresses of an act, its print, its files and its messages."""
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "kam.act"),
                ("res_id", "=", act.id),
                ("res_field", "in", (False, "scan")),
            ]
        )
        yield f"/my/acts/{act.id}"
        for kind in ("html", "pdf"):
            yield f"/my/acts/{act.id}?report_type={kind}"
            yield f"/my/acts/{act.id}?report_type={kind}&download=1"
            yield f"/report/{kind}/{REPORT}/{act.id}"
        for door in ("content", "image"):
            yield f"/web/{door}/kam.act/{act.id}/scan"
            yield f"/web/{door}?model=kam.act&id={act.id}&field=scan"
            for file in files:
                yield f"/web/{door}/{file.id}"
                yield f"/web/{door}/{file.id}?download=1"
        yield f"/mail/view?model=kam.act&res_id={act.id}"
        yield f"/my/statement?partner_id={act.partner_id.id}"
        yield f"/odoo/kam.act/{act.id}"

    def tokens(self):
        """Yield what a customer may put where the token goes."""
        yield from ("", "wrong", self.mine.access_token, self.token[:-1])
        yield self.token.upper()

    def test_no_address_with_any_token_that_is_not_its_own(self):
        for user in ("door_north", None):
            self.authenticate(user, user)
            for act in self.foreign + self.signed_act:
                for path in self.paths(act):
                    joint = "&" if "?" in path else "?"
                    for token in self.tokens():
                        address = f"{path}{joint}access_token={token}"
                        with self.subTest(user=user, path=address), mute_logger(*QUIET):
                            answer = self.url_open(address, allow_redirects=False)
                            self.assertLess(answer.status_code, 500)
                            self.closed(address, answer.content)
        self.untouched()

    def test_no_print_by_the_report_engine(self):
        data = json.dumps([f"/report/pdf/{REPORT}/{self.foreign.id}", "qweb-pdf"])
        with mute_logger(*QUIET, "odoo.addons.web.controllers.report"):
            answer = self.url_open(
                "/report/download",
                data={"data": data, "csrf_token": http.Request.csrf_token(self)},
            )
        self.closed("report/download", answer.content)

    def test_no_answer_for_another(self):
        for token in self.tokens():
            self.url_open(
                f"/my/acts/{self.foreign.id}/answer",
                data={
                    "csrf_token": http.Request.csrf_token(self),
                    "access_token": token,
                    "answer": "agreed",
                },
            )
        self.untouched()

    def test_no_message_of_another(self):
        for path, params in (
            ("/mail/thread/messages", {}),
            ("/mail/thread/data", {"request_list": ["attachments", "followers"]}),
            ("/mail/chatter_fetch", {}),
            ("/portal/chatter_init", {}),
            ("/mail/message/post", {"post_data": {"body": "x"}}),
        ):
            for token in (None, *self.tokens()):
                with self.subTest(path=path, token=token), mute_logger(*QUIET):
                    answer = self.url_open(
                        path,
                        json={
                            "jsonrpc": "2.0",
                            "params": {
                                "thread_model": "kam.act",
                                "thread_id": self.foreign.id,
                                **params,
                                **({"token": token} if token else {}),
                            },
                        },
                        method="POST",
                    )
                    self.closed(path, answer.content)
        self.untouched()

    def test_the_own_act_by_the_same_doors(self):
        """Else the cases above would prove nothing."""
        own = self.mine
        self.assertIn(own.number, self.url_open(f"/my/acts/{own.id}").text)
        for text in (
            self.call_kw("kam.act", "read", [own.ids, ["number"]]),
            self.xmlrpc("kam.act", "read", [own.ids, ["number"]]),
            self.json2("kam.act", "read", own.ids, {"fields": ["number"]}),
        ):
            self.assertIn(own.number, text)
        self.authenticate(None, None)
        token = self.foreign.access_token
        page = self.url_open(f"/my/acts/{self.foreign.id}?access_token={token}").text
        self.assertIn(self.foreign.number, page)
