"""The dispute file: one archive with all papers of a case, its export on record.

Everything is read with the rights of whoever exports: what they may not see is not in
the archive.
"""

import base64
import hashlib
import io
import json
import zipfile
from datetime import timezone

from markupsafe import Markup

from odoo import fields, models

from ..kam_core.collections import casefile, disputes

INVOICE = "account.report_invoice"
ORDER = "sale.report_saleorder"
ACT = "kam_management.report_kam_act"


class KamDispute(models.Model):
    _inherit = "kam.dispute"

    def action_export(self):
        """Download all papers of the case in one archive."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/kam/dispute/{self.id}/file",
            "target": "download",
        }

    def case_file(self, command_id=None):
        """Return all papers of the case in one archive; that you did is recorded.

        Orders, invoices, the statement of open items, messages, attachments and the
        history from the log; at most 50 MB, what was left out is named in the summary.

        :param command_id: UUID chosen by the caller; the same again records nothing
        :return: dict ``name``, ``content`` (ZIP, base64), ``sha256`` (hexadecimal),
            ``files`` (number) and ``left_out`` (names)
        """
        self.ensure_one()
        self.check_access("read")
        content, count, left_out = self._archive()
        digest = hashlib.sha256(content).hexdigest()
        self._once(
            command_id,
            ["case_file", self.ids],
            lambda model: model.browse(self.ids)._record_export(
                count, len(content), digest
            ),
        )
        return {
            "name": casefile.safe_name(f"{self.display_name}.zip"),
            "content": base64.b64encode(content).decode(),
            "sha256": digest,
            "files": count,
            "left_out": left_out,
        }

    def _record_export(self, count, size, digest):
        """Append the event; sudo: whoever may read the case may export it."""
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        return self.sudo()._command(disputes.ExportFile(count, size, digest, now))

    # ------------------------------------------------------------------ archive
    def _archive(self):
        """Return (bytes of the archive, number of files, names left out)."""
        papers = self._papers()
        sizes = [casefile.Paper(*paper[:2], len(paper[2])) for paper in papers]
        chosen, missing = casefile.plan(sizes)
        left_out = [papers[place][1] for place in missing]
        summary = self._summary([path for _place, path in chosen], left_out)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("summary.html", summary)
            for place, path in chosen:
                archive.writestr(path, papers[place][2])
        return buffer.getvalue(), len(chosen) + 1, left_out

    def _papers(self):
        """Return (folder, name, bytes) of everything that belongs to the case."""
        _ = self.env._
        moves = self.line_ids.move_id._filtered_access("read")
        orders = moves.line_ids.sale_line_ids.order_id._filtered_access("read")
        papers = [self._history_paper()]
        papers += [self._printed(INVOICE, one, _("Invoices")) for one in moves]
        papers += [self._printed(ORDER, one, _("Orders")) for one in orders]
        papers.append(
            (
                _("Statement"),
                *self.partner_id._kam_statement_file(self.company_id)[:2],
            )
        )
        papers += self._acts()
        for record in [self, *moves, *orders]:
            papers += self._talked(record)
            papers += self._attached(record)
        return papers

    def _printed(self, report, record, folder):
        """Return the document as it is printed: PDF, or HTML where none is made."""
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("ok", "upgrade"):
            content, kind = reports._render_qweb_pdf(report, record.ids)
        else:
            content, kind = reports._render_qweb_html(report, record.ids)
        return folder, f"{record.display_name}.{kind}", content

    def _acts(self):
        """Return the customer's reconciliation acts that cover the disputed papers."""
        acts = self.env["kam.act"]
        if not acts.has_access("read"):
            return []
        days = self.line_ids.move_id.mapped("date")
        found = acts.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("date_to", ">=", min(days)),
            ]
        )
        folder = self.env._("Acts")
        return [self._printed(ACT, act, folder) for act in found]

    def _talked(self, record):
        """Return the messages on a record as one page."""
        messages = record.message_ids.filtered(lambda one: one.body)
        if not messages:
            return []
        rows = Markup().join(
            Markup("<h4>%s, %s</h4><div>%s</div>")
            % (one.date, one.author_id.name or one.email_from or "", one.body)
            for one in messages.sorted("date")
        )
        page = _page(self.env._("Messages on %s", record.display_name), rows)
        return [(self.env._("Messages"), f"{record.display_name}.html", page)]

    def _attached(self, record):
        """Return the files attached to a record that the reader may open."""
        found = self.env["ir.attachment"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", False),
                ("type", "=", "binary"),
            ]
        )
        folder = self.env._("Attachments")
        return [
            (folder, f"{record.display_name} {one.name}", one.raw or b"")
            for one in found
        ]

    def _history_paper(self):
        events = self.kam_history(limit=10_000)["events"]
        text = json.dumps(events, indent=2, ensure_ascii=False)
        return self.env._("History"), "history.json", text.encode()

    # ------------------------------------------------------------------ summary
    def _summary(self, paths, left_out):
        _ = self.env._
        facts = [
            (_("Customer"), self.partner_id.display_name),
            (_("Reason"), self.reason_id.name),
            (_("Disputed"), self.currency_id.format(self.amount)),
            (_("Opened on"), self.opened_on),
            (_("Settled by"), self.user_id.name or ""),
            (_("Settled on"), self.resolved_on or ""),
            (_("Outcome"), self._outcome_words()),
            (_("What they say"), self.description or ""),
        ]
        rows = Markup().join(
            Markup("<tr><th>%s</th><td>%s</td></tr>") % pair for pair in facts
        )
        lines = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
            % (
                one.move_id.display_name,
                one.invoice_line_id.name or "",
                self.currency_id.format(one.amount),
            )
            for one in self.line_ids
        )
        files = Markup().join(Markup("<li>%s</li>") % one for one in paths)
        missing = Markup().join(
            Markup("<li>%s</li>") % _("Left out, too large: %s", one)
            for one in left_out
        )
        body = Markup("<table>%s</table><table>%s</table><ul>%s%s</ul>") % (
            rows,
            lines,
            files,
            missing,
        )
        return _page(self.display_name, body)

    def _outcome_words(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        return labels.get(self.outcome, "")


def _page(title, body):
    page = Markup(
        "<!doctype html><html><head><meta charset='utf-8'><title>%s</title></head>"
        "<body><h2>%s</h2>%s</body></html>"
    ) % (title, title, body)
    return str(page).encode()
