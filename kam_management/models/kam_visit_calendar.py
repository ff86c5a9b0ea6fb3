"""Each visit stands in Odoo's calendar as an ordinary appointment.

There is no flag against loops: either side only writes what differs, so a move goes
over once and comes to rest.
"""

from odoo import api, fields, models

from ..kam_core.visits import visit as visits
from .kam_given import now

# no invitation to the manager for an own visit, no activity for the appointment of one
QUIET = {
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "skip_contact_description": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "tracking_disable": True,
}


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # not event-sourced: a mirror, made again where it is lost
    calendar_event_id = fields.Many2one(
        "calendar.event",
        "Appointment",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        readonly=True,
    )
    calendar_asked = fields.Boolean(
        "Gone from the calendar",
        copy=False,
        readonly=True,
        help="Its appointment was deleted: call the visit off, or put it back.",
    )

    def _mirrored(self):
        """Return the fields that an appointment shows."""
        return {
            "planned_start",
            "planned_stop",
            "user_id",
            "state",
            "subject",
            "place",
            "contact_id",
            "kind_id",
            "invite_contact",
        }

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._calendar_push()
        return made

    def write(self, vals):
        result = super().write(vals)
        if "invite_contact" in vals and not vals["invite_contact"]:
            for visit in self:
                # the tick that put them there was taken away
                event = visit._appointments().with_context(**QUIET)
                event.partner_ids -= visit.contact_id
        return result

    def unlink(self):
        events = self._appointments()
        result = super().unlink()
        events.exists().with_context(**QUIET).unlink()
        return result

    def _appointments(self):
        # sudo: the appointment mirrors a visit whose rights were checked; a private one
        # is closed even to the head of sales who plans for the manager
        return self.sudo().with_context(active_test=False).calendar_event_id

    def _calendar_push(self):
        """Make the appointments say what the visits say."""
        missing = self.browse()
        for visit in self:
            event = visit._appointments()
            if visit.state == visits.CANCELLED:
                visit._calendar_remove(event)
            elif event:
                visit._calendar_update(event)
            elif visit._wants_appointment():
                missing += visit
        missing._calendar_create()

    def _wants_appointment(self):
        """Tell whether one is to be made: not of what is over, or was deleted there."""
        over = self.planned_stop <= now().replace(tzinfo=None)
        return self.state in visits.OPEN and not over and not self.calendar_asked

    def _calendar_create(self):
        for inviting in (False, True):
            some = self.filtered(
                lambda one, inviting=inviting: one._invites() == inviting
            )
            if not some:
                continue
            model = self.env["calendar.event"].sudo()  # as in _appointments
            context = {} if inviting else QUIET
            events = model.with_context(**context).create(
                [visit._event_vals() for visit in some]
            )
            for visit, event in zip(some, events, strict=True):
                visit.sudo().calendar_event_id = event

    def _calendar_update(self, event):
        vals = {
            name: value
            for name, value in self._event_vals().items()
            if name != "partner_ids" and _plain(event[name]) != (value or False)
        }
        if self.state in visits.CLOSED:
            # what is over is not moved about in anybody's calendar
            vals = {name: vals[name] for name in vals if name not in ("start", "stop")}
        if self._attendee_commands(event):
            vals["partner_ids"] = self._attendee_commands(event)
        if vals:
            context = {} if self._invites() else QUIET
            event.with_context(**context).write(vals)

    def _calendar_remove(self, event):
        self.sudo().write({"calendar_event_id": False, "calendar_asked": False})
        event.with_context(**QUIET).unlink()

    def _invites(self):
        return bool(self.invite_contact and self.contact_id.email)

    def _attendees(self):
        # sudo: the manager's own contact card
        people = self.sudo().user_id.partner_id
        if self._invites():
            people |= self.contact_id
        return people.ids

    def _attendee_commands(self, event):
        """Return who is to be added, and the former manager to be taken out.

        Whom people added in the calendar stays there.
        """
        wanted = self._attendees()
        here = event.partner_ids.ids
        former = event.user_id.partner_id.ids
        return [
            *(fields.Command.link(one) for one in wanted if one not in here),
            *(fields.Command.unlink(one) for one in former if one not in wanted),
        ]

    def _event_vals(self):
        self.ensure_one()
        return {
            "name": self.display_name,
            "allday": False,
            "start": self.planned_start,
            "stop": self.planned_stop,
            "user_id": self.user_id.id,
            "partner_ids": [fields.Command.set(self._attendees())],
            "privacy": "private",
            "location": self.place or False,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
        }


def _plain(value):
    return value.id if isinstance(value, models.BaseModel) else value
