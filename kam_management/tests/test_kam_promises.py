"""What the design promises of all parts at once, whoever adds one."""

import inspect
import re

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.kam_management import hooks

# tables that have millions of rows where we are installed
BIG = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "mail.message",
    "product.product",
    "product.template",
    "res.partner",
    "sale.order",
    "sale.order.line",
)
# scheduled actions that decide nothing: they plan activities, write mail or workbooks,
# or go on at their next run with what another transaction stood in the way of
DECIDES_NOTHING = {
    "_cron_brief",
    "_cron_deliver",
    "_cron_nightly",
    "_cron_recheck",
    "_cron_remind",
    "_cron_review",
    "_cron_week_mail",
    "_cron_work",
}


@tagged("post_install", "-at_install")
class TestPromises(TransactionCase):
    # ----------------------------------------------------------------- the log
    def test_no_foreign_key_leads_out_of_the_log(self):
        """Odoo's merge of partners rewrites and deletes rows behind such keys."""
        self.env.cr.execute(
            """SELECT c.conrelid::regclass::text, c.confrelid::regclass::text
                 FROM pg_constraint c
                 JOIN pg_class a ON a.oid = c.conrelid
                 JOIN pg_namespace n ON n.oid = a.relnamespace
                WHERE c.contype = 'f' AND n.nspname = 'kam_es'"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])

    def test_the_log_holds_no_floats(self):
        self.env.cr.execute(
            """SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = 'kam_es'
                  AND data_type IN ('real', 'double precision')"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])
        self.env.cr.execute(
            """SELECT e.type, found.value
                 FROM kam_es.event e,
                      jsonb_path_query(jsonb_build_array(e.payload, e.confidential),
                          'strict $.** ? (@.type() == "number")') AS found(value)
                WHERE found.value::text !~ '^-?[0-9]+$' LIMIT 5"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])

    def test_payloads_hold_no_names(self):
        """Ids, codes and amounts: a person renamed or erased is not in the log."""
        self.env.cr.execute(
            """SELECT p.name, e.type FROM res_partner p
                 JOIN kam_es.event e ON e.payload::text LIKE '%"' || p.name || '"%'
                WHERE length(p.name) > 5 LIMIT 5"""
        )
        self.assertEqual(self.env.cr.fetchall(), [])

    # ----------------------------------------------------------------- install
    def test_installing_computes_no_row_of_a_big_table(self):
        """A stored computed field of ours has its column before Odoo looks for it.

        Else Odoo would compute each of millions of rows when it installs the addon.
        """
        made = inspect.getsource(hooks.pre_init_hook)
        columns = set(re.findall(r"ADD COLUMN IF NOT EXISTS (\w+)", made))
        for name in BIG:
            for field in self.env[name]._fields.values():
                ours = any(one.startswith("kam_management") for one in field._modules)
                if ours and field.store and field.compute and field.column_type:
                    self.assertIn(field.name, columns, f"{name}.{field.name}")
                    self.assertIn(f'"{self.env[name]._table}"', made)

    # ------------------------------------------------------------------ replica
    def _reads(self):
        """Yield (model, name) of what can be asked for as it is, and only reads."""
        for model, cls in self.env.registry.items():
            if cls._abstract or not model.startswith("kam."):
                continue
            for name in dir(cls):
                method = None if name.startswith("_") else getattr(cls, name)
                if not getattr(method, "_readonly", False):
                    continue
                _self, *arguments = inspect.signature(method).parameters.values()
                given = all(one.default is not one.empty for one in arguments)
                if given and getattr(method, "_api_model", False):
                    yield model, name

    def test_what_only_reads_runs_on_a_replica(self):
        """Odoo sends it there; a write would be refused, and asked for again."""
        asked = sorted(self._reads())
        self.assertGreater(len(asked), 10)
        self.assertIn(("kam.account", "home"), asked)
        with self.registry.cursor() as cr:
            head = self.env.ref("kam_management.group_kam_director").user_ids[:1]
            cr.execute("SET TRANSACTION READ ONLY")
            env = self.env(cr=cr, user=head.id)
            for model, name in asked:
                with self.subTest(model=model, method=name):
                    try:
                        getattr(env[model], name)()
                    except UserError:  # not theirs to ask: nothing was written
                        continue
            cr.rollback()

    # ------------------------------------------------------------------- crons
    def test_what_decides_at_night_is_tried_again(self):
        """Odoo tries again what RPC and HTTP ask for, and nothing of a cron."""
        names = {
            cron.code: self.env[cron.model_id.model]
            for cron in self.env["ir.cron"]
            .with_context(active_test=False)
            .search([])
            .filtered(lambda one: (one.code or "").startswith("model._cron_"))
            if cron.model_id.model.startswith("kam.")
            or "kam_" in (cron.get_external_id().get(cron.id) or "")
        }
        self.assertGreater(len(names), 10)
        for code, model in names.items():
            method = re.match(r"model\.(\w+)\(", code)[1]
            source = inspect.getsource(inspect.unwrap(getattr(type(model), method)))
            if method not in DECIDES_NOTHING:
                self.assertIn("retrying(", self._with_called(model, source), method)

    def _with_called(self, model, source, depth=2):
        """Return a method's source with that of what it calls of its own model."""
        found = [source]
        for name in re.findall(r"\w\.(_\w+)\(", source) if depth else ():
            method = getattr(type(model), name, None)
            if inspect.isfunction(method):
                called = inspect.getsource(method)
                found.append(self._with_called(model, called, depth - 1))
        return "\n".join(found)
