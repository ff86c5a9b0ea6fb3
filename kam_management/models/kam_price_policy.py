"""Price policies: versions of the conditions that open a column to a customer."""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from ..kam_core.pricing import policies
from .kam_account import CLASSES

SEVERITIES = [("warn", "Warn"), ("ask", "Ask for approval"), ("block", "Block")]


class KamPricePolicy(models.Model):
    _name = "kam.price.policy"
    _inherit = ["kam.event.sourced", "mail.thread"]
    _description = "Price policy"
    _order = "company_id, number desc, id desc"
    _core = policies

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer("Version", required=True, aggregator=None, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    date_from = fields.Date("In force from", copy=False, tracking=True)
    scope = fields.Selection(
        [("accounts", "Customers with a key account"), ("all", "All customers")],
        "Judges orders of",
        required=True,
        default="accounts",
    )
    window_months = fields.Integer(
        "Window (months)",
        required=True,
        default=12,
        aggregator=None,
        help="Conditions are judged over these months; a lower column comes only at the"
        " end of a window.",
    )
    notice_days = fields.Integer(
        "Notice (days)",
        default=30,
        aggregator=None,
        help="A lower column is announced so long before.",
    )
    note = fields.Text()
    condition_ids = fields.One2many(
        "kam.price.condition", "policy_id", "Conditions", copy=True
    )
    allowance_ids = fields.One2many(
        "kam.price.allowance", "policy_id", "Free to give", copy=True
    )
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")

    _number_uniq = models.Constraint(
        "UNIQUE(company_id, number)", "This version of the policy exists already."
    )

    # ------------------------------------------------------------------ versions
    @api.model_create_multi
    def create(self, vals_list):
        last = {}
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.root_id.id
            if not vals.get("number"):
                last.setdefault(company_id, self._last_number(company_id))
                last[company_id] += 1
                vals["number"] = last[company_id]
        return super().create(vals_list)

    @api.model
    def _last_number(self, company_id):
        # sudo: versions are counted through, whoever may read them
        found = self.sudo().search(
            [("company_id", "=", company_id)], order="number desc", limit=1
        )
        return found.number

    @api.depends("name", "number")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = self.env._(
                "%(name)s, version %(number)s",
                name=policy.name or "",
                number=policy.number,
            )

    @api.depends("state", "date_from")
    def _compute_in_force(self):
        for company, found in self.grouped("company_id").items():
            now = self._of(company, company._kam_today())
            for policy in found:
                policy.in_force = policy == now

    @api.model
    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = [
            self._of(company, company._kam_today()).id
            for company in self.env.companies.root_id
        ]
        found = fields.Domain("id", "in", [one for one in ids if one])
        return found if True in value else ~found

    @api.model
    def _of(self, company, day):
        """Return the version in force for a company on a day, or an empty one."""
        return self.browse(self._id_of(company.root_id.id, day))

    @api.model
    @tools.ormcache("company_id", "day")
    def _id_of(self, company_id, day):
        # sudo: every order is judged by the policy, whoever makes it
        found = self.sudo().search(
            [
                ("company_id", "=", company_id),
                ("state", "=", "published"),
                ("date_from", "<=", day),
            ],
            order="date_from desc, number desc",
            limit=1,
        )
        return found.id

    def _append(self, entries, sequence=None):
        self.env.registry.clear_cache()
        return super()._append(entries, sequence)

    def publish(self, reason, effective_on=None, command_id=None):
        """Let a version hold from a day on; it can not be changed after.

        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        self.check_access("write")

        def action(model):
            for policy in model.browse(self.ids):
                day = policy._day_given(effective_on) or policy.company_id._kam_today()
                policy._check_not_back(day)
                policy._command(policies.Publish(day, policy._reason(reason)))
            return True

        return self._once(
            command_id, ["publish", self.ids, reason, effective_on], action
        )

    def _check_not_back(self, day):
        """What was decided by a version stays decided by it: none begins before it."""
        now = self._of(self.company_id, self.company_id._kam_today())
        if now and day < now.date_from:
            raise UserError(
                self.env._(
                    "“In force from” lies before %(day)s, when the present version"
                    " began: decisions were made by that one.",
                    day=now.date_from,
                )
            )

    def new_version(self, command_id=None):
        """Make a draft with the same conditions, to be changed and published.

        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the drafts
        """
        self.check_access("read")
        if not self.has_access("create"):
            raise AccessError(
                self.env._("The commercial director makes new versions of the policy.")
            )
        return self._once(
            command_id,
            ["new_version", self.ids],
            lambda model: [one.copy().id for one in model.browse(self.ids)],
        )

    def action_new_version(self):
        """Make the next version and open it."""
        self.ensure_one()
        [policy_id] = self.new_version()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": policy_id,
            "views": [(False, "form")],
        }

    # ---------------------------------------------------------------- reading
    def _conditions(self):
        """Return {column id: :class:`policies.Condition`} of the version."""
        # sudo: an order is judged by the policy, whoever makes it
        return {one.column_id.id: one._part() for one in self.sudo().condition_ids}

    def _allowance(self, account_class):
        # sudo: as above
        rows = tuple(one._part() for one in self.sudo().allowance_ids)
        return policies.allowance_of(rows, account_class or None)

    @api.model
    @tools.ormcache("company_id", "day")
    def _book(self, company_id, day):
        """Return what orders of a company are judged by on a day; None without.

        :return: dict ``policy_id``, ``scope``, ``columns`` (list of (id, rank,
            pricelist id), the base column first), ``names`` {column id: name},
            ``currencies`` {pricelist id: currency id}, ``minimum`` and ``terms``
            {column id: amount, days}, ``allowances``
        """
        company = self.env["res.company"].browse(company_id)
        policy = self._of(company, day).sudo()  # sudo: as above
        columns = self.env["kam.price.column"]._of(company, day)
        if not policy or not columns:
            return None
        conditions = policy._conditions()
        return {
            "policy_id": policy.id,
            "scope": policy.scope,
            "columns": [(one.id, one.rank, one.pricelist_id.id) for one in columns],
            "names": {one.id: one.name for one in columns},
            "currencies": {one.id: one.currency_id.id for one in columns.pricelist_id},
            "minimum": {key: one.minimum_order for key, one in conditions.items()},
            "terms": {key: one.term_days_to for key, one in conditions.items()},
            "allowances": tuple(one._part() for one in policy.allowance_ids),
        }

    def _event_titles(self):
        return {**super()._event_titles(), "Published": self.env._("Published")}


class KamPriceCondition(models.Model):
    _name = "kam.price.condition"
    _inherit = ["kam.event.sourced.part"]
    _description = "Condition of a price column"
    _order = "policy_id, id"
    _rec_name = "column_id"
    _part_of = ("policy_id", "condition_ids")

    policy_id = fields.Many2one(
        "kam.price.policy", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="policy_id.currency_id")
    column_id = fields.Many2one(
        "kam.price.column", required=True, ondelete="restrict", index=True
    )
    turnover = fields.Monetary(
        "Turnover in the window",
        aggregator=None,
        help="Without tax, at the base price before any discount.",
    )
    breadth = fields.Integer(
        "Categories bought", aggregator=None, help="Different ones, in the window."
    )
    on_time_percent = fields.Float("Paid in time (%)", digits=(16, 2), aggregator=None)
    payment_form = fields.Selection(
        [("any", "Any"), ("prepaid", "Prepaid")], default="any"
    )
    term_days_to = fields.Integer("Payment term up to (days)", aggregator=None)
    minimum_order = fields.Monetary(
        aggregator=None,
        help="Of one order, without tax, at the base price before any discount.",
    )

    def _part_words(self, words):
        return ", ".join(
            f"{self._fields[name]._description_string(self.env)} {value}"
            if name != "column_id"
            else value
            for name, value in words.items()
            if value and value != "0.00"
        )


class KamPriceAllowance(models.Model):
    _name = "kam.price.allowance"
    _inherit = ["kam.event.sourced.part"]
    _description = "What is free to give beyond a price column"
    _order = "policy_id, account_class, id"
    _rec_name = "account_class"
    _part_of = ("policy_id", "allowance_ids")

    policy_id = fields.Many2one(
        "kam.price.policy", required=True, ondelete="cascade", index=True
    )
    account_class = fields.Selection(CLASSES, "Class", help="Empty: all other classes.")
    free_percent = fields.Float(
        "Free discount (%)",
        digits=(16, 2),
        aggregator=None,
        help="Below the customer's column, without approval.",
    )
    on_discount = fields.Selection(
        SEVERITIES, "Discount beyond", required=True, default="ask"
    )
    on_column = fields.Selection(
        SEVERITIES, "Better column", required=True, default="ask"
    )
    on_minimum = fields.Selection(
        SEVERITIES, "Order below minimum", required=True, default="warn"
    )
    on_terms = fields.Selection(
        SEVERITIES, "Longer payment term", required=True, default="ask"
    )

    def _part_words(self, words):
        return ", ".join(
            f"{self._fields[name]._description_string(self.env)}: {value}"
            for name, value in words.items()
            if value
        )
