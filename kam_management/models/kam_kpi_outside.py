"""Key figures that other parts of the addon reckon: visits and promises.

Each gives (above, below) by person; a figure without a source stays None, not 0.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

STRIKE_DAYS = 3  # an order so many days after a visit is its success
# an order belongs to the nearest visit before it
STRIKE = """
    WITH visit AS (
        SELECT v.id, v.user_id, a.partner_id,
               (coalesce(v.started_at, v.planned_start)
                AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
          FROM kam_visit v
          JOIN kam_account a ON a.id = v.account_id
         WHERE v.state = 'done' AND v.company_id IN %(companies)s
           AND coalesce(v.started_at, v.planned_start)
               BETWEEN %(start)s::date - 2 AND %(stop)s::date + 2
    ), ordered AS (
        SELECT res_id, partner_id, min(date) AS day FROM kam_kpi_fact
         WHERE kind = 'order' AND date BETWEEN %(start)s AND %(stop)s::date + %(days)s
         GROUP BY 1, 2 HAVING sum(documents) > 0
    ), hit AS (
        SELECT DISTINCT near.id FROM ordered o
         CROSS JOIN LATERAL (
               SELECT v.id, v.day FROM visit v
                WHERE v.partner_id = o.partner_id AND v.day <= o.day
                ORDER BY v.day DESC, v.id DESC LIMIT 1) AS near
         WHERE o.day - near.day <= %(days)s
    )
    SELECT v.user_id, count(h.id), count(*)
      FROM visit v LEFT JOIN hit h ON h.id = v.id
     WHERE v.day BETWEEN %(start)s AND %(stop)s
     GROUP BY v.user_id"""


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    def _figures_outside(self, found, span, by, domain):
        result = super()._figures_outside(found, span, by, domain)
        people = self._people_of(domain)
        for kpi in self:
            maker = getattr(self, f"_outside_{kpi.code}", None)
            if maker is None:
                continue
            sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
            for user_id, above, below in maker(span):
                if people is None or user_id in people:
                    whole = sums[(user_id,) if by else ()]
                    whole[0] += above
                    whole[1] += below
            for key, (above, below) in sums.items():
                if below:
                    found[key][kpi.code] = above / below
        return result

    # sudo in each: of whom the user may see results is decided above

    def _outside_adherence(self, span):
        """Committed visits done in their week / committed, of weeks in the period."""
        weeks = (
            self.env["kam.week"]
            .sudo()
            .search(
                [
                    ("monday", ">=", span[0] - timedelta(6)),
                    ("monday", "<=", span[1]),
                    ("state", "=", "committed"),
                    ("company_id", "parent_of", self.env.companies.ids),
                ]
            )
        )
        return [
            (
                one.user_id.id,
                Decimal(one.done_count),
                Decimal(one.committed_count - one.excused_count),
            )
            for one in weeks
            if one.monday >= span[0]
        ]

    def _outside_strike_rate(self, span):
        """Visits with an order within days / visits done in the period."""
        self.env["kam.visit"].flush_model()
        roots = self.env.companies.root_id
        rows = self.env.execute_query(
            SQL(
                STRIKE,
                zone=self.env.company.sudo()._kam_time_zone(),
                companies=tuple((self.env.companies | roots).ids),
                start=span[0],
                stop=span[1],
                days=STRIKE_DAYS,
            )
        )
        return [(user, Decimal(hits), Decimal(count)) for user, hits, count in rows]

    def _outside_promises_kept(self, span):
        """Promises kept / promises that were due and judged, by who follows them up."""
        promises = (
            self.env["kam.promise"]
            .sudo()
            .search(
                [
                    ("date_promised", ">=", span[0]),
                    ("date_promised", "<=", span[1]),
                    ("company_id", "parent_of", self.env.companies.ids),
                ]
            )
        )
        return [
            (one.user_id.id, Decimal(one.state == "kept"), Decimal(1))
            for one in promises
            if one.state in ("kept", "part", "broken")
        ]
