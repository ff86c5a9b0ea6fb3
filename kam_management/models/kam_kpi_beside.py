"""Beside the results: the week of visits and the debtors of the same manager."""

from odoo import api, fields, models

from ..kam_core.visits import adherence

DEBTORS, VISITS = 5, 4
OPEN = ("planned", "underway")


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    @api.model
    @api.readonly
    def my_results(self, day=None, period="month", user_id=None):
        """Return what *My results* shows of one person.

        :return: as before, and

            - ``week``: this week's visits: ``done``, ``left``, ``late`` (of earlier
              days, nobody told of them) and ``next`` (list of ``{id, start, account,
              kind}``); None for who may not read visits
            - ``debtors``: accounts with debts past due, the largest first: list of
              ``{account_id, name, overdue, receivable, since}`` with tax; ``owed``:
              the sums of all of them; None for who may not read accounts
        """
        data = super().my_results(day, period, user_id)
        shown = data["user"]["id"]
        return {**data, "week": self._week_of(shown), **self._debtors_of(shown)}

    def _week_of(self, user_id):
        visits = self.env["kam.visit"]
        if not visits.has_access("read"):
            return None
        user = self.env["res.users"].browse(user_id)
        monday = self.env["kam.week"]._monday(None, user)
        first, last = adherence.week_window(monday, user._kam_zone())
        begin, end = (one.replace(tzinfo=None) for one in (first, last))
        found = visits.search_fetch(
            [
                ("user_id", "=", user_id),
                ("state", "!=", "cancelled"),
                ("planned_start", "<", end),
                "|",
                ("planned_start", ">=", begin),
                ("state", "in", OPEN),
            ],
            ["state", "planned_start", "account_id", "kind_id"],
            order="planned_start, id",
        )
        today, _stop = visits._day_window(user._kam_user_today(), user)
        waits = found.filtered(lambda one: one.state in OPEN)
        left = waits.filtered(lambda one: one.planned_start >= today)
        return {
            "done": len(found.filtered(lambda one: one.state == "done")),
            "left": len(left),
            "late": len(waits - left),
            "next": [
                {
                    "id": one.id,
                    "start": fields.Datetime.to_string(one.planned_start),
                    "account": one.account_id.display_name,
                    "kind": one.kind_id.display_name,
                }
                for one in left[:VISITS]
            ],
        }

    def _debtors_of(self, user_id):
        accounts = self.env["kam.account"]
        if not accounts.has_access("read"):
            return {"debtors": None, "owed": None}
        found = accounts.search_fetch(
            [
                ("user_id", "=", user_id),
                ("company_id", "in", self._trees()),
                ("overdue", ">", 0),
            ],
            ["overdue", "receivable", "overdue_since"],
        ).sorted(lambda one: (-one.overdue, one.id))
        return {
            "debtors": [
                {
                    "account_id": one.id,
                    "name": one.display_name,
                    "overdue": one.overdue,
                    "receivable": one.receivable,
                    "since": fields.Date.to_string(one.overdue_since),
                }
                for one in found[:DEBTORS]
            ],
            "owed": {
                "accounts": len(found),
                "overdue": sum(found.mapped("overdue")),
            },
        }
