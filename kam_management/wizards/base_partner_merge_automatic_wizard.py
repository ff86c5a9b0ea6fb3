"""Odoo's merge of contacts: accounts first, by events, then Odoo's SQL."""

from odoo import models

from ..kam_core.accounts import Absorb, MergeInto
from ..kam_core.credit import terms

RANK = {"key": 0, "suspended": 1, "prospect": 2, "former": 3}


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Absorb before Odoo rewrites links: its SQL would delete our rows."""
        target = dst_partner.commercial_partner_id
        accounts = self._kam_absorb(src_partners, target)
        self._kam_absorb_terms(src_partners, target)
        projector = self.env["kam.projector"]
        # a company's account needs a company; what else points to a person follows it
        projector._relink("res.partner", src_partners.ids, dst_partner.id)
        self.env["kam.fact"]._partner_merged(src_partners.ids, dst_partner.id)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        accounts._attribute_documents()
        return result

    def _kam_absorb(self, src_partners, target):
        """Leave one account a company for the partner that stays; return them."""
        # sudo: who may merge contacts need not see every account
        accounts = (
            self.env["kam.account"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", (src_partners | target).ids)])
        )
        left = accounts.browse()
        for same in accounts.grouped("company_id").values():
            survivor, *others = same.sorted(
                lambda one: (one.partner_id != target, RANK[one.status], one.id)
            )
            for other in others:
                survivor._command(Absorb(other.event_key))
                other._end(MergeInto(survivor.event_key), survivor)
            survivor._relink_customer(target)
            left += survivor
        return left

    def _kam_absorb_terms(self, src_partners, target):
        """Leave one set of credit terms a company: those of the partner that stays."""
        # sudo: who may merge contacts need not see credit terms
        found = self.env["kam.credit.terms"].sudo()
        found = found.search([("partner_id", "in", (src_partners | target).ids)])
        for same in found.grouped("company_id").values():
            survivor, *others = same.sorted(
                lambda one: (one.partner_id != target, one.status != "granted", one.id)
            )
            for other in others:
                survivor._command(terms.Absorb(other.event_key))
                other._end(terms.MergeInto(survivor.event_key), survivor)
            survivor._relink_customer(target)
