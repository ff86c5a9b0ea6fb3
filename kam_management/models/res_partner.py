from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .kam_account import CLASSES

READERS = ",".join(
    f"kam_management.group_kam_{name}" for name in ("user", "credit", "support")
)
LEAD = """(SELECT o.user_id FROM kam_account_owner o
    WHERE o.account_id = a.id AND o.date_from <= %(today)s
      AND (o.date_to IS NULL OR o.date_to >= %(today)s)
    ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1)"""
# what is known of the account, in the words of SQL; ``a`` is the account
KNOWN = {
    "is_key_account": "(a.status = 'key')",
    "kam_class": "CASE WHEN a.status IN ('key', 'suspended') THEN a.account_class END",
    "kam_user_id": LEAD,
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    kam_account_id = fields.Many2one(
        "kam.account",
        "Key account",
        compute="_compute_kam_account_id",
        groups=READERS,
        help="The account of this customer that you may open.",
    )
    is_key_account = fields.Boolean(
        compute="_compute_kam",
        search="_search_is_key_account",
        compute_sudo=True,
        groups=READERS,
        help="The customer, or the company of the contact, is a key account.",
    )
    kam_class = fields.Selection(
        CLASSES,
        "Key account class",
        compute="_compute_kam",
        search="_search_kam_class",
        compute_sudo=True,
        groups=READERS,
    )
    kam_user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        compute="_compute_kam",
        search="_search_kam_user_id",
        compute_sudo=True,
        groups=READERS,
        help="Who leads the key account today.",
    )

    # ----------------------------------------------------------------- compute
    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "company")
    def _compute_kam_account_id(self):
        accounts = (
            self.env["kam.account"]
            .with_context(active_test=False)
            .search(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        by_partner = {account.partner_id: account for account in accounts}
        for partner in self:
            partner.kam_account_id = by_partner.get(partner.commercial_partner_id)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_kam(self):
        found = {}
        if ids := tuple(self.commercial_partner_id._origin.ids):
            self._flush_kam()
            rows = self.env.execute_query(
                SQL(
                    """SELECT a.partner_id, %s, %s, %s FROM kam_account a
                        WHERE a.partner_id IN %s AND a.company_id = %s""",
                    *(self._kam_known(name) for name in KNOWN),
                    ids,
                    self.env.company.root_id.id,
                )
            )
            found = {row[0]: row[1:] for row in rows}
        for partner in self:
            values = found.get(partner.commercial_partner_id._origin.id, [False] * 3)
            partner.update(dict(zip(KNOWN, values, strict=True)))

    def _flush_kam(self):
        self.env["kam.account"].flush_model()
        self.env["kam.account.owner"].flush_model()

    def _kam_known(self, name):
        # Odoo does not ask this of fields that are searched by a method
        self._check_field_access(self._fields[name], "read")
        return SQL(KNOWN[name], today=self.env.company._kam_today())

    # ------------------------------------------------------- group, sort, search
    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists, pivots and graphs group customers by what their account says."""
        if field_expr not in KNOWN:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self._flush_kam()
        value = SQL(
            """(SELECT %s FROM kam_account a
                 WHERE a.partner_id = %s AND a.company_id = %s)""",
            self._kam_known(field_expr),
            SQL.identifier(alias, "commercial_partner_id"),
            self.env.company.root_id.id,
        )
        return SQL("coalesce(%s, FALSE)", value) if "is_" in field_expr else value

    @api.model
    def _kam_partners(self, condition):
        """Return customers and their contacts whose account meets ``condition``."""
        self._flush_kam()
        return Domain(
            "commercial_partner_id",
            "in",
            SQL(
                """(SELECT a.partner_id FROM kam_account a
                     WHERE a.company_id = %s AND %s)""",
                self.env.company.root_id.id,
                condition,
            ),
        )

    def _search_is_key_account(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._kam_partners(self._kam_known("is_key_account"))
        return found if True in value else ~found

    def _search_kam_class(self, operator, value):
        return self._search_kam("kam_class", operator, value)

    def _search_kam_user_id(self, operator, value):
        return self._search_kam("kam_user_id", operator, value)

    def _search_kam(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        known = self._kam_known(name)
        wanted = tuple(one for one in value if one)
        found = Domain.FALSE
        if wanted:
            found = self._kam_partners(SQL("%s IN %s", known, wanted))
        if len(wanted) < len(value):
            found |= ~self._kam_partners(SQL("%s IS NOT NULL", known))
        return found

    # ----------------------------------------------------------------- buttons
    def action_open_kam_account(self):
        """Open the key account of the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kam.account",
            "res_id": self.kam_account_id.id,
            "views": [(False, "form")],
        }
