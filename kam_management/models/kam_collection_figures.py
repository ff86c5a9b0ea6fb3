"""Figures of collections with their trend: for the company, a manager, a customer."""

from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.lateness import LatenessSums
from ..kam_core.receivables.figures import Month, figures

SPAN = 3  # months of sales that DSO is taken over
SUMS = ("sales:sum", "opening:sum", "closing:sum", "not_due:sum", "days:max")
LEVELS = {"manager": "kam_user_id", "customer": "partner_id"}
MOST = 100
ZERO = Decimal(0)
# days late over allocations in a window; what is open and overdue counts as paid then
LATENESS = """
    SELECT a.day <= %(until)s AS closed, sum(a.amount), sum(a.amount * a.late),
           coalesce(sum(a.amount) FILTER (WHERE a.late <= 0), 0)
      FROM (SELECT r.amount, greatest(dl.date, cl.date) AS day,
                   greatest(dl.date, cl.date) - coalesce(dl.date_maturity, dl.date)
                       AS late
              FROM account_partial_reconcile r
              JOIN account_move_line dl ON dl.id = r.debit_move_id
              JOIN account_move_line cl ON cl.id = r.credit_move_id
              JOIN account_journal j ON j.id = cl.journal_id
              JOIN res_partner p ON p.id = dl.partner_id
              JOIN res_company c ON c.id = dl.company_id
             WHERE dl.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                   WHERE t.account_type = 'asset_receivable'))
               AND dl.parent_state = 'posted' AND r.amount > 0
               AND j.type IN ('bank', 'cash', 'credit')
               AND r.max_date > %(since)s AND r.max_date <= %(until)s
               AND split_part(c.parent_path, '/', 1)::int = %(company)s
               AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))) AS a
     GROUP BY 1
     UNION ALL
    SELECT FALSE, sum(l.amount_residual),
           sum(l.amount_residual * (%(until)s - coalesce(l.date_maturity, l.date))), 0
      FROM account_move_line l
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_company c ON c.id = l.company_id
     WHERE l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual > 0 AND coalesce(l.date_maturity, l.date) < %(until)s
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))"""


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    @api.model
    @api.readonly
    def figures(self, months=12, by=None, user_id=None, partner_id=None):
        """Return DSO and its kin month by month, and for the present.

        DSO, best possible DSO and average days delinquent are taken over the last
        three months of sales, CEI is their mean, count-back looks over all months.

        :param months: months of the trend, 1 to 24
        :param by: ``manager`` or ``customer``: also a table by them
        :param user_id: only months in which this manager led the account
        :param partner_id: only this customer
        :return: dict ``currency_id``, ``trend`` (list of ``{month, days, sales,
            opening, closing, not_due, dso, best_possible_dso, days_delinquent,
            count_back, cei}``), ``now`` (the last of them with ``late_days`` and
            ``late_days_closed`` of a year), ``rows`` (the same by ``by``: ``id``,
            ``name``, …). Days; None where there is nothing to divide by
        """
        self._check_collects()
        if type(months) is not int or not 1 <= months <= 24:
            raise UserError(self.env._("“Months” is a number from 1 to 24."))
        if by is not None and by not in list(LEVELS):
            raise UserError(self.env._("“By” is “manager” or “customer”."))
        domain = self._figures_domain(user_id, partner_id)
        today = self.env.company._kam_today()
        groups = self._months_of(domain, by)
        trend = self._trend(groups.pop(None, {}), months, today)
        return {
            "currency_id": self.env.company.root_id.currency_id.id,
            "trend": trend,
            "now": {
                **(trend[-1] if trend else {}),
                **self._lateness(today, partner_id),
            },
            "rows": self._figure_rows(groups, by, today) if by else [],
        }

    def _figures_domain(self, user_id, partner_id):
        domain = [("company_id", "=", self.env.company.root_id.id)]
        for name, value, label in (
            ("kam_user_id", user_id, self.env._("Manager")),
            ("partner_id", partner_id, self.env._("Customer")),
        ):
            if value is None:
                continue
            if type(value) is not int or not 0 < value < 2**31:
                raise UserError(self.env._("“%s” is an id, a number.", label))
            domain.append((name, "=", value))
        if partner_id is not None:
            self._check_partner(partner_id)
        return domain

    def _months_of(self, domain, by):
        """Return {None or group: {month: Month}}, by one query."""
        level = [LEVELS[by]] if by else []
        rows = self.env["kam.receivables.month"]._read_group(
            domain, [*level, "month:month"], SUMS
        )
        found = defaultdict(dict)
        for row in rows:
            *group, first, sales, opening, closing, not_due, days = row
            month = Month(
                first,
                days or 0,
                *(Decimal(str(one or 0)) for one in (sales, opening, closing, not_due)),
            )
            self._add_month(found[None], month)
            if group:
                self._add_month(found[group[0]], month)
        return found

    def _add_month(self, months, one):
        held = months.get(one.first)
        months[one.first] = (
            one
            if held is None
            else Month(
                one.first,
                max(held.days, one.days),
                held.sales + one.sales,
                held.start + one.start,
                held.end + one.end,
                held.not_due + one.not_due,
            )
        )

    def _filled(self, months, today):
        """Return the months in order, those without anything among them."""
        if not months:
            return []
        first, last = min(months), today.replace(day=1)
        out, balance = [], ZERO
        while first <= last:
            nxt = first + relativedelta(months=1)
            days = min((nxt - first).days, (today - first).days + 1)
            one = months.get(first) or Month(first, days, ZERO, balance, balance, ZERO)
            balance = one.end
            out.append(one)
            first = nxt
        return out

    def _trend(self, months, count, today):
        every = self._filled(months, today)
        return [
            self._figure_row(every[: n + 1])
            for n in range(max(0, len(every) - count), len(every))
        ]

    def _figure_row(self, months):
        last, found = months[-1], figures(months, SPAN)
        return {
            "month": fields.Date.to_string(last.first),
            "days": last.days,
            "sales": float(last.sales),
            "opening": float(last.start),
            "closing": float(last.end),
            "not_due": float(last.not_due),
            "dso": _days(found.dso),
            "best_possible_dso": _days(found.best_possible_dso),
            "days_delinquent": _days(found.average_days_delinquent),
            "count_back": _days(found.count_back_dso),
            "cei": _days(found.cei, 3),
        }

    def _figure_rows(self, groups, by, today):
        rows = []
        for group, months in groups.items():
            every = self._filled(months, today)
            name = group.display_name if group else self.env._("Nobody")
            rows.append(
                {"id": group.id if group else False, "name": name}
                | self._figure_row(every)
            )
        rows.sort(key=lambda one: (-one["closing"], one["name"]))
        return rows[:MOST]

    def _lateness(self, today, partner_id):
        """Return days late of a year, both variants; of the customers one sees."""
        partner_ids = (
            [partner_id] if partner_id else self._partners_of(self._scopes()[-1])
        )
        rows = self._rows(
            LATENESS,
            partner_ids,
            since=today - relativedelta(years=1),
            until=today,
        )
        sums = LatenessSums()
        for closed, amount, days, on_time in rows:
            if not amount:
                continue
            if closed:
                sums += LatenessSums(amount, days, on_time)
            else:
                sums += LatenessSums(open_amount=amount, open_days=days)
        return {
            "late_days": _days(sums.average_days()),
            "late_days_closed": _days(sums.average_days(closed_only=True)),
        }


def _days(value, digits=1):
    return None if value is None else float(round(value, digits))
