"""The brief: what was done on behalf of somebody who was absent."""

from datetime import datetime, time, timedelta, timezone

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class KamDelegation(models.Model):
    _inherit = "kam.delegation"

    # not event-sourced: a reminder is a side effect and never replayed
    briefed_on = fields.Date(readonly=True, copy=False)
    last_day = fields.Date(
        "Last day", compute="_compute_last_day", help="The last day it holds."
    )

    @api.depends("date_to", "ended_on")
    def _compute_last_day(self):
        for delegation in self:
            days = [delegation.date_to or False]
            if delegation.ended_on:
                days.append(delegation.ended_on - timedelta(days=1))
            delegation.last_day = min(day for day in days) if all(days) else False

    # ----------------------------------------------------------- integrations
    @api.readonly
    def brief(self):
        """Return what was done on behalf of the absent one under a delegation.

        For the absent, the substitute and their heads of sales.

        :return: dict ``absent``, ``substitute``, ``date_from``, ``date_to`` (dates),
            ``state``, ``total`` (events) and ``records``: list of dicts ``model``,
            ``id``, ``name``, ``kind`` (what it is) and ``events``, oldest first, each
            a dict as in ``kam_history``
        """
        self.ensure_one()
        self._check_may_read_brief()
        records = self._brief_records()
        # sudo: the names of the two people stand on the delegation
        delegation = self.sudo()
        return {
            "id": self.id,
            "absent": delegation.user_id.name,
            "substitute": delegation.substitute_id.name,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.last_day),
            "state": self.state,
            "reason": self.reason or "",
            "total": sum(len(one["events"]) for one in records),
            "records": records,
        }

    def _check_may_read_brief(self):
        self.check_access("read")
        user = self.env.user
        people = self.user_id | self.substitute_id
        if user in people or user.has_group("kam_management.group_kam_head"):
            return
        raise AccessError(
            self.env._("The brief is for the absent, the substitute and their head.")
        )

    def _brief_records(self):
        # sudo: the log is read for these two people and days only; the right to know
        # was checked, and a substitute loses the accounts when the delegation is over
        out, seen = [], {}
        for row in self.sudo()._brief_rows():
            stream = row["category"], row["key"], row["row_id"]
            seen.setdefault(stream, []).append(row)
        for stream, rows in seen.items():
            out.append(self._brief_record(*stream, rows))
        return out

    def _brief_rows(self):
        self.flush_recordset()
        return self.env.execute_query_dict(
            SQL(
                """SELECT s.category, s.key, s.row_id, e.version, e.type, e.id,
                          e.effective_at, e.recorded_at
                     FROM kam_es.event e JOIN kam_es.stream s ON s.id = e.stream_id
                    WHERE e.behalf_id = %s AND e.actor_id = %s
                      AND e.recorded_at >= %s AND e.recorded_at < %s
                    ORDER BY e.recorded_at, e.id""",
                self.user_id.id,
                self.substitute_id.id,
                self._midnight(self.date_from),
                self._midnight(self.last_day + timedelta(days=1)),
            )
        )

    def _midnight(self, day):
        zone = pytz.timezone(self.company_id.sudo()._kam_time_zone())
        moment = zone.localize(datetime.combine(day, time.min))
        return moment.astimezone(timezone.utc)

    def _brief_record(self, category, key, row_id, rows):
        model = self.env.get(category)
        sourced = model is not None and getattr(model, "_core", None)
        record_id = row_id if sourced else (int(key) if key.isdigit() else 0)
        # sudo: see _brief_records
        record = model.sudo().browse(record_id).exists() if model is not None else None
        shown = {
            "model": category,
            "id": record.id if record else 0,
            "name": record.display_name if record else self.env._("deleted"),
            "kind": model._description if model is not None else category,
        }
        if record and sourced:
            versions = {row["version"] for row in rows}
            steps = [
                step
                for step in record._history_steps()
                if step[0]["version"] in versions
            ]
            events = record._describe_steps(steps)
            for event in events:
                event["changes"] = [
                    change
                    for change in event["changes"]
                    if model._has_field_access(model._fields[change["field"]], "read")
                ]
            return {**shown, "events": events}
        return {**shown, "events": [self._brief_fact(row) for row in rows]}

    def _brief_fact(self, row):
        moments = {
            clock: fields.Datetime.to_string(
                row[clock].astimezone(timezone.utc).replace(tzinfo=None)
            )
            for clock in ("effective_at", "recorded_at")
        }
        return {
            "id": row["id"],
            "version": row["version"],
            "type": row["type"],
            "title": self._fact_titles().get(row["type"], row["type"]),
            "actor": self.sudo().substitute_id.name,
            "behalf": self.sudo().user_id.name,
            **moments,
            "late": False,
            "notes": [],
            "changes": [],
        }

    def _fact_titles(self):
        """Return ``{fact: words}``; facts of Odoo's documents have no history here."""
        _ = self.env._
        return {
            "QuotationSent": _("Quotation sent"),
            "OrderConfirmed": _("Order confirmed"),
            "OrderChanged": _("Order changed"),
            "OrderCancelled": _("Order cancelled"),
        }

    # ---------------------------------------------------------------- reminder
    @api.model
    def _cron_brief(self):
        """Remind those who return of what was done for them, once a delegation."""
        today = self.env.company._kam_today()
        over = self.search(
            [
                ("state", "=", "over"),
                ("briefed_on", "=", False),
                ("date_to", ">=", today - relativedelta(months=1)),
            ]
        ).filtered(lambda one: one.last_day >= one.date_from)
        for delegation in over:
            delegation._remind_of_brief(today)
            self.env["ir.cron"]._commit_progress(1)

    def _remind_of_brief(self, today):
        if self.user_id.active:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=max(today, self.last_day + timedelta(days=1)),
                summary=self.env._("Read what was done for you"),
                note=self.env._(
                    "%s stood in for you. Open the delegation and press Brief.",
                    self.substitute_id.name,
                ),
                user_id=self.user_id.id,
            )
        self.briefed_on = today
