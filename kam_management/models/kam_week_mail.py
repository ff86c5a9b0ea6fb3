"""The plan of the week by mail on Monday morning, to those who wish it."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date, format_time

from ..kam_core.visits import adherence
from ..kam_core.visits import week as weeks
from .kam_given import now

FROM_HOUR = 5  # where the recipient is
BATCH = 20


class ResUsers(models.Model):
    _inherit = "res.users"

    kam_week_mail = fields.Boolean(
        "Week of visits by mail",
        help="On Monday morning you get the visits of the week, in your language and"
        " time zone.",
    )
    kam_week_mailed_on = fields.Date(
        "Week last sent", readonly=True, copy=False, help="The Monday of that week."
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "kam_week_mail"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "kam_week_mail"]

    # -------------------------------------------------------------------- cron
    @api.model
    def _cron_week_mail(self):
        """Send the week's plan to those whose Monday morning it is."""
        waiting = self.search([("kam_week_mail", "=", True), ("share", "=", False)])
        waiting = waiting.filtered(lambda user: user._kam_week_mail_due())
        left = self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for user in waiting:
            if not left:
                return
            user._kam_send_week()
            left = self.env["ir.cron"]._commit_progress(1)

    def _kam_week_mail_due(self):
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=self._kam_zone()), now().replace(tzinfo=None)
        )
        return (
            local.weekday() == 0
            and local.hour >= FROM_HOUR
            and self.kam_week_mailed_on != local.date()
            and self.has_group("kam_management.group_kam_user")
        )

    def _kam_send_week(self):
        """Send the plan of the week that the user is in, and remember that."""
        template = self.env.ref("kam_management.mail_template_kam_week")
        template.send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")
        self.kam_week_mailed_on = weeks.monday_of(self._kam_user_today())

    # -------------------------------------------------------------------- words
    def _kam_week_plan(self):
        """Return what the mail tells: ``title``, ``days`` and ``due``.

        Read with the rights of the recipient, in their language and time zone.
        """
        self.ensure_one()
        reader = self.with_user(self).with_context(
            lang=self.lang, tz=self._kam_zone(), allowed_company_ids=self.company_id.ids
        )
        monday = weeks.monday_of(self._kam_user_today())
        # Odoo tries a template on any user before it stores it
        visits = self.has_group("kam_management.group_kam_user")
        due = reader.env["kam.week"]._due_of(monday, reader) if visits else []
        return {
            "title": format_date(reader.env, monday),
            "days": reader._kam_days_of(monday) if visits else [],
            "due": [
                f"{one['name']}, {one['city']}" if one["city"] else one["name"]
                for one in due
            ],
            "link": f"{self.get_base_url()}/odoo/my-week",
        }

    def _kam_days_of(self, monday):
        start, stop = adherence.week_window(monday, self._kam_zone())
        visits = self.env["kam.visit"].search(
            [
                ("user_id", "=", self.id),
                ("planned_start", ">=", start.replace(tzinfo=None)),
                ("planned_start", "<", stop.replace(tzinfo=None)),
                ("state", "in", ["planned", "underway"]),
            ],
            order="planned_start, id",
        )
        by_day = defaultdict(list)
        for visit in visits:
            local = fields.Datetime.context_timestamp(self, visit.planned_start)
            by_day[local.date()].append(visit._week_mail_line(local))
        return [
            {
                "day": format_date(self.env, day, date_format="EEEE, d MMMM"),
                "visits": by_day[day],
            }
            for day in (monday + timedelta(days=n) for n in range(7))
            if day in by_day
        ]


class KamVisit(models.Model):
    _inherit = "kam.visit"

    def _week_mail_line(self, local):
        """Return a visit as the mail shows it, times where the recipient is."""
        partner = self.partner_id
        return {
            "hour": format_time(self.env, local.time(), time_format="short"),
            "name": partner.display_name,
            "kind": self.kind_id.name,
            "place": self.place or self._address(),
            "phone": (self.contact_id.phone or partner.phone) or "",
            "subject": self.subject or "",
        }
