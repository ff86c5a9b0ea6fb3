"""Objections to closed statements of pay, and their answers, on record."""

import uuid

from odoo import fields, models
from odoo.exceptions import AccessError

from ..kam_core.pay import statements


class KamPayObjection(models.Model):
    _name = "kam.pay.objection"
    _inherit = ["kam.event.sourced.part"]
    _description = "Objection to a pay statement"
    _order = "asked_on desc, id desc"
    _part_of = ("statement_id", "objection_ids")
    _rec_name = "question"

    statement_id = fields.Many2one(
        "kam.pay.statement", required=True, ondelete="cascade", index=True
    )
    question = fields.Text(required=True)
    asked_on = fields.Date()
    answer = fields.Text()
    answered_on = fields.Date()
    answered_by_id = fields.Many2one("res.users", ondelete="restrict")


class KamPayStatement(models.Model):
    _inherit = "kam.pay.statement"

    def object_to(self, question, command_id=None):
        """Ask about a closed statement, on record.

        :param question: a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        words = self._reason(question)

        def action(model):
            records = model.browse(self.ids)
            records.check_access("read")
            if not model.env.su and records.user_id - model.env.user:
                raise AccessError(
                    model.env._("Whoever is paid objects; ask them to do so.")
                )
            # sudo: those paid may not write statements; an objection changes no amount
            for one in records.sudo():
                one._command(
                    statements.Ask(
                        str(uuid.uuid4()), words, model.env.company._kam_today()
                    )
                )
            return True

        return self._once(command_id, ["object_to", self.ids, question], action)

    def answer(self, objection_id, answer, command_id=None):
        """Answer an objection, on record.

        :param objection_id: of the objection
        :param answer: a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        self.ensure_one()
        words = self._reason(answer)

        def action(model):
            record = model.browse(self.ids)
            record.check_access("write")
            mine = record.objection_ids.filtered(lambda one: one.id == objection_id)
            return record._command(
                statements.Answer(
                    mine.event_key or "",
                    words,
                    model.env.company._kam_today(),
                    model.env.uid,
                )
            )

        return self._once(
            command_id, ["answer", self.ids, objection_id, answer], action
        )
