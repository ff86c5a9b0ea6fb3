"""What left the company, by whom: workbooks, and lists as Odoo exports them."""

import json

from odoo import fields, models

from ..kam_core import exports

PENDING = "kam_export_pending"
NAMED = 50  # ids that a list names; the rest is counted


class KamExport(models.Model):
    """A record of what was exported; made by the export itself, by nobody else."""

    _name = "kam.export"
    _inherit = ["kam.event.sourced"]
    _description = "Export on record"
    _order = "at desc, id desc"
    _rec_name = "subject"
    _core = exports

    user_id = fields.Many2one(
        "res.users",
        "By",
        required=True,
        ondelete="restrict",
        readonly=True,
        index=True,
        help="Whose rights it was made with.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", readonly=True, index=True
    )
    at = fields.Datetime("When", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            ("report", "Workbook"),
            ("list", "List"),
            ("schedule", "Workbook, scheduled"),
        ],
        required=True,
        readonly=True,
    )
    subject = fields.Char("Report or model", required=True, readonly=True, index=True)
    subject_name = fields.Char("What", compute="_compute_subject_name")
    parameters = fields.Text("Question", readonly=True)
    columns = fields.Text(readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    digest = fields.Char(
        "Seal of the file", readonly=True, help="SHA-256 of the file that left."
    )

    def _compute_subject_name(self):
        names = self._subject_names()
        for export in self:
            export.subject_name = names.get(export.subject, export.subject)

    def _subject_names(self):
        """Return {code: words}; another addon adds its reports."""
        return {
            name: model._description
            for name, model in self.env.items()
            if name.startswith("kam.") and not model._abstract
        }

    def _compute_display_name(self):
        for export in self:
            export.display_name = export.subject_name

    def _event_titles(self):
        return {**super()._event_titles(), "Created": self.env._("Exported")}

    # -------------------------------------------------------------------- noting
    def _note(self, kind, subject, row_count, parameters=None, **values):
        """Remember an export; it is recorded before the commit, parts of one together.

        :param kind: ``report``, ``list`` or ``schedule``
        :param subject: code of a report, or name of a model
        :param row_count: how many rows left
        :param parameters: JSON data: the question, no names
        :param values: ``columns``, ``digest``
        """
        data = self.env.cr.precommit.data
        if PENDING not in data:
            data[PENDING] = {}
            plain = self.with_context({})  # pylint: disable=context-overridden
            self.env.cr.precommit.add(plain._record_noted)
        text = json.dumps(parameters or {}, sort_keys=True, default=str)
        company = self.env.company.root_id.id
        key = (self.env.uid, company, kind, subject, text, *sorted(values.items()))
        data[PENDING][key] = data[PENDING].get(key, 0) + row_count

    def _record_noted(self):
        pending = self.env.cr.precommit.data.pop(PENDING, {})
        now = fields.Datetime.now()
        by_user = {}
        for key, row_count in pending.items():
            user_id, company_id, kind, subject, parameters, *values = key
            by_user.setdefault(user_id, []).append(
                {
                    "user_id": user_id,
                    "company_id": company_id,
                    "at": now,
                    "kind": kind,
                    "subject": subject,
                    "parameters": parameters,
                    "row_count": row_count,
                    **dict(values),
                }
            )
        for user_id, vals_list in by_user.items():
            # sudo: an export is recorded whoever made it; nobody does it by hand
            self.with_user(user_id).sudo().create(vals_list)

    def _last_question(self, subject):
        """Return the question that the user asked last of a report, as JSON data."""
        # sudo: one's own last question, nothing of others
        last = self.sudo().search(
            [("user_id", "=", self.env.uid), ("subject", "=", subject)], limit=1
        )
        return json.loads(last.parameters or "{}")


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Put the export of a list of ours on record."""
        found = super().export_data(fields_to_export)
        if self._name.startswith("kam."):
            self.env["kam.export"]._note(
                "list",
                self._name,
                len(found.get("datas", ())),
                {"records": len(self), "ids": self.ids[:NAMED]},
                columns=",".join(map(str, fields_to_export)),
            )
        return found
