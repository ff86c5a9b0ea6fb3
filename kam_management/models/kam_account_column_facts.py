"""What columns are judged by: turnover at base prices, breadth, payment discipline."""

import json
from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..kam_core.pricing.eligibility import Facts

GOODS = """
    SELECT m.kam_account_id, l.product_id, l.product_uom_id,
           coalesce(m.invoice_date, m.date) AS day,
           CASE WHEN m.move_type = 'out_refund' THEN -l.quantity ELSE l.quantity END
      FROM account_move m JOIN account_move_line l ON l.move_id = m.id
     WHERE m.kam_account_id IN %(accounts)s AND m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
       AND coalesce(m.invoice_date, m.date) BETWEEN %(first)s AND %(last)s
       AND l.display_type = 'product' AND l.product_id IS NOT NULL
       AND l.price_unit >= 0
"""
# what fell due in the window, and how much of it was paid by its due date
PAID = """
    SELECT a.id,
           sum(coalesce(paid.in_time, 0)) AS in_time,
           sum(CASE WHEN l.date_maturity < %(last)s
                    THEN greatest(l.debit - coalesce(paid.in_time, 0), 0)
                    ELSE coalesce(paid.late, 0) END) AS late
      FROM kam_account a
      JOIN account_move m ON m.kam_account_id = a.id AND m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_receipt')
      JOIN account_move_line l ON l.move_id = m.id AND l.debit > 0
      JOIN account_account acc ON acc.id = l.account_id
       AND acc.account_type = 'asset_receivable'
      LEFT JOIN LATERAL (
           SELECT sum(p.amount) FILTER (WHERE c.date <= l.date_maturity) AS in_time,
                  sum(p.amount) FILTER (WHERE c.date > l.date_maturity) AS late
             FROM account_partial_reconcile p
             JOIN account_move_line c ON c.id = p.credit_move_id
            WHERE p.debit_move_id = l.id) AS paid ON TRUE
     WHERE a.id IN %(accounts)s AND l.date_maturity BETWEEN %(first)s AND %(last)s
     GROUP BY a.id
"""
TERMS = """
    SELECT a.id, coalesce(max(t.nb_days), 0)
      FROM kam_account a JOIN res_partner p ON p.id = a.partner_id
      LEFT JOIN account_payment_term_line t
        ON t.payment_id = coalesce(
               (p.property_payment_term_id ->> a.company_id::text)::int,
               (%(usual)s::jsonb ->> a.company_id::text)::int)
     WHERE a.id IN %(accounts)s GROUP BY a.id
"""


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _column_facts(self, first, last):
        """Return {account id: :class:`Facts`} over a window, a fixed number of queries.

        :param first: first day, ``last``: last day, both included
        """
        for name in ("account.move", "account.move.line", "res.partner"):
            self.env[name].flush_model()
        params = {"accounts": tuple(self.ids) or (0,), "first": first, "last": last}
        turnover, breadth = self._base_turnover(params)
        paid = {
            key: (in_time, late)
            for key, in_time, late in self.env.execute_query(SQL(PAID, **params))
        }
        usual = json.dumps(self._usual_terms())
        terms = dict(self.env.execute_query(SQL(TERMS, usual=usual, **params)))
        return {
            account.id: Facts(
                turnover[account.id],
                len(breadth[account.id]),
                _percent(*paid.get(account.id, (0, 0))),
                terms.get(account.id, 0),
            )
            for account in self
        }

    def _usual_terms(self):
        """Return {company id: payment term of a customer that has none of its own}."""
        field = self.env["res.partner"]._fields["property_payment_term_id"]
        usual = {
            company.id: field.get_company_dependent_fallback(
                self.env["res.partner"].with_company(company)
            )
            for company in self.company_id
        }
        return {key: term.id for key, term in usual.items() if term}

    def _base_turnover(self, params):
        """Return ({account id: turnover}, {account id: categories}) at base prices.

        Company currency, without tax, before any discount, at the invoice's own date;
        what was returned counts against it.
        """
        turnover = defaultdict(Decimal)
        bought = defaultdict(lambda: defaultdict(Decimal))
        rows = self.env.execute_query(SQL(GOODS, **params))
        by_account = defaultdict(list)
        for account_id, *row in rows:
            by_account[account_id].append(row)
        for company, accounts in self.grouped("company_id").items():
            base = self.env["kam.price.column"]._of(company, self._today())[:1]
            lines = [(one.id, *row) for one in accounts for row in by_account[one.id]]
            prices = self._base_prices(company, base, lines)
            for (account_id, product_id, _uom, _day, quantity), price in zip(
                lines, prices, strict=True
            ):
                value = Decimal(str(quantity)) * Decimal(str(price))
                turnover[account_id] += value
                # sudo: as in _base_prices
                product = self.env["product.product"].sudo().browse(product_id)
                bought[account_id][product.categ_id.id] += value
        # what was taken back whole was not bought
        breadth = {
            key: {one for one, value in by_category.items() if value > 0}
            for key, by_category in bought.items()
        }
        return turnover, defaultdict(set, breadth)

    def _base_prices(self, company, base, lines):
        # sudo: products of posted invoices, also those the reader may not open
        products = self.env["product.product"].sudo().with_company(company)
        uoms = self.env["uom.uom"].sudo()
        wanted = [
            (
                products.browse(product_id),
                abs(quantity),
                uoms.browse(uom_id or ()),
                day,
                company.currency_id,
            )
            for _account, product_id, uom_id, day, quantity in lines
        ]
        if not base:
            return [0.0] * len(lines)
        engine = self.env["kam.price.engine"].sudo().with_company(company)
        return engine._prices(base.pricelist_id, wanted)[base.pricelist_id.id]


def _percent(in_time, late):
    whole = (in_time or 0) + (late or 0)
    return Decimal(in_time or 0) * 100 / Decimal(whole) if whole else None
