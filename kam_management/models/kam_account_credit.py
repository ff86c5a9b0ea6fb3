"""Credit on the key account: limit, exposure, room, and what waits."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..kam_core.periods import Period
from .kam_analysis_query import lateness


class KamAccount(models.Model):
    _inherit = "kam.account"

    credit_terms_id = fields.Many2one(
        "kam.credit.terms", compute="_compute_credit", compute_sudo=True
    )
    credit_currency_id = fields.Many2one(
        "res.currency", compute="_compute_credit", compute_sudo=True
    )
    credit_limit = fields.Monetary(
        compute="_compute_credit",
        currency_field="credit_currency_id",
        compute_sudo=True,
        help="Of the customer, or of the credit group; tax included.",
    )
    has_credit_limit = fields.Boolean(compute="_compute_credit", compute_sudo=True)
    credit_exposure = fields.Monetary(
        "Exposure",
        compute="_compute_credit",
        currency_field="credit_currency_id",
        compute_sudo=True,
        help="Open receivables and confirmed orders, less receipts; of the whole group"
        " where there is one.",
    )
    credit_reserved = fields.Monetary(
        "Reserved",
        compute="_compute_credit",
        currency_field="credit_currency_id",
        compute_sudo=True,
        help="Confirmed orders that are not invoiced yet, tax included.",
    )
    credit_room = fields.Monetary(
        "Room",
        compute="_compute_credit",
        currency_field="credit_currency_id",
        compute_sudo=True,
        search="_search_credit_room",
        help="Limit less exposure; below zero: beyond the limit.",
    )
    credit_on_hold = fields.Boolean(
        "Credit hold",
        compute="_compute_credit",
        compute_sudo=True,
        search="_search_credit_on_hold",
    )
    credit_grade = fields.Selection(
        [(one, one) for one in "ABCD"],
        "Credit grade",
        compute="_compute_credit_grade",
        compute_sudo=True,
        search="_search_credit_grade",
        help="Of the last finished reliability check.",
    )
    waiting_order_count = fields.Integer(
        "Waiting orders", compute="_compute_waiting_orders", compute_sudo=True
    )
    average_days_late = fields.Float(
        "Days late on average",
        compute="_compute_average_days_late",
        compute_sudo=True,
        digits=(16, 1),
        aggregator=None,
        help="Weighted by amount, over what fell due in the last 12 months; what is"
        " open and overdue counts as paid today.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_credit(self):
        pairs = [(one.partner_id.id, one.company_id.id) for one in self._origin]
        found = self.env["kam.credit.exposure"]._standings(pairs)
        for account in self:
            one = found.get((account.partner_id.id, account.company_id.id))
            limited = bool(one and one.credit_limit is not None)
            account.credit_terms_id = one.terms_id if one else False
            account.credit_currency_id = (
                one.currency_id if one else account.currency_id.id
            )
            account.has_credit_limit = limited
            account.credit_limit = one.credit_limit if limited else 0
            account.credit_room = one.room if limited else 0
            account.credit_exposure = one.exposure if one else 0
            account.credit_reserved = one.reserved if one else 0
            account.credit_on_hold = bool(one and one.on_hold)

    def _search_credit_room(self, operator, value):
        # sudo: only ids are found here; the search goes through the rules after
        terms = (
            self.env["kam.credit.terms"]
            .sudo()
            .search(
                [
                    ("room", operator, value),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        return self._of_terms(terms)

    def _search_credit_on_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as above
        terms = self.env["kam.credit.terms"].sudo().search([("on_hold", "=", True)])
        held = self._of_terms(terms)
        return held if True in value else ~held

    def _of_terms(self, terms):
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", some.partner_id.ids)
            for company, some in terms.grouped("company_id").items()
        )

    @api.depends("partner_id", "company_id")
    def _compute_credit_grade(self):
        grades = self.env["kam.reliability.check"]._grades(self.partner_id)
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            account.credit_grade = grades.get(key, False)

    def _search_credit_grade(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: only ids are found here; the search goes through the rules after
        model = self.sudo().with_context(active_test=False)
        accounts = model.search([("company_id", "in", self.env.companies.root_id.ids)])
        wanted = accounts.filtered(lambda one: (one.credit_grade or False) in value)
        return Domain("id", "in", wanted.ids)

    @api.depends("partner_id", "company_id")
    def _compute_waiting_orders(self):
        rows = self.env["kam.credit.queue"]._read_group(
            [("status", "=", "waiting"), ("partner_id", "in", self.partner_id.ids)],
            ["partner_id", "company_id"],
            ["__count"],
        )
        found = {(partner, company): count for partner, company, count in rows}
        for account in self:
            key = (account.partner_id, account.company_id)
            account.waiting_order_count = found.get(key, 0)

    @api.depends("partner_id", "company_id")
    def _compute_average_days_late(self):
        self.average_days_late = 0
        for company, some in self.grouped("company_id").items():
            sums = self._lateness_of(some.partner_id.ids, company)
            for account in some:
                found = sums.get(account.partner_id.id)
                days = found and found.average_days()
                account.average_days_late = float(days or 0)

    @api.model
    def _lateness_of(self, partner_ids, company):
        """Return {partner id: sums of lateness} over the last 12 months."""
        today = company._kam_today()
        year = Period(fields.Date.subtract(today, years=1), today)
        # sudo: the branches are known to whoever knows the head company
        branches = company.sudo().search([("id", "child_of", company.id)])
        self.env["account.move.line"].flush_model()
        return lateness(self.env, branches.ids, year, today, partner_ids)

    # -------------------------------------------------------------------- home
    def _home_needed(self, due):
        needed = super()._home_needed(due)
        wanted = {
            "over_limit": self.has_credit_limit and self.credit_room < 0,
            "credit_hold": self.credit_on_hold,
            "waiting_orders": self.waiting_order_count,
        }
        return [*needed, *(name for name, wants in wanted.items() if wants)]

    def _home_cards(self, head):
        cards = super()._home_cards(head)
        return [*cards, "over_limit", "credit_hold", "waiting_orders"]

    # ----------------------------------------------------------------- buttons
    def action_view_credit(self):
        """Open the credit terms of the customer, or begin them."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit terms"),
            "res_model": "kam.credit.terms",
            "views": [(False, "form")],
            "res_id": self.credit_terms_id.id,
            "context": {"default_partner_id": self.partner_id.id},
        }

    def action_view_waiting(self):
        """Open the orders that wait for credit."""
        return self._list_of(
            "kam.credit.queue",
            self.env._("Waiting for credit"),
            [("partner_id", "in", self.partner_id.ids), ("status", "=", "waiting")],
        )

    def action_view_checks(self):
        """Open the reliability checks of the customer."""
        return self._list_of(
            "kam.reliability.check",
            self.env._("Reliability checks"),
            [("partner_id", "in", self.partner_id.ids)],
            context={"default_partner_id": self[:1].partner_id.id},
        )
