"""The price column of an account: which, why, and what is missing for the next."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core import measures
from ..kam_core.pricing import grants
from .kam_price_grant import IN_FORCE


class KamAccount(models.Model):
    _inherit = "kam.account"

    price_column_id = fields.Many2one(
        "kam.price.column",
        "Price column",
        compute="_compute_price_column",
        search="_search_price_column",
        compute_sudo=True,  # which column, of an account that one may read
        help="Granted and in force today.",
    )
    price_grant_id = fields.Many2one(
        "kam.price.grant",
        "Granted column",
        compute="_compute_price_column",
        compute_sudo=True,
    )
    price_grant_ids = fields.One2many(
        "kam.price.grant", "account_id", "Granted columns", readonly=True
    )

    def _compute_price_column(self):
        held = self.env["kam.price.grant"]._in_force(self._origin.ids, self._today())
        for account in self:
            grant_id, column_id = held.get(account._origin.id, (False, False))
            account.price_grant_id, account.price_column_id = grant_id, column_id

    @api.model
    def _search_price_column(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["kam.price.grant"].flush_model()
        ids = SQL("(SELECT id FROM kam_account)")
        held = SQL(IN_FORCE, accounts=ids, day=self._today())
        wanted = tuple(one for one in value if one) or (0,)
        found = Domain(
            "id",
            "in",
            SQL(
                "(SELECT h.account_id FROM (%s) AS h WHERE h.column_id IN %s)",
                held,
                wanted,
            ),
        )
        if False in value:
            found |= ~Domain("id", "in", SQL("(SELECT h.account_id FROM (%s) h)", held))
        return found

    # ------------------------------------------------------------------- grant
    def grant_column(
        self,
        column_id,
        basis="policy",
        reason=None,
        date_from=None,
        date_to=None,
        expected_version=None,
        command_id=None,
    ):
        """Grant a price column to accounts.

        By policy the account's own manager grants it, when the conditions are met; by
        agreement or as an exception the head of sales does, or an approval
        (``kam.approval.ask`` of kind ``column`` about the account).

        :param column_id: id of the column
        :param basis: ``policy``, ``agreement`` or ``exception``
        :param reason: why, in a sentence; may be left out by policy
        :param date_from: date, ``YYYY-MM-DD``; today when left out
        :param date_to: last day, included; an exception needs one
        :param expected_version: refuse when an account changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of what was granted
        """

        def action(model):
            accounts = model.browse(self.ids)
            accounts.check_access("write")
            if expected_version is not None:
                accounts._check_version(accounts._load(), expected_version)
            column = accounts._column_given(column_id)
            made = self.env["kam.price.grant"]
            for account in accounts:
                account._check_may_grant(column, basis)
                made += account._grant(column, basis, reason, date_from, date_to)
            return made.ids

        request = ["grant", self.ids, column_id, basis, reason, date_from, date_to]
        return self._once(command_id, [*request, expected_version], action)

    def _column_given(self, column_id):
        if type(column_id) is not int or not 0 < column_id < 2**31:
            raise UserError(self.env._("“Column” is the id of a price column."))
        # sudo: the columns of one's own company are known to whoever works there
        column = self.env["kam.price.column"].sudo().browse(column_id).exists()
        if not column or column.company_id not in self.company_id:
            raise UserError(
                self.env._("“Column” is not one of this company; choose another.")
            )
        return column

    def _check_may_grant(self, column, basis):
        if basis != grants.POLICY:
            if self._may_decide() == self:
                return
            raise AccessError(
                self.env._(
                    "Beyond the policy a column is granted by the head of sales. Press"
                    " Ask for approval."
                )
            )
        # sudo: the conditions are judged by all invoices of the customer
        account = self.sudo()
        policy, columns = account._policy_and_columns()
        first, last = account._column_window(policy)
        [facts] = account._column_facts(first, min(last, self._today())).values()
        best = account._entitled(columns, policy._conditions(), facts)
        if column.rank > (best.rank or 0):
            lines = account._column_lines(column, policy._conditions(), facts)
            raise UserError(
                self.env._(
                    "The policy does not give %(column)s to %(name)s: %(why)s Ask for"
                    " approval of an exception.",
                    column=column.name,
                    name=self.display_name,
                    why=" ".join(
                        one["words"] for one in lines["lines"] if not one["met"]
                    ),
                )
            )

    def _grant(self, column, basis, reason, date_from, date_to, approval=None):
        """Record the grant, end those of the same basis, and mirror the prices."""
        day = self._day(date_from)
        policy, _columns = self.sudo()._policy_and_columns()
        values = {
            "account_id": self.id,
            "company_id": self.company_id.id,
            "column_id": column.id,
            "basis": basis,
            "reason": self._reason(reason),
            "date_from": day,
            "date_to": self._day_given(date_to),
            "granted_by_id": self.env.uid,
            "approval_id": approval and approval.id,
            "policy_id": policy.id or None,
        }
        # sudo: rights are read-only; who grants was checked
        model = self.env["kam.price.grant"].sudo()
        before = model.search(
            [
                ("account_id", "=", self.id),
                ("basis", "=", basis),
                ("ended_on", "=", False),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        made = model.create(values)
        if basis == grants.POLICY and before:
            words = self._reason(self.env._("Replaced by %s.", column.name))
            before._command(grants.End(day, words))
        self.sudo()._mirror_pricelist()
        return made.sudo(False)

    # ------------------------------------------------------------------ mirror
    def _mirror_pricelist(self):
        """Write the pricelist of the column in force into Odoo's customer.

        sudo: the mirror follows a decision that was checked
        """
        for account in self.sudo():
            column = account.price_column_id or account._base_column()
            companies = (
                self.env["res.company"]
                .sudo()
                .search([("id", "child_of", account.company_id.id)])
            )
            for company in companies:
                partner = account.partner_id.with_company(company)
                wanted = column.pricelist_id if column else column.pricelist_id.browse()
                if column and partner.specific_property_product_pricelist != wanted:
                    partner.specific_property_product_pricelist = wanted

    def _base_column(self):
        return self.env["kam.price.column"]._of(self.company_id, self._today())[:1]

    def action_grant_column(self):
        """Open the dialog that grants a column, or asks for it."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_price_grant_wizard_action"
        )
        return {**action, "context": {"default_account_id": self[:1].id}}

    # ---------------------------------------------------------------- approvals
    def _kam_measure(self, kind):
        """Return what an account takes beyond the rules: nothing of itself."""
        return {}


class KamApproval(models.Model):
    _inherit = "kam.approval"

    def _tell_requester(self):
        """An approved column of an account is granted at once."""
        result = super()._tell_requester()
        granted = self.state == "approved" and self.kind == "column"
        if granted and self.res_model == "kam.account":
            self._grant_column()
        return result

    def _grant_column(self):
        measure = measures.decode(self.granted)
        column_id = str(measure.get("column", "")).lstrip("#")
        account = self.env["kam.account"].browse(self.res_id)
        if not column_id.isdigit() or not account.exists():
            return
        column = account._column_given(int(column_id))
        until = self.granted_until or fields.Date.add(account._today(), years=1)
        made = account._grant(
            column, grants.EXCEPTION, self.reason, None, until, approval=self
        )
        self._use_up(made, "column")
