"""What a statement of pay is made of, line by line, down to the document."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class KamPayStatementLine(models.Model):
    _name = "kam.pay.statement.line"
    _description = "Line of a pay statement"
    _order = "statement_id, sequence, id"
    _rec_name = "kind"

    statement_id = fields.Many2one(
        "kam.pay.statement", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    user_id = fields.Many2one(related="statement_id.user_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    kind = fields.Selection(
        [
            ("bonus", "Key figure"),
            ("commission", "Commission"),
            ("adjustment", "Adjustment"),
        ],
        required=True,
    )
    kpi_id = fields.Many2one("kam.kpi", "Key figure")
    fact = fields.Float(digits=(16, 4), aggregator=None)
    plan = fields.Float(digits=(16, 4), aggregator=None)
    attained = fields.Float("Attainment", digits=(16, 4), aggregator=None)
    base = fields.Monetary(help="What the line is reckoned from.")
    ratio = fields.Float(
        digits=(16, 4), aggregator=None, help="What of the base is paid, or the rate."
    )
    amount = fields.Monetary()
    date = fields.Date()
    partner_id = fields.Many2one("res.partner", "Customer")
    closed_id = fields.Many2one("kam.pay.statement", "Of the closed statement")
    event_model = fields.Char("Kind of document")
    event_stream = fields.Char("Document")
    event_version = fields.Integer("Event", aggregator=None)
    origin = fields.Char("Made by", compute="_compute_origin")

    @api.depends("event_model", "event_stream", "event_version", "kpi_id")
    def _compute_origin(self):
        """Name the document or account behind each line, as far as one may read it."""
        names = {}
        for model, lines in self.filtered("event_model").grouped("event_model").items():
            for key, record in lines._records(model).items():
                names[model, key] = record.display_name
        for line in self:
            name = names.get((line.event_model, line.event_stream))
            line.origin = (
                f"{name or line.event_stream} (#{line.event_version})"
                if line.event_model
                else line.kpi_id.name
            )

    def _records(self, model):
        """Return {stream key: record} of what the user may read of the documents."""
        records = self.env[model].with_context(active_test=False)
        if hasattr(records, "event_key"):
            found = records.search([("event_key", "in", self.mapped("event_stream"))])
            return {one.event_key: one for one in found}
        ids = [int(one) for one in self.mapped("event_stream") if one.isdigit()]
        found = records.browse(ids).exists()._filtered_access("read")
        return {str(one.id): one for one in found}

    def action_open_origin(self):
        """Open the document, the account or the facts that the line is made of."""
        self.ensure_one()
        self.check_access("read")
        if self.kpi_id:
            statement = self.statement_id
            told = self.env["kam.kpi"].explain(
                self.kpi_id.code,
                statement.date_from,
                statement.date_to,
                statement.user_id.id,
            )
            return told["action"]
        record = self._records(self.event_model).get(self.event_stream)
        if not record:
            raise UserError(
                self.env._("The document is not there, or not yours to read.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
