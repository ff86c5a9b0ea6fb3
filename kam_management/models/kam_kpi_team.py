"""The board of all managers: what the head of sales sees."""

from decimal import Decimal

from odoo import api, fields, models

from ..kam_core.pay.attainment import attainment
from .kam_kpi_given import plain


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    @api.model
    @api.readonly
    def team_board(self, day=None, period="month"):
        """Return the board of all managers the caller may see, ranked.

        :param day: a day of the period; None: today
        :param period: ``month``, ``quarter`` or ``year``
        :return: dict ``period``, ``currency_id``, ``lag``, ``kpis`` (code, name, unit,
            direction), ``rows`` (a manager each: ``user_id``, ``name``, ``values``,
            ``plans`` and ``attained`` by code, ``score``: the mean attainment of the
            plans, ``rank``) and ``total`` (values of all)
        """
        self.check_access("read")
        today = self.env.company._kam_today()
        day = self._given_day(day, "day") if day else today
        span = self._span_of(day, period)
        kpis = self.search([("active", "=", True)])._open_to_user()
        stop = min(span.end, max(today, span.start))
        found = kpis._figures(span.start, stop, ("user",))
        total = kpis._figures(span.start, stop).get((), {})
        plans = self._plans_of_all(span)
        rows = [
            kpis._board_row(one, found.get((one["id"],), {}), plans.get(one["id"], {}))
            for one in self._people()
        ]
        rows = [row for row in rows if any(row["values"].values()) or row["plans"]]
        rows.sort(key=_standing)
        for rank, row in enumerate(rows, 1):
            row["rank"] = rank
        return {
            "period": {
                "key": period,
                "date_from": fields.Date.to_string(span.start),
                "date_to": fields.Date.to_string(span.end),
                "over": span.end < today,
                "until": fields.Date.to_string(min(span.end, max(today, span.start))),
            },
            "currency_id": self.env.company.root_id.currency_id.id,
            "lag": self._lag_words(),
            "kpis": [
                {name: kpi[name] for name in ("code", "name", "unit", "direction")}
                for kpi in kpis
                if kpi.code in total or any(row["values"].get(kpi.code) for row in rows)
            ],
            "rows": rows,
            "total": {code: plain(one) for code, one in total.items()},
        }

    def _plans_of_all(self, span):
        """Return {user id: {code: (plan, direction)}} of approved targets."""
        rows = self.env["kam.target"].search(
            [
                ("level", "=", "user"),
                ("state", "=", "approved"),
                ("date_from", "=", span.start),
                ("date_to", "=", span.end),
            ]
        )
        found = {}
        for one in rows:
            found.setdefault(one.user_id.id, {})[one.kpi_id.code] = Decimal(
                str(one.plan)
            )
        return found

    def _board_row(self, person, values, plans):
        values = {kpi.code: values.get(kpi.code, kpi._blank()) for kpi in self}
        attained = {
            kpi.code: attainment(values[kpi.code], plans[kpi.code], kpi.direction)
            for kpi in self
            if kpi.code in plans
        }
        known = [one for one in attained.values() if one is not None]
        return {
            "user_id": person["id"],
            "name": person["name"],
            "values": {code: plain(one) for code, one in values.items()},
            "plans": {code: plain(one) for code, one in plans.items()},
            "attained": {code: plain(one) for code, one in attained.items()},
            "score": plain(sum(known, Decimal(0)) / len(known)) if known else None,
        }


def _standing(row):
    """Rank by attainment of the plans, then by net sales."""
    score = row["score"]
    return (score is None, -(score or 0), -(row["values"].get("net_sales") or 0))
