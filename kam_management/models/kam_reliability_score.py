"""What a reliability check makes of a customer: the score and the proposed limit."""

from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..kam_core.credit.score import (
    FACTORS,
    WEIGHTS,
    lateness_grade,
    limit_use_grade,
    proposed_limit,
    score,
    share_grade,
    tenure_grade,
)
from ..kam_core.money import round_half_up

SALES_DAYS = 90
JUDGED_PROMISES = ("kept", "part", "broken")


class KamReliabilityCheck(models.Model):
    _inherit = "kam.reliability.check"

    missing_words = fields.Char("Without", compute="_compute_missing_words")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    def _input_words(self):
        _ = self.env._
        return {
            "lateness": _("payment history"),
            "limit_use": _("use of the limit"),
            "promises": _("promises to pay"),
            "tenure": _("time as a customer"),
            "disputes": _("disputes"),
            "outside": _("checklist"),
        }

    @api.depends("missing")
    def _compute_missing_words(self):
        words = self._input_words()
        for check in self:
            missing = [one for one in (check.missing or "").split(",") if one]
            check.missing_words = ", ".join(words.get(one, one) for one in missing)

    @api.depends("line_ids.result", "partner_id", "company_id", "status")
    def _compute_preview(self):
        """Say what the score is made of, so that it can be told to anybody."""
        words = self._input_words()
        for check in self:
            if check.status == "done" or not check.partner_id:
                check.preview = False
                continue
            check.preview = check._score_table(score(check._score_inputs()), words)

    def _score_table(self, found, words):
        head = self.env._("Nothing to judge by yet.")
        if found.value is not None:
            head = self.env._(
                "Score %(score)s of 100, grade %(grade)s",
                score=f"{found.value:.1f}",
                grade=found.grade,
            )
        rows = Markup().join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td></tr>")
            % (
                words[name],
                f"{found.points[name]:.1f}"
                if name in found.points
                else self.env._("nothing known"),
            )
            for name in WEIGHTS
        )
        return Markup("<strong>%s</strong><table class='table table-sm'>%s</table>") % (
            head,
            rows,
        )

    # ------------------------------------------------------------------- score
    def _score_inputs(self):
        """Return {input: grade 0 to 1, or None where there is nothing for it}."""
        self.ensure_one()
        check = self.sudo()  # sudo: the figures of a customer whose check one may see
        company, partner = check.company_id, check.partner_id._origin
        today = company._kam_today()
        sums = self.env["kam.account"].sudo()._lateness_of(partner.ids, company)
        found = sums.get(partner.id)
        standing = (
            self.env["kam.credit.exposure"]
            ._standings([(partner.id, company.id)])
            .get((partner.id, company.id))
        )
        judged = check.line_ids.filtered(lambda one: one.result in ("passed", "failed"))
        passed = judged.filtered(lambda one: one.result == "passed")
        return {
            "lateness": lateness_grade(found and found.average_days()),
            "limit_use": limit_use_grade(standing and standing.used),
            "promises": check._promise_grade(),
            "tenure": tenure_grade(check._customer_since(), today),
            "disputes": check._dispute_grade(),
            "outside": share_grade(len(passed), len(judged)),
        }

    def _promise_grade(self):
        """Return the share of promises kept; None where promises are not recorded."""
        if "kam.promise" not in self.env:
            return None
        found = self.env["kam.promise"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        states = found.mapped("state")
        return share_grade(
            states.count("kept"), sum(one in JUDGED_PROMISES for one in states)
        )

    def _dispute_grade(self):
        """Return 1 less the share of a year's invoices that were disputed."""
        if "kam.dispute" not in self.env:
            return None
        model = self.env["kam.dispute"]
        if not {"partner_id", "company_id"} <= model._fields.keys():
            return None
        invoices = self.env["account.move"].search_count(
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "child_of", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                (
                    "invoice_date",
                    ">",
                    fields.Date.subtract(self.company_id._kam_today(), years=1),
                ),
            ]
        )
        disputes = model.search_count(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        return share_grade(max(invoices - disputes, 0), invoices)

    def _customer_since(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT min(m.invoice_date) FROM account_move m
                     JOIN res_company c ON c.id = m.company_id
                    WHERE m.commercial_partner_id = %s AND m.state = 'posted'
                      AND m.move_type = 'out_invoice'
                      AND split_part(c.parent_path, '/', 1)::int = %s""",
                self.partner_id.id,
                self.company_id.id,
            )
        )
        return rows[0][0]

    def _net_sales(self, today):
        """Return net sales of 90 days in company currency, without tax."""
        rows = self.env.execute_query(
            SQL(
                """SELECT coalesce(sum(m.amount_untaxed_signed), 0) FROM account_move m
                     JOIN res_company c ON c.id = m.company_id
                    WHERE m.commercial_partner_id = %s AND m.state = 'posted'
                      AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                      AND m.invoice_date > %s AND m.invoice_date <= %s
                      AND split_part(c.parent_path, '/', 1)::int = %s""",
                self.partner_id.id,
                fields.Date.subtract(today, days=SALES_DAYS),
                today,
                self.company_id.id,
            )
        )
        return Decimal(rows[0][0])

    def _propose(self, grade, today):
        """Return the limit that follows from sales, terms and grade."""
        company = self.company_id
        terms = self.env["kam.credit.terms"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", company.id)]
        )
        partner = self.partner_id.with_company(company)
        term = terms.payment_term_id or partner.property_payment_term_id
        days = max(term.line_ids.mapped("nb_days"), default=0)
        cap = Decimal(str(company.kam_credit_cap)) if company.kam_credit_cap else None
        limit = proposed_limit(
            self._net_sales(today),
            SALES_DAYS,
            days,
            terms.overdue_days,
            FACTORS[grade or "D"],
            cap,
        )
        return round_half_up(limit, company.currency_id.decimal_places)
