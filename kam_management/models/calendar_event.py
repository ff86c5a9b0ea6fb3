"""Odoo's appointments: those of visits tell the visit what was done to them."""

from odoo import api, fields, models

TIMES = {"start", "stop", "start_date", "stop_date", "duration", "allday"}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    kam_visit_ids = fields.One2many("kam.visit", "calendar_event_id", "Visits")

    @api.model
    def _get_activity_excluded_models(self):
        """An appointment of a visit is no activity: the visit is the plan itself."""
        return [*super()._get_activity_excluded_models(), "kam.visit"]

    def write(self, vals):
        keys = set(vals)  # Odoo takes some of them out
        result = super().write(vals)
        if vals.get("active"):
            self._kam_restored()._calendar_back()
        if keys & TIMES or keys & {"active", "recurrence_update"}:
            visits = self._kam_visits()
            gone = visits.filtered(lambda one: not one._appointments().active)
            gone._calendar_gone()
            (visits - gone)._calendar_moved()
        return result

    def unlink(self):
        visits = self._kam_visits()
        result = super().unlink()
        visits._calendar_gone()
        return result

    def _kam_restored(self):
        """Return the visits whose appointments these were before they were archived."""
        ids = [one.res_id for one in self if one.res_model == "kam.visit"]
        if not ids:
            return self.env["kam.visit"]
        # sudo: as in _kam_visits
        found = self.env["kam.visit"].sudo()
        found = found.search([("id", "in", ids), ("calendar_event_id", "=", False)])
        return found.filtered(lambda one: one.state == "planned").sudo(self.env.su)

    def _kam_visits(self):
        """Return the visits of these appointments, with the rights of the user."""
        if not self.ids:
            return self.env["kam.visit"]
        # sudo: which visits there are; what is done to them is checked there
        found = self.env["kam.visit"].sudo()
        found = found.search([("calendar_event_id", "in", self.ids)])
        return found.sudo(self.env.su)
