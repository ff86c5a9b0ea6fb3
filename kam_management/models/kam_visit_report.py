"""Visits over time, for pivots and graphs: each visit, and each promise of one.

A visit has one row; each time it was committed has another, in the week and for the
manager of the promise. So sums and shares add up whatever they are grouped by.
"""

from odoo import fields, models
from odoo.tools import SQL

from .kam_account import CLASSES
from .kam_visit import OFF_PLAN, OUTCOMES, PLAN, STATES

KINDS = [("visit", "Visit"), ("promise", "Commitment")]
# an order belongs to the nearest visit before it, so many days back at most; the rule
# is told, and tested, in kam_core/visits/adherence.py
ORDERS = """
    SELECT count(*) AS orders, sum(l.lines) AS lines,
           sum(s.amount_untaxed / coalesce(nullif(s.currency_rate, 0), 1)) AS amount
      FROM sale_order s
      CROSS JOIN LATERAL (SELECT count(*) AS lines FROM sale_order_line l
                           WHERE l.order_id = s.id AND l.display_type IS NULL) l
     WHERE s.kam_account_id = v.account_id AND s.state = 'sale'
       AND s.date_order >= v.finished_at
       AND s.date_order <= v.finished_at + c.kam_visit_strike_days * interval '1 day'
       AND NOT EXISTS (SELECT FROM kam_visit later
                        WHERE later.account_id = v.account_id AND later.state = 'done'
                          AND later.finished_at <= s.date_order
                          AND (later.finished_at, later.id) > (v.finished_at, v.id))"""
SOLD = """
    SELECT sum(m.amount_untaxed_signed) FILTER (WHERE m.invoice_date < d.day) AS before,
           sum(m.amount_untaxed_signed) FILTER (WHERE m.invoice_date >= d.day) AS after
      FROM (SELECT (v.finished_at AT TIME ZONE 'UTC' AT TIME ZONE coalesce(
                     (SELECT p.tz FROM res_users u
                        JOIN res_partner p ON p.id = u.partner_id
                       WHERE u.id = v.user_id), h.tz, 'UTC'))::date AS day,
                   c.kam_visit_effect_days AS days) d
      JOIN account_move m ON m.kam_account_id = v.account_id AND m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
       AND m.invoice_date >= d.day - d.days AND m.invoice_date < d.day + d.days"""
VISITS = f"""
    SELECT v.id * 2 AS id, 'visit' AS row_kind, v.id AS visit_id, v.company_id,
           v.account_id, v.partner_id, v.user_id, v.kind_id, v.state, v.plan_status,
           v.off_plan_kind, v.outcome, v.planned_start,
           a.account_class, a.segment_id, c.currency_id,
           1 AS visits,
           (v.state = 'done')::int AS done,
           (v.state = 'missed')::int AS missed,
           (v.state = 'cancelled'
            AND v.closed_kind IS DISTINCT FROM 'absence')::int AS cancelled,
           (v.state = 'cancelled' AND v.closed_kind = 'absence')::int AS excused,
           (v.replans > 0)::int AS moved,
           (v.state = 'done' AND v.plan_status = 'off_plan')::int AS off_plan,
           0 AS committed, 0 AS excused_committed, 0 AS kept, NULL::float AS adherence,
           CASE WHEN v.state = 'done'
                THEN (v.plan_status = 'off_plan')::int::float END AS off_plan_share,
           CASE WHEN v.state = 'done' THEN (o.orders > 0)::int::float END
               AS strike_rate,
           coalesce(o.orders, 0) AS orders, coalesce(o.lines, 0) AS order_lines,
           coalesce(o.amount, 0) AS order_amount,
           CASE WHEN o.orders > 0 THEN o.lines::float END AS lines_per_call,
           CASE WHEN o.orders > 0 THEN o.amount END AS drop_size,
           t.before AS sales_before, t.after AS sales_after,
           v.participants,
           date_trunc('week', v.planned_start AT TIME ZONE 'UTC' AT TIME ZONE
                      coalesce(h.tz, 'UTC'))::date AS monday
      FROM kam_visit v
      JOIN kam_account a ON a.id = v.account_id
      JOIN res_company c ON c.id = v.company_id
      JOIN kam_visit_kind k ON k.id = v.kind_id
      LEFT JOIN resource_calendar h ON h.id = c.resource_calendar_id
      LEFT JOIN LATERAL ({ORDERS}) o ON v.state = 'done'
      LEFT JOIN LATERAL ({SOLD}) t ON v.state = 'done' AND k.is_training"""  # noqa: S608
