"""Odoo's own credit limit is a mirror of the credit terms, where there are some."""

from odoo import models
from odoo.exceptions import AccessError

MIRROR = {"credit_limit", "use_partner_credit_limit"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        if MIRROR & vals.keys():
            rest = {key: value for key, value in vals.items() if key not in MIRROR}
            commanded = self._kam_mirror_written(vals)
            if commanded:
                others = self - commanded
                if rest:
                    super(ResPartner, commanded).write(rest)
                return super(ResPartner, others).write(vals) if others else True
        result = super().write(vals)
        if {"parent_id", "is_company"} & vals.keys():
            self._kam_terms().filtered(
                lambda one: one.partner_id.commercial_partner_id != one.partner_id
            )._follow_customer()
        return result

    def _kam_terms(self):
        # sudo: who edits a contact need not see its terms; what follows is no choice
        return (
            self.env["kam.credit.terms"].sudo().search([("partner_id", "in", self.ids)])
        )

    def _kam_mirror_written(self, vals):
        """Make a direct write of the mirror a decision, or refuse it.

        :return: the partners whose terms it decided on; they are mirrored already
        :raises AccessError: the terms are the credit controller's to decide
        """
        company = self.env.company
        commercial = self.commercial_partner_id
        terms = commercial._kam_terms().filtered(
            lambda one: (
                one.company_id == company.root_id
                and (one.status == "granted" or one.on_hold)
            )
        )
        changed = terms.filtered(lambda one: one._kam_mirror_differs(company, vals))
        if not changed:
            return self.browse()
        if not self.env.su and not self.env.user.has_group(
            "kam_management.group_kam_credit"
        ):
            raise AccessError(
                self.env._(
                    "“Credit limit” of %s follows its credit terms: ask the credit"
                    " controller to change those.",
                    changed[:1].partner_id.display_name,
                )
            )
        limit = vals.get("credit_limit") or 0
        unlimited = not vals.get("use_partner_credit_limit", True)
        changed._grant(
            {
                "credit_limit": limit,
                "unlimited": unlimited,
                "group_id": False,
                "currency_id": company.root_id.currency_id.id,
            },
            self.env._("Entered as the customer's credit limit."),
        )
        return self.filtered(
            lambda one: one.commercial_partner_id in changed.partner_id
        )


class KamCreditTerms(models.Model):
    _inherit = "kam.credit.terms"

    def _kam_mirror_differs(self, company, vals):
        """Tell whether a write on the customer says another limit than the terms."""
        mirrored = self._mirror_limit(company)
        if "credit_limit" in vals:
            try:
                asked = float(vals["credit_limit"] or 0)
            except (TypeError, ValueError):
                return True  # refused in a sentence, as no amount
            return bool(company.currency_id.compare_amounts(asked, mirrored))
        partner = self.partner_id.with_company(company)
        return vals["use_partner_credit_limit"] != partner.use_partner_credit_limit

    def _follow_customer(self):
        """The customer became part of another company: its terms go with it.

        Where that company has terms already, both stay, and the credit controller is
        asked to withdraw one.
        """
        for one in self:
            target = one.partner_id.commercial_partner_id
            other = self.search(
                [
                    ("partner_id", "=", target.id),
                    ("company_id", "=", one.company_id.id),
                ]
            )
            if not other:
                one._relink_customer(target)
                one._mirror()
                continue
            one.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("This customer is now part of another"),
                note=self.env._(
                    "%s has credit terms too: withdraw these, or make a credit group.",
                    target.display_name,
                ),
                user_id=self._controller(one.company_id).id,
            )
