"""Pay schemes: thin; the rules are in ``kam_core/pay/schemes.py``."""

import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.pay import schemes

PERIODS = [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")]


class KamPayScheme(models.Model):
    _name = "kam.pay.scheme"
    _inherit = ["kam.event.sourced"]
    _description = "Pay scheme"
    _order = "name, id"
    _core = schemes

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Selection(PERIODS, required=True, default="quarter")
    base = fields.Monetary(
        "Variable pay at plan", help="For one period, when every plan is just reached."
    )
    commission_base = fields.Selection(
        [
            ("value", "Value invoiced"),
            ("margin", "Margin invoiced"),
            ("collected", "Money received"),
        ],
        "Commission on",
    )
    absence = fields.Selection(
        [
            ("typed", "Days typed by payroll"),
            ("time_off", "Days of time off"),
            ("ignored", "Pays all the same"),
        ],
        required=True,
        default="typed",
        help="For which days of a period the variable pay at plan is not paid. Time"
        " off: whole days away, by the working hours, from Time Off or the absences of"
        " the working schedule; public holidays are not absences.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "kam_pay_scheme_user_rel",
        "scheme_id",
        "user_id",
        "Paid by it",
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    line_ids = fields.One2many("kam.pay.scheme.line", "scheme_id", "Key figures")
    step_ids = fields.One2many("kam.pay.scheme.step", "scheme_id", "Commission")
    debt_ids = fields.One2many("kam.pay.scheme.debt", "scheme_id", "Debt coefficient")
    signature_ids = fields.One2many(
        "kam.pay.scheme.signature", "scheme_id", "Signatures", readonly=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "In force"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    edition = fields.Integer(default=1, readonly=True, copy=False)
    effective_on = fields.Date("In force from", readonly=True, copy=False)
    is_signed = fields.Boolean(compute="_compute_is_signed")
    may_sign = fields.Boolean(compute="_compute_is_signed")

    @api.depends("signature_ids.user_id", "edition", "state", "user_ids")
    @api.depends_context("uid")
    def _compute_is_signed(self):
        for scheme in self:
            signed = scheme.signature_ids.filtered(
                lambda one, edition=scheme.edition: one.edition == edition
            ).user_id
            scheme.is_signed = bool(scheme.user_ids) and not scheme.user_ids - signed
            here = self.env.user in scheme.user_ids and self.env.user not in signed
            scheme.may_sign = here and scheme.state == "active"

    # --------------------------------------------------------------- decisions
    def activate(self, effective_on=None, command_id=None):
        """Put the edition in force.

        :param effective_on: first day, ``YYYY-MM-DD``; None: today
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        day = self._day_given(effective_on) or self.env.company._kam_today()

        def action(model):
            records = model.browse(self.ids)
            filtered = records.line_ids.kpi_id.filtered("domain")
            if filtered:
                raise UserError(
                    model.env._(
                        "“%s” has a filter of its own. Pay goes by whole figures.",
                        filtered[0].display_name,
                    )
                )
            return records._command(schemes.Activate(day))

        return self._once(command_id, ["activate", self.ids, effective_on], action)

    def revise(self, command_id=None):
        """Write the next edition; the present one stays on record.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["revise", self.ids],
            lambda model: model.browse(self.ids)._command(schemes.Revise()),
        )

    def retire(self, command_id=None):
        """Pay nobody by it any more.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["retire", self.ids],
            lambda model: model.browse(self.ids)._command(schemes.Retire()),
        )

    def sign(self, command_id=None):
        """Sign the present edition as one who is paid by it.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            records = model.browse(self.ids)
            records.check_access("read")
            uid = model.env.uid
            # sudo: those paid may not write schemes; the core takes a signature of
            # nobody but the caller, and only of those paid by it
            for record in records.sudo():
                record._command(
                    schemes.Sign(
                        str(uuid.uuid4()), uid, record.env.company._kam_today()
                    )
                )
            return True

        return self._once(command_id, ["sign", self.ids], action)

    def action_activate(self):
        """Put the edition in force from today on."""
        return self.activate()

    def action_revise(self):
        """Write the next edition."""
        return self.revise()

    def action_retire(self):
        """Pay nobody by it any more."""
        return self.retire()

    def action_sign(self):
        """Sign the edition."""
        return self.sign()

    def action_statements(self):
        """Open the statements of the scheme."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay statements"),
            "res_model": "kam.pay.statement",
            "domain": [("scheme_id", "in", self.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def action_make_statements(self):
        """Make the statements of the running period and open them."""
        self.make_statements()
        return self.action_statements()

    def make_statements(self, day=None, command_id=None):
        """Make a statement for each of those paid, for the period of a day.

        :param day: ``YYYY-MM-DD``; None: today
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the statements of the period
        """
        moment = self._day_given(day) or self.env.company._kam_today()
        return self._once(
            command_id,
            ["make_statements", self.ids, day],
            lambda model: model.browse(self.ids)._make_statements(moment),
        )

    def _make_statements(self, day):
        self.env["kam.pay.statement"].check_access("create")
        out = []
        for scheme in self:
            if scheme.state != "active" or scheme.effective_on > day:
                raise UserError(
                    self.env._("“%s” is not in force on that day.", scheme.display_name)
                )
            kpis = self.env["kam.kpi"].with_company(scheme.company_id)
            span = kpis._span_of(day, scheme.period)
            known = self.env["kam.pay.statement"].search(
                [
                    ("scheme_id", "=", scheme.id),
                    ("date_from", "=", span.start),
                    ("date_to", "=", span.end),
                ]
            )
            new = self.env["kam.pay.statement"].create(
                [
                    {
                        "scheme_id": scheme.id,
                        "user_id": user.id,
                        "company_id": scheme.company_id.id,
                        "date_from": span.start,
                        "date_to": span.end,
                    }
                    for user in scheme.user_ids - known.user_id
                ]
            )
            out += (known | new).ids
        return out

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "SchemeActivated": _("In force"),
            "SchemeRevised": _("Next edition"),
            "SchemeRetired": _("Retired"),
            "SchemeSigned": _("Signed"),
        }

    @api.model
    def _active_version(self, scheme, company, place, day):
        """Return (version, state) of the edition in force on a day, up to a cover.

        :return: None where it was not in force
        """
        rows = [
            row
            for row in self.env["kam.pay.cover"]._rows(company, place, self._name)
            if row[1] == scheme.event_key
        ]
        found, state = None, None
        read_text = self._text_reader(rows)
        for _row_id, _key, version, *event in rows:
            state = schemes.evolve(state, self._from_log(*event, read_text))
            if event[0] == "SchemeActivated" and state.effective_on <= day:
                found = (version, state)
        return found


class KamPaySchemeLine(models.Model):
    _name = "kam.pay.scheme.line"
    _inherit = ["kam.event.sourced.part"]
    _description = "Key figure of a pay scheme"
    _order = "id"
    _part_of = ("scheme_id", "line_ids")
    _rec_name = "kpi_id"

    scheme_id = fields.Many2one(
        "kam.pay.scheme", required=True, ondelete="cascade", index=True
    )
    kpi_id = fields.Many2one(
        "kam.kpi", "Key figure", required=True, ondelete="restrict", index=True
    )
    weight = fields.Float(digits=(16, 4), default=1.0, aggregator=None)
    floor = fields.Float(
        digits=(16, 4),
        default=0.8,
        aggregator=None,
        help="Attainment below which the line pays nothing: 0.8 is 80 % of the plan.",
    )
    entry = fields.Selection(
        [("ramp", "Ramp: from 0"), ("cliff", "Cliff: what was attained")],
        "From the floor on",
        required=True,
        default="ramp",
    )
    cap = fields.Float(
        digits=(16, 4),
        default=1.2,
        aggregator=None,
        help="The most the line pays, as a ratio; 0: no end.",
    )
    accelerator = fields.Selection(
        [("marginal", "What lies above"), ("retroactive", "All of it")],
        "Faster for",
        required=True,
        default="marginal",
    )
    fast_from = fields.Float("Faster from", digits=(16, 4), default=1.0)
    fast_to = fields.Float("Faster up to", digits=(16, 4), help="0: without end.")
    multiplier = fields.Float(
        digits=(16, 4), help="Each point pays so many times; 0: as below plan."
    )


class KamPaySchemeStep(models.Model):
    _name = "kam.pay.scheme.step"
    _inherit = ["kam.event.sourced.part"]
    _description = "Step of commission"
    _order = "start, id"
    _part_of = ("scheme_id", "step_ids")
    _rec_name = "start"

    scheme_id = fields.Many2one(
        "kam.pay.scheme", required=True, ondelete="cascade", index=True
    )
    start = fields.Float("Deals from", digits=(16, 2))
    rate = fields.Float(digits=(16, 4), required=True, default=0.05, aggregator=None)


class KamPaySchemeDebt(models.Model):
    _name = "kam.pay.scheme.debt"
    _inherit = ["kam.event.sourced.part"]
    _description = "Debt coefficient of a pay scheme"
    _order = "up_to, id"
    _part_of = ("scheme_id", "debt_ids")
    _rec_name = "up_to"

    scheme_id = fields.Many2one(
        "kam.pay.scheme", required=True, ondelete="cascade", index=True
    )
    up_to = fields.Float("Overdue share up to", digits=(16, 4), required=True)
    coefficient = fields.Float(digits=(16, 4), required=True, default=1.0)


class KamPaySchemeSignature(models.Model):
    _name = "kam.pay.scheme.signature"
    _inherit = ["kam.event.sourced.part"]
    _description = "Signature of a pay scheme"
    _order = "signed_on desc, id"
    _part_of = ("scheme_id", "signature_ids")
    _rec_name = "user_id"

    scheme_id = fields.Many2one(
        "kam.pay.scheme", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    edition = fields.Integer(required=True, aggregator=None)
    signed_on = fields.Date(required=True)
