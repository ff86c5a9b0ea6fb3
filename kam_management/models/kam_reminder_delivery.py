"""How reminders leave: letters by the mail queue, calls as activities."""

from datetime import datetime, time

from markupsafe import Markup

from odoo import api, fields, models

BATCH = 50


class KamReminder(models.Model):
    _inherit = "kam.reminder"

    # ---------------------------------------------------------------- delivery
    @api.model
    def _cron_deliver(self):
        """Write the letters that wait, batch by batch."""
        cron = self.env["ir.cron"]
        waiting = self.search([("delivery", "=", "waiting")], order="id")
        left = len(waiting)
        for start in range(0, left, BATCH):
            batch = waiting[start : start + BATCH].try_lock_for_update()
            batch.filtered(lambda one: one.delivery == "waiting")._deliver()
            if not cron._commit_progress(len(batch), remaining=left - start - BATCH):
                break

    def _deliver(self):
        """Write the letters into the mail queue; nothing leaves in this transaction."""
        for record in self:
            if record.stage_id.channel == "call":
                record._plan_call()
            else:
                record._write_letter()

    def _write_letter(self):
        self.ensure_one()
        template = self.stage_id.template_id
        partner = self._addresses(self.partner_id)[self.partner_id.id]
        if not template or not partner.email:
            self.delivery = "failed"
            self.failure = self.env._("No text or no e-mail address.")
            return
        attachment = self._statement_attachment()
        mail_id = template.with_context(lang=partner.lang).send_mail(
            self.id,
            email_values={
                "recipient_ids": [fields.Command.link(partner.id)],
                "attachment_ids": [fields.Command.link(attachment.id)],
                "email_to": False,
                "auto_delete": False,
            },
        )
        # sudo: the queue's own record of the letter, to show it in the chatter
        mail = self.env["mail.mail"].sudo().browse(mail_id)
        self.delivery = "done"
        self._note_contact("mail")
        self._note_on_account(mail)

    def _note_on_account(self, mail):
        """Say on the account's page that the customer was written to."""
        if not self.account_id:
            return
        # sudo: a note on the account, whoever runs the reminders
        self.account_id.sudo().message_post(
            body=Markup("%s<br/>%s")
            % (
                self.env._(
                    "Reminder “%(stage)s”: %(amount)s, %(count)s invoices.",
                    stage=self.stage_id.name,
                    amount=self.currency_id.format(self.amount),
                    count=len(self.item_ids),
                ),
                mail.subject or "",
            ),
            author_id=self.env.user.partner_id.id,
        )

    def _note_contact(self, kind):
        self.env["kam.collection.contact"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "kind": "letter" if kind == "mail" else kind,
                "result": "sent",
                "at": self._moment(),
                "note": self.stage_id.name,
            }
        )

    def _moment(self):
        """Return when it was sent: now, or noon of a day that lies behind."""
        if self.sent_on >= self.env.company._kam_today():
            return fields.Datetime.now()
        return datetime.combine(self.sent_on, time(12))

    def _plan_call(self):
        """Plan a call by the signer, on the account where there is one."""
        self.ensure_one()
        self.delivery = "call"
        if not self.account_id:
            return
        # sudo: the activity belongs to the signer, whoever runs the reminders
        self.account_id.sudo().activity_schedule(
            "mail.mail_activity_data_call",
            summary=self.env._("Overdue: %s", self.stage_id.name),
            user_id=self.signer_id.id or self.env.uid,
        )

    def _statement_attachment(self):
        """Return the statement of open items as a file, in the customer's language."""
        name, content, mimetype = self.partner_id._kam_statement_file(self.company_id)
        # sudo: the file of a letter that the caller sends
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
