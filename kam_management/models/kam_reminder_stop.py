"""Stop of shipment: a stage of the reminders that closes the gate of orders.

Where the customer has credit terms, it puts them on hold, and the controller releases
that. Where not, the stop holds by itself until what was asked for is paid, or until it
is lifted with a reason.
"""

from odoo import models

from ..kam_core.collections import letters
from ..kam_core.gate import ASK, Finding


class KamReminder(models.Model):
    _inherit = "kam.reminder"

    def _stop_shipment(self):
        """Put the credit terms of the customers on hold, where they have any."""
        stopping = self.filtered("is_stop")
        for one in stopping._stopped_terms():
            one.hold(self.env._("Reminders: shipment stopped."))

    def _stopped_terms(self):
        """Return the terms of the customers that are not on hold yet."""
        if not self or "kam.credit.terms" not in self.env:
            return []
        # sudo: the stage decides; whoever runs reminders may not set terms
        terms = self.env["kam.credit.terms"].sudo()
        return terms.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("on_hold", "=", False),
                ("status", "!=", "withdrawn"),
            ]
        )

    def lift_stop(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Let goods go to the customers again, though they have not paid.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when a reminder has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        """
        self._check_runs()
        return self._once(
            command_id,
            ["lift", self.ids, reason, effective_on, expected_version],
            lambda model: model.browse(self.ids)._command(
                letters.LiftStop(
                    model._day_given(effective_on) or model.env.company._kam_today(),
                    model._reason(reason),
                ),
                expected_version,
            ),
        )

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
