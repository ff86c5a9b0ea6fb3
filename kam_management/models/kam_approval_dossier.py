"""The dossier of a request: what the one who decides needs to know, on one page."""

from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ..kam_core import measures

SHOWN = 12
# what became of orders that an approval let through: due, paid and how late
OUTCOMES = """
    SELECT d.order_id, sum(l.debit) AS amount, sum(l.amount_residual) AS open,
           coalesce(bool_or(l.amount_residual > 0 AND l.date_maturity < %(today)s),
                    FALSE) AS overdue,
           max(paid.late) AS days_late
      FROM (SELECT DISTINCT sl.order_id, il.move_id
              FROM sale_order_line sl
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
              JOIN account_move_line il ON il.id = r.invoice_line_id
             WHERE sl.order_id IN %(orders)s) AS d
      JOIN account_move m ON m.id = d.move_id AND m.state = 'posted'
       AND m.move_type IN ('out_invoice', 'out_receipt')
      JOIN account_move_line l ON l.move_id = m.id AND l.debit > 0
      JOIN account_account a ON a.id = l.account_id
       AND a.account_type = 'asset_receivable'
      LEFT JOIN LATERAL (
           SELECT max(c.date - l.date_maturity) AS late
             FROM account_partial_reconcile p
             JOIN account_move_line c ON c.id = p.credit_move_id
            WHERE p.debit_move_id = l.id) AS paid ON TRUE
     GROUP BY d.order_id
"""


