"""Statements of pay: thin; the rules are in ``kam_core/pay``."""

import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.pay import statements
from ..kam_core.pay.calculation import calculate
from .kam_pay_knowledge import stamped_text, total_of

PAYROLL = "kam_management.group_kam_payroll"


class KamPayStatement(models.Model):
    _name = "kam.pay.statement"
    _inherit = ["kam.event.sourced"]
    _description = "Pay statement"
    _order = "date_from desc, user_id, id"
    _core = statements

    scheme_id = fields.Many2one(
        "kam.pay.scheme", required=True, ondelete="restrict", index=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        required=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True, help="Included.")
    absent_days = fields.Integer(
        "Days absent", help="Days of the period for which the base is not paid."
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )
    bonus = fields.Monetary(readonly=True, copy=False)
    commission = fields.Monetary(readonly=True, copy=False)
    adjustment = fields.Monetary(
        "Adjustments", readonly=True, copy=False, help="Of periods closed before."
    )
    total = fields.Monetary(readonly=True, copy=False)
    cover = fields.Integer(readonly=True, copy=False, aggregator=None)
    scheme_version = fields.Integer(readonly=True, copy=False, aggregator=None)
    digest = fields.Char(
        readonly=True, copy=False, help="Over all lines: a re-run gives the same."
    )
    stamped = fields.Char(readonly=True, copy=False)
    closed_on = fields.Date("Closed on", readonly=True, copy=False)
    objection_ids = fields.One2many(
        "kam.pay.objection", "statement_id", "Objections", readonly=True
    )
    # what an open one would pay today: no promise, and no event
    estimate = fields.Monetary("As of today", readonly=True, copy=False)
    coefficient = fields.Float(
        "Debt coefficient", readonly=True, copy=False, digits=(16, 4), aggregator=None
    )
    estimated_at = fields.Datetime("Reckoned", readonly=True, copy=False)
    line_ids = fields.One2many("kam.pay.statement.line", "statement_id", readonly=True)

    _once_a_period = models.UniqueIndex(
        "(scheme_id, user_id, date_from)",
        "This person has a statement of this scheme for the period already.",
    )

    @api.depends("user_id", "date_from")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.user_id.name or ''}, {one.date_from or ''}"

    # ---------------------------------------------------------------- reckoning
    def refresh(self):
        """Reckon open statements anew from what is known now; closed ones stay.

        :return: True
        """
        self.check_access("read")
        # sudo: the lines follow the log and the scheme, whoever looks at them
        for statement in self.sudo().filtered(lambda one: one.state == "open"):
            statement._refresh()
        return True

    def action_refresh(self):
        """Reckon the statement anew."""
        return self.refresh()

    def _refresh(self):
        known = self.env["kam.pay.knowledge"]._question(self)
        if known is None:
            self.line_ids.unlink()
            self.write({"estimate": 0, "estimated_at": fields.Datetime.now()})
            return
        statement = calculate(known[0])
        later = self._adjustments(None)
        self._keep_lines(statement, later)
        self.write(
            {
                "estimate": float(statement.total + total_of(later)),
                "coefficient": float(statement.coefficient),
                "estimated_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _after_rebuild(self):
        """Bring back the lines, which are no records of the log."""
        self._restore_lines()
        return super()._after_rebuild()

    def _restore_lines(self):
        """Make the lines of closed statements again, as each was closed."""
        for one in self.search([("state", "=", "closed"), ("line_ids", "=", False)]):
            known = self.env["kam.pay.knowledge"]._question(
                one, one.cover, json.loads(one.stamped)
            )
            if known is not None:
                result = calculate(known[0])
                one._keep_lines(result, one._adjustments(one.cover))
                one.coefficient = float(result.coefficient)

    def _keep_lines(self, statement, later):
        """Make the lines that people see; they are made again from the log."""
        self.line_ids.unlink()
        rows = [self._line_vals(one) for one in statement.lines]
        rows += [self._adjustment_vals(*one) for one in later]
        self.env["kam.pay.statement.line"].create(
            [
                {"statement_id": self.id, "sequence": place, **row}
                for place, row in enumerate(rows)
            ]
        )

    def _line_vals(self, line):
        category, key, version = line.event or (False, False, 0)
        return {
            "kind": line.kind,
            "kpi_id": line.kpi_id,
            "fact": float(line.fact or 0),
            "plan": float(line.plan or 0),
            "attained": float(line.attained or 0),
            "base": float(line.base),
            "ratio": float(line.ratio),
            "amount": float(line.amount),
            "date": line.day,
            "partner_id": line.partner_id,
            "event_model": category,
            "event_stream": key,
            "event_version": version,
        }

    # ------------------------------------------------------------------- close
    def close(self, command_id=None):
        """Close open statements: amounts, what was known, and a digest, for ever.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            records = model.browse(self.ids)
            records.check_access("write")
            for one in records.sorted(lambda one: (one.date_from, one.id)):
                one._close()
            return True

        return self._once(command_id, ["close", self.ids], action)

    def action_close(self):
        """Close the statements."""
        return self.close()

    def _close(self):
        self._check_may_close()
        # sudo: pay is reckoned from all facts that make it, whoever presses the button
        knowledge = self.env["kam.pay.knowledge"].sudo()
        company = knowledge._root(self.company_id.id)
        place = self.env["kam.pay.cover"]._take(company)
        question, version, stamped = self._known_at(knowledge, place)
        result = calculate(question)
        self._check_complete(result)
        if question.absent_days != (self.absent_days or 0):
            self.absent_days = question.absent_days  # counted from time off: kept
        # sudo: as above
        later = self.sudo()._adjustments(place)
        self._command(
            statements.Close(
                bonus=result.bonus,
                commission=result.commission,
                adjustment=total_of(later),
                cover=place,
                scheme_version=version,
                digest=result.digest(),
                stamped=stamped_text(stamped),
                effective_on=self.env.company._kam_today(),
            )
        )
        # sudo: lines and coefficient are made from the log, and written by nobody
        self.sudo()._keep_lines(result, later)
        self.sudo().coefficient = float(result.coefficient)

    def _check_may_close(self):
        if not self.env.su and not self.env.user.has_group(PAYROLL):
            raise AccessError(self.env._("Periods of pay are closed by payroll."))
        if self.state == "open" and self.date_to >= self.env.company._kam_today():
            raise UserError(
                self.env._(
                    "“%s” is not over yet: close it after its last day.",
                    self.display_name,
                )
            )

    def _known_at(self, knowledge, place):
        known = knowledge._question(self, place)
        if known is None:
            raise UserError(
                self.env._(
                    "“%s” was not in force when the period began.",
                    self.scheme_id.display_name,
                )
            )
        return known

    def _check_complete(self, result):
        if result.missing:
            raise UserError(
                self.env._(
                    "“%(kpi)s” has no plan or no fact for %(who)s: approve a target of"
                    " just this period first.",
                    kpi=self.env["kam.kpi"].browse(result.missing[0]).display_name,
                    who=self.user_id.name,
                )
            )

    @api.readonly
    def verify(self):
        """Reckon a closed statement again from the log, and compare.

        :return: dict ``same`` (digest and total agree), ``total`` as reckoned now and
            ``digest``
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "closed":
            raise UserError(self.env._("Only a closed statement can be verified."))
        one = self.sudo()  # sudo: the proof needs all that the pay was made of
        known = self.env["kam.pay.knowledge"]._question(
            one, one.cover, json.loads(one.stamped)
        )
        if known is None:
            raise UserError(
                self.env._("What this statement was reckoned from is not in the log.")
            )
        question = known[0]
        result = calculate(question)
        total = result.total + Decimal(str(one.adjustment or 0)).quantize(
            Decimal(1).scaleb(-question.decimals)
        )
        return {
            "same": result.digest() == one.digest
            and one.currency_id.compare_amounts(float(total), one.total) == 0,
            "total": float(total),
            "digest": result.digest(),
        }

    def action_verify(self):
        """Say whether a re-run gives the same cent."""
        told = self.verify()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if told["same"] else "danger",
                "message": self.env._(
                    "Reckoned again from the log: the same to the cent."
                )
                if told["same"]
                else self.env._("Reckoned again from the log: it differs."),
            },
        }

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "StatementClosed": _("Closed"),
            "ObjectionRaised": _("Objection"),
            "ObjectionAnswered": _("Answer"),
        }
