"""The connection is cut between every two statements: nothing half done is left.

``setup/long killpoints`` cuts at every point and prints the list; ``setup/test`` at the
first, the last and some between.
"""

import os
import uuid

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.kam_management.tests import common

from . import killpoints, samples, test_races
from .server import connect

ALL = os.environ.get("KAM_KILL_POINTS") == "all"
BETWEEN = 3  # points between the first and the last, in the short run
QUARTER = ("2026-01-01", "2026-03-31")
TABLES = (
    *("kam_account", "kam_account_owner", "kam_need", "kam_fact", "kam_kpi_fact"),
    *("kam_pay_statement", "kam_pay_statement_line", "kam_act", "kam_act_line"),
    *("account_move", "mail_message"),
)
WITHOUT_GUARD = "SET session_replication_role = replica; "


class KillCase(test_races.RaceCase):
    def do(self, action):
        """Do something for good; return its result."""
        with self.env_of() as env:
            result = action(env)
            env.cr.commit()
            return result

    def by_hand(self, statement):
        """Change the database as its owner, past our triggers."""
        connection = connect(self.database)
        try:
            connection.cursor().execute(WITHOUT_GUARD + statement)
        finally:
            connection.close()

    def cut(self, name, operation, tables=TABLES):
        """Cut an operation at its points; then let it through, and look at the end.

        :param operation: function(environment); done again it gives the same
        """
        before = killpoints.fingerprint(self.database, tables)
        self.undisturbed(operation, tables)  # caches are warm then
        expected, count = self.undisturbed(operation, tables)
        points = [*chosen(count), "commit"]
        wrong = [
            point
            for point in points
            if not self.holds(operation, point, before, expected, tables)
        ]
        done, _before = killpoints.run(self.registry, operation, None)
        self.assertTrue(done)
        with self.env_of() as env:
            self.assertEqual(killpoints.outcome(env, tables), expected)
        print(  # noqa: T201  # the list is the result
            f"kill points: {name}: cut at {len(points)} of {count + 1} points"
            f" ({count} statements and the commit); half done: {wrong or 'none'};"
            " done again as undisturbed"
        )
        self.assertFalse(wrong)

    def undisturbed(self, operation, tables):
        """Return (what it comes to, number of its statements); nothing is kept."""
        with self.registry.cursor() as cr:
            killer = killpoints.Killer(cr, None)
            env = api.Environment(cr, SUPERUSER_ID, {})
            operation(env)
            cr.flush()
            count = len(killer.statements)
            found = killpoints.outcome(env, tables)
            cr.rollback()
        return found, count

    def holds(self, operation, point, before, expected, tables):
        """Tell whether a cut leaves nothing, and the same again gives the same."""
        done, cut_before = killpoints.run(self.registry, operation, point)
        kept = killpoints.difference(
            before, killpoints.fingerprint(self.database, tables)
        )
        again, _count = self.undisturbed(operation, tables)
        other = killpoints.difference(expected, again)
        fine = not (done or kept or other)
        if ALL or not fine:
            print(  # noqa: T201
                f"    {'ok   ' if fine else 'WRONG'} {point:>6} before: {cut_before}",
                *([] if fine else [f"kept {kept}, done again {other}"]),
            )
        return fine


