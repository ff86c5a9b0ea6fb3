"""Receivables by customer and month: the sums that DSO and its kin are made of.

Read live from the ledger, both clocks being one here: a month ends as its documents are
dated. The manager is who led the account when the month ended. Amounts are in company
currency, tax included.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

MONTHS_BACK = 24
SOLD = "nullif(greatest(sum({sales}), 0), 0)"  # more came back than was sold: none
RATIOS = {
    "dso": f"sum({{closing}}) / {SOLD} * avg({{days}})",
    "best_possible_dso": f"sum({{not_due}}) / {SOLD} * avg({{days}})",
    "days_delinquent": f"(sum({{closing}}) - sum({{not_due}})) / {SOLD}"
    " * avg({days})",
    "cei": "(sum({opening}) + sum({sales}) - sum({closing}))"
    " / nullif(greatest(sum({opening}) + sum({sales}) - sum({not_due}), 0), 0)",
}
QUERY = """
    WITH months AS MATERIALIZED (
        SELECT m::date AS first,
               least((m + interval '1 month' - interval '1 day')::date, %(today)s)
                   AS last
          FROM generate_series(%(first)s::date, %(today)s::date, '1 month') AS m
    ), items AS MATERIALIZED (
        SELECT l.id, split_part(c.parent_path, '/', 1)::int AS company_id,
               p.commercial_partner_id AS partner_id, l.date,
               coalesce(l.date_maturity, l.date) AS due, l.balance,
               v.move_type IN ('out_invoice', 'out_refund', 'out_receipt') AS is_sale
          FROM account_move_line l
          JOIN account_move v ON v.id = l.move_id
          JOIN res_partner p ON p.id = l.partner_id
          JOIN res_company c ON c.id = l.company_id
         WHERE l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                          WHERE t.account_type = 'asset_receivable'))
           AND l.parent_state = 'posted' AND l.date <= %(today)s
           AND split_part(c.parent_path, '/', 1)::int IN %(companies)s
    ), deltas AS (
        SELECT company_id, partner_id,
               greatest(date_trunc('month', date)::date, %(before)s::date) AS first,
               sum(balance) AS delta,
               coalesce(sum(balance) FILTER (WHERE is_sale), 0) AS sales
          FROM items GROUP BY 1, 2, 3
    ), grid AS (
        SELECT d.company_id, d.partner_id, m.first, m.last
          FROM (SELECT DISTINCT company_id, partner_id FROM deltas) AS d
         CROSS JOIN (SELECT first, last FROM months
                      UNION ALL SELECT %(before)s::date, NULL) AS m
    ), balances AS (
        SELECT g.company_id, g.partner_id, g.first, g.last,
               coalesce(d.sales, 0) AS sales, coalesce(d.delta, 0) AS delta,
               sum(coalesce(d.delta, 0)) OVER (
                   PARTITION BY g.company_id, g.partner_id ORDER BY g.first) AS closing
          FROM grid g
          LEFT JOIN deltas d USING (company_id, partner_id, first)
    ), open_then AS (
        SELECT i.company_id, i.partner_id, m.first,
               sum(i.balance - coalesce(paid.amount, 0)) AS amount
          FROM items i
          JOIN months m ON i.balance > 0 AND i.date <= m.last AND i.due >= m.last
          LEFT JOIN LATERAL (
               SELECT sum(r.amount) AS amount FROM account_partial_reconcile r
                WHERE r.debit_move_id = i.id AND r.max_date <= m.last) AS paid ON TRUE
         GROUP BY 1, 2, 3
    ), capped AS (
        -- receipts not allocated are set against what is overdue first, then the rest
        SELECT o.company_id, o.partner_id, o.first,
               least(o.amount, greatest(b.closing, 0)) AS not_due
          FROM open_then o JOIN balances b USING (company_id, partner_id, first)
    )
    SELECT row_number() OVER (ORDER BY b.company_id, b.partner_id, b.first)::int AS id,
           b.company_id, b.partner_id, a.id AS account_id, b.first AS month,
           b.last - b.first + 1 AS days, b.sales, b.closing - b.delta AS opening,
           b.closing, coalesce(o.not_due, 0) AS not_due,
           b.closing - coalesce(o.not_due, 0) AS not_in_time,
           b.closing / nullif(greatest(b.sales, 0), 0)
               * (b.last - b.first + 1) AS dso,
           coalesce(o.not_due, 0) / nullif(greatest(b.sales, 0), 0)
               * (b.last - b.first + 1)
               AS best_possible_dso,
           (b.closing - coalesce(o.not_due, 0)) / nullif(greatest(b.sales, 0), 0)
               * (b.last - b.first + 1) AS days_delinquent,
           (b.sales - b.delta) / nullif(greatest(
               b.closing - b.delta + b.sales - coalesce(o.not_due, 0), 0), 0) AS cei,
           lead.user_id AS kam_user_id
      FROM balances b
      LEFT JOIN capped o USING (company_id, partner_id, first)
      LEFT JOIN kam_account a ON a.partner_id = b.partner_id
                             AND a.company_id = b.company_id
      LEFT JOIN LATERAL (
           SELECT w.user_id FROM kam_account_owner w
            WHERE w.account_id = a.id AND w.date_from <= b.last
              AND (w.date_to IS NULL OR w.date_to >= b.last)
            ORDER BY w.role DESC, w.share DESC, w.event_key LIMIT 1) AS lead ON TRUE
     WHERE b.last IS NOT NULL
       AND (b.closing <> 0 OR b.sales <> 0 OR b.delta <> 0)"""


class KamReceivablesMonth(models.Model):
    _name = "kam.receivables.month"
    _description = "Receivables of a customer in a month"
    _auto = False
    _order = "month desc, closing desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    account_id = fields.Many2one("kam.account", "Key account", readonly=True)
    kam_user_id = fields.Many2one(
        "res.users",
        "Key account manager then",
        readonly=True,
        help="Who led the account when the month ended.",
    )
    month = fields.Date(readonly=True)
    days = fields.Integer(readonly=True, aggregator=None)
    sales = fields.Monetary(
        "Credit sales", readonly=True, help="Invoices less credit notes, tax included."
    )
    opening = fields.Monetary("At the start", readonly=True)
    closing = fields.Monetary("At the end", readonly=True)
    not_due = fields.Monetary(
        readonly=True,
        help="Of what was owed at the end; receipts not allocated are set against what"
        " is overdue first.",
    )
    not_in_time = fields.Monetary(
        "Overdue, less receipts",
        readonly=True,
        help="What was past its due date, less receipts not allocated then.",
    )
    dso = fields.Float("DSO", digits=(16, 1), readonly=True, aggregator="avg")
    best_possible_dso = fields.Float(
        "Best possible DSO", digits=(16, 1), readonly=True, aggregator="avg"
    )
    days_delinquent = fields.Float(
        "Average days delinquent", digits=(16, 1), readonly=True, aggregator="avg"
    )
    cei = fields.Float(
        "CEI",
        digits=(16, 3),
        readonly=True,
        aggregator="avg",
        help="Collected of what could be collected; 1 at best.",
    )

    @property
    def _table_query(self):
        self._flush_sources()
        today = self.env.company._kam_today()
        first = today.replace(day=1) - relativedelta(months=MONTHS_BACK - 1)
        return SQL(
            QUERY,
            today=today,
            first=first,
            before=first - relativedelta(months=1),
            companies=tuple(self.env.companies.root_id.ids) or (0,),
        )

    def _flush_sources(self):
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["move_type"])
        self.env["kam.account"].flush_model(["partner_id", "company_id"])
        self.env["kam.account.owner"].flush_model()

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Take a ratio over a group from the group's sums, not from its rows."""
        name, _colon, func = aggregate_spec.partition(":")
        if name not in RATIOS or func != "avg":
            return super()._read_group_select(aggregate_spec, query)
        columns = {
            one: SQL.identifier(self._table, one)
            for one in ("closing", "sales", "not_due", "opening", "days")
        }
        return SQL(RATIOS[name].replace("{", "%(").replace("}", ")s"), **columns)

    def action_view_items(self):
        """Open the receivable journal items of the customer in the month."""
        self.check_access("read")
        self.ensure_one()
        last = self.month + relativedelta(months=1, days=-1)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receivables of %s", self.partner_id.display_name),
            "res_model": "account.move.line",
            "domain": [
                ("partner_id", "child_of", self.partner_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("date", ">=", fields.Date.to_string(self.month)),
                ("date", "<=", fields.Date.to_string(last)),
            ],
            "views": [(False, "list"), (False, "form")],
            "context": {"create": False},
        }
