"""A workbook that is sent regularly: who, what, when, and which question.

Each recipient gets what they may see: it is made with their rights, not the owner's.
"""

from datetime import timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
}


class KamReportSchedule(models.Model):
    _name = "kam.report.schedule"
    _inherit = ["kam.report.question"]
    _description = "Scheduled workbook"
    _order = "next_at, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Is told when a workbook could not be sent.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    recipient_ids = fields.Many2many(
        "res.users",
        "kam_report_schedule_recipient_rel",
        string="Recipients",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        help="Each gets what they may see, in their language.",
    )
    every = fields.Selection(
        [
            ("day", "Day"),
            ("workday", "Working day (Monday to Friday)"),
            ("week", "Week"),
            ("month", "Month"),
            ("quarter", "Quarter"),
        ],
        required=True,
        default="week",
    )
    next_at = fields.Datetime(
        "Next time",
        required=True,
        default=lambda self: self._next_morning(),
        help="The hour stays as it is in your time zone.",
    )
    only_filled = fields.Boolean(
        "Only when there are rows", help="An empty workbook is not sent."
    )
    run_ids = fields.One2many("kam.report.run", "schedule_id", readonly=True)
    last_at = fields.Datetime("Last time", readonly=True, copy=False)
    last_message = fields.Char("What came of it", compute="_compute_last_message")

    @api.model
    def _next_morning(self):
        """Return seven o'clock of tomorrow in the user's time zone, in UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        local = pytz.utc.localize(fields.Datetime.now()).astimezone(zone)
        day = local.date() + timedelta(1)
        morning = zone.localize(fields.Datetime.to_datetime(day) + timedelta(hours=7))
        return morning.astimezone(pytz.utc).replace(tzinfo=None)

    @api.depends("run_ids.state")
    def _compute_last_message(self):
        # sudo: how many were sent, and why not, is told to who scheduled it
        runs = self.env["kam.report.run"].sudo()
        for schedule in self:
            last = runs.search(
                [("schedule_id", "=", schedule.id)],
                limit=max(len(schedule.recipient_ids), 1),
            )
            failed = last.filtered(lambda one: one.state == "failed")
            sent = last.filtered(lambda one: one.state == "ready")
            words = [self.env._("%s sent", len(sent))] if last else []
            words += [f"{one.user_id.name}: {one.message}" for one in failed]
            schedule.last_message = "; ".join(words)

    # -------------------------------------------------------------------- checks
    @api.constrains("recipient_ids")
    def _check_recipients(self):
        for schedule in self:
            # sudo: whether a colleague is internal is no secret
            if not schedule.recipient_ids:
                raise ValidationError(
                    self.env._("“Recipients” is empty: choose who gets the workbook.")
                )
            if outside := schedule.sudo().recipient_ids.filtered("share"):
                raise ValidationError(
                    self.env._(
                        "“Recipients”: %s is no internal user; choose a colleague.",
                        outside[0].name,
                    )
                )

    @api.constrains("report", "period", "date_from", "date_to", "as_of_kind")
    def _check_question(self):
        for schedule in self:
            self.env["kam.report.question"]._from_data(
                schedule.report, schedule._as_data()
            )

    @api.constrains("user_id")
    def _check_owner(self):
        """A schedule is one's own; only a director gives it to another."""
        director = self.env.user.has_group("kam_management.group_kam_director")
        for schedule in self:
            if schedule.user_id != self.env.user and not (director or self.env.su):
                raise ValidationError(
                    self.env._("“Owner”: a schedule you make is your own.")
                )

    # -------------------------------------------------------------------- actions
    def action_send_now(self):
        """Send the workbooks within the next minute."""
        self.check_access("write")
        self._order_runs()
        self.env.ref("kam_management_reports.ir_cron_kam_report")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The workbooks are being made and sent."),
            },
        }

    def action_runs(self):
        """Show what was made of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent: %s", self.name),
            "res_model": "kam.report.run",
            "views": [(False, "list"), (False, "form")],
            "domain": [("schedule_id", "=", self.id)],
        }

    # -------------------------------------------------------------------- working
    @api.model
    def _order_due(self):
        """Order the workbooks of all schedules whose time has come."""
        now = fields.Datetime.now()
        due = self.search([("next_at", "<=", now)])
        due = due.try_lock_for_update()
        due._order_runs()
        for schedule in due:
            schedule.write({"last_at": now, "next_at": schedule._after(now)})

    def _order_runs(self):
        # sudo: the queue is filled by this code alone; the run has its own rights
        self.env["kam.report.run"].sudo().create(
            [
                {
                    "report": schedule.report,
                    "question": schedule._as_data(),
                    "user_id": user.id,
                    "company_id": schedule.company_id.id,
                    "schedule_id": schedule.id,
                }
                for schedule in self.with_context(active_test=False)
                for user in schedule.recipient_ids
            ]
        )

    def _after(self, now):
        """Return the next time after ``now``, at the same hour in the owner's zone."""
        self.ensure_one()
        zone = pytz.timezone(self.user_id.tz or "UTC")
        first = pytz.utc.localize(self.next_at).astimezone(zone).replace(tzinfo=None)
        step = STEPS["day" if self.every == "workday" else self.every]
        number, moment = 0, self.next_at
        while moment <= now:
            number += 1
            local = first + step * number
            if self.every == "workday" and local.weekday() > 4:
                continue
            # an hour that a change of clocks leaves out is the one after it
            moment = zone.normalize(zone.localize(local)).astimezone(pytz.utc)
            moment = moment.replace(tzinfo=None)
        return moment

    def copy_data(self, default=None):
        """Name the copy as one."""
        return [
            {**vals, "name": self.env._("%s (copy)", vals.get("name"))}
            for vals in super().copy_data(default)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        if any(run.state == "waiting" for run in self.sudo().run_ids):
            raise UserError(
                self.env._("Workbooks of it are being made; delete it in a minute.")
            )
