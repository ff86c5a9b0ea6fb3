"""What a run of reminders is decided on: open items, and what holds them back."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, models

from ..kam_core.collections import reminders
from ..kam_core.collections.promises import GRACE_DAYS
from .kam_collection_query import OPEN, exact

WAIT_DAYS = 4  # between two letters to one customer
ITEMS = f"""
    SELECT l.id, l.move_id, p.commercial_partner_id, l.currency_id,
           coalesce(l.date_maturity, l.date), l.amount_residual_currency,
           l.amount_residual, ARRAY(SELECT i.stage_id FROM kam_reminder_item i
                                     WHERE i.line_id = l.id)
    {OPEN}
       AND coalesce(l.date_maturity, l.date) <= %(last)s
     ORDER BY l.id"""  # noqa: S608 two constants


class KamReminder(models.Model):
    _inherit = "kam.reminder"

    @api.model
    def _letters(self, today, partner_ids=None):
        """Return the core's letters of a day, by a fixed number of queries."""
        company = self.env.company.root_id
        stages = self.env["kam.reminder.stage"].search(
            [("company_id", "=", company.id)]
        )
        if not stages:
            return []
        last = today - timedelta(days=min(stages.mapped("days")))
        rows = self._item_rows(last, partner_ids)
        ids = {row[2] for row in rows}
        items = self._items(rows, ids)
        customers = self._customers(ids, today)
        return reminders.letters(
            stages._core_stages(), items, customers, today, WAIT_DAYS
        )

    def _item_rows(self, last, partner_ids):
        self.env["kam.reminder.item"].flush_model()
        rows = self.env["kam.collection"]._rows(ITEMS, partner_ids, last=last)
        return [row for row in rows if row[5] > 0]

    def _items(self, rows, partner_ids):
        disputed, promised = self._held_back(partner_ids)
        return [
            reminders.Item(
                id=line_id,
                move_id=move_id,
                customer_id=customer_id,
                currency_id=currency_id,
                due=due,
                open=in_currency,
                company_open=amount,
                disputed=disputed.get(move_id, Decimal(0)),
                promised_until=promised.get((customer_id, move_id))
                or promised.get((customer_id, None)),
                done=frozenset(done),
            )
            for line_id, move_id, customer_id, currency_id, due, in_currency, amount, (
                done
            ) in rows
        ]

    def _held_back(self, partner_ids):
        """Return ({invoice id: disputed}, {(customer, invoice or None): last day})."""
        # sudo: what is disputed leaves the letter, whoever sends it
        rows = self.env["kam.dispute"].sudo()._disputed(partner_ids=partner_ids)
        disputed = {row[2]: exact(row[3]) or Decimal(0) for row in rows}
        # sudo: promises hold reminders back, whoever runs them
        promises = (
            self.env["kam.promise"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        keeping = promises._keeping()
        promised = {}
        for one in promises:
            if one.id not in keeping or keeping[one.id].state != "open":
                continue
            last = one.date_promised + timedelta(days=GRACE_DAYS)
            for move_id in one.move_ids.ids or [None]:
                key = (one.partner_id.id, move_id)
                promised[key] = max(promised.get(key, last), last)
        return disputed, promised

    def _customers(self, partner_ids, today):
        company = self.env.company.root_id
        partners = self.env["res.partner"].browse(partner_ids)
        # sudo: the class decides on exceptions, whoever runs the reminders
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", company.id),
                ]
            )
        )
        classes = dict.fromkeys(partner_ids, False)
        classes |= {one.partner_id.id: one.account_class for one in accounts}
        excepted = self.env["kam.reminder.exception"]._excepted(classes, today)
        debts = self.env["kam.collection"]._debts(today, 0, partner_ids)
        money = {row[0]: row[5] for row in debts}
        last = dict(
            self._read_group(
                [
                    ("partner_id", "in", list(partner_ids)),
                    ("company_id", "=", company.id),
                ],
                ["partner_id"],
                ["sent_on:max"],
            )
        )
        addresses = self._addresses(partners)
        return {
            partner.id: reminders.Customer(
                id=partner.id,
                has_address=bool(addresses[partner.id].email),
                unallocated=money.get(partner.id, Decimal(0)),
                last_on=last.get(partner),
                excepted=excepted.get(partner.id, frozenset()),
            )
            for partner in partners
        }

    @api.model
    def _addresses(self, partners):
        """Return {customer id: contact for invoices, with an e-mail if any has}."""
        found = {}
        for partner in partners:
            contacts = partner.child_ids.filtered(
                lambda one: one.type == "invoice" and one.email
            )
            found[partner.id] = contacts[:1] or partner
        return found
