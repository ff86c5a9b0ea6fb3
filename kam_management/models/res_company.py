from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _kam_time_zone(self):
        """Return the name of the company's time zone, that of its working hours."""
        return self.resource_calendar_id.tz or "UTC"
