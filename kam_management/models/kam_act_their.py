"""The customer's own lines, as their act had them."""

from odoo import fields, models

from ..kam_core.receivables import matching

RESULTS = [
    (matching.AGREED, "Agreed"),
    (matching.ONLY_OURS, "Only ours"),
    (matching.ONLY_THEIRS, "Only theirs"),
    (matching.AMOUNTS_DIFFER, "Amounts differ"),
    (matching.DATES_DIFFER, "Dates differ"),
]


class KamActTheir(models.Model):
    _name = "kam.act.their"
    _description = "Line of the customer's own act"
    _order = "act_id, row, id"
    _rec_name = "number"

    act_id = fields.Many2one(
        "kam.act", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="act_id.company_id")
    currency_id = fields.Many2one(related="act_id.currency_id")
    row = fields.Integer("Row of the file", readonly=True, aggregator=None)
    date = fields.Date(readonly=True)
    number = fields.Char("Their document", readonly=True)
    debit = fields.Monetary("Their debit", readonly=True)
    credit = fields.Monetary("Their credit", readonly=True)
    result = fields.Selection(RESULTS, readonly=True, index=True)
    line_id = fields.Many2one(
        "kam.act.line", "Our line", ondelete="set null", readonly=True, index=True
    )
