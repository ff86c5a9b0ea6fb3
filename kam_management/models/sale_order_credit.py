"""Credit at the gate: what an order takes of the limit, and who took it before.

Two orders that are confirmed at one moment take the head of the credit line one after
the other. Where nothing has been written yet, as with a button or a call over RPC, an
order waits its turn and then looks anew, so that it need not be tried again; where
something has, the later one loses the head and Odoo tries it again.
"""

from weakref import WeakKeyDictionary

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE
from odoo.tools import format_amount

from ..kam_core import codec
from ..kam_core.credit import closings
from ..kam_core.credit.reservations import CreditTaken
from ..kam_core.credit.rules import OVER_LIMIT
from ..kam_core.gate import stopping
from ..savepoints import inside
from .kam_event_store import Entry, Recorded
from .sale_order_gate import GATE

CATEGORY = "kam.credit.line"
TOLD = "told"
TURN = 7264  # advisory locks of credit lines
LOST = WeakKeyDictionary()  # cursor: how often its request lost the head


class KamCreditLine(models.AbstractModel):
    """The heads of credit lines: see ``kam_core/credit/reservations.py``."""

    _name = "kam.credit.line"
    _description = "Credit line"

    def _take(self, documents, looks):
        """Record what documents took, each on the head of its credit line.

        The head is taken before the commit, together with the facts: as late as may
        be, and by their statement.
        """
        entries = {}
        for look in looks:
            entry = entries.setdefault(
                look.line,
                Entry(category=CATEGORY, key=look.line, company_id=look.company_id),
            )
            entry.events.append(self._recorded(documents._name, look))
        self.env["kam.document.facts"]._append_beside(entries.values())

    def _lost(self, lost):
        """Return what to raise when the head was lost to somebody else.

        :return: a sentence after the last try of a request
        """
        LOST[self.env.cr] = LOST.get(self.env.cr, 0) + 1
        if LOST[self.env.cr] < MAX_TRIES_ON_CONCURRENCY_FAILURE:
            return lost
        return UserError(
            self.env._(
                "Many orders go by the same credit limit at this moment. Nothing was"
                " changed; try again in a minute."
            )
        )

    def _recorded(self, model, look):
        event = CreditTaken(
            res_model=model,
            res_id=look.id,
            amount=look.case.amount,
            exposure=look.case.exposure,
            credit_limit=look.case.credit_limit,
            currency=look.currency,
        )
        payload = codec.encode(event, str)
        return Recorded(type="CreditTaken", payload=payload)

    def _taken_last(self, line, but):
        """Return the payload of who took the line last, other than document ``but``."""
        for entry in reversed(self.env["kam.document.facts"]._beside()):
            if (entry.category, entry.key) == (CATEGORY, line):
                return entry.events[-1].payload
        self.env.cr.execute(
            """SELECT e.payload FROM kam_es.stream s
                 JOIN kam_es.event e ON e.stream_id = s.id
                WHERE s.category = %s AND s.key = %s
                  AND (e.payload ->> 'res_model', e.payload ->> 'res_id') <> (%s, %s)
                ORDER BY e.version DESC LIMIT 1""",
            [CATEGORY, line, *map(str, but)],
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _event_titles(self):
        return {"CreditTaken": self.env._("Credit taken")}


class KamDocumentFacts(models.AbstractModel):
    _inherit = "kam.document.facts"

    def _append_all(self, entries):
        if all(entry.category != CATEGORY for entry in entries):
            return super()._append_all(entries)
        try:
            return super()._append_all(entries)
        except (SerializationFailure, ConcurrencyError) as lost:
            raise self.env["kam.credit.line"]._lost(lost) from lost


class KamCreditExposure(models.AbstractModel):
    _inherit = "kam.credit.exposure"

    def _found_on(self, documents, looks):
        """Return {document id: findings}; who took the room is named where it is over.

        :param documents: orders or invoices, with the rights of whoever asks
        """
        out = {}
        for look in looks:
            findings = self._found(look)
            if any(one.code == OVER_LIMIT for one in findings):
                findings = [
                    self._naming(documents, look, one)
                    if one.code == OVER_LIMIT
                    else one
                    for one in findings
                ]
            out[look.id] = findings
        return out

    def _naming(self, documents, look, finding):
        taken = self.env["kam.credit.line"]._taken_last(
            look.line, (documents._name, look.id)
        )
        if not taken:
            return finding
        amount = format_amount(
            self.env,
            float(taken["amount"]),
            self.env["res.currency"].browse(look.currency_id),
        )
        record = self.env[taken["res_model"]].sudo(False).browse(taken["res_id"])
        name = None
        if record.exists() and record.has_access("read"):
            name = record.display_name
        words = (
            self.env._("Taken last: %(amount)s by %(name)s.", amount=amount, name=name)
            if name
            else self.env._("Taken last: %(amount)s.", amount=amount)
        )
        return type(finding)(
            finding.code,
            finding.kind,
            finding.severity,
            f"{finding.message} {words}",
            finding.measure,
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_closed = fields.Boolean(
        "Rest given up",
        compute="_compute_kam_closed",
        search="_search_kam_closed",
        help="Nothing more of it will be delivered or invoiced; it holds no credit.",
    )

    # -------------------------------------------------------------------- gate
    def _kam_take_turn(self):
        """Look, and wait where others take the same credit at this moment."""
        notes = super()._kam_take_turn()
        orders = self.sudo()  # sudo: credit is judged whoever confirms
        exposure = self.env["kam.credit.exposure"]
        told = exposure._told(orders)
        looks = _looks_of(told)
        if looks and looks[0].unwritten and self._kam_nothing_pending():
            self._kam_wait({look.line for look in looks})
            told = exposure._told(orders)
        return {**notes, TOLD: (self.ids, told)}

    def _kam_nothing_pending(self):
        """Tell whether the transaction can begin again: there is nothing to lose."""
        transaction, cr = self.env.transaction, self.env.cr
        return not (
            inside(cr)
            or any(transaction.field_dirty.values())
            or any(transaction.tocompute.values())
            or cr.precommit._funcs
            or cr.postcommit._funcs
        )

    def _kam_wait(self, lines):
        """Wait for the turn on credit lines, and begin the transaction again.

        A lock inside it would come after its snapshot, which is then too old. Nothing
        has been written: ending it changes nothing. The lock of the session becomes
        one of the new transaction at once, so that it goes with it whatever happens.
        """
        cr, lines = self.env.cr, sorted(lines)
        hashes = """(SELECT DISTINCT hashtext(line) AS key
                       FROM unnest(%s) AS line ORDER BY 1) AS k"""
        lock = f"SELECT pg_advisory_lock({TURN}, k.key) FROM {hashes}"  # noqa: S608
        keep = f"""SELECT pg_advisory_xact_lock({TURN}, k.key),
                          pg_advisory_unlock({TURN}, k.key) FROM {hashes}"""  # noqa: S608
        try:
            cr.execute(lock, [lines])
            cr.rollback()
            cr.execute(keep, [lines])
        except BaseException:
            cr.rollback()
            cr.execute("SELECT pg_advisory_unlock_all()")
            raise

    def _kam_told(self):
        """Return what was told when the turn was taken, if of these; else ask."""
        gate = self.env.cr.cache.get(GATE)
        ids, told = gate.notes.pop(TOLD, (None, None)) if gate else (None, None)
        return told if ids == self.ids else self.env["kam.credit.exposure"]._told(self)

    def _kam_found(self, told):
        found = super()._kam_found(told)
        looks = _looks_of(told)
        if gate := self.env.cr.cache.get(GATE):
            noted = gate.notes.setdefault("credit", {})
            noted.update({look.id: look for look in looks})
        found_on = self.env["kam.credit.exposure"]._found_on(self, looks)
        for order_id, findings in found_on.items():
            found.setdefault(order_id, []).extend(findings)
        return found

    def _kam_let_through(self, gate):
        result = super()._kam_let_through(gate)
        noted = gate.notes.get("credit", {})
        looks = [
            noted[order.id]
            for order in self
            if order.id in noted
            and noted[order.id].case.amount > 0
            and order._kam_takes_more(gate)
        ]
        if looks:
            self.env["kam.credit.line"]._take(self, looks)
        self.env["kam.credit.queue"]._passed(self)
        return result

    def _kam_takes_more(self, gate):
        before = gate.before.get(self.id)
        return before is None or before[0] < self.amount_total

    # ----------------------------------------------------------------- closing
    @api.depends_context("uid")
    def _compute_kam_closed(self):
        # sudo: whoever may read the order may know that it is closed
        found = (
            self.env["kam.order.closing"]
            .sudo()
            .search([("order_id", "in", self.ids), ("closed", "=", True)])
        )
        for order in self:
            order.kam_closed = order in found.order_id

    def _search_kam_closed(self, operator, value):
        if operator != "in":
            return NotImplemented
        # a search asks no right to a field that is not stored
        self._check_field_access(self._fields["kam_closed"], "read")
        # sudo: as in the compute
        found = self.env["kam.order.closing"].sudo().search([("closed", "=", True)])
        here = Domain("id", "in", found.order_id.ids)
        return here if True in value else ~here

    def kam_close_rest(self, reason, command_id=None):
        """Give up the rest of confirmed orders: they hold no credit any more.

        :param reason: why, in a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._kam_closing(closings.Close, reason, command_id)

    def kam_reopen_rest(self, reason, command_id=None):
        """Take up the rest of orders again; each needs its room of the limit.

        :param reason: why, in a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :raises UserError: the limit, or another rule, does not allow it
        """

        def judged(orders):
            _found, left = orders._kam_findings_left()
            refused = {
                order: stops
                for order in orders
                if (stops := stopping(left.get(order.id, ())))
            }
            if refused:
                raise orders._kam_refusal(refused)
            looks = self.env["kam.credit.exposure"]._looks(orders)
            if looks := [one for one in looks if one.case.amount > 0]:
                self.env["kam.credit.line"]._take(orders, looks)

        return self._kam_closing(closings.Reopen, reason, command_id, judged)

    def _kam_closing(self, command, reason, command_id, after=None):
        # sudo: the right to the order is what it takes; it is checked here
        model = self.env["kam.order.closing"].sudo()

        def action(_model):
            self.check_access("write")
            for order in self:
                if order.state != "sale":
                    raise UserError(
                        self.env._("%s is not confirmed: cancel it.", order.name)
                    )
                found = model.search([("order_id", "=", order.id)])
                found = found or model.create(
                    {"order_id": order.id, "company_id": order.company_id.id}
                )
                day = order.company_id._kam_today()
                found._command(command(day, model._reason(reason)))
            self.invalidate_recordset(["kam_closed"])
            if after:
                after(self.sudo())  # sudo: see _kam_gate
            else:
                partners = self.sudo().partner_invoice_id.commercial_partner_id
                self.env["kam.credit.queue"]._room_may_be_free(partners.ids)
            return True

        return model._once(
            command_id, [command.__name__, "sale.order", self.ids, reason], action
        )

    def unlink(self):
        # sudo: what is told of a deleted quotation goes with it, whoever deletes it
        for name in ("kam.order.closing", "kam.credit.queue"):
            self.env[name].sudo()._forget(self)
        return super().unlink()

    # -------------------------------------------------------------- many orders
    def kam_confirm(self, command_id=None):
        """Confirm orders one by one, and tell what became of each.

        Unlike the button, which confirms all of them or none.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: list of dicts ``id``, ``name``, ``confirmed``, ``message`` (why not)
        """
        # sudo: only the book of commands; the orders are confirmed with own rights
        book = self.env["kam.credit.queue"].sudo()

        def action(_model):
            if self.env.user.share:
                raise AccessError(
                    self.env._("Only people of the company confirm orders so.")
                )
            self.check_access("write")
            return [order._kam_confirm_one() for order in self]

        return book._once(command_id, ["confirm", self.ids], action)

    def _kam_confirm_one(self):
        message = ""
        try:
            with self.env.cr.savepoint():
                self.action_confirm()
        except UserError as refusal:
            message = str(refusal)
        return {
            "id": self.id,
            "name": self.name,
            "confirmed": not message,
            "message": message,
        }


def _looks_of(told):
    return [one.look for one in told.values() if one.look]
