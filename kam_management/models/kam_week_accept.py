"""Storing what was proposed for a week, as it is or moved about."""

from odoo import api, models
from odoo.exceptions import UserError

from .kam_given import Given
from .kam_week import _aware


class KamWeek(models.Model):
    _inherit = "kam.week"

    @api.model
    def accept(self, proposals, command_id=None):
        """Plan what was proposed, as it is or moved about.

        An account that has got a visit planned on that day meanwhile is passed over.

        :param proposals: list of dicts ``account_id``, ``user_id``, ``planned_start``,
            ``planned_stop`` (UTC, ``YYYY-MM-DD HH:MM:SS``), ``kind_id``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``created`` (ids of visits), ``skipped`` (ids of accounts)
        """
        return self._once(
            command_id, ["accept", proposals], lambda model: model._accept(proposals)
        )

    def _accept(self, proposals):
        given = Given(self.env)
        wanted = [
            self._accepted(given, one)
            for one in given.records(self.env._("Proposals"), proposals)
        ]
        taken = self._taken({one["account_id"] for one in wanted})
        fresh, skipped = [], []
        for one in wanted:
            key = (one["account_id"], self._day_of(one))
            if key in taken:
                skipped.append(one["account_id"])
                continue
            taken.add(key)
            fresh.append(one)
        made = self.env["kam.visit"].create(fresh)
        return {"created": made.ids, "skipped": skipped}

    def _accepted(self, given, one):
        _ = self.env._
        vals = {
            "account_id": given.id(_("Account"), one.get("account_id")),
            "user_id": given.id(_("Key account manager"), one.get("user_id")),
            "kind_id": given.id(_("Kind"), one.get("kind_id")),
            "planned_start": given.moment(_("Begins"), one.get("planned_start")),
            "planned_stop": given.moment(_("Ends"), one.get("planned_stop")),
        }
        if not vals["account_id"] or not vals["planned_start"]:
            raise UserError(
                _("“Account” and “Begins” are both needed in each proposal.")
            )
        for name in ("planned_start", "planned_stop"):
            vals[name] = vals[name] and vals[name].replace(tzinfo=None)
        return {name: value for name, value in vals.items() if value}

    def _day_of(self, one):
        """Return the day of a proposal or visit where its manager is."""
        user = self.env["res.users"].browse(one.get("user_id") or self.env.uid)
        return user._kam_local_day(_aware(one["planned_start"]))

    def _taken(self, account_ids):
        """Return {(account id, day)} of what is planned, where its manager is."""
        found = self.env["kam.visit"].search_fetch(
            [
                ("account_id", "in", list(account_ids)),
                ("state", "in", ["planned", "underway"]),
            ],
            ["account_id", "planned_start", "user_id"],
        )
        return {
            (
                one.account_id.id,
                one.user_id._kam_local_day(_aware(one.planned_start)),
            )
            for one in found
        }
