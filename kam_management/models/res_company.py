from datetime import datetime

import pytz

from odoo import models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        # remembered: the time zone, and the currency of list prices
        if not {"resource_calendar_id", "currency_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    @tools.ormcache("self.id")
    def _kam_time_zone(self):
        """Return the name of the company's time zone, that of its working hours.

        Each order and each screen asks for the day where the company is.
        """
        return self.resource_calendar_id.tz or "UTC"

    def _kam_today(self):
        """Return today's date where the company is."""
        # sudo: the time zone of the working hours is no secret
        zone = pytz.timezone(self.sudo()._kam_time_zone())
        return datetime.now(zone).date()
