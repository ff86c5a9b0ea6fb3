from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

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
        return self.search(
            [
                ("all_group_ids", "in", kam.ids),
                ("all_group_ids", "in", everything.ids),
                ("all_group_ids", "not in", director.ids),
            ]
        )
