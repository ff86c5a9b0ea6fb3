"""Credit groups: customers that share one limit; see ``kam_core/credit/groups.py``."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.credit import groups


class KamCreditGroup(models.Model):
    _name = "kam.credit.group"
    _inherit = ["kam.event.sourced", "kam.credit.decision", "mail.thread"]
    _description = "Credit group"
    _order = "name, id"
    _core = groups

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    granted = fields.Boolean("Limit set", readonly=True, copy=False)
    unlimited = fields.Boolean("No limit", readonly=True, tracking=True, copy=False)
    credit_limit = fields.Monetary(
        readonly=True, tracking=True, copy=False, help="For all members together."
    )
    currency_id = fields.Many2one(
        "res.currency", ondelete="restrict", readonly=True, copy=False
    )
    active = fields.Boolean(default=True)
    terms_ids = fields.One2many("kam.credit.terms", "group_id", "Members")
    member_count = fields.Integer(compute="_compute_standing")
    exposure = fields.Monetary(
        compute="_compute_standing",
        help="Open receivables and reservations of all members, less receipts.",
    )
    room = fields.Monetary(compute="_compute_standing", help="Limit less exposure.")

    _name_uniq = models.UniqueIndex(
        "(name, company_id)", "A credit group of this name exists already."
    )

    @api.depends("terms_ids", "credit_limit", "unlimited", "currency_id")
    def _compute_standing(self):
        members = {group: group.sudo().terms_ids for group in self}
        # sudo: whoever may see the group may know its totals
        everyone = self.env["kam.credit.terms"].sudo().union(*members.values())
        standings = everyone._standings()
        for group, terms in members.items():
            found = standings.get(terms[:1].id)
            group.member_count = len(terms)
            group.exposure = found.exposure if found else 0
            group.room = (found.room or 0) if found else group.credit_limit

    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        return {**values, "company_id": company.root_id.id or None}

    def set_limit(
        self,
        credit_limit=None,
        unlimited=False,
        currency_id=None,
        reason=None,
        expected_version=None,
        command_id=None,
    ):
        """Set the limit that the members of groups share; a recorded decision.

        :param credit_limit: tax included; 0 means 0
        :param unlimited: true: no limit at all
        :param currency_id: of the limit; left out: the company's, or as it was
        :param reason: why, in a sentence
        :param expected_version: refuse when a group has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            for group in model.browse(self.ids):
                group._check_may_decide()
                given = {
                    "credit_limit": credit_limit,
                    "unlimited": unlimited,
                    "currency_id": currency_id
                    or group.currency_id.id
                    or group.company_id.currency_id.id,
                }
                core = group._given(given)
                group._command(
                    groups.SetLimit(
                        core["unlimited"],
                        core["credit_limit"],
                        core["currency_id"],
                        group.company_id._kam_today(),
                        group._reason(reason),
                    ),
                    expected_version,
                )
                group.terms_ids._mirror()
            return True

        return self._once(
            command_id,
            ["limit", self.ids, credit_limit, unlimited, currency_id, reason],
            action,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_members(self):
        if self.terms_ids:
            raise UserError(
                self.env._("The group has members: give them terms of their own first.")
            )

    def action_set_limit(self):
        """Open the dialog that sets the limit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set limit"),
            "res_model": "kam.credit.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_kind": "group", "default_group_ids": self.ids},
        }

    def _event_titles(self):
        return {
            **super()._event_titles(),
            "GroupLimitSet": self.env._("Limit set"),
            "GroupRenamed": self.env._("Renamed"),
        }
