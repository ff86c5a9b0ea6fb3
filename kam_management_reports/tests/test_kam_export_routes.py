"""Odoo's own export of lists, by both routes: on record, refused as by rights."""

import json

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

GROUPS = "base.group_user,kam_management.group_kam_user"


@tagged("post_install", "-at_install")
class TestKamExportRoutes(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(
            cls.env,
            "routes_reader",
            groups=f"{GROUPS},base.group_allow_export",
            password="routes_reader",
        )
        cls.without = new_test_user(
            cls.env, "routes_without", groups=GROUPS, password="routes_without"
        )
        partners = cls.env["res.partner"].create(
            [{"name": f"Routes {n}", "is_company": True} for n in range(3)]
        )
        owners = (cls.reader, cls.reader, cls.env.ref("base.user_admin"))
        cls.accounts = cls.env["kam.account"].create(
            [
                {
                    "partner_id": partner.id,
                    "owner_ids": [Command.create({"user_id": owner.id})],
                }
                for partner, owner in zip(partners, owners, strict=True)
            ]
        )

    def export(self, kind, **values):
        data = {
            "model": "kam.account",
            "fields": [
                {"name": "partner_id", "label": "Customer", "type": "many2one"},
                {"name": "account_class", "label": "Class", "type": "selection"},
            ],
            "ids": self.accounts[:2].ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
            "context": {},
            **values,
        }
        return self.url_open(
            f"/web/export/{kind}",
            data={"data": json.dumps(data), "csrf_token": self.csrf()},
        )

    def csrf(self):
        from odoo import http

        return http.Request.csrf_token(self)

    def recorded(self):
        self.env.invalidate_all()
        return self.env["kam.export"].search([("subject", "=", "kam.account")])

    def test_both_routes_are_on_record(self):
        self.authenticate("routes_reader", "routes_reader")
        for kind in ("csv", "xlsx"):
            before = self.recorded()
            with self.subTest(kind):
                answer = self.export(kind)
                self.assertEqual(answer.status_code, 200)
                made = self.recorded() - before
                self.assertEqual((made.user_id, made.kind), (self.reader, "list"))
                self.assertEqual(made.row_count, 2)
                self.assertEqual(made.columns, "partner_id,account_class")
                told = json.loads(made.parameters)
                self.assertEqual(sorted(told["ids"]), sorted(self.accounts[:2].ids))

    def test_a_selection_of_all_and_groups(self):
        self.authenticate("routes_reader", "routes_reader")
        domain = [("id", "in", self.accounts.ids)]
        for values in (
            {"ids": False, "domain": domain},
            {"ids": False, "domain": domain, "groupby": ["account_class"]},
        ):
            before = self.recorded()
            with self.subTest(str(values)):
                self.assertEqual(self.export("xlsx", **values).status_code, 200)
                made = self.recorded() - before
                self.assertEqual(sum(made.mapped("row_count")), 2)

    @mute_logger("odoo.http")
    def test_what_is_refused_leaves_no_record(self):
        before = self.recorded()
        self.authenticate("routes_without", "routes_without")
        for kind in ("csv", "xlsx"):
            self.assertNotEqual(self.export(kind).status_code, 200)
        self.authenticate("routes_reader", "routes_reader")
        foreign = self.accounts[2].ids
        for kind in ("csv", "xlsx"):
            answer = self.export(kind, ids=foreign)
            self.assertNotIn(b"Routes 2", answer.content)
        self.assertFalse(self.recorded() - before)
