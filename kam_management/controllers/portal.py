"""The customer's side: acts to read, answer and download, and the own statement."""

from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

LINES = 100  # on a page
LONGEST_STATEMENT = 366  # days
REPORT = "kam_management.action_report_kam_act"


class KamPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "kam_act_count" in counters:
            acts = request.env["kam.act"]
            values["kam_act_count"] = (
                acts.search_count([]) if acts.has_access("read") else 0
            )
        return values

    # --------------------------------------------------------------------- acts
    @http.route(
        ["/my/acts", "/my/acts/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_acts(self, page=1, **_kw):
        """List the acts of the customer."""
        acts = request.env["kam.act"]
        if not acts.has_access("read"):
            return request.redirect("/my")
        pager = portal_pager(
            "/my/acts", acts.search_count([]), page, self._items_per_page
        )
        found = acts.search([], limit=self._items_per_page, offset=pager["offset"])
        request.session["my_acts_history"] = found.ids[:100]
        values = self._prepare_portal_layout_values()
        values.update(
            acts=found.sudo(), page_name="kam_act", pager=pager, default_url="/my/acts"
        )
        return request.render("kam_management.portal_my_acts", values)

    def _act(self, act_id, access_token):
        """Return the act, sudoed, when the visitor may see it; else None."""
        try:
            act = self._document_check_access("kam.act", act_id, access_token)
        except (AccessError, MissingError):
            return None
        # whoever acts is on record, also where a token gives the right
        act = act.with_user(request.env.user).sudo()
        return act if act.status != "draft" else None

    @http.route(["/my/acts/<int:act_id>"], type="http", auth="public", website=True)
    def portal_my_act(self, act_id, access_token=None, report_type=None, page=1, **kw):
        """Show an act, or download it."""
        act = self._act(act_id, access_token)
        if not act:
            return request.redirect("/my")
        if report_type in ("pdf", "html"):
            return self._act_report(act, report_type, bool(kw.get("download")))
        return request.render(
            "kam_management.portal_my_act",
            self._act_values(act, access_token, page, **kw),
        )

    def _act_values(self, act, access_token, page, **kw):
        page = int(page) if str(page).isdigit() else 1
        total = len(act.line_ids)
        pager = portal_pager(
            f"/my/acts/{act.id}",
            total,
            page,
            LINES,
            url_args={"access_token": access_token} if access_token else {},
        )
        values = {
            "page_name": "kam_act",
            "act": act,
            "lines": act.line_ids[pager["offset"] : pager["offset"] + LINES],
            "line_pager": pager,
            "told": kw.get("told"),
            "refused": kw.get("refused"),
        }
        return self._get_page_view_values(
            act, access_token, values, "my_acts_history", False
        )

    def _act_report(self, act, report_type, download):
        """Return the print; a PDF is made once for each state of the act."""
        report = request.env["ir.actions.report"].sudo()
        if report_type == "html" or report.get_wkhtmltopdf_state() == "install":
            return self._show_report(act, "html", REPORT, download)
        name = f"{act.digest}-{act.event_version}.pdf"
        # sudo: the act was checked; its print is kept so that it is made once
        files = request.env["ir.attachment"].sudo()
        kept = files.search(
            [
                ("res_model", "=", act._name),
                ("res_id", "=", act.id),
                ("name", "=", name),
            ],
            limit=1,
        )
        if not kept:
            body = report.with_company(act.company_id)._render_qweb_pdf(
                REPORT, act.ids
            )[0]
            kept = files.create(
                {
                    "name": name,
                    "raw": body,
                    "res_model": act._name,
                    "res_id": act.id,
                    "mimetype": "application/pdf",
                }
            )
        headers = self._get_http_headers(act, "pdf", kept.raw, download)
        return request.make_response(kept.raw, headers=list(headers.items()))

    @http.route(
        ["/my/acts/<int:act_id>/answer"],
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_act_answer(self, act_id, access_token=None, **post):
        """Take the customer's answer: agreed, or what differs, line by line."""
        act = self._act(act_id, access_token)
        if not act:
            return request.redirect("/my")
        told = {}
        try:
            act._portal_answer(post)
            told["told"] = "1"
        except UserError as refusal:
            request.env.cr.rollback()
            told["refused"] = str(refusal)[:300]
        return request.redirect(act.get_portal_url(query_string=_query(told)))

    # ---------------------------------------------------------------- statement
    @http.route(
        ["/my/statement"], type="http", auth="user", website=True, readonly=True
    )
    def portal_my_statement(self, date_from=None, date_to=None, **_kw):
        """Show what was posted for the customer in a period, and the balances."""
        company = request.env.company
        today = company.sudo()._kam_today()
        values = {"page_name": "kam_statement", "refused": None}
        try:
            last = fields.Date.to_date(date_to) or today
            first = fields.Date.to_date(date_from) or last - timedelta(89)
        except ValueError:
            first, last = today - timedelta(89), today
            values["refused"] = "date"
        if not 0 <= (last - first).days < LONGEST_STATEMENT or last.year > 2199:
            first, last = today - timedelta(89), today
            values["refused"] = "long"
        partner = request.env.user.partner_id.commercial_partner_id
        # sudo: the customer's own lines, of this very customer
        act = (
            request.env["kam.act"]
            .sudo()
            .new(
                {
                    "partner_id": partner.id,
                    "company_id": company.root_id.id,
                    "currency_id": company.currency_id.id,
                    "date_from": first,
                    "date_to": last,
                    "scope": "company",
                }
            )
        )
        totals, rows = act._take()
        values.update(
            totals=totals,
            rows=[one for one in rows if one.debit or one.credit],
            date_from=first,
            date_to=last,
            currency=company.currency_id,
            kinds=dict(
                request.env["kam.act.line"]
                ._fields["kind"]
                ._description_selection(request.env)
            ),
        )
        return request.render("kam_management.portal_my_statement", values)


def _query(told):
    return f"&{urlencode(told)}" if told else ""
