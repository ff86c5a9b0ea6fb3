from decimal import Decimal

from odoo import api, fields, models

from ..kam_core.visits import cadence, intervals
from .kam_account import CLASSES


class KamCadence(models.Model):
    _name = "kam.cadence"
    _inherit = ["kam.event.sourced"]
    _description = "Cadence of a class of accounts"
    _order = "company_id, account_class"
    _rec_name = "account_class"
    _core = intervals

    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    account_class = fields.Selection(CLASSES, "Class", required=True)
    interval_days = fields.Integer("Visit every (days)", required=True, aggregator=None)
    weight = fields.Float(
        digits=(5, 2),
        default=1.0,
        required=True,
        aggregator=None,
        help="What is due is ranked by overdue ratio * weight.",
    )

    _class_uniq = models.Constraint(
        "UNIQUE(company_id, account_class)",
        "This class has a cadence in this company already: change that one.",
    )

    @api.model
    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        return {**values, "company_id": company.root_id.id or None}

    @api.model
    def _seed(self):
        """Show the cadences of the first company; others show theirs when opened."""
        self.env.cr.execute(
            "SELECT FROM kam_es.stream WHERE category = %s LIMIT 1", [self._name]
        )
        if not self.env.cr.rowcount:
            self._ensure(self.env.company.root_id)

    @api.model
    def _ensure(self, company):
        """Make the missing classes of a company, at the usual intervals."""
        have = set(
            self.search([("company_id", "=", company.id)]).mapped("account_class")
        )
        self.create(
            [
                {
                    "company_id": company.id,
                    "account_class": letter,
                    "interval_days": days,
                    "weight": float(weight),
                }
                for letter, (days, weight) in cadence.DEFAULT_INTERVALS.items()
                if letter not in have
            ]
        )

    @api.model
    def _of_company(self, company):
        """Return {class: (interval in days, weight)} of a root company."""
        # sudo: how often a class is visited is no secret in the company
        rows = self.sudo().search([("company_id", "=", company.id)])
        return cadence.DEFAULT_INTERVALS | {
            row.account_class: (row.interval_days, Decimal(str(row.weight)))
            for row in rows
        }

    @api.model
    def action_open(self):
        """Open the cadences of the company, those of every class among them."""
        company = self.env.company.root_id
        if self.has_access("create"):
            self._ensure(company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_cadence_action"
        )
        action["domain"] = [("company_id", "=", company.id)]
        return action
