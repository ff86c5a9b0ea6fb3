"""The customer's side: acts to read, answer and download."""

from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

LINES = 100  # on a page
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
            # sudo: names and currencies on the acts that the visitor may read
            acts=found.sudo(),
            page_name="kam_act",
            pager=pager,
            default_url="/my/acts",
        )
        return request.render("kam_management.portal_my_acts", values)

    def _act(self, act_id, access_token):
        """Return the act, sudoed, when the visitor may see it; else None."""
        try:
            act = self._document_check_access("kam.act", act_id, access_token)
        except (AccessError, MissingError):
            return None
        # whoever acts is on record, also where a token gives the right
        # sudo: access was checked by the token or the visitor's rights
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


def _query(told):
    return f"&{urlencode(told)}" if told else ""
