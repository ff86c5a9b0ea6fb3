"""Reliability checks of customers: thin; the rules are in ``kam_core/credit``."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..kam_core.credit import reliability
from ..kam_core.credit.score import recheck_on, score
from ..kam_core.money import round_half_up

GRADES = [(one, one) for one in "ABCD"]


class KamReliabilityCheck(models.Model):
    _name = "kam.reliability.check"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Reliability check"
    _order = "id desc"
    _core = reliability

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    user_id = fields.Many2one(
        "res.users",
        "Checked by",
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    status = fields.Selection(
        [("draft", "In progress"), ("done", "Finished")],
        default="draft",
        required=True,
        tracking=True,
    )
    line_ids = fields.One2many("kam.reliability.check.line", "check_id", "Checklist")
    conclusion = fields.Text(help="What follows from it, in your words.")
    score = fields.Float(digits=(5, 2), copy=False, aggregator="avg")
    grade = fields.Selection(GRADES, copy=False, tracking=True)
    missing = fields.Char(copy=False)
    proposed_limit = fields.Monetary(copy=False, tracking=True)
    currency_id = fields.Many2one(
        "res.currency",
        ondelete="restrict",
        default=lambda self: self.env.company.root_id.currency_id,
    )
    done_on = fields.Date("Finished on", copy=False)
    recheck_on = fields.Date("Check again on", copy=False, tracking=True)

    account_id = fields.Many2one(
        "kam.account",
        "Key account",
        compute="_compute_account_id",
        search="_search_account_id",
        compute_sudo=True,
    )
    items_left = fields.Integer(compute="_compute_items_left")

    # --------------------------------------------------------------- defaults
    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "line_ids" in fields_list and "line_ids" not in values:
            values["line_ids"] = self._checklist()
        return values

    @api.model
    def _checklist(self):
        return [
            Command.create({"item_id": item.id, "required": item.required})
            for item in self.env["kam.reliability.item"].search([])
        ]

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [{"line_ids": self._checklist(), **vals} for vals in vals_list]
        )

    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        # sudo: who a contact belongs to is needed whoever asks
        partner = self.env["res.partner"].sudo().browse(values["partner_id"] or ())
        company = self.env["res.company"].browse(values["company_id"] or ())
        return {
            **values,
            "partner_id": partner.exists().commercial_partner_id.id or None,
            "company_id": company.exists().root_id.id or None,
        }

    # ---------------------------------------------------------------- computes
    @api.depends("partner_id", "status")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._(
                "Check of %s", check.partner_id.display_name or ""
            )

    def _compute_account_id(self):
        accounts = self.env["kam.account"].search(
            [("partner_id", "in", self.partner_id.ids)]
        )
        by_key = {(one.partner_id, one.company_id): one for one in accounts}
        for one in self:
            one.account_id = by_key.get((one.partner_id, one.company_id), False)

    @api.model
    def _search_account_id(self, operator, value):
        return self.env["kam.credit.terms"]._search_account_id(operator, value)

    @api.depends("line_ids.result", "line_ids.required")
    def _compute_items_left(self):
        for check in self:
            check.items_left = len(
                check.line_ids.filtered(lambda one: one.required and not one.result)
            )

    # ------------------------------------------------------------------ finish
    def finish(self, expected_version=None, command_id=None):
        """End checks: score, grade, proposed limit and the day to look again.

        :param expected_version: refuse when a check has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :raises UserError: a required item has no result yet
        """

        def action(model):
            for check in model.browse(self.ids):
                check.check_access("write")
                check._finish(expected_version)
            return True

        return self._once(command_id, ["finish", self.ids, expected_version], action)

    def _finish(self, expected_version):
        today = self.company_id._kam_today()
        found = score(self._score_inputs())
        value = found.value and round_half_up(found.value, 2)
        # sudo: the figures of a customer whose check one may finish
        limit = self.sudo()._propose(found.grade, today)
        self._command(
            reliability.Finish(
                score=value or None,
                grade=found.grade,
                missing=",".join(found.missing) or None,
                proposed_limit=limit or None,
                currency_id=self.company_id.currency_id.id,
                recheck_on=recheck_on(found.grade, today),
                effective_on=today,
            ),
            expected_version,
        )

    def action_finish(self):
        """End the check: score, grade, proposed limit and the day to look again."""
        return self.finish()

    def action_check_tax_number(self):
        """Check the tax number by Odoo's own check, where it is installed."""
        for check in self:
            check.check_access("write")
            lines = check.line_ids.filtered(
                lambda one: one.item_id.kind == "tax_number"
            )
            if not lines:
                raise UserError(
                    self.env._("The checklist has no item of the kind “Tax number”.")
                )
            result, note = check._tax_number_found()
            lines.write({"result": result, "note": note})
        return True

    def _tax_number_found(self):
        """Return (result, note) of Odoo's own check; no result where it is silent."""
        partner, vat, _ = self.partner_id, self.partner_id.vat, self.env._
        if not vat or vat == "/":
            return "failed", _("The customer has no tax number.")
        if not hasattr(partner, "_check_vat_number"):  # of the addon base_vat
            return "passed", _(
                "%s is there; its form was not checked: Odoo's “VAT Number Validation”"
                " is not installed.",
                vat,
            )
        if not partner.country_id:
            return False, _(
                "%s was not checked: enter “Country” of the customer first.",
                vat,
            )
        try:
            partner._run_vat_checks(partner.country_id, vat, validation="error")
        except ValidationError as wrong:
            return "failed", str(wrong)
        if partner.perform_vies_validation and not partner.vies_valid:
            return "failed", _(
                "%s has the form of its country, but VIES does not know it.",
                vat,
            )
        return "passed", _("%s has the form of its country.", vat)

    def action_set_terms(self):
        """Open the dialog of credit terms with what the check proposes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set credit terms"),
            "res_model": "kam.credit.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_kind": "terms",
                "default_partner_ids": self.partner_id.ids,
                "default_credit_limit": self.proposed_limit,
                "default_review_date": fields.Date.to_string(self.recheck_on),
            },
        }

    @api.model
    def _grades(self, partners):
        """Return {(partner id, company id): grade of the last finished check}."""
        if not partners:
            return {}
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (partner_id, company_id) partner_id, company_id,
                          grade
                     FROM kam_reliability_check
                    WHERE status = 'done' AND partner_id IN %s
                    ORDER BY partner_id, company_id, done_on DESC, id DESC""",
                tuple(partners.ids) or (0,),
            )
        )
        return {(partner, company): grade for partner, company, grade in rows}

    @api.model
    def _cron_recheck(self):
        """Remind of customers to check again; once for each check."""
        kind = self.env.ref("kam_management.mail_activity_recheck")
        today = self.env.company._kam_today()
        due = self.search([("status", "=", "done"), ("recheck_on", "<=", today)])
        newest = self._newest(due)
        for check in newest:
            if check.activity_ids.filtered(lambda one: one.activity_type_id == kind):
                continue
            user = check.user_id if check.user_id.active else None
            check.activity_schedule(
                "kam_management.mail_activity_recheck",
                check.recheck_on,
                user_id=(
                    user or self.env["kam.credit.terms"]._controller(check.company_id)
                ).id,
            )

    def _newest(self, checks):
        """Return those of the checks after which none was begun."""
        later = self.search([("partner_id", "in", checks.partner_id.ids)])
        newest = {}
        for one in later.sorted("id"):
            newest[one.partner_id, one.company_id] = one
        return checks.filtered(
            lambda one: newest[one.partner_id, one.company_id] == one
        )

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Check begun"),
            "ItemsChecked": _("Items checked"),
            "CheckFinished": _("Finished"),
        }
