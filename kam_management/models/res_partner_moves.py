"""A customer that moves to another company, or is archived: its accounts hear of it."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if {"parent_id", "is_company"} & vals.keys():
            self._kam_accounts(
                lambda account: (
                    account.partner_id.commercial_partner_id != account.partner_id
                )
            )._follow_customer()
        if vals.get("active") is False:
            self._kam_accounts()._customer_archived()
        return result

    def _kam_accounts(self, wanted=None):
        # sudo: who edits a contact need not see its account; what follows is no choice
        accounts = (
            self.env["kam.account"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", self.ids)])
        )
        return accounts.filtered(wanted) if wanted else accounts
