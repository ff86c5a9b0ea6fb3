from odoo import fields, models

ROLES = [("lead", "Lead"), ("co", "Co-manager")]


class KamAccountOwner(models.Model):
    _name = "kam.account.owner"
    _inherit = ["kam.event.sourced.part"]
    _description = "Owner of a key account over a period"
    _order = "date_from desc, role desc, share desc, id"
    _rec_name = "user_id"
    _part_of = ("account_id", "owner_ids")

    account_id = fields.Many2one(
        "kam.account", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Key account manager",
        required=True,
        ondelete="restrict",
        index=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    role = fields.Selection(ROLES, required=True, default="lead")
    share = fields.Float(
        "Share (%)", digits=(5, 2), required=True, default=100.0, aggregator=None
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._kam_today()
    )
    date_to = fields.Date("To", help="Included. Empty: until further notice.")

    _user_days = models.Index("(user_id, date_from, date_to) INCLUDE (account_id)")

    def _part_words(self, words):
        period = f"{words['date_from']} → {words['date_to'] or '…'}"
        return f"{words['user_id']} ({words['role']}, {words['share']} %): {period}"
