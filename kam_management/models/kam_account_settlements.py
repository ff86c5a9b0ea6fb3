"""From a key account to its open items and reconciliation acts."""

from odoo import fields, models


class KamAccount(models.Model):
    _inherit = "kam.account"

    act_count = fields.Integer("Acts", compute="_compute_act_count")

    def _compute_act_count(self):
        may = self.env["kam.act"].has_access("read")
        rows = (
            self.env["kam.act"]._read_group(
                [("partner_id", "child_of", self.partner_id.ids)],
                ["partner_id", "company_id"],
                ["__count"],
            )
            if may
            else ()
        )
        counts = {}
        for partner, company, count in rows:
            key = (partner.commercial_partner_id, company)
            counts[key] = counts.get(key, 0) + count
        for account in self:
            key = (account.partner_id, account.company_id)
            account.act_count = counts.get(key, 0)

    def action_view_acts(self):
        """Open the reconciliation acts of the customers."""
        return self._list_of(
            "kam.act",
            self.env._("Reconciliation acts"),
            [("partner_id", "child_of", self.partner_id.ids)],
            context={"default_partner_id": self[:1].partner_id.id},
            modes=("list", "kanban", "form"),
        )

    def action_view_open_items(self):
        """Open what the customers owe, document by document."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_ageing_item_action"
        )
        action["domain"] = [("partner_id", "in", self.partner_id.ids)]
        return action
