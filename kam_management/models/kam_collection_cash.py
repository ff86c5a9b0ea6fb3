"""Expected cash by week, and how well the same rule foretold the past.

A few queries whatever the number of customers: what is open by customer and due date,
what each paid how late, what is promised and disputed. For the past the same is read as
it stood on that day, from the dates of documents.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.collections import cash

ZERO = Decimal(0)
MOST_WEEKS = 26
HORIZON = 4  # weeks ahead that are compared with what came
TRIALS = 8  # Mondays of the past on which it is tried
# what was open on a day, by customer and due date
OPEN_ON = """
    SELECT p.commercial_partner_id, coalesce(l.date_maturity, l.date),
           sum(l.balance - coalesce(paid.amount, 0))
      FROM account_move_line l
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_company c ON c.id = l.company_id
      LEFT JOIN LATERAL (
           SELECT sum(r.amount) AS amount FROM account_partial_reconcile r
            WHERE r.debit_move_id = l.id AND r.max_date <= %(day)s) AS paid ON TRUE
     WHERE l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.balance > 0
       AND l.date <= %(day)s AND l.date > %(oldest)s
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))
     GROUP BY 1, 2 HAVING sum(l.balance - coalesce(paid.amount, 0)) > 0"""
# money that came on debts that were there on a day
CAME = """
    SELECT greatest(dl.date, cl.date), sum(r.amount)
      FROM account_partial_reconcile r
      JOIN account_move_line dl ON dl.id = r.debit_move_id
      JOIN account_move_line cl ON cl.id = r.credit_move_id
      JOIN account_journal j ON j.id = cl.journal_id
      JOIN res_partner p ON p.id = dl.partner_id
      JOIN res_company c ON c.id = dl.company_id
     WHERE dl.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                       WHERE t.account_type = 'asset_receivable'))
       AND dl.parent_state = 'posted' AND j.type IN ('bank', 'cash', 'credit')
       AND dl.date <= %(day)s AND dl.date > %(oldest)s
       AND r.max_date > %(day)s AND r.max_date <= %(until)s
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))
     GROUP BY 1"""
OPEN_NOW = """
    SELECT p.commercial_partner_id, coalesce(l.date_maturity, l.date),
           sum(l.amount_residual), array_agg(l.move_id)
      FROM account_move_line l
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_company c ON c.id = l.company_id
     WHERE l.account_id = ANY (ARRAY(SELECT t.id FROM account_account t
                                      WHERE t.account_type = 'asset_receivable'))
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual > 0
       AND split_part(c.parent_path, '/', 1)::int = %(company)s
       AND (%(every)s OR p.commercial_partner_id = ANY(%(partners)s))
     GROUP BY 1, 2"""


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    @api.model
    @api.readonly
    def expected_cash(self, weeks=12, scope=None, backtest=True):
        """Return the money expected by week, from each customer's own lateness.

        due date + the customer's average days late (weighted by amount, drawn towards
        everybody's where there is little history); an open promise moves the debt to
        its day, a disputed part comes after the dispute is to be settled.

        :param weeks: number of weeks from this one on, 1 to 26
        :param scope: as in :meth:`worklist`
        :param backtest: also try the rule on the last eight Mondays, four weeks each
        :return: dict ``scope``, ``scopes``, ``currency_id``, ``today``, ``open`` (all
            that is owed), ``later`` (beyond the last week), ``unknown`` (disputed, no
            day), ``weeks``: list of ``{monday, expected, due, promised}`` where ``due``
            is what falls due by its date, ``promised`` the part on promised days;
            ``accuracy``: dict ``wape``, ``bias`` of the rule, ``wape_due``,
            ``bias_due`` of due dates alone (None without history) and ``trials`` (list
            of ``{monday, expected, due, came}``). Company currency, tax included
        """
        self._check_collects()
        if type(weeks) is not int or not 1 <= weeks <= MOST_WEEKS:
            raise UserError(self.env._("“Weeks” is a number from 1 to %s.", MOST_WEEKS))
        scope = self._scope_given(scope)
        today = self.env.company._kam_today()
        partner_ids = self._partners_of(scope)
        parts = self._expected_parts(today, partner_ids)
        return {
            "scope": scope,
            "scopes": self._scopes(),
            "currency_id": self.env.company.root_id.currency_id.id,
            "today": fields.Date.to_string(today),
            **self._week_rows(parts, today, weeks),
            "accuracy": self._backtest(today, partner_ids) if backtest else None,
        }

    def _week_rows(self, parts, today, weeks):
        first = cash.monday(today)
        mondays = [first + timedelta(weeks=n) for n in range(weeks)]
        expected = cash.by_week((day, amount) for _due, day, amount in parts if day)
        dues = cash.by_week(
            (max(due.day, today), amount) for due, _day, amount in parts
        )
        promised = cash.by_week(
            (day, amount)
            for due, day, amount in parts
            if day and due.promised_by is not None
        )
        last = mondays[-1]
        return {
            "open": float(sum((one[2] for one in parts), ZERO)),
            "later": float(sum((v for k, v in expected.items() if k > last), ZERO)),
            "unknown": float(sum((one[2] for one in parts if not one[1]), ZERO)),
            "weeks": [
                {
                    "monday": fields.Date.to_string(one),
                    "expected": float(expected.get(one, ZERO)),
                    "due": float(dues.get(one, ZERO)),
                    "promised": float(promised.get(one, ZERO)),
                }
                for one in mondays
            ],
        }

    @api.model
    def _expected_parts(self, today, partner_ids):
        """Return the core's parts: (due, day expected, amount)."""
        rows = self._rows(OPEN_NOW, partner_ids)
        ids = {row[0] for row in rows}
        dues = self._dues(rows, ids, today)
        return cash.expected_parts(dues, self._cash_habits(today, partner_ids), today)

    def _cash_habits(self, until, partner_ids):
        return {
            partner_id: cash.Habit(count, amount, days)
            for partner_id, (count, amount, days, _on_time) in self._habits(
                until, partner_ids
            ).items()
        }

    def _dues(self, rows, ids, today):
        """Return what is open with what is promised and disputed of it."""
        cases = self.env["kam.dispute"]._disputed(partner_ids=ids) if ids else []
        disputed = {row[2]: Decimal(str(row[4] or 0)) for row in cases}
        until = {key: row[2] for key, row in self._open_disputes(today, ids).items()}
        promised = self._promised_days(ids, today)
        return [
            cash.Due(
                customer=partner_id,
                day=due,
                amount=amount,
                promised_by=self._promised_for(promised.get(partner_id), moves, due),
                disputed=sum((disputed.get(one, ZERO) for one in set(moves)), ZERO),
                settled_by=until.get(partner_id),
            )
            for partner_id, due, amount, moves in rows
        ]

    @api.model
    def _promised_days(self, partner_ids, today):
        """Return {customer id: [(invoices or None, day)]} of open promises."""
        if not partner_ids:
            return {}
        # sudo: promises of customers whose debts the caller may see
        every = (
            self.env["kam.promise"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        keeping = every._keeping(today)
        found = defaultdict(list)
        for one in every:
            if one.id in keeping and keeping[one.id].state == "open":
                moves = set(one.move_ids.ids) or None
                found[one.partner_id.id].append((moves, one.date_promised))
        return found

    def _promised_for(self, promises, moves, due):
        """Return the promised day of debts, None without a promise for them.

        A promise that names no invoice is for those that fall due before its day.
        """
        days = [
            day
            for named, day in promises or ()
            if (due < day if named is None else named & set(moves))
        ]
        return min(days) if days else None

    # ---------------------------------------------------------------- backtest
    @api.model
    def _backtest(self, today, partner_ids):
        """Try the rule on Mondays of the past, four weeks ahead each."""
        first = cash.monday(today) - timedelta(weeks=HORIZON)
        mondays = [first - timedelta(weeks=HORIZON * n) for n in range(TRIALS)]
        ours, plain, trials = [], [], []
        for day in reversed(mondays):
            expected, dues, came = self._trial(day, partner_ids)
            weeks = [day + timedelta(weeks=n) for n in range(HORIZON)]
            pairs = [(expected.get(w, ZERO), came.get(w, ZERO)) for w in weeks]
            ours += pairs
            plain += [(dues.get(w, ZERO), came.get(w, ZERO)) for w in weeks]
            trials.append(
                {
                    "monday": fields.Date.to_string(day),
                    "expected": float(sum((one[0] for one in pairs), ZERO)),
                    "due": float(sum((dues.get(w, ZERO) for w in weeks), ZERO)),
                    "came": float(sum((one[1] for one in pairs), ZERO)),
                }
            )
        rule, by_due = cash.accuracy(ours), cash.accuracy(plain)
        return {
            "wape": _float(rule.wape),
            "bias": _float(rule.bias),
            "wape_due": _float(by_due.wape),
            "bias_due": _float(by_due.bias),
            "trials": trials,
        }

    def _trial(self, day, partner_ids):
        """Return (expected, due, came) by week, as of the evening before ``day``."""
        eve = day - timedelta(days=1)
        window = {
            "day": eve,
            "oldest": eve - timedelta(days=2 * 365),
        }
        rows = self._rows(OPEN_ON, partner_ids, **window)
        dues = [cash.Due(partner_id, due, amount) for partner_id, due, amount in rows]
        parts = cash.expected_parts(dues, self._cash_habits(eve, partner_ids), eve)
        until = eve + timedelta(weeks=HORIZON)
        came = self._rows(CAME, partner_ids, until=until, **window)
        return (
            cash.by_week((when, amount) for _due, when, amount in parts if when),
            cash.by_week((max(one.day, day), one.amount) for one in dues),
            cash.by_week(came),
        )

    # -------------------------------------------------------------- drill-down
    @api.model
    @api.readonly
    def cash_documents(self, monday, scope=None):
        """Return the journal items expected in a week, to open them.

        :param monday: first day of the week, ``YYYY-MM-DD``
        :param scope: as in :meth:`worklist`
        :return: action that lists receivable journal items
        """
        self._check_collects()
        day = self.env["kam.promise"]._as_of_given(monday)
        if not day:
            raise UserError(self.env._("“Monday” is missing: name the week."))
        today = self.env.company._kam_today()
        partner_ids = self._partners_of(self._scope_given(scope))
        pairs = [
            (due.customer, due.day)
            for due, when, _amount in self._expected_parts(today, partner_ids)
            if when and cash.monday(when) == cash.monday(day)
        ]
        return self._open_lines(pairs, partner_ids, day)

    def _open_lines(self, pairs, partner_ids, day):
        wanted = set(pairs)
        rows = self._rows(LINES_NOW, partner_ids)
        ids = [line_id for line_id, *pair in rows if tuple(pair) in wanted]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Expected in the week of %s", day),
            "res_model": "account.move.line",
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form"), (False, "pivot")],
            "context": {"create": False},
        }


LINES_NOW = OPEN_NOW.replace(
    """SELECT p.commercial_partner_id, coalesce(l.date_maturity, l.date),
           sum(l.amount_residual), array_agg(l.move_id)""",
    "SELECT l.id, p.commercial_partner_id, coalesce(l.date_maturity, l.date)",
).replace("     GROUP BY 1, 2", "")


def _float(value):
    return None if value is None else float(round(value, 4))
