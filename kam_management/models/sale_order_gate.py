"""The gate before an order: every door leads through it.

A button, RPC, an import, the portal, a website payment and another addon's ``sudo`` all
end in ``create`` and ``write`` of orders and their lines. Each door opens the gate; the
outermost one judges at its end, so that lines replaced one by one are judged together.
``action_confirm`` judges first, before anything is made that a refusal would undo.

What is found on an order others say, by overriding ``_kam_found``. A refusal is an
exception, so it records nothing.
"""

from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.gate import ASK, caused, ordered, stopping

GATE = "kam_gate"
# what an order asks for; a change of anything else is not judged
ORDER_DOORS = {
    "company_id",
    "currency_id",
    "order_line",
    "partner_id",
    "partner_invoice_id",
    "payment_term_id",
    "pricelist_id",
    "state",
}
LINE_DOORS = {
    "discount",
    "is_downpayment",
    "order_id",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "tax_ids",
}

STAMPED = ("id", "product_id", "product_uom_qty", "price_unit", "discount")


class Gate:
    """What the doors of one call have touched."""

    def __init__(self, notes):
        self.before = {}  # order id: (amount, invoiced partner, findings) or None
        self.passed = {}  # order id: what it asked for when it was let through
        self.notes = notes  # what the finders keep between looking and letting through


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # ---------------------------------------------------------------- findings
    def _kam_findings(self):
        """Return what is found on the orders, as if they were confirmed now.

        The orders are looked at together, in their order here: each takes its room
        before the next.

        :return: {order id: list of :class:`~..kam_core.gate.Finding`}
        """
        return self._kam_found(self._kam_told())

    def _kam_told(self):
        """Return what is asked of the database before the orders are judged."""
        return {}

    def _kam_found(self, told):
        """Return the findings. To be extended: call super and add to its lists.

        :param told: {order id: what one statement tells of it}, see
            :class:`~.kam_credit_exposure.Told`
        :return: {order id: list of :class:`~..kam_core.gate.Finding`}
        """
        return {}

    def _kam_findings_left(self):
        """Return ({order id: findings}, {order id: those no approval covers})."""
        found = self._kam_findings()
        if any(found.values()) and "kam.approval" in self.env:
            return found, self.env["kam.approval"]._covered(self, found)
        return found, found

    def _kam_measure(self, kind):
        """Return what an approval of that kind has to cover: {code: measure}.

        :param kind: ``discount``, ``column``, ``credit`` or ``terms``
        """
        self.ensure_one()
        # sudo: whoever may work on an order may know what stops it
        _found, left = self.sudo()._kam_findings_left()
        return {
            one.code: one.measure
            for one in left.get(self.id, ())
            if one.kind == kind and one.severity == ASK
        }

    @api.readonly
    def kam_findings(self):
        """Return what would be found if the orders were confirmed; confirms nothing.

        :return: list of dicts ``id``, ``name``, ``may_confirm`` and ``findings`` (list
            of dicts ``code``, ``kind``, ``severity``, ``message``, ``measure``), the
            gravest first; findings that an approval covers are left out
        """
        if self.env.user.share:
            raise AccessError(self.env._("Only people of the company ask this."))
        self.check_access("read")
        # sudo: whoever may read an order may know whether it may be confirmed
        _found, left = self.sudo()._kam_findings_left()
        return [
            {
                "id": order.id,
                "name": order.name,
                "may_confirm": not stopping(left.get(order.id, ())),
                "findings": [one.told() for one in ordered(left.get(order.id, ()))],
            }
            for order in self
        ]

    # -------------------------------------------------------------------- gate
    @contextmanager
    def _kam_gate(self, judge_first=False):
        """Let a change of the orders through, or raise.

        :param judge_first: the orders are about to be confirmed as they are
        :raises UserError: an order is found to ask for more than is granted
        """
        cache = self.env.cr.cache
        outer = cache.get(GATE)
        if outer:
            self._kam_remember(outer)
            yield
            return
        gate = Gate(self._kam_take_turn() if judge_first else {})
        self._kam_remember(gate)
        cache[GATE] = gate
        try:
            if judge_first:
                asking = self.filtered(lambda one: one.state in ("draft", "sent"))
                asking._kam_judge(gate)
            yield
            # sudo: orders are judged whoever changes them; nothing of it is told
            # but what the sentences of the findings say
            orders = self.env["sale.order"].sudo().browse(gate.before)
            orders.filtered(lambda one: one.state == "sale")._kam_judge(gate)
            orders.browse(gate.passed)._kam_let_through(gate)
        finally:
            cache.pop(GATE, None)

    def _kam_remember(self, gate):
        """Keep what the orders ask for before a change; of drafts, nothing."""
        # sudo: see _kam_gate
        new = self.sudo().filtered(lambda one: one.id and one.id not in gate.before)
        confirmed = new.filtered(lambda one: one.state == "sale")
        found = confirmed._kam_findings() if confirmed else {}
        for order in new:
            gate.before[order.id] = (
                (*order._kam_asked(), found.get(order.id, []))
                if order in confirmed
                else None
            )

    def _kam_asked(self):
        """Return (amount, whose credit): to see whether an order asks for more."""
        return (
            self.amount_total,
            (self.currency_id.id, self.partner_invoice_id.id, self.company_id.id),
        )

    def _kam_judge(self, gate):
        """Find what stops the orders that ask for more than they were let through for.

        :raises UserError: naming each order, and why
        """
        orders = self.sudo().filtered(  # sudo: see _kam_gate
            lambda one: gate.passed.get(one.id) != one._kam_stamp()
        )
        if not orders:
            return
        found = orders._kam_findings()
        due = {
            order.id: order._kam_caused(gate, found.get(order.id, []))
            for order in orders
        }
        left = due
        if any(due.values()) and "kam.approval" in self.env:
            left = self.env["kam.approval"]._covered(orders, due)
        refused = {
            order: stops
            for order in orders
            if (stops := stopping(left.get(order.id, ())))
        }
        if refused:
            raise orders._kam_refusal(refused)
        for order in orders:
            gate.passed[order.id] = order._kam_stamp()
        if any(due.values()) and "kam.approval" in self.env:
            self.env["kam.approval"]._use_for(orders, due)

    def _kam_caused(self, gate, found):
        """Return those findings that the change at hand has to answer for."""
        before = gate.before.get(self.id)
        if before is None:
            return found
        amount, whose, findings = before
        raised = (
            self._kam_asked()[1] != whose
            or self.currency_id.compare_amounts(self.amount_total, amount) > 0
        )
        return caused(found, findings, raised)

    def _kam_stamp(self):
        """Return what an order says that is judged; the same twice is judged once."""
        return (
            self._kam_asked(),
            self.payment_term_id.id,
            self.pricelist_id.id,
            tuple(tuple(line[name] for name in STAMPED) for line in self.order_line),
        )

    def _kam_take_turn(self):
        """Wait, where others ask for the same at this moment. To be extended.

        :return: dict of notes for the gate
        """
        return {}

    def _kam_let_through(self, gate):
        """Do what passing the gate entails, as late as may be. To be extended.

        :param gate: ``before`` says what each order asked for before, None for drafts
        """

    def _kam_refusal(self, refused):
        """Return the exception for {order: findings that stop it}."""
        lines = [
            f"{order.display_name}: {finding.message}"
            for order, findings in refused.items()
            for finding in findings
        ]
        return UserError("\n".join(lines))

    # ------------------------------------------------------------------- doors
    def action_confirm(self):
        with self._kam_gate(judge_first=True):
            return super().action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        if not self._kam_born_confirmed(vals_list):
            return super().create(vals_list)
        with self._kam_gate():
            orders = super().create(vals_list)
            if gate := self.env.cr.cache.get(GATE):
                gate.before.update(dict.fromkeys(orders.ids))
            return orders

    def _kam_born_confirmed(self, vals_list):
        """Tell whether an order is made confirmed: its values, or a default, say so."""
        given = "draft"
        if not all("state" in vals for vals in vals_list):
            given = self.default_get(["state"]).get("state")
        return any(vals.get("state", given) == "sale" for vals in vals_list)

    def write(self, vals):
        if ORDER_DOORS.isdisjoint(vals) or not self._kam_needs_gate(vals):
            return super().write(vals)
        with self._kam_gate():
            return super().write(vals)

    def _kam_needs_gate(self, vals):
        """Tell whether a write may make orders ask for more; drafts may say it all."""
        # sudo: the state alone is read
        return vals.get("state") == "sale" or (
            vals.get("state") != "cancel"
            and any(one.state == "sale" for one in self.sudo())
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals.get("order_id") for vals in vals_list}
        default = self.env.context.get("default_order_id")
        ids = {one or default for one in ids}
        orders = self.env["sale.order"].browse(
            one for one in ids if isinstance(one, int) and one
        )
        with self._kam_gate_of(orders):
            return super().create(vals_list)

    def write(self, vals):
        if LINE_DOORS.isdisjoint(vals):
            return super().write(vals)
        # sudo: whoever may write a line need not be able to read its order
        orders = self.sudo().order_id
        if isinstance(vals.get("order_id"), int):
            orders |= orders.browse(vals["order_id"])
        with self._kam_gate_of(orders):
            return super().write(vals)

    def unlink(self):
        with self._kam_gate_of(self.sudo().order_id):  # sudo: as in write
            return super().unlink()

    @contextmanager
    def _kam_gate_of(self, orders):
        """Open the gate where an order is confirmed; lines of drafts pass freely."""
        # sudo: the state alone is read
        confirmed = orders.sudo().filtered(lambda one: one.state == "sale")
        if not confirmed:
            yield
            return
        with confirmed._kam_gate():
            yield
