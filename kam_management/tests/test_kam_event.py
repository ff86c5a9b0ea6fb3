from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.kam_management.kam_core.documents import ledger, orders

from . import common
from .log_fixtures import make_account


@tagged("post_install", "-at_install")
class TestKamEvent(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = make_account(cls.env)
        cls.account.needs = "Pallets"
        cls.events = cls.env["kam.event"].search(
            [("model", "=", "kam.account"), ("res_id", "=", cls.account.id)]
        )

    def test_newest_first_with_all_circumstances(self):
        self.assertEqual(self.events.mapped("version"), [2, 1])
        newest = self.events[0]
        self.assertEqual(newest.title, "Needs noted")
        self.assertEqual(newest.document, self.account.display_name)
        self.assertEqual(newest.model_id.model, "kam.account")
        self.assertEqual(newest.company_id, self.account.company_id)
        self.assertEqual(newest.actor_id, self.env.user)
        self.assertEqual(len(newest.hash), 64)
        self.assertIn("$text", newest.payload)
        self.assertNotIn("Pallets", newest.payload)

    def test_facts_are_told_in_words(self):
        """No code of an event is shown, whatever document it is of."""
        titles = self.env["kam.event"]._fact_titles()
        self.assertLessEqual({*ledger.EVENTS, *orders.EVENTS}, set(titles))
        order = self.env["kam.event"].search([("type", "=", "OrderConfirmed")], limit=1)
        self.assertEqual(order.title, "Order confirmed")

    def test_search_and_group(self):
        Event = self.env["kam.event"]
        found = Event.search(
            [("actor_id", "=", self.env.uid), ("recorded_at", ">=", "today")]
        )
        self.assertLessEqual(self.events, found)
        by_type = dict(
            Event._read_group([("id", "in", self.events.ids)], ["type"], ["__count"])
        )
        self.assertEqual(by_type, {"Created": 1, "NeedsRecorded": 1})
        by_day = Event._read_group(
            [("id", "in", self.events.ids)], ["recorded_at:day"], ["__count"]
        )
        self.assertEqual([count for _day, count in by_day], [2])
        rows = self.events.export_data(["title", "model_id/name", "actor_id/name"])
        self.assertEqual(rows["datas"][0][1], "Key account")

    def test_opens_the_record(self):
        action = self.events[0].action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("kam.account", self.account.id)
        )
        stream = self.events[0].action_open_stream()
        self.assertEqual(self.env["kam.event"].search(stream["domain"]), self.events)
        self.assertTrue(Form(self.events[0]).title)

    def test_deleted_record_keeps_its_events(self):
        self.account.unlink()
        events = self.env["kam.event"].search(
            [("model", "=", "kam.account"), ("key", "=", self.events[0].key)]
        )
        self.assertEqual(events.mapped("type"), ["Removed", "NeedsRecorded", "Created"])
        self.assertFalse(events[0].document)
        with self.assertRaisesRegex(UserError, "was deleted"):
            events[0].action_open_record()

    def test_nobody_changes_it(self):
        for act in (
            lambda events: events.write({"type": "x"}),
            lambda events: events.unlink(),
            lambda events: events.create({"type": "x"}),
            lambda events: events.copy(),
        ):
            with self.assertRaisesRegex(UserError, "only added to"):
                act(self.events[0].sudo())

    def test_only_administrators_and_directors_read_it(self):
        kam = new_test_user(self.env, "event_kam", "kam_management.group_kam_head")
        director = new_test_user(
            self.env, "event_director", "kam_management.group_kam_director"
        )
        with self.assertRaises(AccessError):
            self.events.with_user(kam).read(["type"])
        self.assertTrue(self.events.with_user(director).read(["type"]))

    def test_confidential_content_needs_its_group(self):
        director = new_test_user(
            self.env, "event_director", "kam_management.group_kam_director"
        )
        with self.assertRaises(AccessError):
            self.events.with_user(director).read(["confidential"])
        with self.assertRaises(AccessError):
            self.events.with_user(director).search([("confidential", "ilike", "x")])
        with self.assertRaises(AccessError):
            self.events.with_user(director)._read_group([], ["confidential"])
        director.group_ids += self.env.ref("kam_management.group_kam_margin")
        self.assertTrue(self.events.with_user(director).read(["confidential"]))

    def test_other_companies_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "event_stranger",
            "kam_management.group_kam_director",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(
            self.env["kam.event"]
            .with_user(stranger)
            .search([("id", "in", self.events.ids)])
        )
