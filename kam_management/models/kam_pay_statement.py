"""Statements of pay: thin; the rules are in ``kam_core/pay``."""

import json
import uuid
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core.pay import statements
from ..kam_core.pay.adjustments import adjustments
from ..kam_core.pay.attribution import Fact, Share
from ..kam_core.pay.calculation import calculate
from .kam_pay_knowledge import stamped_text

ZERO = Decimal(0)
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
    closed_on = fields.Date(readonly=True, copy=False)
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
                "estimate": float(statement.total + _total(later)),
                "coefficient": float(statement.coefficient),
                "estimated_at": fields.Datetime.now(),
            }
        )

    def _adjustments(self, place):
        """Return [(closed statement, adjustment)] of all this person's closed ones.

        :param place: cover up to which news count; None: now
        """
        knowledge, cover = self.env["kam.pay.knowledge"], self.env["kam.pay.cover"]
        closed = self._closed_before()
        if not closed:
            return []
        company = knowledge._root(self.company_id.id)
        settled = max(closed.mapped("cover"))
        then = knowledge._shares(company, self.user_id.id, settled)
        now = knowledge._shares(company, self.user_id.id, place)
        if then == now:
            return []
        heads = cover._heads(company, settled)
        versions = self._account_versions(company, place)

        def blame(share):
            category, key, version = share.fact.event
            if version <= heads.get((category, key), 0):  # known then: it moved
                return versions.get(share.fact.partner_id, share.fact.event)
            return share.fact.event

        found = []
        for one in closed:
            known = knowledge._question(one, one.cover, json.loads(one.stamped))
            if known is None:
                continue
            found += [
                (one, adjustment)
                for adjustment in adjustments(known[0], then, now, blame)
            ]
        return found

    def _closed_before(self):
        """Return this person's statements closed before this one, all if it is open."""
        closed = self.search(
            [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "closed"),
                ("id", "!=", self.id),
            ],
            order="date_from, id",
        )
        if self.state == "open":
            return closed
        mine = (self.cover, self.date_from, self.id)
        return closed.filtered(lambda one: (one.cover, one.date_from, one.id) < mine)

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

    def _account_versions(self, company, place):
        """Return {partner: the last event of its account} up to a cover."""
        states = self.env["kam.pay.cover"]._states(company, place, "kam.account")
        return {
            state.partner_id: ("kam.account", key, version)
            for key, (_row_id, version, state) in states.items()
            if state.company_id == company.id
        }

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

    def _adjustment_vals(self, closed, one):
        category, key, version = one.event
        return {
            "kind": "adjustment",
            "closed_id": closed.id,
            "amount": float(one.amount),
            "base": float(one.amount),
            "ratio": 1,
            "date": one.day,
            "partner_id": one.partner_id,
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
        if not self.env.su and not self.env.user.has_group(PAYROLL):
            raise AccessError(self.env._("Periods of pay are closed by payroll."))
        today = self.env.company._kam_today()
        if self.state == "open" and self.date_to >= today:
            raise UserError(
                self.env._(
                    "“%s” is not over yet: close it after its last day.",
                    self.display_name,
                )
            )
        knowledge = self.env["kam.pay.knowledge"].sudo()
        company = knowledge._root(self.company_id.id)
        place = self.env["kam.pay.cover"]._take(company)
        known = knowledge._question(self, place)
        if known is None:
            raise UserError(
                self.env._(
                    "“%s” was not in force when the period began.",
                    self.scheme_id.display_name,
                )
            )
        question, version, stamped = known
        result = calculate(question)
        if result.missing:
            raise UserError(
                self.env._(
                    "“%(kpi)s” has no plan or no fact for %(who)s: approve a target of"
                    " just this period first.",
                    kpi=self.env["kam.kpi"].browse(result.missing[0]).display_name,
                    who=self.user_id.name,
                )
            )
        later = self.sudo()._adjustments(place)
        self._command(
            statements.Close(
                bonus=result.bonus,
                commission=result.commission,
                adjustment=_total(later),
                cover=place,
                scheme_version=version,
                digest=result.digest(),
                stamped=stamped_text(stamped),
                effective_on=today,
            )
        )
        self.sudo()._keep_lines(result, later)
        self.sudo().coefficient = float(result.coefficient)

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

    # ------------------------------------------------------------------ what if
    def what_if(self, changes):
        """Say what orders, invoices or payments to come would change.

        :param changes: list of dicts ``kind`` (``sale``, ``collected`` or ``order``),
            ``amount`` (without tax, company currency), and perhaps ``margin`` and
            ``customer_new`` (the first sale to a new customer)
        :return: dict ``total`` now, ``then`` with the changes, ``difference``, and
            ``lines``: list of ``{name, before, after}`` that would differ
        """
        self.ensure_one()
        self.check_access("read")
        one = self.sudo()  # sudo: reckoned from one's own facts and scheme
        known = self.env["kam.pay.knowledge"]._question(one)
        if known is None:
            raise UserError(self.env._("The scheme is not in force for this period."))
        question = known[0]
        day = min(one.date_to, max(one.date_from, self.env.company._kam_today()))
        new = [
            self._imagined(change, place, day)
            for place, change in enumerate(self._given_changes(changes), 1)
        ]
        first = {
            **question.first_days,
            **{one.partner_id: day for one, is_new in new if is_new},
        }
        shares = [Share(fact, self.user_id.id, Decimal(100)) for fact, _new in new]
        before = calculate(question)
        after = calculate(
            replace(question, shares=[*question.shares, *shares], first_days=first)
        )
        return {
            "total": float(before.total),
            "then": float(after.total),
            "difference": float(after.total - before.total),
            "lines": self._differences(before, after),
        }

    def _given_changes(self, changes):
        """Return [(kind, amount, cost, new customer)] of what the caller gave."""
        try:
            found = [
                (
                    one["kind"],
                    Decimal(str(one["amount"])).quantize(Decimal("0.01")),
                    Decimal(str(one.get("margin") or 0)).quantize(Decimal("0.01")),
                    bool(one.get("customer_new")),
                )
                for one in changes
            ]
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as e:
            found, error = [], e
        else:
            error = None
        kinds = {"sale", "collected", "order"}
        if not found or any(
            one[0] not in kinds or not one[1].is_finite() for one in found
        ):
            raise UserError(
                self.env._(
                    "“changes” is a list of objects with “kind” (sale, collected or"
                    " order) and “amount” (a number)."
                )
            ) from error
        return found

    def _imagined(self, change, place, day):
        kind, amount, margin, is_new = change
        fact = Fact(
            ("what if", str(place), 1),
            *(place, kind, day, day, -place, self.company_id.id),
            document_kind="order" if kind == "order" else "invoice",
            untaxed=amount,
            amount=amount,
            cost=amount - margin,
            documents=Decimal(1),
            deal=abs(amount),
        )
        return fact, is_new

    def _differences(self, before, after):
        kpis = self.env["kam.kpi"]
        old = {one.kpi_id: one for one in before.lines if one.kpi_id}
        found = [
            {
                "name": kpis.browse(one.kpi_id).display_name,
                "before": float(old[one.kpi_id].amount),
                "after": float(one.amount),
            }
            for one in after.lines
            if one.kpi_id and one.amount != old[one.kpi_id].amount
        ]
        if before.commission != after.commission:
            found.append(
                {
                    "name": self.env._("Commission"),
                    "before": float(before.commission),
                    "after": float(after.commission),
                }
            )
        return found

    # -------------------------------------------------------------- objections
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

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "StatementClosed": _("Closed"),
            "ObjectionRaised": _("Objection"),
            "ObjectionAnswered": _("Answer"),
        }


