"""Whose key accounts are: today to act on, once to read, and for whom one stands in."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.ownership import owners_on


class KamAccount(models.Model):
    _inherit = "kam.account"

    is_mine = fields.Boolean(
        "My account",
        compute="_compute_is_mine",
        search="_search_is_mine",
        help="You own it today, head its owners, or stand in for one of them.",
    )
    is_visible = fields.Boolean(compute="_compute_is_mine", search="_search_is_visible")

    # ---------------------------------------------------------------- visibility
    @api.depends(
        "owner_ids.user_id",
        "owner_ids.date_from",
        "owner_ids.date_to",
        "head_id",
        "team_id.user_id",
    )
    @api.depends_context("uid")
    def _compute_is_mine(self):
        """Agree with the searches: Odoo judges records by either of the two."""
        here = Domain("id", "in", self.ids)
        # sudo: whose an account is decides what one may see of it, not the reverse
        mine = set(self.sudo()._search(here & self._mine_domain()))
        once = set(self.sudo()._search(here & self._once_mine_domain()))
        for account in self:
            account.is_mine = account.id in mine
            account.is_visible = account.id in mine | once

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._mine_domain()
        return found if True in value else ~found

    @api.model
    def _search_is_visible(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._mine_domain() | self._once_mine_domain()
        return found if True in value else ~found

    @api.model
    def _mine_domain(self):
        """Return the accounts the user may act on today, as a domain.

        Read through SQL, because it stands in record rules and must not depend on
        them; today is looked up at each use, since domains of rules are cached.
        """
        return Domain("id", "in", self._mine_query())

    def _mine_query(self):
        day, uid = self._today(), self.env.uid
        self.env["kam.account.owner"].flush_model()
        self.env["kam.delegation"].flush_model()
        self.flush_model(["head_id", "team_id", "company_id"])
        self.env["crm.team"].flush_model(["user_id"])
        return SQL(
            """(WITH answers AS (
                   SELECT %(uid)s AS user_id, NULL::int AS delegation_id,
                          NULL::int AS company_id
                    UNION ALL
                   SELECT d.user_id, d.id, d.company_id FROM kam_delegation d
                    WHERE d.substitute_id = %(uid)s AND d.may_act
                      AND d.date_from <= %(day)s AND d.date_to >= %(day)s
                      AND (d.ended_on IS NULL OR d.ended_on > %(day)s)
               ), held AS (
                   SELECT o.account_id, o.user_id FROM kam_account_owner o
                    WHERE o.date_from <= %(day)s
                      AND (o.date_to IS NULL OR o.date_to >= %(day)s)
                    UNION ALL
                   SELECT a.id, a.head_id FROM kam_account a
                    WHERE a.head_id IS NOT NULL
                    UNION ALL
                   SELECT a.id, t.user_id FROM kam_account a
                     JOIN crm_team t ON t.id = a.team_id
                    WHERE t.user_id IS NOT NULL
               )
               SELECT held.account_id FROM held JOIN answers USING (user_id)
                 JOIN kam_account a ON a.id = held.account_id
                WHERE answers.delegation_id IS NULL
                   OR (answers.company_id = a.company_id
                       AND (NOT EXISTS (SELECT FROM kam_delegation_account_rel r
                                         WHERE r.delegation_id
                                               = answers.delegation_id)
                            OR EXISTS (SELECT FROM kam_delegation_account_rel r
                                        WHERE r.delegation_id
                                              = answers.delegation_id
                                          AND r.account_id = held.account_id))))""",
            uid=uid,
            day=day,
        )

    @api.model
    def _once_mine_domain(self):
        """Return the accounts the user owned at some time: to read, for that time."""
        return Domain(
            "id",
            "in",
            SQL(
                """(SELECT o.account_id FROM kam_account_owner o
                     WHERE o.user_id = %s AND o.date_from <= %s)""",
                self.env.uid,
                self._today(),
            ),
        )

    def _acting_for(self, states):
        """Name the owner or head for whom a substitute acts, for each account."""
        return self.env["kam.delegation"]._behalf(
            [self._answering(state) for state in states],
            [state.partner_id for state in states],
            [state.company_id for state in states],
        )

    def _answering(self, state):
        """Return the ids of the users who answer for an account today."""
        # sudo: a team's leader is no secret to its member
        team = self.env["crm.team"].sudo().browse(state.team_id or ())
        owners = owners_on(state.owner_ids, self._today())
        return {one.user_id for one in owners} | {state.head_id, team.user_id.id}
