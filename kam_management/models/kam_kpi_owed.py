"""Key figures of what is owed: overdue share, DSO and CEI, as of the last day.

From the facts of receivable lines and settlements, with tax; they belong to whoever
owned the customer's account on the last day. The formulas are those of collections.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..kam_core.lateness import ratio
from ..kam_core.periods import Period
from ..kam_core.receivables.figures import (
    collection_effectiveness,
    days_sales_outstanding,
)

# one row a span of days and owner; with %(document)s also a customer and document
OWED = """
    WITH span(place, start, stop) AS (VALUES %(spans)s),
    line AS (
        SELECT s.place, f.company_id, f.res_id, f.line_id,
               max(f.partner_id) FILTER (WHERE f.kind = 'receivable') AS partner_id,
               max(f.due_date) FILTER (WHERE f.kind = 'receivable') AS due_date,
               sum(f.amount) AS residual,
               coalesce(sum(f.amount) FILTER (WHERE f.date < s.start), 0) AS before,
               max(s.start) AS start, max(s.stop) AS stop
          FROM span s
          JOIN kam_fact f ON f.date <= s.stop
         WHERE f.kind IN ('receivable', 'match') AND f.company_id IN %(companies)s
         GROUP BY 1, 2, 3, 4
    ), owed AS (
        SELECT place, company_id, partner_id, %(document)s AS res_id,
               sum(before) AS begin, sum(residual) AS owed,
               sum(residual) FILTER (WHERE due_date >= stop OR due_date IS NULL)
                   AS not_due,
               sum(residual) FILTER (WHERE due_date < stop AND residual > 0) AS overdue,
               sum(residual) FILTER (WHERE residual > 0) AS debts, 0 AS sold
          FROM line f WHERE partner_id IS NOT NULL GROUP BY 1, 2, 3, 4
         UNION ALL
        SELECT s.place, f.company_id, f.partner_id, %(document)s, 0, 0, 0, 0, 0,
               sum(f.amount)
          FROM span s
          JOIN kam_fact f ON f.date BETWEEN s.start AND s.stop
         WHERE f.kind = 'turnover' AND f.company_id IN %(companies)s
         GROUP BY 1, 2, 3, 4
    )
    SELECT s.place, o.user_id, w.res_id,
           sum(w.begin * coalesce(o.share, 100) / 100)::text,
           sum(w.owed * coalesce(o.share, 100) / 100)::text,
           sum(w.not_due * coalesce(o.share, 100) / 100)::text,
           sum(w.overdue * coalesce(o.share, 100) / 100)::text,
           sum(w.debts * coalesce(o.share, 100) / 100)::text,
           sum(w.sold * coalesce(o.share, 100) / 100)::text
      FROM owed w
      JOIN span s ON s.place = w.place
      LEFT JOIN res_company c ON c.id = w.company_id
      LEFT JOIN kam_account a ON a.partner_id = w.partner_id
       AND a.company_id = split_part(c.parent_path, '/', 1)::int
      LEFT JOIN kam_account_owner o ON o.account_id = a.id AND o.date_from <= s.stop
       AND (o.date_to IS NULL OR o.date_to >= s.stop)
     WHERE %(everybody)s OR o.user_id = ANY(%(users)s)
     GROUP BY 1, 2, 3"""
NAMES = ("begin", "owed", "not_due", "overdue", "debts", "sold")
ZERO = Decimal(0)
# a figure of one span: what it divides by what
QUOTIENTS = {
    "overdue_share": lambda one: (one["overdue"], one["debts"]),
    "dso": lambda one: (one["owed"], one["sold"]),
    "cei": lambda one: (
        one["begin"] + one["sold"] - one["owed"],
        one["begin"] + one["sold"] - one["not_due"],
    ),
}


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _figures_owed(self, found, span, by, domain):
        """See ``_figures``; ``domain`` narrows to people only (``user_id``)."""
        spans = self._owed_spans(span)
        if not spans:
            return
        rows = self._owed(spans, self._people_of(domain))
        merged = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(NAMES, ZERO)))
        for place, user_id, _document, *values in rows:
            _add(merged[(user_id,) if by else ()][place], values)
        days = (spans[0][1] - spans[0][0]).days + 1
        for key, places in merged.items():
            for kpi in self:
                found[key][kpi.code] = _state(kpi.formula, places, days)

    def _owed_spans(self, span):
        """Return [(first, last)]: the period to today, then each of its months."""
        start, stop = span[0], min(span[1], self.env.company._kam_today())
        if stop < start:
            return []
        months = [(one.start, one.end) for one in Period(start, stop).months()]
        return [(start, stop), *months]

    def _owed(self, spans, users, by_document=False):
        """Return rows of what was owed, by span and owner on its last day.

        :param users: ids; None: everybody, and what nobody owns
        :param by_document: a row for each entry; else None in its place
        """
        self.env["kam.account.owner"].flush_model()
        return self.env.execute_query(
            SQL(
                OWED,
                spans=SQL(", ").join(
                    SQL("(%s, %s::date, %s::date)", n, *one)
                    for n, one in enumerate(spans)
                ),
                document=SQL("f.res_id") if by_document else SQL("NULL::int"),
                companies=self._companies(),
                everybody=users is None,
                users=list(users or ()),
            )
        )

    def _owed_explained(self, span, user_id):
        """Return what makes a figure of debts: see ``_explain_rows``."""
        spans = self._owed_spans(span)
        by_month = self.formula == "cei"
        places = range(1, len(spans)) if by_month else range(len(spans[:1]))
        users = self._people_of(self._mine(user_id))
        rows, parts = [], defaultdict(lambda: (ZERO, ZERO))
        for place, _user, document, *values in self._owed(spans, users, True):
            if place not in places:
                continue
            whole = dict.fromkeys(NAMES, ZERO)
            _add(whole, values)
            above, below = QUOTIENTS[self.formula](whole)
            if not above and not below:
                continue
            name = f"{spans[place][0]:%Y-%m}" if by_month else ""
            parts[name] = (parts[name][0] + above, parts[name][1] + below)
            rows.append(
                {
                    "part": name,
                    "date": spans[place][1],
                    "above": above,
                    "below": below,
                    "res_model": "account.move",
                    "res_id": document,
                }
            )
        return {
            **self._owed_words(spans),
            "parts": dict(parts),
            "rows": rows,
            "action": self._documents_action({row["res_id"] for row in rows}),
        }

    def _owed_words(self, spans):
        _ = self.env._
        above, below = {
            "overdue_share": (_("Overdue"), _("Debts")),
            "dso": (_("Owed on the last day"), _("Sales with tax")),
            "cei": (_("Collected"), _("Could be collected")),
        }[self.formula]
        days = (spans[0][1] - spans[0][0]).days + 1 if spans else 0
        return {
            "above_name": above,
            "below_name": below,
            "factor": days if self.formula == "dso" else 1,
        }

    def _documents_action(self, ids):
        """Open the entries that a figure of debts is made of."""
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "account.move",
            "domain": [("id", "in", sorted(ids))],
            "views": [[False, "list"], [False, "form"]],
        }

    def _people_of(self, domain):
        """Return whom the user may see, of those a domain names; None: everybody."""
        seen = self.env["kam.kpi.fact"]._people_seen()
        asked = {
            one
            for condition in domain.iter_conditions()
            if condition.field_expr == "user_id" and condition.operator in ("in", "=")
            for one in (
                condition.value
                if isinstance(condition.value, (list, tuple, set, frozenset))
                or hasattr(condition.value, "__iter__")
                else [condition.value]
            )
            if one
        }
        if seen is None:
            return sorted(asked) or None
        return sorted(seen & asked if asked else seen)


def _add(whole, values):
    for name, one in zip(NAMES, values, strict=True):
        whole[name] += Decimal(one or 0)


def _state(formula, places, days):
    """Return a figure of what is owed; None where its denominator is none."""
    if formula == "overdue_share":
        return ratio(*QUOTIENTS[formula](places[0]))
    if formula == "dso":
        sold = max(ZERO, places[0]["sold"])
        return days_sales_outstanding(places[0]["owed"], sold, days)
    months = [
        collection_effectiveness(one["begin"], one["sold"], one["owed"], one["not_due"])
        for place, one in places.items()
        if place and QUOTIENTS["cei"](one)[1] > 0
    ]
    return sum(months, ZERO) / len(months) if months else None
