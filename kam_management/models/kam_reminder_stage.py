"""Stages of reminders, and who is spared them: settings of the credit controller."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..kam_core.collections import reminders
from .kam_account import CLASSES


class KamReminderStage(models.Model):
    _name = "kam.reminder.stage"
    _description = "Stage of reminders"
    _order = "company_id, days, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company.root_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    days = fields.Integer(
        required=True,
        default=5,
        help="Days after the due date; below zero: before it.",
    )
    min_amount = fields.Monetary(
        "At least", help="A letter of less is not sent; company currency, with tax."
    )
    channel = fields.Selection(
        [("mail", "E-mail"), ("call", "Call by the manager")],
        required=True,
        default="mail",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Text",
        domain=[("model", "=", "kam.reminder")],
        ondelete="restrict",
        help="Written in the customer's language; the statement is attached.",
    )
    signer = fields.Selection(
        [
            ("manager", "The account's manager"),
            ("runner", "Whoever runs it"),
            ("user", "Always the same"),
        ],
        "Signed by",
        required=True,
        default="manager",
    )
    signer_id = fields.Many2one(
        "res.users", domain=[("share", "=", False)], ondelete="restrict"
    )
    is_stop = fields.Boolean(
        "Stops shipment",
        help="Places a credit hold on the customer: no order is confirmed until it is"
        " lifted.",
    )
    active = fields.Boolean(default=True)
    last_run_at = fields.Datetime(readonly=True, copy=False)

    _days_once = models.UniqueIndex(
        "(company_id, days) WHERE active",
        "Another stage has the same days: choose a day of its own.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK(min_amount >= 0)", "“At least” is an amount of zero or more."
    )

    @api.constrains("channel", "template_id", "signer", "signer_id")
    def _check_complete(self):
        for stage in self:
            if stage.channel == "mail" and not stage.template_id:
                raise ValidationError(
                    self.env._("“Text” is missing: choose what the letter says.")
                )
            if stage.signer == "user" and not stage.signer_id:
                raise ValidationError(
                    self.env._("“Signer” is missing: choose who signs.")
                )

    def _core_stages(self):
        """Return the stages as the core has them."""
        return [
            reminders.Stage(
                id=stage.id,
                days=stage.days,
                min_amount=Decimal(str(stage.min_amount)),
                sends_mail=stage.channel == "mail",
                is_stop=stage.is_stop,
            )
            for stage in self
        ]


class KamReminderException(models.Model):
    _name = "kam.reminder.exception"
    _description = "Exception from reminders"
    _order = "partner_id, account_class, id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company.root_id,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        ondelete="cascade",
        index=True,
        domain="[('parent_id', '=', False)]",
    )
    account_class = fields.Selection(CLASSES, "or class")
    stage_ids = fields.Many2many(
        "kam.reminder.stage",
        "kam_reminder_exception_stage_rel",
        "exception_id",
        "stage_id",
        "Stages",
        help="Empty: all of them.",
    )
    date_to = fields.Date("Until", help="Included. Empty: until further notice.")
    reason = fields.Char(required=True)
    active = fields.Boolean(default=True)

    @api.depends("partner_id", "account_class")
    def _compute_display_name(self):
        for record in self:
            letter = record.account_class or ""
            record.display_name = record.partner_id.display_name or self.env._(
                "Class %s", letter
            )

    @api.constrains("partner_id", "account_class")
    def _check_whom(self):
        for record in self:
            if bool(record.partner_id) == bool(record.account_class):
                raise ValidationError(
                    self.env._("Choose either “Customer” or “or class”, one of them.")
                )

    @api.model
    def _excepted(self, accounts_class, today):
        """Return {customer id: stage ids spared, None for all}.

        :param accounts_class: {customer id: class of the account or False}
        """
        every = self.search(
            [
                ("company_id", "=", self.env.company.root_id.id),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ]
        )
        by_partner = {}
        for one in every:
            for partner_id, letter in accounts_class.items():
                if one.partner_id:
                    fits = one.partner_id.commercial_partner_id.id == partner_id
                else:
                    fits = letter and one.account_class == letter
                if fits:
                    self._spare(by_partner, partner_id, one.stage_ids.ids)
        return by_partner

    def _spare(self, by_partner, partner_id, stage_ids):
        if not stage_ids:
            by_partner[partner_id] = None
        elif by_partner.get(partner_id, ()) is not None:
            held = by_partner.get(partner_id, frozenset())
            by_partner[partner_id] = held | frozenset(stage_ids)
