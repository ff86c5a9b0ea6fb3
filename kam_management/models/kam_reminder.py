"""Reminders: decided in a run, noted once, written by the mail queue."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.collections import letters

AT_ONCE = 20  # letters written in the request itself; more by the scheduled action


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
