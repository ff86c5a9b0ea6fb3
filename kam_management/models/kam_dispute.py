"""Disputes: what a customer contests, and the part of the debt it takes out."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.collections import disputes
from ..kam_core.record import Create, Edit

OUTCOMES = [
    ("accepted", "They were right"),
    ("partly", "Right in part"),
    ("rejected", "They were not right"),
    ("dropped", "Given up"),
]
# what is disputed and still open, an invoice; its residual bounds it
IN_FORCE = """
    SELECT d.partner_id, d.company_id, n.move_id,
           least(sum(n.amount), max(m.amount_residual)) AS amount,
           least(sum(n.amount), max(m.amount_residual))
             * max(abs(m.amount_residual_signed))
             / nullif(max(abs(m.amount_residual)), 0) AS company_amount
      FROM kam_dispute d
      JOIN kam_dispute_line n ON n.dispute_id = d.id
      JOIN account_move m ON m.id = n.move_id
     WHERE d.opened_on <= %(day)s
       AND (d.resolved_on IS NULL OR d.resolved_on > %(day)s)
       AND (%(every)s OR d.partner_id IN %(partners)s)
     GROUP BY d.partner_id, d.company_id, n.move_id"""


class KamDispute(models.Model):
    _name = "kam.dispute"
    _inherit = ["kam.debtor", "mail.thread", "mail.activity.mixin"]
    _description = "Dispute"
    _order = "opened_on desc, id desc"
    _rec_names_search = ["partner_id.complete_name", "reason_id.name"]
    _core = disputes

    reason_id = fields.Many2one(
        "kam.dispute.reason",
        ondelete="restrict",
        index=True,
        tracking=True,
    )  # the core wants one; after a reinstall a reason of one's own may be gone
    user_id = fields.Many2one(
        "res.users",
        "Settled by",
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
        help="Who answers for settling it.",
    )
    opened_on = fields.Date(
        required=True, default=lambda self: self.env.company._kam_today()
    )
    date_due = fields.Date("To settle by", tracking=True, index=True)
    description = fields.Text(help="What exactly the customer says.")
    is_legal = fields.Boolean("In court", tracking=True, help="It is a legal dispute.")
    line_ids = fields.One2many("kam.dispute.line", "dispute_id", "Documents")
    outcome = fields.Selection(OUTCOMES, readonly=True, tracking=True, copy=False)
    accepted = fields.Monetary(
        "Conceded", readonly=True, copy=False, help="What we give up, tax included."
    )
    resolved_on = fields.Date("Settled on", readonly=True, tracking=True, copy=False)

    amount = fields.Monetary(
        "Disputed", compute="_compute_amount", store=True, help="Tax included."
    )
    state = fields.Selection(
        [("open", "Open"), ("late", "Late"), ("settled", "Settled")],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("partner_id", "reason_id", "amount")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(customer)s: %(reason)s",
                customer=record.partner_id.name or "",
                reason=record.reason_id.name or "",
            )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for record in self:
            record.amount = sum(record.line_ids.mapped("amount"))

    @api.depends("resolved_on", "date_due")
    def _compute_state(self):
        today = self.env.company._kam_today()
        for record in self:
            if record.resolved_on:
                record.state = "settled"
            elif record.date_due and record.date_due < today:
                record.state = "late"
            else:
                record.state = "open"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        settled = Domain("resolved_on", "!=", False)
        late = ~settled & Domain("date_due", "<", self.env.company._kam_today())
        parts = {"settled": settled, "late": late, "open": ~settled & ~late}
        return Domain.OR(parts[one] for one in value if one in parts)

    # ------------------------------------------------------------------- input
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_due(vals) for vals in vals_list])

    def _with_due(self, vals):
        """Give it the days that its reason allows."""
        reason = self.env["res.partner"].browse()
        if isinstance(vals.get("reason_id"), int) and not vals.get("date_due"):
            reason = self.env["kam.dispute.reason"].browse(vals["reason_id"]).exists()
        if not reason or not reason.days:
            return vals
        opened = self._day_given(vals.get("opened_on"))
        opened = opened or self.env.company._kam_today()
        return {**vals, "date_due": opened + timedelta(days=reason.days)}

    @api.onchange("reason_id", "opened_on")
    def _onchange_reason_id(self):
        if self.reason_id.days and self.opened_on:
            self.date_due = self.opened_on + timedelta(days=self.reason_id.days)

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A dispute is one case: open a new one for another case.")
        )

    def _decide(self, state, command):
        match command:
            case Create(values):
                self._check_named(values["user_id"])
                self._check_lines(values["line_ids"], values)
            case Edit(changes):
                self._check_named(changes.get("user_id"))
                if "line_ids" in changes:
                    held = {name: getattr(state, name) for name in disputes.FIXED}
                    self._check_lines(changes["line_ids"], held)
        return super()._decide(state, command)

    def _check_named(self, user_id):
        if user_id:
            self.env["res.users"]._kam_check_internal({user_id})

    def _check_lines(self, lines, values):
        """Refuse documents of others, and more than the document says."""
        moves = self.env["account.move"].browse(
            {line.move_id for line in lines if line.move_id}
        )
        label = self._fields["line_ids"].string
        self._check_moves(moves, values, label)
        # sudo: the total of an invoice of this very customer, to compare
        totals = {move.id: move.amount_total for move in moves.sudo().exists()}
        claimed = defaultdict(float)
        for line in lines:
            claimed[line.move_id] += float(line.amount or 0)
        for move in moves.sudo().exists():
            if move.currency_id.compare_amounts(claimed[move.id], totals[move.id]) > 0:
                raise UserError(
                    self.env._(
                        "“Disputed”: %(name)s is %(total)s in all; dispute no more.",
                        name=move.name,
                        total=move.currency_id.format(totals[move.id]),
                    )
                )

    # ----------------------------------------------------------------- buttons
    def action_settle(self):
        """Ask how the dispute ended, and settle it."""
        return self._open_decide("settle", self.env._("Settle the dispute"))

    def action_reopen(self):
        """Ask why the dispute goes on, and reopen it."""
        return self._open_decide("reopen", self.env._("Reopen the dispute"))

    def _open_decide(self, kind, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kam.collection.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_dispute_id": self.id, "default_kind": kind},
        }

    def settle(
        self,
        outcome,
        reason,
        accepted=None,
        effective_on=None,
        expected_version=None,
        command_id=None,
    ):
        """End disputes: say who was right.

        :param outcome: ``accepted`` (all of it conceded), ``partly``, ``rejected`` or
            ``dropped`` (the customer gave it up)
        :param reason: why, in a sentence
        :param accepted: with ``partly``: what we concede, the dispute's currency, tax
            included, below what is disputed
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when a dispute has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        """

        def action(model):
            records = model.browse(self.ids)
            command = disputes.Resolve(
                outcome if isinstance(outcome, str) else None,
                records._accepted_given(accepted),
                model._day_given(effective_on) or model.env.company._kam_today(),
                model._reason(reason),
            )
            return records._command(command, expected_version)

        request = [outcome, reason, accepted, effective_on, expected_version]
        return self._once(command_id, ["settle", self.ids, *request], action)

    def _accepted_given(self, value):
        return self._to_core("accepted", value or 0, None, {})

    def reopen(self, reason, effective_on=None, expected_version=None, command_id=None):
        """Take settled disputes up again.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when a dispute has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        """
        return self._once(
            command_id,
            ["reopen", self.ids, reason, effective_on, expected_version],
            lambda model: model.browse(self.ids)._command(
                disputes.Reopen(
                    model._day_given(effective_on) or model.env.company._kam_today(),
                    model._reason(reason),
                ),
                expected_version,
            ),
        )

    # -------------------------------------------------------------- in force
    @api.model
    def _disputed(self, day=None, partner_ids=None):
        """Return what is disputed on a day and still open today, one query.

        :param day: None: today where the company is
        :param partner_ids: ids of customers; None: all
        :return: list of (customer id, root company id, invoice id, amount in the
            invoice's currency, amount in company currency), tax included
        """
        self.flush_model()
        self.env["kam.dispute.line"].flush_model()
        self.env["account.move"].flush_model(
            ["amount_residual", "amount_residual_signed"]
        )
        return self.env.execute_query(
            SQL(
                IN_FORCE,
                day=day or self.env.company._kam_today(),
                every=partner_ids is None,
                partners=tuple(partner_ids or (0,)),
            )
        )

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Disputed"),
            "DisputeAssigned": _("Given to somebody else to settle"),
            "DisputeDueMoved": _("Settling postponed"),
            "DisputedAmountChanged": _("Other documents or amounts disputed"),
            "DisputeResolved": _("Settled"),
            "DisputeReopened": _("Reopened"),
            "DisputeFileExported": _("All papers exported"),
        }

    def _note_labels(self):
        _ = self.env._
        return {
            **super()._note_labels(),
            "documents": _("Files"),
            "digest": _("SHA-256"),
        }


class KamDisputeLine(models.Model):
    _name = "kam.dispute.line"
    _inherit = ["kam.event.sourced.part"]
    _description = "Document in a dispute"
    _order = "id"
    _rec_name = "move_id"
    _part_of = ("dispute_id", "line_ids")

    dispute_id = fields.Many2one(
        "kam.dispute", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(related="dispute_id.partner_id")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('commercial_partner_id', '=', parent.partner_id),"
        " ('move_type', 'in', ('out_invoice', 'out_receipt')),"
        " ('state', '=', 'posted'), ('currency_id', '=', parent.currency_id)]",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Line",
        ondelete="restrict",
        index=True,
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        help="The line that is contested; empty: the whole invoice.",
    )
    # no Monetary: a line has no currency of its own while it is being folded
    amount = fields.Float("Disputed", digits=(16, 3), required=True)
    residual = fields.Monetary(related="move_id.amount_residual", string="Open")

    @api.onchange("move_id", "invoice_line_id")
    def _onchange_move_id(self):
        """Dispute what is open, or the whole line."""
        if self.invoice_line_id and self.invoice_line_id.move_id != self.move_id:
            self.invoice_line_id = False
        self.amount = self.invoice_line_id.price_total or self.move_id.amount_residual

    def _part_words(self, words):
        document = words["invoice_line_id"] or words["move_id"]
        return f"{document}: {words['amount']}"
