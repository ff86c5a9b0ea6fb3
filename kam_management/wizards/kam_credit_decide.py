"""The dialog of a decision on credit: terms, hold, release, withdrawal, group limit."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

KINDS = [
    ("terms", "Set credit terms"),
    ("hold", "Put on hold"),
    ("release", "Release the hold"),
    ("withdraw", "Withdraw credit terms"),
    ("group", "Set limit"),
]
SETTINGS = (
    "group_id",
    "unlimited",
    "credit_limit",
    "currency_id",
    "payment_term_id",
    "tolerance_percent",
    "overdue_days",
    "overdue_amount",
    "insured_amount",
    "valid_until",
    "review_date",
)


class KamCreditDecide(models.TransientModel):
    _name = "kam.credit.decide"
    _description = "Decision on credit"

    kind = fields.Selection(KINDS, required=True, default="terms")
    terms_ids = fields.Many2many("kam.credit.terms", readonly=True)
    group_ids = fields.Many2many("kam.credit.group", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company.root_id
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")
    versions = fields.Char(readonly=True)  # {record id: version it was opened on}

    group_id = fields.Many2one(
        "kam.credit.group",
        "Credit group",
        domain="[('company_id', '=', company_id)]",
        help="Its members share the group's limit, in place of this one.",
    )
    unlimited = fields.Boolean("No limit")
    credit_limit = fields.Monetary(help="Tax included. 0 means 0: nothing on credit.")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.root_id.currency_id,
    )
    payment_term_id = fields.Many2one("account.payment.term", "Payment terms")
    tolerance_percent = fields.Float("Tolerance (%)", digits=(5, 2))
    overdue_days = fields.Integer("Overdue allowed (days)", help="0: as the rules say.")
    overdue_amount = fields.Monetary("Overdue allowed", help="0: as the rules say.")
    insured_amount = fields.Monetary("Insured")
    valid_until = fields.Date(help="The last day of the limit.")
    review_date = fields.Date("Review on")
    preview = fields.Char(compute="_compute_preview")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        terms = self._default_records("kam.credit.terms", "default_terms_ids")
        groups = self._default_records("kam.credit.group", "default_group_ids")
        if not terms and (ids := self.env.context.get("default_partner_ids")):
            terms = self.env["kam.credit.terms"].search(
                [
                    ("partner_id", "in", ids),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
            if len(terms) == len(ids):
                values["partner_ids"] = [fields.Command.clear()]
        values["terms_ids"] = [fields.Command.set(terms.ids)]
        chosen = groups or terms
        values["versions"] = json.dumps({one.id: one.event_version for one in chosen})
        if len(chosen) == 1:
            for name in SETTINGS:
                if name in chosen._fields and f"default_{name}" not in self.env.context:
                    value = chosen[name]
                    values[name] = getattr(value, "id", value)
        return values

    def _default_records(self, model, key):
        ids = self.env.context.get(key)
        if ids is None and self.env.context.get("active_model") == model:
            ids = self.env.context.get("active_ids")
        return self.env[model].browse(ids or ()).exists()

    @api.depends("kind", "credit_limit", "unlimited", "currency_id", "group_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._preview()

    def _preview(self):
        _ = self.env._
        chosen = self.group_ids if self.kind == "group" else self.terms_ids
        if self.kind == "hold":
            return _("No order is confirmed for them until the hold is released.")
        if self.kind == "withdraw":
            return _("They are customers without credit terms again: no limit holds.")
        if self.kind == "release":
            return _("Their orders go by the limit and the rules again.")
        if self.kind == "terms" and self.group_id:
            return _("The limit of the group holds in place of one of their own.")
        if self.unlimited:
            return _("No limit: orders are stopped by debts only.")
        if len(chosen) != 1:
            return ""
        exposure, currency = chosen.exposure, self.currency_id
        if chosen._name == "kam.credit.terms" and chosen.limit_currency_id != currency:
            return ""
        room = self.credit_limit - exposure
        return _(
            "Exposure now %(exposure)s; room with this limit %(room)s.",
            exposure=format_amount(self.env, exposure, currency),
            room=format_amount(self.env, room, currency),
        )

    def action_apply(self):
        """Record the decision for all at once, or refuse it for all."""
        self.ensure_one()
        self._check_versions()
        records = self.group_ids if self.kind == "group" else self.terms_ids
        if not records and not (self.kind == "terms" and self.partner_ids):
            raise UserError(
                self.env._(
                    "Nothing is chosen. Close the dialog and choose customers in the"
                    " list."
                )
            )
        match self.kind:
            case "group":
                records.set_limit(
                    self.credit_limit, self.unlimited, self.currency_id.id, self.reason
                )
            case "hold":
                records.hold(self.reason)
            case "release":
                records.release_hold(self.reason)
            case "withdraw":
                records.withdraw(self.reason)
            case _terms:
                self._apply_terms(records)
        return {"type": "ir.actions.act_window_close"}

    def _apply_terms(self, records):
        settings = {}
        for name in SETTINGS:
            value = self[name]
            if isinstance(value, models.BaseModel):
                value = value.id
            elif hasattr(value, "isoformat"):
                value = value.isoformat()
            settings[name] = value
        if records:
            records.change_terms(settings, self.reason)
        if self.partner_ids:
            model = self.env["kam.credit.terms"].with_company(self.company_id)
            model.set_terms(self.partner_ids.ids, settings, self.reason)

    def _check_versions(self):
        """Refuse records that changed after the dialog was opened."""
        try:
            seen = json.loads(self.versions or "{}")
        except ValueError:
            seen = {}
        records = self.group_ids if self.kind == "group" else self.terms_ids
        for loaded in records._load() if records else ():
            wanted = seen.get(str(loaded[0].id))
            if wanted is not None:
                loaded[0]._check_version([loaded], wanted)
