from datetime import timezone

import pytz

from odoo import fields, models

from ..kam_sheets.sheet import INTEGER, MOMENT, Column, Sheet


class KamHistoryXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.history_xlsx"
    _inherit = "kam.workbook"
    _description = "History of key accounts as a workbook"

    def _book(self, accounts, asked):
        company = accounts[:1].company_id or self.env.company
        sheets = [self._sheet(account) for account in accounts]
        return self._make_book(self.env._("History of key accounts"), company, sheets)

    def _sheet(self, account):
        _ = self.env._
        found = account.kam_history(limit=100000)
        return Sheet(
            name=account.display_name,
            title=_("History of %s", account.display_name),
            facts=[
                *self._print_facts(account.company_id),
                (_("Events"), str(found["total"])),
                (_("Times"), self.env.user.tz or "UTC"),
            ],
            columns=[
                Column(_("No."), INTEGER),
                Column(_("What happened"), width=26),
                Column(_("True since"), MOMENT),
                Column(_("Recorded"), MOMENT),
                Column(_("By"), width=22),
                Column(_("On behalf of"), width=22),
                Column(_("Reason"), width=40),
                Column(_("What changed"), width=60),
            ],
            rows=[self._row(event) for event in found["events"][::-1]],
        )

    def _row(self, event):
        return (
            event["version"],
            event["title"],
            self._local(event["effective_at"]),
            self._local(event["recorded_at"]),
            event["actor"],
            event["behalf"],
            "\n".join(f"{one['label']}: {one['value']}" for one in event["notes"]),
            "\n".join(
                f"{one['label']}: {one['old'] or '…'} → {one['new'] or '…'}"
                for one in event["changes"]
            ),
        )

    def _local(self, text):
        """Return a moment of the log in the reader's time zone, as Excel shows it."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        moment = fields.Datetime.to_datetime(text).replace(tzinfo=timezone.utc)
        return moment.astimezone(zone).replace(tzinfo=None)
