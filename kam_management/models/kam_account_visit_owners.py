"""Visits to come go with the account: to the new owner, or they are called off."""

from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from odoo import models

from ..kam_core import accounts
from ..kam_core.record import Text
from ..kam_core.visits import visit as visits
from .kam_given import now

DECISIONS = (accounts.HandOver, accounts.Designate, accounts.Release)


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _end(self, command, survivor):
        """Two merged customers are visited as the one that stays."""
        # sudo: whoever may merge the customers merges what they have of their own
        if survivor.sudo().cadence_ids:
            self.sudo().cadence_ids.unlink()
        return super()._end(command, survivor)

    def _command_each(self, command_of, expected_version=None):
        commands = {}

        def noted(account, state):
            commands[account.id] = command_of(account, state)
            return commands[account.id]

        result = super()._command_each(noted, expected_version)
        for same, accounts_ in self._alike(commands).items():
            accounts_._see_to_visits(*same)
        return result

    def _alike(self, commands):
        """Return {(kind of decision, its day, its reason): accounts}."""
        found = {}
        for account_id, command in commands.items():
            if isinstance(command, DECISIONS):
                key = (type(command), command.effective_on, command.reason)
                found[key] = found.get(key, self.browse()) + self.browse(account_id)
        return found

    def _see_to_visits(self, decision, day, reason):
        if decision is accounts.Release:
            self._call_visits_off(day, reason)
        else:
            self._hand_over_visits(day, reason)

    def _visits_from(self, day):
        """Return the planned visits of the accounts from a day on, from now at least.

        sudo: whoever may decide on the account may see to its visits, those of a former
        owner among them.
        """
        zone = ZoneInfo(self.env.company.root_id.sudo()._kam_time_zone())
        begin = datetime.combine(day, time.min, zone).astimezone(timezone.utc)
        begin = max(begin, now()).replace(tzinfo=None)
        return (
            self.env["kam.visit"]
            .sudo()
            .search(
                [
                    ("account_id", "in", self.ids),
                    ("state", "=", "planned"),
                    ("planned_start", ">=", begin),
                ]
            )
        )

    def _hand_over_visits(self, day, reason):
        """Give the visits of those who own the account no more to its new lead."""
        found = self._visits_from(day)
        if not found:
            return
        leads, owners = self._leads(day), self._owners_from(day)
        by_lead = {}
        for visit in found:
            lead = leads.get(visit.account_id.id)
            if lead and visit.user_id.id not in owners[visit.account_id.id]:
                by_lead[lead] = by_lead.get(lead, found.browse()) + visit
        for lead, some in by_lead.items():
            some._command(
                visits.Replan(
                    {"user_id": lead, "change_reason": Text(reason)},
                    visits.DRAFT,
                    "hand_over",
                )
            )

    def _owners_from(self, day):
        """Return {account id: ids of who answers for it from a day on}."""
        # sudo: a team's leader is no secret
        return {
            account.id: {
                one.user_id.id
                for one in account.owner_ids
                if not one.date_to or one.date_to >= day
            }
            | {account.head_id.id, account.team_id.user_id.id}
            for account in self.sudo()
        }

    def _call_visits_off(self, day, reason):
        found = self._visits_from(day)
        if found:
            found._command(visits.Cancel(now(), "released", Text(reason)))
