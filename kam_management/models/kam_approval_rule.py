"""The matrix of who approves what: rows of kind, class, limits and approver."""

from odoo import api, fields, models

from ..kam_core import approval_rules
from .kam_account import CLASSES
from .kam_approval import KINDS


class KamApprovalRule(models.Model):
    _name = "kam.approval.rule"
    _inherit = ["kam.event.sourced"]
    _description = "Who approves what"
    _order = "kind, account_class, sequence, amount_to, id"
    _core = approval_rules

    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    account_class = fields.Selection(CLASSES, "Class", help="Empty: all classes.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_to = fields.Monetary(
        "Amount up to", help="What the approver may give away; 0: without limit."
    )
    percent_to = fields.Float(
        "Discount up to (%)", digits=(16, 2), help="0: without limit."
    )
    role = fields.Selection(
        [
            ("head", "Head of sales"),
            ("director", "Commercial director"),
            ("credit", "Credit controller"),
            ("user", "A named person"),
        ],
        "Approver",
        required=True,
        default="head",
    )
    user_id = fields.Many2one(
        "res.users", "Person", ondelete="restrict", domain=[("share", "=", False)]
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._kam_today()
    )
    date_to = fields.Date("To", help="Included. Empty: until further notice.")
    active = fields.Boolean(default=True)

    @api.depends("kind", "role", "amount_to", "percent_to")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        roles = dict(self._fields["role"]._description_selection(self.env))
        for rule in self:
            who = rule.user_id.name if rule.role == "user" else roles.get(rule.role)
            rule.display_name = f"{kinds.get(rule.kind, '')}: {who or ''}"

    def _decide(self, state, command):
        users = {
            values.get("user_id")
            for values in (
                getattr(command, "values", None),
                getattr(command, "changes", None),
            )
            if values
        }
        self.env["res.users"]._kam_check_internal(users - {None})
        return super()._decide(state, command)

    @api.model
    def _rows(self, values):
        """Return the rows of a request's company, as (record, core rule)."""
        # sudo: the matrix is read for whoever asks
        company = self.env["res.company"].sudo().browse(values["company_id"])
        rows = self.sudo().search([("company_id", "=", company.root_id.id)])
        return [(row, row._state()) for row in rows]

    @api.model
    def _has_rows(self, values):
        return any(state.kind == values["kind"] for _row, state in self._rows(values))

    @api.model
    def _fitting(self, values, account_class):
        """Return the rows that may decide on a request, the nearest first.

        :param values: of the request: company_id, kind, amount, percent
        """
        company = self.env["res.company"].sudo().browse(values["company_id"])
        found = approval_rules.fitting(
            self._rows(values),
            values["kind"],
            account_class or None,
            values["amount"],
            values["percent"],
            company._kam_today(),
        )
        return self.browse().union(*(row for row, _state in found))

    def _event_titles(self):
        return {**super()._event_titles(), "Created": self.env._("Row added")}
