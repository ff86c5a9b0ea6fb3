from odoo import fields, models


class KamBenchAccount(models.Model):
    """The event-sourced fields of kam.account on an ordinary model."""

    _name = "kam.bench.account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Account without a log"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", required=True, ondelete="restrict", index=True, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", index=True
    )
    status = fields.Selection(
        [
            ("prospect", "Prospect"),
            ("key", "Key account"),
            ("suspended", "Suspended"),
            ("former", "Former"),
        ],
        default="prospect",
        required=True,
        tracking=True,
        index=True,
    )
    account_class = fields.Selection(
        [(letter, letter) for letter in "ABCDE"], tracking=True, index=True
    )
    segment_id = fields.Many2one("kam.segment", ondelete="restrict", tracking=True)
    needs = fields.Text()
    openings = fields.Text()
    team_id = fields.Many2one(
        "crm.team", ondelete="restrict", tracking=True, index=True, check_company=True
    )
    head_id = fields.Many2one(
        "res.users", ondelete="restrict", tracking=True, index=True
    )
    owner_ids = fields.One2many("kam.bench.account.owner", "account_id")
    key_since = fields.Date()
    active = fields.Boolean(default=True)
    planned = fields.Selection(
        [
            ("designate", "Make a key account"),
            ("change_class", "Change class"),
            ("suspend", "Suspend"),
            ("resume", "Resume"),
            ("release", "Release"),
        ],
        tracking=True,
    )
    planned_on = fields.Date(index="btree_not_null")
    planned_class = fields.Selection([(letter, letter) for letter in "ABCDE"])
    planned_reason = fields.Text()
