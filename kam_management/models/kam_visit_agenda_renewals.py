"""What the agenda of a visit says of terms that end soon, or have ended lately."""

from collections import defaultdict
from datetime import timedelta

from odoo import models

AHEAD_DAYS = 60  # so early a renewal is worth a word
BEHIND_DAYS = 30  # so long what has ended is still a topic


class KamVisitAgenda(models.AbstractModel):
    _inherit = "kam.visit.agenda"

    def _providers(self):
        found = super()._providers()
        place = [key for key, _method in found].index("quotations")
        return [*found[:place], ("renewals", "_agenda_renewals"), *found[place:]]

    def _titles(self):
        return {**super()._titles(), "renewals": self.env._("To be renewed")}

    def _agenda_renewals(self, accounts, today):
        """Price columns, credit terms and checks that end, the earliest first.

        Another addon adds its own, of agreements for example, by inheriting.
        """
        found = defaultdict(list)
        for items in (
            self._column_renewals(accounts, today),
            self._terms_renewals(accounts, today),
            self._check_renewals(accounts, today),
        ):
            for account_id, some in items.items():
                found[account_id] += some
        return {
            account_id: sorted(items, key=lambda one: one["date"])
            for account_id, items in found.items()
        }

    def _soon(self, name, today):
        """Return the domain of records whose end is near."""
        return [
            (name, ">=", today - timedelta(days=BEHIND_DAYS)),
            (name, "<=", today + timedelta(days=AHEAD_DAYS)),
        ]

    def _ends(self, record, title, detail, day, today):
        return self._item(
            record,
            title,
            detail=detail,
            date=self._day(day),
            tone="danger" if day < today else "warning",
        )

    def _column_renewals(self, accounts, today):
        grants = self._read(
            "kam.price.grant",
            [
                ("account_id", "in", accounts.ids),
                ("ended_on", "=", False),
                *self._soon("date_to", today),
            ],
            ["account_id", "column_id", "date_to"],
            "date_to, id",
        )
        found = defaultdict(list)
        for one in grants:
            words = self.env._("price column")
            item = self._ends(one, one.column_id.name, words, one.date_to, today)
            found[one.account_id.id].append(item)
        return found

    def _terms_renewals(self, accounts, today):
        terms = self._read(
            "kam.credit.terms",
            [
                ("partner_id", "in", accounts.partner_id.ids),
                *self._soon("valid_until", today),
            ],
            ["partner_id", "company_id", "valid_until"],
            "valid_until, id",
        )
        return self._of_customers(
            accounts,
            terms,
            lambda one: self._ends(
                one,
                self.env._("Credit terms"),
                self.env._("the limit ends"),
                one.valid_until,
                today,
            ),
        )

    def _check_renewals(self, accounts, today):
        checks = self._read(
            "kam.reliability.check",
            [
                ("partner_id", "in", accounts.partner_id.ids),
                ("status", "=", "done"),
                ("recheck_on", "!=", False),
            ],
            ["partner_id", "company_id", "recheck_on", "done_on"],
            "done_on, id",
        )
        newest = {(one.partner_id, one.company_id): one for one in checks}
        near = checks.browse(one.id for one in newest.values()).filtered_domain(
            self._soon("recheck_on", today)
        )
        return self._of_customers(
            accounts,
            near,
            lambda one: self._ends(
                one,
                self.env._("Reliability check"),
                self.env._("to be made again"),
                one.recheck_on,
                today,
            ),
        )