class KamApproval(models.Model):
    _inherit = "kam.approval"

    dossier_html = fields.Html(
        "Dossier", compute="_compute_dossier_html", sanitize=False
    )

    @api.readonly
    def dossier(self):
        """Return what the one who decides on a request needs to know.

        Amounts are company currency; figures of the account are those of its screen.

        :return: dict ``asked`` (list of sentences), ``policy`` (name or False),
            ``column`` (name or False), ``account`` (dict ``class``, ``manager``,
            ``net_sales``, ``growth``), ``debt`` (dict ``receivable``, ``overdue``),
            ``order`` (dict ``net``, ``real_discount``, ``margin_percent`` for those
            entitled) and ``history``: list of dicts ``id``, ``date``, ``kind``,
            ``amount``, ``percent``, ``state``, ``by``, ``outcome`` (``paid``,
            ``late``, ``open``, ``overdue`` or False), ``days_late``,
            ``margin_percent`` (entitled) and ``words``; ``repeated``: how many
            requests of this kind the account made in twelve months before
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: whoever may read a request of an account is to judge it by all that
        # was asked before; margin is told only to those entitled
        record = self.sudo()
        history = record._history_rows()
        return {
            "asked": record._asked_words(),
            "policy": record.policy_id.display_name or False,
            "column": record.account_id.price_column_id.name or False,
            "account": record._account_facts(),
            "debt": record._debt_facts(),
            "order": record._order_facts(),
            "history": history,
            "repeated": record._repeated(),
        }

    def _sees_margin(self):
        return self.env.user.has_group("kam_management.group_kam_margin")

    # ------------------------------------------------------------------- request
    def _asked_words(self):
        """Return what is asked, in sentences with the figures."""
        measure = measures.decode(self.measure)
        words = [self._measure_words(measure)] if not _nested(measure) else []
        words += [self._measure_words(one) for one in _nested(measure).values()]
        words += [self._line_words(*one) for one in measures.parts(measure, "lines")]
        if self.state in ("approved", "used") and self.granted != self.measure:
            granted = self._measure_words(measures.flat(measures.decode(self.granted)))
            words.append(self.env._("Granted: %s", granted))
        return [one for one in words if one]

    def _measure_words(self, measure):
        _, parts = self.env._, []
        if column := self._column_of(measure):
            parts.append(_("Column “%s”", column.name))
        if "amount" in measure:
            amount = f"{measure['amount']} {measure.get('currency', '')}".strip()
            parts.append(_("%s given away or beyond", amount))
        if "percent" in measure:
            parts.append(_("%s %% of the order", measure["percent"]))
        if "days" in measure:
            parts.append(_("%s days", measure["days"]))
        return "; ".join(parts)

    def _column_of(self, measure):
        column_id = str(measure.get("column", "")).lstrip("#")
        return (
            self.env["kam.price.column"]
            .browse(int(column_id) if column_id.isdigit() else ())
            .exists()
        )

    def _line_words(self, subject, one):
        product_id = subject.lstrip("#").split("/")[0]
        product = (
            self.env["product.product"]
            .browse(int(product_id) if product_id.isdigit() else ())
            .exists()
        )
        return self.env._(
            "%(product)s: %(quantity)s at %(percent)s %% below the column",
            product=product.display_name or subject,
            quantity=one.get("quantity", "?"),
            percent=one.get("percent", "?"),
        )

    # --------------------------------------------------------------------- facts
    def _account_facts(self):
        account = self.account_id
        known = account and account.growth_ratio is not False
        return {
            "class": account.account_class or "",
            "manager": account.user_id.name or "",
            "net_sales": account.net_sales,
            "growth": account.growth_ratio if known else None,
        }

    def _debt_facts(self):
        account = self.account_id
        return {"receivable": account.receivable, "overdue": account.overdue}

    def _order_facts(self):
        if self.res_model != "sale.order":
            return {}
        order = self.env["sale.order"].sudo().browse(self.res_id).exists()
        if not order:
            return {}
        discount = order.kam_real_discount
        return {
            "net": order.currency_id._convert(
                order.amount_untaxed,
                self.company_id.currency_id,
                self.company_id,
                order.date_order,
            ),
            "real_discount": None if discount is False else discount,
            "margin_percent": order.margin_percent if self._sees_margin() else None,
        }

    # ------------------------------------------------------------------- history
    def _earlier(self):
        """Return the earlier requests of the same customer, newest first."""
        return self.search(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("create_date", "<=", self.create_date),
            ],
            limit=SHOWN,
        )

    def _repeated(self):
        since = fields.Datetime.subtract(self.create_date, years=1)
        return self.search_count(
            [
                ("id", "!=", self.id),
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("kind", "=", self.kind),
                ("create_date", ">=", since),
                ("create_date", "<=", self.create_date),
            ]
        )

    def _history_rows(self):
        earlier = self._earlier()
        used = earlier.filtered(lambda one: one.used_model == "sale.order")
        orders = self.env["sale.order"].browse(used.mapped("used_id")).exists()
        outcomes = self._outcomes(orders)
        margins = {one.id: one.margin_percent for one in orders}
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return [
            {
                "id": one.id,
                "date": fields.Date.to_string(one.create_date.date()),
                "kind": kinds[one.kind],
                "amount": one.amount,
                "percent": one.percent,
                "state": one._state_words(),
                "by": one.decided_by_id.name or "",
                **self._outcome_row(one, outcomes.get(one.used_id)),
                "margin_percent": margins.get(one.used_id)
                if one in used and self._sees_margin()
                else None,
            }
            for one in earlier
        ]

    def _outcomes(self, orders):
        """Return {order id: (amount, open, overdue, days late)} by one query."""
        if not orders:
            return {}
        for name in ("account.move", "account.move.line", "sale.order.line"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                OUTCOMES,
                orders=tuple(orders.ids),
                today=self._today_of(self.company_id.id),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _outcome_row(self, approval, outcome):
        _ = self.env._
        if approval.used_model != "sale.order" or not outcome:
            used = approval.used_model == "sale.order"
            words = _("not invoiced yet") if used else ""
            return {"outcome": False, "days_late": None, "words": words}
        _amount, open_, overdue, late = outcome
        money = format_amount(self.env, open_ or 0, self.company_id.currency_id)
        if overdue:
            found, words = "overdue", _("%s overdue", money)
        elif not self.company_id.currency_id.is_zero(open_ or 0):
            found, words = "open", _("%s open, not due", money)
        elif (late or 0) > 0:
            found, words = "late", _("paid %s days late", late)
        else:
            found, words = "paid", _("paid in time")
        return {"outcome": found, "days_late": late, "words": words}

    # ---------------------------------------------------------------------- page
    def _compute_dossier_html(self):
        for record in self:
            record.dossier_html = record._dossier_page() if record.id else False

    def _dossier_page(self):
        told, _ = self.dossier(), self.env._
        account, debt, order = told["account"], told["debt"], told["order"]
        money = self._money
        facts = [
            (_("Price policy"), told["policy"]),
            (_("Price column"), told["column"]),
            (_("Class"), account["class"]),
            (_("Key account manager"), account["manager"]),
            (_("Net sales, 12 months"), money(account["net_sales"])),
            (_("Growth"), _ratio(account["growth"])),
            (_("Receivable"), money(debt["receivable"])),
            (_("Overdue"), money(debt["overdue"])),
        ]
        if order:
            facts += [
                (_("Order, net"), money(order["net"])),
                (_("Real discount"), _ratio(order["real_discount"])),
            ]
            if order["margin_percent"] is not None:
                facts.append(
                    (_("Margin of the order"), _ratio(order["margin_percent"]))
                )
        facts.append((_("Asked in 12 months before"), str(told["repeated"])))
        return Markup(
            "<div class='row o_kam_dossier'><div class='col-12'><h6>%s</h6>"
            "<ul class='ps-3'>%s</ul>%s</div><div class='col-12'>"
            "<h6>%s</h6>%s</div></div>"
        ) % (
            _("What is asked"),
            Markup().join(Markup("<li>%s</li>") % one for one in told["asked"]),
            _table((), [one for one in facts if one[1]]),
            self._history_title(told["history"]),
            self._history_table(told["history"]),
        )

    def _money(self, amount):
        return format_amount(self.env, amount or 0, self.company_id.currency_id)

    def _history_title(self, history):
        counts = Counter(one["outcome"] for one in history if one["outcome"])
        if not counts:
            return self.env._("What was asked before")
        good = counts["paid"]
        return self.env._(
            "What was asked before: %(good)s of %(all)s paid in time",
            good=good,
            all=sum(counts.values()),
        )

    def _history_table(self, history):
        _ = self.env._
        if not history:
            return Markup("<p class='text-muted'>%s</p>") % _("Nothing.")
        head = [_("Asked"), _("Kind"), _("Amount"), "%", _("Decision"), _("Outcome")]
        if self._sees_margin():
            head.append(_("Margin"))
        rows = []
        for one in history:
            row = [
                format_date(self.env, one["date"]),
                one["kind"],
                self._money(one["amount"]),
                f"{one['percent']:g}" if one["percent"] else "",
                one["state"],
                one["words"],
            ]
            if self._sees_margin():
                row.append(_ratio(one["margin_percent"]))
            rows.append(row)
        return _table(head, rows)


def _nested(measure):
    """Return the parts of a measure that are findings by code."""
    return {
        key: one
        for key, one in measure.items()
        if isinstance(one, dict) and key != "lines"
    }


def _ratio(ratio):
    return "" if ratio is None else f"{ratio * 100:.1f} %"


def _table(head, rows):
    def line(cells, cell):
        return Markup("<tr>%s</tr>") % Markup().join(cell % one for one in cells)

    return Markup(
        "<div class='table-responsive'><table class='table table-sm'>"
        "<thead>%s</thead><tbody>%s</tbody></table></div>"
    ) % (
        line(head, Markup("<th>%s</th>")) if head else "",
        Markup().join(line(one, Markup("<td>%s</td>")) for one in rows),
    )
