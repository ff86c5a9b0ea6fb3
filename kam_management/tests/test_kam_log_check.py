import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from . import common
from .log_fixtures import make_account, stream_id, tampering


@tagged("post_install", "-at_install")
class TestLogCheck(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checks = cls.env["kam.log.check"].with_user(cls.env.ref("base.user_admin"))
        cls.account = make_account(cls.env)
        cls.account.needs = "Pallets by nine"
        cls.account.needs = "Pallets by eight"
        cls.stream = stream_id(cls.account)

    def problems(self, result):
        self.assertEqual(result["state"], "findings", result["result"])
        return {
            (one["problem"], one["model"], one["key"]) for one in result["findings"]
        }

    # ------------------------------------------------------------------ in order
    def test_clean(self):
        result = self.checks.verify_now()
        self.assertEqual(result["state"], "clean", result)
        self.assertEqual(result["progress"], 100)
        self.assertGreaterEqual(result["numbers"]["events"], 3)
        drift = self.checks.drift_now()
        self.assertEqual(drift["state"], "clean", drift)
        self.assertIn("agree", drift["result"])

    def test_only_for_administrators(self):
        kam = new_test_user(self.env, "log_kam", "kam_management.group_kam_director")
        for method in ("verify_now", "drift_now", "seal_now", "rebuild_now"):
            with self.assertRaises(AccessError):
                getattr(self.env["kam.log.check"].with_user(kam), method)()

    # ---------------------------------------------------------- refused by triggers
    def test_log_refuses_changes(self):
        for statement in (
            "UPDATE kam_es.event SET type = 'x'",
            "UPDATE kam_es.event SET payload = '{}' WHERE false",
            "DELETE FROM kam_es.event",
            "TRUNCATE kam_es.event",
            "DELETE FROM kam_es.stream",
            "TRUNCATE kam_es.stream",
            "UPDATE kam_es.stream SET version = version - 1",
            "UPDATE kam_es.stream SET last_hash = '\\x00'",
            "UPDATE kam_es.stream SET key = 'x' || key",
            "UPDATE kam_es.seal SET heads = 0",
            "DELETE FROM kam_es.seal",
            "TRUNCATE kam_es.seal_head",
            "DELETE FROM kam_es.command",
            "UPDATE kam_es.text SET body = 'x'",
        ):
            with (
                self.subTest(statement),
                self.assertRaisesRegex(psycopg2.Error, "append-only"),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_rows_refuse_stray_sql(self):
        with (
            self.assertRaisesRegex(psycopg2.Error, "rows follow the event log"),
            mute_logger("odoo.sql_db"),
            self.env.registry.cursor() as other,
        ):
            other.execute("UPDATE kam_account SET needs = 'x'")

    # --------------------------------------------------------------------- tampering
    def test_edited_payload(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                """UPDATE kam_es.event SET actor_id = actor_id + 1
                    WHERE stream_id = %s AND version = 2""",
                [self.stream],
            )
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("content", "kam.account", self.account.event_key)})

    def test_swapped_events(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                """UPDATE kam_es.event SET version = version + 100
                    WHERE stream_id = %(id)s AND version IN (2, 3);
                   UPDATE kam_es.event
                      SET version = CASE version WHEN 102 THEN 3 ELSE 2 END
                    WHERE stream_id = %(id)s AND version > 100""",
                {"id": self.stream},
            )
        found = self.problems(self.checks.verify_now())
        self.assertIn(("content", "kam.account", self.account.event_key), found)

    def test_taken_from_the_middle(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "DELETE FROM kam_es.event WHERE stream_id = %s AND version = 2",
                [self.stream],
            )
        found = self.problems(self.checks.verify_now())
        self.assertIn(("gap", "kam.account", self.account.event_key), found)

    def test_cut_tail(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "DELETE FROM kam_es.event WHERE stream_id = %s AND version = 3",
                [self.stream],
            )
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("tail", "kam.account", self.account.event_key)})
        self.assertEqual(self.checks.drift_now()["state"], "findings")

    def cut_tail_and_mend_head(self):
        with tampering(self.env) as execute:
            execute(
                """DELETE FROM kam_es.event WHERE stream_id = %(id)s AND version = 3;
                   UPDATE kam_es.stream s SET version = e.version, last_hash = e.hash
                     FROM kam_es.event e
                    WHERE s.id = %(id)s AND e.stream_id = s.id AND e.version = 2""",
                {"id": self.stream},
            )

    def test_cut_tail_with_mended_head(self):
        """No chain sees it; the row, which is not older, and the seal do."""
        self.replay_checked = False
        self.checks.seal_now()
        self.cut_tail_and_mend_head()
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("sealed", "kam.account", self.account.event_key)})
        self.assertEqual(self.checks.drift_now()["state"], "findings")

    def test_cut_tail_with_mended_head_before_any_seal(self):
        self.replay_checked = False
        self.cut_tail_and_mend_head()
        self.assertEqual(self.checks.verify_now()["state"], "clean")
        drift = self.checks.drift_now()
        self.assertIn(
            ("drift", "kam.account", self.account.event_key), self.problems(drift)
        )

    def test_cut_head(self):
        """The whole stream without its first event, then without its head row."""
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute("DELETE FROM kam_es.stream WHERE id = %s", [self.stream])
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("orphan", "", str(self.stream))})
        drift = self.problems(self.checks.drift_now())
        self.assertIn(("drift", "kam.account", self.account.event_key), drift)

    def test_cut_first_event(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "DELETE FROM kam_es.event WHERE stream_id = %s AND version = 1",
                [self.stream],
            )
        found = self.problems(self.checks.verify_now())
        self.assertIn(("gap", "kam.account", self.account.event_key), found)

    def test_whole_stream_taken_out(self):
        self.replay_checked = False
        self.checks.seal_now()
        with tampering(self.env) as execute:
            execute(
                """DELETE FROM kam_es.event WHERE stream_id = %(id)s;
                   DELETE FROM kam_es.stream WHERE id = %(id)s""",
                {"id": self.stream},
            )
        found = {one[0] for one in self.problems(self.checks.verify_now())}
        self.assertEqual(found, {"seal", "sealed"})
        self.assertEqual(self.checks.drift_now()["state"], "findings")

    def test_edited_head(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_es.stream SET last_hash = sha256('x') WHERE id = %s",
                [self.stream],
            )
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("head", "kam.account", self.account.event_key)})

    def test_rewritten_chain(self):
        """Somebody computes all hashes anew: only a seal tells."""
        self.replay_checked = False
        self.checks.seal_now()
        with tampering(self.env) as execute:
            execute(
                """UPDATE kam_es.event SET actor_id = actor_id + 1
                    WHERE stream_id = %(id)s AND version = 3;
                   UPDATE kam_es.event e SET hash = sha256(p.hash || kam_es.content(
                          s.category, s.key, e.type, e.schema, e.company_id, e.actor_id,
                          e.behalf_id, e.command_id, e.causation_id, e.effective_at,
                          e.recorded_at, e.payload, e.confidential))
                     FROM kam_es.stream s, kam_es.event p
                    WHERE s.id = %(id)s AND e.stream_id = s.id AND e.version = 3
                      AND p.stream_id = s.id AND p.version = 2;
                   UPDATE kam_es.stream s SET last_hash = e.hash FROM kam_es.event e
                    WHERE s.id = %(id)s AND e.stream_id = s.id AND e.version = 3""",
                {"id": self.stream},
            )
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("sealed", "kam.account", self.account.event_key)})

    def test_edited_seal(self):
        self.replay_checked = False
        first = self.checks.seal_now()
        self.account.needs = "Nothing"
        self.checks.seal_now()
        self.assertEqual(self.checks.verify_now()["state"], "clean", first)
        for statement in (
            (
                "UPDATE kam_es.seal SET digest = sha256('x')"
                " WHERE id = (SELECT min(id) FROM kam_es.seal)"
            ),
            "UPDATE kam_es.seal SET sealed_at = sealed_at + interval '1 s'",
            (
                "UPDATE kam_es.seal SET events = events + 1"
                " WHERE id = (SELECT max(id) FROM kam_es.seal)"
            ),
            "DELETE FROM kam_es.seal WHERE id = (SELECT min(id) FROM kam_es.seal)",
            (
                "DELETE FROM kam_es.seal_head"
                " WHERE seal_id = (SELECT max(id) FROM kam_es.seal)"
            ),
        ):
            with self.subTest(statement), self.env.cr.savepoint() as undo:
                with tampering(self.env) as execute:
                    execute(statement)
                found = {one[0] for one in self.problems(self.checks.verify_now())}
                self.assertEqual(found, {"seal"})
                undo.rollback()
                self.env.invalidate_all()

    def test_reworded_text(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_es.text SET body = 'Nothing' WHERE key = %s",
                [self.account.event_key],
            )
        found = self.problems(self.checks.verify_now())
        self.assertEqual(found, {("text", "kam.account", self.account.event_key)})

    def test_stray_sql_is_found_and_mended(self):
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_account SET account_class = 'E' WHERE id = %s",
                [self.account.id],
            )
        result = self.checks.drift_now()
        self.assertEqual(
            self.problems(result), {("drift", "kam.account", self.account.event_key)}
        )
        self.assertIn("“Class” is 'E' in the table", result["findings"][0]["words"])
        rebuilt = self.checks.rebuild_now()
        self.assertEqual(rebuilt["state"], "clean", rebuilt)
        self.assertEqual(rebuilt["numbers"]["changed"], 1)
        self.assertFalse(self.account.account_class)

    def test_unknown_event_is_a_finding(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_es.event SET type = 'Nonsense' WHERE stream_id = %s",
                [self.stream],
            )
        found = self.problems(self.checks.drift_now())
        self.assertEqual(found, {("unreadable", "kam.account", self.account.event_key)})
        self.assertEqual(self.checks.rebuild_now()["state"], "findings")

    # ------------------------------------------------------------------------- seals
    def test_seal_is_incremental(self):
        first = self.checks.seal_now()
        self.assertGreaterEqual(first["numbers"]["heads"], 1)
        again = self.checks.seal_now()
        self.assertIn("Nothing has changed", again["result"])
        self.account.needs = "Once more"
        third = self.checks.seal_now()
        self.assertEqual(third["numbers"], {"heads": 1, "events": 1})
        self.assertEqual(self.checks.verify_now()["state"], "clean")

    def test_two_seals_cannot_follow_one(self):
        self.checks.seal_now()
        self.account.needs = "Once more"
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_es.seal SET previous_id = (SELECT max(id) FROM kam_es.seal)"
                " WHERE id = (SELECT max(id) FROM kam_es.seal)"
            )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UserError, "seal again"),
        ):
            self.checks.seal_now()

    # ----------------------------------------------------------------------- nightly
    def test_nightly_calls_administrators(self):
        self.replay_checked = False
        with tampering(self.env) as execute:
            execute(
                "UPDATE kam_account SET account_class = 'E' WHERE id = %s",
                [self.account.id],
            )
        with self.enter_registry_test_mode():
            cron = self.env.ref("kam_management.ir_cron_kam_log_nightly")
            cron.method_direct_trigger()
            self.env.ref("kam_management.ir_cron_kam_log_jobs").method_direct_trigger()
        check = self.env["kam.log.check"].search([], limit=1)
        self.assertEqual((check.kind, check.state), ("nightly", "findings"))
        self.assertIn(
            self.env.ref("base.user_admin"), check.activity_ids.mapped("user_id")
        )

    def test_nightly_in_order_calls_nobody(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "kam_management.ir_cron_kam_log_nightly"
            ).method_direct_trigger()
            self.env.ref("kam_management.ir_cron_kam_log_jobs").method_direct_trigger()
            self.env.ref("kam_management.ir_cron_kam_log_seal").method_direct_trigger()
        nightly, seal = self.env["kam.log.check"].search([], limit=2, order="id")
        self.assertEqual((nightly.state, seal.state), ("clean", "clean"))
        self.assertFalse(nightly.activity_ids)
        self.assertIn("agree with the log", nightly.result)

    def test_long_log_goes_to_the_background(self):
        self.patch(type(self.checks), "_log_size", lambda _self: 10**6)
        result = self.checks.verify_now()
        self.assertEqual(result["state"], "running")
        self.assertEqual(result["progress"], 0)
        with self.enter_registry_test_mode():
            self.env.ref("kam_management.ir_cron_kam_log_jobs").method_direct_trigger()
        self.env.invalidate_all()
        done = self.checks.browse(result["id"]).result_of()
        self.assertEqual((done["state"], done["progress"]), ("clean", 100))
