"""Key figures, set-based: the formulas of the core's catalogue in SQL.

A fixed number of statements, whatever the number of figures, people or customers. The
rows that count are those the user may read: the rules of attributed facts are in each
statement. NUMERIC comes as text, because Odoo reads it as float.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.kpi.formulas import SOURCES
from ..kam_core.kpi.kpis import FLOWS, OUTSIDE, STATES

KEYS = {
    "user": SQL("f.user_id"),
    "account": SQL("f.account_id"),
    "partner": SQL("f.partner_id"),
    "day": SQL("to_char(f.date, 'YYYY-MM-DD')"),
    "month": SQL("to_char(f.date, 'YYYY-MM')"),
}
BY_SALE = {
    "day": SQL("to_char(f.own_date, 'YYYY-MM-DD')"),
    "month": SQL("to_char(f.own_date, 'YYYY-MM')"),
}
ADDED = ("sum", "ratio", "complement")
ZERO = Decimal(0)
# the days on which customers have documents left; %s: companies, the last day, what is
# known (see _known), ASC for the first, DESC for the last of each
DAYS = """
    SELECT DISTINCT ON (partner_id) partner_id, date AS day
      FROM kam_kpi_fact
     WHERE kind = 'sale' AND company_id IN %s AND date <= %s AND partner_id IS NOT NULL
           %s
     GROUP BY partner_id, date HAVING sum(documents) > 0
     ORDER BY partner_id, date %s"""
WHOLE = """
    SELECT partner_id, date, sum(documents) AS documents
      FROM kam_kpi_fact
     WHERE kind = 'sale' AND company_id IN %s AND partner_id IS NOT NULL %s
     GROUP BY 1, 2 HAVING sum(documents) > 0"""


def number(text):
    """Return a Decimal from the database's text; None stays None."""
    return None if text is None else Decimal(text)


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _blank(self):
        """Return the figure where there are no facts: 0, or None for a ratio."""
        self.ensure_one()
        return ZERO if self.formula in ("sum", "customers", "new", "lost") else None

    def _open_to_user(self):
        """Return the figures that the user is entitled to: margin not for everybody."""
        if self.env.su or self.env.user.has_group("kam_management.group_kam_margin"):
            return self
        return self.filtered(lambda kpi: not kpi.is_confidential)

    def _figures(self, date_from, date_to, by=(), domain=Domain.TRUE):
        """Return key figures of a period.

        :param date_from: first day, ``date_to`` last day, company's time zone
        :param by: of ``user``, ``account``, ``partner``, ``day``, ``month``: keys of
            the answer, in this order
        :param domain: over attributed facts, besides the user's own rules
        :return: dict {keys: {code: Decimal or None}}; keys a tuple of ids (None where
            nobody owned it) and texts ``2026-03``; where there are no facts no entry,
            see :meth:`_blank`
        """
        found = defaultdict(dict)
        span = (date_from, date_to)
        kpis = self._open_to_user()
        flows = kpis.filtered(lambda kpi: kpi.formula in FLOWS)
        for kind, some in flows.grouped(lambda kpi: kpi._statement()).items():
            getattr(some, f"_figures_{kind[0]}")(found, span, by, domain)
        states = kpis.filtered(lambda kpi: kpi.formula in STATES)
        people = by in ((), ("user",)) and self._names_people(domain)
        if states and people:
            states._figures_owed(found, span, by, domain)
        outside = kpis.filtered(lambda kpi: kpi.formula in OUTSIDE)
        if outside and people:
            outside._figures_outside(found, span, by, domain)
        return dict(found)

    def _names_people(self, domain):
        """Tell whether a domain is about people only, whom other sources know too."""
        names = {one.field_expr for one in domain.iter_conditions()}
        return names <= {"user_id", "company_id"}

    def _statement(self):
        """Return what figures can share a statement: those with an equal answer."""
        if self.formula in ADDED:
            by_sale = "returned" in (self.measure, self.divisor)
            return ("added", by_sale, self.domain or "")
        return (self.formula, self.id)

    def _rows(self, span, domain, day="date"):
        """Return as SQL ``f``, the facts of a period that the user may read."""
        between = Domain(day, ">=", span[0]) & Domain(day, "<=", span[1])
        sources = {kind for kpi in self for kind in SOURCES[kpi.source]}
        domain &= (
            between
            & self[:1]._filter()
            & Domain("kind", "in", sorted(sources))
            & Domain("company_id", "in", self._companies())
        )
        query = self.env["kam.kpi.fact"]._search(domain)
        return SQL("(%s) AS f", query.select(SQL("%s.*", SQL.identifier(query.table))))

    def _kinds(self):
        """Return the condition of the figure's own kinds of facts and documents."""
        found = SQL("f.kind IN %s", SOURCES[self.source])
        if self.document_kind:
            found = SQL("%s AND f.document_kind = %s", found, self.document_kind)
        return found

    def _grouped(self, keys, values, source):
        """Return (keys, values) of the rows of a grouped select."""
        columns = SQL(", ").join([*keys, *values])
        group = SQL(" GROUP BY %s", SQL(", ").join(keys)) if keys else SQL()
        rows = self.env.execute_query(
            SQL("SELECT %s FROM %s%s", columns, source, group)
        )
        return [(row[: len(keys)], row[len(keys) :]) for row in rows]

    # ------------------------------------------------------- sums and ratios
    def _figures_added(self, found, span, by, domain):
        by_sale = any("returned" in (one.measure, one.divisor) for one in self)
        keys = {**KEYS, **BY_SALE} if by_sale else KEYS
        values = [
            SQL("(sum(%s) FILTER (WHERE %s))::text", _measure(name), kpi._kinds())
            for kpi in self
            for name in (kpi.measure, kpi.divisor or kpi.measure)
        ]
        source = self._rows(span, domain, "own_date" if by_sale else "date")
        for key, row in self._grouped([keys[one] for one in by], values, source):
            for n, kpi in enumerate(self):
                found[key][kpi.code] = kpi._added(
                    number(row[2 * n]), number(row[2 * n + 1])
                )

    def _added(self, above, below):
        if self.formula == "sum":
            return above or ZERO
        ratio = (above or ZERO) / below if below else None
        if ratio is None or self.formula == "ratio":
            return ratio
        return 1 - ratio

    # -------------------------------------------------------------- customers
    def _figures_customers(self, found, span, by, domain):
        self._of_left(found, span, by, domain, SQL("count(*)::text"))

    def _figures_depth(self, found, span, by, domain):
        """Items taken / customers that take any: Σ item distribution / distribution."""
        self._of_left(
            found,
            span,
            by,
            domain,
            SQL("(count(*)::numeric / nullif(count(DISTINCT partner_id), 0))::text"),
            SQL("product"),
        )

    def _of_left(self, found, span, by, domain, value, item=None):
        """Reckon ``value`` over the customers (and items) with a document left."""
        names = [SQL.identifier(f"key{n}") for n in range(len(by))]
        inner = [KEYS[one] for one in by]
        parts = [SQL("f.partner_id"), *([item] if item else [])]
        source = SQL(
            """(SELECT %s FROM %s %s WHERE %s AND f.partner_id IS NOT NULL
                 GROUP BY %s HAVING sum(f.documents) > 0) AS left_over""",
            SQL(", ").join(
                [
                    *(
                        SQL("%s AS %s", one, name)
                        for one, name in zip(inner, names, strict=True)
                    ),
                    *parts,
                ]
            ),
            self._rows(span, domain),
            SQL("CROSS JOIN LATERAL unnest(f.products) AS product") if item else SQL(),
            self._kinds(),
            SQL(", ").join([*inner, *parts]),
        )
        for key, (one,) in self._grouped(names, [value], source):
            if one is not None:
                found[key][self.code] = number(one)

    # ---------------------------------------------------------- new and lost
    def _figures_new(self, found, span, by, domain):
        """A customer is new on the day of the first document ever, whoever reads."""
        known = self._known(domain)
        first = SQL(DAYS, self._companies(), span[1], known, SQL("ASC"))
        self._of_days(found, span, by, domain, first, SQL("days.day"))

    def _figures_lost(self, found, span, by, domain):
        """A customer is lost ``days`` after the last document so far."""
        today = min(span[1], self.env.company._kam_today())
        silence = timedelta(self.days)
        last = SQL(DAYS, self._companies(), today, self._known(domain), SQL("DESC"))
        earlier = (span[0] - silence, today - silence)
        lost = SQL("days.day + %s", self.days)
        self._of_days(found, earlier, by, domain, last, lost)

    def _known(self, domain):
        """Return the condition of facts known when the domain says."""
        moments = [
            one.value
            for one in domain.iter_conditions()
            if one.field_expr == "recorded_at" and one.operator == "<"
        ]
        return SQL("AND recorded_at < %s", min(moments)) if moments else SQL()

    def _of_days(self, found, span, by, domain, days, counted):
        """Count customers by the owners of the documents of one day of each.

        :param days: SQL of (partner_id, day): the shares of that day's documents make
            1 a customer together
        :param counted: SQL of the day on which a customer counts
        """
        keys = {
            **KEYS,
            "day": SQL("to_char(%s, 'YYYY-MM-DD')", counted),
            "month": SQL("to_char(%s, 'YYYY-MM')", counted),
        }
        names = [SQL.identifier(f"key{n}") for n in range(len(by))]
        shown = [
            SQL("%s AS %s", keys[one], name)
            for one, name in zip(by, names, strict=True)
        ]
        # a parameter within a key makes two expressions of one: group by place
        places = SQL(", ").join(SQL(str(n + 1)) for n in range(len(by) + 1))
        # parts of one customer's documents first: thirds of three are one
        statement = SQL(
            """SELECT %s FROM (
                   SELECT %s, sum(f.documents) / max(whole.documents) AS part
                     FROM %s
                     JOIN (%s) AS days ON days.partner_id = f.partner_id
                      AND days.day = f.date
                     JOIN (%s) AS whole ON whole.partner_id = f.partner_id
                      AND whole.date = f.date
                    WHERE %s GROUP BY %s) AS customers %s""",
            SQL(", ").join([*names, SQL("trim_scale(round(sum(part), 6))::text")]),
            SQL(", ").join([*shown, SQL("f.partner_id")]),
            self._rows(span, domain),
            days,
            SQL(WHOLE, self._companies(), self._known(domain)),
            self._kinds(),
            places,
            SQL("GROUP BY %s", SQL(", ").join(names)) if by else SQL(),
        )
        for *key, count in self.env.execute_query(statement):
            if count and Decimal(count):
                found[tuple(key)][self.code] = number(count)

    # ---------------------------------------------------------- other sources
    def _figures_outside(self, found, span, by, domain):
        """Fill in figures that another part of the addon reckons; None until then.

        :param found: {keys: {code: value}} to add to; keys (user id,) or ()
        :param domain: of people only
        """


def _measure(name):
    """Return one of the measures as SQL."""
    if name == "returned":
        return SQL(
            "CASE WHEN f.document_kind = 'credit_note' THEN -f.untaxed ELSE 0 END"
        )
    if name == "invoiced":
        return SQL(
            "CASE WHEN f.document_kind = 'credit_note' THEN 0 ELSE f.untaxed END"
        )
    return SQL("f.%s", SQL.identifier(name))
