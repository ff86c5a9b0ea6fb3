"""Key accounts: thin; the rules are in ``kam_core/accounts.py``."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core import accounts
from ..kam_core.record import Created

CLASSES = [(letter, letter) for letter in "ABCDE"]
STATUSES = [
    ("prospect", "Prospect"),
    ("key", "Key account"),
    ("suspended", "Suspended"),
    ("former", "Former"),
]


class KamAccount(models.Model):
    _name = "kam.account"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Key account"
    _order = "account_class, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.complete_name"]
    _check_company_auto = True
    _core = accounts

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        domain="[('parent_id', '=', False)]",
        help="The customer's company; its contacts belong to the account.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
        help="The head company; its branches share the account.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    status = fields.Selection(
        STATUSES, default="prospect", required=True, tracking=True, index=True
    )
    account_class = fields.Selection(
        CLASSES,
        "Class",
        tracking=True,
        index=True,
        help="Decided; it sets the cadence of visits and the policies.",
    )
    segment_id = fields.Many2one("kam.segment", ondelete="restrict", tracking=True)
    needs = fields.Text(help="What this customer needs from us.")
    openings = fields.Text(help="Where more could be sold, and what it takes.")
    team_id = fields.Many2one(
        "crm.team",
        "Sales team",
        ondelete="restrict",
        tracking=True,
        index=True,
        check_company=True,
    )
    head_id = fields.Many2one(
        "res.users",
        "Head of sales",
        ondelete="restrict",
        tracking=True,
        index=True,
        domain=[("share", "=", False)],
    )
    owner_ids = fields.One2many("kam.account.owner", "account_id", "Owners")
    key_since = fields.Date("Key account since")
    active = fields.Boolean(default=True)

    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        compute="_compute_user_id",
        search="_search_user_id",
        help="The lead owner of today.",
    )
    _partner_company = models.UniqueIndex(
        "(partner_id, company_id)",
        "This customer has a key account in this company already: open that one.",
    )

    # ------------------------------------------------------------------ defaults
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_defaults(vals) for vals in vals_list])

    def _with_defaults(self, vals):
        """Fill who answers: the creator owns a prospect, the team's leader heads it."""
        vals = dict(vals)
        if not vals.get("owner_ids") and "default_owner_ids" not in self.env.context:
            vals["owner_ids"] = self._creator_owns()
        if not vals.get("team_id"):
            vals["team_id"] = self.env.user.sale_team_id.id
        if not vals.get("head_id"):
            vals["head_id"] = self._default_head(vals["team_id"])
        return vals

    def _creator_owns(self):
        if self.env.user.has_group("kam_management.group_kam_user"):
            return [fields.Command.create({"user_id": self.env.uid})]
        return []

    def _default_head(self, team_id):
        if self.env.user.has_group("kam_management.group_kam_head"):
            return self.env.uid
        # sudo: a team's leader is no secret to its member
        return self.env["crm.team"].sudo().browse(team_id or ()).user_id.id

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A customer has one key account a company; open a new one.")
        )

    # ---------------------------------------------------------------- ownership
    def _today(self):
        return self.env.company._kam_today()

    @api.depends("owner_ids.user_id", "owner_ids.date_from", "owner_ids.date_to")
    @api.depends_context("tz")
    def _compute_user_id(self):
        leads = self._leads(self._today())
        for account in self:
            account.user_id = leads.get(account.id, False)

    def _leads(self, day):
        """Return {account id: user id of the lead owner on ``day``}."""
        self.env["kam.account.owner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (account_id) account_id, user_id
                     FROM kam_account_owner
                    WHERE account_id IN %s AND date_from <= %s
                      AND (date_to IS NULL OR date_to >= %s)
                    ORDER BY account_id, role DESC, share DESC, event_key""",
                tuple(self.ids) or (0,),
                day,
                day,
            )
        )
        return dict(rows)

    def _search_user_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        owned = self._owned_on(self._today()) & Domain("role", "=", "lead")
        users = [one for one in value if one]
        found = Domain("owner_ids", "any", owned & Domain("user_id", "in", users))
        if len(users) < len(value):
            found |= ~Domain("owner_ids", "any", owned)
        return found

    def _owned_on(self, day):
        return Domain("date_from", "<=", day) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists, pivots and graphs group by the key account manager of today."""
        if field_expr != "user_id":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["user_id"], "read")
        day = self._today()
        return SQL(
            """(SELECT o.user_id FROM kam_account_owner o
                 WHERE o.account_id = %s AND o.date_from <= %s
                   AND (o.date_to IS NULL OR o.date_to >= %s)
                 ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1)""",
            SQL.identifier(alias, "id"),
            day,
            day,
        )

    def _effective_at(self, event, company_id):
        """An account opened with owners in the past was one since then."""
        if isinstance(event, Created) and event.values["owner_ids"]:
            first = min(one.date_from for one in event.values["owner_ids"])
            if first < self._today():
                return self._start_of_day(first, company_id)
        return super()._effective_at(event, company_id)

    # ------------------------------------------------------------------- wording
    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Account opened"),
            "Designated": _("Made a key account"),
            "ClassChanged": _("Class changed"),
            "OwnershipHandedOver": _("Handed over"),
            "Suspended": _("Suspended"),
            "Resumed": _("Suspension ended"),
            "Released": _("Released"),
            "NeedsRecorded": _("Needs noted"),
            "OpeningsRecorded": _("Openings noted"),
            "Segmented": _("Segment chosen"),
            "HeadAssigned": _("Head of sales assigned"),
            "AccountAbsorbed": _("Took over a merged account"),
            "MergedInto": _("Merged into another account"),
        }
