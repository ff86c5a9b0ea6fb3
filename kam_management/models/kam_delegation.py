"""Delegation: who stands in for whom, and for which accounts."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..kam_core import delegations
from ..kam_core.record import Create


class KamDelegation(models.Model):
    _name = "kam.delegation"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Delegation"
    _order = "date_from desc, id desc"
    _core = delegations

    user_id = fields.Many2one(
        "res.users",
        "Absent",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    substitute_id = fields.Many2one(
        "res.users",
        required=True,
        ondelete="restrict",
        index=True,
        domain=[("share", "=", False)],
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.root_id,
    )
    date_from = fields.Date(
        "From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._kam_today(),
    )
    date_to = fields.Date("To", required=True, tracking=True, help="Included.")
    account_ids = fields.Many2many(
        "kam.account",
        "kam_delegation_account_rel",
        "delegation_id",
        "account_id",
        "Accounts",
        ondelete="restrict",
        help="Empty: all accounts of the absent one.",
    )
    may_act = fields.Boolean(
        "May act", default=True, help="Sees the accounts and works on them."
    )
    may_approve = fields.Boolean(
        "May approve", help="Also decides what waits for the absent one's approval."
    )
    reason = fields.Text()
    ended_on = fields.Date("Taken back on", readonly=True, copy=False)
    state = fields.Selection(
        [("planned", "Planned"), ("active", "In force"), ("over", "Over")],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("date_from", "date_to", "ended_on")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(substitute)s for %(absent)s",
                substitute=record.substitute_id.name or "",
                absent=record.user_id.name or "",
            )

    @api.depends("date_from", "date_to", "ended_on")
    def _compute_state(self):
        today = self.env.company._kam_today()
        for record in self:
            if not record.date_from or not record.date_to:
                record.state = "planned"
            elif today > record.date_to or (
                record.ended_on and today >= record.ended_on
            ):
                record.state = "over"
            else:
                record.state = "planned" if today < record.date_from else "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._kam_today()
        over = fields.Domain("date_to", "<", today) | fields.Domain(
            "ended_on", "<=", today
        )
        future = fields.Domain("date_from", ">", today)
        parts = {"over": over, "planned": ~over & future, "active": ~over & ~future}
        return fields.Domain.OR(parts[one] for one in value if one in parts)

    def _append(self, entries, sequence=None):
        """Whose accounts one may act on depends on delegations: look again."""
        self.env["kam.account"].invalidate_model(["is_mine", "is_visible"], flush=False)
        return super()._append(entries, sequence)

    # ------------------------------------------------------------------- input
    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        return {**values, "company_id": company.root_id.id or None}

    def _decide(self, state, command):
        if isinstance(command, Create):
            users = {command.values["user_id"], command.values["substitute_id"]}
            self.env["res.users"]._kam_check_internal(users - {None})
        return super()._decide(state, command)

    # -------------------------------------------------------------------- rule
    @api.model
    def _behalf(self, answering, partner_ids, company_ids=None):
        """Return, for each record, whom the current user stands in for, or None.

        :param answering: list of sets of user ids that answer for the record
        :param partner_ids: list of its commercial partners' ids
        :param company_ids: list of its root companies' ids; left out: the present one's
        """
        # who answers for all of them acts for nobody: the usual case, without a query
        asked = any(users and self.env.uid not in users for users in answering)
        mine = self._standing_in() if asked else []
        here = [self.env.company.root_id.id] * len(answering)
        return [
            self._behalf_one(mine, *one)
            for one in zip(answering, partner_ids, company_ids or here, strict=True)
        ]

    def _behalf_one(self, mine, users, partner_id, company_id):
        if self.env.uid in users:
            return None
        for user_id, where, limited_to, _may_approve in mine:
            covered = limited_to is None or partner_id in limited_to
            if user_id in users and where == company_id and covered:
                return user_id
        return None

    def _standing_in(self):
        """Return the delegations of today to the current user.

        :return: list of (absent user id, company id, partner ids covered or None for
            all, whether they also give the power to decide)
        """
        self.flush_model()
        day = self.env.company._kam_today()
        return self.env.execute_query(
            SQL(
                """SELECT d.user_id, d.company_id,
                          array_agg(a.partner_id) FILTER (WHERE a.id IS NOT NULL),
                          d.may_approve
                     FROM kam_delegation d
                     LEFT JOIN kam_delegation_account_rel r ON r.delegation_id = d.id
                     LEFT JOIN kam_account a ON a.id = r.account_id
                    WHERE d.substitute_id = %s AND d.may_act AND d.date_from <= %s
                      AND d.date_to >= %s AND (d.ended_on IS NULL OR d.ended_on > %s)
                    GROUP BY d.id ORDER BY d.id""",
                self.env.uid,
                day,
                day,
                day,
            )
        )

    # ----------------------------------------------------------------- buttons
    def action_end(self):
        """Take the delegation back from today on."""
        return self.end_delegation()

    def end_delegation(self, effective_on=None, command_id=None):
        """Take delegations back.

        :param effective_on: first date, ``YYYY-MM-DD``, on which they no longer hold
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        day = self._day_given(effective_on) or self.env.company._kam_today()
        return self._once(
            command_id,
            ["end", self.ids, effective_on],
            lambda model: model.browse(self.ids)._command(delegations.End(day)),
        )

    def action_brief(self):
        """Open what was done on behalf of the absent one during the delegation."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "kam_brief",
            "name": self.env._("Brief: %s", self.display_name),
            "params": {"delegation_id": self.id},
        }

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Delegated"),
            "DelegationEnded": _("Taken back"),
            "Prolonged": _("Last day moved"),
            "AccountsLimited": _("Accounts chosen"),
        }
