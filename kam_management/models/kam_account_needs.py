"""What an account shows of its needs and openings."""

from collections import Counter

from odoo import api, fields, models


class KamAccount(models.Model):
    _inherit = "kam.account"

    need_ids = fields.One2many("kam.need", "account_id", "Needs and openings")
    open_need_count = fields.Integer("Open needs", compute="_compute_open_needs")
    opening_amount = fields.Monetary(
        "Open openings",
        compute="_compute_open_needs",
        help="Sales without tax a year that the open openings may bring.",
    )

    late_need_count = fields.Integer("Late needs", compute="_compute_open_needs")

    @api.depends("need_ids.state", "need_ids.kind", "need_ids.amount")
    def _compute_open_needs(self):
        groups = self.env["kam.need"]._read_group(
            [("account_id", "in", self.ids), ("state", "=", "open")],
            ["account_id", "kind"],
            ["__count", "amount:sum", "due_on:array_agg"],
        )
        today = self._today()
        counts, late, amounts = Counter(), Counter(), Counter()
        for account, kind, count, amount, days in groups:
            counts[account.id] += count
            late[account.id] += sum(day is not None and day < today for day in days)
            amounts[account.id] += amount if kind == "opening" else 0.0
        for account in self:
            account.open_need_count = counts[account.id]
            account.late_need_count = late[account.id]
            account.opening_amount = amounts[account.id]

    def unlink(self):
        """A prospect takes its notes along; each is an event of its own."""
        # sudo: whoever may delete the account may delete what was noted about it
        notes = self.sudo().with_context(active_test=False).need_ids
        self.check_access("unlink")
        notes.unlink()
        return super().unlink()

    def _home_needed(self, due):
        found = super()._home_needed(due)
        return [*found, "late_need"] if self.late_need_count else found

    def _home_cards(self, head):
        names = super()._home_cards(head)
        place = names.index("quotations")
        return [*names[:place], "late_need", *names[place:]]

    def _answer_on(self, day):
        """Return the ids of the users who answer for an account on a day."""
        self.ensure_one()
        owners = self.owner_ids.filtered(
            lambda one: one.date_from <= day and (not one.date_to or one.date_to >= day)
        )
        return set((owners.user_id | self.head_id | self.team_id.user_id).ids)

    def action_view_needs(self):
        """Open the needs and openings of the accounts."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_need_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {"default_account_id": self[:1].id}
        return action