@tagged("post_install", "-at_install")
class TestKillPoints(KillCase):
    def setUp(self):
        super().setUp()
        self.account = self.do(lambda env: samples.sample(env, "kam.account").id)

    def test_append(self):
        command_id = str(uuid.uuid4())

        def write(env):
            env["kam.account"].browse(self.account).kam_write(
                {"openings": "Two words", "needs": "Rye"}, command_id=command_id
            )

        self.cut("append", write)

    def test_append_of_a_batch(self):
        command_id = str(uuid.uuid4())
        needs = [{"account_id": self.account, "name": f"Need {n}"} for n in range(3)]
        self.cut(
            "append of a batch",
            lambda env: env["kam.need"].kam_create(needs, command_id=command_id),
        )

    def test_facts_of_a_document(self):
        move = self.do(lambda env: draft_invoice(env, self.account).id)
        self.cut(
            "posting with its facts",
            lambda env: env["account.move"].browse(move).action_post(),
        )

    def test_projection_and_checkpoint(self):
        self.do(lambda env: draft_invoice(env, self.account).action_post())

        def catch_up(env):
            env["kam.fact"]._catch_up()
            env["kam.kpi.fact"]._catch_up()

        self.cut("projection and checkpoint", catch_up)

    def test_rebuild_of_flat_tables(self):
        self.do(lambda env: draft_invoice(env, self.account).action_post())

        def rebuild(env):
            env["kam.fact"]._rebuild()
            env["kam.kpi.fact"]._rebuild()

        self.cut("rebuild of flat tables", rebuild)

    def test_rebuild_of_records(self):
        self.by_hand(
            f"UPDATE kam_account SET account_class = 'E' WHERE id = {self.account}"
        )
        self.cut(
            "rebuild of records",
            lambda env: env["kam.projector"]._rebuild("kam.account"),
        )

    def test_seal(self):
        self.cut("seal", lambda env: env["kam.log.audit"]._seal())

    def test_close_of_a_period(self):
        statement = self.do(lambda env: open_statement(env, self.account).id)

        def close(env):
            env["kam.pay.statement"].browse(statement).close()

        self.cut("close of a period", close)
        with self.env_of() as env:
            record = env["kam.pay.statement"].browse(statement)
            self.assertEqual(record.state, "closed")
            self.assertTrue(record.verify()["same"])


@tagged("post_install", "-at_install")
class TestKillPointsOfGenesis(KillCase):
    """On a log that is empty, and on one that lacks some documents."""

    def check(self):
        """The records have no history here: only chains are looked at."""
        with self.env_of() as env:
            self.assertEqual(common.broken_chains(env), [])

    def cut_genesis(self, name, lost):
        self.by_hand(
            f"""DELETE FROM kam_es.event WHERE stream_id IN ({lost});
                DELETE FROM kam_es.checkpoint WHERE stream_id IN ({lost});
                DELETE FROM kam_es.stream WHERE id IN ({lost});"""
        )
        tables = ("account_move", "sale_order")
        self.cut(name, lambda env: env["kam.genesis"]._run(), tables)
        with self.env_of() as env:
            self.assertEqual(env["kam.genesis"]._run()["events"], 0)
            self.assertEqual(env["kam.log.check"].verify_now()["state"], "clean")

    def test_genesis(self):
        self.cut_genesis(
            "genesis of what is missing",
            "SELECT id FROM kam_es.stream WHERE category = 'account.move'",
        )
        self.cut_genesis("genesis", "SELECT id FROM kam_es.stream")


def chosen(count):
    """Return the numbers of the statements to cut before."""
    if ALL:
        return range(1, count + 1)
    step = max(1, count // (BETWEEN + 1))
    return sorted({1, *range(step, count, step), count})


def draft_invoice(env, account_id, day="2026-02-10"):
    """Return a draft invoice of the account's customer."""
    line = {"name": "Goods", "price_unit": 400, "tax_ids": [(5, 0, 0)]}
    return env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": env["kam.account"].browse(account_id).partner_id.id,
            "invoice_date": day,
            "date": day,
            "invoice_line_ids": [(0, 0, line)],
        }
    )


def open_statement(env, account_id):
    """Return a statement of pay that may be closed, with a sale in it."""
    admin = env.ref("base.user_admin")
    kpi = env["kam.kpi"]._by_code("net_sales")
    draft_invoice(env, account_id).action_post()
    scheme = env["kam.pay.scheme"].create(
        {
            "name": "Sample",
            "period": "quarter",
            "base": 1000,
            "commission_base": "value",
            "user_ids": [(6, 0, admin.ids)],
            "line_ids": [(0, 0, {"kpi_id": kpi.id, "floor": 0, "cap": 0})],
            "step_ids": [(0, 0, {"start": 0, "rate": 0.05})],
        }
    )
    scheme.activate("2025-01-01")
    env["kam.target"].create(
        {
            "kpi_id": kpi.id,
            "user_id": admin.id,
            "date_from": QUARTER[0],
            "date_to": QUARTER[1],
            "plan": 500,
        }
    ).approve()
    made = scheme.make_statements(QUARTER[0])
    return env["kam.pay.statement"].browse(made)
