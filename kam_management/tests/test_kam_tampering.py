"""The tamper matrix: what somebody who owns the database does, and which check tells.

Each row is done after a seal, in a savepoint, past our triggers. The printed table is
the one in the README.
"""

from odoo.tests import tagged

from . import common
from .log_fixtures import make_account, stream_id, tampering

CHECKS = ("chain", "head", "text", "seal", "drift")
CHECK_OF = {
    "content": "chain",
    "gap": "chain",
    "tail": "head",
    "head": "head",
    "orphan": "head",
    "text": "text",
    "seal": "seal",
    "sealed": "seal",
    "drift": "drift",
    "unreadable": "drift",
}
CONTENT = """kam_es.content(s.category, s.key, e.type, e.schema, e.company_id,
    e.actor_id, e.behalf_id, e.command_id, e.causation_id, e.effective_at,
    e.recorded_at, e.payload, e.confidential)"""
EDIT = "UPDATE kam_es.event SET {} WHERE stream_id = %(id)s AND version = {}"
DELETE = "DELETE FROM kam_es.event WHERE stream_id = %(id)s AND version = {}"
MEND_HEAD = """;
    UPDATE kam_es.stream s SET version = e.version, last_hash = e.hash
      FROM kam_es.event e WHERE s.id = %(id)s AND e.stream_id = s.id
       AND e.version = (SELECT max(version) FROM kam_es.event
                         WHERE stream_id = %(id)s)"""
MEND_CHAIN = (
    f""";
    UPDATE kam_es.event e SET hash = sha256(p.hash || {CONTENT})
      FROM kam_es.stream s, kam_es.event p
     WHERE s.id = %(id)s AND e.stream_id = s.id AND e.version = 3
       AND p.stream_id = s.id AND p.version = 2"""
    + MEND_HEAD
)
SWAP = """UPDATE kam_es.event SET version = version + 100
           WHERE stream_id = %(id)s AND version IN (2, 3);
          UPDATE kam_es.event SET version = CASE version WHEN 102 THEN 3 ELSE 2 END
           WHERE stream_id = %(id)s AND version > 100"""
FORGED = """SELECT kam_es.append_event(1, NULL::uuid, category, key, company_id,
                   NULL::text, 'Changed'::text, 1,
                   '{"changes": {"account_class": "A"}}'::jsonb, NULL::jsonb,
                   NULL::integer, NULL::bigint, NULL::timestamptz)
              FROM kam_es.stream WHERE id = %(id)s"""
LAST_SEAL = "(SELECT max(id) FROM kam_es.seal)"
FIRST_SEAL = "(SELECT min(id) FROM kam_es.seal)"
# what is done: (SQL, which checks tell)
MATRIX = {
    "who did it is edited": (EDIT.format("actor_id = actor_id + 1", 3), "chain"),
    "when it was true is edited": (
        EDIT.format("effective_at = effective_at - interval '1 day'", 3),
        "chain",
    ),
    "when it was known is edited": (
        EDIT.format("recorded_at = recorded_at - interval '1 day'", 3),
        "chain",
    ),
    "whose command it was is edited": (
        EDIT.format("command_id = gen_random_uuid()", 3),
        "chain",
    ),
    "what was decided is edited": (
        EDIT.format("payload = jsonb_set(payload, '{account_class}', '\"A\"')", 3),
        "chain drift",
    ),
    "edited, and its hash computed anew": (
        EDIT.format("actor_id = actor_id + 1", 3) + MEND_CHAIN,
        "seal",
    ),
    "two events change places": (SWAP, "chain head seal"),
    "an event is taken out of the middle": (DELETE.format(2), "chain drift"),
    "the first event is cut": (DELETE.format(1), "chain seal drift"),
    "the last event is cut": (DELETE.format(3), "head seal drift"),
    "the last event is cut, the head mended": (
        DELETE.format(3) + MEND_HEAD,
        "seal drift",
    ),
    "an event is forged at the end": (FORGED, "drift"),
    "the hash in the head is edited": (
        "UPDATE kam_es.stream SET last_hash = sha256('x') WHERE id = %(id)s",
        "head",
    ),
    "the version in the head is edited": (
        "UPDATE kam_es.stream SET version = version + 1 WHERE id = %(id)s",
        "head",
    ),
    "the head is deleted": (
        "DELETE FROM kam_es.stream WHERE id = %(id)s",
        "head seal drift",
    ),
    "the whole stream is taken out": (
        """DELETE FROM kam_es.event WHERE stream_id = %(id)s;
           DELETE FROM kam_es.stream WHERE id = %(id)s""",
        "seal drift",
    ),
    "a seal is edited": (
        f"UPDATE kam_es.seal SET digest = sha256('x') WHERE id = {FIRST_SEAL}",
        "seal",
    ),
    "a seal is dated back": (
        "UPDATE kam_es.seal SET sealed_at = sealed_at - interval '1 s'",
        "seal",
    ),
    "the numbers of a seal are edited": (
        f"UPDATE kam_es.seal SET events = events + 1 WHERE id = {LAST_SEAL}",
        "seal",
    ),
    "an early seal is taken out": (
        f"DELETE FROM kam_es.seal WHERE id = {FIRST_SEAL}",
        "seal",
    ),
    "what a seal covers is taken out": (
        f"DELETE FROM kam_es.seal_head WHERE seal_id = {LAST_SEAL}",
        "seal",
    ),
    "a free text is reworded": (
        """UPDATE kam_es.text SET body = 'Nothing' WHERE key = (
                  SELECT key FROM kam_es.stream WHERE id = %(id)s)""",
        "text drift",
    ),
    "a free text is deleted by hand": (
        """DELETE FROM kam_es.text WHERE key = (
                  SELECT key FROM kam_es.stream WHERE id = %(id)s)""",
        "drift",
    ),
    "a row is edited by SQL": (
        """UPDATE kam_account SET account_class = 'A' WHERE event_key = (
                  SELECT key FROM kam_es.stream WHERE id = %(id)s)""",
        "drift",
    ),
}


@tagged("post_install", "-at_install")
class TestTampering(common.KamCase):
    replay_checked = False  # the log is broken on purpose, and mended by a savepoint

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = make_account(cls.env)
        audit = cls.env["kam.log.audit"]
        audit._seal()
        cls.account.needs = "Crates"
        cls.account.designate(cls.account.partner_id.ids, "B", "Grown")
        audit._seal()
        cls.stream = stream_id(cls.account)

    def told(self):
        """Return which checks tell anything."""
        audit = self.env["kam.log.audit"]
        units = [*audit._units("verify"), ["drift", "kam.account"]]
        self.env.invalidate_all()
        found = [one for unit in units for one in audit._run_unit(unit)[0]]
        return {CHECK_OF[one["problem"]] for one in found}

    def test_undisturbed(self):
        self.assertEqual(self.told(), set())
        self.assertEqual(self.account.event_version, 3)

    def test_matrix(self):
        rows = []
        for name, (statement, expected) in MATRIX.items():
            with self.subTest(name), self.env.cr.savepoint() as undo:
                with tampering(self.env) as execute:
                    execute(statement, {"id": self.stream})
                told = self.told()
                undo.rollback()
                self.env.invalidate_all()
                marks = ("x" if check in told else " " for check in CHECKS)
                rows.append(f"| {name} | {' | '.join(marks)} |")
                self.assertEqual(told, set(expected.split()))
        head = f"| done | {' | '.join(CHECKS)} |"
        print("", head, *rows, sep="\n")  # noqa: T201  # pylint: disable=print-used
        self.assertEqual(self.told(), set(), "nothing is left of it")
