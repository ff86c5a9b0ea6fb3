"""What came of a talk about money: a promise, a dispute, or another call."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .kam_collection_contact import RESULTS


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    # ------------------------------------------------------------------ result
    @api.model
    def note(
        self,
        partner_id,
        result,
        note=None,
        contact_id=None,
        again_on=None,
        amount=None,
        promised_for=None,
        move_ids=None,
        reason_id=None,
        kind="call",
        command_id=None,
    ):
        """Note what came of a talk about money.

        :param partner_id: id of a customer you may collect from
        :param result: ``promised``, ``will_check``, ``disputes``, ``no_answer``,
            ``sent`` or ``other``
        :param note: what was said
        :param contact_id: id of the contact you talked with
        :param again_on: date, ``YYYY-MM-DD``, agreed to talk again
        :param amount: promised, tax included; what is overdue when left out
        :param promised_for: the promised date; needed with ``promised``
        :param move_ids: ids of the invoices promised or disputed; needed with
            ``disputes``; currency is theirs, else the company's
        :param reason_id: id of the reason of a dispute
        :param kind: ``call``, ``mail`` or ``visit``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``contact_id``, ``promise_id``, ``dispute_id`` (ids or False)
        """
        request = [partner_id, result, note, contact_id, again_on, amount]
        request += [promised_for, move_ids, reason_id, kind]

        def action(model):
            return self._note(
                partner_id,
                result,
                note,
                contact_id,
                again_on,
                {
                    "amount": amount,
                    "promised_for": promised_for,
                    "moves": self._moves_given(move_ids),
                    "reason_id": reason_id,
                },
                kind,
            )

        contacts = self.env["kam.collection.contact"]
        return contacts._once(command_id, ["note", *request], action)

    def _note(self, partner_id, result, note, contact_id, again_on, given, kind):
        partner = self._check_partner(partner_id)
        if not isinstance(result, str) or result not in dict(RESULTS):
            raise UserError(
                self.env._("“Result” is one of: %s.", ", ".join(dict(RESULTS)))
            )
        head = {
            "partner_id": partner.id,
            "company_id": self.env.company.root_id.id,
            "contact_id": contact_id,
        }
        promise = dispute = False
        if result == "promised":
            promise = self._new_promise(head, given, note)
        elif result == "disputes":
            dispute = self._new_dispute(head, given, note)
        again = self._again_given(result, again_on)
        made = self.env["kam.collection.contact"].create(
            {
                **head,
                "kind": kind,
                "result": result,
                "note": note,
                "again_on": again,
                "promise_id": promise and promise.id,
                "dispute_id": dispute and dispute.id,
            }
        )
        return {
            "contact_id": made.id,
            "promise_id": promise and promise.id,
            "dispute_id": dispute and dispute.id,
        }

    def _again_given(self, result, again_on):
        """Return the day to talk again; tomorrow when nobody answered."""
        day = self.env["kam.collection.contact"]._day_given(again_on)
        if day or result != "no_answer":
            return day
        tomorrow = self.env.company._kam_today() + timedelta(days=1)
        return tomorrow + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[tomorrow.weekday()])

    def _moves_given(self, move_ids):
        if not isinstance(move_ids or [], (list, tuple)) or not all(
            type(one) is int for one in move_ids or ()
        ):
            raise UserError(self.env._("“Invoices” is a list of ids, as numbers."))
        return self.env["account.move"].browse(move_ids or ()).exists()

    def _new_promise(self, head, given, note):
        moves, amount = given["moves"], given["amount"]
        if not given["promised_for"]:
            raise UserError(
                self.env._("“Promised for” is missing: by which day will they pay?")
            )
        if amount is None:
            amount = self._owed(head["partner_id"], moves)
        currency = moves.currency_id[:1] or self.env.company.root_id.currency_id
        return self.env["kam.promise"].create(
            {
                **head,
                "amount": amount,
                "currency_id": currency.id,
                "date_promised": given["promised_for"],
                "move_ids": [fields.Command.set(moves.ids)],
                "note": note,
            }
        )

    def _owed(self, partner_id, moves):
        """Return what is open on the invoices; without any, what is overdue."""
        if moves:
            return sum(moves.mapped("amount_residual"))
        today = self.env.company._kam_today()
        rows = self._debts(today, 0, [partner_id])
        return float(rows[0][1] if rows else 0)

    def _new_dispute(self, head, given, note):
        moves = given["moves"]
        if not moves:
            raise UserError(
                self.env._("“Invoices” is empty: choose those that are disputed.")
            )
        reason = (
            given["reason_id"] or self.env["kam.dispute.reason"].search([], limit=1).id
        )
        head = {name: one for name, one in head.items() if name != "contact_id"}
        return self.env["kam.dispute"].create(
            {
                **head,
                "currency_id": moves.currency_id[:1].id,
                "reason_id": reason,
                "description": note,
                "line_ids": [
                    fields.Command.create(
                        {"move_id": move.id, "amount": move.amount_residual}
                    )
                    for move in moves
                ],
            }
        )
