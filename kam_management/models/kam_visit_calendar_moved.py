"""What people and outside calendars do to the appointment of a visit."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.visits import visit as visits
from .kam_given import now
from .kam_visit_calendar import QUIET


class KamVisit(models.Model):
    _inherit = "kam.visit"

    def _calendar_moved(self):
        """Take over moves made in the calendar; what cannot be is put back there."""
        allowed = self._filtered_access("write")
        for visit in self:
            event = visit._appointments()
            if not visit._differs_from(event):
                continue
            if visit not in allowed or visit.state != visits.PLANNED:
                visit._calendar_push()
                continue
            try:
                with self.env.cr.savepoint():
                    visit._command(visit._moved_as(event))
                if visit._differs_from(event):  # of a whole day there, of hours here
                    visit._calendar_push()
            except UserError as refusal:
                visit.invalidate_recordset()
                visit._calendar_push()
                self.env.user._bus_send(
                    "simple_notification",
                    {"type": "warning", "message": str(refusal), "sticky": True},
                )

    def _differs_from(self, event):
        return (event.start, event.stop) != (self.planned_start, self.planned_stop)

    def _moved_as(self, event):
        start, stop = self._times_of(event)
        changes = {
            name: moment.replace(tzinfo=timezone.utc)
            for name, moment in (("planned_start", start), ("planned_stop", stop))
            if moment != self[name]
        }
        return visits.Replan(changes, visits.DRAFT, "calendar")

    def _times_of(self, event):
        """Return when the visit is as the calendar says, naive UTC.

        Made an appointment of a whole day it is moved to that day, at its hour.
        """
        if not event.allday:
            return event.start, event.stop
        zone = ZoneInfo(self.user_id._kam_zone(self.company_id))
        begun, lasts = self.planned_start, self.planned_stop - self.planned_start
        hour = begun.replace(tzinfo=timezone.utc).astimezone(zone).time()
        local = datetime.combine(event.start_date or begun.date(), hour, zone)
        start = local.astimezone(timezone.utc).replace(tzinfo=None)
        return start, start + lasts

    def _calendar_gone(self):
        """Ask what becomes of visits whose appointment was deleted in the calendar."""
        open_ones = self.filtered(lambda one: one.state in visits.OPEN)
        # sudo: whoever deleted it may have no right to the visit; only a question is
        # noted, no decision
        open_ones.sudo().write({"calendar_asked": True, "calendar_event_id": False})
        for visit in open_ones.sudo():
            visit.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=visit.user_id.id,
                summary=self.env._("Deleted in the calendar: is the visit called off?"),
                note=self.env._(
                    "The appointment was deleted in the calendar. Cancel the visit,"
                    " with a reason, or put it back into the calendar."
                ),
            )

    def _calendar_back(self):
        """Take appointments up again that were restored in the calendar."""
        events = self._left_appointments()
        for visit in self.filtered(lambda one: not one.calendar_event_id):
            if event := events.get(visit.id):
                # sudo: a mirror's own fields; whoever restored it decided nothing
                visit.sudo().write(
                    {"calendar_event_id": event.id, "calendar_asked": False}
                )
                visit.sudo()._drop_question()
        self._calendar_moved()

    def _left_appointments(self):
        """Return {visit id: the appointment it had}, archived ones too."""
        # sudo: as in _appointments
        found = (
            self.env["calendar.event"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                order="active, id",
            )
        )
        return {event.res_id: event for event in found}

    def _drop_question(self):
        self.activity_ids.filtered(
            lambda one: one.activity_type_id.category == "default" and one.automated
        ).unlink()

    def action_put_back(self):
        """Put the appointments of visits back into the calendar."""
        self.check_access("write")
        events = self._left_appointments()
        for visit in self.filtered(lambda one: not one.calendar_event_id):
            event = events.get(visit.id, self.env["calendar.event"])
            # sudo: a mirror's own fields; the right to the visit was checked
            visit.sudo().write({"calendar_event_id": event.id, "calendar_asked": False})
            # archived there, not deleted: the same comes back, so there are no doubles
            event.with_context(**QUIET).action_unarchive()
        self._calendar_push()
        self._drop_question()
        return True

    # ------------------------------------------------------------ after a reinstall
    @api.model
    def _adopt_appointments(self):
        """Take the appointments over that an earlier installation left.

        Of several copies that at the time of the visit, else the oldest. What was moved
        meanwhile is moved here; what was lost is made again.
        """
        model_id = self.env["ir.model"]._get_id(self._name)
        self.flush_model()
        self.env["calendar.event"].flush_model()
        adopted = self.env.execute_query(
            SQL(
                """UPDATE kam_visit v SET calendar_event_id = e.id
                     FROM (SELECT DISTINCT ON (e.res_id) e.id, e.res_id
                             FROM calendar_event e JOIN kam_visit v ON v.id = e.res_id
                            WHERE e.res_model = %s AND e.active
                              AND v.calendar_event_id IS NULL AND v.state <> 'cancelled'
                            ORDER BY e.res_id, (e.start = v.planned_start) DESC, e.id) e
                    WHERE e.res_id = v.id RETURNING v.id""",
                self._name,
            )
        )
        self.env.execute_query(
            SQL(
                """UPDATE calendar_event e SET res_model_id = %s
                     FROM kam_visit v WHERE v.calendar_event_id = e.id
                      AND e.res_model_id IS NULL RETURNING e.id""",
                model_id,
            )
        )
        self.env["calendar.event"].invalidate_model()
        self.invalidate_model(["calendar_event_id"])
        ahead = Domain("state", "=", "planned")
        ahead &= Domain("planned_stop", ">", now().replace(tzinfo=None))
        ids = [one for (one,) in adopted]
        self.search(ahead & Domain("id", "in", ids))._calendar_moved()
        lost = ahead & Domain("calendar_event_id", "=", False)
        self.search(lost & Domain("calendar_asked", "=", False))._calendar_push()
