"""Key figures of what is owed: overdue share, DSO and CEI, as of the last day.

From the facts of receivable lines and settlements, with tax; they belong to whoever
owned the customer's account on the last day.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..kam_core.periods import Period

# one row a span of days and owner
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
        SELECT place, company_id, partner_id, sum(before) AS begin,
               sum(residual) AS owed,
               sum(residual) FILTER (WHERE due_date >= stop OR due_date IS NULL)
                   AS not_due,
               sum(residual) FILTER (WHERE due_date < stop AND residual > 0) AS overdue,
               sum(residual) FILTER (WHERE residual > 0) AS debts, 0 AS sold
          FROM line WHERE partner_id IS NOT NULL GROUP BY 1, 2, 3
         UNION ALL
        SELECT s.place, f.company_id, f.partner_id, 0, 0, 0, 0, 0, sum(f.amount)
          FROM span s
          JOIN kam_fact f ON f.date BETWEEN s.start AND s.stop
         WHERE f.kind = 'turnover' AND f.company_id IN %(companies)s
         GROUP BY 1, 2, 3
    )
    SELECT s.place, o.user_id,
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
     GROUP BY 1, 2"""
NAMES = ("begin", "owed", "not_due", "overdue", "debts", "sold")
ZERO = Decimal(0)


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _figures_owed(self, found, span, by, domain):
        """See ``_figures``; ``domain`` narrows to people only (``user_id``)."""
        start, stop = span[0], min(span[1], self.env.company._kam_today())
        if stop < start:
            return
        months = [(one.start, one.end) for one in Period(start, stop).months()]
        rows = self._owed([(start, stop), *months], self._people_of(domain))
        merged = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(NAMES, ZERO)))
        for place, user_id, *values in rows:
            whole = merged[(user_id,) if by else ()][place]
            for name, one in zip(NAMES, values, strict=True):
                whole[name] += Decimal(one or 0)
        days = (stop - start).days + 1
        for key, places in merged.items():
            for kpi in self:
                found[key][kpi.code] = _state(kpi.formula, places, days)

    def _owed(self, spans, users):
        """Return rows of what was owed, by span and owner on its last day.

        :param users: ids; None: everybody, and what nobody owns
        """
        self.env["kam.account.owner"].flush_model()
        return self.env.execute_query(
            SQL(
                OWED,
                spans=SQL(", ").join(
                    SQL("(%s, %s::date, %s::date)", n, *one)
                    for n, one in enumerate(spans)
                ),
                companies=self._companies(),
                everybody=users is None,
                users=list(users or ()),
            )
        )

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


def _state(formula, places, days):
    """Return a figure of what is owed; None where its denominator is zero."""
    whole = places[0]
    if formula == "overdue_share":
        return whole["overdue"] / whole["debts"] if whole["debts"] else None
    if formula == "dso":
        return whole["owed"] / whole["sold"] * days if whole["sold"] > 0 else None
    months = [_effectiveness(places[n]) for n in places if n]
    months = [one for one in months if one is not None]
    return sum(months, ZERO) / len(months) if months else None


def _effectiveness(one):
    """Return CEI of a month: collected / what could have been."""
    could = one["begin"] + one["sold"] - one["not_due"]
    return (one["begin"] + one["sold"] - one["owed"]) / could if could > 0 else None
