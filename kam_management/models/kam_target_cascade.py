"""One target split into parts: to teams, managers, accounts, and over the year."""

from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..kam_core.kpi.kpis import adds_up
from ..kam_core.periods import Period, year_before
from ..kam_core.targets.cascade import quarters, split_over

NEXT = {"company": "team", "team": "user", "user": "account"}
FIELD = {"team": "team_id", "user": "user_id", "account": "account_id"}


class KamTarget(models.Model):
    _inherit = "kam.target"

    part_sum = fields.Float(
        "Parts together", compute="_compute_part_sum", digits=(16, 4)
    )
    part_difference = fields.Float(compute="_compute_part_sum", digits=(16, 4))

    def _compute_part_sum(self):
        rows = self.env["kam.target"]._read_group(
            [("parent_id", "in", self.ids), ("state", "!=", "replaced")],
            ["parent_id"],
            ["plan:sum", "__count"],
        )
        found = {parent.id: (total, count) for parent, total, count in rows}
        for target in self:
            total, count = found.get(target.id, (0, 0))
            target.part_sum = total
            target.part_difference = target.plan - total if count else 0

    def cascade(self, command_id=None):
        """Split each target one level down, by what each had the year before.

        Company to teams, team to its members, manager to accounts. Parts add up to the
        whole; of a figure that does not add up (a share, days) each part gets the whole
        plan. Whoever had nothing the year before gets the mean of the others.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the parts, as drafts
        """
        return self._once(
            command_id,
            ["cascade", self.ids],
            lambda model: [
                one for target in model.browse(self.ids) for one in target._cascade()
            ],
        )

    def spread(self, step="month", command_id=None):
        """Split each target over the months or quarters of its period.

        :param step: ``month`` or ``quarter``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the parts, as drafts
        """
        if step not in ("month", "quarter"):
            raise UserError(
                self.env._("“Step” is “month” or “quarter”; choose one of them.")
            )
        return self._once(
            command_id,
            ["spread", self.ids, step],
            lambda model: [
                one for target in model.browse(self.ids) for one in target._spread(step)
            ],
        )

    def _cascade(self):
        self._check_splits()
        below = NEXT.get(self.level)
        holders = self._holders(below) if below else []
        if not holders:
            raise UserError(
                self.env._(
                    "“%s” has nobody below it to share it with: make parts by hand.",
                    self.display_name,
                )
            )
        before = year_before(Period(self.date_from, self.date_to))
        weights = self._weights(below, holders, before)
        parts = self._parts(weights)
        return self.create(
            [
                {**self._part_vals(), "level": below, **holder, "plan": float(parts[n])}
                for n, holder in enumerate(holders)
            ]
        ).ids

    def _check_splits(self):
        self.check_access("write")
        if self.child_ids.filtered(lambda one: one.state != "replaced"):
            raise UserError(
                self.env._(
                    "“%s” has parts already: change them, or delete them first.",
                    self.display_name,
                )
            )

    def _part_vals(self):
        return {
            "kpi_id": self.kpi_id.id,
            "company_id": self.company_id.id,
            "level": self.level,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "account_id": self.account_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "parent_id": self.id,
        }

    def _holders(self, level):
        """Return the fields that name each part's holder."""
        if level == "team":
            teams = self.env["crm.team"].search(
                [
                    ("company_id", "in", (False, self.company_id.id)),
                    ("member_ids", "!=", False),
                ]
            )
            return [{"team_id": one.id, "user_id": False} for one in teams]
        if level == "user":
            return [
                {"user_id": one.id, "team_id": False} for one in self.team_id.member_ids
            ]
        accounts = self.env["kam.account"].search(
            [("user_id", "=", self.user_id.id), ("status", "=", "key")]
        )
        return [{"account_id": one.id, "user_id": self.user_id.id} for one in accounts]

    def _weights(self, level, holders, before):
        """Return last year's figure of each holder, by place."""
        # sudo: a head splits by what all had, who may not read others' figures
        kpi = self.kpi_id.sudo()._of_company(self.company_id)
        span = (before.start, before.end)
        by = "account" if level == "account" else "user"
        found = {
            key[0]: row.get(kpi.code) or Decimal(0)
            for key, row in kpi._figures(*span, by=(by,)).items()
        }
        if level != "team":
            return {
                n: found.get(one[FIELD[level]], Decimal(0))
                for n, one in enumerate(holders)
            }
        teams = self.env["crm.team"].browse([one["team_id"] for one in holders])
        return {
            n: sum(
                (found.get(one, Decimal(0)) for one in team.member_ids.ids), Decimal(0)
            )
            for n, team in enumerate(teams)
        }

    def _parts(self, weights):
        plan = Decimal(str(self.plan))
        if not adds_up(self.kpi_id._state()):
            return dict.fromkeys(weights, plan)
        decimals = self.currency_id.decimal_places if self.unit == "money" else 0
        return split_over(plan, weights, decimals)

    def _spread(self, step):
        self._check_splits()
        whole = Period(self.date_from, self.date_to)
        spans = whole.months() if step == "month" else quarters(whole)
        before = year_before(whole)
        # sudo: the season is the holder's own, whoever may split
        kpi = self.kpi_id.sudo()._of_company(self.company_id)
        by_month = kpi._figures(
            before.start, before.end, by=("month",), domain=self._own_domain()
        )
        weights = {}
        for n, one in enumerate(spans):
            last = year_before(one)
            months = {day.start.strftime("%Y-%m") for day in last.months()}
            weights[n] = sum(
                (
                    row.get(kpi.code) or Decimal(0)
                    for key, row in by_month.items()
                    if key[0] in months
                ),
                Decimal(0),
            )
        parts = self._parts(weights)
        return self.create(
            [
                {
                    **self._part_vals(),
                    "date_from": one.start,
                    "date_to": one.end,
                    "plan": float(parts[n]),
                }
                for n, one in enumerate(spans)
            ]
        ).ids

    def _own_domain(self):
        """Return the facts that count for the target's holder."""
        match self.level:
            case "team":
                return fields.Domain("user_id", "in", self.team_id.member_ids.ids)
            case "user":
                return fields.Domain("user_id", "=", self.user_id.id)
            case "account":
                return fields.Domain("account_id", "=", self.account_id.id)
        return fields.Domain("company_id", "child_of", self.company_id.id)

    def action_cascade(self):
        """Share the target among those below, by last year."""
        return self._open(self.cascade(), self.env._("Parts"))

    def action_spread(self):
        """Spread the target over its months, by last year."""
        return self._open(self.spread(), self.env._("Parts"))
