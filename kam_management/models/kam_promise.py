"""Promises to pay: recorded by people, judged by payments alone."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.collections import promises
from ..kam_core.record import Create

STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("part", "Kept in part"),
    ("broken", "Broken"),
    ("settled", "Settled otherwise"),
    ("withdrawn", "Withdrawn"),
]


class KamPromise(models.Model):
    _name = "kam.promise"
    _inherit = ["kam.debtor", "mail.thread", "mail.activity.mixin"]
    _description = "Promise to pay"
    _order = "date_promised desc, id desc"
    _rec_names_search = ["partner_id.complete_name"]
    _core = promises

    amount = fields.Monetary(
        required=True, tracking=True, help="What they promised, tax included."
    )
    made_on = fields.Date(
        "Promised on",
        required=True,
        default=lambda self: self.env.company._kam_today(),
        help="The day they said so.",
    )
    date_promised = fields.Date(
        "Promised for",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.company._kam_today(),
        help="The day by which they said they would pay.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Promised by",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        "Followed up by",
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    move_ids = fields.Many2many(
        "account.move",
        "kam_promise_move_rel",
        "promise_id",
        "move_id",
        "Invoices",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id),"
        " ('move_type', 'in', ('out_invoice', 'out_receipt')),"
        " ('state', '=', 'posted'), ('currency_id', '=', currency_id)]",
        help="Empty: whatever the customer owes.",
    )
    note = fields.Text()
    withdrawn_on = fields.Date(readonly=True, copy=False)

    # derived from payments
    state = fields.Selection(STATES, compute="_compute_keeping", search="_search_state")
    paid_amount = fields.Monetary(
        "Paid in time",
        compute="_compute_keeping",
        help="Money that came from the day of the promise to two days after the"
        " promised day.",
    )
    target_amount = fields.Monetary(
        "To be paid",
        compute="_compute_keeping",
        help="The promise less what credit notes settled.",
    )
    kept_on = fields.Date(compute="_compute_keeping")
    is_due_today = fields.Boolean(
        compute="_compute_is_due_today", search="_search_is_due_today"
    )

    _amount_above_zero = models.Constraint(
        "CHECK(amount > 0)", "“Amount” of a promise must be above zero."
    )

    @api.depends("partner_id", "amount", "currency_id", "date_promised")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(customer)s: %(amount)s by %(day)s",
                customer=record.partner_id.name or "",
                amount=record.currency_id.format(record.amount or 0),
                day=fields.Date.to_string(record.date_promised) or "",
            )

    # ----------------------------------------------------------------- keeping
    @api.depends(
        "amount",
        "made_on",
        "date_promised",
        "move_ids",
        "withdrawn_on",
        "partner_id",
        "currency_id",
    )
    def _compute_keeping(self):
        found = self._keeping()
        for record in self:
            one = found.get(record._origin.id)
            record.state = one.state if one else "open"
            record.paid_amount = float(one.paid) if one else 0.0
            record.target_amount = float(one.target) if one else record.amount
            record.kept_on = one.kept_on if one else False

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = self._states()
        return Domain("id", "in", [key for key in states if states[key] in value])

    def _states(self):
        """Return {promise id: state} of all promises of the companies."""
        # sudo: what payments say of each; the rules then choose among them
        every = self.sudo().search(
            [("company_id", "parent_of", self.env.companies.ids)]
        )
        return {key: one.state for key, one in every._keeping().items()}

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists, pivots and graphs group by what became of promises."""
        if field_expr != "state":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["state"], "read")
        return SQL(
            "(%s::jsonb ->> %s::text)",
            json.dumps({str(key): one for key, one in self._states().items()}),
            SQL.identifier(alias, "id"),
        )

    @api.depends("date_promised", "withdrawn_on")
    def _compute_is_due_today(self):
        today = self.env.company._kam_today()
        for record in self:
            record.is_due_today = (
                record.date_promised == today and not record.withdrawn_on
            )

    @api.model
    def _search_is_due_today(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain("date_promised", "=", self.env.company._kam_today()) & Domain(
            "withdrawn_on", "=", False
        )
        return found if True in value else ~found

    # ------------------------------------------------------------------- input
    @api.onchange("move_ids", "partner_id")
    def _onchange_move_ids(self):
        """Promise what is open on the chosen invoices, unless an amount is given."""
        if not self.move_ids:
            return
        self.currency_id = self.move_ids[:1].currency_id
        if not self.amount:
            self.amount = sum(self.move_ids.mapped("amount_residual"))

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A promise is made once: record a new one with its own day.")
        )

    def _decide(self, state, command):
        if isinstance(command, Create):
            values = command.values
            self.env["res.users"]._kam_check_internal({values["user_id"]} - {None})
            moves = self.env["account.move"].browse(values["move_ids"])
            self._check_moves(moves, values, self._fields["move_ids"].string)
            self._check_contact(values)
        return super()._decide(state, command)

    def _check_contact(self, values):
        # sudo: only to which company the contact belongs
        contact = self.env["res.partner"].sudo().browse(values["contact_id"] or ())
        if contact and contact.commercial_partner_id.id != values["partner_id"]:
            raise UserError(
                self.env._(
                    "“Promised by” is nobody of this customer: choose one of their"
                    " contacts."
                )
            )

    # ----------------------------------------------------------------- buttons
    def action_withdraw(self):
        """Ask why the promise no longer holds, and withdraw it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw the promise"),
            "res_model": "kam.collection.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_promise_id": self.id, "default_kind": "withdraw"},
        }

    def withdraw(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Withdraw promises: they no longer hold, through no fault of the customer.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out; not after the
            promised day and two days more
        :param expected_version: refuse when a promise has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        :raises UserError: no reason, or the promised day has passed
        """
        return self._once(
            command_id,
            ["withdraw", self.ids, reason, effective_on, expected_version],
            lambda model: model.browse(self.ids)._command(
                promises.Withdraw(
                    model._day_given(effective_on) or model.env.company._kam_today(),
                    model._reason(reason),
                ),
                expected_version,
            ),
        )

    def action_view_receipts(self):
        """Open the payments that the judgement of the promise counts."""
        self.ensure_one()
        ids = self._receipt_lines()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments counted"),
            "res_model": "account.move.line",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
            "context": {"create": False},
        }

    def action_view_moves(self):
        """Open the invoices the promise is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices promised"),
            "res_model": "account.move",
            "domain": [("id", "in", self.move_ids.ids)],
            "views": [(False, "list"), (False, "form")],
            "context": {"create": False},
        }

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Promised"),
            "PromiseReassigned": _("Given to somebody else to follow up"),
            "Withdrawn": _("Withdrawn"),
        }
