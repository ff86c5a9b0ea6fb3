"""What the core cannot know of a command on accounts: who gives it, whom it names."""

import contextlib

from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError

from ..kam_core.accounts import Designate, HandOver
from ..kam_core.record import Create, Edit


class KamAccount(models.Model):
    _inherit = "kam.account"

    # ------------------------------------------------------------------- input
    @api.model_create_multi
    def create(self, vals_list):
        # read the customers in one batch; the rule looks at them one by one, and says
        # which does not exist
        ids = {vals.get("partner_id") for vals in vals_list}
        partners = self.env["res.partner"].browse(
            one for one in ids if isinstance(one, int) and one
        )
        with contextlib.suppress(MissingError):
            partners.mapped("commercial_partner_id.active")
        return super().create(vals_list)

    def _initial_values(self, stored):
        """An account is the customer's company's, in our head company."""
        values = super()._initial_values(stored)
        partner = self._kam_partner(values["partner_id"])
        root = self.env["res.company"].browse(values["company_id"] or ()).root_id
        if partner.company_id and partner.company_id.root_id != root:
            raise UserError(
                self.env._(
                    "“Customer”: %(name)s belongs to another company; open the account"
                    " there.",
                    name=partner.display_name,
                )
            )
        commercial = partner.commercial_partner_id
        return {
            **values,
            "partner_id": commercial.id or None,
            "company_id": root.id or None,
        }

    def _kam_partner(self, partner_id):
        partner = self.env["res.partner"].browse(partner_id or ())
        try:
            active = partner.commercial_partner_id.active
        except MissingError as error:
            raise UserError(
                self.env._("Customer %s does not exist; choose another.", partner_id)
            ) from error
        if partner and not active:
            raise UserError(
                self.env._(
                    "“Customer”: %(name)s is archived. Unarchive it first.",
                    name=partner.display_name,
                )
            )
        return partner

    def _for_partners(self, partner_ids, owners, day):
        if not isinstance(partner_ids, (list, tuple)) or not all(
            isinstance(one, int) for one in partner_ids
        ):
            raise UserError(
                self.env._("“Customers” is a list of ids of customers, as numbers.")
            )
        partners = self.env["res.partner"].browse(partner_ids)
        partners.exists().mapped("commercial_partner_id.active")
        for partner_id in partner_ids:
            self._kam_partner(partner_id)
        return super()._for_partners(partner_ids, owners, day)

    # -------------------------------------------------------------- permission
    def _decide(self, state, command):
        match command:
            case Create(values):
                self._check_owners_named(values["owner_ids"])
                self._check_may_open(values)
            case Designate(owners=owners) | HandOver(owners=owners):
                self._check_owners_named(owners)
            case Edit(changes):
                self._check_may_move(state, changes)
        return super()._decide(state, command)

    def _check_owners_named(self, owners):
        named = {one.user_id for one in owners if one.user_id}
        self.env["res.users"]._kam_check_internal(named)

    def _check_may_open(self, values):
        """Let a manager open an account for the days to come, under the usual head.

        Owners of past days get its past turnover: that is a head's decision.
        """
        if self._is_head():
            return
        today = self._today()
        if any(one.date_from and one.date_from < today for one in values["owner_ids"]):
            raise AccessError(
                self.env._(
                    "“From” of an owner lies in the past: only a head of sales decides"
                    " who owned an account. Begin today."
                )
            )
        self._check_head_named(values["team_id"], values["head_id"])

    def _check_may_move(self, state, changes):
        if {"head_id", "team_id"} & changes.keys() and not self._is_head():
            self._check_head_named(
                changes.get("team_id", state.team_id),
                changes.get("head_id", state.head_id),
            )

    def _check_head_named(self, team_id, head_id):
        """Whoever heads an account sees and works it, whoever owns it."""
        usual = self.env.user.sale_team_id
        # sudo: a team's leader is no secret to its member
        heads = {None, False, usual.sudo().user_id.id}
        if team_id not in (None, False, usual.id) or head_id not in heads:
            raise AccessError(
                self.env._(
                    "Only a head of sales moves an account to another team or head."
                )
            )

    def _is_head(self):
        return self.env.su or self.env.user.has_group("kam_management.group_kam_head")

    def _check_may_decide(self):
        if self and self.filtered("id")._may_decide() == self:
            return
        super()._check_may_decide()

    def _may_decide(self):
        """Return those of the accounts on which the user may decide.

        A head of sales on all; a substitute of a head, who may approve, on those the
        absent head answers for.
        """
        if self._is_head():
            return self
        mine = [
            (user_id, where, limited_to)
            for user_id, where, limited_to, approves in self.env[
                "kam.delegation"
            ]._standing_in()
            if approves and self._heads(user_id)
        ]
        return self.filtered(lambda one: one._decided_by_one_of(mine))

    def _heads(self, user_id):
        # sudo: whether the absent one is a head of sales is no secret to the substitute
        user = self.env["res.users"].sudo().browse(user_id)
        return user.has_group("kam_management.group_kam_head")

    def _decided_by_one_of(self, delegations):
        # sudo: who answers for an account is no secret to who stands in for them
        account = self.sudo()
        today = account._today()
        answering = account.head_id | account.team_id.user_id
        answering |= account.owner_ids.filtered(
            lambda one: (
                one.date_from <= today and (not one.date_to or one.date_to >= today)
            )
        ).user_id
        return any(
            user_id in answering.ids
            and where == account.company_id.id
            and (limited_to is None or account.partner_id.id in limited_to)
            for user_id, where, limited_to in delegations
        )

    # ------------------------------------------------------------------- words
    def _param_words(self, key, value):
        if key in ("status", "fits"):
            labels = dict(self._fields["status"]._description_selection(self.env))
            return ", ".join(labels.get(one, one) for one in value.split(", "))
        return super()._param_words(key, value)
