"""Odoo's pricelist of a customer is the mirror of the column granted to its account."""

from odoo import models
from odoo.exceptions import UserError

from ..kam_core.pricing import grants

MIRROR = "specific_property_product_pricelist"


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """A pricelist set by hand is a granted column, or refused.

        What is written by Odoo itself from ``property_product_pricelist`` comes by
        here too; what the column says already passes.
        """
        if MIRROR in vals:
            self._kam_pricelist_set(vals[MIRROR])
        return super().write(vals)

    def _kam_pricelist_set(self, pricelist_id):
        root, day = self.env.company.root_id, self.env.company._kam_today()
        book = self.env["kam.price.policy"]._book(root.id, day)
        if not book:
            return
        # sudo: whether a customer has an account decides, whoever may see it
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", root.id),
                ]
            )
        )
        by_hand = not self.env.su
        wanted = {pl: column for column, _rank, pl in book["columns"]}
        names = {column: pl for column, _rank, pl in book["columns"]}
        for account in accounts:
            held = account.price_column_id.id or book["columns"][0][0]
            if names.get(held) != (pricelist_id or None):
                account._set_pricelist(wanted.get(pricelist_id), by_hand)


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _set_pricelist(self, column_id, by_hand):
        """Grant the column of a pricelist that was set on the customer, or refuse.

        :param by_hand: by the user, not by code that acts for everybody
        """
        me = self.with_user(self.env.user)
        may = (
            by_hand
            and column_id
            and me._filtered_access("write") == me
            and me._may_decide() == me
        )
        if not may:
            column = self.price_column_id or self._base_column()
            raise UserError(
                self.env._(
                    "“Pricelist” of %(name)s follows its price column “%(column)s”."
                    " Grant another column on the key account, or ask for approval"
                    " there.",
                    name=self.partner_id.display_name,
                    column=column.name,
                )
            )
        words = self.env._("The pricelist was set on the customer.")
        day = self._today()
        until = day.replace(year=day.year + 1, day=min(day.day, 28))
        self._grant(
            self.env["kam.price.column"].browse(column_id),
            grants.EXCEPTION,
            words,
            day,
            until,
        )
