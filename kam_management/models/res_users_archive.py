"""Whoever answers for key accounts is not archived before somebody else does."""

from odoo import api, models
from odoo.exceptions import RedirectWarning


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_kam_answers_for_nothing()
        return super().write(vals)

    def action_archive(self):
        # before other addons delete the user's activities and team memberships
        self._check_kam_answers_for_nothing()
        return super().action_archive()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kam(self):
        self._check_kam_answers_for_nothing()

    def _check_kam_answers_for_nothing(self):
        for user in self:
            duties = user._kam_duties()
            if any(duties.values()):
                raise RedirectWarning(
                    self.env._(
                        "%(name)s still answers for key accounts: %(accounts)s owned"
                        " now or later, %(headed)s headed, %(standing_in)s delegations"
                        " as substitute. Hand everything over first.",
                        name=user.name,
                        **{key: len(found) for key, found in duties.items()},
                    ),
                    self.env.ref("kam_management.kam_user_handover_action").id,
                    self.env._("Hand over everything"),
                    {"default_user_id": user.id},
                )

    def _kam_duties(self):
        """Return a dict of what a user answers for: accounts, headed, standing_in.

        sudo: nobody may be archived over accounts that the archiver cannot see.
        """
        self.ensure_one()
        today = self.env.company._kam_today()
        accounts = self.env["kam.account"].sudo().with_context(active_test=False)
        owned = [
            ("user_id", "=", self.id),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]
        return {
            "accounts": accounts.search([("owner_ids", "any", owned)]),
            "headed": accounts.search(
                [("head_id", "=", self.id), ("status", "!=", "former")]
            ),
            "standing_in": self.env["kam.delegation"]
            .sudo()
            .search(
                [
                    ("substitute_id", "=", self.id),
                    ("state", "in", ["planned", "active"]),
                ]
            ),
        }
