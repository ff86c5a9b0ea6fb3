"""A workbook made in the background: for who waits for it, or by schedule.

It is made as the one who gets it: with their rights, company, language and time zone.
"""

import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError

_logger = logging.getLogger(__name__)
KEPT_DAYS = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class KamReportRun(models.Model):
    _name = "kam.report.run"
    _description = "Workbook made in the background"
    _order = "id desc"
    _rec_name = "report"

    @api.model
    def _selection_report(self):
        return self.env["kam.report.question"]._selection_report()

    report = fields.Selection("_selection_report", required=True, readonly=True)
    question = fields.Json(readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "For",
        required=True,
        ondelete="cascade",
        readonly=True,
        index=True,
        help="Made with their rights, and sent to them.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", readonly=True
    )
    schedule_id = fields.Many2one(
        "kam.report.schedule",
        ondelete="set null",
        readonly=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("ready", "Ready"),
            ("empty", "Nothing to send"),
            ("failed", "Not made"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    row_count = fields.Integer("Rows", readonly=True)
    done_at = fields.Datetime("Made", readonly=True)
    message = fields.Char(
        "Why not", readonly=True, help="What stood in the way, and what to do."
    )
    file_id = fields.Many2one("ir.attachment", ondelete="set null", readonly=True)

    def _compute_display_name(self):
        titles = dict(self._selection_report())
        for run in self:
            run.display_name = titles.get(run.report, run.report)

    def action_download(self):
        """Download the workbook again."""
        self.ensure_one()
        self.check_access("read")
        if not self.file_id:
            raise UserError(
                self.env._("This workbook is not kept any more; ask for it again.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.file_id.id}?download=true",
            "target": "download",
        }

    # ------------------------------------------------------------------- ordering
    @api.model
    def _queue(self, report, question, size):
        """Have a long workbook made in the background, and tell the user so."""
        # sudo: one's own order in the queue, which only this code fills
        self.sudo().create(
            {
                "report": report,
                "question": question,
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
            }
        )
        self.env.ref("kam_management_reports.ir_cron_kam_report")._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "title": dict(self._selection_report())[report],
                "message": self.env._(
                    "The workbook of about %s rows is being made. You get it in your"
                    " messages when it is ready; go on meanwhile.",
                    f"{size:,}",
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # -------------------------------------------------------------------- working
    @api.model
    def _cron_work(self):
        """Make what is due by schedule and what somebody waits for, one by one."""
        self.env["kam.report.schedule"]._order_due()
        waiting = self.search([("state", "=", "waiting")], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(waiting))
        for run in waiting:
            run = run.try_lock_for_update().filtered(lambda one: one.state == "waiting")
            if run:
                run._work()
            if not cron._commit_progress(1):
                break

    def _work(self):
        """Make the workbook and send it; what goes wrong becomes a sentence."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._make()
        except (AccessError, MissingError, UserError) as refusal:
            self._fail(str(refusal))
        except Exception:  # any other report must still be made
            _logger.exception("workbook %s of user %s", self.report, self.user_id.id)
            self._fail(self.env._("It could not be made; the server's log says why."))

    def _make(self):
        reader = self._as_reader()
        report = reader["kam.workbook"]._reports().get(self.report)
        if report is None:
            raise UserError(self.env._("This report does not exist any more."))
        objs = reader[report._for_records].browse()
        kind = "schedule" if self.schedule_id else "report"
        made = report._make(objs, self.question, kind, self._progress(reader))
        if self.schedule_id.only_filled and not made.rows:
            self.write({"state": "empty", "done_at": fields.Datetime.now()})
            return
        name = self._file_name(reader)
        self.file_id = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": made.content,
                "mimetype": XLSX,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.write(
            {
                "state": "ready",
                "row_count": made.rows,
                "done_at": fields.Datetime.now(),
                "message": False,
            }
        )
        self._send(reader)

    def _as_reader(self):
        """Return the environment of the one who gets the workbook.

        :raises UserError: they may not get anything: archived, or not of the company
        """
        user, company = self.user_id, self.company_id
        if not user.active or user.share:
            raise UserError(
                self.env._("%s has no active internal user any more.", user.name)
            )
        if company not in user.company_ids:
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(company)s.",
                    user=user.name,
                    company=company.name,
                )
            )
        context = {
            "lang": user.lang,
            "tz": user.tz,
            "allowed_company_ids": company.ids,
        }
        return self.env(user=user.id, su=False, context=context)

    def _file_name(self, reader):
        title = reader["kam.workbook"]._reports()[self.report]._title()
        day = fields.Date.to_string(self.company_id._kam_today())
        return f"{title} {day}.xlsx"

    def _progress(self, reader):
        """Return function(rows): it tells the reader, at once, how far it is."""
        if self.schedule_id:
            return None
        title = self._file_name(reader)

        def tell(rows):
            with self.env.registry.cursor() as cr:  # seen before this one commits
                user = self.with_env(self.env(cr=cr)).user_id
                text = reader._("%(rows)s rows written", rows=f"{rows:,}")
                user._bus_send(
                    "simple_notification",
                    {"title": title, "message": text, "type": "info"},
                )

        return tell

    def _send(self, reader):
        """Send the workbook: by mail from a schedule, else into the messages."""
        title = reader["kam.workbook"]._reports()[self.report]._title()
        if self.schedule_id:
            template = self.env.ref("kam_management_reports.mail_template_kam_report")
            template.send_mail(
                self.id,
                email_values={"attachment_ids": self.file_id.ids},
            )
            return
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=title,
            body=reader._(
                "Your workbook is ready: %(title)s, %(rows)s rows.",
                title=title,
                rows=f"{self.row_count:,}",
            ),
            attachment_ids=self.file_id.ids,
        )
        self.user_id._bus_send(
            "simple_notification",
            {
                "title": title,
                "message": reader._("Your workbook is ready; it is in your messages."),
                "type": "success",
            },
        )

    def _fail(self, sentence):
        """Keep why it was not made, and tell who waits for it, or who scheduled it."""
        self.write(
            {"state": "failed", "message": sentence, "done_at": fields.Datetime.now()}
        )
        owner = self.schedule_id.user_id or self.user_id
        env = self.env(context={**self.env.context, "lang": owner.lang})
        title = self.with_env(env).display_name
        if self.schedule_id:
            body = env._(
                "“%(schedule)s” was not sent to %(user)s: %(why)s",
                schedule=self.schedule_id.name,
                user=self.user_id.name,
                why=sentence,
            )
        else:
            body = env._("“%(title)s” was not made: %(why)s", title=title, why=sentence)
        if owner.active:
            env["mail.thread"].message_notify(
                partner_ids=owner.partner_id.ids, subject=title, body=body
            )

    @api.autovacuum
    def _gc_old(self):
        """Delete workbooks, and that they were made, after a month."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        old = self.search([("create_date", "<", limit)], limit=1000)
        old.file_id.unlink()
        old.unlink()
