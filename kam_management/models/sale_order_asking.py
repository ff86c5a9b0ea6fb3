"""What a quotation shows of the gate: what was found, asked and answered."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..kam_core import approvals, measures
from ..kam_core.gate import ASK, ordered, stopping

STANDS = [("ok", "Within the terms"), ("warn", "Look"), ("stop", "Not to be confirmed")]
STAFF = "base.group_user"  # the customer reads the order in the portal, not this
MAY_ASK = (
    "kam_management.group_kam_user,kam_management.group_kam_credit,"
    "kam_management.group_kam_support"
)
TONES = {"warn": "text-info", "ask": "text-warning", "block": "text-danger"}
ANSWER_TONES = {
    "asked": ("text-info", "fa-hourglass-half"),
    "approved": ("text-success", "fa-check"),
    "less": ("text-warning", "fa-scissors"),
    "refused": ("text-danger", "fa-times"),
    "expired": ("text-warning", "fa-calendar-times-o"),
    "voided": ("text-warning", "fa-expand"),
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kam_stand = fields.Selection(
        STANDS, "Gate", compute="_compute_kam_found", groups=STAFF
    )
    kam_found = fields.Html(
        "Found", compute="_compute_kam_found", sanitize=False, groups=STAFF
    )
    kam_asked = fields.Html(
        "Asked and answered",
        compute="_compute_kam_found",
        sanitize=False,
        groups=STAFF,
    )
    kam_may_ask = fields.Boolean(
        compute="_compute_kam_found",
        groups=STAFF,
        help="Something is to be approved that nobody was asked for yet.",
    )

    @api.depends("kam_has_credit", "amount_total", "order_line", "state")
    def _compute_kam_found(self):
        saved = self._origin.filtered(lambda one: one.state in ("draft", "sent"))
        # sudo: whoever may read an order may know whether it may be confirmed
        found, left = saved.sudo()._kam_findings_left() if saved else ({}, {})
        asking = saved.filtered(lambda one: _asks(found.get(one.id, ())))
        answers = self.env["kam.approval"]._last_about(asking)
        may_ask = self.env.user.has_groups(MAY_ASK)
        for order in self:
            findings = ordered(left.get(order._origin.id, ()))
            mine = answers.get(order._origin.id, {})
            stops = stopping(findings)
            order.kam_stand = "stop" if stops else "warn" if findings else "ok"
            order.kam_found = Markup().join(
                Markup("<div class='%s'>%s</div>")
                % (TONES[one.severity], _sentence(one.message))
                for one in findings
            )
            asks = _asks(findings)
            order.kam_asked = Markup().join(
                one._stand_html(asks.get(kind, ())) for kind, one in mine.items()
            )
            order.kam_may_ask = may_ask and bool(_unasked(asks, mine))

    def _kam_to_ask(self):
        """Return {kind: findings} that nobody was asked to approve yet."""
        self.ensure_one()
        # sudo: whoever may read an order may know what stops it, and who was asked
        order = self.sudo()
        _found, left = order._kam_findings_left()
        asks = _asks(ordered(left.get(order.id, ())))
        answers = self.env["kam.approval"].sudo()._last_about(order)
        return _unasked(asks, answers.get(order.id, {}))


class KamApproval(models.Model):
    _inherit = "kam.approval"

    @api.model
    def _last_about(self, orders):
        """Return {order id: {kind: last request about it}}, those one may read.

        One query; requests taken back are passed over.
        """
        found = {}
        if not orders or not self.has_access("read"):
            return found
        requests = self.search(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "in", orders.ids),
                ("state", "!=", "withdrawn"),
            ]
        )
        for one in requests:  # the newest first
            found.setdefault(one.res_id, {}).setdefault(one.kind, one)
        return found

    def _waits_for(self, findings):
        """Tell whether the request is open and asks for all that was found."""
        return self.state == "asked" and all(
            self._covers_as_asked(one) for one in findings
        )

    def _stand_of(self, findings):
        """Return where the request stands beside what no approval covers now."""
        if self.state in ("approved", "used"):
            today = self._today_of(self.company_id.id)
            if not approvals.in_force(self._state(), today):
                return "expired"
            return "less" if findings else "approved"
        return self.state

    def _stand_html(self, findings):
        """Say where the request stands, and what may be done.

        :param findings: what the order takes of this kind that no approval covers
        """
        stand = self._stand_of(findings)
        tone, icon = ANSWER_TONES[stand]
        return Markup("<div class='%s'><i class='fa fa-fw %s me-1'></i>%s</div>") % (
            tone,
            icon,
            self._stand_words(stand, findings),
        )

    def _stand_words(self, stand, findings):
        _ = self.env._
        record = self.sudo()  # sudo: names of those who ask and decide are no secret
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        granted = record._measure_words(measures.flat(measures.decode(record.granted)))
        told = {
            "kind": kinds[record.kind],
            "who": record.requester_id.name,
            "approver": (record.decided_by_id or record.approver_id).name,
            "since": format_date(self.env, record.create_date),
            "day": format_date(self.env, record.decided_on),
            "until": format_date(self.env, record.granted_until or record.valid_until),
            "granted": granted,
            "answer": (record.answer or "").strip(),
        }
        match stand:
            case "asked":
                words = _(
                    "%(kind)s: asked by %(who)s on %(since)s, %(approver)s decides.",
                    **told,
                )
                more = _("The order takes more by now: ask anew.")
                return words if self._waits_for(findings) else f"{words} {more}"
            case "approved":
                words = _("%(kind)s: approved by %(approver)s on %(day)s.", **told)
                more = _("Until %(until)s.", **told) if told["until"] else ""
                return f"{words} {more}".strip()
            case "less":
                return _(
                    "%(kind)s: %(approver)s granted less on %(day)s: %(granted)s. Keep"
                    " to it, or ask anew.",
                    **told,
                )
            case "refused":
                return _(
                    "%(kind)s: refused by %(approver)s on %(day)s: “%(answer)s”. Change"
                    " the order, or ask anew with other reasons.",
                    **told,
                )
            case "expired":
                return _(
                    "%(kind)s: what was asked on %(since)s was valid until %(until)s"
                    " only: ask anew.",
                    **told,
                )
        return _(
            "%(kind)s: the order outgrew what was asked on %(since)s: ask anew.", **told
        )


def _asks(findings):
    """Return {kind: findings that ask for an approval}."""
    found = {}
    for one in findings:
        if one.severity == ASK:
            found.setdefault(one.kind, []).append(one)
    return found


def _unasked(asks, answers):
    """Return {kind: findings} of which no open request asks for all.

    :param answers: {kind: last request about it}
    """
    return {
        kind: some
        for kind, some in asks.items()
        if kind not in answers or not answers[kind]._waits_for(some)
    }


def _sentence(message):
    return message[:1].upper() + message[1:]
