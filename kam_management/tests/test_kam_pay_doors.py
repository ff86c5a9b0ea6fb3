"""Results and pay of others, looked for by every door there is: none of them opens.

The doors are made from the registry. What is looked for are amounts that only the other
person's records hold; whoever is entitled must find them by the same doors, so that a
door that shows nothing to anybody is noticed.
"""

import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import new_test_user, tagged

from .test_kam_kpi import QUARTER, START
from .test_kam_pay import PayCase

MODELS = ("kam.kpi.fact", "kam.pay.", "kam.target", "kam.event")
BESIDES = ("mail.message", "mail.tracking.value", "ir.attachment", "mail.activity")
NUMERIC = ("integer", "float", "monetary")
BY = (None, "user", "account", "partner", "day", "month")
GROUPS = {
    "stranger": "group_kam_user",
    "head": "group_kam_head",
    "director": "group_kam_director",
    "credit": "group_kam_credit",
    "support": "group_kam_support",
    "internal": None,
    "payroll": "group_kam_payroll",
}


@tagged("post_install", "-at_install")
class TestDoors(PayCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            name: new_test_user(
                cls.env,
                f"door_{name}",
                groups="base.group_user,base.group_allow_export"
                + (f",kam_management.{group}" if group else ""),
            )
            for name, group in GROUPS.items()
        }
        cls.team.user_id = cls.people["head"]
        cls.people["self"] = cls.two
        cls.two.group_ids += cls.env.ref("base.group_allow_export")
        partner = cls.env["res.partner"].create({"name": "Behind the door"})
        cls.account_of(partner, [(cls.two, 100)])
        cls.invoice(7654.32, START + timedelta(3), partner)
        cls.invoice(1.5, START + timedelta(3))
        cls.env["kam.kpi.fact"]._catch_up()
        cls.mine = cls.statement(cls, cls.two)
        cls.mine.close()
        cls.mine.with_user(cls.two).object_to("Where is the bonus of 4321.09?")
        target = cls.env["kam.target"].create(
            {
                "kpi_id": cls.kpis["net_sales"].id,
                "user_id": cls.two.id,
                "date_from": "2031-01-01",
                "date_to": "2031-01-31",
                "plan": 987654.25,
            }
        )
        target.message_post(body="Agreed on 987654.25 by word of mouth")
        cls.env["ir.attachment"].create(
            {
                "name": "pay of 7654.32.txt",
                "raw": b"secret",
                "res_model": "kam.pay.statement",
                "res_id": cls.mine.id,
            }
        )
        cls.env.flush_all()
        cls.env.invalidate_all()
        # what to look for: of the figures, of the pay, of the plan
        cls.figures = {"7654.32"}
        cls.pay = {f"{cls.mine.total}", f"{cls.mine.bonus}", "4321.09"}
        cls.plan = {"987654.25"}

    # ------------------------------------------------------------------- doors
    def seen_by(self, name):
        """Return as one text all that a person gets by all doors."""
        env = self.env(user=self.people[name], context={})
        told = []
        for model in sorted(env.registry):
            if model.startswith(MODELS) or model in BESIDES:
                told += self.of_model(env[model])
        told += self.of_results(env)
        told += self.of_digest(env)
        return json.dumps(told, default=str)

    def tried(self, act):
        """Return what ``act`` gives; nothing where it is refused with a sentence."""
        try:
            with self.env.cr.savepoint():
                return [act()]
        except (AccessError, UserError):
            return []

    def of_model(self, records):
        if records._abstract:
            return []
        records = records.with_context(active_test=False)
        fields = [
            name
            for name, field in records._fields.items()
            if field.type not in ("binary", "reference", "many2many_reference")
            and records._has_field_access(field, "read")
        ]
        told = self.tried(lambda: self.readable(records).read(load=None))
        told += self.tried(lambda: records.web_search_read([], {f: {} for f in fields}))
        told += self.tried(lambda: [row.display_name for row in self.readable(records)])
        told += self.tried(lambda: self.readable(records).export_data(fields))
        told += self.by_id(records)
        told += self.totals(records)
        return told

    def readable(self, records):
        return records.search([], limit=500)

    def by_id(self, records):
        """Ask for all rows there are, by number."""
        ids = records.sudo().search([], limit=30, order="id desc").ids
        hidden = records.browse(ids)
        told = self.tried(lambda: hidden.read(load=None))
        for one in hidden:
            told += self.tried(lambda one=one: one.read(load=None))
        told += self.tried(lambda: hidden.export_data(["id", "display_name"]))
        for one in hidden if hasattr(records, "kam_history") else ():
            for method in ("kam_history", "kam_as_of", "kam_changes"):
                arguments = {
                    "kam_history": (),
                    "kam_as_of": (Date.to_string(Date.today()),),
                    "kam_changes": ("2026-01-01", Date.to_string(Date.today())),
                }[method]
                told += self.tried(
                    lambda one=one, m=method, a=arguments: getattr(one, m)(*a)
                )
        for method, arguments in (
            ("refresh", ()),
            ("verify", ()),
            ("what_if", ([{"kind": "sale", "amount": 1}],)),
        ):
            if records._name == "kam.pay.statement":
                for one in hidden:
                    told += self.tried(
                        lambda one=one, m=method, a=arguments: getattr(one, m)(*a)
                    )
        return told

    def totals(self, records):
        """Ask for the sums of all numbers, by each field that can be grouped by."""
        sums = [
            f"{name}:{kind}"
            for name, field in records._fields.items()
            if field.type in NUMERIC and field.store and field.aggregator
            if records._has_field_access(field, "read")
            for kind in ("sum", "max")
        ] or ["__count"]
        told = self.tried(lambda: records.formatted_read_group([], [], sums))
        for name, field in records._fields.items():
            if field.store and field.type in ("many2one", "date", "selection"):
                by = f"{name}:month" if field.type == "date" else name
                told += self.tried(
                    lambda by=by: records.formatted_read_group([], [by], sums)
                )
        return told

    def of_results(self, env):
        kpis, told = env["kam.kpi"], []
        span = list(map(Date.to_string, QUARTER))
        users = (None, env.uid, self.two.id)
        for code in self.kpis:
            for by in BY:
                told += self.tried(lambda c=code, b=by: kpis.figures([c], *span, b))
            for user_id in users:
                told += self.tried(lambda c=code, u=user_id: kpis.explain(c, *span, u))
                told += self.tried(
                    lambda c=code, u=user_id: kpis.changed(c, *span, span[0], None, u)
                )
        for period in ("month", "quarter", "year"):
            told += self.tried(lambda p=period: kpis.team_board(span[0], p))
            for user_id in users:
                told += self.tried(
                    lambda p=period, u=user_id: kpis.my_results(span[0], p, u)
                )
        return told

    def of_digest(self, env):
        # sudo: the digest is computed for its reader, whoever made it
        digest = env["digest.digest"].sudo().create({"name": "Weekly"})
        names = [name for name in digest._fields if name.startswith("kpi_kam_")]
        return self.tried(lambda: digest.with_user(env.user).sudo(False).read(names))

    # -------------------------------------------------------------------- tests
    def found(self, name, marks):
        text = self.seen_by(name)
        return {mark for mark in marks if mark in text}

    def test_a_colleague_and_outsiders_find_nothing(self):
        everything = self.figures | self.pay | self.plan
        for name in ("stranger", "support", "internal"):
            with self.subTest(name):
                self.assertEqual(self.found(name, everything), set())
        # invoices are no secret to whoever keeps the receivables; pay and plans are
        self.assertEqual(self.found("credit", self.pay | self.plan), set())

    def test_a_head_finds_the_figures_but_no_pay(self):
        found = self.found("head", self.figures | self.pay | self.plan)
        self.assertEqual(found, self.figures | self.plan)

    def test_a_director_is_not_payroll(self):
        found = self.found("director", self.figures | self.pay | self.plan)
        self.assertEqual(found, self.figures | self.plan)

    def test_one_finds_all_of_ones_own(self):
        everything = self.figures | self.pay | self.plan
        self.assertEqual(self.found("self", everything), everything)

    def test_payroll_finds_figures_and_pay(self):
        found = self.found("payroll", self.figures | self.pay)
        self.assertEqual(found, self.figures | self.pay)
