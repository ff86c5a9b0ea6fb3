from odoo import fields, models


class KamBenchAccountOwner(models.Model):
    _name = "kam.bench.account.owner"
    _description = "Owner of an account without a log"

    account_id = fields.Many2one(
        "kam.bench.account", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, ondelete="restrict", index=True
    )
    role = fields.Selection(
        [("lead", "Lead"), ("co", "Co-manager")], required=True, default="lead"
    )
    share = fields.Float(digits=(5, 2), required=True, default=100.0)
    date_from = fields.Date(required=True, default=fields.Date.today)
    date_to = fields.Date()
