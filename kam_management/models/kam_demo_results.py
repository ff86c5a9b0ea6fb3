"""Demonstration of results: targets, a pay scheme, the last quarter closed."""

from datetime import timedelta
from decimal import Decimal

from odoo import fields, models

from ..kam_core.periods import Period, add_months, year_before

MANAGERS = ("anna", "ben", "clara", "david")
GROWTH = Decimal("1.08")
# key figure: what of last year's the plan is; money and customers
PLANS = {"net_sales": GROWTH, "collected": Decimal("1.05"), "active_base": Decimal(1)}
LEAST = {"net_sales": 4000, "collected": 3500, "active_base": 3}
STEPS = ((0, 0.05), (2500, 0.08), (6000, 0.10))


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _tell(self):
        told = super()._tell()
        users = {
            login: self.env.ref(f"kam_management.demo_user_{login}")
            for login in (*MANAGERS, "helen", "carl")
        }
        self.env.flush_all()
        self.env.cr.flush()
        self.env["kam.kpi.fact"]._catch_up()
        self._results_of(users, self.env.company._kam_today())
        return told

    def _results_of(self, users, today):
        """Plan this quarter and the last by last year; pay the last one."""
        kpis = self.env["kam.kpi"].search([("code", "in", list(PLANS))])
        month = add_months(today.replace(day=1), 0)
        quarter = self.env["kam.kpi"]._span_of(today, "quarter")
        before = Period(
            add_months(quarter.start, -3), quarter.start - timedelta(days=1)
        )
        months = [
            Period(add_months(month, n), add_months(month, n + 1) - timedelta(days=1))
            for n in (-1, 0, 1)
        ]
        for span in (before, quarter, *months):
            self._targets(users, kpis, span)
        self._company_target(kpis, today)
        self._pay_of(users, before, quarter)

    def _targets(self, users, kpis, span):
        last = year_before(span)
        found = kpis._figures(last.start, last.end, ("user",))
        months = Decimal(span.whole_months)
        values = []
        for login in MANAGERS:
            for kpi in kpis:
                had = found.get((users[login].id,), {}).get(kpi.code) or Decimal(0)
                least = Decimal(LEAST[kpi.code])
                if kpi.code != "active_base":
                    least *= months
                plan = max(had * PLANS[kpi.code], least)
                values.append(
                    {
                        "kpi_id": kpi.id,
                        "user_id": users[login].id,
                        "date_from": span.start,
                        "date_to": span.end,
                        "plan": float(round(plan, -2 if kpi.unit == "money" else 0)),
                    }
                )
        targets = self.env["kam.target"].create(values)
        targets.with_user(users["helen"]).approve()

    def _company_target(self, kpis, today):
        """The year of the company, shared with the team; a proposal that waits."""
        net = kpis.filtered(lambda kpi: kpi.code == "net_sales")
        year = self.env["kam.kpi"]._span_of(today, "year")
        whole = self.env["kam.target"].create(
            {
                "kpi_id": net.id,
                "level": "company",
                "user_id": False,
                "date_from": year.start,
                "date_to": year.end,
                "plan": 600_000,
                "note": "Eight per cent more than last year; two new chains.",
            }
        )
        whole.approve()
        self.env["kam.target"].browse(whole.cascade()).approve()
        ahead = add_months(today.replace(day=1), 2)
        anna = self.env.ref("kam_management.demo_user_anna")
        proposal = (
            self.env["kam.target"]
            .with_user(anna)
            .create(
                {
                    "kpi_id": net.id,
                    "user_id": anna.id,
                    "date_from": ahead,
                    "date_to": add_months(ahead, 1) - timedelta(days=1),
                    "plan": 9_500,
                    "note": "The harbour hotels open their terraces.",
                }
            )
        )
        proposal.propose()

    def _pay_of(self, users, before, quarter):
        kpi = {
            one.code: one.id
            for one in self.env["kam.kpi"].search([("code", "in", list(PLANS))])
        }
        create = fields.Command.create
        scheme = self.env["kam.pay.scheme"].create(
            {
                "name": "Managers of key accounts",
                "period": "quarter",
                "base": 3000,
                "commission_base": "collected",
                "user_ids": [
                    fields.Command.set([users[login].id for login in MANAGERS])
                ],
                "line_ids": [
                    create(
                        {
                            "kpi_id": kpi["net_sales"],
                            "weight": 0.6,
                            "multiplier": 1.5,
                            "fast_from": 1.0,
                            "fast_to": 1.3,
                            "cap": 2,
                        }
                    ),
                    create({"kpi_id": kpi["collected"], "weight": 0.25}),
                    create(
                        {
                            "kpi_id": kpi["active_base"],
                            "weight": 0.15,
                            "entry": "cliff",
                        }
                    ),
                ],
                "step_ids": [
                    create({"start": start, "rate": rate / 10}) for start, rate in STEPS
                ],
                "debt_ids": [
                    create({"up_to": 0.1, "coefficient": 1}),
                    create({"up_to": 0.3, "coefficient": 0.9}),
                    create({"up_to": 1, "coefficient": 0.8}),
                ],
            }
        )
        scheme.activate(fields.Date.to_string(before.start))
        for login in MANAGERS[:3]:
            scheme.with_user(users[login]).sign()
        done = scheme.make_statements(fields.Date.to_string(before.start))
        self.env["kam.pay.statement"].browse(done).close()
        now = scheme.make_statements(fields.Date.to_string(quarter.start))
        self.env["kam.pay.statement"].browse(now).refresh()
