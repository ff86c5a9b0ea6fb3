import json

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from . import kam_analysis_query as query
from .kam_analysis import known_only
from .kam_optional_float import OptionalFloat

MARGIN = "kam_management.group_kam_margin"
RATIOS = {"average", "growth", "k", "margin", "reliability", "share", "variation"}


class KamAnalysisLine(models.Model):
    """What an analysis says of one customer. Written by the analysis alone."""

    _name = "kam.analysis.line"
    _description = "Customer in a key account analysis"
    _order = "analysis_id desc, rank, id"
    _rec_name = "partner_id"

    analysis_id = fields.Many2one(
        "kam.analysis", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, required=True)
    currency_id = fields.Many2one("res.currency", readonly=True, required=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, required=True, ondelete="cascade"
    )
    account_id = fields.Many2one(
        "kam.account", "Key Account", readonly=True, ondelete="set null"
    )
    account_status = fields.Selection(related="account_id.status", string="Status")
    industry_id = fields.Many2one(related="partner_id.industry_id")
    rank = fields.Integer(readonly=True, aggregator=None)
    net = fields.Monetary(
        "Net Revenue", readonly=True, help="Invoices less credit notes, without tax."
    )
    previous = fields.Monetary(
        "Net Revenue Before", readonly=True, help="Of the equal period before."
    )
    share = OptionalFloat(readonly=True, help="Of the revenue of all customers.")
    cumulative = OptionalFloat("Cumulative Share", readonly=True, aggregator="max")
    concentration = OptionalFloat(
        "Part of HHI", readonly=True, help="The squared share."
    )
    abc = fields.Selection(
        [("A", "A"), ("B", "B"), ("C", "C")], "ABC", readonly=True, help="By revenue."
    )
    is_key = fields.Boolean("Key by Share", readonly=True)
    in_core = fields.Boolean("In the Core", readonly=True)
    in_wide = fields.Boolean("In the Bulk", readonly=True)
    xyz = fields.Selection(
        [
            ("X", "X: steady"),
            ("Y", "Y: changing"),
            ("Z", "Z: irregular"),
            ("new", "New"),
        ],
        "XYZ",
        readonly=True,
        help="By how evenly the customer buys from month to month.",
    )
    variation = OptionalFloat(
        readonly=True,
        aggregator="avg",
        help="Standard deviation of the monthly revenue / its mean.",
    )
    recency = fields.Integer("R", readonly=True, aggregator="avg", help="5: recently.")
    frequency = fields.Integer("F", readonly=True, aggregator="avg", help="5: often.")
    monetary = fields.Integer("M", readonly=True, aggregator="avg", help="5: much.")
    rfm = fields.Char("RFM", readonly=True)
    rfm_score = fields.Integer("RFM Sum", readonly=True, aggregator="avg")
    growth = OptionalFloat(
        readonly=True, aggregator=None, help="Against the equal period before."
    )
    margin = OptionalFloat(
        readonly=True,
        digits=(16, 2),
        groups=MARGIN,
        help="Revenue less cost, of the revenue whose cost is known from the order.",
    )
    margin_ratio = OptionalFloat(
        "Margin %", readonly=True, aggregator=None, groups=MARGIN
    )
    costed_ratio = OptionalFloat(
        "Cost Known",
        readonly=True,
        aggregator=None,
        groups=MARGIN,
        help="Part of the revenue whose cost is known.",
    )
    npv = OptionalFloat(
        "Present Value",
        readonly=True,
        digits=(16, 2),
        groups=MARGIN,
        help="What a year's margin is worth over the years of the settings.",
    )
    days_late = OptionalFloat(
        "Days Late",
        readonly=True,
        aggregator=None,
        digits=(16, 2),
        help="Average, weighted by amount, of what fell due in the period; what is"
        " overdue counts as paid at its end.",
    )
    closed_days_late = OptionalFloat(
        "Days Late, Paid", readonly=True, aggregator=None, digits=(16, 2)
    )
    reliability = OptionalFloat(
        "Paid on Time",
        readonly=True,
        aggregator=None,
        help="By value, of what fell due in the period.",
    )
    last_invoice_date = fields.Date("Last Invoice", readonly=True)
    invoice_count = fields.Integer("Invoices", readonly=True)
    document_count = fields.Integer("Documents", readonly=True)
    crossed = fields.Boolean(
        "Invoiced Elsewhere",
        readonly=True,
        help="Ordered here and invoiced to another customer, or the reverse.",
    )
    candidate_place = fields.Integer("Candidate No.", readonly=True, aggregator=None)
    is_candidate = fields.Boolean(
        "Candidate", compute="_compute_is_candidate", search="_search_is_candidate"
    )
    reasons = fields.Json("Reasons: figures", readonly=True)
    confidential_reasons = fields.Json(readonly=True, groups=MARGIN)
    reasons_text = fields.Text("Reasons", compute="_compute_reasons_text")

    @api.depends("candidate_place")
    def _compute_is_candidate(self):
        for line in self:
            line.is_candidate = bool(line.candidate_place)

    def _search_is_candidate(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("candidate_place", "!=" if True in value else "=", 0)]

    @api.depends("reasons")
    @api.depends_context("lang", "uid")
    def _compute_reasons_text(self):
        for line in self:
            line.reasons_text = "\n".join(
                reason["text"] for reason in line._told_reasons()
            )

    # ------------------------------------------------------------------ writing
    @api.model
    def _insert(self, analysis, found, extra):
        """Insert the lines of a run: one statement, not one create for each.

        :param found: what the core says
        :param extra: customer → columns that need no rule
        """
        key = set(found.key)
        rows = [
            {
                "analysis_id": analysis.id,
                "company_id": analysis.company_id.id,
                "currency_id": analysis.currency_id.id,
                **self._row(line, analysis),
                "is_key": line.facts.key in key,
                **extra[line.facts.key],
            }
            for line in found.lines
        ]
        if rows:
            query.insert_lines(
                self.env, list(rows[0]), [tuple(row.values()) for row in rows]
            )
            self.invalidate_model()

    @api.model
    def _row(self, line, analysis):
        facts, standing, score = line.facts, line.standing, line.rfm
        place = standing.rank
        told = line.candidate.reasons if line.candidate else ()
        return {
            "partner_id": facts.key,
            "rank": place,
            "net": facts.net,
            "previous": facts.previous,
            "share": standing.share,
            "cumulative": standing.cumulative,
            "concentration": line.concentration,
            "abc": standing.abc,
            "in_core": place <= analysis.core_count,
            "in_wide": place <= analysis.wide_count,
            "xyz": line.xyz,
            "variation": line.variation,
            "recency": score and score.recency,
            "frequency": score and score.frequency,
            "monetary": score and score.monetary,
            "rfm": score and score.code,
            "rfm_score": score and score.total,
            "growth": line.growth,
            "margin": facts.margin,
            "margin_ratio": line.margin_ratio,
            # Credit notes that come from no order can make it more than the whole.
            "costed_ratio": min(facts.costed / facts.net, 1) if facts.net > 0 else None,
            "npv": line.npv,
            "days_late": line.average_days_late,
            "closed_days_late": line.closed_days_late,
            "reliability": line.reliability,
            "invoice_count": facts.invoices,
            "candidate_place": line.candidate.place if line.candidate else 0,
            "reasons": _json(one for one in told if not one.confidential),
            "confidential_reasons": _json(one for one in told if one.confidential),
        }

    # ------------------------------------------------------------------ showing
    def _told_reasons(self):
        """Return the reasons the user may know, with words in their language."""
        told = self._open_reasons()
        if self.env.user.has_group(MARGIN):
            told += self._worded(self.confidential_reasons)
        return told

    def _open_reasons(self):
        """Return the reasons that tell no margin, with words."""
        return self._worded(self.reasons)

    def _worded(self, reasons):
        return [{**one, "text": self._reason_text(one)} for one in reasons or []]

    def _reason_text(self, reason):
        code, figures = reason["code"], dict(reason["figures"])
        late = figures.get("days_late")
        if late is not None:
            code += "_days" if late > 0 else "_early"
            figures["days_late"] = formatLang(self.env, abs(late), digits=0)
        for name in RATIOS & figures.keys():
            figures[name] = formatLang(self.env, figures[name] * 100, digits=1)
        for name in ("rank", "customers", "rfm"):
            figures[name] = int(figures.get(name, 0))
        sentences = self._reason_sentences()
        return sentences.get(code, sentences[reason["code"]]) % figures

    def _reason_sentences(self):
        _ = self.env._
        return {
            "key_by_share": _(
                "Makes %(share)s %% of the revenue; key is who makes %(k)s %%"
            ),
            "large_share": _("No. %(rank)s by revenue, with %(share)s %% of it"),
            "segment_leader": _(
                "The largest of %(customers)s customers in its industry"
            ),
            "recent_frequent": _("Buys recently, often and much (RFM %(rfm)s)"),
            "steady": _("Buys steadily: the months vary by %(variation)s %%"),
            "irregular": _("Buys irregularly: the months vary by %(variation)s %%"),
            "new": _("New: not enough months to judge how steadily it buys"),
            "growing": _("Grows: %(growth)s %% more than in the period before"),
            "shrinking": _("Shrinks: %(growth)s %% against the period before"),
            "reliable": _("Pays on time: %(reliability)s %% of what fell due"),
            "reliable_days": _(
                "Pays on time: %(reliability)s %% of what fell due, on average"
                " %(days_late)s days late"
            ),
            "reliable_early": _(
                "Pays on time: %(reliability)s %% of what fell due, on average"
                " %(days_late)s days early"
            ),
            "pays_late": _("Pays late: only %(reliability)s %% on time"),
            "pays_late_days": _(
                "Pays late: only %(reliability)s %% on time, on average %(days_late)s"
                " days late"
            ),
            "good_margin": _(
                "Margin of %(margin)s %%, above the average of %(average)s %%"
            ),
            "thin_margin": _(
                "Margin of only %(margin)s %%; the average is %(average)s %%"
            ),
        }

    # ----------------------------------------------------------------- documents
    def action_open(self):
        """Open the customer's figures."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.partner_id.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_documents(self):
        """Open the invoices and credit notes that make the net revenue."""
        self.ensure_one()
        return self._action_documents(
            self.analysis_id.date_from, self.analysis_id.date_to
        )

    def action_open_previous(self):
        """Open the invoices and credit notes that the growth is measured from."""
        self.ensure_one()
        run = self.analysis_id
        return self._action_documents(run.previous_from, run.previous_to)

    def _action_documents(self, start, end):
        run = self.analysis_id
        domain = run._documents_domain(start, end)
        query.prepare(self.env)
        # The ids only choose what is shown; the list reads it with the user's rights.
        found = query.document_ids(
            self.env, run._branches().ids, start, end, self.partner_id.id
        )
        return run._action_documents(
            self.partner_id.display_name, [*domain, ("id", "in", found)]
        )

    def action_open_receivables(self):
        """Open the receivables that payment is judged on, with their due dates."""
        self.ensure_one()
        run = self.analysis_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(customer)s: fell due", customer=self.partner_id.display_name
            ),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("company_id", "in", run._branches().ids),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "payment_term"),
                ("move_id.move_type", "=", "out_invoice"),
                ("move_id.commercial_partner_id", "=", self.partner_id.id),
                ("date_maturity", ">=", run.date_from),
                ("date_maturity", "<=", run.date_to),
            ],
            "context": {"create": False},
        }

    def action_open_margin(self):
        """Open the order lines whose cost the margin is made of."""
        self.ensure_one()
        run = self.analysis_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(customer)s: order lines", customer=self.partner_id.display_name
            ),
            "res_model": "sale.order.line",
            "view_mode": "list,form",
            "domain": [
                (
                    "order_id.partner_id.commercial_partner_id",
                    "=",
                    self.partner_id.id,
                ),
                (
                    "invoice_lines",
                    "any",
                    [
                        ("move_id.state", "=", "posted"),
                        ("move_id.invoice_date", ">=", run.date_from),
                        ("move_id.invoice_date", "<=", run.date_to),
                        ("company_id", "in", run._branches().ids),
                    ],
                ),
            ],
            "context": {"create": False},
        }

    def action_designate(self):
        """Ask for class, owners and reason to make the customers key accounts."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "kam_management.kam_account_decide_action_designate"
        )
        context = {
            **self.env.context,
            "active_model": self._name,
            "active_ids": self.ids,
            "default_kind": "designate",
        }
        if len(self) == 1 and self.reasons:
            # Without the margin: the decision is read by more than may see it.
            told = [one["text"] for one in self._open_reasons() if not one["caution"]]
            context["default_reason"] = "; ".join(told)
        return {**action, "context": context}

    def action_open_account(self):
        """Open the key account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kam.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }

    def _as_dict(self):
        """Return the line for an integration; see ``kam.analysis.analyse``."""
        self.ensure_one()
        names = [
            "id",
            "rank",
            "net",
            "previous",
            "share",
            "cumulative",
            "abc",
            "xyz",
            "variation",
            "rfm",
            "growth",
            "days_late",
            "closed_days_late",
            "reliability",
            "invoice_count",
            "candidate_place",
        ]
        if self.env.user.has_group(MARGIN):
            names += ["margin", "margin_ratio", "npv"]
        found = {name: self[name] for name in names}
        return {
            **known_only(found),
            "partner": {"id": self.partner_id.id, "name": self.partner_id.display_name},
            "account_id": self.account_id.id or None,
            "is_key": self.is_key,
            "last_invoice_date": fields.Date.to_string(self.last_invoice_date) or None,
            "reasons": self._told_reasons(),
        }


def _json(reasons):
    return json.dumps(
        [
            {
                "code": reason.code,
                "caution": reason.caution,
                "figures": {
                    name: round(float(value), 6)
                    for name, value in reason.figures.items()
                },
            }
            for reason in reasons
        ]
    )
