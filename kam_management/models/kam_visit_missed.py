"""Missed visits are found, never ticked; what is due today is reminded of."""

from collections import defaultdict
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.service.model import retrying

from ..kam_core.visits import missing
from ..kam_core.visits import visit as visits
from .kam_given import now

BATCH = 200


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # not event-sourced: a reminder is a side effect and never replayed
    reminded_on = fields.Date(copy=False, readonly=True)

    # ----------------------------------------------------------------- missed
    @api.model
    def _cron_missed(self):
        """Close what nobody told of, when its day and the time of grace are over."""
        # whoever loses a race against a person who tells of a visit looks again
        while done := retrying(self._close_batch, self.env):
            left = self.env["ir.cron"]._commit_progress(done)
            if not left or done < BATCH:
                break

    def _close_batch(self):
        """Close visits whose time is over; return how many."""
        found = self._overdue_batch()
        for verdict, some in self._judge(found).items() if found else ():
            some._close_unmade(verdict)
        return len(found)

    def _overdue_batch(self):
        """Return open visits whose day may be over, oldest first."""
        candidates = self.search(
            [
                ("state", "in", visits.OPEN),
                ("planned_stop", "<", now().replace(tzinfo=None)),
            ],
            order="planned_stop, id",
            limit=10 * BATCH,
        )
        return candidates.filtered(lambda one: one._grace_over())[:BATCH]

    def _grace_over(self):
        ends = missing.grace_ends(
            _aware(self.planned_stop),
            self.user_id._kam_zone(self.company_id),
            max(0, self.company_id.kam_visit_grace_hours),
        )
        return now() >= ends

    def _judge(self, found):
        """Return {verdict: visits} of visits whose time is over."""
        away = self._away(found)
        out = defaultdict(self.browse)
        for visit in found:
            verdict = missing.verdict(
                now(),
                _aware(visit.planned_start),
                _aware(visit.planned_stop),
                visit.user_id._kam_zone(visit.company_id),
                max(0, visit.company_id.kam_visit_grace_hours),
                tuple(away[visit.user_id.id]),
            )
            if verdict:
                out[verdict] += visit
        return out

    def _away(self, found):
        """Return {user id: [(from, to)]} of absences while the visits were to be.

        Time off lies in Odoo's resource leaves, with the addon for it or without;
        holidays of everybody are those without a resource.
        """
        first = min(found.mapped("planned_start"))
        last = max(found.mapped("planned_stop"))
        # sudo: that somebody was away is looked up, and told as such
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("time_type", "=", "leave"),
                    ("date_from", "<", last),
                    ("date_to", ">", first),
                    "|",
                    ("resource_id", "=", False),
                    ("resource_id.user_id", "in", found.user_id.ids),
                ]
            )
        )
        out = defaultdict(list)
        for leave in leaves:
            span = (_aware(leave.date_from), _aware(leave.date_to))
            for user in leave.resource_id.user_id or found.user_id:
                if leave.resource_id or self._holiday_of(leave, user):
                    out[user.id].append(span)
        return out

    def _holiday_of(self, leave, user):
        same_company = not leave.company_id or leave.company_id in user.company_ids
        calendar = user.resource_calendar_id or user.company_id.resource_calendar_id
        return same_company and leave.calendar_id in (calendar.browse(), calendar)

    def _close_unmade(self, verdict):
        command = visits.Miss if verdict == missing.MISSED else visits.Excuse
        self._command(command(now()))

    # --------------------------------------------------------------- reminders
    @api.model
    def _cron_remind(self):
        """On its morning make each visit of the day an activity, where it is wished."""
        companies = self.env["res.company"].search([("kam_visit_remind", "=", True)])
        if not companies:
            return
        moment = now()
        due = self.search(
            [
                ("state", "=", "planned"),
                ("company_id", "in", companies.root_id.ids),
                ("planned_start", ">=", moment.replace(tzinfo=None)),
                (
                    "planned_start",
                    "<",
                    (moment + timedelta(days=1)).replace(tzinfo=None),
                ),
            ]
        )
        for visit in due:
            day = visit._local_day()
            today = moment.astimezone(ZoneInfo(visit._zone())).date()
            if day == today and visit.reminded_on != day:
                visit._remind(day)

    def _zone(self):
        return self.user_id._kam_zone(self.company_id)

    def _local_day(self):
        return _aware(self.planned_start).astimezone(ZoneInfo(self._zone())).date()

    def _remind(self, day):
        self.activity_schedule(
            "mail.mail_activity_data_call"
            if self.is_call
            else "mail.mail_activity_data_meeting",
            date_deadline=day,
            user_id=self.user_id.id,
            summary=self.display_name,
        )
        self.reminded_on = day

    def _handle(self, steps, write, plain, touched):
        """A reminder ends with its visit."""
        result = super()._handle(steps, write, plain, touched)
        closed = self.filtered(lambda one: one.reminded_on and one.state != "planned")
        if closed:
            closed.activity_unlink(
                ["mail.mail_activity_data_call", "mail.mail_activity_data_meeting"]
            )
        return result


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
