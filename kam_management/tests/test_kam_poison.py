"""An event that cannot be read: its stream waits, the others go on, and it is said."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import common, test_kam_facts
from .log_fixtures import make_account, stream_id, tampering

FLAT = ("kam.fact", "kam.kpi.fact")


@tagged("post_install", "-at_install")
class TestParking(test_kam_facts.DocumentCase):
    """The flat tables, made by SQL for thousands of streams at once."""

    def setUp(self):
        super().setUp()
        self._catch_up()
        self.invoices = [self._invoice(100 + n) for n in range(5)]
        for invoice in self.invoices:
            invoice.action_post()
        self.env.cr.flush()
        self.sick, self.written = self.invoices[2], None
        self.addCleanup(lambda: self.written and self.mend())

    def _catch_up(self):
        for name in FLAT:
            with mute_logger("odoo.sql_db"):
                self.env[name]._catch_up()

    def poison(self):
        """Let an amount of the third invoice be none; keep what was written."""
        self.env.cr.execute(
            """SELECT e.stream_id, e.payload::text FROM kam_es.event e
                 JOIN kam_es.stream s ON s.id = e.stream_id
                WHERE s.category = 'account.move' AND s.key = %s
                ORDER BY e.version DESC LIMIT 1""",
            [str(self.sick.id)],
        )
        self.written = self.env.cr.fetchone()
        self.write_payload("jsonb_set(payload, '{untaxed}', '\"not a number\"'::jsonb)")

    def mend(self):
        self.write_payload("%(written)s::jsonb")
        for name in FLAT:
            self.env[name]._rebuild()

    def write_payload(self, value):
        with tampering(self.env) as execute:
            execute(
                f"""UPDATE kam_es.event SET payload = {value}
                     WHERE stream_id = %(stream)s
                       AND version = (SELECT max(version) FROM kam_es.event
                                       WHERE stream_id = %(stream)s)""",
                {"stream": self.written[0], "written": self.written[1]},
            )

    def documents(self, name):
        """Return which of the invoices have rows in a flat table."""
        self.env.cr.execute(
            f"""SELECT DISTINCT res_id FROM {self.env[name]._table}
                 WHERE res_model = 'account.move' AND res_id = ANY(%s)""",
            [[invoice.id for invoice in self.invoices]],
        )
        found = {row[0] for row in self.env.cr.fetchall()}
        return [n for n, invoice in enumerate(self.invoices) if invoice.id in found]

    def parked(self, name):
        lag = self.env[name].lag()
        self.assertEqual(lag["streams"], 0, "nothing waits but what is parked")
        return lag["parked"]

    def told(self):
        return self.env["kam.log.check"].search([("kind", "=", "follow")])

    def test_the_others_go_on_and_administrators_are_told(self):
        self.poison()
        before = self.told()
        for name in FLAT:
            with self.subTest(name):
                with mute_logger("odoo.sql_db"):
                    self.env[name]._catch_up()
                self.assertEqual(self.documents(name), [0, 1, 3, 4])
                self.assertEqual(self.parked(name), 1)
                told = self.told() - before
                before += told
                self.assertEqual(told.state, "findings")
                self.assertEqual(
                    [(one.problem, one.model, one.key) for one in told.line_ids],
                    [("parked", "account.move", str(self.sick.id))],
                )
                self.assertIn("not a number", told.line_ids.words)
                self.assertIn(
                    self.env.ref("base.user_admin"), told.activity_ids.user_id
                )
        # news of others are not held up by it, nor is anybody told again
        more = self._invoice(500)
        more.action_post()
        self.invoices.append(more)
        self._catch_up()
        for name in FLAT:
            self.assertEqual(self.documents(name), [0, 1, 3, 4, 5])
            self.assertEqual(self.parked(name), 1)
        self.assertEqual(self.told(), before)

    @mute_logger("odoo.sql_db")
    def test_the_night_tries_again(self):
        self.poison()
        self._catch_up()
        checks, told = self.env["kam.log.check"], self.told()
        found = {
            (one["problem"], one["key"])
            for one in checks.drift_now()["findings"]
            if one["problem"] != "fact"
        }
        self.assertEqual(found, {("parked", str(self.sick.id))})
        self.assertEqual(self.told(), told)
        self.write_payload("%(written)s::jsonb")
        self.assertEqual(checks.drift_now()["state"], "clean")
        for name in FLAT:
            self.assertEqual(self.parked(name), 0)
            self.assertEqual(self.documents(name), [0, 1, 2, 3, 4])

    @mute_logger("odoo.sql_db")
    def test_a_rebuild_leaves_it_out_and_takes_it_back(self):
        self._catch_up()
        sums = [self.sums(name) for name in FLAT]
        self.poison()
        result = self.env["kam.log.check"].rebuild_now()
        self.assertEqual(
            [(one["problem"], one["key"]) for one in result["findings"]],
            [("parked", str(self.sick.id))] * len(FLAT),
        )
        for name in FLAT:
            self.assertEqual(self.documents(name), [0, 1, 3, 4])
        self.write_payload("%(written)s::jsonb")
        self.assertEqual(self.env["kam.log.check"].rebuild_now()["state"], "clean")
        self.assertEqual([self.sums(name) for name in FLAT], sums)

    def sums(self, name):
        self.env.cr.execute(
            f"""SELECT res_model, res_id, kind, sum(untaxed), count(*)
                  FROM {self.env[name]._table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
        )
        return self.env.cr.fetchall()

    def test_a_new_owner_does_not_wake_it(self):
        """Documents follow their customer's owner; the parked one is not asked."""
        account = make_account(self.env, "West")
        for invoice in self.invoices:
            invoice.button_draft()
            invoice.partner_id = account.partner_id
            invoice.action_post()
        self.env.cr.flush()
        self.poison()
        self._catch_up()
        told = self.told()
        other = new_test_user(
            self.env, "poison_kam", "base.group_user,kam_management.group_kam_user"
        )
        owner = {"user_id": other.id, "share": 100, "role": "lead"}
        account.hand_over([owner], "Fresh eyes", self.env.company._kam_today())
        self._catch_up()
        self.assertEqual(self.parked("kam.kpi.fact"), 1)
        self.assertEqual(self.documents("kam.kpi.fact"), [0, 1, 3, 4])
        self.assertEqual(self.told(), told)


