"""My results: where one key account manager stands, and what would help."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..kam_core.kpi.kpis import adds_up
from ..kam_core.kpi.progress import error_of_forecasts, progress
from ..kam_core.periods import add_months, year_before
from .kam_kpi_given import plain

HELP = 5


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    @api.model
    @api.readonly
    def my_results(self, day=None, period="month", user_id=None):
        """Return what *My results* shows of one person.

        :param day: a day of the period; None: today
        :param period: ``month``, ``quarter`` or ``year``
        :param user_id: whose; None: the caller's own
        :return: dict of

            - ``user``, ``people`` (whose the caller may choose), ``period``
              ``{key, date_from, date_to, over, until}``, ``currency_id``, ``lag``
            - ``cards``: list of dicts, a key figure each: ``code``, ``name``, ``unit``,
              ``direction``, ``value``, ``before`` (the same days a year before),
              ``plan``, ``attained``, ``straight``, ``seasonal``, ``pace`` (the fact
              beside what there should be by now), ``forecast``, ``forecast_error``
            - ``trend``: ``labels`` (12 months), ``series`` {code: {now, before}}
            - ``help``: what would help most: accounts that fell behind
            - ``pay``: the last statements, where the caller may read them: ``id``,
              ``date_from``, ``date_to``, ``closed``, ``amount``
            - ``left_out``: names of companies looked at whose books are in another
              currency: no figure is of them
        """
        self.check_access("read")
        today = self.env.company._kam_today()
        day = self._given_day(day, "day") if day else today
        user_id = self._given_user(user_id) or self.env.uid
        span = self._span_of(day, period)
        kpis = self.search([("active", "=", True)])._open_to_user()
        return {
            "user": {"id": user_id, "name": self._name_of(user_id)},
            "people": self._people(),
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
            "cards": kpis._cards(span, today, user_id),
            "trend": kpis._trend(span.end, user_id),
            "help": self._helps(span, today, user_id),
            "pay": self._pay(user_id),
        }

    def _lag_words(self):
        lag = self.env["kam.kpi.fact"]._lag()
        return {
            "streams": lag["streams"],
            "caught_up_at": fields.Datetime.to_string(lag["caught_up_at"])
            if lag["caught_up_at"]
            else False,
        }

    def _name_of(self, user_id):
        # sudo: the name of a colleague is no secret
        return self.env["res.users"].sudo().browse(user_id).name

    def _people(self):
        """Return those whose results the user may choose, by name."""
        seen = self.env["kam.kpi.fact"]._people_seen()
        # sudo: names of colleagues
        users = self.env["res.users"].sudo()
        if seen is None:
            owners = self.env["kam.account.owner"].sudo()
            rows = owners._read_group(
                [("account_id.company_id", "parent_of", self.env.companies.ids)],
                ["user_id"],
            )
            seen = {user.id for (user,) in rows} | {self.env.uid}
        people = users.browse(sorted(seen)).exists().sorted("name")
        return [{"id": one.id, "name": one.name} for one in people]

    def _cards(self, span, today, user_id):
        """Return the key figures as cards, those with a plan first."""
        mine = self._mine(user_id)
        stop = min(span.end, max(today, span.start))
        last = year_before(span)
        gone = (stop - span.start).days
        last_stop = min(last.end, last.start + timedelta(gone))
        now = self._figures(span.start, stop, domain=mine).get((), {})
        before = self._figures(last.start, last_stop, domain=mine).get((), {})
        plans = self._plans(span, user_id)
        flows = self.filtered(lambda kpi: adds_up(kpi._state()))
        days = self._by_day(flows, add_months(span.start, -36), last.end, mine)
        cards = []
        for kpi in self:
            fact = now.get(kpi.code, kpi._blank())
            if fact is None and kpi.id not in plans:
                continue
            cards.append(
                kpi._card(
                    span,
                    today,
                    fact,
                    before.get(kpi.code, kpi._blank()),
                    plans.get(kpi.id),
                    days.get(kpi.code, {}),
                )
            )
        cards.sort(key=lambda one: one["plan"] is None)  # stable: then as listed
        return cards

    def _by_day(self, flows, start, stop, domain):
        """Return {code: {day: figure}}."""
        found = {}
        for (day,), row in flows._figures(start, stop, ("day",), domain).items():
            for code, one in row.items():
                found.setdefault(code, {})[fields.Date.to_date(day)] = one
        return found

    def _plans(self, span, user_id):
        """Return {kpi id: plan} of the approved targets of just this period."""
        # sudo: whose results one may see, whose plan too; approved ones alone
        found = (
            self.env["kam.target"]
            .sudo()
            .search(
                [
                    ("user_id", "=", user_id),
                    ("level", "=", "user"),
                    ("state", "=", "approved"),
                    ("date_from", "=", span.start),
                    ("date_to", "=", span.end),
                    ("company_id", "parent_of", self._companies()),
                ]
            )
        )
        return found._added_plans().get(user_id, {})

    def _card(self, span, today, fact, before, plan, days):
        state = self._state()
        flow = adds_up(state)
        found = progress(
            span, today, fact, plan, days, flow=flow, direction=state.direction
        )
        return {
            "code": self.code,
            "name": self.name,
            "unit": self.unit,
            "direction": self.direction,
            "value": plain(fact),
            "before": plain(before),
            "plan": plain(plan),
            "attained": plain(found.attained),
            "pace": plain(found.to_pace if flow else found.attained),
            "straight": plain(found.straight) if plan and flow else None,
            "seasonal": plain(found.seasonal) if plan and flow else None,
            "forecast": plain(found.forecast) if flow and span.end >= today else None,
            "forecast_error": plain(self._accuracy(span, today, days))
            if flow
            else None,
        }

    def _accuracy(self, span, today, days):
        """Return the error of such forecasts at this point of the two years before."""
        forecasts, facts = [], []
        for years in (1, 2):
            one = span
            moment = today
            for _year in range(years):
                one, moment = year_before(one), add_months(moment, -12)
            whole = _sum(days, one.start, one.end)
            so_far = _sum(days, one.start, min(moment, one.end))
            found = progress(one, moment, so_far, None, days)
            if whole and one.start <= moment:
                forecasts.append(found.forecast)
                facts.append(whole)
        return error_of_forecasts(forecasts, facts)

    def _trend(self, last_day, user_id):
        """Return 12 months to ``last_day`` of figures of facts, and the year before."""
        first = add_months(last_day.replace(day=1), -23)
        kpis = self.filtered(
            lambda kpi: (
                kpi.formula in ("sum", "ratio", "complement", "customers", "new")
            )
        )
        rows = kpis._figures(first, last_day, ("month",), self._mine(user_id))
        months = [add_months(first, n).strftime("%Y-%m") for n in range(24)]
        series = {
            kpi.code: [
                plain(rows.get((month,), {}).get(kpi.code, kpi._blank()))
                for month in months
            ]
            for kpi in kpis
        }
        return {
            "labels": months[12:],
            "series": {
                code: {"now": row[12:], "before": row[:12]}
                for code, row in series.items()
                if any(row)
            },
        }

    def _helps(self, span, today, user_id):
        """Return the accounts that are most behind the same days a year before."""
        net = self.search([("code", "=", "net_sales")], limit=1)
        if not net:
            return []
        stop = min(span.end, max(today, span.start))
        last = year_before(span)
        last_stop = min(last.end, last.start + (stop - span.start))
        mine = self._mine(user_id) & Domain("account_id", "!=", False)
        now = net._figures(span.start, stop, ("account",), mine)
        before = net._figures(last.start, last_stop, ("account",), mine)
        gaps = {
            key[0]: row[net.code] - now.get(key, {}).get(net.code, Decimal(0))
            for key, row in before.items()
        }
        worst = sorted(gaps, key=lambda one: -gaps[one])[:HELP]
        accounts = self.env["kam.account"].browse(worst)
        # whoever handed an account over still reads it, see its rules
        readable = accounts._filtered_access("read")
        return [
            {
                "account_id": one.id,
                "name": one.display_name,
                "gap": float(gaps[one.id]),
                "before": float(before[one.id,][net.code]),
            }
            for one in readable
            if gaps[one.id] > 0
        ]

    def _pay(self, user_id):
        """Return the last statements of pay, under the caller's own rights."""
        found = self.env["kam.pay.statement"].search(
            [("user_id", "=", user_id)], order="date_from desc", limit=3
        )
        return [
            {
                "id": one.id,
                "date_from": fields.Date.to_string(one.date_from),
                "date_to": fields.Date.to_string(one.date_to),
                "closed": one.state == "closed",
                "amount": one.total if one.state == "closed" else one.estimate,
            }
            for one in found
        ]


def _sum(days, start, stop):
    return sum((one for day, one in days.items() if start <= day <= stop), Decimal(0))
