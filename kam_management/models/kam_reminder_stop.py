"""Stop of shipment: a stage of the reminders that closes the gate of orders.

Where the customer has credit terms, it puts them on hold, and the controller releases
that. Where not, the stop holds by itself until what was asked for is paid, or until it
is lifted with a reason.
"""

from odoo import api, models
from odoo.tools import SQL

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

    @api.model
    def _stopped(self, partner_ids):
        """Return {customer id: stopping reminder} with something unpaid still."""
        self.flush_model()
        self.env["kam.reminder.item"].flush_model()
        self.env["account.move.line"].flush_model(["amount_residual"])
        rows = self.env.execute_query(
            SQL(
                """SELECT r.partner_id, max(r.id) FROM kam_reminder r
                    WHERE r.is_stop AND r.lifted_on IS NULL
                      AND r.partner_id = ANY(%s) AND r.company_id = %s
                      AND EXISTS (SELECT FROM kam_reminder_item i
                                    JOIN account_move_line l ON l.id = i.line_id
                                   WHERE i.reminder_id = r.id
                                     AND l.amount_residual > 0
                                     AND l.parent_state = 'posted')
                    GROUP BY r.partner_id""",
                list(partner_ids),
                self.env.company.root_id.id,
            )
        )
        # sudo: the sentence at the gate names the reminder, not its content
        return {partner: self.sudo().browse(key) for partner, key in rows}

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

    def _kam_findings(self):
        """Add: shipment to the customer is stopped by the reminders."""
        found = super()._kam_findings()
        customers = {
            order.id: order.partner_invoice_id.commercial_partner_id for order in self
        }
        ids = {one.id for one in customers.values() if one}
        stopped = self.env["kam.reminder"]._stopped(ids) if ids else {}
        for order in self:
            if reminder := stopped.get(customers[order.id].id):
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
