"""Facts of Odoo's documents, recorded in the transaction that made them true.

The models of orders, entries, their lines and matches say which documents a
transaction has touched, at the lowest doors the ORM has, so no path passes by. When the
transaction is flushed to its end (or to a savepoint) one query compares what these
documents say now with what the log says of them, and the difference is appended: at
most two queries for a transaction, however many documents it touches.

A savepoint that is undone undoes its facts too: Odoo flushes the cursor, pre-commit
callbacks included, when a savepoint begins and when it ends. Nothing here refuses
anything: a fact never vetoes.
"""

from functools import cache
from string import Template

from odoo import models
from odoo.tools import file_open

from .kam_event_store import Entry, Recorded

PENDING = "kam_documents"
BESIDE = "beside"  # what is appended together with the facts
CHUNK = 20000
MANY = 2000
# How a comparison of so many is planned. Merge joins look cheap to the planner, as if
# they ended early, and draw in loops over all lines for each document.
FOR_MANY = {
    "enable_mergejoin": "off",
    "enable_nestloop": "off",
    "jit": "off",
    "work_mem": "'128MB'",
}
# What the lines need of small tables: asked once in a statement.
LOOKUPS = {
    "receivable": """ARRAY(SELECT id FROM account_account
                            WHERE account_type = 'asset_receivable')""",
    "currencies": "(SELECT jsonb_object_agg(id, name) FROM res_currency)",
    "books": """(SELECT jsonb_object_agg(c.id, u.name) FROM res_company c
                   JOIN res_currency u ON u.id = c.currency_id)""",
    "zones": """(SELECT jsonb_object_agg(c.id, coalesce(r.tz, 'UTC')) FROM res_company c
                   LEFT JOIN resource_calendar r ON r.id = c.resource_calendar_id)""",
}


@cache
def _source(name):
    with file_open(f"kam_management/sql/{name}.sql") as sql:
        return sql.read()


def fill(name, **parts):
    """Return the SQL of a file of ``sql/`` with its ``$names`` filled in."""
    lines = _source(name).splitlines(keepends=True)
    code = "".join(one for one in lines if not one.startswith("--"))
    return Template(code).substitute({**LOOKUPS, **parts})


