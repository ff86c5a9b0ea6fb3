"""Committing the plan of a week, and taking that back before it begins."""

import uuid

from odoo import api, models
from odoo.exceptions import AccessError

from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks
from .kam_given import Given, now
from .kam_week import _aware


class KamWeek(models.Model):
    _inherit = "kam.week"

    @api.model
    def commit(self, user_ids=None, monday=None, command_id=None):
        """Commit the plans of a week: what stands in them is promised.

        :param user_ids: ids of the managers; left out: the user
        :param monday: Monday of the week, ``YYYY-MM-DD``; left out: this week's
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the weeks
        :raises UserError: committed already, over, or without a visit ahead
        """

        def action(model):
            managers = model._managers(user_ids)
            day = model._monday(monday, managers[:1])
            return [model._commit_one(user, day).id for user in managers]

        return self._once(command_id, ["commit", user_ids, monday], action)

    def _monday(self, value, user):
        day = Given(self.env).date(self.env._("Week"), value)
        return weeks.monday_of(day or (user or self.env.user)._kam_user_today())

    def _managers(self, user_ids):
        """Return the users named, whose weeks the caller may make."""
        ids = Given(self.env).ids(self.env._("Managers"), user_ids) or [self.env.uid]
        managers = self.env["res.users"].browse(ids)
        managers._kam_check_internal(set(ids))
        self.check_access("create")
        if not self.env.su and not self._is_director():
            allowed = {
                user_id for (user_id,) in self.env.execute_query(self._managed_users())
            }
            if set(ids) - allowed:
                raise AccessError(
                    self.env._(
                        "You plan your own weeks, those of your team, and of whom you"
                        " stand in for."
                    )
                )
        return managers

    def _week_of(self, user, monday):
        """Return the week of a manager, made where it is missing."""
        company = self.env.company.root_id
        found = self.search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", company.id),
                ("monday", "=", monday),
            ]
        )
        return found or self.create(
            {"user_id": user.id, "company_id": company.id, "monday": monday}
        )

    def _commit_one(self, user, monday):
        week = self._week_of(user, monday)
        week._check_open()
        today = user._kam_user_today(week.company_id)
        planned = week._visits_ahead()
        planned._command(visits.Commit(monday))
        versions = self.env["kam.event.store"]._heads(
            planned._name, planned.mapped("event_key")
        )
        lines = tuple(
            weeks.CommittedVisit(
                key=str(uuid.uuid4()),
                visit_id=one.id,
                kind_id=one.kind_id.id,
                planned_start=_aware(one.planned_start),
                planned_stop=_aware(one.planned_stop),
                version=versions[one.event_key],
            )
            for one in planned
        )
        week._command(weeks.CommitWeek(now(), today, lines))
        return week

    def _check_open(self):
        # before the visits are touched: the core says the same of the week
        [(_week, _key, _version, state)] = self._load()
        self._decide_only(state)

    def _decide_only(self, state):
        if state.state == weeks.COMMITTED:
            raise self._refusal(weeks.AlreadyCommitted())

    def _visits_ahead(self):
        """Return the visits of the week that are still to be made."""
        first, last = (moment.replace(tzinfo=None) for moment in self._window())
        # sudo: a manager's own plan, some accounts of which the one who commits it
        # (a head of sales) may not see; nothing of them is shown
        return (
            self.env["kam.visit"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.user_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("planned_start", ">=", first),
                    ("planned_start", "<", last),
                    ("state", "in", visits.OPEN),
                ],
                order="planned_start, id",
            )
        )

    def action_commit(self):
        """Commit the plan of the week as it stands."""
        for week in self:
            self.commit(week.user_id.ids, week.monday)
        return True

    def withdraw(self, reason, expected_version=None, command_id=None):
        """Take the commitment of weeks back before they begin.

        :param reason: why, in a sentence
        :param expected_version: refuse when a week has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            for week in model.browse(self.ids):
                week._withdraw(reason, expected_version)
            return True

        return self._once(
            command_id, ["withdraw", self.ids, reason, expected_version], action
        )

    def _withdraw(self, reason, expected_version):
        today = self.user_id._kam_user_today(self.company_id)
        self._command(
            weeks.Withdraw(now(), today, self._reason(reason)), expected_version
        )
        self._visits_ahead()._command(visits.Withdraw(self.monday))
