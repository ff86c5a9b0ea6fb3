"""Reminders: decided in a run, noted once, written by the mail queue."""

import logging
from datetime import datetime, time, timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.collections import letters, reminders
from ..kam_core.collections.promises import GRACE_DAYS
from .kam_collection_query import OPEN, exact

_logger = logging.getLogger(__name__)

WAIT_DAYS = 4  # between two letters to one customer
AT_ONCE = 20  # letters written in the request itself; more by the scheduled action
BATCH = 50
ITEMS = f"""
    SELECT l.id, l.move_id, p.commercial_partner_id, l.currency_id,
           coalesce(l.date_maturity, l.date), l.amount_residual_currency,
           l.amount_residual, ARRAY(SELECT i.stage_id FROM kam_reminder_item i
                                     WHERE i.line_id = l.id)
    {OPEN}
       AND coalesce(l.date_maturity, l.date) <= %(last)s
     ORDER BY l.id"""  # noqa: S608 two constants


class KamReminder(models.Model):
    _name = "kam.reminder"
    _inherit = ["kam.debtor", "mail.thread"]
    _description = "Reminder"
    _order = "sent_on desc, id desc"
    _rec_name = "partner_id"
    _core = letters

    stage_id = fields.Many2one(
        "kam.reminder.stage", ondelete="restrict", index=True
    )  # the core wants one; after a reinstall a stage of one's own may be gone
    signer_id = fields.Many2one(
        "res.users", "Signed by", ondelete="restrict", domain=[("share", "=", False)]
    )
    sent_on = fields.Date(
        required=True, index=True, default=lambda self: self.env.company._kam_today()
    )
    item_ids = fields.One2many("kam.reminder.item", "reminder_id", "Invoices")
    is_stop = fields.Boolean("Shipment stopped")
    lifted_on = fields.Date("Stop lifted on", readonly=True, copy=False)
    amount = fields.Monetary(
        compute="_compute_amount", store=True, help="Asked for, tax included."
    )
    # what became of the mail: no decision, so no event
    delivery = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Written"),
            ("call", "Call planned"),
            ("failed", "Failed"),
        ],
        default="waiting",
        readonly=True,
        index=True,
        copy=False,
    )
    failure = fields.Char(readonly=True, copy=False)

    @api.depends("item_ids.amount")
    def _compute_amount(self):
        for record in self:
            record.amount = sum(record.item_ids.mapped("amount"))

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("A reminder is sent once; run the reminders again."))

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Reminded"),
            "ShipmentResumed": _("Stop of shipment lifted"),
        }

    # --------------------------------------------------------------------- run
    @api.model
    def _check_runs(self):
        if not self.env.user.has_group("kam_management.group_kam_credit"):
            raise UserError(
                self.env._(
                    "Reminders are run by the credit controller. Ask for it, or write"
                    " to the customer from the worklist."
                )
            )

    @api.model
    @api.readonly
    def preview(self, day=None):
        """Return who would get which reminder, and why others would not.

        Nothing is stored or sent.

        :param day: date of the run, ``YYYY-MM-DD``; today when left out
        :return: list of dicts ``partner_id``, ``name``, ``stage_id``, ``stage``,
            ``currency_id``, ``amount`` (in that currency, tax included), ``invoices``
            (number), ``reason`` (code, False when it would be sent), ``why``
        """
        self._check_runs()
        today = self._day_given(day) or self.env.company._kam_today()
        found = self._letters(today)
        partners = self.env["res.partner"].browse({one.customer_id for one in found})
        stages = self.env["kam.reminder.stage"].browse({one.stage.id for one in found})
        names = {one.id: one.display_name for one in partners}
        stage_names = {one.id: one.name for one in stages}
        words = self._reason_words()
        return [
            {
                "partner_id": one.customer_id,
                "name": names[one.customer_id],
                "stage_id": one.stage.id,
                "stage": stage_names[one.stage.id],
                "currency_id": one.currency_id,
                "amount": float(one.amount),
                "invoices": len(one.items),
                "reason": one.reason or False,
                "why": words.get(one.reason, ""),
            }
            for one in found
        ]

    @api.model
    def _reason_words(self):
        _ = self.env._
        return {
            "disputed": _("Disputed"),
            "promised": _("Promised, and the day has not passed"),
            "exception": _("Spared by an exception"),
            "unallocated": _("Money came and is not allocated yet"),
            "recent": _("Had a letter a few days ago"),
            "small": _("Less than the least amount of the stage"),
            "address": _("No e-mail address"),
        }

    @api.model
    def _letters(self, today, partner_ids=None):
        """Return the core's letters of a day, by a fixed number of queries."""
        company = self.env.company.root_id
        stages = self.env["kam.reminder.stage"].search(
            [("company_id", "=", company.id)]
        )
        if not stages:
            return []
        last = today - timedelta(days=min(stages.mapped("days")))
        rows = self._item_rows(last, partner_ids)
        ids = {row[2] for row in rows}
        items = self._items(rows, ids)
        customers = self._customers(ids, today)
        return reminders.letters(
            stages._core_stages(), items, customers, today, WAIT_DAYS
        )

    def _item_rows(self, last, partner_ids):
        self.env["kam.reminder.item"].flush_model()
        rows = self.env["kam.collection"]._rows(ITEMS, partner_ids, last=last)
        return [row for row in rows if row[5] > 0]

    def _items(self, rows, partner_ids):
        disputed, promised = self._held_back(partner_ids)
        return [
            reminders.Item(
                id=line_id,
                move_id=move_id,
                customer_id=customer_id,
                currency_id=currency_id,
                due=due,
                open=in_currency,
                company_open=amount,
                disputed=disputed.get(move_id, Decimal(0)),
                promised_until=promised.get((customer_id, move_id))
                or promised.get((customer_id, None)),
                done=frozenset(done),
            )
            for line_id, move_id, customer_id, currency_id, due, in_currency, amount, (
                done
            ) in rows
        ]

    def _held_back(self, partner_ids):
        """Return ({invoice id: disputed}, {(customer, invoice or None): last day})."""
        rows = self.env["kam.dispute"].sudo()._disputed(partner_ids=partner_ids)
        disputed = {row[2]: exact(row[3]) or Decimal(0) for row in rows}
        # sudo: promises hold reminders back, whoever runs them
        promises = (
            self.env["kam.promise"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        keeping = promises._keeping()
        promised = {}
        for one in promises:
            if one.id not in keeping or keeping[one.id].state != "open":
                continue
            last = one.date_promised + timedelta(days=GRACE_DAYS)
            for move_id in one.move_ids.ids or [None]:
                key = (one.partner_id.id, move_id)
                promised[key] = max(promised.get(key, last), last)
        return disputed, promised

    def _customers(self, partner_ids, today):
        company = self.env.company.root_id
        partners = self.env["res.partner"].browse(partner_ids)
        # sudo: the class decides on exceptions, whoever runs the reminders
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", company.id),
                ]
            )
        )
        classes = dict.fromkeys(partner_ids, False)
        classes |= {one.partner_id.id: one.account_class for one in accounts}
        excepted = self.env["kam.reminder.exception"]._excepted(classes, today)
        debts = self.env["kam.collection"]._debts(today, 0, partner_ids)
        money = {row[0]: row[5] for row in debts}
        last = dict(
            self._read_group(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", company.id),
                ],
                ["partner_id"],
                ["sent_on:max"],
            )
        )
        addresses = self._addresses(partners)
        return {
            partner.id: reminders.Customer(
                id=partner.id,
                has_address=bool(addresses[partner.id].email),
                unallocated=money.get(partner.id, Decimal(0)),
                last_on=last.get(partner),
                excepted=excepted.get(partner.id, frozenset()),
            )
            for partner in partners
        }

    @api.model
    def _addresses(self, partners):
        """Return {customer id: contact for invoices, with an e-mail if any has}."""
        found = {}
        for partner in partners:
            contacts = partner.child_ids.filtered(
                lambda one: one.type == "invoice" and one.email
            )
            found[partner.id] = contacts[:1] or partner
        return found

    @api.model
    def run(self, partner_ids=None, day=None, command_id=None):
        """Send the reminders that are due; each invoice gets each stage once.

        They are noted in this transaction and written by the mail queue after it, so a
        repeated or simultaneous run sends nothing twice.

        :param partner_ids: ids of customers; all when left out
        :param day: date of the run, ``YYYY-MM-DD``; today when left out; not ahead
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the reminders
        """
        self._check_runs()
        if partner_ids is not None and not (
            isinstance(partner_ids, (list, tuple))
            and all(type(one) is int for one in partner_ids)
        ):
            raise UserError(
                self.env._("“Customers” is a list of ids of customers, as numbers.")
            )
        return self._once(
            command_id,
            ["run", partner_ids, day],
            lambda model: model._run(partner_ids, model._day_given(day)).ids,
        )

    def _run(self, partner_ids, day):
        today = self.env.company._kam_today()
        if day and day > today:
            raise UserError(
                self.env._("“Day” lies ahead: preview it, and run it on the day.")
            )
        self._take_turn()
        found = [
            one
            for one in self._letters(day or today, partner_ids)
            if one.reason is None
        ]
        made = self.create([self._letter_vals(one, day or today) for one in found])
        made._stop_shipment()
        if len(made) <= AT_ONCE:
            made._deliver()
        else:
            self.env.ref("kam_management.ir_cron_kam_reminder")._trigger()
        return made

    def _take_turn(self):
        """Let one run at a time decide: the later one starts anew, on a fresh view.

        Both write the stages first, so PostgreSQL refuses the later with a
        serialization failure, which Odoo retries.
        """
        self.env["kam.reminder.stage"].flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE kam_reminder_stage
                      SET last_run_at = clock_timestamp() AT TIME ZONE 'UTC'
                    WHERE company_id = %s""",
                self.env.company.root_id.id,
            )
        )
        self.env["kam.reminder.stage"].invalidate_model(["last_run_at"], flush=False)

    def _letter_vals(self, letter, day):
        stage = self.env["kam.reminder.stage"].browse(letter.stage.id)
        return {
            "partner_id": letter.customer_id,
            "company_id": self.env.company.root_id.id,
            "currency_id": letter.currency_id,
            "stage_id": stage.id,
            "signer_id": self._signer(stage, letter.customer_id).id,
            "sent_on": day,
            "is_stop": stage.is_stop,
            "item_ids": [
                fields.Command.create(
                    {
                        "move_id": item.move_id,
                        "line_id": item.id,
                        "stage_id": stage_id,
                        "date_due": item.due,
                        "amount": float(amount),
                    }
                )
                for item, stage_id, amount in letter.items
            ],
        }

    def _signer(self, stage, partner_id):
        if stage.signer == "user":
            return stage.signer_id
        if stage.signer == "manager":
            # sudo: who manages the account signs, whoever runs the reminders
            account = (
                self.env["kam.account"]
                .sudo()
                .search(
                    [
                        ("partner_id", "=", partner_id),
                        ("company_id", "=", self.env.company.root_id.id),
                    ],
                    limit=1,
                )
            )
            return account.user_id or self.env.user
        return self.env.user

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


class KamReminderItem(models.Model):
    _name = "kam.reminder.item"
    _inherit = ["kam.event.sourced.part"]
    _description = "Invoice in a reminder"
    _order = "date_due, id"
    _rec_name = "move_id"
    _part_of = ("reminder_id", "item_ids")

    reminder_id = fields.Many2one(
        "kam.reminder", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, ondelete="restrict", index=True
    )
    line_id = fields.Many2one(
        "account.move.line", "Journal item", required=True, ondelete="restrict"
    )
    stage_id = fields.Many2one("kam.reminder.stage", ondelete="restrict", index=True)
    date_due = fields.Date("Due")
    amount = fields.Float("Asked for", digits=(16, 3))

    _line_stage_uniq = models.UniqueIndex(
        "(line_id, stage_id)",
        "This invoice has had this reminder already: run the reminders again.",
    )
