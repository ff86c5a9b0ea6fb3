"""The figures that a screen shows of an account: one SQL expression each.

The same expression fills the field (one query for any number of accounts), sorts and
groups lists, sums pivots and graphs, and answers searches. A column of a list costs
itself only: figures are read together where they are of the same documents. What is
owed is summed for all accounts at once. Sales belong to the account
of the ordering customer; receivables to the customer who is invoiced, as in Odoo. All
amounts are in the company's currency and come live from Odoo's own tables.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

MARGIN = "kam_management.group_kam_margin"
QUIET_DAYS = 60

INVOICED = """(SELECT coalesce(sum(m.amount_untaxed_signed), 0) FROM account_move m
    WHERE m.kam_account_id = %(id)s AND m.state = 'posted'
      AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
      AND m.invoice_date > %(since)s AND m.invoice_date <= %(until)s)"""
# As Odoo's index of open lines wants it: joins with partners or companies led the
# planner to read the whole ledger for each account.
RECEIVABLE = """(SELECT coalesce(sum(l.amount_residual), 0) FROM account_move_line l
    WHERE l.partner_id = ANY (ARRAY(SELECT p.id FROM res_partner p
                                     WHERE p.commercial_partner_id = %(partner)s))
      AND l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                     WHERE t.account_type = 'asset_receivable'))
      AND l.parent_state = 'posted'
      AND l.reconciled IS NOT TRUE AND l.amount_residual <> 0
      AND (SELECT split_part(c.parent_path, '/', 1)::int FROM res_company c
            WHERE c.id = l.company_id) = %(company)s{more})"""
OVERDUE = RECEIVABLE.format(
    more="""
      AND l.amount_residual > 0 AND l.date_maturity < %(today)s"""
)
# the same of many accounts: their lines are read once
OWED = """
    WITH address AS MATERIALIZED (
        SELECT p.id, a.id AS account_id, a.company_id
          FROM kam_account a
          JOIN res_partner p ON p.commercial_partner_id = a.partner_id
         WHERE a.id IN %(ids)s
    ), line_sum AS MATERIALIZED (
        SELECT l.partner_id, split_part(c.parent_path, '/', 1)::int AS root_id,
               sum(l.residual) AS receivable, sum(l.overdue) AS overdue,
               min(l.overdue_since) AS overdue_since
          FROM (SELECT l.partner_id, l.company_id, sum(l.amount_residual) AS residual,
                       sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
                           AND l.date_maturity < %(today)s) AS overdue,
                       min(l.date_maturity) FILTER (WHERE l.amount_residual > 0
                           AND l.date_maturity < %(today)s) AS overdue_since
                  FROM account_move_line l
                 WHERE l.partner_id = ANY (ARRAY(SELECT id FROM address))
                   AND l.account_id = ANY (ARRAY(
                       SELECT t.id FROM account_account t
                        WHERE t.account_type = 'asset_receivable'))
                   AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                   AND l.amount_residual <> 0
                 GROUP BY 1, 2) AS l
          JOIN res_company c ON c.id = l.company_id
         GROUP BY 1, 2
    )
    SELECT d.account_id, coalesce(sum(s.receivable), 0), coalesce(sum(s.overdue), 0),
           min(s.overdue_since)
      FROM address d
      LEFT JOIN line_sum s ON s.partner_id = d.id AND s.root_id = d.company_id
     GROUP BY 1"""
ORDERED = """(SELECT {what} FROM sale_order s
    WHERE s.kam_account_id = %(id)s AND s.state = 'sale'{more})"""
QUOTED = """(SELECT {what} FROM sale_order s
    WHERE s.kam_account_id = %(id)s AND s.state IN ('draft', 'sent'))"""
IN_COMPANY = "/ coalesce(nullif(s.currency_rate, 0), 1)"

FIGURES = {
    "net_sales": INVOICED,
    "net_sales_before": INVOICED.replace("since", "before").replace("until", "since"),
    "receivable": RECEIVABLE.format(more=""),
    "overdue": OVERDUE,
    "overdue_since": OVERDUE.replace(
        "coalesce(sum(l.amount_residual), 0)", "min(l.date_maturity)"
    ),
    "last_order_date": ORDERED.format(what="max(s.date_order)::date", more=""),
    "order_count": ORDERED.format(what="count(*)", more=""),
    "quotation_count": QUOTED.format(what="count(*)"),
    "quotation_amount": QUOTED.format(
        what=f"coalesce(sum(s.amount_untaxed {IN_COMPANY}), 0)"
    ),
    "invoice_count": """(SELECT count(*) FROM account_move m
        WHERE m.kam_account_id = %(id)s AND m.state = 'posted')""",
    "lead_count": """(SELECT count(*) FROM crm_lead d
         JOIN res_partner p ON p.id = d.partner_id
        WHERE p.commercial_partner_id = %(partner)s AND d.active)""",
    "contact_count": """(SELECT count(*) FROM res_partner p
        WHERE p.commercial_partner_id = %(partner)s AND p.id <> %(partner)s
          AND p.active)""",
    "margin": ORDERED.format(
        what=f"coalesce(sum(s.margin {IN_COMPANY}), 0)",
        more="""
      AND s.date_order > %(since)s AND s.date_order < %(tomorrow)s""",
    ),
}
# figures that are read together
OF_DEBTS = ("receivable", "overdue", "overdue_since")
OF_SALES = ("net_sales", "net_sales_before")
OF_ORDERS = ("last_order_date", "order_count")
OF_QUOTATIONS = ("quotation_count", "quotation_amount")
# what the expressions read; flushed before they run
SOURCES = {
    "account.move": (
        "amount_untaxed_signed",
        "invoice_date",
        "kam_account_id",
        "move_type",
        "state",
    ),
    "account.move.line": (
        "account_id",
        "amount_residual",
        "company_id",
        "date_maturity",
        "parent_state",
        "partner_id",
        "reconciled",
    ),
    "sale.order": (
        "amount_untaxed",
        "currency_rate",
        "date_order",
        "kam_account_id",
        "margin",
        "state",
    ),
    "crm.lead": ("active", "partner_id"),
    "res.partner": ("active", "commercial_partner_id"),
    "kam.account": ("company_id", "partner_id"),
}
COMPARED = {
    "<": "%s < %s",
    "<=": "%s <= %s",
    ">": "%s > %s",
    ">=": "%s >= %s",
}


def _search(name):
    return lambda self, operator, value: self._search_figure(name, operator, value)


class KamAccount(models.Model):
    _inherit = "kam.account"

    net_sales = fields.Monetary(
        "Net sales, year",
        compute="_compute_sales",
        search=_search("net_sales"),
        help="Invoices less credit notes of the last 12 months, without tax.",
    )
    net_sales_before = fields.Monetary(
        "Net sales, year before",
        compute="_compute_sales",
        search=_search("net_sales_before"),
        help="The same, of the 12 months before those.",
    )
    growth_ratio = fields.Float(
        "Growth",
        compute="_compute_growth_ratio",
        aggregator=None,
        help="Net sales of the last 12 months against the 12 months before.",
    )
    receivable = fields.Monetary(
        compute="_compute_debts",
        search=_search("receivable"),
        help="What the customer owes today, tax included, receipts deducted.",
    )
    overdue = fields.Monetary(
        compute="_compute_debts",
        search=_search("overdue"),
        help="The part of what is owed that is past its due date.",
    )
    overdue_since = fields.Date(
        compute="_compute_debts",
        search=_search("overdue_since"),
        help="The oldest due date that has passed unpaid.",
    )
    last_order_date = fields.Date(
        "Last order", compute="_compute_orders", search=_search("last_order_date")
    )
    order_count = fields.Integer(
        "Orders", compute="_compute_orders", search=_search("order_count")
    )
    quotation_count = fields.Integer(
        "Quotations", compute="_compute_quotations", search=_search("quotation_count")
    )
    quotation_amount = fields.Monetary(
        "Quotations open",
        compute="_compute_quotations",
        search=_search("quotation_amount"),
        help="Quotations that wait for an answer, without tax.",
    )
    invoice_count = fields.Integer(
        "Invoices", compute="_compute_invoice_count", search=_search("invoice_count")
    )
    lead_count = fields.Integer(
        "Leads", compute="_compute_lead_count", search=_search("lead_count")
    )
    contact_count = fields.Integer(
        "Contacts", compute="_compute_contact_count", search=_search("contact_count")
    )
    margin = fields.Monetary(
        "Margin, year",
        compute="_compute_margin",
        search=_search("margin"),
        groups=MARGIN,
        help="Margin of the orders of the last 12 months, at their cost then.",
    )
    is_quiet = fields.Boolean(
        "Quiet",
        compute="_compute_is_quiet",
        search="_search_is_quiet",
        help="No order for two months.",
    )

    # ----------------------------------------------------------------- figures
    def _figure_sql(self, name, alias):
        """Return the SQL expression of a figure for the account row ``alias``."""
        today = self._today()
        year = relativedelta(years=1)
        return SQL(
            FIGURES[name],
            id=SQL.identifier(alias, "id"),
            partner=SQL.identifier(alias, "partner_id"),
            company=SQL.identifier(alias, "company_id"),
            today=today,
            tomorrow=today + relativedelta(days=1),
            until=today,
            since=today - year,
            before=today - 2 * year,
        )

    def _flush_figures(self):
        for model, names in SOURCES.items():
            self.env[model].flush_model(names)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists sort, and pivots and graphs sum, what is not stored."""
        if field_expr not in FIGURES:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self._flush_figures()
        return self._figure_sql(field_expr, alias)

    def _read_figures(self, names):
        """Return {account id: values in the order of ``names``}, by one query.

        The figures come past the rules of orders and invoices: whoever may read the
        account may know its totals.
        """
        if not self._ids:
            return {}
        self._flush_figures()
        columns = SQL(", ").join(self._figure_sql(name, "a") for name in names)
        rows = self.env.execute_query(
            SQL(
                "SELECT a.id, %s FROM kam_account a WHERE a.id IN %s",
                columns,
                tuple(self._ids),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _fill_figures(self, names, found=None):
        """Fill fields of one compute, by one query.

        :param found: what :meth:`_read_figures` would return, where it is known
        """
        if found is None:
            found = self._origin._read_figures(names)
        for account in self:
            values = found.get(account._origin.id) or [False] * len(names)
            account.update(dict(zip(names, values, strict=True)))

    @api.depends("partner_id", "company_id")
    def _compute_debts(self):
        self._fill_figures(OF_DEBTS, self._origin._read_debts())

    def _read_debts(self):
        """Return {account id: (receivable, overdue, overdue since)}, by one query."""
        if not self._ids:
            return {}
        self._flush_figures()
        rows = self.env.execute_query(
            SQL(OWED, ids=tuple(self._ids), today=self._today())
        )
        return {row[0]: row[1:] for row in rows}

    @api.depends("partner_id", "company_id")
    def _compute_sales(self):
        self._fill_figures(OF_SALES)

    @api.depends("partner_id", "company_id")
    def _compute_orders(self):
        self._fill_figures(OF_ORDERS)

    @api.depends("partner_id", "company_id")
    def _compute_quotations(self):
        self._fill_figures(OF_QUOTATIONS)

    @api.depends("partner_id", "company_id")
    def _compute_invoice_count(self):
        self._fill_figures(("invoice_count",))

    @api.depends("partner_id", "company_id")
    def _compute_lead_count(self):
        self._fill_figures(("lead_count",))

    @api.depends("partner_id", "company_id")
    def _compute_contact_count(self):
        self._fill_figures(("contact_count",))

    @api.depends("partner_id", "company_id")
    def _compute_margin(self):
        self._fill_figures(("margin",))

    @api.depends("net_sales", "net_sales_before")
    def _compute_growth_ratio(self):
        for account in self:
            before = account.net_sales_before
            account.growth_ratio = account.net_sales / before - 1 if before > 0 else 0.0

    @api.depends("last_order_date", "status")
    def _compute_is_quiet(self):
        limit = self._quiet_limit()
        for account in self:
            account.is_quiet = account.status == "key" and (
                not account.last_order_date or account.last_order_date < limit
            )

    def _quiet_limit(self):
        return self._today() - relativedelta(days=QUIET_DAYS)

    # ------------------------------------------------------------------ search
    @api.model
    def _search_figure(self, name, operator, value):
        # Odoo does not ask this of fields that are searched by a method
        self._check_field_access(self._fields[name], "read")
        expression = SQL("(%s)", self._figure_sql(name, "a"))
        if operator == "in":
            known = tuple(one for one in value if one is not False) or (None,)
            condition = SQL("%s IN %s", expression, known)
            if False in value:
                condition = SQL("(%s OR %s IS NULL)", condition, expression)
        elif operator in COMPARED:
            condition = SQL(COMPARED[operator], expression, value)
        else:
            return NotImplemented
        self._flush_figures()
        return Domain(
            "id", "in", SQL("(SELECT a.id FROM kam_account a WHERE %s)", condition)
        )

    @api.model
    def _search_is_quiet(self, operator, value):
        if operator != "in":
            return NotImplemented
        expression = SQL("(%s)", self._figure_sql("last_order_date", "a"))
        self._flush_figures()
        quiet = Domain("status", "=", "key") & Domain(
            "id",
            "not in",
            SQL(
                "(SELECT a.id FROM kam_account a WHERE %s >= %s)",
                expression,
                self._quiet_limit(),
            ),
        )
        return quiet if True in value else ~quiet
