"""Credit in the demonstration: terms, a group, a hold, an order that waits, checks."""

from datetime import timedelta

from odoo import models

from ..demo import story_credit
from .kam_demo import TERM


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _plans(self, users, partners, accounts, today):
        result = super()._plans(users, partners, accounts, today)
        if self._books_are_open():
            self._credit(users, partners, today)
        return result

    def _credit(self, users, partners, today):
        terms = self.env["kam.credit.terms"].with_user(users["carl"])
        term = self.env.ref(TERM, raise_if_not_found=False)
        for name, one in story_credit.TERMS.items():
            limit, tolerance, overdue_days, review = one
            [terms_id] = terms.set_terms(
                partners[name].ids,
                {
                    "credit_limit": limit,
                    "tolerance_percent": tolerance,
                    "overdue_days": overdue_days,
                    "payment_term_id": term and term.id,
                    "review_date": today + timedelta(days=review),
                    "valid_until": today + timedelta(days=review + 30),
                },
                story_credit.REASONS.get(name, "By score and a year of payments."),
            )
            if name in story_credit.HELD:
                terms.browse(terms_id).hold(story_credit.HELD[name])
        self._credit_group(users, partners)
        self._credit_checks(users, partners)
        self._credit_queue(users, partners)

    def _credit_group(self, users, partners):
        name, limit, members, reason = story_credit.GROUP
        group = self.env["kam.credit.group"].with_user(users["carl"])
        group = group.create({"name": name})
        group.set_limit(limit, reason=reason)
        terms = self.env["kam.credit.terms"].with_user(users["carl"])
        ids = [partners[one].id for one in members]
        terms.set_terms(ids, {"group_id": group.id}, reason)

    def _credit_checks(self, users, partners):
        checks = self.env["kam.reliability.check"]
        for name, (login, failed, conclusion) in story_credit.CHECKS.items():
            check = checks.with_user(users[login]).create(
                {"partner_id": partners[name].id, "conclusion": conclusion}
            )
            if failed is None:
                continue  # still in progress
            for place, line in enumerate(check.line_ids):
                line.result = "failed" if place in failed else "passed"
            check.finish()

    def _credit_queue(self, users, partners):
        for name, (login, reason) in story_credit.WAITING.items():
            orders = self.env["sale.order"].with_user(users[login])
            order = orders.search(
                [
                    ("partner_id", "=", partners[name].id),
                    ("state", "in", ["draft", "sent"]),
                ],
                limit=1,
            )
            if order:
                order.kam_wait(reason)
