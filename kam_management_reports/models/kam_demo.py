"""Demonstration: the head of sales and her managers get their debts on Mondays."""

from datetime import timedelta

import pytz

from odoo import api, fields, models

PEOPLE = ("helen", "anna", "ben")
HOUR = 7


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    @api.model
    def _load_reports(self):
        """Schedule a workbook once, where the people of the demonstration are."""
        users = [
            self.env.ref(f"kam_management.demo_user_{name}", raise_if_not_found=False)
            for name in PEOPLE
        ]
        if not all(users):
            return
        self.env["kam.report.schedule"]._load_records(
            [
                {
                    "xml_id": "kam_management_reports.demo_schedule_debts",
                    "noupdate": True,
                    "values": {
                        "name": "Debts of my key accounts, on Mondays",
                        "report": "ageing",
                        "detail": "detail",
                        "user_id": users[0].id,
                        "recipient_ids": [
                            fields.Command.set([one.id for one in users])
                        ],
                        "every": "week",
                        "next_at": self._monday_morning(users[0].tz),
                        "only_filled": True,
                    },
                }
            ]
        )

    def _monday_morning(self, zone):
        """Return seven o'clock of the next Monday in a time zone, in UTC."""
        today = self.env.company._kam_today()
        day = today + timedelta(days=7 - today.weekday())
        morning = fields.Datetime.to_datetime(day) + timedelta(hours=HOUR)
        local = pytz.timezone(zone or "UTC").localize(morning)
        return local.astimezone(pytz.utc).replace(tzinfo=None)
