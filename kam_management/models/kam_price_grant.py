"""Columns granted to accounts, and the mirror in Odoo's pricelist of the customer."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.pricing import grants

IN_FORCE = """
    SELECT DISTINCT ON (g.account_id) g.account_id, g.id, g.column_id
      FROM kam_price_grant g JOIN kam_price_column c ON c.id = g.column_id
     WHERE g.account_id IN %(accounts)s AND g.date_from <= %(day)s
       AND (g.date_to IS NULL OR g.date_to >= %(day)s)
       AND (g.ended_on IS NULL OR g.ended_on > %(day)s)
     ORDER BY g.account_id, c.rank DESC, g.date_from DESC, g.id DESC
"""


class KamPriceGrant(models.Model):
    """A decision: made and ended by methods, because it needs a reason and a day."""

    _name = "kam.price.grant"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Granted price column"
    _order = "date_from desc, id desc"
    _core = grants
    _mail_post_access = "read"

    account_id = fields.Many2one(
        "kam.account", "Key account", required=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(related="account_id.partner_id", string="Customer")
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", index=True
    )
    column_id = fields.Many2one(
        "kam.price.column", required=True, ondelete="restrict", index=True
    )
    basis = fields.Selection(
        [
            ("policy", "By policy"),
            ("agreement", "By agreement"),
            ("exception", "Exception"),
        ],
        required=True,
        default="policy",
    )
    reason = fields.Text()
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", help="Included. Empty: until further notice.")
    granted_by_id = fields.Many2one(
        "res.users", "Granted by", required=True, ondelete="restrict"
    )
    approval_id = fields.Many2one("kam.approval", ondelete="restrict")
    policy_id = fields.Many2one("kam.price.policy", "Policy then", ondelete="restrict")
    ended_on = fields.Date("Ended on")
    next_column_id = fields.Many2one(
        "kam.price.column", "Lower column announced", ondelete="restrict"
    )
    demote_on = fields.Date("Lower column from")
    state = fields.Selection(
        [("planned", "Planned"), ("active", "In force"), ("over", "Over")],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("column_id", "account_id")
    def _compute_display_name(self):
        for grant in self:
            grant.display_name = (
                f"{grant.column_id.name or ''}: {grant.account_id.display_name or ''}"
            )

    @api.depends("date_from", "date_to", "ended_on")
    def _compute_state(self):
        today = self.env.company._kam_today()
        for grant in self:
            if not grant.date_from or grant.date_from > today:
                over = grant.ended_on and grant.ended_on <= today
                grant.state = "over" if over else "planned"
            elif grants.holds(grant._state(), today):
                grant.state = "active"
            else:
                grant.state = "over"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._kam_today()
        over = Domain("date_to", "<", today) | Domain("ended_on", "<=", today)
        future = Domain("date_from", ">", today)
        parts = {"over": over, "planned": ~over & future, "active": ~over & ~future}
        return Domain.OR(parts[one] for one in value if one in parts)

    @api.model
    def _in_force(self, account_ids, day):
        """Return {account id: (grant id, column id)} on a day, by one query.

        Of several the best column counts.
        """
        if not account_ids:
            return {}
        self.flush_model()
        self.env["kam.price.column"].flush_model(["rank"])
        rows = self.env.execute_query(
            SQL(IN_FORCE, accounts=tuple(account_ids), day=day)
        )
        return {row[0]: row[1:] for row in rows}

    # ------------------------------------------------------------------- mirror
    def _append(self, entries, sequence=None):
        result = super()._append(entries, sequence)
        self.env["kam.account"].invalidate_model(["price_column_id"], flush=False)
        return result

    def _mirror(self):
        """Let Odoo's pricelist of the customers be that of their column."""
        self.account_id._mirror_pricelist()

    def _acting_for(self, states):
        accounts = self.env["kam.account"].sudo()  # sudo: who answers is no secret
        found = [accounts.browse(state.account_id) for state in states]
        return self.env["kam.delegation"]._behalf(
            [
                {one["user_id"] for one in account._present_owners()}
                | {account.head_id.id, account.team_id.user_id.id}
                for account in found
            ],
            [account.partner_id.id for account in found],
            [account.company_id.id for account in found],
        )

    # ------------------------------------------------------------------ decisions
    def end_grant(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """End granted columns; a decision of a head of sales.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``, on which it holds no more; today
            when left out
        :param expected_version: refuse when the grant changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            for grant in model.browse(self.ids):
                grant.check_access("read")
                grant._check_may_end()
                day = grant._day_given(effective_on) or grant.company_id._kam_today()
                # sudo: rights are read-only; who ends it was checked
                grant.sudo()._command(
                    grants.End(day, grant._reason(reason)), expected_version
                )
                grant.sudo()._mirror()
            return True

        return self._once(
            command_id,
            ["end", self.ids, reason, effective_on, expected_version],
            action,
        )

    def _check_may_end(self):
        if self.account_id._may_decide() != self.account_id or not (
            self.account_id.is_mine
            or self.env.user.has_group("kam_management.group_kam_director")
        ):
            raise AccessError(
                self.env._("Only the account's head of sales ends a granted column.")
            )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A granted column is not copied: grant one."))

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Column granted"),
            "GrantEnded": _("Column ended"),
            "DemotionAnnounced": _("Lower column announced"),
            "DemotionCalledOff": _("Announcement called off"),
            "Demoted": _("Lower column came"),
        }
