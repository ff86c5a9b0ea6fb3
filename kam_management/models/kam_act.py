"""Reconciliation acts: thin; the rules are in ``kam_core/receivables/acts.py``."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..kam_core.receivables import acts
from ..kam_core.receivables.act_rows import conclusion

STATUSES = [
    ("draft", "Draft"),
    ("sent", "Sent"),
    ("answered", "Answered"),
    ("signed", "Signed"),
    ("closed", "Closed"),
]
INTERNAL = "kam_management.group_kam_user,kam_management.group_kam_credit"
# an act whose parameters change in draft takes its lines anew
PARAMETERS = {
    "partner_id",
    "currency_id",
    "scope",
    "with_payable",
    "agreement",
    "by_agreement",
    "date_from",
    "date_to",
}


class KamAct(models.Model):
    _name = "kam.act"
    _inherit = [
        "kam.event.sourced",
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
    ]
    _description = "Reconciliation act"
    _order = "date_to desc, id desc"
    _rec_name = "number"
    _core = acts

    number = fields.Char(readonly=True, copy=False, index="trigram")
    kind = fields.Selection(
        [("act", "Act"), ("delta", "Delta act")],
        default="act",
        required=True,
        readonly=True,
        copy=False,
    )
    corrects_id = fields.Many2one(
        "kam.act",
        "After act",
        ondelete="restrict",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    delta_ids = fields.One2many("kam.act", "corrects_id", "Delta acts")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.root_id,
        help="The head company; entries of its branches are in the act.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.currency_id,
        help="Documents in this currency; one act for each currency.",
    )
    scope = fields.Selection(
        [
            ("contact", "This contact only"),
            ("company", "The company with its contacts"),
            ("group", "The group of companies"),
        ],
        "Covers",
        default="company",
        required=True,
    )
    with_payable = fields.Boolean(
        "With payables", help="Also what we owe them as a vendor."
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True, help="Included.")
    place = fields.Char(help="Where the act is made; printed in its head.")
    agreement = fields.Char("Agreement(s)", help="Printed in the head of the act.")
    by_agreement = fields.Boolean(
        "Of this agreement alone",
        help="Only entries under that agreement (their field “Agreement”); with no"
        " agreement given, entries under none. The acts of all agreements and of none"
        " add up to the customer's balance.",
    )
    our_signatory = fields.Char("Signs for us", help="Name and position.")
    our_authority = fields.Char(
        "Our authority", help="Charter, or number and date of the power of attorney."
    )
    status = fields.Selection(
        STATUSES, default="draft", required=True, tracking=True, index=True, copy=False
    )
    opening = fields.Monetary(readonly=True, copy=False)
    debit = fields.Monetary(readonly=True, copy=False)
    credit = fields.Monetary(readonly=True, copy=False)
    closing = fields.Monetary(readonly=True, copy=False)
    opening_company = fields.Monetary(
        "Opening in company currency",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
    )
    closing_company = fields.Monetary(
        "Closing in company currency",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
    )
    line_count = fields.Integer("Documents", readonly=True, copy=False)
    digest = fields.Char(
        "Seal", readonly=True, copy=False, help="SHA-256 over all that the act says."
    )
    sent_at = fields.Datetime("Sent on", readonly=True, copy=False)
    answer = fields.Selection(
        [("agreed", "Agreed"), ("disagreed", "With disagreements")],
        readonly=True,
        copy=False,
        tracking=True,
    )
    answer_note = fields.Text("Their remarks", readonly=True, copy=False)
    their_closing = fields.Monetary("Closing by their books", readonly=True, copy=False)
    answered_at = fields.Datetime("Answered on", readonly=True, copy=False)
    answered_by_id = fields.Many2one(
        "res.partner", "Answered by", ondelete="restrict", readonly=True, copy=False
    )
    signatory = fields.Char("Signed by", readonly=True, copy=False)
    authority = fields.Char(readonly=True, copy=False)
    signed_on = fields.Date(readonly=True, copy=False, tracking=True)
    scan_digest = fields.Char(
        "Seal of the scan", readonly=True, copy=False, help="SHA-256 of the file."
    )

    scan = fields.Binary("Signed scan", attachment=True, readonly=True, copy=False)
    scan_name = fields.Char(readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    line_ids = fields.One2many("kam.act.line", "act_id", "Lines", readonly=True)
    # what the lines of a draft add up to; of a sent act, the figures above
    now_opening = fields.Monetary("Opening now", readonly=True, copy=False)
    now_debit = fields.Monetary("Debit now", readonly=True, copy=False)
    now_credit = fields.Monetary("Credit now", readonly=True, copy=False)
    now_closing = fields.Monetary("Closing now", readonly=True, copy=False)
    account_id = fields.Many2one(
        "kam.account", "Key account", compute="_compute_account_id", groups=INTERNAL
    )
    is_mine = fields.Boolean(
        compute="_compute_is_mine", search="_search_is_mine", groups=INTERNAL
    )
    late_amount = fields.Monetary(
        "Difference after the act",
        compute="_compute_late",
        groups=INTERNAL,
        help="What was posted into the period after the act was signed.",
    )
    late_count = fields.Integer(
        "Late documents", compute="_compute_late", groups=INTERNAL
    )

    _number_uniq = models.UniqueIndex(
        "(number, company_id)", "An act of this number exists already."
    )

    # ------------------------------------------------------------------- input
    @api.model_create_multi
    def create(self, vals_list):
        """Draw the numbers, and take the lines as the ledger has them."""
        numbers = self.env["ir.sequence"]
        vals_list = [
            {**vals, "number": vals.get("number") or numbers.next_by_code("kam.act")}
            for vals in vals_list
        ]
        made = super().create(vals_list)
        made._refresh_lines()
        return made

    def write(self, vals):
        """Take the lines of drafts anew when their parameters change."""
        result = super().write(vals)
        if PARAMETERS & vals.keys():
            self.filtered(lambda act: act.status == "draft")._refresh_lines()
        return result

    def _initial_values(self, stored):
        """An act is in our head company, of the customer's company unless told."""
        values = super()._initial_values(stored)
        company = self.env["res.company"].browse(values["company_id"] or ()).exists()
        partner = self.env["res.partner"].browse(values["partner_id"] or ()).exists()
        if partner:
            partner.check_access("read")
        if values["scope"] == "company":
            partner = partner.commercial_partner_id
        return {
            **values,
            "company_id": company.root_id.id or None,
            "partner_id": partner.id or None,
        }

    def copy_data(self, default=None):
        """Copy an act as a draft for the period that follows it."""
        out = super().copy_data(default)
        for act, vals in zip(self, out, strict=True):
            if act.date_to and not (default or {}).get("date_from"):
                vals["date_from"] = fields.Date.add(act.date_to, days=1)
                vals["date_to"] = fields.Date.end_of(vals["date_from"], "month")
        return out

    # ----------------------------------------------------------------- computed
    @api.depends("partner_id", "company_id")
    def _compute_account_id(self):
        accounts = self.env["kam.account"].search(
            [
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        found = {(one.partner_id, one.company_id): one for one in accounts}
        for act in self:
            key = (act.partner_id.commercial_partner_id, act.company_id)
            act.account_id = found.get(key)

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        # sudo: whose an act is decides what one may do with it, not the reverse
        mine = set(self.sudo()._search(Domain("id", "in", self.ids) & self._mine()))
        for act in self:
            act.is_mine = act.id in mine

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._mine() if True in value else ~self._mine()

    def _mine(self):
        """Return the acts of customers whose account is the user's, as a domain."""
        self.flush_model(["partner_id", "company_id"])
        return Domain(
            "id",
            "in",
            SQL(
                """(SELECT act.id FROM kam_act act
                     JOIN res_partner p ON p.id = act.partner_id
                     JOIN kam_account a ON a.partner_id = p.commercial_partner_id
                      AND a.company_id = act.company_id
                    WHERE a.id IN %s)""",
                self.env["kam.account"]._mine_query(),
            ),
        )

    @api.depends("status", "closing")
    def _compute_late(self):
        for act in self:
            rows = act._late_rows() if act.status in acts.SEALED else ()
            act.late_count = len(rows)
            act.late_amount = float(sum(row.amount for row in rows))

    @api.depends("number", "kind", "corrects_id.number")
    def _compute_display_name(self):
        for act in self:
            act.display_name = act.number or self.env._("Draft")
            if act.kind == "delta":
                act.display_name = self.env._(
                    "%(number)s, difference after act No. %(act)s",
                    number=act.number,
                    act=act.corrects_id.number,
                )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for act in self:
            act.access_url = f"/my/acts/{act.id}"
        return result

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._("Reconciliation act %s", self.number)

    # ------------------------------------------------------------------ wording
    def _conclusion(self):
        """Return the conclusion of the act, in figures and words."""
        self.ensure_one()
        amount = abs(self._shown()["closing"])
        figures = self.currency_id.format(float(amount))
        params = {
            "day": format_date(self.env, self.date_to),
            "figures": figures,
            "words": self.currency_id.amount_to_text(float(amount)),
            "us": self.company_id.name,
            "them": self.partner_id.name,
        }
        match conclusion(self._shown()["closing"]):
            case "they_owe":
                return self.env._(
                    "As of %(day)s, %(them)s owes %(us)s %(figures)s (%(words)s).",
                    **params,
                )
            case "we_owe":
                return self.env._(
                    "As of %(day)s, %(us)s owes %(them)s %(figures)s (%(words)s).",
                    **params,
                )
        return self.env._(
            "As of %(day)s, neither %(us)s nor %(them)s owes the other anything:"
            " %(figures)s (%(words)s).",
            **params,
        )

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Act drawn up"),
            "ActSent": _("Sent to the customer"),
            "ActTakenBack": _("Taken back"),
            "ActAgreed": _("The customer agreed"),
            "ActDisputed": _("The customer disagreed"),
            "ActSigned": _("Signed and sealed"),
            "ActClosed": _("Closed"),
        }
