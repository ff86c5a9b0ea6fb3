"""What an approval lets through: cover findings, be used once, become void."""

from odoo import api, models

from ..kam_core import approvals, measures
from ..kam_core.record import DomainError

PENDING = "kam_outgrown"


class KamApproval(models.Model):
    _inherit = "kam.approval"

    @api.model
    def _covered(self, orders, findings):
        """Return the findings that no approval in force covers.

        :param orders: recordset of ``sale.order``
        :param findings: ``{order.id: [finding, …]}``
        :return: the same, without what is covered; warnings and blocks stay
        """
        if not any(one.severity == "ask" for all_ in findings.values() for one in all_):
            return findings
        held = self._held(orders)
        return {
            order.id: [
                one
                for one in findings.get(order.id, ())
                if one.severity != "ask"
                or not any(
                    approval._lets_through(order, one)
                    for approval in held.get(order.id, ())
                )
            ]
            for order in orders
        }

    @api.model
    def _use_for(self, orders, findings):
        """Use up the approvals that let orders through; one that is used stays so.

        Two orders that would use one approval at the same moment: the later fails to
        append, is retried and finds it used.

        :param findings: ``{order.id: [finding, …]}``, those covered among them
        """
        if not any(one.severity == "ask" for all_ in findings.values() for one in all_):
            return
        held, used = self._held(orders), set()
        for order in orders:
            for finding in findings.get(order.id, ()):
                mine = [one for one in held.get(order.id, ()) if one not in used]
                approval = next(
                    (
                        one
                        for one in sorted(mine, key=_own_first)
                        if finding.severity == "ask"
                        and one._lets_through(order, finding)
                    ),
                    None,
                )
                if approval and approval.state == "approved":
                    approval._use(order, finding)
                    used.add(approval)

    def _use(self, order, finding):
        today = self._today_of(self.company_id.id)
        text = measures.encode(finding.measure) if finding.measure else None
        self._command(approvals.Use(order._name, order.id, today, finding.code, text))

    def _use_up(self, record, code):
        """Use the approval for a record that takes all that was granted."""
        today = self._today_of(self.company_id.id)
        self._command(approvals.Use(record._name, record.id, today, code, self.granted))

    def _held(self, orders):
        """Return {order id: approvals that may let it through}, in one query."""
        # sudo: what was granted for an order holds whoever confirms it
        found = self.sudo().search(
            [
                ("state", "in", ["approved", "used"]),
                "|",
                "&",
                ("res_model", "=", "sale.order"),
                ("res_id", "in", orders.ids),
                "&",
                ("res_model", "=", "kam.account"),
                ("res_id", "in", orders.sudo().kam_account_id.ids),
            ]
        )
        held = {}
        for order in orders.sudo():
            for one in found:
                own = (one.res_model, one.res_id) in (
                    ("sale.order", order.id),
                    ("kam.account", order.kam_account_id.id),
                )
                if own and one._free_for(order):
                    held.setdefault(order.id, []).append(one)
        return held

    def _free_for(self, order):
        """Tell whether the approval may serve an order: not used by another, in time.

        An order that it let through keeps it while it is confirmed.
        """
        if self.state == "used":
            mine = (self.used_model, self.used_id) == (order._name, order.id)
            if not mine or order.state == "sale":
                return mine
        today = self._today_of(self.company_id.id)
        return not self.granted_until or today <= self.granted_until

    def _lets_through(self, order, finding):
        if self.kind != finding.kind:
            return False
        granted = measures.decode(self.granted)
        try:
            asked = measures.decode(measures.encode(finding.measure or {"": ""}))
        except DomainError:
            return False
        return measures.covers_finding(granted, finding.code, asked)

    # ------------------------------------------------------------------- outgrown
    @api.model
    def _watch(self, orders):
        """Look, at the end of the transaction, whether orders outgrew an approval."""
        ids = [one for one in orders.ids if one]
        if not ids:
            return
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = set()
            # what is void does not depend on who edited, or in which language
            plain = self.with_context({})  # pylint: disable=context-overridden
            self.env.cr.precommit.add(plain._void_outgrown)
        data[PENDING].update(ids)

    def _void_outgrown(self):
        ids = self.env.cr.precommit.data.pop(PENDING, ())
        # sudo: an approval is void whoever edited the order
        live = self.sudo().search(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "in", sorted(ids)),
                ("state", "in", ["asked", "approved"]),
            ]
        )
        if not live:
            return
        orders = self.env["sale.order"].sudo().browse(live.mapped("res_id")).exists()
        findings = orders._kam_findings()
        for approval in live:
            mine = [
                one
                for one in findings.get(approval.res_id, ())
                if one.kind == approval.kind and one.severity == "ask"
            ]
            if not all(approval._covers_as_asked(one) for one in mine):
                approval._command(
                    approvals.Outgrow(approval._today_of(approval.company_id.id))
                )
                approval._close_activities(self.env._("The order outgrew it."))

    def _covers_as_asked(self, finding):
        """Tell whether the order takes no more than what was asked.

        Where less was granted the order is beyond it until it is changed; on the way
        down it does not lose what was granted.
        """
        measure = measures.decode(self.measure)
        asked = measures.decode(measures.encode(finding.measure or {"": ""}))
        return measures.covers_finding(measure, finding.code, asked)


def _own_first(approval):
    return approval.res_model != "sale.order", approval.id
