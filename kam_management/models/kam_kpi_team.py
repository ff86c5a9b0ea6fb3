"""The board of all managers: what the head of sales sees."""

from decimal import Decimal

from odoo import api, fields, models

from ..kam_core.kpi.kpis import adds_up
from ..kam_core.kpi.progress import elapsed
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
            ``plans``, ``attained`` and ``pace`` (beside an even pace to the day) by
            code, ``score``: the mean attainment of the plans, ``score_pace``
            likewise, ``rank``), ``total`` (values of all) and ``left_out``: names of
            companies whose books are in another currency
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
        part = elapsed(span, today)
        rows = [
            kpis._board_row(
                one, found.get((one["id"],), {}), plans.get(one["id"], {}), part
            )
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
            "left_out": self._left_out(),
            "kpis": [
                {name: kpi[name] for name in ("code", "name", "unit", "direction")}
                for kpi in kpis
                if kpi.code in total or any(row["values"].get(kpi.code) for row in rows)
            ],
            "rows": rows,
            "total": {code: plain(one) for code, one in total.items()},
        }

    def _plans_of_all(self, span):
        """Return {user id: {kpi id: plan}} of approved targets."""
        rows = self.env["kam.target"].search(
            [
                ("level", "=", "user"),
                ("state", "=", "approved"),
                ("date_from", "=", span.start),
                ("date_to", "=", span.end),
                ("company_id", "parent_of", self._companies()),
            ]
        )
        return rows._added_plans()

    def _board_row(self, person, values, plans, part):
        """Return the row of a manager.

        :param part: of the period's days that are over
        """
        values = {kpi.code: values.get(kpi.code, kpi._blank()) for kpi in self}
        plans = {kpi.code: plans[kpi.id] for kpi in self if kpi.id in plans}
        attained, pace = {}, {}
        for kpi in self.filtered(lambda one: one.code in plans):
            value, plan = values[kpi.code], plans[kpi.code]
            due = plan * part if adds_up(kpi._state()) else plan
            attained[kpi.code] = attainment(value, plan, kpi.direction)
            pace[kpi.code] = attainment(value, due, kpi.direction)
        return {
            "user_id": person["id"],
            "name": person["name"],
            "values": {code: plain(one) for code, one in values.items()},
            "plans": {code: plain(one) for code, one in plans.items()},
            "attained": {code: plain(one) for code, one in attained.items()},
            "pace": {code: plain(one) for code, one in pace.items()},
            "score": plain(_mean(attained)),
            "score_pace": plain(_mean(pace)),
        }


def _mean(ratios):
    known = [one for one in ratios.values() if one is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def _standing(row):
    """Rank by attainment of the plans, then by net sales."""
    score = row["score"]
    return (score is None, -(score or 0), -(row["values"].get("net_sales") or 0))
