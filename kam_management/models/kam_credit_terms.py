"""Credit terms of customers: thin; the rules are in ``kam_core/credit/terms.py``."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..kam_core.credit import terms
from ..kam_core.record import Relink

STATUSES = [
    ("draft", "No terms yet"),
    ("granted", "In force"),
    ("withdrawn", "Withdrawn"),
]


class KamCreditTerms(models.Model):
    _name = "kam.credit.terms"
    _inherit = [
        "kam.event.sourced",
        "kam.credit.decision",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Credit terms"
    _order = "id desc"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.complete_name"]
    _core = terms

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('parent_id', '=', False)]",
        help="The company that is invoiced; credit goes by the invoice address.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
        help="The head company; its branches share the limit.",
    )
    status = fields.Selection(STATUSES, default="draft", required=True, tracking=True)
    group_id = fields.Many2one(
        "kam.credit.group",
        "Credit group",
        ondelete="restrict",
        index=True,
        tracking=True,
        help="Its members share one limit, which holds in place of this one.",
    )
    unlimited = fields.Boolean("No limit", tracking=True)
    credit_limit = fields.Monetary(
        tracking=True, help="Tax included. 0 means 0: nothing on credit."
    )
    currency_id = fields.Many2one(
        "res.currency",
        ondelete="restrict",
        default=lambda self: self.env.company.root_id.currency_id,
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment terms",
        ondelete="restrict",
        tracking=True,
        help="Granted; orders with longer ones are asked about.",
    )
    tolerance_percent = fields.Float(
        "Tolerance (%)",
        digits=(5, 2),
        tracking=True,
        help="So far beyond the limit nobody is asked.",
    )
    overdue_days = fields.Integer(
        "Overdue allowed (days)", tracking=True, help="0: as the rules say."
    )
    overdue_amount = fields.Monetary(
        "Overdue allowed", tracking=True, help="0: as the rules say."
    )
    insured_amount = fields.Monetary(
        "Insured", tracking=True, help="The part that credit insurance carries."
    )
    valid_until = fields.Date(tracking=True, help="The last day of the limit.")
    review_date = fields.Date("Review on", tracking=True)
    on_hold = fields.Boolean("On hold", tracking=True)
    hold_reason = fields.Text("Held because")

    account_id = fields.Many2one(
        "kam.account",
        "Key account",
        compute="_compute_account_id",
        search="_search_account_id",
        compute_sudo=True,
    )
    limit_currency_id = fields.Many2one(
        "res.currency", compute="_compute_standing", string="Currency of the figures"
    )
    effective_limit = fields.Monetary(
        "Limit in force",
        compute="_compute_standing",
        currency_field="limit_currency_id",
        help="Of the customer, or of the group.",
    )
    has_limit = fields.Boolean(compute="_compute_standing")
    exposure = fields.Monetary(
        compute="_compute_standing",
        currency_field="limit_currency_id",
        search="_search_exposure",
        help="Open receivables and reservations less receipts; of the whole group"
        " where there is one.",
    )
    receivable = fields.Monetary(
        compute="_compute_standing", currency_field="limit_currency_id"
    )
    receipts = fields.Monetary(
        "Not allocated",
        compute="_compute_standing",
        currency_field="limit_currency_id",
        help="Receipts and credit notes that no invoice was matched with.",
    )
    reserved = fields.Monetary(
        compute="_compute_standing",
        currency_field="limit_currency_id",
        help="Confirmed orders, not invoiced yet, tax included.",
    )
    overdue = fields.Monetary(
        compute="_compute_standing",
        currency_field="limit_currency_id",
        search="_search_overdue",
    )
    overdue_since = fields.Date(compute="_compute_standing")
    room = fields.Monetary(
        compute="_compute_standing",
        currency_field="limit_currency_id",
        search="_search_room",
        help="Limit less exposure; below zero: beyond the limit.",
    )
    used_percent = fields.Float(
        "Used (%)",
        compute="_compute_standing",
        search="_search_used_percent",
        aggregator=None,
    )
    decides = fields.Boolean(compute="_compute_decides")

    _partner_company = models.UniqueIndex(
        "(partner_id, company_id)",
        "This customer has credit terms in this company already: open those.",
    )

    # ----------------------------------------------------------------- figures
    def _standings(self):
        """Return {terms id: standing}, live, by one query."""
        by_key = {(one.partner_id.id, one.company_id.id): one.id for one in self}
        found = self.env["kam.credit.exposure"]._standings(by_key)
        return {by_key[key]: standing for key, standing in found.items()}

    @api.depends("status", "credit_limit", "group_id", "unlimited", "on_hold")
    def _compute_standing(self):
        # sudo: whoever may read the terms may know the totals of the customer
        standings = self.sudo()._origin._standings()
        for one in self:
            found = standings.get(one._origin.id)
            one.has_limit = bool(found and found.credit_limit is not None)
            one.limit_currency_id = found.currency_id if found else one.currency_id.id
            one.effective_limit = (found and found.credit_limit) or 0
            one.room = (found and found.room) or 0
            one.used_percent = (found and found.used) or 0
            for name in ("exposure", "receivable", "receipts", "reserved", "overdue"):
                one[name] = getattr(found, name) if found else 0
            one.overdue_since = found.overdue_since if found else False

    def _search_standing(self, name, operator, value):
        tests = {
            "<": lambda one: one < value,
            "<=": lambda one: one <= value,
            ">": lambda one: one > value,
            ">=": lambda one: one >= value,
        }
        if operator not in tests or not isinstance(value, (int, float)):
            return NotImplemented
        # sudo: only ids are found here; the search goes through the rules after
        standings = self.sudo().search([("company_id", "!=", False)])._standings()
        found = {key: getattr(one, name) for key, one in standings.items()}
        fits = tests[operator]
        return Domain(
            "id",
            "in",
            [key for key, one in found.items() if one is not None and fits(one)],
        )

    def _search_exposure(self, operator, value):
        return self._search_standing("exposure", operator, value)

    def _search_overdue(self, operator, value):
        return self._search_standing("overdue", operator, value)

    def _search_room(self, operator, value):
        return self._search_standing("room", operator, value)

    def _search_used_percent(self, operator, value):
        return self._search_standing("used", operator, value)

    @api.depends("partner_id", "company_id")
    def _compute_account_id(self):
        accounts = self.env["kam.account"].search(
            [("partner_id", "in", self.partner_id.ids)]
        )
        by_key = {(one.partner_id, one.company_id): one for one in accounts}
        for one in self:
            one.account_id = by_key.get((one.partner_id, one.company_id), False)

    @api.model
    def _search_account_id(self, operator, value):
        if operator not in ("any", "in"):
            return NotImplemented
        domain = value if operator == "any" else [("id", "in", list(value))]
        # sudo: the domain says itself which accounts are meant
        accounts = self.env["kam.account"].sudo().search(domain)
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", some.partner_id.ids)
            for company, some in accounts.grouped("company_id").items()
        )

    @api.depends_context("uid")
    def _compute_decides(self):
        self.decides = self.env.su or self.env.user.has_group(
            "kam_management.group_kam_credit"
        )

    # ------------------------------------------------------------------- input
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

    @api.model
    def _of_partners(self, partner_ids, company=None):
        """Return the terms of customers here, in their order; made where missing."""
        if not isinstance(partner_ids, (list, tuple)) or not all(
            isinstance(one, int) and not isinstance(one, bool) for one in partner_ids
        ):
            raise UserError(
                self.env._("“Customers” is a list of ids of customers, as numbers.")
            )
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) < len(set(partner_ids)) or not partners:
            raise UserError(
                self.env._("A customer in the list does not exist; choose another.")
            )
        company = (company or self.env.company).root_id
        commercial = partners.commercial_partner_id
        domain = [
            ("partner_id", "in", commercial.ids),
            ("company_id", "=", company.id),
        ]
        found = {one.partner_id: one for one in self.search(domain)}
        missing = [one for one in commercial if one not in found]
        made = self.create(
            [{"partner_id": one.id, "company_id": company.id} for one in missing]
        )
        found |= {one.partner_id: one for one in made}
        return self.union(*(found[one.commercial_partner_id] for one in partners))

    # --------------------------------------------------------------- decisions
    @api.model
    def set_terms(self, partner_ids, settings, reason, command_id=None):
        """Set the credit terms of customers; a recorded decision.

        :param partner_ids: ids of customers; contacts count for their company
        :param settings: dict of ``credit_limit`` (tax included; 0 means 0),
            ``unlimited``, ``currency_id``, ``group_id``, ``payment_term_id``,
            ``tolerance_percent``, ``overdue_days``, ``overdue_amount``,
            ``insured_amount``, ``valid_until``, ``review_date`` (``YYYY-MM-DD``);
            what is left out stays as it is
        :param reason: why, in a sentence
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the terms, in the order of the customers
        """

        def action(model):
            model._check_may_decide()
            found = model._of_partners(partner_ids)
            found._grant(settings, reason)
            return found.ids

        return self._once(command_id, ["set", partner_ids, settings, reason], action)

    def change_terms(self, settings, reason, expected_version=None, command_id=None):
        """Change credit terms; a recorded decision.

        :param settings: as in :meth:`set_terms`
        :param reason: why, in a sentence
        :param expected_version: refuse when terms have changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._once(
            command_id,
            ["change", self.ids, settings, reason, expected_version],
            lambda model: model.browse(self.ids)._grant(
                settings, reason, expected_version
            ),
        )

    def hold(self, reason, expected_version=None, command_id=None):
        """Stop deliveries on credit to customers, whatever their limit is.

        :param reason: why, in a sentence
        :param expected_version: refuse when terms have changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._decide_once(terms.Hold, reason, expected_version, command_id)

    def release_hold(self, reason, expected_version=None, command_id=None):
        """End the hold of customers; see :meth:`hold`."""
        return self._decide_once(
            terms.ReleaseHold, reason, expected_version, command_id
        )

    def withdraw(self, reason, expected_version=None, command_id=None):
        """Withdraw credit terms: these customers are ones without terms again."""
        return self._decide_once(terms.Withdraw, reason, expected_version, command_id)

    def _decide_once(self, command, reason, expected_version, command_id):
        def action(model):
            records = model.browse(self.ids)
            records._check_may_decide()
            for company, some in records.grouped("company_id").items():
                some._command(
                    command(company._kam_today(), self._reason(reason)),
                    expected_version,
                )
            records._decided()
            return True

        name = command.__name__
        return self._once(
            command_id, [name, self.ids, reason, expected_version], action
        )

    def _grant(self, settings, reason, expected_version=None):
        self._check_may_decide()
        self._check_settings(settings)
        for one in self:
            given = {"currency_id": one.currency_id.id, **settings}
            if not given["currency_id"]:
                given["currency_id"] = one.company_id.currency_id.id
            one._command(
                terms.Grant(
                    one._given(given), one.company_id._kam_today(), self._reason(reason)
                ),
                expected_version,
            )
        self._decided()
        return True

    def _check_settings(self, settings):
        if not isinstance(settings, dict) or not settings:
            raise UserError(
                self.env._("“Settings” is an object: values by name of the setting.")
            )
        for name in settings:
            if name not in terms.SETTINGS:
                raise UserError(
                    self.env._(
                        "“%(name)s” is no setting of credit terms; these are: %(all)s.",
                        name=name,
                        all=", ".join(terms.SETTINGS),
                    )
                )

    def _decided(self):
        """Do what follows from a decision: the mirror, and who waits for room."""
        self._mirror()
        self.env.registry.clear_cache()  # who waits for whom, see kam.credit.queue
        self.env["kam.credit.queue"]._room_may_be_free(self.partner_id.ids)

    def _relink_customer(self, partner):
        """Let terms follow their customer to the partner it is part of now."""
        for one in self.filtered(lambda one: one.partner_id != partner):
            one._command(Relink("partner_id", (one.partner_id.id,), partner.id))

    # ------------------------------------------------------------------ mirror
    def _mirror_limit(self, company):
        """Return what Odoo's ``credit_limit`` of the customer is to be.

        Odoo reads 0 as no limit and ours means 0: 0, and a hold, are mirrored as the
        smallest amount there is, so that Odoo warns of anything.

        :param company: the head company or a branch of it
        """
        self.ensure_one()
        smallest = company.currency_id.rounding
        source = self.group_id or self
        if self.on_hold:
            return smallest
        if self.status != "granted":
            field = self.env["res.partner"]._fields["credit_limit"]
            return field.get_company_dependent_fallback(
                self.env["res.partner"].with_company(company)
            )
        if source.unlimited:
            return 0.0
        limit = source.credit_limit
        if source.currency_id and source.currency_id != company.currency_id:
            limit = source.currency_id._convert(
                limit, company.currency_id, company, company._kam_today()
            )
        return limit or smallest

    def _mirror(self):
        """Write Odoo's own limit and payment terms, in the company and its branches."""
        for one in self:
            # sudo: the mirror is ours to write, whoever decided; branches too
            branches = one.sudo().company_id.search(
                [("id", "child_of", one.company_id.id)]
            )
            for company in branches:
                partner = one.sudo().partner_id.with_company(company)
                vals = {}
                limit = one._mirror_limit(company)
                if company.currency_id.compare_amounts(partner.credit_limit, limit):
                    vals["credit_limit"] = limit
                wanted = one.payment_term_id
                if wanted and partner.property_payment_term_id != wanted:
                    vals["property_payment_term_id"] = wanted.id
                if vals:
                    partner.write(vals)

    # ----------------------------------------------------------------- buttons
    def action_decide(self):
        """Open the dialog of a decision; ``kam_kind`` is in the context."""
        kind = self.env.context.get("kam_kind", "terms")
        names = {
            "terms": self.env._("Set credit terms"),
            "hold": self.env._("Put on hold"),
            "release": self.env._("Release the hold"),
            "withdraw": self.env._("Withdraw credit terms"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": names.get(kind, names["terms"]),
            "res_model": "kam.credit.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_kind": kind, "default_terms_ids": self.ids},
        }

    def action_view_reserved(self):
        """Open the confirmed orders that hold a part of the limit."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirmed, not invoiced"),
            "res_model": "sale.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("partner_invoice_id.commercial_partner_id", "in", self.partner_id.ids),
                ("state", "=", "sale"),
                ("invoice_status", "!=", "invoiced"),
            ],
            "context": {"create": False},
        }

    def action_view_receivable(self):
        """Open the open items of the ledger behind the exposure."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open receivables"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            "context": {"create": False},
        }

    @api.model
    def _cron_review(self):
        """Remind the credit controllers of terms to review, or run out, this week."""
        day = self.env.company._kam_today()
        soon = fields.Date.add(day, days=7)
        due = self.search(
            [
                ("status", "=", "granted"),
                "|",
                ("review_date", "<=", soon),
                ("valid_until", "<=", soon),
            ]
        )
        have = due.activity_ids.filtered(
            lambda one: (
                one.activity_type_id
                == self.env.ref("kam_management.mail_activity_credit_review")
            )
        )
        for one in due.filtered(lambda one: not one.activity_ids & have):
            one.activity_schedule(
                "kam_management.mail_activity_credit_review",
                max(min(filter(None, (one.review_date, one.valid_until))), day),
                user_id=self._controller(one.company_id).id,
            )

    @api.model
    def _controller(self, company):
        """Return whom to tell about credit in a company."""
        # sudo: who the credit controller is, is no secret
        people = self.env.ref("kam_management.group_kam_credit").sudo().all_user_ids
        fits = people.filtered(
            lambda one: company in one.company_ids and one.active and not one.share
        )
        return fits.sorted("id", reverse=True)[:1] or self.env.ref("base.user_admin")

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Opened"),
            "TermsGranted": _("Terms set"),
            "Held": _("Put on hold"),
            "HoldReleased": _("Hold released"),
            "TermsWithdrawn": _("Withdrawn"),
            "TermsAbsorbed": _("Took over those of a merged customer"),
            "MergedInto": _("Merged into those of another customer"),
        }
