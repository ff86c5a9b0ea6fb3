"""Talks and letters about money, and what came of them."""

from odoo import fields, models

from ..kam_core.collections import contacts

RESULTS = [
    ("promised", "Promised to pay"),
    ("will_check", "Will check"),
    ("disputes", "Disputes it"),
    ("no_answer", "No answer"),
    ("sent", "Written to"),
    ("other", "Other"),
]


class KamCollectionContact(models.Model):
    _name = "kam.collection.contact"
    _inherit = ["kam.debtor"]
    _description = "Talk about receivables"
    _order = "at desc, id desc"
    _rec_name = "partner_id"
    _core = contacts

    currency_id = fields.Many2one(
        related="company_id.currency_id", required=False, store=False, default=None
    )
    kind = fields.Selection(
        [
            ("call", "Call"),
            ("mail", "E-mail"),
            ("visit", "Visit"),
            ("letter", "Reminder"),
        ],
        required=True,
        default="call",
    )
    result = fields.Selection(RESULTS, required=True)
    at = fields.Datetime(
        "When", required=True, index=True, default=lambda self: fields.Datetime.now()
    )
    contact_id = fields.Many2one(
        "res.partner",
        "With",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        "By",
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    again_on = fields.Date(help="The day agreed to talk again.")
    promise_id = fields.Many2one("kam.promise", ondelete="restrict", readonly=True)
    dispute_id = fields.Many2one("kam.dispute", ondelete="restrict", readonly=True)
    note = fields.Text()

    def _event_titles(self):
        return {**super()._event_titles(), "Created": self.env._("Talked about money")}
