"""What promises, disputes and reminders have in common: a customer who owes us.

They belong to the customer and the head company, with a key account or without. The
link to the account is a projection, so that rights, lists and pivots go by it.
"""

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.tools import SQL

from ..kam_core.record import Create

# what a customer's new account takes over
DEBTORS = (
    "kam.promise",
    "kam.dispute",
    "kam.collection.contact",
    "kam.reminder",
)


class KamDebtor(models.AbstractModel):
    _name = "kam.debtor"
    _inherit = ["kam.event.sourced"]
    _description = "Record about a customer who owes us"

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
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.root_id.currency_id,
    )
    account_id = fields.Many2one(
        "kam.account",
        "Key account",
        compute="_compute_account_id",
        store=True,
        index=True,
        ondelete="set null",
    )
    kam_user_id = fields.Many2one(related="account_id.user_id", string="Manager")
    account_class = fields.Selection(related="account_id.account_class", store=False)

    @api.depends("partner_id", "company_id")
    def _compute_account_id(self):
        # sudo: a customer has one account a company, whoever may open it
        found = (
            self.env["kam.account"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.root_id.ids),
                ]
            )
        )
        by_key = {(one.partner_id.id, one.company_id.id): one.id for one in found}
        for record in self:
            key = (
                record.partner_id.commercial_partner_id.id,
                record.company_id.root_id.id,
            )
            record.account_id = by_key.get(key, False)

    # ------------------------------------------------------------------- input
    def _initial_values(self, stored):
        """The customer is the company, in our head company."""
        values = super()._initial_values(stored)
        partner = self.env["res.partner"].browse(values["partner_id"] or ())
        company = self.env["res.company"].browse(values["company_id"] or ())
        try:
            commercial = partner.commercial_partner_id.id or None
            root = company.root_id.id or None
        except MissingError as error:
            raise UserError(
                self.env._("“Customer” does not exist any more; choose another.")
            ) from error
        return {**values, "partner_id": commercial, "company_id": root}

    def _decide(self, state, command):
        if isinstance(command, Create):
            self._check_customer(command.values)
        return super()._decide(state, command)

    def _check_customer(self, values):
        """Let a manager speak only for customers of whose account they may say so."""
        user = self.env.user
        if self.env.su or any(
            user.has_group(f"kam_management.group_kam_{name}")
            for name in ("director", "credit")
        ):
            return
        accounts = self.env["kam.account"].search_count(
            [
                ("partner_id", "=", values["partner_id"]),
                ("company_id", "=", values["company_id"]),
                ("is_mine", "=", True),
            ]
        )
        if values["partner_id"] and not accounts:
            raise UserError(
                self.env._(
                    "“Customer”: you do not answer for this customer. Choose one of"
                    " your accounts, or ask the credit controller."
                )
            )

    def _check_moves(self, moves, values, label):
        """Refuse invoices of another customer, company or currency.

        :param moves: ``account.move`` records; ``label`` names the field
        :param values: dict or state with customer, company and currency
        """
        # sudo: only whose invoice it is and in which currency, to compare
        for move in moves.sudo().exists():
            fits = (
                move.commercial_partner_id.id == values["partner_id"]
                and move.company_id.root_id.id == values["company_id"]
                and move.is_sale_document(True)
            )
            if not fits:
                raise UserError(
                    self.env._(
                        "“%(field)s”: %(name)s is no invoice of this customer here;"
                        " take it out.",
                        field=label,
                        name=move.name or move.id,
                    )
                )
            if move.currency_id.id != values["currency_id"]:
                raise UserError(
                    self.env._(
                        "“%(field)s”: %(name)s is in %(currency)s. Choose invoices of"
                        " one currency, and that currency.",
                        field=label,
                        name=move.name or move.id,
                        currency=move.currency_id.name,
                    )
                )

    # ------------------------------------------------------------- on behalf of
    def _acting_for(self, states):
        """Name the owner for whom a substitute acts, for each record."""
        partners = [state.partner_id for state in states]
        companies = [state.company_id for state in states]
        # sudo: who answers for an account is no secret to who stands in for them
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search([("partner_id", "in", partners), ("company_id", "in", companies)])
        )
        answering = {
            (one.partner_id.id, one.company_id.id): one._answers_today()
            for one in accounts
        }
        return self.env["kam.delegation"]._behalf(
            [
                answering.get(pair, set())
                for pair in zip(partners, companies, strict=True)
            ],
            partners,
            companies,
        )


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _answers_today(self):
        """Return the ids of the users who answer for the account today."""
        self.ensure_one()
        today = self._today()
        owners = self.owner_ids.filtered(
            lambda one: (
                one.date_from <= today and (not one.date_to or one.date_to >= today)
            )
        )
        people = owners.user_id | self.head_id | self.team_id.user_id
        return set(people.ids)

    def _project_parts(self, name, by_id):
        result = super()._project_parts(name, by_id)
        if name == "owner_ids":
            self._link_debtors()
        return result

    def _link_debtors(self):
        """Give what was noted of a customer to the account opened since.

        One look for all kinds of records: most new accounts find none.
        """
        unlinked = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS name, id FROM %s WHERE %s IN %s AND %s IS NULL",
                name,
                SQL.identifier(self.env[name]._table),
                self._debtor_column(name, "partner_id"),
                tuple(self.partner_id.ids) or (0,),
                self._debtor_column(name, "account_id"),
            )
            for name in DEBTORS
        )
        by_name = {}
        for name, record_id in self.env.execute_query(unlinked):
            by_name.setdefault(name, []).append(record_id)
        for name, ids in by_name.items():
            # sudo: the link goes to every record of the customer
            found = self.env[name].sudo().browse(ids)
            self.env.add_to_compute(found._fields["account_id"], found)

    def _debtor_column(self, name, column):
        field = self.env[name]._fields[column]
        return SQL.identifier(column, to_flush=field)
