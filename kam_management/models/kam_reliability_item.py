"""The checklist of reliability checks: data."""

from odoo import api, fields, models

from ..kam_core.credit import checklist

KINDS = [
    ("document", "Document"),
    ("register", "Register extract"),
    ("tax_number", "Tax number"),
    ("reference", "Reference"),
    ("other", "Other"),
]


class KamReliabilityItem(models.Model):
    _name = "kam.reliability.item"
    _inherit = ["kam.event.sourced"]
    _description = "Item of the reliability checklist"
    _order = "sequence, id"
    _core = checklist

    name = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True, default="other")
    required = fields.Boolean(help="A check cannot be finished without its result.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.model
    def _load_defaults(self):
        """Make the usual checklist once; after a reinstall it comes from the log."""
        self.env.cr.execute(
            "SELECT FROM kam_es.stream WHERE category = 'kam.reliability.item' LIMIT 1"
        )
        if self.env.cr.rowcount:
            return
        usual = (
            (
                "register",
                True,
                "Extract of the company register, of these 3 months",
            ),
            ("tax_number", True, "Tax number"),
            ("document", True, "Who signs, and on what authority"),
            ("document", False, "Annual accounts of the last year"),
            ("reference", False, "Two references of other suppliers"),
            ("other", False, "No insolvency or enforcement on record"),
        )
        self.create(
            [
                {"kind": kind, "required": required, "name": name, "sequence": 10 * n}
                for n, (kind, required, name) in enumerate(usual, 1)
            ]
        )
