"""Log extract for the auditor: events of a period, each with its digest."""

from odoo import models
from odoo.fields import Domain

from ..kam_sheets.sheet import INTEGER, MOMENT, Column, Sheet

BATCH = 2000


class KamLogXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.log_xlsx"
    _inherit = "kam.workbook"
    _description = "Log extract as a workbook"
    _code = "log"
    _asks = ("period",)
    _groups = "kam_management.group_kam_director,base.group_system"

    def _title(self):
        return self.env._("Log extract")

    def _domain(self, asked):
        zone = self.env.company._kam_time_zone()
        return Domain(
            "recorded_at", ">=", self._start_of(asked.date_from, zone)
        ) & Domain("recorded_at", "<", self._start_of(asked.date_to, zone, 1))

    def _size(self, objs, asked):
        return self.env["kam.event"].search_count(self._domain(asked))

    def _book(self, objs, asked):
        _ = self.env._
        company = self.env.company
        sheet = Sheet(
            name=self._title(),
            title=self._title(),
            facts=[
                *self._print_facts(company, asked),
                (
                    _("Digests"),
                    _("SHA-256, each over the event and the digest before it"),
                ),
            ],
            columns=[
                Column(_("Recorded"), MOMENT),
                Column(_("True since"), MOMENT),
                Column(_("Record type"), width=24),
                Column(_("Key"), width=38),
                Column(_("Version"), INTEGER),
                Column(_("Event"), width=24),
                Column(_("What happened"), width=28),
                Column(_("By"), width=22),
                Column(_("On behalf of"), width=22),
                Column(_("Content"), width=60),
                Column(_("Digest"), width=66),
            ],
            rows=self._rows(asked),
            size=self._size(None, asked),
        )
        return self._make_book(self._title(), company, [sheet])

    def _rows(self, asked):
        """Yield the events, a batch at a time, so that few are in memory."""
        events = self.env["kam.event"]
        last = None
        while True:
            domain = self._domain(asked)
            if last:
                domain &= Domain("id", ">", last)
            batch = events.search(domain, order="id", limit=BATCH)
            for one in batch:
                yield (
                    self._local(one.recorded_at),
                    self._local(one.effective_at),
                    one.model,
                    one.key,
                    one.version,
                    one.type,
                    one.title,
                    one.actor_id.name,
                    one.behalf_id.name,
                    one.payload,
                    one.hash,
                )
            if len(batch) < BATCH:
                return
            last = batch[-1].id
            batch.invalidate_recordset(flush=False)