class KamDocumentFacts(models.AbstractModel):
    _name = "kam.document.facts"
    _description = "Facts of Odoo's documents"

    def init(self):
        # pylint: disable=sql-injection
        self.env.cr.execute(_source("kam_facts"))

    # ------------------------------------------------------------------- touch
    def _touch(self, category, ids):
        """Remember that documents changed; what changed is found before the commit.

        :param category: ``sale.order``, ``account.move``, or ``…line`` of either
        """
        if ids := [one for one in ids if one]:
            self._pending().setdefault((self.env.uid, category), set()).update(ids)

    def _pending(self):
        """Return what is to be recorded before the commit; begin it where needed."""
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {}
            # what is recorded does not depend on who asks, or in which language
            plain = self.with_context({})  # pylint: disable=context-overridden
            self.env.cr.precommit.add(plain._record_touched)
        return data[PENDING]

    def _append_beside(self, entries):
        """Append entries of other streams before the commit, with the facts."""
        self._pending().setdefault((self.env.uid, BESIDE), []).extend(entries)

    def _beside(self):
        """Return the entries that wait to be appended beside the facts."""
        pending = self.env.cr.precommit.data.get(PENDING, {})
        return [
            entry
            for (_uid, category), entries in pending.items()
            if category == BESIDE
            for entry in entries
        ]

    def _record_touched(self):
        pending = self.env.cr.precommit.data.pop(PENDING, {})
        # sudo: facts are recorded whoever acts; no right is needed to be remembered
        for uid in sorted({uid for uid, _category in pending}):
            facts = self.with_user(uid).sudo()
            entries = list(pending.get((uid, BESIDE), ()))
            for category in ("account.move", "sale.order"):
                ids = set(pending.get((uid, category), ()))
                lines = pending.get((uid, f"{category}.line"))
                if lines:
                    ids |= facts._documents_of(category, lines)
                if ids:
                    entries += facts._missing(category, sorted(ids))
            if entries:
                facts._append_all(entries)

    def _append_all(self, entries):
        """Append facts, and what goes with them. To be extended."""
        self.env["kam.event.store"]._append(entries)

    def _documents_of(self, category, line_ids):
        """Return the ids of the documents of lines."""
        query = {
            "account.move": "SELECT move_id FROM account_move_line WHERE id = ANY(%s)",
            "sale.order": "SELECT order_id FROM sale_order_line WHERE id = ANY(%s)",
        }[category]
        self.env.cr.execute(query, [list(line_ids)])
        return {row[0] for row in self.env.cr.fetchall()}

    # -------------------------------------------------------------------- diff
    def _missing(self, category, ids, imported=False):
        """Return the entries the log lacks of documents, ready to append.

        :param imported: they are taken from documents older than the log
        """
        rows = self._diff(category, ids, imported)
        entries = {}
        for row in rows:
            entry = entries.get(row["id"])
            if entry is None:
                entry = entries[row["id"]] = Entry(
                    category=category,
                    key=str(row["id"]),
                    company_id=row["company_id"],
                    behalf_id=row["behalf_id"],
                )
            payload = row["payload"]
            entry.events.append(
                Recorded(
                    type=row["type"],
                    payload={**payload, "imported": True} if imported else payload,
                    confidential=row["confidential"],
                    effective_at=row["effective_at"],
                )
            )
        return list(entries.values())

    def _diff(self, category, ids, imported=False):
        """Compare documents with the log: one dict for each event that is missing.

        :return: list of dicts ``id``, ``company_id``, ``behalf_id``, ``type``,
            ``effective_at``, ``payload``, ``confidential``, in the order of events
        """
        # pylint: disable=sql-injection
        many = len(ids) > MANY
        if many:
            self._plan_for_many(True)
        self.env.cr.execute(
            self._on_behalf(self._diff_query(category)),
            {
                "ids": list(ids),
                "keys": [str(one) for one in ids],
                "imported": imported,
                "uid": self.env.uid,
            },
        )
        rows = self.env.cr.dictfetchall()
        if many:
            self._plan_for_many(False)
        return rows

    def _plan_for_many(self, many):
        # pylint: disable=sql-injection
        for name, value in FOR_MANY.items():
            value = value if many else "DEFAULT"
            self.env.cr.execute(f"SET LOCAL {name} = {value}")

    def _diff_query(self, category):
        if category == "account.move":
            lines = {"lines": "l.move_id = ANY(%(ids)s)"}
            return fill(
                "moves_diff",
                moves_now=fill(
                    "moves_now",
                    entries="m.id = ANY(%(ids)s)",
                    moves_lines=f"({fill('moves_lines', **lines)})",
                    moves_orders=f"({fill('moves_orders', **lines)})",
                    imported="",
                ),
                matches_now=fill("matches_now", **lines, imported=""),
            )
        lines = fill("orders_lines", lines="l.order_id = ANY(%(ids)s)")
        return fill(
            "orders_diff",
            orders_now=fill(
                "orders_now",
                entries="o.id = ANY(%(ids)s)",
                orders_lines=f"({lines})",
                delivered_at=self._delivered_at(),
                imported="",
            ),
        )

    def _delivered_at(self):
        """Return the SQL of the first delivery: kept by Odoo where stock is there."""
        field = self.env["sale.order"]._fields.get("effective_date")
        if field is not None and field.store:
            return "coalesce(o.effective_date, o.date_order)"
        return "o.date_order"

    def _on_behalf(self, query):
        """Add to ``query`` on whose behalf the current user acts for its customer.

        Within the same query, so that it costs no other: the owner, today, of the
        customer's key account for whom the current user stands in.
        """
        return f"""SELECT d.*, behalf.user_id AS behalf_id
              FROM ({query}) AS d
              LEFT JOIN res_company c ON c.id = d.company_id
              LEFT JOIN LATERAL (
                   SELECT g.user_id
                     FROM kam_account a
                     JOIN kam_account_owner o ON o.account_id = a.id
                      AND o.date_from <= current_date
                      AND coalesce(o.date_to, current_date) >= current_date
                     JOIN kam_delegation g ON g.user_id = o.user_id AND g.may_act
                      AND g.substitute_id = %(uid)s AND g.date_from <= current_date
                      AND g.date_to >= current_date
                      AND coalesce(g.ended_on > current_date, TRUE)
                    WHERE a.partner_id = d.customer_id
                      AND a.company_id = split_part(c.parent_path, '/', 1)::int
                      AND (NOT EXISTS (SELECT FROM kam_delegation_account_rel r
                                        WHERE r.delegation_id = g.id)
                           OR EXISTS (SELECT FROM kam_delegation_account_rel r
                                       WHERE r.delegation_id = g.id
                                         AND r.account_id = a.id))
                      AND NOT EXISTS (SELECT FROM kam_account_owner mine
                                       WHERE mine.account_id = a.id
                                         AND mine.user_id = %(uid)s
                                         AND mine.date_from <= current_date
                                         AND coalesce(mine.date_to, current_date)
                                             >= current_date)
                    ORDER BY g.id LIMIT 1) AS behalf ON TRUE
             ORDER BY d.id, d.ord, d.payload"""  # noqa: S608

    # ------------------------------------------------------------------- merge
    def _partner_merged(self, source_ids, target_id):
        """Record that partners were merged into one; their facts become the target's.

        Events keep the ids they were recorded with.

        :param source_ids: ids of the partners that are no more
        :param target_id: the partner that stays
        """
        source_ids = sorted(set(source_ids) - {target_id})
        if not source_ids:
            return
        self.env["kam.event.store"]._append(
            [
                Entry(
                    category="res.partner",
                    key=str(target_id),
                    events=[
                        Recorded(
                            type="PartnersMerged",
                            payload={"source_ids": source_ids, "target_id": target_id},
                        )
                    ],
                )
            ]
        )
        self.env.cr.execute(
            """INSERT INTO kam_es.partner_merge (source_id, target_id)
               SELECT unnest(%(sources)s), %(target)s
               ON CONFLICT (source_id) DO UPDATE SET target_id = EXCLUDED.target_id""",
            {"sources": source_ids, "target": target_id},
        )
        self.env.cr.execute(
            """UPDATE kam_es.partner_merge SET target_id = %(target)s
                WHERE target_id = ANY(%(sources)s)""",
            {"sources": source_ids, "target": target_id},
        )
        self.env["kam.fact"]._follow_merges()
