"""The mixin: whatever door a change comes through, it is an event, once, and projected.

Tried on key accounts and delegations, which have text, links, lines and decisions.
"""

import uuid
from datetime import datetime, timezone
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.translate import TranslationModuleReader, code_translations

from odoo.addons.kam_management.kam_core import accounts

from . import common

KAM = "kam_management.group_kam_user"
HEAD = "kam_management.group_kam_director"


class SourcedCase(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(cls.env, "es_boss", groups=HEAD)
        cls.anna = new_test_user(cls.env, "es_anna", groups=KAM)
        cls.ben = new_test_user(cls.env, "es_ben", groups=KAM)
        cls.env = cls.env(user=cls.boss)
        cls.Account = cls.env["kam.account"]
        cls.today = cls.env.company._kam_today()
        cls.segments = cls.env["kam.segment"].create(
            [{"name": "es wholesale"}, {"name": "es retail"}]
        )

    def partner(self, name="Sourced Ltd"):
        return self.env["res.partner"].create({"name": name, "is_company": True})

    def account(self, **vals):
        vals.setdefault("partner_id", self.partner().id)
        vals.setdefault("owner_ids", [Command.create({"user_id": self.anna.id})])
        return self.Account.create(vals)

    def events(self, record):
        """Return the log of a record as a list of dicts."""
        self.env.cr.execute(
            """SELECT e.* FROM kam_es.event e JOIN kam_es.stream s ON s.id = e.stream_id
                WHERE s.category = %s AND s.key = %s ORDER BY e.version""",
            [record._name, record.event_key],
        )
        return self.env.cr.dictfetchall()

    def types(self, record):
        return [event["type"] for event in self.events(record)]

    def sees(self, record, **expected):
        """Check the row itself, past every cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        for name, value in expected.items():
            self.assertEqual(record[name], value, name)


@tagged("post_install", "-at_install")
class TestDoors(SourcedCase):
    def test_create_has_every_field_of_the_state(self):
        account = self.account(needs="Cold chain")
        (event,) = self.events(account)
        self.assertEqual(event["type"], "Created")
        self.assertEqual(
            set(event["payload"]["values"]),
            set(accounts.Account.__dataclass_fields__),
        )
        self.assertEqual(event["actor_id"], self.boss.id)
        self.assertEqual(event["company_id"], account.company_id.id)
        self.assertNotIn("Cold chain", str(event["payload"]))
        self.assertEqual(account.event_version, 1)

    def test_batch_create_keeps_the_order(self):
        partners = [self.partner(f"Batch {n}") for n in range(7)]
        made = self.Account.create([{"partner_id": one.id} for one in partners])
        self.assertEqual([one.partner_id for one in made], partners)
        self.assertEqual(made.ids, sorted(made.ids))

    def test_create_ignores_a_given_id_and_refuses_a_given_key(self):
        account = self.account(id=10**8)
        self.assertLess(account.id, 10**8)
        for door in (self.account, account.write):
            with self.assertRaisesRegex(UserError, "Event key"):
                door({"event_key": "x"}) if door == account.write else door(
                    event_key="x"
                )

    def test_defaults_of_the_context_are_events_too(self):
        partner = self.partner()
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": partner.id}
        )
        account = self.Account.with_context(
            default_partner_id=contact.id,
            default_needs="By default",
            default_event_key="forged",
        ).create({})
        self.sees(account, partner_id=partner, needs="By default")
        self.assertNotEqual(account.event_key, "forged")
        with self.assertRaisesRegex(UserError, "decision"):
            self.Account.with_context(default_status="key").create(
                {"partner_id": self.partner().id}
            )

    def test_write_is_one_event_in_the_words_of_the_trade(self):
        account = self.account()
        account.write({"segment_id": self.segments[0].id, "needs": "Pallets"})
        self.assertEqual(self.types(account), ["Created", "Segmented", "NeedsRecorded"])
        account.write({"segment_id": self.segments[0].id, "needs": "Pallets"})
        self.assertEqual(len(self.events(account)), 3)
        self.sees(account, segment_id=self.segments[0], needs="Pallets")

    def test_two_records_with_different_changes(self):
        one, two = self.account(needs="A"), self.account(needs="B")
        (one | two).write({"needs": "B"})
        self.assertEqual(self.types(one), ["Created", "NeedsRecorded"])
        self.assertEqual(self.types(two), ["Created"])
        self.sees(one, needs="B")
        self.sees(two, needs="B")

    def test_plain_fields_are_no_events(self):
        account = self.account()
        account.message_subscribe(partner_ids=self.anna.partner_id.ids)
        account.message_post(body="A note")
        self.assertEqual(self.types(account), ["Created"])

    def test_an_id_given_twice(self):
        account = self.account()
        twice = self.Account.browse([account.id, account.id])
        twice.write({"needs": "Once"})
        self.assertEqual(self.types(account), ["Created", "NeedsRecorded"])
        twice._command(
            accounts.HandOver(
                account._owner_parts([{"user_id": self.ben.id}], self.today),
                self.today,
                account._reason("Twice"),
            )
        )
        self.assertEqual(self.types(account)[2:], ["OwnershipHandedOver"])

    def test_unlink_ends_the_stream_and_keeps_it(self):
        account = self.account()
        key = account.event_key
        account.unlink()
        self.assertFalse(account.exists())
        self.env.cr.execute("SELECT version FROM kam_es.stream WHERE key = %s", [key])
        self.assertEqual(self.env.cr.fetchall(), [(2,)])

    def test_a_refusal_records_nothing(self):
        account = self.account()
        for vals in (
            {"status": "key"},
            {"account_class": "A", "needs": "x"},
            {"owner_ids": [Command.clear()]},
            {"partner_id": self.partner().id},
        ):
            with self.assertRaises(UserError):
                account.write(vals)
        with self.assertRaises(UserError):
            account.copy()
        self.assertEqual(self.types(account), ["Created"])

    def test_import(self):
        result = self.Account.load(
            ["id", "partner_id/.id", "needs"],
            [["__import__.es_one", str(self.partner().id), "Imported"]],
        )
        self.assertFalse(result["messages"])
        account = self.Account.browse(result["ids"])
        self.assertEqual(self.types(account), ["Created"])
        result = self.Account.load(["id", "needs"], [["__import__.es_one", "Again"]])
        self.assertFalse(result["messages"])
        self.assertEqual(self.types(account), ["Created", "NeedsRecorded"])
        result = self.Account.load(["id", "status"], [["__import__.es_one", "key"]])
        self.assertIn("decision", result["messages"][0]["message"])

    def test_web_save_and_form(self):
        account = self.account()
        account.web_save({"needs": "From the web"}, {"needs": {}})
        self.sees(account, needs="From the web")
        with Form(self.env["kam.delegation"]) as form:
            form.user_id = self.anna
            form.substitute_id = self.ben
            form.date_to = self.today
        self.assertEqual(self.types(form.record), ["Created"])

    def test_context_flags_skip_nothing(self):
        account = self.account()
        account.with_context(
            tracking_disable=True,
            install_mode=True,
            mail_notrack=True,
            kam_no_event=True,
            recompute=False,
            import_file=True,
        ).write({"needs": "Flagged"})
        self.assertEqual(self.types(account), ["Created", "NeedsRecorded"])

    def test_sudo_of_another_addon_records_who_acted(self):
        account = self.account()
        account.with_user(self.anna).sudo().write({"needs": "By the way"})
        event = self.events(account)[-1]
        self.assertEqual(event["actor_id"], self.anna.id)

    def test_a_savepoint_undoes_event_and_row_together(self):
        account = self.account(needs="Before")
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            account.write({"needs": "Within"})
            raise ZeroDivisionError
        self.sees(account, needs="Before")
        self.assertEqual(self.types(account), ["Created"])

    def test_a_write_within_a_write(self):
        account = self.account()
        cls = self.registry["kam.account"]
        write = cls.write

        def nested(records, vals):
            result = write(records, vals)
            if "needs" in vals and "openings" not in vals:
                records.write({"openings": f"After {vals['needs']}"})
            return result

        with patch.object(cls, "write", nested):
            account.kam_write({"needs": "Wine"}, expected_version=1)
        self.assertEqual(
            self.types(account), ["Created", "NeedsRecorded", "OpeningsRecorded"]
        )
        self.sees(account, needs="Wine", openings="After Wine")

    def test_a_row_without_a_stream_is_refused(self):
        account = self.account()
        self.env.flush_all()
        self.env["kam.event.store"]._open_projection()
        self.env.cr.execute(
            "UPDATE kam_account SET event_key = 'gone' WHERE id = %s", [account.id]
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no history"):
            account.write({"needs": "x"})
        self.env["kam.projector"]._rebuild("kam.account")

    def test_a_write_repairs_what_drifted(self):
        account = self.account(needs="Right")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE kam_account SET needs = 'Wrong' WHERE id = %s", [account.id]
        )
        self.env.invalidate_all()
        self.assertTrue(self.env["kam.projector"]._drift("kam.account"))
        account.write({"needs": "Right"})
        self.assertEqual(self.types(account), ["Created"])
        self.sees(account, needs="Right")

    def test_wrong_values_are_one_sentence(self):
        account = self.account()
        delegation = self.env["kam.delegation"].create(
            {
                "user_id": self.anna.id,
                "substitute_id": self.ben.id,
                "date_to": self.today,
            }
        )
        for record, vals in (
            (account, {"segment_id": "many"}),
            (account, {"segment_id": 2**40}),
            (account, {"needs": "nul\0"}),
            (account, {"status": "no such"}),
            (account, {"owner_ids": [1]}),
            (account, {"owner_ids": 5}),
            (account, {"owner_ids": [Command.create({"share": float("nan")})]}),
            (account, {"owner_ids": [Command.create({"share": "half"})]}),
            (account, {"owner_ids": [Command.create({"date_from": "soon"})]}),
            (delegation, {"date_to": "2026-02-30"}),
            (delegation, {"account_ids": [(6, 0)]}),
            (delegation, {"account_ids": ["x"]}),
        ):
            with self.subTest(vals), self.assertRaises(UserError) as caught:
                record.write(vals)
            self.assertIn("“", str(caught.exception))

    def test_two_tracked_fields(self):
        account = self.account()
        self.flush_tracking()
        account.write({"segment_id": self.segments[0].id, "head_id": self.anna.id})
        self.flush_tracking()
        tracked = account.sudo().message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"segment_id", "head_id"}, set(tracked))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()


@tagged("post_install", "-at_install")
class TestLinksAndLines(SourcedCase):
    def setUp(self):
        super().setUp()
        self.accounts = self.Account.browse()
        for _n in range(4):
            self.accounts += self.account()
        self.one, self.two = (
            self.env["kam.delegation"].create(
                {
                    "user_id": self.anna.id,
                    "substitute_id": self.ben.id,
                    "date_to": self.today,
                    "account_ids": [Command.set(some.ids)],
                }
            )
            for some in (self.accounts[:1], self.accounts[1:3])
        )

    def test_every_command_on_links(self):
        a, b, c, d = self.accounts
        for command, left in (
            (Command.link(d.id), a | d),
            (Command.unlink(a.id), d),
            (Command.set([b.id, c.id]), b | c),
            (Command.clear(), self.Account),
            (c.id, c),
        ):
            self.one.write({"account_ids": [command]})
            self.sees(self.one, account_ids=left)
        self.one.write({"account_ids": [Command.update(c.id, {"needs": "Through"})]})
        self.assertEqual(self.types(c)[-1], "NeedsRecorded")
        partner = self.partner()
        self.one.write({"account_ids": [Command.create({"partner_id": partner.id})]})
        self.assertEqual(len(self.one.account_ids), 2)
        with self.assertRaisesRegex(UserError, "its own list"):
            self.one.write({"account_ids": [Command.delete(c.id)]})
        self.assertEqual(self.types(self.one), ["Created"] + ["AccountsLimited"] * 6)

    def test_one_link_given_to_records_with_different_links(self):
        (self.one | self.two).write(
            {"account_ids": [Command.link(self.accounts[3].id)]}
        )
        self.sees(self.one, account_ids=self.accounts[0] | self.accounts[3])
        self.sees(self.two, account_ids=self.accounts[1:])

    def test_a_link_to_what_one_may_not_read(self):
        hidden = self.account(owner_ids=[], partner_id=self.partner("Hidden").id)
        delegation = self.env["kam.delegation"].with_user(self.anna)
        with self.assertRaises(AccessError):
            delegation.create(
                {
                    "substitute_id": self.ben.id,
                    "date_to": self.today,
                    "account_ids": [Command.link(hidden.id)],
                }
            )

    def owners(self, account):
        return sorted((one.user_id.login, one.share) for one in account.owner_ids)

    def test_lines_belong_to_the_decisions_of_their_record(self):
        account, other = self.accounts[:2]
        line = account.owner_ids
        with self.assertRaisesRegex(UserError, "decision"):
            line.write({"share": 50})
        with self.assertRaisesRegex(UserError, "decision"):
            line.unlink()
        with self.assertRaisesRegex(UserError, "decision"):
            line.create({"account_id": account.id, "user_id": self.ben.id})
        with self.assertRaisesRegex(UserError, "missing"):
            line.create({"user_id": self.ben.id})
        with self.assertRaisesRegex(UserError, "stays in its record"):
            line.write({"account_id": other.id})
        with self.assertRaisesRegex(UserError, "stays in its record"):
            line.write({"event_key": "x"})
        with self.assertRaisesRegex(UserError, "does not belong"):
            account.write({"owner_ids": [Command.update(other.owner_ids.id, {})]})
        for command in (Command.delete(line.id), Command.set([]), Command.clear()):
            with self.assertRaisesRegex(UserError, "decision"):
                account.write({"owner_ids": [command]})
        account.write({"owner_ids": [Command.link(line.id)]})  # what is so already
        self.assertEqual(self.types(account), ["Created"])

    def test_lines_of_a_core_that_lets_them_be_edited(self):
        """Parts through the parent and directly, where no decision is needed."""
        decided = {k: v for k, v in accounts.DECIDED.items() if k != "owner_ids"}
        account = self.accounts[0]
        with patch.object(accounts, "DECIDED", decided):
            line = account.owner_ids
            account.write(
                {
                    "owner_ids": [
                        Command.update(line.id, {"share": 60}),
                        Command.create(
                            {"user_id": self.ben.id, "share": 40, "role": "co"}
                        ),
                    ]
                }
            )
            self.assertEqual(self.owners(account), [("es_anna", 60), ("es_ben", 40)])
            line.write({"share": 70})
            self.assertEqual(line.share, 70)
            made = line.create(
                {"account_id": account.id, "user_id": self.boss.id, "role": "co"}
            )
            self.assertEqual(made.user_id, self.boss)
            made.unlink()
            self.assertEqual(len(account.owner_ids), 2)
            account.write({"owner_ids": [Command.set(line.ids)]})
            self.assertEqual(account.owner_ids, line)
        self.assertEqual(self.types(account), ["Created"] + ["Changed"] * 5)


@tagged("post_install", "-at_install")
class TestIntegrations(SourcedCase):
    def test_a_command_is_done_once(self):
        command_id = str(uuid.uuid4())
        vals = [{"partner_id": self.partner().id, "needs": "Once"}]
        first = self.Account.kam_create(vals, command_id=command_id)
        self.assertEqual(self.Account.kam_create(vals, command_id=command_id), first)
        self.assertEqual(self.Account.search_count([("needs", "=", "Once")]), 1)
        event = self.events(self.Account.browse(first))[0]
        self.assertEqual(event["command_id"], command_id)

    def test_a_command_id_of_another_request_or_user_is_refused(self):
        account, command_id = self.account(), str(uuid.uuid4())
        account.kam_write({"needs": "A"}, command_id=command_id)
        for model, vals in (
            (account, {"needs": "B"}),
            (account.with_user(self.anna), {"needs": "A"}),
        ):
            with self.assertRaisesRegex(UserError, "already used"):
                model.kam_write(vals, command_id=command_id)
        for wrong in ("abc", [1], 2**200):
            with self.assertRaisesRegex(UserError, "is a UUID"):
                account.kam_write({"needs": "B"}, command_id=wrong)
        self.sees(account, needs="A")

    def test_every_event_of_a_command_has_its_id(self):
        """Also after a savepoint, and after a command within the command."""
        account, outer, inner = self.account(), str(uuid.uuid4()), str(uuid.uuid4())

        def action(model):
            account.write({"needs": "1"})
            with model.env.cr.savepoint():
                account.write({"needs": "2"})
            account.write({"needs": "3"})
            account.kam_write({"needs": "4"}, command_id=inner)
            account.write({"needs": "5"})
            return True

        self.Account._once(outer, ["test"], action)
        account.write({"needs": "6"})
        ids = [event["command_id"] for event in self.events(account)]
        self.assertEqual(ids, [None, outer, outer, outer, inner, outer, None])

    def test_a_stale_version_is_refused(self):
        account = self.account()
        account.kam_write({"needs": "A"}, expected_version=1)
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            account.kam_write({"needs": "B"}, expected_version=1)
        with self.assertRaisesRegex(UserError, "changed by somebody else"):
            account.hand_over([{"user_id": self.ben.id}], "Why", expected_version=1)
        self.sees(account, needs="A")

    def test_wrong_arguments(self):
        account = self.account()
        for call in (
            lambda: self.Account.kam_create(5),
            lambda: self.Account.kam_create(["x"]),
            lambda: account.kam_write("x"),
            lambda: account.kam_history(offset=-1),
            lambda: account.kam_history(limit="all"),
            lambda: account.kam_as_of("soon"),
            lambda: account.kam_as_of("0001-01-01"),
            lambda: account.kam_as_of(False),
            lambda: account.kam_as_of("2026-01-01", clock="wall"),
            lambda: account.kam_changes("2026-01-01", 5),
        ):
            with self.assertRaises(UserError):
                call()

    def test_nothing_else_is_public(self):
        """No helper of the store, the projector and the mixin is reachable by RPC."""
        public = {
            name
            for model in ("kam.event.store", "kam.projector", "kam.event.sourced")
            for cls in type(self.env[model]).mro()
            if cls.__module__.startswith("odoo.addons.kam_management")
            and "cost_access" not in cls.__module__
            for name, value in vars(cls).items()
            if callable(value) and not name.startswith("_")
        }
        self.assertEqual(
            public - {"init"},
            {
                "create",
                "write",
                "unlink",
                "kam_create",
                "kam_write",
                "kam_history",
                "kam_as_of",
                "kam_changes",
                "action_kam_history",
                "export_data",
            },
        )


@tagged("post_install", "-at_install")
class TestClocks(SourcedCase):
    def at(self, moment):
        """Freeze nothing: say only when something becomes true."""
        return datetime.fromisoformat(moment).replace(tzinfo=timezone.utc)

    def test_a_day_begins_where_the_company_is(self):
        account = self.account(
            owner_ids=[
                Command.create({"user_id": self.anna.id, "date_from": "2026-01-01"})
            ]
        )
        company = account.company_id.sudo()
        company.resource_calendar_id.tz = "Asia/Tokyo"
        account.hand_over([{"user_id": self.ben.id}], "Moves", "2026-03-01")
        company.resource_calendar_id.tz = "America/Los_Angeles"
        account.hand_over([{"user_id": self.anna.id}], "Back", "2026-04-01")
        moments = [one["effective_at"] for one in self.events(account)[1:]]
        self.assertEqual(
            moments, [self.at("2026-02-28T15:00:00"), self.at("2026-04-01T07:00:00")]
        )

    def test_as_of_on_both_clocks(self):
        company = self.env.company.sudo()
        company.resource_calendar_id.tz = "Europe/Berlin"
        account = self.account(
            owner_ids=[
                Command.create({"user_id": self.anna.id, "date_from": "2026-01-01"})
            ]
        )
        account.hand_over([{"user_id": self.ben.id}], "Territory", "2026-03-01")

        def owners(day, clock="effective_at"):
            found = account.kam_as_of(day, clock)
            words = {one["field"]: one["value"] for one in found["fields"]}
            return found["version"], words.get("owner_ids", "")

        self.assertEqual(owners("2025-12-31"), (0, ""))
        self.assertEqual(owners("2026-02-28")[0], 1)
        self.assertEqual(owners("2026-03-01")[0], 2)
        self.assertIn("es_ben", owners("2026-03-01")[1])
        self.assertEqual(owners("2026-03-01", "recorded_at"), (0, ""))
        self.assertEqual(owners(self.today, "recorded_at")[0], 2)
        (change,) = account.kam_changes("2026-02-28", "2026-03-02")
        self.assertEqual(change["field"], "owner_ids")
        self.assertNotIn("es_ben", change["old"])

    def test_late_means_late_for_the_company(self):
        calendar = self.env.company.sudo().resource_calendar_id
        for zone in ("Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles", "UTC"):
            calendar.tz = zone
            account = self.account()
            today = self.env.company._kam_today()
            account.hand_over([{"user_id": self.ben.id}], "Today", today.isoformat())
            account.hand_over([{"user_id": self.anna.id}], "Before", "2026-01-05")
            late = [one["late"] for one in account.kam_history()["events"]]
            self.assertEqual(late, [True, False, False], zone)


@tagged("post_install", "-at_install")
class TestReplay(SourcedCase):
    def test_rows_come_back_with_their_ids(self):
        accounts_ = self.Account.browse()
        for n in range(5):
            accounts_ += self.account(needs=f"Needs {n}")
        accounts_[1].unlink()
        accounts_[2].hand_over([{"user_id": self.ben.id}], "Moves")
        accounts_ = accounts_.exists()
        projector = self.env["kam.projector"]
        before = {name: projector._digest(name) for name in projector._models()}
        ids = accounts_.ids
        self.env["kam.event.store"]._open_projection()
        self.env.cr.execute("DELETE FROM kam_account_owner")
        self.env.cr.execute("DELETE FROM kam_account WHERE id = %s", [ids[0]])
        self.env.cr.execute("UPDATE kam_account SET needs = NULL, head_id = NULL")
        self.env.invalidate_all()
        self.assertTrue(projector._drift("kam.account"))
        for name in projector._models():
            projector._rebuild(name)
        after = {name: projector._digest(name) for name in projector._models()}
        self.assertEqual(after, before)
        self.assertEqual(accounts_.exists().ids, ids)
        self.assertGreater(self.account().id, max(ids))

    def test_rows_that_the_log_does_not_know_go(self):
        account = self.account()
        self.env.flush_all()
        self.env["kam.event.store"]._open_projection()
        for key in ("NULL", "NULL", "'stray'"):
            self.env.cr.execute(
                f"""INSERT INTO kam_account
                           (partner_id, company_id, status, active, event_key)
                    VALUES (%s, %s, 'key', true, {key})""",
                [self.partner().id, account.company_id.id],
            )
        self.env.invalidate_all()
        projector = self.env["kam.projector"]
        self.assertEqual(len(projector._drift("kam.account")), 3)
        self.assertEqual(projector._rebuild("kam.account")["removed"], 3)
        self.assertEqual(projector._drift("kam.account"), [])

    def test_a_row_with_another_id_is_made_anew(self):
        account = self.account()
        self.env.flush_all()
        self.env["kam.event.store"]._open_projection()
        self.env.cr.execute("DELETE FROM kam_account_owner")
        self.env.cr.execute(
            "UPDATE kam_account SET id = id + 1000000 WHERE id = %s", [account.id]
        )
        self.env.invalidate_all()
        for name in self.env["kam.projector"]._models():
            self.env["kam.projector"]._rebuild(name)
        self.assertTrue(account.exists())

    def test_a_repair_tells_nobody(self):
        account = self.account()
        messages = account.message_ids
        self.env["kam.event.store"]._open_projection()
        self.env.cr.execute("UPDATE kam_account SET status = 'former'")
        self.env.invalidate_all()
        self.env["kam.projector"]._rebuild("kam.account")
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertEqual(account.message_ids, messages)

    def test_a_text_erased_leaves_no_trace_and_a_whole_chain(self):
        account = self.account(needs="Ms Secret likes pears")
        self.env["kam.event.store"]._erase_texts("kam.account", [account.event_key])
        self.env["kam.projector"]._rebuild("kam.account")
        self.sees(account, needs=False)
        self.assertEqual(common.broken_chains(self.env), [])
        self.assertNotIn("Secret", str(account.kam_history()))
        self.assertEqual(account.write({"needs": "Pears"}), True)
        self.sees(account, needs="Pears")

    def test_the_log_refuses_to_be_changed(self):
        account = self.account()
        for statement in (
            "UPDATE kam_es.event SET type = 'x'",
            "DELETE FROM kam_es.event",
            "TRUNCATE kam_es.event",
            "DELETE FROM kam_es.stream",
            "UPDATE kam_es.stream SET version = version - 1",
            "UPDATE kam_es.text SET body = 'x'",
            "DELETE FROM kam_es.command",
        ):
            with (
                self.subTest(statement),
                self.assertRaises(psycopg2.Error) as caught,
                self.env.cr.savepoint(flush=False),
                patch("odoo.sql_db._logger.error"),
            ):
                self.env.cr.execute(statement)
            self.assertIn("append-only", str(caught.exception))
        self.assertTrue(account.exists())


@tagged("post_install", "-at_install")
class TestWords(SourcedCase):
    def test_a_refusal_speaks_the_language_of_the_user(self):
        account = self.account()
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        words = {
            "“%(field)s” is a decision: use the button “%(button)s”.": (
                "„%(field)s“ ist eine Entscheidung: Knopf „%(button)s“."
            ),
            "Hand over": "Übergeben",
        }
        known = code_translations.python_translations
        with patch.dict(known, {("kam_management", "de_DE"): words}):
            german = account.with_context(lang="de_DE")
            with self.assertRaises(UserError) as caught:
                german.write({"owner_ids": [Command.clear()]})
        self.assertEqual(
            str(caught.exception), "„Owners“ ist eine Entscheidung: Knopf „Übergeben“."
        )

    def test_a_refusal_names_statuses_as_the_screen_does(self):
        with self.assertRaisesRegex(
            UserError, "“Prospect”; the decision fits only: Key account, Suspended"
        ):
            self.account().release("Enough")

    def test_the_sentences_of_the_core_are_exported_for_translation(self):
        reader = TranslationModuleReader(self.env.cr, ["kam_management"])
        sources = {row[4] for row in reader}
        for sentence in (
            accounts.ReasonMissing.message,
            accounts.WrongStatus.message,
            "Designate",
        ):
            self.assertIn(sentence, sources)


@tagged("post_install", "-at_install")
class TestScale(SourcedCase):
    def test_queries_do_not_grow_with_the_records(self):
        def made(count):
            partners = self.env["res.partner"].create(
                [{"name": f"Many {n}", "is_company": True} for n in range(count)]
            )
            vals = [{"partner_id": one.id, "owner_ids": []} for one in partners]
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            records = self.Account.with_context(tracking_disable=True).create(vals)
            self.env.flush_all()
            mid = self.env.cr.sql_log_count
            records.write({"needs": "The same for all"})
            self.env.flush_all()
            return records, mid - start, self.env.cr.sql_log_count - mid

        made(1)
        _one, create_2, write_2 = made(2)
        many, create_60, write_60 = made(60)
        self.assertLessEqual(create_60, create_2 + 4)
        self.assertLessEqual(write_60, write_2 + 4)
        self.assertEqual(set(many.mapped("needs")), {"The same for all"})

    def test_decisions_on_many_cost_what_they_cost_on_two(self):
        model = self.env["kam.account"].with_context(tracking_disable=True)
        users = self.env["res.users"].search([("share", "=", False)], limit=2).ids

        def decided(count):
            partners = self.env["res.partner"].create(
                [{"name": f"Many {n}", "is_company": True} for n in range(count)]
            )
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            ids = model.designate(partners.ids, "A", "Large", "2026-01-01")
            self.env.flush_all()
            mid = self.env.cr.sql_log_count
            found = model.browse(ids)
            found.hand_over([{"user_id": users[-1]}], "Leaves", "2026-02-01")
            self.env.flush_all()
            self.assertEqual(set(found.mapped("status")), {"key"})
            self.assertEqual(len(found.owner_ids.filtered("date_to")), count)
            return mid - start, self.env.cr.sql_log_count - mid

        decided(1)
        designate_2, hand_over_2 = decided(2)
        designate_40, hand_over_40 = decided(40)
        self.assertLessEqual(designate_40, designate_2 + 6)
        self.assertLessEqual(hand_over_40, hand_over_2 + 6)

    def test_what_a_command_adds_to_the_row_it_writes(self):
        """Create: append, links of documents, notes of before; write: load, append."""
        model = self.Account.with_context(tracking_disable=True)
        one, two = (
            {
                "partner_id": self.partner(f"Count {n}").id,
                "needs": "Delivery before nine",
                "owner_ids": [Command.create({"user_id": self.boss.id})],
            }
            for n in range(2)
        )
        model.create(one).write({"needs": "Delivery before eight"})
        self.env.flush_all()
        with self.assertQueryCount(2 + 3):  # the rows of the account and its owner
            account = model.create(two)
            self.env.flush_all()
        with self.assertQueryCount(1 + 2):
            account.write({"needs": "Delivery before eight"})
            self.env.flush_all()
