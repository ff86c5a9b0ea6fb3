"""The statement of open items: what a customer is told they owe, in their language."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .kam_collection_query import DOCUMENTS

REPORT = "kam_management.report_kam_statement"


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _kam_statement(self, company=None):
        """Return what is open, by currency, as the statement prints it.

        :param company: head company; None: the present one
        :return: list of dicts ``currency``, ``total``, ``overdue`` and ``lines`` (dicts
            ``name``, ``date``, ``due``, ``days``, ``amount``), tax included, in the
            documents' currency
        """
        self.ensure_one()
        company = (company or self.env.company).root_id
        today = company._kam_today()
        collection = self.env["kam.collection"].with_company(company)
        rows = collection._rows(DOCUMENTS, [self.commercial_partner_id.id])
        found = {}
        for _line, _move, day, due, _own, amount, currency_id, name, _kind in rows:
            part = found.setdefault(
                currency_id,
                {
                    "currency": self.env["res.currency"].browse(currency_id),
                    "total": 0.0,
                    "overdue": 0.0,
                    "lines": [],
                },
            )
            days = max(0, (today - due).days) if amount > 0 else 0
            part["total"] += float(amount)
            part["overdue"] += float(amount) if days else 0.0
            part["lines"].append(
                {
                    "name": name,
                    "date": day,
                    "due": due,
                    "days": days,
                    "amount": float(amount),
                }
            )
        return list(found.values())

    def _kam_statement_file(self, company=None):
        """Return (name, content, mimetype) of the statement; PDF where one is made."""
        self.ensure_one()
        company = (company or self.env.company).root_id
        # sudo: the report is for whoever was let through to this customer
        report = self.env["ir.actions.report"].sudo().with_company(company)
        name = (
            f"{self.env._('Statement')} {fields.Date.to_string(company._kam_today())}"
        )
        if report.get_wkhtmltopdf_state() in ("ok", "upgrade"):
            content, kind = report._render_qweb_pdf(REPORT, self.ids)
        else:
            content, kind = report._render_qweb_html(REPORT, self.ids)
        suffix, mimetype = {
            "pdf": (".pdf", "application/pdf"),
            "html": (".html", "text/html"),
        }[kind]
        return name + suffix, content, mimetype


class ReportKamStatement(models.AbstractModel):
    _name = "report.kam_management.report_kam_statement"
    _description = "Statement of open items"

    @api.model
    def _get_report_values(self, docids, data=None):
        partners = self.env["res.partner"].browse(docids)
        for partner in partners:
            self.env["kam.collection"]._check_partner(partner.id)
        return {
            "doc_ids": docids,
            "doc_model": "res.partner",
            "docs": partners,
            "company": self.env.company.root_id,
            "today": self.env.company._kam_today(),
        }


class ReportKamAccountStatement(models.AbstractModel):
    _name = "report.kam_management.report_kam_account_statement"
    _description = "Statement of account"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Print what the portal has put together; nobody asks for it by address."""
        if not self.env.su:
            raise AccessError(
                self.env._("The statement of account is printed on the portal.")
            )
        return {
            **(data or {}),
            "doc_ids": docids,
            "doc_model": "res.partner",
            "docs": self.env["res.partner"].browse(docids),
        }
