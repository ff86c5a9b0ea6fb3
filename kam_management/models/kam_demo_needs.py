"""Needs and openings of the demonstration's customers."""

from datetime import timedelta

from odoo import models

from ..demo import story_needs


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _plans(self, users, partners, accounts, today):
        result = super()._plans(users, partners, accounts, today)
        for name, notes in story_needs.NOTES.items():
            account = accounts[name]
            manager = account.user_id or account.head_id
            made = (
                self.env["kam.need"]
                .with_user(manager)
                .create([self._note(account, note, today) for note in notes])
            )
            for need, note in zip(made, notes, strict=True):
                if note[6]:
                    getattr(need, note[6])(note[7])
        return result

    def _note(self, account, note, today):
        kind, name, detail, category, amount, days, *_outcome = note
        return {
            "account_id": account.id,
            "kind": kind,
            "name": name,
            "note": detail,
            "category_id": category and self._category(category).id,
            "amount": amount,
            "due_on": today + timedelta(days) if days is not None else False,
        }

    def _category(self, name):
        return self.env["product.category"].search([("name", "=", name)], limit=1)
