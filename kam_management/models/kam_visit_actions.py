"""What is done with a visit: by buttons, and by integrations."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError

from ..kam_core.visits import kinds
from ..kam_core.visits import visit as visits
from .kam_given import Given, now

# when a call that nobody answered is tried again
AGAIN, EVENING, MORNING = timedelta(hours=2), 16, time(9)


class KamVisit(models.Model):
    _inherit = "kam.visit"

    # ------------------------------------------------------------ integrations
    @api.model
    def plan(
        self,
        account_id,
        planned_start,
        planned_stop=None,
        kind=None,
        user_id=None,
        subject=None,
        contact_id=None,
        place=None,
        off_plan_kind=None,
        off_plan_reason=None,
        command_id=None,
    ):
        """Plan a visit or call.

        :param account_id: id of the key account
        :param planned_start: UTC, ``YYYY-MM-DD HH:MM:SS``
        :param planned_stop: UTC; left out: after the usual duration
        :param kind: code of the kind (``visit``, ``call``, ``training``, …) or its id;
            left out: the account's usual one
        :param user_id: id of the manager; left out: the caller, else the lead owner
        :param subject: what it is for
        :param contact_id: id of the person one meets
        :param place: left out: the account's
        :param off_plan_kind: why it comes beside a committed plan: ``own``,
            ``customer``, ``complaint``, ``debt``, ``order``, ``head``, ``other``
        :param off_plan_reason: in words; needed with ``other``
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: id of the visit
        """
        _, given = self.env._, Given(self.env)
        start = given.moment(_("Begins"), planned_start)
        stop = given.moment(_("Ends"), planned_stop)
        if not start:
            raise UserError(_("“Begins” is missing: say when."))
        vals = {
            "account_id": given.id(_("Account"), account_id),
            "planned_start": start.replace(tzinfo=None),
            "planned_stop": stop and stop.replace(tzinfo=None),
            "kind_id": kind and self._kind_given(kind).id,
            "user_id": given.id(_("Key account manager"), user_id),
            "subject": given.text(_("Purpose"), subject),
            "contact_id": given.id(_("Contact person"), contact_id),
            "place": given.text(_("Place"), place),
            "off_plan_kind": given.code(
                _("Off-plan because"), off_plan_kind, self._codes("off_plan_kind")
            ),
            "off_plan_reason": given.text(_("Off-plan reason"), off_plan_reason),
        }
        vals = {name: value for name, value in vals.items() if value}
        return self._once(
            command_id,
            ["plan", vals],
            lambda model: model.create([vals]).id,
        )

    def _codes(self, name):
        return {
            code for code, _words in self._fields[name]._description_selection(self.env)
        }

    @api.model
    def _kind_given(self, kind):
        model = self.env["kam.visit.kind"]
        if isinstance(kind, str):
            return model._by_code(Given(self.env).text(self.env._("Kind"), kind))
        found = model.browse(Given(self.env).id(self.env._("Kind"), kind)).exists()
        if not found:
            raise UserError(
                self.env._("There is no such kind of visits; choose another.")
            )
        return found

    def move(
        self,
        planned_start,
        planned_stop=None,
        reason=None,
        user_id=None,
        expected_version=None,
        command_id=None,
    ):
        """Move visits, or give them to another manager.

        :param planned_start: UTC, ``YYYY-MM-DD HH:MM:SS``; None: it stays
        :param planned_stop: UTC; left out: the length stays
        :param reason: why, in a sentence; needed when the week is committed
        :param user_id: id of the manager who makes it from now on
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        _, given = self.env._, Given(self.env)
        start = given.moment(_("Begins"), planned_start)
        stop = given.moment(_("Ends"), planned_stop)
        vals = {
            "planned_start": start and start.replace(tzinfo=None),
            "planned_stop": stop and stop.replace(tzinfo=None),
            "user_id": given.id(_("Key account manager"), user_id),
            "change_reason": given.text(_("Reason of change"), reason),
        }
        vals = {name: value for name, value in vals.items() if value}
        return self.kam_write(vals, expected_version, command_id)

    def start(
        self, latitude=None, longitude=None, expected_version=None, command_id=None
    ):
        """Begin visits now.

        :param latitude: degrees; only where the user gives the place
        :param longitude: degrees
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        _, given = self.env._, Given(self.env)
        place = (
            given.degrees(_("Latitude"), latitude, 90),
            given.degrees(_("Longitude"), longitude, 180),
        )
        return self._do_once(
            ["start", latitude, longitude],
            lambda _visit: visits.Start(now(), *place),
            expected_version,
            command_id,
        )

    def finish(
        self,
        outcome=None,
        result=None,
        next_step=None,
        next_on=None,
        contact_id=None,
        topic=None,
        participants=None,
        material=None,
        participant_ids=None,
        started_at=None,
        finished_at=None,
        expected_version=None,
        command_id=None,
    ):
        """Close visits as done; the kind says which of the fields are needed.

        :param outcome: ``order``, ``offer``, ``agreed``, ``informed``, ``follow_up``,
            ``refused`` or ``not_met``
        :param result: what was said
        :param next_step: what comes next
        :param next_on: date of the next step, ``YYYY-MM-DD``
        :param contact_id: id of the person one met
        :param topic: of a training, exhibition or negotiation
        :param participants: how many took part in a training
        :param material: that was used or left
        :param participant_ids: ids of the customer's people who took part
        :param started_at: when it began, UTC; left out: when it was started here
        :param finished_at: when it ended, UTC; left out: now. It may be given later
            for a visit that took place: the day it was done counts, and both times
            are on record
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        _, given = self.env._, Given(self.env)
        people = given.ids(_("Participants"), participant_ids)
        results = {
            "outcome": given.code(_("Outcome"), outcome, self._codes("outcome")),
            "result": given.text(_("What was said"), result),
            "next_step": given.text(_("Next step"), next_step),
            "next_on": given.date(_("Next step on"), next_on),
            "contact_id": given.id(_("Contact person"), contact_id),
            "topic": given.text(_("Topic"), topic),
            "participants": given.id(_("Took part"), participants),
            "material": given.text(_("Material"), material),
            "participant_ids": people and tuple(sorted(set(people))),
        }
        results = {name: value for name, value in results.items() if value}
        times = (
            given.moment(_("Begun"), started_at),
            given.moment(_("Finished"), finished_at),
        )

        def command(visit):
            return visits.Complete(now(), results, visit._asked(), *times)

        return self._do_once(
            ["finish", results, started_at, finished_at],
            command,
            expected_version,
            command_id,
        )

    def _asked(self):
        # the flags of the kind, as the core knows them
        return tuple(field for flag, field in kinds.ASKS.items() if self.kind_id[flag])

    def cancel(self, reason, kind="us", expected_version=None, command_id=None):
        """Call visits off; they stay on record.

        :param reason: why, in a sentence
        :param kind: ``customer`` or ``us``
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        _, given = self.env._, Given(self.env)
        kind = given.code(_("Called off"), kind, {"customer", "us"}) or "us"
        words = self._reason(reason)
        return self._do_once(
            ["cancel", kind, reason],
            lambda _visit: visits.Cancel(now(), kind, words),
            expected_version,
            command_id,
        )

    def reopen(self, reason, expected_version=None, command_id=None):
        """Plan visits again that were closed wrongly; then move or finish them.

        :param reason: why, in a sentence
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        words = self._reason(reason)
        return self._do_once(
            ["reopen", reason],
            lambda _visit: visits.Reopen(now(), words),
            expected_version,
            command_id,
        )

    def no_answer(self, try_again_at=None, expected_version=None, command_id=None):
        """Record that nobody answered calls; they are planned again.

        :param try_again_at: UTC, ``YYYY-MM-DD HH:MM:SS``; left out: in two hours, from
            16:00 on the next morning at nine, where the caller is
        :param expected_version: refuse when a visit has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        given = Given(self.env)
        again = given.moment(self.env._("Try again"), try_again_at) or self._try_again()
        return self._do_once(
            ["no_answer", try_again_at],
            lambda visit: visits.NoAnswer(now(), again, visit.is_call),
            expected_version,
            command_id,
        )

    def _try_again(self):
        """Return when to call again: later today, else the next working morning."""
        zone = ZoneInfo(self.env.user._kam_zone())
        local = now().astimezone(zone)
        if local.hour < EVENING:
            return now() + AGAIN
        days = {4: 3, 5: 2}.get(local.weekday(), 1)
        morning = datetime.combine(local.date() + timedelta(days=days), MORNING, zone)
        return morning.astimezone(timezone.utc)

    def _do_once(self, request, command, expected_version, command_id):
        """Run a command on each of the visits, once for a command_id."""
        if expected_version is not None and (
            isinstance(expected_version, bool) or not isinstance(expected_version, int)
        ):
            raise UserError(self.env._("“expected_version” is a whole number."))

        def action(model):
            records = model.browse(self.ids)
            records.check_access("write")
            for visit in records:
                visit._command(command(visit), expected_version)
            return True

        return self._once(command_id, [*request, self.ids, expected_version], action)

    # ----------------------------------------------------------------- buttons
    def action_start(self):
        """Begin the visit now."""
        return self.start()

    def action_finish(self):
        """Close the visit as done, with what stands in the form."""
        for visit in self:
            visit.finish()
        return True

    def action_no_answer(self):
        """Record that nobody answered, and plan the call again."""
        return self.no_answer()

    def action_follow_up(self):
        """Plan the next visit to the same customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-up"),
            "res_model": "kam.visit",
            "views": [(False, "form")],
            "context": {
                "default_account_id": self.account_id.id,
                "default_kind_id": self.kind_id.id,
                "default_contact_id": self.contact_id.id,
                "default_subject": self.next_step or self.subject,
            },
        }

    def action_new_quotation(self):
        """Start a quotation for the customer."""
        self.ensure_one()
        return self.account_id.action_new_quotation()

    def action_new_lead(self):
        """Start an opportunity for the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opportunity"),
            "res_model": "crm.lead",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_type": "opportunity",
                "default_name": self.next_step or self.display_name,
                "default_user_id": self.user_id.id,
            },
        }

    def action_open_account(self):
        """Open the account of the visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kam.account",
            "res_id": self.account_id.id,
            "views": [(False, "form")],
        }