def _total(later):
    return sum((one.amount for _closed, one in later), ZERO)


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


class KamPayStatementLine(models.Model):
    _name = "kam.pay.statement.line"
    _description = "Line of a pay statement"
    _order = "statement_id, sequence, id"
    _rec_name = "kind"

    statement_id = fields.Many2one(
        "kam.pay.statement", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    user_id = fields.Many2one(related="statement_id.user_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    kind = fields.Selection(
        [
            ("bonus", "Key figure"),
            ("commission", "Commission"),
            ("adjustment", "Adjustment"),
        ],
        required=True,
    )
    kpi_id = fields.Many2one("kam.kpi", "Key figure")
    fact = fields.Float(digits=(16, 4), aggregator=None)
    plan = fields.Float(digits=(16, 4), aggregator=None)
    attained = fields.Float("Attainment", digits=(16, 4), aggregator=None)
    base = fields.Monetary(help="What the line is reckoned from.")
    ratio = fields.Float(
        digits=(16, 4), aggregator=None, help="What of the base is paid, or the rate."
    )
    amount = fields.Monetary()
    date = fields.Date()
    partner_id = fields.Many2one("res.partner", "Customer")
    closed_id = fields.Many2one("kam.pay.statement", "Of the closed statement")
    event_model = fields.Char("Kind of document")
    event_stream = fields.Char("Document")
    event_version = fields.Integer("Event", aggregator=None)
    origin = fields.Char("Made by", compute="_compute_origin")

    @api.depends("event_model", "event_stream", "event_version", "kpi_id")
    def _compute_origin(self):
        """Name the document or account behind each line, as far as one may read it."""
        names = {}
        for model, lines in self.filtered("event_model").grouped("event_model").items():
            for key, record in lines._records(model).items():
                names[model, key] = record.display_name
        for line in self:
            name = names.get((line.event_model, line.event_stream))
            line.origin = (
                f"{name or line.event_stream} (#{line.event_version})"
                if line.event_model
                else line.kpi_id.name
            )

    def _records(self, model):
        """Return {stream key: record} of what the user may read of the documents."""
        records = self.env[model].with_context(active_test=False)
        if hasattr(records, "event_key"):
            found = records.search([("event_key", "in", self.mapped("event_stream"))])
            return {one.event_key: one for one in found}
        ids = [int(one) for one in self.mapped("event_stream") if one.isdigit()]
        found = records.browse(ids).exists()._filtered_access("read")
        return {str(one.id): one for one in found}

    def action_open_origin(self):
        """Open the document, the account or the facts that the line is made of."""
        self.ensure_one()
        self.check_access("read")
        if self.kpi_id:
            statement = self.statement_id
            told = self.env["kam.kpi"].explain(
                self.kpi_id.code,
                statement.date_from,
                statement.date_to,
                statement.user_id.id,
            )
            return told["action"]
        record = self._records(self.event_model).get(self.event_stream)
        if not record:
            raise UserError(
                self.env._("The document is not there, or not yours to read.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
