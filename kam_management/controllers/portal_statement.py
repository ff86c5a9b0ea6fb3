"""The customer's own statement of account: any period of a year, any currency."""

from datetime import timedelta

from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

LONGEST = 366  # days
REPORT = "kam_management.report_kam_account_statement"


class KamPortalStatement(CustomerPortal):
    @http.route(
        ["/my/statement"], type="http", auth="user", website=True, readonly=True
    )
    def portal_my_statement(
        self, date_from=None, date_to=None, currency=None, report_type=None, **_kw
    ):
        """Show what was posted for the customer in a period, or download it."""
        values = self._statement_values(date_from, date_to, currency)
        if report_type == "pdf":
            return self._statement_file(values)
        return request.render("kam_management.portal_my_statement", values)

    def _statement_values(self, date_from, date_to, currency):
        company = request.env.company.root_id
        first, last, refused = self._statement_period(company, date_from, date_to)
        partner = request.env.user.partner_id.commercial_partner_id
        currencies = self._statement_currencies(partner, company)
        chosen = currencies.filtered(lambda one: str(one.id) == str(currency or ""))
        # sudo: the company's currency is on its invoices
        chosen = chosen or company.sudo().currency_id
        # sudo: the customer's own lines, of this very customer
        act = (
            request.env["kam.act"]
            .sudo()
            .new(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "currency_id": chosen.id,
                    "date_from": first,
                    "date_to": last,
                    "scope": "company",
                }
            )
        )
        totals, rows = act._take()
        kinds = request.env["kam.act.line"]._fields["kind"]
        return {
            "page_name": "kam_statement",
            "refused": refused,
            # sudo: the visitor's own name and address, and the company's
            "partner": partner.sudo(),
            "company": company.sudo(),
            "totals": totals,
            "rows": [one for one in rows if one.debit or one.credit],
            "date_from": first,
            "date_to": last,
            "currency": chosen,
            "currencies": currencies,
            "kinds": dict(kinds._description_selection(request.env)),
        }

    def _statement_period(self, company, date_from, date_to):
        """Return (first day, last day, what was wrong with those asked for)."""
        # sudo: the calendar of the company, for its time zone
        today = company.sudo()._kam_today()
        usual = today - timedelta(89), today
        try:
            last = fields.Date.to_date(date_to) or today
            first = fields.Date.to_date(date_from) or last - timedelta(89)
        except (ValueError, OverflowError):
            return *usual, "date"
        if not 0 <= (last - first).days < LONGEST or last.year > 2199:
            return *usual, "long"
        return first, last, None

    def _statement_currencies(self, partner, company):
        """Return the currencies of what was ever posted for the customer."""
        # sudo: as above
        lines = request.env["account.move.line"].sudo()
        found = lines._read_group(
            [
                ("partner_id.commercial_partner_id", "=", partner.id),
                ("company_id", "child_of", company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            ["currency_id"],
        )
        # sudo: as above
        return company.sudo().currency_id.union(*(one for (one,) in found))

    def _statement_file(self, values):
        # sudo: the print of what the visitor sees on the page
        report = request.env["ir.actions.report"].sudo()
        lang = values["partner"].lang or request.env.lang
        report = report.with_company(values["company"]).with_context(lang=lang)
        is_pdf = report.get_wkhtmltopdf_state() in ("ok", "upgrade")
        render = report._render_qweb_pdf if is_pdf else report._render_qweb_html
        body = render(REPORT, values["partner"].ids, values)[0]
        kind, suffix = ("application/pdf", "pdf") if is_pdf else ("text/html", "html")
        name = f"statement-{values['date_from']}-{values['date_to']}.{suffix}"
        return request.make_response(
            body,
            headers=[
                ("Content-Type", kind),
                ("Content-Length", len(body)),
                ("Content-Disposition", http.content_disposition(name)),
            ],
        )
