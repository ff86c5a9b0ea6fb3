"""Orders that wait for credit: thin; the rules are in ``kam_core/credit/queue.py``."""

from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.service.model import retrying
from odoo.tools import ormcache

from ..kam_core.credit import closings, queue
from ..kam_core.gate import stopping
from .sale_order_gate import GATE

STATUSES = [
    ("waiting", "Waiting"),
    ("released", "Confirmed"),
    ("withdrawn", "Taken out"),
]


class KamCreditQueue(models.Model):
    _name = "kam.credit.queue"
    _inherit = ["kam.event.sourced"]
    _description = "Order waiting for credit"
    _order = "status desc, partner_id, place, id"
    _rec_name = "order_id"
    _core = queue

    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        help="Whose credit it is: the company that is invoiced.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", index=True
    )
    status = fields.Selection(STATUSES, default="waiting", required=True, index=True)
    place = fields.Integer(help="The lowest goes first.")
    reason = fields.Text()
    signed = fields.Boolean(help="The customer has signed it on the portal.")
    proposed_at = fields.Datetime("Room since")

    account_id = fields.Many2one(related="order_id.kam_account_id")
    user_id = fields.Many2one(related="order_id.user_id")
    order_state = fields.Selection(related="order_id.state", string="Order is")
    amount_total = fields.Monetary(related="order_id.amount_total")
    currency_id = fields.Many2one(related="order_id.currency_id")

    # ------------------------------------------------------------------- wait
    def _next_place(self, partner_id, company_id):
        last = self.search(
            [
                ("partner_id", "=", partner_id),
                ("company_id", "=", company_id),
                ("status", "=", "waiting"),
            ],
            order="place desc",
            limit=1,
        )
        return last.place + 1

    @api.model
    def _put(self, order, reason, signed=False):
        """Put an order at the end of the queue of its customer; return the entry."""
        partner = order.partner_invoice_id.commercial_partner_id
        company = order.company_id.root_id
        entry = self.search(
            [("order_id", "=", order.id), ("status", "=", "waiting")], limit=1
        )
        if entry:
            return entry
        entry = self.create(
            {
                "order_id": order.id,
                "partner_id": partner.id,
                "company_id": company.id,
                "place": self._next_place(partner.id, company.id),
                "reason": reason,
                "signed": signed,
            }
        )
        order.message_post(body=self.env._("Waits for credit."))
        return entry

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        self.env.registry.clear_cache()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if "status" in vals:
            self.env.registry.clear_cache()
        return result

    @api.model
    @ormcache()
    def _waiting(self):
        """Return ({order ids}, {ids of partners whose payment may make room}).

        Those who wait, and the members of their credit groups. Known to every worker
        without asking the database; forgotten on each change.
        """
        self.flush_model(["order_id", "partner_id", "status"])
        self.env["kam.credit.terms"].flush_model(["group_id", "partner_id"])
        self.env.cr.execute(
            """SELECT q.order_id, q.partner_id FROM kam_credit_queue q
                WHERE q.status = 'waiting'
                UNION
               SELECT NULL, f.partner_id FROM kam_credit_queue q
                 JOIN kam_credit_terms t ON t.partner_id = q.partner_id
                 JOIN kam_credit_terms f ON f.group_id = t.group_id
                WHERE q.status = 'waiting'"""
        )
        rows = self.env.cr.fetchall()
        return (
            frozenset(row[0] for row in rows if row[0]),
            frozenset(row[1] for row in rows),
        )

    # ------------------------------------------------------------------ decide
    def move_to(self, place, command_id=None):
        """Give orders in the queue another place.

        :param place: whole number from 1 on; the lowest goes first
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        if not isinstance(place, int) or isinstance(place, bool):
            raise UserError(self.env._("“Place” is a whole number from 1 to 100000."))
        return self._once(
            command_id,
            ["move", self.ids, place],
            lambda model: model._of(self)._command(queue.Move(place)),
        )

    def take_out(self, reason, command_id=None):
        """Take orders out of the queue; they stay quotations.

        :param reason: why, in a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["out", self.ids, reason],
            lambda model: model._of(self)._command(
                queue.Withdraw(self._reason(reason))
            ),
        )

    def _of(self, records):
        """Return the records, those whose orders the user may work on."""
        entries = self.browse(records.ids)
        entries.check_access("write")
        entries.order_id.check_access("write")
        return entries

    def let_through(self, command_id=None):
        """Confirm waiting orders, if there is room for them now.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :raises UserError: there is no room yet
        """

        def action(model):
            entries = model._of(self)
            entries._load()
            entries.order_id.action_confirm()
            return True

        return self._once(command_id, ["through", self.ids], action)

    def action_let_through(self):
        """Confirm the order, if there is room for it now."""
        return self.let_through()

    def action_move_up(self):
        """Let the order go before the one that is before it."""
        for entry in self:
            before = self.search(
                [
                    ("partner_id", "=", entry.partner_id.id),
                    ("company_id", "=", entry.company_id.id),
                    ("status", "=", "waiting"),
                    ("place", "<", entry.place),
                ],
                order="place desc",
                limit=1,
            )
            if before:
                place = before.place
                before.move_to(entry.place)
                entry.move_to(place)
        return True

    def action_take_out(self):
        """Take the order out of the queue."""
        return self.take_out(self.env._("Taken out on the list."))

    def action_open_order(self):
        """Open the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------ what follows
    @api.model
    def _passed(self, orders):
        """Orders were confirmed: those that waited do so no more."""
        waiting, _partners = self._waiting()
        ids = waiting.intersection(orders.ids)
        if not ids:
            return
        # sudo: whoever may confirm the order ends its waiting
        entries = self.sudo().search(
            [("order_id", "in", list(ids)), ("status", "=", "waiting")]
        )
        if entries:
            entries._command(queue.Release(self._now()))
            entries.order_id._kam_tell_waited()

    def _now(self):
        return fields.Datetime.now().replace(tzinfo=timezone.utc)

    @api.model
    def _forget(self, orders):
        entries = self.search([("order_id", "in", orders.ids)])
        if entries:
            entries._command(queue.Forget())
            entries._project_stray(entries)
            self.env.registry.clear_cache()

    @api.model
    def _room_may_be_free(self, partner_ids):
        """Let the head of the queue through soon, where somebody waits."""
        _orders, partners = self._waiting()
        if partners.intersection(partner_ids):
            cron = self.env.ref(
                "kam_management.ir_cron_credit_queue", raise_if_not_found=False
            )
            if cron:
                cron.sudo()._trigger()  # sudo: to be looked at soon, no more

    @api.model
    def _cron_let_through(self):
        """Let through, or propose, the heads of all queues, in their order."""
        # a lost race is tried again, as Odoo does for a call over RPC
        self._let_heads_through(lambda entry: retrying(entry._serve, self.env))

    @api.model
    def _let_heads_through(self, serve):
        """Serve each queue from its head, until one of it has to wait on.

        :param serve: function(entry) -> whether the next one may try
        """
        partners = self.search([("status", "=", "waiting")]).grouped(
            lambda one: (one.partner_id.id, one.company_id.id)
        )
        for entries in partners.values():
            for entry in entries.sorted(lambda one: (one.place, one.id)):
                if not serve(entry):
                    break

    def _serve(self):
        """Let the order through or propose it; tell whether the next one may try."""
        self.ensure_one()
        order = self.order_id
        if order.state not in ("draft", "sent"):
            self._command(queue.Withdraw(self._reason(self.env._("No quotation now."))))
            return True
        if stopping(order.sudo()._kam_findings_left()[1].get(order.id, ())):
            return False
        if not self.company_id.kam_credit_automatic:
            self._propose()
            return False
        try:
            with self.env.cr.savepoint():
                order.action_confirm()
        except UserError:
            return False
        return True

    def _propose(self):
        if self.proposed_at:
            return
        self._command(queue.Propose(self._now()))
        user = self.order_id.user_id or self.create_uid
        self.order_id.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("There is room now: confirm the order"),
            user_id=(user if user.active else self.env.ref("base.user_admin")).id,
        )

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Put into the queue"),
            "MovedInQueue": _("Moved in the queue"),
            "Proposed": _("Room found, and proposed"),
            "ReleasedFromQueue": _("Confirmed"),
            "TakenOut": _("Taken out of the queue"),
        }


class KamOrderClosing(models.Model):
    _inherit = "kam.order.closing"

    @api.model
    def _forget(self, orders):
        found = self.search([("order_id", "in", orders.ids)])
        if found:
            found._command(closings.Forget())
            found._project_stray(found)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_queue_ids = fields.One2many("kam.credit.queue", "order_id", "Queue")
    kam_waits = fields.Boolean(
        "Waits for credit",
        compute="_compute_kam_waits",
        search="_search_kam_waits",
        groups="base.group_user",  # of no concern to the customer in the portal
    )

    @api.depends("kam_queue_ids.status")
    def _compute_kam_waits(self):
        waiting, _partners = self.env["kam.credit.queue"]._waiting()
        for order in self:
            order.kam_waits = order._origin.id in waiting

    def _search_kam_waits(self, operator, value):
        if operator != "in":
            return NotImplemented
        # a search asks no right to a field that is not stored
        self._check_field_access(self._fields["kam_waits"], "read")
        waiting, _partners = self.env["kam.credit.queue"]._waiting()
        return [("id", "in" if True in value else "not in", list(waiting))]

    def kam_wait(self, reason=None, command_id=None):
        """Put quotations into the queue of their customers, in the order given.

        :param reason: why, in a sentence; may be left out
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the places in the queue
        """

        def action(model):
            if self.env.user.share:
                raise AccessError(
                    self.env._("Only people of the company put orders into the queue.")
                )
            self.check_access("write")
            for order in self:
                if order.state not in ("draft", "sent"):
                    raise UserError(
                        self.env._(
                            "%s is no quotation: only quotations wait.", order.name
                        )
                    )
            words = model._reason(reason)
            return model.union(*(model._put(order, words) for order in self)).ids

        # sudo: the right to the order is what it takes; it is checked here
        queue_model = self.env["kam.credit.queue"].sudo()
        return queue_model._once(command_id, ["wait", self.ids, reason], action)

    def action_kam_wait(self):
        """Put the quotation into the queue of its customer."""
        self.kam_wait()
        return True

    def _kam_tell_waited(self):
        for order in self:
            order.message_post(body=self.env._("There was room: waits no more."))

    def _kam_keep_signed(self):
        """Keep orders that the customer signed or paid and that are not let through.

        They wait in the queue; the customer is told nothing about money.
        """
        model = self.env["kam.credit.queue"].sudo()  # sudo: the customer acts here
        for order in self.sudo():
            model._put(order, None, signed=True)
            user = order.user_id or self.env.ref("base.user_admin")
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The customer has signed: waits for credit"),
                user_id=user.id,
            )

    def _kam_stopped(self):
        """Return those of the orders that the gate would not let through."""
        # sudo: see _kam_gate
        orders = self.sudo().filtered(lambda one: one.state in ("draft", "sent"))
        _found, left = orders._kam_findings_left()
        return self.filtered(lambda one: stopping(left.get(one.id, ())))

    @api.model
    def _kam_by_customer(self):
        """Tell whether a customer acts; pages of the portal run as the superuser."""
        asking = request.env.user if request else self.env.user
        return self.env.user.share or asking.share

    def action_confirm(self):
        """Customers are never told of credit: what they confirm waits instead."""
        outside = self._kam_by_customer() and not self.env.cr.cache.get(GATE)
        stopped = self._kam_stopped() if outside else self.browse()
        if not stopped:
            return super().action_confirm()
        stopped._kam_keep_signed()
        rest = self - stopped
        return super(SaleOrder, rest).action_confirm() if rest else True

    def _action_cancel(self):
        result = super()._action_cancel()
        waiting, _partners = self.env["kam.credit.queue"]._waiting()
        if ids := waiting.intersection(self.ids):
            # sudo: whoever may cancel the order ends its waiting
            entries = self.env["kam.credit.queue"].sudo()
            entries = entries.search(
                [("order_id", "in", list(ids)), ("status", "=", "waiting")]
            )
            words = entries._reason(self.env._("The order was cancelled."))
            entries._command(queue.Withdraw(words))
        model = self.env["kam.credit.queue"]
        if model._waiting()[1]:
            # sudo: whose credit is free now, is told to nobody
            partners = self.sudo().partner_invoice_id.commercial_partner_id
            model._room_may_be_free(partners.ids)
        return result


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """A payment is never undone because its order waits for credit."""
        ready = self.env["sale.order"]
        for transaction in self:
            order = transaction.sale_order_ids
            quotation = len(order) == 1 and order.state in ("draft", "sent")
            if quotation and order._is_confirmation_amount_reached():
                ready |= order
        stopped = ready._kam_stopped() if ready else ready
        stopped._kam_keep_signed()
        passing = self.filtered(lambda one: not one.sale_order_ids & stopped)
        return super(PaymentTransaction, passing)._check_amount_and_confirm_order()


class KamDocumentFacts(models.AbstractModel):
    _inherit = "kam.document.facts"

    def _missing(self, category, ids, imported=False):
        """A receipt or a credit note may make room for who waits."""
        if category == "account.move" and not imported:
            # what the transaction knows anyway; the hourly look finds the rest
            field = self.env["account.move"]._fields["commercial_partner_id"]
            known = field._get_cache(self.env)
            partners = {known.get(one) for one in ids} - {None}
            self.env["kam.credit.queue"]._room_may_be_free(partners)
        return super()._missing(category, ids, imported)
