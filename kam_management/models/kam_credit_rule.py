"""Credit rules: data; what they mean is in ``kam_core/credit/rules.py``."""

from odoo import api, fields, models

from ..kam_core.credit import rule_records

KINDS = [
    ("over_limit", "Beyond the limit"),
    ("limit_used", "Limit used, per cent"),
    ("overdue_days", "Overdue, days"),
    ("overdue_amount", "Overdue, amount"),
    ("overdue_percent", "Overdue, per cent of what is owed"),
    ("limit_expired", "Limit run out"),
    ("order_too_large", "Order too large, per cent of the limit"),
    ("terms_changed", "Longer payment terms than granted"),
    ("on_hold", "On hold"),
]
# kind: unit of its threshold; the others have none
UNITS = {
    "limit_used": "%",
    "overdue_days": "days",
    "overdue_amount": "money",
    "overdue_percent": "%",
    "order_too_large": "%",
}
SEVERITIES = [("warn", "Warn"), ("ask", "Ask for approval"), ("block", "Block")]
# kind: (severity, threshold, active) of what is there from the beginning
DEFAULTS = {
    "over_limit": ("ask", 0, True),
    "limit_used": ("warn", 80, True),
    "overdue_days": ("ask", 0, True),
    "overdue_amount": ("warn", 0, False),
    "overdue_percent": ("ask", 30, False),
    "limit_expired": ("ask", 0, True),
    "order_too_large": ("ask", 50, False),
    "terms_changed": ("ask", 0, True),
    "on_hold": ("block", 0, True),
}


class KamCreditRule(models.Model):
    _name = "kam.credit.rule"
    _inherit = ["kam.event.sourced"]
    _description = "Credit rule"
    _order = "kind, for_class, id"
    _rec_name = "kind"
    _core = rule_records

    kind = fields.Selection(KINDS, "Looks at", required=True)
    threshold = fields.Float(
        digits=(16, 2),
        help="Days, per cent, or an amount in company currency: more than this is"
        " found. Allowed days and amounts in a customer's terms go before it.",
    )
    threshold_unit = fields.Char(
        "Unit", compute="_compute_threshold_unit", help="Empty: no threshold is asked."
    )
    severity = fields.Selection(
        SEVERITIES,
        "Then",
        required=True,
        default="ask",
        help="Warn: shown on the order. Ask: stops it until somebody approves. Block:"
        " stops it; no approval helps.",
    )
    for_class = fields.Selection(
        [*((one, f"Class {one}") for one in "ABCDE"), ("none", "No key account")],
        "For",
        help="Empty: all customers with credit terms whose class has no rule of its"
        " own.",
    )
    company_id = fields.Many2one(
        "res.company",
        ondelete="restrict",
        index=True,
        help="Empty: every company that has no such rule of its own.",
    )
    active = fields.Boolean(default=True)

    _kind_uniq = models.UniqueIndex(
        "(kind, COALESCE(for_class, ''), COALESCE(company_id, 0)) WHERE active",
        "There is such a rule for this class already: change that one.",
    )

    @api.depends("kind", "company_id")
    @api.depends_context("company")
    def _compute_threshold_unit(self):
        for rule in self:
            company = rule.company_id or self.env.company
            words = {
                "%": "%",
                "days": self.env._("days"),
                "money": company.root_id.sudo().currency_id.name,  # sudo: no secret
            }
            rule.threshold_unit = words.get(UNITS.get(rule.kind), False)

    @api.depends("kind", "for_class")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        classes = dict(self._fields["for_class"]._description_selection(self.env))
        for rule in self:
            words = kinds.get(rule.kind, "")
            if rule.for_class:
                words = f"{words} ({classes[rule.for_class]})"
            rule.display_name = words

    @api.model
    def _load_defaults(self):
        """Make the usual rules once; after a reinstall they come from the log."""
        self.env.cr.execute(
            "SELECT FROM kam_es.stream WHERE category = 'kam.credit.rule' LIMIT 1"
        )
        if self.env.cr.rowcount:
            return
        self.create(
            [
                {
                    "kind": kind,
                    "severity": severity,
                    "threshold": threshold,
                    "active": active,
                }
                for kind, (severity, threshold, active) in DEFAULTS.items()
            ]
        )
