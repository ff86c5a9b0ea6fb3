"""What people ask of key figures: figures, explanations, my results, the team."""

from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..kam_core.kpi.formulas import SOURCES
from ..kam_core.kpi.kpis import FLOWS, adds_up
from ..kam_core.kpi.progress import error_of_forecasts, progress
from ..kam_core.pay.attainment import attainment
from ..kam_core.periods import Period, add_months
from ..kam_core.record import FIRST_DAY, LAST_DAY
from ..kam_core.targets.cascade import year_before

PERIODS = {"month": 1, "quarter": 3, "year": 12}
BY = ("user", "account", "partner", "day", "month")
SHOWN = 12  # key figures on the cards
HELP = 5


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    # ------------------------------------------------------------------- input
    @api.model
    def _given_day(self, value, name):
        """Return a date the caller gave.

        :raises UserError: it is none, or one no business reaches
        """
        try:
            if isinstance(value, bool):
                raise TypeError(value)
            day = fields.Date.to_date(value)
        except (TypeError, ValueError, OverflowError, AttributeError):
            day = None
        if not isinstance(day, date) or not FIRST_DAY <= day <= LAST_DAY:
            raise UserError(
                self.env._(
                    "“%s” is a date from 1900 to 2199, such as 2026-03-31.", name
                )
            )
        return day

    @api.model
    def _given_span(self, date_from, date_to):
        start = self._given_day(date_from, "date_from")
        stop = self._given_day(date_to, "date_to")
        if stop < start:
            raise UserError(self.env._("“date_to” is not before “date_from”."))
        return start, stop

    @api.model
    def _given_user(self, user_id):
        """Return the id of a person whose results the caller may see; None for all."""
        if user_id is None or user_id is False:
            return None
        seen = self.env["kam.kpi.fact"]._people_seen()
        if not isinstance(user_id, int) or isinstance(user_id, bool):
            raise UserError(self.env._("“user_id” is the number of a user."))
        if seen is not None and user_id not in seen:
            raise AccessError(
                self.env._("These results are of somebody else; you see your own.")
            )
        return user_id

    @api.model
    def _span_of(self, day, period):
        """Return the month, quarter or year of a day."""
        if not isinstance(period, str) or period not in PERIODS:
            raise UserError(
                self.env._("“Period” is “month”, “quarter” or “year”; choose one.")
            )
        months = PERIODS[period]
        first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
        return Period(first, add_months(first, months) - timedelta(1))

    def _mine(self, user_id):
        return Domain("user_id", "=", user_id) if user_id else Domain.TRUE

    # ----------------------------------------------------------------- figures
    @api.model
    @api.readonly
    def figures(self, codes, date_from, date_to, by=None):
        """Return key figures of a period, of those the caller may see.

        :param codes: list of codes; money in company currency without tax, percent as
            a ratio
        :param date_from: first day, ``date_to`` last day, company's time zone
        :param by: ``user``, ``account``, ``partner``, ``day`` or ``month``; None: one
            figure of all
        :return: list of dicts ``key`` (id, text or None) and ``values`` {code: number
            or None}
        """
        self.check_access("read")
        if not isinstance(codes, list) or not codes:
            raise UserError(self.env._("“codes” is a list of codes of key figures."))
        if by is not None and (not isinstance(by, str) or by not in BY):
            raise UserError(
                self.env._("“by” is one of %s, or left out.", ", ".join(BY))
            )
        kpis = self.browse().union(*(self._by_code(code) for code in codes))
        span = self._given_span(date_from, date_to)
        rows = kpis._figures(*span, by=(by,) if by else ())
        if not by:
            rows.setdefault((), {})
        return [
            {
                "key": key[0] if key else None,
                "values": {
                    kpi.code: _float(row.get(kpi.code, kpi._open_blank()))
                    for kpi in kpis
                },
            }
            for key, row in sorted(rows.items(), key=lambda one: str(one[0]))
        ]

    def _open_blank(self):
        return self._blank() if self._open_to_user() else None

    # ----------------------------------------------------------------- explain
    def _explained(self, span, user_id):
        """Return the facts that make the figure, as a domain."""
        self.ensure_one()
        by_sale = "returned" in (self.measure, self.divisor)
        day = "own_date" if by_sale else "date"
        if self.formula == "lost":
            silence = timedelta(self.days)
            span = (span[0] - silence, span[1] - silence)
        found = (
            Domain("kind", "in", list(SOURCES[self.source]))
            & Domain(day, ">=", span[0])
            & Domain(day, "<=", span[1])
            & self._filter()
            & self._mine(user_id)
        )
        if self.document_kind:
            found &= Domain("document_kind", "=", self.document_kind)
        return found

    @api.model
    @api.readonly
    def explain(self, code, date_from, date_to, user_id=None):
        """Return a figure with the window that lists the facts that make it.

        :param code: of the key figure
        :param date_from: first day, ``date_to`` last day
        :param user_id: whose; None: of all the caller may see
        :return: dict ``value`` (or None), ``unit``, ``facts`` (how many), ``sums`` (of
            the measure and the divisor over these facts: a sum is ``value`` itself) and
            ``action``
        """
        self.check_access("read")
        kpi = self._by_code(code)
        span = self._given_span(date_from, date_to)
        user_id = self._given_user(user_id)
        if not kpi._open_to_user():
            raise AccessError(
                self.env._("“%s” is for those entitled to margins.", kpi.name)
            )
        rows = kpi._figures(*span, domain=self._mine(user_id))
        value = rows.get((), {}).get(kpi.code, kpi._blank())
        if kpi.formula not in FLOWS:
            return {
                "value": _float(value),
                "unit": kpi.unit,
                "facts": 0,
                "sums": {},
                "action": self._owed_action(kpi, user_id),
            }
        domain = kpi._explained(span, user_id)
        names = [one for one in (kpi.measure, kpi.divisor) if one]
        sums, count = kpi._sums_of(domain, names)
        return {
            "value": _float(value),
            "unit": kpi.unit,
            "facts": count,
            "sums": {name: _float(one) for name, one in sums.items()},
            "action": self._facts_action(kpi.name, domain),
        }

    def _sums_of(self, domain, names):
        """Return ({measure: sum}, number) of the facts of a domain, read anew."""
        columns = [one for one in names if one not in ("returned", "invoiced")]
        parts = [f"{one}:sum" for one in columns]
        facts = self.env["kam.kpi.fact"]
        [(count, *sums)] = facts._read_group(domain, [], ["__count", *parts])
        found = {
            name: Decimal(str(one or 0))
            for name, one in zip(columns, sums, strict=True)
        }
        for name in set(names) - set(columns):
            kind = "=" if name == "returned" else "!="
            [(total,)] = facts._read_group(
                domain & Domain("document_kind", kind, "credit_note"),
                [],
                ["untaxed:sum"],
            )
            sign = -1 if name == "returned" else 1
            found[name] = sign * Decimal(str(total or 0))
        return found, count

    def _facts_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kam.kpi.fact",
            "domain": list(domain),
            "views": [
                [False, "list"],
                [False, "pivot"],
                [False, "graph"],
            ],
        }

    def _owed_action(self, kpi, user_id):
        """Open the unpaid invoices: what a figure of debts is made of."""
        if kpi.source != "receivable":
            return False
        domain = [
            ("move_type", "in", ["out_invoice", "out_refund", "out_receipt"]),
            ("state", "=", "posted"),
            ("payment_state", "in", ["not_paid", "partial"]),
        ]
        if user_id:
            domain.append(("kam_account_id.user_id", "=", user_id))
        return {
            "type": "ir.actions.act_window",
            "name": kpi.name,
            "res_model": "account.move",
            "domain": domain,
            "views": [[False, "list"], [False, "form"]],
        }

    @api.model
    @api.readonly
    def changed(self, code, date_from, date_to, since, until=None, user_id=None):
        """Return what became known of a period's figure between two days.

        :param code: of a figure that is made of facts
        :param date_from: first day of the period, ``date_to`` its last
        :param since: day after which facts were recorded (UTC)
        :param until: last day of recording; None: today
        :param user_id: whose; None: of all the caller may see
        :return: dict ``difference`` (of a sum: by how much it changed; else None),
            ``facts`` and ``action``, the list of what was recorded. Facts that changed
            hands are in the history of their account
        """
        self.check_access("read")
        kpi = self._by_code(code)
        span = self._given_span(date_from, date_to)
        user_id = self._given_user(user_id)
        since = self._given_day(since, "since")
        until = self._given_day(until, "until") if until else fields.Date.today()
        if kpi.formula not in FLOWS or not kpi._open_to_user():
            raise UserError(
                self.env._("“%s” is not made of facts that you may list.", kpi.name)
            )
        domain = kpi._explained(span, user_id) & Domain(
            "recorded_at", ">=", fields.Datetime.to_datetime(since + timedelta(1))
        )
        domain &= Domain(
            "recorded_at", "<", fields.Datetime.to_datetime(until + timedelta(1))
        )
        names = [kpi.measure] if kpi.formula == "sum" else []
        sums, count = kpi._sums_of(domain, names)
        return {
            "difference": _float(sums[kpi.measure]) if names else None,
            "facts": count,
            "action": self._facts_action(kpi.name, domain),
        }

    # -------------------------------------------------------------- my results
    @api.model
    @api.readonly
    def my_results(self, day=None, period="month", user_id=None):
        """Return what *My results* shows of one person.

        :param day: a day of the period; None: today
        :param period: ``month``, ``quarter`` or ``year``
        :param user_id: whose; None: the caller's own
        :return: dict of

            - ``user``, ``people`` (whose the caller may choose), ``period``
              ``{key, date_from, date_to, over}``, ``currency_id``, ``lag``
            - ``cards``: list of dicts, a key figure each: ``code``, ``name``, ``unit``,
              ``direction``, ``value``, ``before`` (the same days a year before),
              ``plan``, ``attained``, ``straight``, ``seasonal``, ``forecast``,
              ``forecast_error``
            - ``trend``: ``labels`` (12 months), ``series`` {code: {now, before}}
            - ``help``: what would help most: accounts that fell behind
            - ``pay``: the last statements, where the caller may read them: ``id``,
              ``date_from``, ``date_to``, ``closed``, ``amount``
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
            },
            "currency_id": self.env.company.root_id.currency_id.id,
            "lag": self._lag_words(),
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
        return cards[: max(SHOWN, len(plans))]

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
                    ("company_id", "parent_of", self.env.companies.ids),
                ]
            )
        )
        return {one.kpi_id.id: Decimal(str(one.plan)) for one in found}

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
            "value": _float(fact),
            "before": _float(before),
            "plan": _float(plan),
            "attained": _float(found.attained),
            "straight": _float(found.straight) if plan and flow else None,
            "seasonal": _float(found.seasonal) if plan and flow else None,
            "forecast": _float(found.forecast) if flow and span.end >= today else None,
            "forecast_error": _float(self._accuracy(span, today, days))
            if flow
            else None,
            "explains": self.formula in FLOWS or self.source == "receivable",
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
                _float(rows.get((month,), {}).get(kpi.code, kpi._blank()))
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

    # -------------------------------------------------------------------- team
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
            },
            "currency_id": self.env.company.root_id.currency_id.id,
            "lag": self._lag_words(),
            "kpis": [
                {name: kpi[name] for name in ("code", "name", "unit", "direction")}
                for kpi in kpis
                if kpi.code in total or any(row["values"].get(kpi.code) for row in rows)
            ],
            "rows": rows,
            "total": {code: _float(one) for code, one in total.items()},
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
            "values": {code: _float(one) for code, one in values.items()},
            "plans": {code: _float(one) for code, one in plans.items()},
            "attained": {code: _float(one) for code, one in attained.items()},
            "score": _float(sum(known, Decimal(0)) / len(known)) if known else None,
        }


def _standing(row):
    """Rank by attainment of the plans, then by net sales."""
    score = row["score"]
    return (score is None, -(score or 0), -(row["values"].get("net_sales") or 0))


def _sum(days, start, stop):
    return sum((one for day, one in days.items() if start <= day <= stop), Decimal(0))


def _float(value):
    return None if value is None else float(value)