PROMISES = """
    SELECT l.id * 2 + 1, 'promise', v.id, w.company_id, v.account_id, v.partner_id,
           w.user_id, l.kind_id, v.state, 'committed', NULL, v.outcome,
           l.planned_start, a.account_class, a.segment_id, c.currency_id,
           0, 0, 0, 0, 0, 0, 0, 1,
           (v.state = 'cancelled' AND v.closed_kind = 'absence')::int, (k.kept)::int,
           CASE WHEN v.state <> 'cancelled'
                  OR v.closed_kind IS DISTINCT FROM 'absence' THEN k.kept::int::float
           END,
           NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, w.monday
      FROM kam_week_visit l
      JOIN kam_week w ON w.id = l.week_id
      JOIN kam_visit v ON v.id = l.visit_id
      JOIN kam_account a ON a.id = v.account_id
      JOIN res_company c ON c.id = w.company_id
      JOIN res_users u ON u.id = w.user_id
      JOIN res_partner p ON p.id = u.partner_id
      LEFT JOIN resource_calendar h ON h.id = c.resource_calendar_id
      CROSS JOIN LATERAL (
           SELECT coalesce(v.state = 'done'
                  AND (v.finished_at AT TIME ZONE 'UTC'
                       AT TIME ZONE coalesce(p.tz, h.tz, 'UTC'))::date
                      BETWEEN w.monday AND w.monday + 6, FALSE) AS kept) k"""


class KamVisitReport(models.Model):
    _name = "kam.visit.report"
    _description = "Visits over time"
    _auto = False
    _order = "planned_start desc, id desc"
    _rec_name = "account_id"

    row_kind = fields.Selection(
        KINDS, "Row", readonly=True, help="The visit itself, or a commitment of it."
    )
    visit_id = fields.Many2one("kam.visit", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("kam.account", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    account_class = fields.Selection(CLASSES, "Class", readonly=True)
    segment_id = fields.Many2one("kam.segment", readonly=True)
    user_id = fields.Many2one("res.users", "Key account manager", readonly=True)
    kind_id = fields.Many2one("kam.visit.kind", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    plan_status = fields.Selection(PLAN, "Plan", readonly=True)
    off_plan_kind = fields.Selection(OFF_PLAN, "Off-plan because", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    planned_start = fields.Datetime(
        "Begins",
        readonly=True,
        help="Of a commitment: when it was promised for.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    visits = fields.Integer(readonly=True)
    done = fields.Integer(readonly=True)
    missed = fields.Integer(readonly=True)
    cancelled = fields.Integer(readonly=True)
    excused = fields.Integer("Absent", readonly=True)
    moved = fields.Integer(readonly=True)
    off_plan = fields.Integer("Off-plan, done", readonly=True)
    committed = fields.Integer(readonly=True)
    excused_committed = fields.Integer("Committed, absent", readonly=True)
    kept = fields.Integer("Done in their week", readonly=True)
    adherence = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Committed visits done in their week / committed, absences left out.",
    )
    off_plan_share = fields.Float(
        "Off-plan share",
        readonly=True,
        aggregator="avg",
        help="Visits done that were not in the committed plan / visits done.",
    )
    strike_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Visits followed by an order within the days of the setting / visits done;"
        " an order counts for the nearest visit before it.",
    )
    orders = fields.Integer(readonly=True)
    order_lines = fields.Integer(readonly=True)
    order_amount = fields.Monetary(
        "Ordered", readonly=True, help="Without tax, in the company's currency."
    )
    lines_per_call = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Order lines / visits that were followed by an order.",
    )
    drop_size = fields.Monetary(
        readonly=True,
        aggregator="avg",
        help="Ordered, without tax / visits that were followed by an order.",
    )
    sales_before = fields.Monetary(
        "Sales before training",
        readonly=True,
        help="Invoices less credit notes, without tax, as many days before the training"
        " as the setting says.",
    )
    sales_after = fields.Monetary("Sales after training", readonly=True)
    participants = fields.Integer("Took part", readonly=True)
    monday = fields.Date(
        "Week of",
        readonly=True,
        help="Of a commitment: the week it was promised for.",
    )

    @property
    def _table_query(self):
        return SQL(VISITS + " UNION ALL " + PROMISES)

    def _search(self, domain, *args, **kwargs):
        self._flush_sources()
        return super()._search(domain, *args, **kwargs)

    def _flush_sources(self):
        for name in (
            "account.move",
            "kam.account",
            "kam.visit",
            "kam.visit.kind",
            "kam.week",
            "kam.week.visit",
            "sale.order",
            "sale.order.line",
        ):
            self.env[name].flush_model()

    def action_open_visit(self):
        """Open the visit of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kam.visit",
            "res_id": self.visit_id.id,
            "views": [(False, "form")],
        }
