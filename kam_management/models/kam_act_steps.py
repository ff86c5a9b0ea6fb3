"""The life of an act: sent, answered, signed, closed; and what comes after it."""

from datetime import timezone
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from ..kam_core.receivables import act_rows, acts
from . import kam_act_query as query


class KamAct(models.Model):
    _inherit = "kam.act"

    # ------------------------------------------------------------- integrations
    def send(self, expected_version=None, command_id=None):
        """Give acts to the customers, with their lines as the ledger has them now.

        No e-mail: see :meth:`action_send`.

        :param expected_version: refuse when an act has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            model = model.browse(self.ids)
            model.check_access("write")
            for act in model:
                act._check_delta_is_last()
                totals, rows = act._take()
                command = acts.Send(
                    _now(),
                    totals,
                    tuple(act_rows.packed(row) for row in rows),
                    act._digest(totals, rows),
                )
                act._command(command, expected_version)
                act._store_sent(totals, rows)
            return True

        return self._once(command_id, ["send", self.ids, expected_version], action)

    def take_back(self, reason=None, expected_version=None, command_id=None):
        """Make sent or answered acts drafts again.

        :param reason: why, in a sentence; may be left out
        :param expected_version: refuse when an act has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            model = model.browse(self.ids)
            model._command(
                acts.TakeBack(_now(), self._reason(reason)), expected_version
            )
            model._refresh_lines()
            return True

        request = ["take_back", self.ids, reason, expected_version]
        return self._once(command_id, request, action)

    def register_answer(
        self, answer, note=None, their_closing=None, lines=None, command_id=None
    ):
        """Note what the customers answer.

        :param answer: ``agreed`` or ``disagreed``
        :param note: their remarks, at most 2000 characters
        :param their_closing: balance by their books, in the act's currency, tax
            included, above zero when they owe
        :param lines: list of dicts ``line_id`` (of this act), ``amount`` (theirs;
            left out: they do not have it) and ``reason``; at most 500
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        request = ["answer", self.ids, answer, note, their_closing, lines]
        return self._once(
            command_id,
            request,
            lambda model: model.browse(self.ids)._answer(
                answer, note, their_closing, lines
            ),
        )

    def _answer(self, answer, note=None, their_closing=None, lines=None, by=None):
        self.check_access("write")
        note, lines = self._note(note), self._disputed(lines)
        closing = self._amount_given(their_closing)
        for act in self:
            act._command(
                acts.Answer(
                    _now(),
                    answer if isinstance(answer, str) else "",
                    note,
                    closing,
                    len(lines),
                    by.id if by else None,
                )
            )
            act._dispute_lines(lines if answer == acts.DISAGREED else [])
        return True

    def sign(
        self,
        signatory,
        authority,
        signed_on=None,
        scan=None,
        scan_name=None,
        expected_version=None,
        command_id=None,
    ):
        """Seal acts: both sides have signed.

        :param signatory: who signed for the customer, name and position
        :param authority: charter, or number and date of the power of attorney
        :param signed_on: date, ``YYYY-MM-DD``; today when left out
        :param scan: the signed paper, base64
        :param scan_name: file name of it
        :param expected_version: refuse when an act has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        digest = self._scan_digest(scan)
        request = ["sign", self.ids, signatory, authority, signed_on, digest]

        def action(model):
            day = model._day_given(signed_on) or self.env.company._kam_today()
            for act in model.browse(self.ids):
                act.check_access("write")
                act._check_delta_is_last()
                act._check_opening()
                command = acts.Sign(
                    self._text_given(signatory),
                    self._text_given(authority),
                    day,
                    act._stored_digest(),
                    digest,
                )
                act._command(command, expected_version)
                if digest:
                    act.write({"scan": scan, "scan_name": scan_name or "scan.pdf"})
            return True

        return self._once(command_id, request, action)

    def close(self, expected_version=None, command_id=None):
        """File signed acts.

        :param expected_version: refuse when an act has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["close", self.ids, expected_version],
            lambda model: model.browse(self.ids)._command(
                acts.Close(_now()), expected_version
            ),
        )

    @api.model
    @api.readonly
    def statement(
        self, partner_id, date_from, date_to, currency_id=None, agreement=None
    ):
        """Return what an act would say, without making one.

        :param partner_id: customer; its company with all contacts
        :param date_from: date, ``YYYY-MM-DD``; ``date_to`` is included
        :param currency_id: of the documents; company currency when left out
        :param agreement: only entries under it, as their field “Agreement” has it;
            an empty text: those under none; left out: all
        :return: dict ``opening``, ``debit``, ``credit``, ``closing`` and ``lines``
            (list of dicts ``date``, ``kind``, ``number``, ``debit``, ``credit``),
            amounts as decimal text, tax included, above zero when they owe
        """
        self.check_access("create")
        act = self.new(
            {
                "partner_id": self._id_given(partner_id),
                "currency_id": self._id_given(currency_id)
                or self.env.company.currency_id.id,
                "date_from": self._day_given(date_from),
                "date_to": self._day_given(date_to),
                "scope": "company",
                "agreement": self._text_given(agreement),
                "by_agreement": agreement is not None and agreement is not False,
            }
        )
        if not act.partner_id.exists() or not act.date_from or not act.date_to:
            raise UserError(
                self.env._("“Customer”, “From” and “To” are needed for a statement.")
            )
        totals, rows = act._take()
        return {
            **{
                name: format(getattr(totals, name), "f")
                for name in ("opening", "debit", "credit", "closing")
            },
            "lines": [
                {
                    "date": row.date.isoformat(),
                    "kind": row.kind,
                    "number": row.number,
                    "debit": format(row.debit, "f"),
                    "credit": format(row.credit, "f"),
                }
                for row in rows
            ],
        }

    # -------------------------------------------------------------------- parts
    def _check_opening(self):
        """What was sent must still begin where the act before it ends."""
        totals, _rows = self._take()
        chained = self.kind == acts.DELTA or self._chain(
            fields.Date.subtract(self.date_from, days=1)
        )
        if chained and self.status != acts.DRAFT and totals.opening != self._opening():
            raise UserError(
                self.env._(
                    "The act before %s was signed or corrected after this one was sent."
                    " Take it back and send it again.",
                    self.number,
                )
            )

    def _opening(self):
        return Decimal(float_repr(self.opening, self.currency_id.decimal_places))

    def _store_sent(self, totals, rows):
        query.store(self.env, self.id, rows)
        self._show(totals)


def _now():
    return fields.Datetime.now().replace(tzinfo=timezone.utc)
