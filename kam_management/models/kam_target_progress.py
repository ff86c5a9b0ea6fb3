"""Where each target stands: fact, attainment, lines and forecast; in batch."""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ..kam_core.kpi import kpis
from ..kam_core.kpi.progress import progress
from ..kam_core.periods import Period, year_before

NAMES = ("fact", "attained", "straight", "seasonal", "forecast")


class KamTarget(models.Model):
    _inherit = "kam.target"

    fact = fields.Float("Fact so far", compute="_compute_progress", digits=(16, 4))
    has_fact = fields.Boolean(compute="_compute_progress")
    attained = fields.Float(
        "Attainment", compute="_compute_progress", digits=(16, 4), aggregator=None
    )
    straight = fields.Float(
        "By an even pace", compute="_compute_progress", digits=(16, 4)
    )
    seasonal = fields.Float(
        "By last year's pace", compute="_compute_progress", digits=(16, 4)
    )
    forecast = fields.Float(
        "Forecast to the end", compute="_compute_progress", digits=(16, 4)
    )

    @api.depends(
        *("kpi_id", "level", "team_id", "user_id", "account_id"),
        *("date_from", "date_to", "plan", "company_id"),
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_progress(self):
        found = self._progress()
        for target in self:
            one, fact = found.get(target.id, (None, None))
            target.has_fact = fact is not None
            target.fact = float(fact or 0)
            for name in NAMES[1:]:
                target[name] = float((one and getattr(one, name)) or 0)

    def _progress(self, today=None):
        """Return {target id: (Progress, fact or None)}.

        Targets of one period and level are read together; the season comes from the
        days of the year before.
        """
        today = today or self.env.company._kam_today()
        out = {}
        batches = self.filtered(lambda one: one.date_from and one.date_to).grouped(
            lambda one: (one.date_from, one.date_to, one.level, one.company_id)
        )
        for (start, stop, level, _company), some in batches.items():
            period = Period(start, stop)
            facts = {}
            if start <= today and some._sees_all(level):
                facts = some._facts_of(start, min(stop, today), level)
            days = some._days_before(year_before(period), level)
            for target in some:
                key = (target._key(level), target.kpi_id.code)
                kpi = target.kpi_id._state()
                # of days to come nothing is known yet
                fact = None
                if start <= today and some._sees_all(level):
                    fact = facts.get(key, target.kpi_id._blank())
                plan = Decimal(str(target.plan))
                out[target.id] = (
                    progress(
                        period,
                        today,
                        fact,
                        plan,
                        days.get(key),
                        flow=kpis.adds_up(kpi),
                        direction=kpi.direction,
                    ),
                    fact,
                )
        return out

    def _sees_all(self, level):
        """Tell whether the user sees all the facts of such a target.

        A head reads the company's plan; the part of its sales that is the team's would
        look like a bad year.
        """
        return level != "company" or self.env["kam.kpi.fact"]._people_seen() is None

    def _added_plans(self):
        """Return {user id: {kpi id: plan}} of managers' targets of one period.

        Where somebody has one in each of several companies, sums add up; of a ratio
        no sum is a plan: the first company's holds.
        """
        found = defaultdict(dict)
        for one in self.sorted("company_id"):
            plans, kpi = found[one.user_id.id], one.kpi_id
            plan = Decimal(str(one.plan))
            if kpi.id not in plans:
                plans[kpi.id] = plan
            elif kpis.adds_up(kpi._state()):
                plans[kpi.id] += plan
        return found

    def _key(self, level):
        return {
            "user": self.user_id.id,
            "account": self.account_id.id,
            "team": self.team_id.id,
        }.get(level)

    def _facts_of(self, start, stop, level):
        """Return {(holder id, code): figure} of the targets' holders."""
        kpis_ = self.kpi_id._of_company(self.company_id)
        if level in ("user", "account"):
            rows = kpis_._figures(start, stop, (level,), self._holders_domain(level))
            return {
                (key[0], code): one
                for key, row in rows.items()
                for code, one in row.items()
            }
        out = {}
        for holder, some in self.grouped(lambda one: one._key(level)).items():
            mine = some.kpi_id.with_env(kpis_.env)
            rows = mine._figures(start, stop, (), some[:1]._own_domain())
            out.update({(holder, code): v for code, v in rows.get((), {}).items()})
        return out

    def _holders_domain(self, level):
        field = f"{level}_id"
        return Domain(field, "in", self[field].ids)

    def _days_before(self, before, level):
        """Return {(holder id, code): {day: figure}} of the year before."""
        figures = self.kpi_id._of_company(self.company_id)
        flows = figures.filtered(lambda kpi: kpis.adds_up(kpi._state()))
        out = defaultdict(dict)
        if not flows:
            return out
        span = (before.start, before.end)
        if level in ("user", "account"):
            rows = flows._figures(*span, (level, "day"), self._holders_domain(level))
            for (holder, day), row in rows.items():
                for code, one in row.items():
                    out[holder, code][fields.Date.to_date(day)] = one
            return out
        for holder, some in self.grouped(lambda one: one._key(level)).items():
            rows = flows._figures(*span, ("day",), some[:1]._own_domain())
            for (day,), row in rows.items():
                for code, one in row.items():
                    out[holder, code][fields.Date.to_date(day)] = one
        return out
