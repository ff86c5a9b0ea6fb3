"""What becomes of an account when its customer is merged, moved or archived."""

from odoo import models
from odoo.tools import format_amount

from ..kam_core.record import Relink


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _relink_customer(self, partner):
        """Let accounts follow their customer to the partner it is part of now."""
        for account in self.filtered(lambda one: one.partner_id != partner):
            account._command(Relink("partner_id", (account.partner_id.id,), partner.id))

    def _follow_customer(self):
        """The customer became part of another company: the account goes with it.

        Where that company has an account already, nothing is decided for the head of
        sales: both stay, and the head is asked to merge the contacts or release one.
        """
        for account in self:
            target = account.partner_id.commercial_partner_id
            other = self.search(
                [
                    ("partner_id", "=", target.id),
                    ("company_id", "=", account.company_id.id),
                ]
            )
            if other:
                account._ask_head(
                    self.env._("This customer is now part of %s", target.display_name),
                    self.env._(
                        "%(other)s has a key account too. Release this account, or"
                        " merge the two contacts, so that one account is left.",
                        other=target.display_name,
                    ),
                )
                continue
            before = account.partner_id.display_name
            account._relink_customer(target)
            account._attribute_documents()
            account._ask_head(
                self.env._("This account is now that of %s", target.display_name),
                self.env._(
                    "%(before)s became part of %(after)s, and its account went along."
                    " Look whether owners and class still fit.",
                    before=before,
                    after=target.display_name,
                ),
            )

    def _customer_archived(self):
        """Tell the head of a customer that was archived, and what it still owes."""
        for account in self.filtered(lambda one: one.status != "former"):
            partner = account.partner_id.with_company(account.company_id)
            owed = partner.credit
            words = self.env._("Release the account, or bring the customer back.")
            if not account.currency_id.is_zero(owed):
                words = self.env._(
                    "%(amount)s is still open. Collect it first, or bring the customer"
                    " back.",
                    amount=format_amount(self.env, owed, account.currency_id),
                )
            account._ask_head(self.env._("The customer was archived"), words)

    def _ask_head(self, summary, note):
        self.ensure_one()
        user = self.head_id or self.team_id.user_id or self.user_id
        if not user.active:
            user = self.env.ref("base.user_admin")
        self.activity_schedule(
            "mail.mail_activity_data_todo", summary=summary, note=note, user_id=user.id
        )
