"""The dialog of all workbooks: what it is asked comes from last time, and is kept."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class KamReportWizard(models.TransientModel):
    _name = "kam.report.wizard"
    _inherit = ["kam.report.question"]
    _description = "Workbook: what and of when"

    note = fields.Char(compute="_compute_note")

    @api.model
    def _selection_report(self):
        """Return the reports that the user is offered."""
        reports = self.env["kam.workbook"]._reports()
        return [
            (code, model._title())
            for code, model in reports.items()
            if not model._groups or self.env.user.has_groups(model._groups)
        ]

    @api.model
    def default_get(self, fields_list):
        """Begin with the records chosen, and with what was asked last time."""
        values = super().default_get(fields_list)
        report = values.get("report") or next(
            (code for code, _title in self._selection_report()), False
        )
        values["report"] = report
        values |= self._remembered(report)
        context = self.env.context
        chosen = context.get("active_ids") or ()
        if context.get("active_model") == "kam.account":
            values["account_ids"] = [fields.Command.set(chosen)]
        elif context.get("active_model") == "res.partner":
            values["partner_ids"] = [fields.Command.set(chosen)]
        return {name: value for name, value in values.items() if name in fields_list}

    @api.onchange("report")
    def _onchange_report(self):
        for name, value in self._remembered(self.report).items():
            if name not in ("account_ids", "partner_ids") or not self[name]:
                self[name] = value

    def _remembered(self, report):
        """Return the user's last question to a report: values that are still good."""
        reports = self.env["kam.workbook"]._reports()
        if not report or report not in reports:
            return {}
        found = dict(reports[report]._usual)
        data = self.env["kam.export"]._last_question(report)
        for name in self._asked_fields(report):
            if name not in data:
                continue
            try:
                value = self._answer(name, data[name])
            except UserError:  # such as a customer that one sees no more
                continue
            field = self._fields[name]
            if field.type == "many2many":
                value = [fields.Command.set(value.ids)]
            elif field.relational:
                value = value.id
            found[name] = value
        return found

    @api.depends("report")
    def _compute_note(self):
        reports = self.env["kam.workbook"]._reports()
        for wizard in self:
            report = reports.get(wizard.report)
            wizard.note = report._note() if report is not None else ""

    # -------------------------------------------------------------------- actions
    def action_print(self):
        """Make the workbook: at once, or in the background when it is long."""
        report, question = self._report(), self._as_data()
        if size := report._long(question):
            return self.env["kam.report.run"]._queue(self.report, question, size)
        action = report._action().report_action(
            None, data={"question": question}, config=False
        )
        action["close_on_report_download"] = True
        return action

    def action_schedule(self):
        """Have the same workbook sent regularly."""
        report = self._report()
        values = {f"default_{name}": value for name, value in self._as_data().items()}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Schedule"),
            "res_model": "kam.report.schedule",
            "views": [(False, "form")],
            "context": {
                **values,
                "default_report": self.report,
                "default_name": report._title(),
            },
        }

    def _report(self):
        self.ensure_one()
        offered = dict(self._selection_report())
        if self.report not in offered:
            raise UserError(self.env._("“Report” is missing: choose one."))
        return self.env["kam.workbook"]._reports()[self.report]
