"""How visits come in and are changed: form, list, calendar, import, RPC alike."""

from datetime import timedelta

from odoo import api, models

from ..kam_core.record import Create, Edit
from ..kam_core.visits import visit as visits

MOVES = {"planned_start", "user_id"}


class KamVisit(models.Model):
    _inherit = "kam.visit"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._with_known(vals_list))

    def _create(self, data_list):
        self._stamp_plan([data["stored"] for data in data_list])
        return super()._create(data_list)

    def _with_known(self, vals_list):
        """Fill what is left out: kind, manager, contact, place, end, company."""
        ids = [vals.get("account_id") for vals in vals_list]
        ids = [vals_id for vals_id in ids if isinstance(vals_id, int) and vals_id]
        accounts = self.env["kam.account"].browse(ids).exists()
        accounts.check_access("read")
        known = accounts._known_for_visits()
        out = []
        for vals in vals_list:
            vals = dict(vals)
            account_id = vals.get("account_id")
            one = known.get(account_id) if isinstance(account_id, int) else None
            if one:
                vals["company_id"] = one["company_id"]
                for name in ("kind_id", "user_id"):
                    vals[name] = vals.get(name) or one[name]
                for name in ("contact_id", "place"):
                    vals.setdefault(name, one[name])
            out.append(self._with_end(vals, one))
        return out

    def _with_end(self, vals, known):
        if not vals.get("planned_start") or vals.get("planned_stop"):
            return vals
        start = self._to_core("planned_start", vals["planned_start"], None, vals)
        minutes = (known or {}).get("minutes") or self._usual_minutes(vals)
        stop = start + timedelta(minutes=minutes)
        return {**vals, "planned_stop": stop.replace(tzinfo=None)}

    def _usual_minutes(self, vals):
        kind_id = self._to_core("kind_id", vals.get("kind_id"), None, vals)
        kind = self.env["kam.visit.kind"].browse(kind_id or ()).exists()
        return kind.duration_minutes or 60

    def _stamp_plan(self, stored_list):
        """Say of each new visit what it is in the plan of its week.

        Whatever the caller gave is overwritten: it depends on the week alone.
        """
        asked = []
        for stored in stored_list:
            user_id, start = (
                self._to_core(name, stored.get(name), None, stored)
                for name in ("user_id", "planned_start")
            )
            company_id = stored.get("company_id")
            asked.append((None, user_id, company_id, start))
        found = self.env["kam.week"]._plan_status(asked)
        for stored, status in zip(stored_list, found, strict=True):
            stored["plan_status"] = status

    @api.model
    def _initial_values(self, stored):
        values = super()._initial_values(stored)
        if values["plan_status"] == visits.DRAFT:
            values["off_plan_kind"] = values["off_plan_reason"] = None
        return values

    def write(self, vals):
        result = super().write(vals)
        if self._mirrored() & vals.keys():
            self._calendar_push()
        return result

    def _changes(self, state, vals, mine):
        """Keep the reason of a change although it reads as the one before."""
        changes = super()._changes(state, vals, mine)
        if changes and vals.get("change_reason"):
            changes["change_reason"] = self._to_core(
                "change_reason", vals["change_reason"], state, vals
            )
        return changes

    def _handle(self, steps, write, plain, touched):
        steps = self._with_plan_status(steps)
        moved = [
            (step[0], step[3], step[4].changes.get("user_id") or step[3].user_id)
            for step in steps
            if isinstance(step[4], visits.Replan)
            and step[4].source != "hand_over"
            and MOVES & step[4].changes.keys()
        ]
        self._check_answers(
            [
                (state.account_id, user_id, state.planned_start)
                for _visit, state, user_id in moved
                if user_id != state.user_id
            ]
        )
        tell = self._others_told([(visit, state) for visit, state, _user in moved])
        result = super()._handle(steps, write, plain, touched)
        self._tell_others(tell)
        return result

    def _with_plan_status(self, steps):
        """Turn edits that move a visit into re-plans, which know its week."""
        moving = [
            step
            for step in steps
            if isinstance(step[4], (Edit, visits.Replan))
            and {"planned_start", "planned_stop", "user_id"} & step[4].changes.keys()
        ]
        if not moving:
            return steps
        found = self.env["kam.week"]._plan_status(
            [
                (
                    record.id,
                    command.changes.get("user_id") or state.user_id,
                    state.company_id,
                    command.changes.get("planned_start") or state.planned_start,
                )
                for record, _key, _version, state, command in moving
            ]
        )
        status = {step[0].id: one for step, one in zip(moving, found, strict=True)}
        return [
            (
                *step[:4],
                visits.Replan(
                    step[4].changes,
                    status[step[0].id],
                    getattr(step[4], "source", None),
                ),
            )
            if step[0].id in status
            else step
            for step in steps
        ]

    def _append(self, entries, sequence=None):
        if sequence:  # new visits
            self._check_answers(
                [
                    (state.account_id, state.user_id, state.planned_start)
                    for _key, _version, state, _events in entries
                ]
            )
        return super()._append(entries, sequence)

    def _decide(self, state, command):
        values = _told(command)
        account_id = values.get("account_id") or (state and state.account_id)
        self._check_people(account_id, values)
        if isinstance(command, Create):
            self._check_visited(account_id)
        return super()._decide(state, command)


def _told(command):
    """Return the field values that a command carries."""
    for name in ("values", "changes", "results"):
        if isinstance(found := getattr(command, name, None), dict):
            return found
    return {}
