"""Price columns: thin; the rules are in ``kam_core/pricing``."""

from odoo import api, fields, models

from ..kam_core.pricing import columns


class KamPriceColumn(models.Model):
    _name = "kam.price.column"
    _inherit = ["kam.event.sourced"]
    _description = "Price column"
    _order = "company_id, rank, id"
    _check_company_auto = True
    _core = columns

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    rank = fields.Integer(
        required=True,
        default=1,
        aggregator=None,
        help="1 is the base column, against which discounts are measured; the higher"
        " the better for the customer.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        required=True,
        ondelete="restrict",
        check_company=True,
        help="Its prices are those of Odoo's pricelist.",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self.env.company._kam_today()
    )
    date_to = fields.Date("To", help="Included. Empty: until further notice.")
    active = fields.Boolean(default=True)
    color = fields.Integer()
    account_count = fields.Integer(
        "Accounts", compute="_compute_account_count", help="That have it today."
    )

    def _compute_account_count(self):
        # the reader's rules decide which accounts are counted
        groups = self.env["kam.price.grant"]._read_group(
            [("column_id", "in", self.ids), ("state", "=", "active")],
            ["column_id"],
            ["account_id:count_distinct"],
        )
        counts = {column.id: count for column, count in groups}
        for column in self:
            column.account_count = counts.get(column.id, 0)

    @api.model
    def _of(self, company, day):
        """Return the columns of a company on a day, the base column first.

        :param company: its head company is meant
        """
        # sudo: which columns there are every order is judged by; prices are not told
        return self.sudo().search(
            [
                ("company_id", "=", company.root_id.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            order="rank, id",
        )

    def action_view_accounts(self):
        """Open the accounts that have the column today."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "kam.account",
            "domain": [("price_column_id", "in", self.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def _append(self, entries, sequence=None):
        """Every order is judged by the columns: what was remembered is forgotten."""
        self.env.registry.clear_cache()
        return super()._append(entries, sequence)

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "PricelistChosen": _("Another pricelist"),
            "ColumnClosed": _("Last day set"),
        }
