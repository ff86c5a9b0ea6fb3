"""Key figures as data: thin; the rules are in ``kam_core/kpi/kpis.py``."""

import ast

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..kam_core.kpi import kpis

UNITS = [
    ("money", "Money"),
    ("number", "Number"),
    ("percent", "Percent"),
    ("days", "Days"),
]
DIRECTIONS = [("up", "More is better"), ("down", "Less is better")]
SOURCES = [
    ("sale", "Invoices and credit notes"),
    ("collected", "Money received"),
    ("order", "Orders and deliveries"),
    ("receivable", "What is owed"),
    ("outside", "Visits, promises and other parts"),
]
FORMULAS = [
    ("sum", "Sum"),
    ("ratio", "Ratio"),
    ("complement", "1 less the ratio"),
    ("customers", "Customers with a document"),
    ("new", "New customers"),
    ("lost", "Lost customers"),
    ("depth", "Depth of assortment"),
    ("overdue_share", "Overdue share of debts"),
    ("dso", "Days sales outstanding"),
    ("cei", "Collection effectiveness"),
    ("outside", "Reckoned by its part"),
]
MEASURES = [
    ("untaxed", "Value without tax"),
    ("amount", "Value with tax"),
    ("margin", "Margin"),
    ("documents", "Documents"),
    ("lines", "Lines of orders"),
    ("quantity", "Quantity ordered"),
    ("delivered", "Quantity delivered"),
    ("gross", "Value before discount"),
    ("returned", "Value returned"),
    ("invoiced", "Value invoiced"),
]


class KamKpi(models.Model):
    _name = "kam.kpi"
    _inherit = ["kam.event.sourced"]
    _description = "Key figure"
    _order = "sequence, id"
    _core = kpis

    code = fields.Char(
        required=True, help="What targets, schemes and integrations call it by."
    )
    name = fields.Char(required=True)
    sequence = fields.Integer(default=100)
    unit = fields.Selection(UNITS, required=True, default="money")
    direction = fields.Selection(DIRECTIONS, required=True, default="up")
    source = fields.Selection(SOURCES, required=True, default="sale")
    formula = fields.Selection(FORMULAS, required=True, default="sum")
    measure = fields.Selection(MEASURES, default="untaxed")
    divisor = fields.Selection(MEASURES, help="What the measure is divided by.")
    document_kind = fields.Selection(
        [
            ("invoice", "Invoices"),
            ("credit_note", "Credit notes"),
            ("receipt", "Receipts"),
        ],
        "Only",
    )
    days = fields.Integer(
        "Days of silence",
        default=180,
        help="A customer is lost this many days after the last invoice.",
    )
    domain = fields.Char(
        "Filter", help="Only facts that match, such as those of one segment."
    )
    active = fields.Boolean(default=True)
    is_confidential = fields.Boolean(compute="_compute_is_confidential")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "A key figure of this code exists already."
    )

    @api.depends("measure", "divisor")
    def _compute_is_confidential(self):
        for kpi in self:
            kpi.is_confidential = "margin" in (kpi.measure, kpi.divisor)

    def _filter(self):
        """Return the figure's own filter over attributed facts.

        :raises UserError: it is no domain, or names what facts have not
        """
        self.ensure_one()
        if not self.domain:
            return Domain.TRUE
        try:
            found = Domain(ast.literal_eval(self.domain))
            # sudo: only whether such fields exist is asked
            found.validate(self.env["kam.kpi.fact"].sudo())
        except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError) as e:
            raise UserError(
                self.env._(
                    "“Filter” of %s is no filter of facts. Choose it anew.",
                    self.display_name,
                )
            ) from e
        return found

    @api.constrains("domain")
    def _check_domain(self):
        for kpi in self:
            kpi._filter()

    @api.model
    def _by_code(self, code):
        """Return the key figure of a code the caller gave."""
        found = (
            self.search([("code", "=", code)], limit=1)
            if isinstance(code, str) and "\0" not in code
            else self.browse()
        )
        if not found:
            raise UserError(
                self.env._("“Code” %s is no key figure; look it up in KPIs.", code)
            )
        return found

    def _event_titles(self):
        return {**super()._event_titles(), "KpiRedefined": self.env._("Redefined")}
