"""What an order, a payment or a visit to come would change of one's pay."""

from dataclasses import replace
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ..kam_core.pay.attribution import Fact, Share
from ..kam_core.pay.calculation import calculate

CENT = Decimal("0.01")
VISIT = "visit"
KINDS = ("sale", "collected", "order", VISIT)
# what one visit more, due and committed, adds above and below the line
VISITED = {
    "adherence": lambda _order: (1, 0),
    "coverage": lambda _order: (1, 0),
    "strike_rate": lambda order: (int(order), 1),
}


class KamPayStatement(models.Model):
    _inherit = "kam.pay.statement"

    def what_if(self, changes):
        """Say what orders, invoices, payments or visits to come would change.

        :param changes: list of dicts ``kind`` (``sale``, ``collected``, ``order`` or
            ``visit``); of all but a visit ``amount`` (without tax, company currency),
            and perhaps ``margin`` and ``customer_new`` (the first sale to a new
            customer). A visit is one that was due and committed; ``with_order`` says
            that an order follows it
        :return: dict ``total`` now, ``then`` with the changes, ``difference``, and
            ``lines``: list of ``{name, before, after}`` that would differ
        """
        self.ensure_one()
        self.check_access("read")
        given = self._given_changes(changes)
        one = self.sudo()  # sudo: reckoned from one's own facts and scheme
        known = self.env["kam.pay.knowledge"]._question(one)
        if known is None:
            raise UserError(self.env._("The scheme is not in force for this period."))
        before = calculate(known[0])
        after = calculate(one._with_visits(one._with_facts(known[0], given), given))
        return {
            "total": float(before.total),
            "then": float(after.total),
            "difference": float(after.total - before.total),
            "lines": self._differences(before, after),
        }

    def _with_facts(self, question, given):
        """Return the question with the facts of orders, invoices and payments."""
        day = min(self.date_to, max(self.date_from, self.env.company._kam_today()))
        new = [
            self._imagined(change, place, day)
            for place, change in enumerate(given, 1)
            if change[0] != VISIT
        ]
        first = {one.partner_id: day for one, is_new in new if is_new}
        shares = [Share(fact, self.user_id.id, Decimal(100)) for fact, _new in new]
        return replace(
            question,
            shares=[*question.shares, *shares],
            first_days={**question.first_days, **first},
        )

    def _with_visits(self, question, given):
        """Return the question with visits done: what they change of their figures."""
        visits = [change for change in given if change[0] == VISIT]
        if not visits:
            return question
        kpis = self.env["kam.kpi"]._of_company(self.company_id)
        kpis = kpis.with_context(active_test=False)
        figures = dict(question.figures)
        span = (question.period.start, question.period.end)
        for kpi in kpis.browse(figures):
            if kpi.code in VISITED:
                rows = kpi._outside_rows(span, {self.user_id.id})
                above = sum((row[1] for row in rows), Decimal(0))
                below = sum((row[2] for row in rows), Decimal(0))
                for visit in visits:
                    more = VISITED[kpi.code](visit[3])
                    above, below = above + more[0], below + more[1]
                given_now = min(above, below) / below if below else None
                figures[kpi.id] = replace(figures[kpi.id], given=given_now)
        return replace(question, figures=figures)

    def _given_changes(self, changes):
        """Return [(kind, amount, margin, flag)] of what the caller gave.

        The flag says of a sale whether the customer is new, of a visit whether an
        order follows.
        """
        try:
            found, wrong = [_given_change(one) for one in changes], None
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as e:
            found, wrong = [], e
        if not found or any(
            one[0] not in KINDS or not one[1].is_finite() for one in found
        ):
            raise UserError(
                self.env._(
                    "“changes” is a list of objects with “kind” (sale, collected, order"
                    " or visit) and, but for a visit, “amount” (a number)."
                )
            ) from wrong
        return found

    def _imagined(self, change, place, day):
        kind, amount, margin, is_new = change
        fact = Fact(
            ("what if", str(place), 1),
            *(place, kind, day, day, -place, self.company_id.id),
            document_kind="order" if kind == "order" else "invoice",
            untaxed=amount,
            amount=amount,
            cost=amount - margin,
            documents=Decimal(1),
            deal=abs(amount),
        )
        return fact, is_new

    def _differences(self, before, after):
        kpis = self.env["kam.kpi"]
        old = {one.kpi_id: one for one in before.lines if one.kpi_id}
        found = [
            {
                "name": kpis.browse(one.kpi_id).display_name,
                "before": float(old[one.kpi_id].amount),
                "after": float(one.amount),
            }
            for one in after.lines
            if one.kpi_id and one.amount != old[one.kpi_id].amount
        ]
        if before.commission != after.commission:
            found.append(
                {
                    "name": self.env._("Commission"),
                    "before": float(before.commission),
                    "after": float(after.commission),
                }
            )
        return found


def _given_change(one):
    kind = one["kind"]
    if kind == VISIT:
        return kind, Decimal(0), Decimal(0), bool(one.get("with_order"))
    return (
        kind,
        Decimal(str(one["amount"])).quantize(CENT),
        Decimal(str(one.get("margin") or 0)).quantize(CENT),
        bool(one.get("customer_new")),
    )
