from datetime import datetime

import pytz

from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _kam_time_zone(self):
        """Return the name of the company's time zone, that of its working hours."""
        return self.resource_calendar_id.tz or "UTC"

    def _kam_today(self):
        """Return today's date where the company is."""
        # sudo: the time zone of the working hours is no secret
        zone = pytz.timezone(self.sudo()._kam_time_zone())
        return datetime.now(zone).date()
