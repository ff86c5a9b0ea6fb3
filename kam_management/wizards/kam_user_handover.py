"""Hand over everything that a user answers for, and archive the user."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.ownership import owners_on


class KamUserHandover(models.TransientModel):
    _name = "kam.user.handover"
    _description = "Hand over everything of a user"

    user_id = fields.Many2one(
        "res.users", "From", required=True, domain=[("share", "=", False)]
    )
    successor_id = fields.Many2one(
        "res.users",
        "Accounts to",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
    )
    head_id = fields.Many2one(
        "res.users",
        "Head of sales to",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Who heads the accounts that the user headed.",
    )
    substitute_id = fields.Many2one(
        "res.users",
        "Stands in from then on",
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        help="Who takes over the delegations. Empty: they are taken back.",
    )
    effective_on = fields.Date(
        "As of", required=True, default=lambda self: self.env.company._kam_today()
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")
    archive = fields.Boolean(
        "Archive the user afterwards",
        default=lambda self: self.env["res.users"].has_access("write"),
    )
    may_archive = fields.Boolean(compute="_compute_may_archive")
    account_count = fields.Integer(compute="_compute_counts")
    headed_count = fields.Integer(compute="_compute_counts")
    delegation_count = fields.Integer(compute="_compute_counts")
    account_ids = fields.Many2many(
        "kam.account", compute="_compute_counts", string="Accounts"
    )

    @api.depends("user_id")
    def _compute_may_archive(self):
        for wizard in self:
            wizard.may_archive = self.env["res.users"].has_access("write")

    @api.depends("user_id")
    def _compute_counts(self):
        for wizard in self:
            duties = wizard.user_id._kam_duties() if wizard.user_id else {}
            accounts = duties.get("accounts", self.env["kam.account"].sudo())
            wizard.account_count = len(accounts)
            wizard.headed_count = len(duties.get("headed", ()))
            wizard.delegation_count = len(duties.get("standing_in", ()))
            visible = self.env["kam.account"].search([("id", "in", accounts.ids)])
            wizard.account_ids = visible

    def action_apply(self):
        """Hand everything over as of the day, then archive the user if asked to."""
        self.ensure_one()
        self.env["kam.account"]._check_may_decide()
        duties = self.user_id._kam_duties()
        self._check_given(duties)
        for account in self._mine(duties["accounts"]):
            self._hand_over(account)
        if duties["headed"]:
            self._mine(duties["headed"]).write({"head_id": self.head_id.id})
        self._pass_on(duties["standing_in"])
        if self.archive:
            if self.effective_on > self.env.company._kam_today():
                raise UserError(
                    self.env._(
                        "“As of” is ahead: the user still works until then. Archive the"
                        " user on that day, or choose today."
                    )
                )
            self.user_id.action_archive()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Everything of %(name)s is handed over: %(accounts)s accounts,"
                    " %(headed)s headed, %(standing_in)s delegations.",
                    name=self.user_id.name,
                    **{key: len(found) for key, found in duties.items()},
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_given(self, duties):
        if self.user_id in (self.successor_id, self.head_id, self.substitute_id):
            raise UserError(
                self.env._("“From” cannot take over from itself; choose somebody else.")
            )
        if duties["accounts"] and not self.successor_id:
            raise UserError(
                self.env._("“Accounts to” is empty: choose who owns them from now on.")
            )
        if duties["headed"] and not self.head_id:
            raise UserError(
                self.env._("“Head of sales to” is empty: choose who heads them.")
            )

    def _mine(self, found):
        """Return the accounts with the rights of the user who decides."""
        allowed = found.sudo(False)._filtered_access("write")
        if len(allowed) < len(found):
            raise AccessError(
                self.env._(
                    "%(count)s accounts of %(name)s are not of your team. Ask the"
                    " commercial director to hand them over.",
                    count=len(found) - len(allowed),
                    name=self.user_id.name,
                )
            )
        return allowed

    def _hand_over(self, account):
        """Put the successor in the user's place today and in what is planned."""
        [(_account, _key, _version, state)] = account._load()
        day, eve = self.effective_on, self.effective_on - timedelta(days=1)
        later = {one.date_from for one in state.owner_ids if one.date_from > day}
        later |= {
            one.date_to + timedelta(days=1)
            for one in state.owner_ids
            if one.date_to and one.date_to > eve
        }
        plan = []
        for turn in sorted({day, *later}):
            present = owners_on(state.owner_ids, turn)
            if present and (plan or self.user_id.id in self._users(present)):
                plan.append((turn, self._replaced(present)))
            elif not present and plan:
                break
        # each hand-over voids what was planned later, so the later ones are said again
        for turn, owners in plan:
            account.hand_over(owners, self.reason, fields.Date.to_string(turn))

    def _users(self, owners):
        return {one.user_id for one in owners}

    def _replaced(self, owners):
        """Return owners with the successor instead; one line where both own it."""
        lines = {}
        for one in owners:
            leaves = one.user_id == self.user_id.id
            user_id = self.successor_id.id if leaves else one.user_id
            line = lines.setdefault(
                user_id, {"user_id": user_id, "share": 0, "role": one.role}
            )
            line["share"] = float(one.share) + line["share"]
            if one.role == "lead":
                line["role"] = "lead"
        return list(lines.values())

    def _pass_on(self, delegations):
        for delegation in delegations:
            first = max(self.effective_on, delegation.date_from)
            values = {
                "user_id": delegation.user_id.id,
                "substitute_id": self.substitute_id.id,
                "company_id": delegation.company_id.id,
                "date_from": first,
                "date_to": delegation.date_to,
                "account_ids": [fields.Command.set(delegation.account_ids.ids)],
                "may_act": delegation.may_act,
                "may_approve": delegation.may_approve,
                "reason": self.reason,
            }
            # sudo: the decider was checked; the absent person's delegation follows
            delegation.sudo().end_delegation(fields.Date.to_string(self.effective_on))
            takes_over = self.substitute_id not in (False, delegation.user_id)
            if self.substitute_id and takes_over and first <= delegation.date_to:
                delegation.sudo().create(values)
