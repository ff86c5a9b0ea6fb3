"""The queries of the worklist: live from Odoo's ledger, a fixed number of them.

Receivables belong to the commercial partner of the line, as in Odoo. Amounts are in
company currency, tax included.
"""

from datetime import timedelta
from decimal import Decimal

import pytz

from odoo import api, models
from odoo.tools import SQL

ZERO = Decimal(0)
HISTORY_DAYS = 365  # how far back habits of payment are read
# Open receivable lines of a head company; ``{more}`` narrows them. Written as Odoo's
# index of open lines wants it.
OPEN = """
      FROM account_move_line l
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_company c ON c.id = l.company_id
     WHERE l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual <> 0
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))"""
DEBTS = f"""
    SELECT p.commercial_partner_id,
           coalesce(sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
               AND l.date_maturity < %(today)s), 0) AS overdue,
           coalesce(sum(l.amount_residual) FILTER (WHERE l.amount_residual > 0
               AND l.date_maturity BETWEEN %(today)s AND %(soon)s), 0) AS soon,
           min(l.date_maturity) FILTER (WHERE l.amount_residual > 0
               AND l.date_maturity < %(today)s) AS oldest_due,
           min(l.date_maturity) FILTER (WHERE l.amount_residual > 0
               AND l.date_maturity BETWEEN %(today)s AND %(soon)s) AS soon_due,
           coalesce(-sum(l.amount_residual) FILTER (WHERE l.amount_residual < 0), 0)
               AS unallocated,
           count(*) FILTER (WHERE l.amount_residual > 0
               AND l.date_maturity < %(today)s) AS documents,
           sum(l.amount_residual) AS receivable
    {OPEN}
     GROUP BY p.commercial_partner_id"""
# what was paid in a window: money and what else settled, by the day it was dated
HABITS = """
    SELECT p.commercial_partner_id, count(*), sum(r.amount),
           sum(r.amount * (x.day - coalesce(dl.date_maturity, dl.date))),
           coalesce(sum(r.amount) FILTER (
               WHERE x.day <= coalesce(dl.date_maturity, dl.date)), 0)
      FROM account_partial_reconcile r
      JOIN account_move_line dl ON dl.id = r.debit_move_id
      JOIN account_move_line cl ON cl.id = r.credit_move_id
      JOIN account_journal j ON j.id = cl.journal_id
      JOIN res_partner p ON p.id = dl.partner_id
      JOIN res_company c ON c.id = dl.company_id
      CROSS JOIN LATERAL (SELECT greatest(dl.date, cl.date) AS day) AS x
     WHERE dl.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                       WHERE t.account_type = 'asset_receivable'))
       AND dl.parent_state = 'posted' AND r.amount > 0
       AND j.type IN ('bank', 'cash', 'credit')
       AND r.max_date > %(since)s AND r.max_date <= %(until)s
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))
     GROUP BY p.commercial_partner_id"""
TALKS = """
    SELECT DISTINCT ON (k.partner_id) k.partner_id, k.result, k.at, k.again_on, k.note
      FROM kam_collection_contact k
     WHERE k.company_id = %(company)s
       AND (%(every)s OR k.partner_id = ANY(%(partners)s))
     ORDER BY k.partner_id, k.at DESC, k.id DESC"""
DISPUTES = """
    SELECT d.partner_id, bool_or(d.is_legal), bool_or(d.date_due < %(today)s),
           max(d.date_due)
      FROM kam_dispute d
     WHERE d.company_id = %(company)s AND d.resolved_on IS NULL
       AND (%(every)s OR d.partner_id = ANY(%(partners)s))
     GROUP BY d.partner_id"""
# the documents of one customer that are open
DOCUMENTS = f"""
    SELECT l.id, l.move_id, l.date, coalesce(l.date_maturity, l.date) AS due,
           l.amount_residual, l.amount_residual_currency, l.currency_id, m.name,
           m.move_type
    {OPEN.replace("WHERE", "JOIN account_move m ON m.id = l.move_id WHERE", 1)}
     ORDER BY coalesce(l.date_maturity, l.date), l.id"""
FLUSHED = {
    "account.move.line": (
        "account_id",
        "amount_residual",
        "amount_residual_currency",
        "company_id",
        "currency_id",
        "date",
        "date_maturity",
        "journal_id",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ),
    "account.partial.reconcile": (
        "amount",
        "credit_move_id",
        "debit_move_id",
        "max_date",
    ),
    "res.partner": ("commercial_partner_id",),
}


class KamCollection(models.AbstractModel):
    _name = "kam.collection"
    _description = "Collections of receivables"

    @api.model
    def _rows(self, statement, partner_ids=None, **values):
        """Run one of the statements above for the head company.

        :param partner_ids: ids of customers; None: all
        """
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(
            SQL(
                statement,
                company=self.env.company.root_id.id,
                every=partner_ids is None,
                partners=list(partner_ids or ()),
                **values,
            )
        )
        return [tuple(map(exact, row)) for row in rows]

    @api.model
    def _debts(self, today, soon_days, partner_ids=None):
        soon = today + timedelta(days=soon_days)
        return self._rows(DEBTS, partner_ids, today=today, soon=soon)

    @api.model
    def _habits(self, until, partner_ids=None, days=HISTORY_DAYS):
        """Return {customer id: (allocations, Σ amount, Σ amount * days, on time)}."""
        rows = self._rows(
            HABITS, partner_ids, since=until - timedelta(days=days), until=until
        )
        return {row[0]: row[1:] for row in rows}

    @api.model
    def _talks(self, partner_ids=None):
        """Return {customer id: (result, day, day to talk again, note)}."""
        self.env["kam.collection.contact"].flush_model()
        rows = self._rows(TALKS, partner_ids)
        # sudo: the time zone of the working hours is no secret
        zone = pytz.timezone(self.env.company.sudo()._kam_time_zone())
        return {
            partner_id: (result, _day(at, zone), again, note or "")
            for partner_id, result, at, again, note in rows
        }

    @api.model
    def _open_disputes(self, today, partner_ids=None):
        """Return {customer id: (in court, past its day, last day to settle by)}."""
        self.env["kam.dispute"].flush_model()
        rows = self._rows(DISPUTES, partner_ids, today=today)
        return {row[0]: row[1:] for row in rows}


def exact(value):
    """Return an amount as the ledger has it: Odoo's cursor gives numerics as floats."""
    if type(value) is not float:
        return value
    return Decimal(repr(value)) if value else ZERO


def _day(moment, zone):
    return pytz.utc.localize(moment).astimezone(zone).date()
