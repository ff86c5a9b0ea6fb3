"""What became of promises: two queries for any number of them."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..kam_core.collections.keeping import Pledge, Receipt, keep
from .kam_collection_query import exact

# What settled the debts of customers: money (bank and cash journals) and credit notes,
# allocated or, money alone, not yet. Days are those of the documents, so an allocation
# made late counts from the day the money came.
RECEIPTS = """
    SELECT p.commercial_partner_id AS partner_id,
           split_part(c.parent_path, '/', 1)::int AS company_id, cl.id AS line_id,
           greatest(dl.date, cl.date) AS day, dl.move_id AS document_id,
           dl.currency_id, r.amount, r.debit_amount_currency AS amount_currency,
           j.type IN ('bank', 'cash', 'credit') AS is_money
      FROM account_partial_reconcile r
      JOIN account_move_line dl ON dl.id = r.debit_move_id
      JOIN account_move_line cl ON cl.id = r.credit_move_id
      JOIN account_move cm ON cm.id = cl.move_id
      JOIN account_journal j ON j.id = cm.journal_id
      JOIN account_account t ON t.id = dl.account_id
      JOIN res_partner p ON p.id = dl.partner_id
      JOIN res_company c ON c.id = dl.company_id
     WHERE t.account_type = 'asset_receivable' AND dl.parent_state = 'posted'
       AND (j.type IN ('bank', 'cash', 'credit') OR cm.move_type = 'out_refund')
       AND p.commercial_partner_id IN %(partners)s
       AND greatest(dl.date, cl.date) BETWEEN %(since)s AND %(until)s
     UNION ALL
    SELECT p.commercial_partner_id, split_part(c.parent_path, '/', 1)::int, cl.id,
           cl.date, NULL, cl.currency_id, -cl.amount_residual,
           -cl.amount_residual_currency, TRUE
      FROM account_move_line cl
      JOIN account_journal j ON j.id = cl.journal_id
      JOIN account_account t ON t.id = cl.account_id
      JOIN res_partner p ON p.id = cl.partner_id
      JOIN res_company c ON c.id = cl.company_id
     WHERE t.account_type = 'asset_receivable' AND cl.parent_state = 'posted'
       AND j.type IN ('bank', 'cash', 'credit') AND cl.amount_residual < 0
       AND p.commercial_partner_id IN %(partners)s
       AND cl.date BETWEEN %(since)s AND %(until)s"""


@dataclass(frozen=True, slots=True)
class LedgerReceipt(Receipt):
    """A receipt and the journal item it is read from."""

    line_id: int = 0


class KamPromise(models.Model):
    _inherit = "kam.promise"

    def _keeping(self, as_of=None):
        """Return {promise id: Keeping}; other promises of the same customers count.

        :param as_of: last day that counts; None: today where the company is
        """
        if not self._origin.ids:
            return {}
        as_of = as_of or self.env.company._kam_today()
        pledges = self._pledges(as_of)
        receipts = self._receipts(pledges, as_of)
        found = {}
        for group, ours in pledges.items():
            found.update(keep(ours, receipts.get(group, ()), as_of))
        ours = set(self._origin.ids)
        return {key: one for key, one in found.items() if key in ours}

    def _pledges(self, as_of):
        """Return {(customer, company, currency): pledges} made by ``as_of``."""
        self.env["kam.promise"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT p.partner_id, p.company_id, p.currency_id, p.id, p.amount,
                          p.made_on, p.date_promised, p.withdrawn_on,
                          (SELECT array_agg(r.move_id) FROM kam_promise_move_rel r
                            WHERE r.promise_id = p.id)
                     FROM kam_promise p
                    WHERE p.made_on <= %s
                      AND p.partner_id IN (SELECT o.partner_id FROM kam_promise o
                                            WHERE o.id IN %s)""",
                as_of,
                tuple(self._origin.ids),
            )
        )
        found = defaultdict(list)
        for partner_id, company_id, currency_id, key, amount, *rest in rows:
            made_on, promised, withdrawn_on, documents = rest
            found[partner_id, company_id, currency_id].append(
                Pledge(
                    key,
                    exact(amount),
                    made_on,
                    promised,
                    frozenset(documents or ()),
                    withdrawn_on,
                )
            )
        return found

    def _receipts(self, pledges, as_of):
        """Return {(customer, company, currency): receipts} of the pledges' time.

        A promise in company currency counts money in any currency, at the books' rate.
        """
        if not pledges:
            return {}
        # sudo: the currency of the books is no secret
        companies = self.env["res.company"].sudo()
        books = {
            company_id: companies.browse(company_id).currency_id.id
            for _partner, company_id, _currency in pledges
        }
        since = min(one.made_on for ours in pledges.values() for one in ours)
        last = max(one.deadline for ours in pledges.values() for one in ours)
        partners = {partner_id for partner_id, _company, _currency in pledges}
        found = defaultdict(list)
        for row in self._receipt_rows(partners, since, min(last, as_of)):
            self._put_receipt(found, books, row)
        return found

    def _receipt_rows(self, partners, since, until):
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return self.env.execute_query(
            SQL(RECEIPTS, partners=tuple(partners), since=since, until=until)
        )

    def _put_receipt(self, found, books, row):
        partner_id, company_id, line_id, day, document_id, currency_id, *rest = row
        amount, amount_currency, is_money = rest
        own = books.get(company_id)
        sides = {own: amount, currency_id: amount_currency}
        sides[own] = amount  # the books' own figure where both are one currency
        for currency, value in sides.items():
            if value and value > 0:
                found[partner_id, company_id, currency].append(
                    LedgerReceipt(exact(value), day, document_id, is_money, line_id)
                )

    def _receipt_lines(self):
        """Return the ids of the journal items that the judgement counts."""
        found = self._keeping().get(self.id)
        return [one.line_id for one, _part in found.receipts] if found else []

    @api.readonly
    def keeping(self, as_of=None):
        """Return what became of promises as of a day, derived from payments.

        :param as_of: date, ``YYYY-MM-DD``, where the company is; today when left out;
            payments dated later, and promises made later, do not count
        :return: list of dicts ``id``, ``state`` (``open``, ``kept``, ``part``,
            ``broken``, ``settled``, ``withdrawn``), ``paid`` and ``target`` (decimal
            text, the promise's currency, tax included), ``kept_on`` (date or False)
        """
        self.check_access("read")
        found = self._keeping(self._as_of_given(as_of))
        return [
            {
                "id": key,
                "state": one.state,
                "paid": format(one.paid, "f"),
                "target": format(one.target, "f"),
                "kept_on": fields.Date.to_string(one.kept_on) or False,
            }
            for key, one in sorted(found.items())
        ]

    def _as_of_given(self, value):
        try:
            return fields.Date.to_date(value) or None
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("“As of” is a date such as 2026-03-31; “%s” is not.", value)
            ) from error

    @api.model
    def _forget_keeping(self):
        names = ["state", "paid_amount", "target_amount", "kept_on"]
        self.invalidate_model(names, flush=False)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """What promises became depends on payments: look again."""
        found = super().create(vals_list)
        self.env["kam.promise"]._forget_keeping()
        return found

    def unlink(self):
        """What promises became depends on payments: look again."""
        self.env["kam.promise"]._forget_keeping()
        return super().unlink()


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Money that is not allocated yet may keep a promise: look again."""
        posted = super()._post(soft)
        self.env["kam.promise"]._forget_keeping()
        return posted
