"""Who planned or moved a visit before is told when somebody else moves it."""

from datetime import timezone

from markupsafe import Markup

from odoo import fields, models


class KamVisit(models.Model):
    _inherit = "kam.visit"

    def _others_told(self, moved):
        """Return {partner: visits} of those who planned or moved a visit before.

        Two people who move one visit: both moves are on record, the later stands, and
        who moved it first is told.
        """
        if not moved:
            return {}
        keys = {visit.event_key: visit for visit, _state in moved}
        last = {}
        for row in self.env["kam.event.store"]._read_log(self._name, list(keys)):
            if row["type"] in ("Created", "Rescheduled", "Reassigned"):
                last[row["key"]] = row["actor_id"]
        told = {}
        for visit, state in moved:
            for user_id in {last.get(visit.event_key), state.user_id} - {None}:
                if user_id != self.env.uid:
                    told.setdefault(user_id, []).append(visit)
        return told

    def _tell_others(self, told):
        for user_id, moved in told.items():
            # sudo: whom to tell; the words name a visit that they planned
            user = self.env["res.users"].sudo().browse(user_id)
            if not user.active or user.share:
                continue
            moved = self.browse(one.id for one in moved)
            moved[:1].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Visits moved by %s", self.env.user.name),
                body=Markup("<br/>").join(
                    self.env._(
                        "%(visit)s: now %(when)s, %(who)s.",
                        visit=one.display_name,
                        when=self._when(one, user),
                        who=one.user_id.name,
                    )
                    for one in moved
                ),
            )

    def _when(self, visit, user):
        moment = visit.planned_start.replace(tzinfo=timezone.utc)
        local = self.env["res.users"].browse(user.id)
        zone = local._kam_zone(visit.company_id)
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), moment.replace(tzinfo=None)
        ).strftime("%Y-%m-%d %H:%M")
