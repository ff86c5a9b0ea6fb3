"""A line of a reconciliation act: a projection of what was sent, never edited."""

from odoo import fields, models

from .kam_ageing import ITEM_KINDS


class KamActLine(models.Model):
    _name = "kam.act.line"
    _description = "Line of a reconciliation act"
    _order = "act_id, sequence, id"
    _rec_name = "number"

    act_id = fields.Many2one(
        "kam.act", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="act_id.company_id")
    currency_id = fields.Many2one(related="act_id.currency_id")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(readonly=True, aggregator=None)
    date = fields.Date(readonly=True)
    document_date = fields.Date(readonly=True)
    kind = fields.Selection(
        [*ITEM_KINDS, ("opening", "Opening balance")], readonly=True
    )
    number = fields.Char("Document", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Journal entry",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
    )
    move_key = fields.Integer("Entry's number", readonly=True, aggregator=None)
    debit = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
    amount_company = fields.Monetary(
        "In company currency", currency_field="company_currency_id", readonly=True
    )
    head = fields.Integer(
        "Version", readonly=True, aggregator=None, help="Of the entry in the event log."
    )
    difference = fields.Boolean(
        readonly=True, help="Posted after an act that covers its date was signed."
    )

    def action_open_document(self):
        """Open the journal entry of the line."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self[:1].move_id.id,
            "views": [(False, "form")],
        }
