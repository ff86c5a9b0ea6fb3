"""The weekly mail of figures: net sales and money received of key accounts, own."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_kam_net_sales = fields.Boolean("Net sales of my accounts")
    kpi_kam_net_sales_value = fields.Monetary(compute="_compute_kpi_kam_values")
    kpi_kam_collected = fields.Boolean("Money received from my accounts")
    kpi_kam_collected_value = fields.Monetary(compute="_compute_kpi_kam_values")

    def _compute_kpi_kam_values(self):
        """Reckon for the reader of the mail, whoever sends it: one's own figures."""
        if not self.env.user.has_group("kam_management.group_kam_user"):
            raise AccessError(self.env._("These figures are for key account managers."))
        codes = ("net_sales", "collected")
        kpis = self.env["kam.kpi"].search([("code", "in", codes)])
        for digest in self:
            start, stop, companies = digest._get_kpi_compute_parameters()
            # the end of Odoo's span is the first moment that is not in it
            # outside a mail there is none: then the last week
            stop = fields.Datetime.to_datetime(stop) or fields.Datetime.now()
            first = fields.Date.to_date(start or stop - timedelta(days=7))
            last = stop - timedelta(seconds=1)
            span = (first, max(last.date(), first))
            mine = fields.Domain("user_id", "=", self.env.uid)
            scoped = kpis.with_context(allowed_company_ids=companies.ids)
            found = scoped._figures(*span, domain=mine).get((), {})
            for code in codes:
                digest[f"kpi_kam_{code}_value"] = float(found.get(code) or 0)

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        for code in ("net_sales", "collected"):
            actions[f"kpi_kam_{code}"] = (
                "kam_management.kam_my_results_action"
                f"?menu_id={self.env.ref('kam_management.menu_kam_root').id}"
            )
        return actions
