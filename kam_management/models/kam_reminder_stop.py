"""Stop of shipment: a stage of the reminders that closes the gate of orders.

It holds until what was asked for is paid, or until it is lifted with a reason. Where
the customer has credit terms, it puts them on hold too; that hold ends with the stop.
A hold of another reason stays.
"""

from functools import partial

from odoo import api, fields, models
from odoo.service.model import retrying

from ..kam_core.collections import letters
from ..kam_core.gate import ASK, Finding


class KamReminder(models.Model):
    _inherit = "kam.reminder"

    # a note of what the stop did to the terms, whose own log has the decision
    held_terms_id = fields.Many2one(
        "kam.credit.terms",
        "Terms put on hold",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The hold ends when the stop does.",
    )

    def _stop_shipment(self):
        """Put the credit terms of the customers on hold, where they have any."""
        stopping = self.filtered("is_stop")
        if not stopping:
            return
        terms = stopping._terms_to_stop()
        # sudo: a stop ends by what was paid, whoever entered the payment
        held = self.sudo().search([("held_terms_id", "in", terms.ids)]).held_terms_id
        for one in stopping:
            mine = terms.filtered(
                lambda found, one=one: (
                    found.partner_id == one.partner_id
                    and found.company_id == one.company_id
                )
            )
            for found in mine:
                if not found.on_hold:
                    found.hold(self.env._("Reminders: shipment stopped."))
                    held |= found
            # one that somebody held for a reason of their own is theirs to release
            one.held_terms_id = (mine & held)[:1]

    def _terms_to_stop(self):
        """Return the credit terms of the customers, sudoed."""
        # sudo: the stage decides; whoever runs reminders may not set terms
        terms = self.env["kam.credit.terms"].sudo()
        return terms.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("status", "!=", "withdrawn"),
            ]
        )

    # ------------------------------------------------------------------ release
    def _is_owed(self):
        """Tell whether anything of what was asked for is still open."""
        self.ensure_one()
        # sudo: whether it is paid, whoever may see the entries
        lines = self.sudo().item_ids.line_id
        return any(
            line.parent_state == "posted" and line.amount_residual > 0 for line in lines
        )

    def _release_terms(self, reason):
        """End the hold that these stops placed, unless another stop still needs it."""
        # sudo: the stage placed it; whoever runs reminders may not set terms
        mine = self.sudo()
        for terms in mine.held_terms_id:
            others = mine.search(
                [
                    ("held_terms_id", "=", terms.id),
                    ("lifted_on", "=", False),
                    ("id", "not in", self.ids),
                ]
            )
            if terms.on_hold and not any(one._is_owed() for one in others):
                terms.release_hold(reason)
        mine.held_terms_id = False

    @api.model
    def _cron_release(self):
        """End the holds of stops whose invoices are paid since."""
        held = self.search(
            [("held_terms_id.on_hold", "=", True), ("lifted_on", "=", False)]
        )
        paid = held.filtered(lambda one: not one._is_owed())
        cron = self.env["ir.cron"]
        reason = self.env._("Reminders: what was asked for is paid.")
        for done, one in enumerate(paid, 1):
            retrying(partial(one._release_terms, reason), self.env)
            if not cron._commit_progress(1, remaining=len(paid) - done):
                break

    def lift_stop(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Let goods go to the customers again, though they have not paid.

        The hold of credit terms that the stop placed ends with it.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when a reminder has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        """
        self._check_runs()
        request = ["lift", self.ids, reason, effective_on, expected_version]

        def action(model):
            day = model._day_given(effective_on) or model.env.company._kam_today()
            words = model._reason(reason)
            model = model.browse(self.ids)
            model._command(letters.LiftStop(day, words), expected_version)
            model._release_terms(reason)
            return True

        return self._once(command_id, request, action)

    def action_lift(self):
        """Ask why goods may go again, and lift the stop."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift the stop of shipment"),
            "res_model": "kam.collection.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_reminder_id": self.id, "default_kind": "lift"},
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _kam_found(self, told):
        """Add: shipment to the customer is stopped by the reminders."""
        found = super()._kam_found(told)
        for order in self:
            if order.id in told and told[order.id].stop_id:
                # sudo: the sentence at the gate names the reminder, not its content
                reminders = self.env["kam.reminder"].sudo()
                reminder = reminders.browse(told[order.id].stop_id)
                found.setdefault(order.id, []).append(order._stop_finding(reminder))
        return found

    def _stop_finding(self, reminder):
        return Finding(
            code="shipment_stopped",
            kind="credit",
            severity=ASK,
            message=self.env._(
                "Shipment to %(customer)s is stopped since %(day)s: %(amount)s was"
                " asked for and is not paid. Have it paid, or ask the credit controller"
                " to lift the stop.",
                customer=reminder.partner_id.name,
                day=reminder.sent_on,
                amount=reminder.currency_id.format(reminder.amount),
            ),
            measure={
                "amount": str(reminder.amount),
                "currency": reminder.currency_id.name,
            },
        )
