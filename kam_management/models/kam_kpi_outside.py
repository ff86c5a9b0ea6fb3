"""Key figures that other parts of the addon reckon: visits, promises, price columns.

Each gives rows of (person, above, below, day, record): their sums are the figure, and
the rows explain it. A figure without a source stays None, not 0.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .kam_account_visits import INTERVAL

ONE, ZERO = Decimal(1), Decimal(0)
# accounts due to be visited by the last day, whether they were, and who led them then
COVERED = """
    SELECT d.user_id, d.visited::int, 1, d.due, d.id
      FROM (SELECT a.id, o.user_id,
                   coalesce(l.last + i.days, a.key_since, a.create_date::date) AS due,
                   EXISTS (SELECT FROM kam_visit v
                             JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
                            WHERE v.account_id = a.id AND v.state = 'done'
                              AND v.finished_at >= %(begin)s
                              AND v.finished_at < %(end)s) AS visited
              FROM kam_account a
              JOIN kam_account_owner o ON o.account_id = a.id AND o.role = 'lead'
               AND o.date_from <= %(last)s
               AND (o.date_to IS NULL OR o.date_to >= %(last)s)
             CROSS JOIN LATERAL (SELECT INTERVAL AS days) i
              LEFT JOIN LATERAL (
                   SELECT max(v.finished_at)::date AS last FROM kam_visit v
                     JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
                    WHERE v.account_id = a.id AND v.state = 'done'
                      AND v.finished_at < %(begin)s) l ON TRUE
             WHERE i.days IS NOT NULL AND a.company_id IN %(trees)s) d
     WHERE d.due <= %(last)s""".replace("INTERVAL", INTERVAL)
# orders as they stand, with what they give away, by the share of who owned them
GIVEN = """
    SELECT f.user_id, (d.base - d.net) * f.share / 100, d.base * f.share / 100,
           f.date, f.res_id
      FROM kam_kpi_fact f
      JOIN kam_kpi_order_value d ON d.id = f.res_id AND d.base IS NOT NULL
     WHERE f.kind = 'order' AND f.date BETWEEN %(first)s AND %(last)s
       AND f.company_id IN %(companies)s AND NOT f.reversal
       AND NOT EXISTS (SELECT FROM kam_kpi_fact later
                        WHERE later.stream_id = f.stream_id AND later.kind = 'order'
                          AND later.version > f.version)"""
MEASURED = f"""
    SELECT 'coverage' AS code, covered.* FROM ({COVERED}) AS covered
     UNION ALL
    SELECT 'real_discount', given.* FROM ({GIVEN}) AS given"""  # noqa: S608
VISIT_FIELDS = (
    *("row_kind", "state", "user_id", "planned_start", "orders"),
    *("kept", "committed", "excused_committed"),
)
MODELS = {
    "adherence": "kam.visit.report",
    "strike_rate": "kam.visit.report",
    "coverage": "kam.account",
    "promises_kept": "kam.promise",
    "real_discount": "sale.order",
}


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _figures_outside(self, found, span, by, domain):
        result = super()._figures_outside(found, span, by, domain)
        people = self._people_of(domain)
        kept = {}
        for kpi in self:
            sums = defaultdict(lambda: [ZERO, ZERO])
            rows = kpi._outside_rows(span, people, kept)
            for user_id, above, below, _day, _id in rows:
                whole = sums[(user_id,) if by else ()]
                whole[0] += above
                whole[1] += below
            for key, (above, below) in sums.items():
                if below:
                    found[key][kpi.code] = above / below
        return result

    def _outside_rows(self, span, people, kept=None):
        """Return [(user id, above, below, day, record id)] of a figure, of some people.

        :param people: ids of users; None: everybody's
        :param kept: what was read already of the same span for another figure
        """
        if self.code not in MODELS:
            return []
        rows = getattr(self, f"_outside_{self.code}")(
            span, {} if kept is None else kept
        )
        return [row for row in rows if people is None or row[0] in people]

    def _outside_explained(self, span, user_id):
        """Return what makes the figure: see ``_explain_rows``."""
        found = self._outside_rows(span, self._people_of(self._mine(user_id)))
        model = MODELS.get(self.code)
        rows = [
            {
                "part": "",
                "date": day,
                "above": above,
                "below": below,
                "res_model": model,
                "res_id": record_id,
            }
            for _user, above, below, day, record_id in found
        ]
        above = sum((row["above"] for row in rows), ZERO)
        below = sum((row["below"] for row in rows), ZERO)
        return {
            **self._outside_words(),
            "parts": {"": (above, below)},
            "rows": rows,
            "action": model
            and {
                "type": "ir.actions.act_window",
                "name": self.name,
                "res_model": model,
                "domain": [("id", "in", sorted({row["res_id"] for row in rows}))],
                "views": [[False, "list"]]
                + ([[False, "form"]] if model != "kam.visit.report" else []),
            },
        }

    def _outside_words(self):
        _ = self.env._
        above, below = {
            "adherence": (_("Done in their week"), _("Committed")),
            "strike_rate": (_("With an order"), _("Visits")),
            "coverage": (_("Visited"), _("Due")),
            "promises_kept": (_("Kept"), _("Due")),
            "real_discount": (_("Given away"), _("At the base column")),
        }.get(self.code, (_("Above"), _("Below")))
        return {"above_name": above, "below_name": below}

    # ------------------------------------------------------------------ sources
    # sudo in each: of whom the user may see results is decided above
    def _trees(self):
        """Return the ids of the companies, and of those their accounts are kept in."""
        companies = self.env.companies.browse(self._companies())
        return tuple((companies | companies.root_id).ids)

    def _outside_adherence(self, span, kept):
        """Committed visits done in their week / committed, less those excused."""
        rows = self._visit_rows(span, kept)
        return [
            (
                one.user_id.id,
                Decimal(one.kept),
                Decimal(one.committed - one.excused_committed),
                fields.Date.to_date(one.planned_start),
                one.id,
            )
            for one in rows
            if one.row_kind == "promise"
        ]

    def _outside_strike_rate(self, span, kept):
        """Visits with an order within days / visits done; see ``kam.visit.report``."""
        return [
            (
                one.user_id.id,
                Decimal(one.orders > 0),
                ONE,
                fields.Date.to_date(one.planned_start),
                one.id,
            )
            for one in self._visit_rows(span, kept)
            if (one.row_kind, one.state) == ("visit", "done")
        ]

    def _visit_rows(self, span, kept):
        if "visits" not in kept:
            self.env["kam.visit"].flush_model()
            self.env["kam.week.visit"].flush_model()
            begin, end = self.env["kam.visit"]._moments(*span)
            domain = (
                Domain("company_id", "in", self._trees())
                & Domain("planned_start", ">=", fields.Datetime.to_string(begin))
                & Domain("planned_start", "<", fields.Datetime.to_string(end))
            )
            # sudo: of the managers asked for; rights were checked before
            report = self.env["kam.visit.report"].sudo()
            kept["visits"] = report.search_fetch(domain, VISIT_FIELDS)
        return kept["visits"]

    def _measured(self, span, kept):
        """Return the figure's rows; all that are measured so are read at once."""
        if "measured" not in kept:
            # sudo: writes what waits, reads nothing
            self.env["kam.account"].sudo()._flush_figures()
            begin, end = self.env["kam.visit"]._moments(*span)
            kept["measured"] = self.env.execute_query(
                SQL(
                    MEASURED,
                    begin=begin,
                    end=end,
                    first=span[0],
                    last=span[1],
                    trees=self._trees(),
                    companies=self._companies(),
                )
            )
        return [
            (row[1], Decimal(str(row[2])), Decimal(str(row[3])), *row[4:])
            for row in kept["measured"]
            if row[0] == self.code
        ]

    def _outside_coverage(self, span, kept):
        """Accounts visited / accounts due by the last day."""
        return self._measured(span, kept)

    def _outside_promises_kept(self, span, kept):
        """Promises kept / promises that were due and judged, by who follows them up."""
        # sudo: of the managers asked for; rights were checked before
        promises = (
            self.env["kam.promise"]
            .sudo()
            .search_fetch(
                [
                    ("date_promised", ">=", span[0]),
                    ("date_promised", "<=", span[1]),
                    ("company_id", "in", self._trees()),
                ],
                ["user_id", "state", "date_promised"],
            )
        )
        return [
            (
                one.user_id.id,
                Decimal(one.state == "kept"),
                ONE,
                one.date_promised,
                one.id,
            )
            for one in promises
            if one.state in ("kept", "part", "broken")
        ]

    def _outside_real_discount(self, span, kept):
        """Given away / value at the base column, of the orders of the period."""
        return self._measured(span, kept)
