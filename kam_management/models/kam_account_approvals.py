"""What the home screen shows of approvals: to decide on, and answered."""

from odoo import api, fields, models

ANSWERED_DAYS = 7


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _home_needs(self, rows, head):
        return self._home_approvals() + super()._home_needs(rows, head)

    @api.model
    def _home_approvals(self):
        """Return the cards of approvals: they are of people, not of accounts shown."""
        approvals = self.env["kam.approval"]
        if not approvals.has_access("read"):
            return []
        return [
            self._home_approval_card("to_decide", [("waits_for_me", "=", True)]),
            self._home_approval_card("answered", self._answered_domain()),
        ]

    @api.model
    def _answered_domain(self):
        """Return the domain of what I asked, answered in the last week, and not used.

        An approval that was used has done its work: its order is confirmed.
        """
        since = fields.Date.subtract(self._today(), days=ANSWERED_DAYS)
        return [
            ("state", "in", ["approved", "refused"]),
            ("decided_on", ">=", since),
            "|",
            ("requester_id", "=", self.env.uid),
            ("behalf_id", "=", self.env.uid),
        ]

    @api.model
    def _home_approval_card(self, key, domain):
        found = self.env["kam.approval"].search(domain)
        return {
            "key": key,
            "count": len(found),
            "amount": None,  # what is given away, and what is let through: no sum
            "model": "kam.approval",
            "domain": [("id", "in", found.ids)],
        }
