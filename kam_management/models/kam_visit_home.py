"""Visits on the home screen: today, not told of, due."""

from odoo import api, fields, models


class KamAccount(models.Model):
    _inherit = "kam.account"

    @api.model
    @api.readonly
    def home(self, scope=None):
        """Return what the home screen shows, the visits of the user with it.

        :return: as before, and ``visits``: dict ``today`` (visits and calls of today),
            ``left`` (of these, still to do), ``late`` (of earlier days, nobody told of
            them), ``due`` (accounts due without a visit planned), ``next``
            (``{account, start}`` or None); None for those who make no visits
        """
        data = super().home(scope)
        mine = self.env.user.has_group("kam_management.group_kam_user")
        data["visits"] = self._home_visits() if mine else None
        return data

    def _home_visits(self):
        visits = self.env["kam.visit"]
        today = self.env.user._kam_user_today()
        start, stop = visits._day_window(today, self.env.user)
        found = visits.search_fetch(
            [
                ("user_id", "=", self.env.uid),
                ("planned_start", "<", stop),
                "|",
                ("planned_start", ">=", start),
                ("state", "in", ["planned", "underway"]),
                ("state", "!=", "cancelled"),
            ],
            ["state", "planned_start", "account_id"],
            order="planned_start, id",
        )
        of_today = found.filtered(lambda one: one.planned_start >= start)
        left = of_today.filtered(lambda one: one.state in ("planned", "underway"))
        return {
            "today": len(of_today),
            "left": len(left),
            "late": len(found - of_today),
            "due": self._home_due(today),
            "next": {
                "account": left[0].account_id.display_name,
                "start": fields.Datetime.to_string(left[0].planned_start),
            }
            if left
            else None,
        }

    def _home_due(self, today):
        return self.search_count(
            [
                ("user_id", "=", self.env.uid),
                ("status", "=", "key"),
                ("visit_due_on", "<=", today),
                ("next_visit_at", "=", False),
            ]
        )
