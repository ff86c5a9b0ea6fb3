"""What an account has of its own: how often, when, where, whom."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.visits import account_cadence


class KamAccountCadence(models.Model):
    _name = "kam.account.cadence"
    _inherit = ["kam.event.sourced"]
    _description = "Visiting habits of an account"
    _rec_name = "account_id"
    _order = "id"
    _core = account_cadence

    account_id = fields.Many2one(
        "kam.account", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", readonly=True, index=True
    )
    interval_days = fields.Integer(
        "Visit every (days)", help="Empty: as its class.", aggregator=None
    )
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    hour_from = fields.Float("From (hour)", digits=(4, 2), aggregator=None)
    hour_to = fields.Float("To (hour)", digits=(4, 2), aggregator=None)
    duration_minutes = fields.Integer(
        "Duration (minutes)", help="Empty: as its kind.", aggregator=None
    )
    place = fields.Char(help="Empty: the customer's address.")
    contact_id = fields.Many2one(
        "res.partner", "Contact person", ondelete="restrict", index="btree_not_null"
    )
    kind_id = fields.Many2one("kam.visit.kind", "Usual kind", ondelete="restrict")

    _account_uniq = models.Constraint(
        "UNIQUE(account_id)", "This account has its visiting habits already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        accounts = self.env["kam.account"].browse(
            one
            for one in (vals.get("account_id") for vals in vals_list)
            if isinstance(one, int) and one
        )
        companies = {one.id: one.company_id.id for one in accounts.exists()}
        return super().create(
            [
                {**vals, "company_id": companies.get(vals.get("account_id"))}
                for vals in vals_list
            ]
        )

    def _acting_for(self, states):
        return self.env["kam.account"]._acting_for_ids(
            [state.account_id for state in states]
        )

    def _decide(self, state, command):
        changes = getattr(command, "changes", None) or getattr(command, "values", {})
        if contact_id := changes.get("contact_id"):
            account_id = changes.get("account_id") or (state and state.account_id)
            self._check_contact(account_id, contact_id)
        return super()._decide(state, command)

    def _check_contact(self, account_id, contact_id):
        account = self.env["kam.account"].browse(account_id or ())
        contact = self.env["res.partner"].browse(contact_id).exists()
        if contact.commercial_partner_id != account.partner_id:
            raise UserError(
                self.env._(
                    "“Contact person” is nobody of this customer: choose one of its"
                    " contacts."
                )
            )