@tagged("post_install", "-at_install")
class TestUnreadable(common.KamCase):
    """Records: one stream that cannot be folded, beside those that can."""

    replay_checked = False  # the log is broken on purpose

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good, cls.sick = (make_account(cls.env, n) for n in ("Good", "Sick"))
        cls.checks = cls.env["kam.log.check"]

    def setUp(self):
        super().setUp()
        self.sick.needs = "Crates"
        with tampering(self.env) as execute:
            execute(
                """UPDATE kam_es.event SET type = 'Nonsense'
                    WHERE stream_id = %s AND version = 2""",
                [stream_id(self.sick)],
            )

    def findings(self, result):
        return [
            (one["problem"], one["model"], one["key"], one["version"])
            for one in result["findings"]
        ]

    def test_only_its_stream_is_named(self):
        expected = [("unreadable", "kam.account", self.sick.event_key, 2)]
        drift = self.checks.drift_now()
        self.assertEqual(self.findings(drift), expected)
        self.assertIn("“Nonsense”, cannot be read", drift["findings"][0]["words"])

    def test_the_others_are_compared_and_rebuilt(self):
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_account SET account_class = 'E' WHERE id = ANY(%s)",
                [(self.good + self.sick).ids],
            )
        found = {(one[0], one[2]) for one in self.findings(self.checks.drift_now())}
        self.assertEqual(
            found,
            {("drift", self.good.event_key), ("unreadable", self.sick.event_key)},
        )
        rebuilt = self.checks.rebuild_now()
        self.assertEqual(rebuilt["numbers"]["changed"], 1)
        self.assertEqual(rebuilt["numbers"]["removed"], 0)
        self.assertFalse(self.good.account_class)
        self.assertEqual(self.sick.account_class, "E", "left as it was")

    def test_its_commands_are_refused_in_a_sentence(self):
        self.good.needs = "Boxes"
        for door in (
            lambda: self.sick.write({"needs": "More"}),
            lambda: self.sick.kam_write({"needs": "More"}),
            lambda: self.sick.change_class("B", "Larger"),
            lambda: self.sick.kam_history(),
            lambda: self.sick.kam_as_of("2100-01-01"),
            lambda: self.sick.unlink(),
        ):
            with self.assertRaisesRegex(UserError, "cannot be read. Nothing is lost"):
                door()
        self.assertTrue(self.sick.exists().read(["display_name", "event_version"]))
