from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import MissingError, UserError


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _kam_check_internal(self, user_ids):
        """Refuse users to whom no account can be given: portal, archived, unknown.

        :param user_ids: set of ids
        :raises UserError: naming the first of them
        """
        # sudo: whether somebody works here is no secret to colleagues
        for user in self.sudo().browse(sorted(user_ids)):
            try:
                works_here = user.active and not user.share
            except MissingError as error:
                raise UserError(
                    self.env._("User %s does not exist; choose another.", user.id)
                ) from error
            if user.id != SUPERUSER_ID and not works_here:
                raise UserError(
                    self.env._(
                        "%s is archived or no internal user; choose another.", user.name
                    )
                )

    @api.model
    def _kam_too_wide(self):
        """Return key account managers who see everybody's documents by another group.

        Odoo adds up what groups allow: with "All Documents" of Sales a key account
        manager sees the orders and invoices of all accounts.
        """
        kam, director, everything = (
            self.env.ref(name)
            for name in (
                "kam_management.group_kam_user",
                "kam_management.group_kam_director",
                "sales_team.group_sale_salesman_all_leads",
            )
        )
        both = self.search(
            [
                ("all_group_ids", "in", kam.ids),
                ("all_group_ids", "in", everything.ids),
            ]
        )
        return both.filtered(lambda user: director not in user.all_group_ids)
