"""Collections on the account's page and on the home screen."""

from odoo import api, fields, models


class KamAccount(models.Model):
    _inherit = "kam.account"

    promise_ids = fields.One2many("kam.promise", "account_id", "Promises")
    dispute_ids = fields.One2many("kam.dispute", "account_id", "Disputes")
    talk_ids = fields.One2many("kam.collection.contact", "account_id", "Talks")
    promise_count = fields.Integer(
        "Promises open", compute="_compute_collections", help="Not judged yet."
    )
    broken_count = fields.Integer(
        "Promises broken", compute="_compute_collections", help="In part as well."
    )
    disputed = fields.Monetary(
        compute="_compute_collections",
        help="The open part of disputed invoices, tax included.",
    )

    @api.depends("promise_ids", "dispute_ids")
    def _compute_collections(self):
        # sudo: whoever reads the account may know these sums, as its other figures
        promises = (
            self.env["kam.promise"]
            .sudo()
            .search([("account_id", "in", self._origin.ids)])
        )
        keeping = promises._keeping()
        states = {}
        for one in promises:
            state = keeping[one.id].state if one.id in keeping else "open"
            states.setdefault(one.account_id.id, []).append(state)
        disputed = {}
        rows = self.env["kam.dispute"].sudo()._disputed(partner_ids=self.partner_id.ids)
        for partner_id, company_id, _move, _amount, amount in rows:
            key = (partner_id, company_id)
            disputed[key] = disputed.get(key, 0) + float(amount or 0)
        for account in self:
            found = states.get(account._origin.id, [])
            account.promise_count = found.count("open")
            account.broken_count = found.count("broken") + found.count("part")
            key = (account.partner_id.id, account.company_id.id)
            account.disputed = disputed.get(key, 0.0)

    # -------------------------------------------------------------------- home
    def _home_needs(self, rows, head):
        return super()._home_needs(rows, head) + self._home_collections(rows)

    def _home_collections(self, rows):
        """Return cards: promises for today, broken ones, disputes that wait."""
        if not self.env["kam.promise"].has_access("read"):
            return []
        ids = [row["id"] for row in rows]
        # sudo: cards about accounts that the caller sees; the lists check rights
        promises = self.env["kam.promise"].sudo().search([("account_id", "in", ids)])
        keeping = promises._keeping() if promises else {}
        today = self._today()
        due = promises.filtered(
            lambda one: (
                one.date_promised <= today
                and one.id in keeping
                and keeping[one.id].state == "open"
            )
        )
        broken = promises.filtered(
            lambda one: (
                one.id in keeping
                and keeping[one.id].state in ("broken", "part")
                and (today - one.date_promised).days <= 30
            )
        )
        disputes = (
            self.env["kam.dispute"]
            .sudo()
            .search([("account_id", "in", ids), ("resolved_on", "=", False)])
        )
        return [
            self._home_card("promises_due", "kam.promise", due),
            self._home_card("promises_broken", "kam.promise", broken),
            self._home_card("disputes", "kam.dispute", disputes),
        ]

    def _home_card(self, key, model, records):
        today, root = self._today(), self.env.company.root_id
        amount = sum(
            one.currency_id._convert(one.amount, root.currency_id, root, today)
            for one in records
        )
        return {
            "key": key,
            "count": len(records),
            "amount": amount,
            "model": model,
            "domain": [("id", "in", records.ids)],
        }

    # ------------------------------------------------------------------ papers
    def action_view_promises(self):
        """Open the promises of the customers."""
        action = self._list_of(
            "kam.promise",
            self.env._("Promises to pay"),
            [("account_id", "in", self.ids)],
            context={"default_partner_id": self[:1].partner_id.id},
        )
        action["help"] = self._no_content(
            self.env._("Nothing is promised"),
            self.env._("Press New when the customer says by when they will pay."),
        )
        return action

    def action_view_disputes(self):
        """Open the disputes of the customers."""
        action = self._list_of(
            "kam.dispute",
            self.env._("Disputes"),
            [("account_id", "in", self.ids)],
            context={"default_partner_id": self[:1].partner_id.id},
        )
        action["help"] = self._no_content(
            self.env._("Nothing is disputed"),
            self.env._("Press New when the customer contests an invoice."),
        )
        return action

    def action_collect(self):
        """Open the worklist at this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "kam_worklist",
            "name": self.env._("Worklist"),
            "params": {"partner_id": self.partner_id.id},
        }
