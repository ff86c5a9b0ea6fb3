"""Finishing a visit together with what comes next: one request, one transaction."""

from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError

from .kam_given import Given, now

RESULTS = (
    "outcome",
    "result",
    "contact_id",
    "topic",
    "participants",
    "material",
    "participant_ids",
    "started_at",
    "finished_at",
)


class KamVisit(models.Model):
    _inherit = "kam.visit"

    @api.model
    def _next_steps(self):
        """Return what can come next: code, words, sign, whether it has a day."""
        _ = self.env._
        steps = [
            ("none", _("Nothing"), "fa-minus", False),
            ("visit", _("Visit"), "fa-map-marker", True),
            ("call", _("Call"), "fa-phone", True),
            ("activity", _("To-do"), "fa-check-square-o", True),
            ("lead", _("Opportunity"), "fa-star-o", False),
            ("quotation", _("Quotation"), "fa-pencil-square-o", False),
        ]
        closed = {"lead": "crm.lead", "quotation": "sale.order"}
        return [
            {"code": code, "name": name, "icon": icon, "dated": dated}
            for code, name, icon, dated in steps
            if code not in closed or self.env[closed[code]].has_access("create")
        ]

    def finish_and_plan(
        self,
        results=None,
        next_step=None,
        next_on=None,
        expected_version=None,
        command_id=None,
    ):
        """Close a visit as done and make its next step.

        :param results: dict of ``outcome``, ``result``, ``contact_id``, ``topic``,
            ``participants``, ``material``, ``participant_ids``; the kind says which
            are needed. ``started_at`` and ``finished_at`` (UTC) of a visit that took
            place earlier; left out: now
        :param next_step: ``visit`` or ``call`` (planned at the same hour),
            ``activity`` (a to-do on the account), ``lead`` (an opportunity),
            ``quotation``; left out: nothing
        :param next_on: day of the next step, ``YYYY-MM-DD``; left out: after the
            interval of the account
        :param expected_version: refuse when the visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: dict ``next_model`` and ``next_id`` of what was made, and ``action``:
            the window to open, or False
        """
        self.ensure_one()
        _, given = self.env._, Given(self.env)
        codes = {one["code"] for one in self._next_steps()}
        step = given.code(_("Next step"), next_step, codes) or "none"
        day = given.date(_("Next step on"), next_on)
        results = self._results_given(results)
        request = ["finish_and_plan", self.ids, results, next_step, next_on]

        def action(model):
            visit = model.browse(self.ids)
            words = {one["code"]: one["name"] for one in model._next_steps()}
            visit.finish(
                **results,
                next_step=None if step == "none" else words[step],
                next_on=day,
                expected_version=expected_version,
            )
            return visit._take_step(step, day)

        return self._once(command_id, [*request, expected_version], action)

    def _results_given(self, results):
        if results is not None and not isinstance(results, dict):
            raise UserError(self.env._("“Results” is an object: values by field name."))
        results = results or {}
        if wrong := results.keys() - set(RESULTS):
            raise UserError(
                self.env._(
                    "“Results” has no field “%(name)s”; the fields are: %(known)s.",
                    name=min(wrong, key=str),
                    known=", ".join(RESULTS),
                )
            )
        return results

    def _take_step(self, step, day):
        """Make the next step of a visit; return what was made."""
        match step:
            case "visit" | "call":
                made = self._plan_next(step, day)
            case "activity":
                made = self._activity_next(day)
            case "lead":
                made = self._lead_next()
            case "quotation":
                action = self.account_id.action_new_quotation()
                return {"next_model": "sale.order", "next_id": False, "action": action}
            case _:
                return {"next_model": False, "next_id": False, "action": False}
        return {"next_model": made._name, "next_id": made.id, "action": False}

    def _day_of_step(self, day):
        return day or Given(self.env).date("", self._follow_up_day())

    def _plan_next(self, step, day):
        """Plan a visit or call at the hour of this one, where its manager is."""
        zone = ZoneInfo(self.user_id._kam_zone(self.company_id))
        local = self.planned_start.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        start = datetime.combine(self._day_of_step(day), local.time(), zone)
        if start <= now():
            raise UserError(
                self.env._("“Next step on” lies in the past: choose a day to come.")
            )
        kind = self.kind_id
        if step == "call" or kind.is_call:
            kind = kind.search([("is_call", "=", step == "call")], limit=1)
        return self.create(
            {
                "account_id": self.account_id.id,
                "user_id": self.user_id.id,
                "kind_id": kind.id,
                "contact_id": self.contact_id.id,
                "planned_start": start.astimezone(ZoneInfo("UTC")).replace(tzinfo=None),
                "planned_stop": False,
                "off_plan_kind": "customer",
            }
        )

    def _activity_next(self, day):
        return self.account_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self._day_of_step(day),
            summary=self.env._(
                "After the visit: %s", self.subject or self.kind_id.name
            ),
            user_id=self.user_id.id,
        )

    def _lead_next(self):
        name = self.topic or self.subject or self.kind_id.name
        return self.env["crm.lead"].create(
            {
                "name": f"{self.partner_id.display_name}: {name}",
                "type": "opportunity",
                "partner_id": self.partner_id.id,
                "user_id": self.user_id.id,
                "team_id": self.account_id.team_id.id,
                "description": self.result or False,
            }
        )
