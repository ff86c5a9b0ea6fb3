"""Do the log's facts and Odoo's own tables say the same?"""

from odoo import models

from .kam_document_facts import CHUNK

MOVES = """
    SELECT m.id FROM account_move m
     WHERE m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
     UNION
    SELECT l.move_id FROM account_move_line l
      JOIN account_account a
        ON a.id = l.account_id AND a.account_type = 'asset_receivable'
     WHERE l.parent_state = 'posted'
     UNION
    SELECT s.key::int FROM kam_es.stream s WHERE s.category = 'account.move'
     ORDER BY 1"""
ORDERS = """
    SELECT o.id FROM sale_order o WHERE o.state IN ('sent', 'sale')
     UNION
    SELECT s.key::int FROM kam_es.stream s WHERE s.category = 'sale.order'
     ORDER BY 1"""
# What the flat facts add up to, document by document, and what Odoo's tables say. The
# two share no code. Odoo keeps the matches of an entry that is a draft again.
TURNOVER = """
    SELECT coalesce(f.res_id, m.id), coalesce(f.untaxed, 0), coalesce(m.untaxed, 0)
      FROM (SELECT res_id, sum(untaxed) AS untaxed FROM kam_fact
             WHERE kind = 'turnover' GROUP BY res_id HAVING sum(untaxed) <> 0) AS f
      FULL JOIN (SELECT id, amount_untaxed_signed AS untaxed FROM account_move
                  WHERE state = 'posted' AND amount_untaxed_signed <> 0
                    AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')) AS m
        ON m.id = f.res_id
     WHERE coalesce(f.untaxed, 0) <> coalesce(m.untaxed, 0)
     ORDER BY 1 LIMIT %s"""
RESIDUAL = """
    SELECT coalesce(f.res_id, m.id), coalesce(f.amount, 0), coalesce(m.amount, 0)
      FROM (SELECT r.res_id, sum(r.amount) AS amount
              FROM kam_fact r
              LEFT JOIN account_move am ON am.id = r.res_id
             WHERE r.kind = 'receivable'
                OR (r.kind = 'match' AND am.state = 'posted')
             GROUP BY r.res_id HAVING sum(r.amount) <> 0) AS f
      FULL JOIN (SELECT l.move_id AS id, sum(l.amount_residual) AS amount
                   FROM account_move_line l
                   JOIN account_account a
                     ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                  WHERE l.parent_state = 'posted'
                  GROUP BY l.move_id HAVING sum(l.amount_residual) <> 0) AS m
        ON m.id = f.res_id
     WHERE coalesce(f.amount, 0) <> coalesce(m.amount, 0)
     ORDER BY 1 LIMIT %s"""


class KamFactCheck(models.AbstractModel):
    _name = "kam.fact.check"
    _description = "Facts against Odoo's documents"

    def _check(self, limit=1000, progress=None):
        """Compare all facts with Odoo's tables; nothing is changed.

        :param limit: findings, at most
        :param progress: function(done, total) of documents
        :return: list of dicts ``model``, ``res_id``, ``finding`` (``missing``: the
            event ``type`` is not in the log; ``turnover`` and ``residual``: the flat
            facts and Odoo differ), ``type``, ``facts`` and ``odoo`` (amounts as text,
            or None)
        """
        self.env.flush_all()
        self.env.cr.flush()
        found = []
        for category, query in (("account.move", MOVES), ("sale.order", ORDERS)):
            # pylint: disable=sql-injection
            self.env.cr.execute(query)
            ids = [row[0] for row in self.env.cr.fetchall()]
            for start in range(0, len(ids), CHUNK):
                if len(found) >= limit:
                    return found[:limit]
                chunk = ids[start : start + CHUNK]
                found += self._missing(category, chunk)
                if progress:
                    progress(start + len(chunk), len(ids))
        self.env["kam.fact"]._catch_up()
        for name, query in (("turnover", TURNOVER), ("residual", RESIDUAL)):
            found += self._differing(name, query, limit)
        return found[:limit]

    def _missing(self, category, ids):
        return [
            {
                "model": category,
                "res_id": row["id"],
                "finding": "missing",
                "type": row["type"],
                "facts": None,
                "odoo": row["payload"].get("total") or row["payload"].get("amount"),
            }
            for row in self.env["kam.document.facts"]._diff(category, ids)
        ]

    def _differing(self, name, query, limit):
        # pylint: disable=sql-injection
        self.env.cr.execute(query, [limit])
        return [
            {
                "model": "account.move",
                "res_id": res_id,
                "finding": name,
                "type": None,
                "facts": format(facts, "f"),
                "odoo": format(odoo, "f"),
            }
            for res_id, facts, odoo in self.env.cr.fetchall()
        ]
