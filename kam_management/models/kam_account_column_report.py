"""Why an account has its price column, and what is missing for the next, in words."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..kam_core.pricing import eligibility, grants


class KamAccount(models.Model):
    _inherit = "kam.account"

    column_words = fields.Html(
        "Why this column", compute="_compute_column_words", sanitize=False
    )

    # ------------------------------------------------------------------- report
    @api.readonly
    def column_report(self):
        """Return which column an account has, why, and what is missing for the next.

        All amounts are company currency, without tax, at the base price before any
        discount, over the policy's present window.

        :return: dict ``column`` (name or False), ``basis``, ``reason``, ``granted_by``
            (name or False), ``date_from``, ``date_to``, ``policy`` (version),
            ``window`` (first and last day), ``facts`` (``turnover``, ``breadth``,
            ``on_time_percent``, ``term_days``), ``entitled`` (name of the column the
            policy gives), ``why`` and ``next``: dicts ``column`` and ``lines`` (list
            of ``{met, words}``), ``demotion`` (sentence or False)
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: what is told is of an account that the reader may read
        account = self.sudo()
        policy, columns = account._policy_and_columns()
        first, last = account._column_window(policy)
        [facts] = account._column_facts(first, min(last, self._today())).values()
        conditions = policy._conditions()
        held = account.price_column_id
        rank = held.rank or columns[:1].rank  # without one the base column holds
        better = columns.filtered(lambda one: one.rank > rank)[:1]
        best = account._entitled(columns, conditions, facts)
        grant = account.price_grant_id
        return {
            "column": held.name or False,
            "basis": grant.basis or False,
            "reason": grant.reason or False,
            "granted_by": grant.granted_by_id.name or False,
            "date_from": fields.Date.to_string(grant.date_from) or False,
            "date_to": fields.Date.to_string(grant.date_to) or False,
            "policy": policy.display_name if policy else False,
            "window": [fields.Date.to_string(first), fields.Date.to_string(last)],
            "facts": {
                "turnover": float(facts.turnover),
                "breadth": facts.breadth,
                "on_time_percent": facts.on_time_percent
                and float(facts.on_time_percent),
                "term_days": facts.term_days,
            },
            "entitled": best.name or False,
            "why": account._column_lines(held, conditions, facts),
            "next": account._column_lines(better, conditions, facts),
            "demotion": account._demotion_words(grant),
        }

    def _policy_and_columns(self):
        today = self._today()
        policies, columns = self.env["kam.price.policy"], self.env["kam.price.column"]
        return (
            policies._of(self.company_id, today),
            columns._of(self.company_id, today),
        )

    def _column_window(self, policy):
        return eligibility.window(self._today(), policy.window_months or 12)

    def _entitled(self, columns, conditions, facts):
        """Return the best column whose conditions are met; the base one needs none."""
        ranked = [
            (column.rank, conditions[column.id])
            for column in columns
            if column.id in conditions
        ]
        best = eligibility.entitled(ranked, facts)
        if best:
            return columns.browse(best.column_id)
        return columns.filtered(lambda one: one.id not in conditions)[:1]

    def _column_lines(self, column, conditions, facts):
        if not column:
            return False
        lines = []
        if condition := conditions.get(column.id):
            lines = [
                {"met": one.met, "words": self._check_words(one)}
                for one in eligibility.checks(condition, facts)
            ]
            if condition.minimum_order:
                amount = self._money(condition.minimum_order)
                words = self.env._("Smallest order: %s.", amount)
                lines.append({"met": True, "words": words})
        if not lines:
            lines = [{"met": True, "words": self.env._("Asks for nothing.")}]
        return {"column": column.name, "lines": lines}

    def _money(self, amount):
        return format_amount(self.env, float(amount), self.currency_id)

    def _check_words(self, check):
        _ = self.env._
        need, have, missing = check.need, check.have, check.missing
        match check.name:
            case "turnover":
                words = _(
                    "Turnover at base prices %(have)s of %(need)s",
                    have=self._money(have),
                    need=self._money(need),
                )
                left = _("%s more", self._money(missing))
            case "breadth":
                words = _("%(have)s categories of %(need)s", have=have, need=need)
                left = _("%s more", missing)
            case "on_time_percent":
                known = _("nothing was due yet") if have is None else f"{have:.0f} %"
                words = _("Paid in time %(have)s of %(need)s %%", have=known, need=need)
                left = _("%s points more", f"{missing:.0f}")
            case "term_days_to":
                words = _(
                    "Payment term %(have)s days, at most %(need)s", have=have, need=need
                )
                left = _("%s days less", missing)
            case _other:
                words, left = _("Prepaid"), _("pays in %s days", have)
        return (
            f"{words}."
            if check.met
            else _("%(words)s: %(left)s.", words=words, left=left)
        )

    def _demotion_words(self, grant):
        if not grant.demote_on:
            return False
        return self.env._(
            "From %(day)s on: %(column)s, unless the conditions are met until then.",
            day=format_date(self.env, grant.demote_on),
            column=grant.next_column_id.name or self.env._("no column"),
        )

    def _compute_column_words(self):
        for account in self:
            account.column_words = (
                account._column_html(account.column_report()) if account.id else False
            )

    def _column_html(self, report):
        _ = self.env._
        if not report["policy"]:
            return _("There is no price policy in force yet.")
        parts = []
        for title, one in (
            (self._column_title(report), report["why"]),
            (
                _("For %s", report["next"]["column"]) if report["next"] else False,
                report["next"],
            ),
        ):
            if title:
                parts.append(Markup("<h6>%s</h6>") % title)
            if one:
                parts.append(_list(one["lines"]))
        if report["reason"] and report["basis"] != grants.POLICY:
            words = _(
                "%(who)s: “%(why)s”", who=report["granted_by"], why=report["reason"]
            )
            parts.insert(1, Markup("<p class='mb-2'>%s</p>") % words)
        if report["demotion"]:
            parts.append(
                Markup("<p class='text-warning-emphasis'>%s</p>") % report["demotion"]
            )
        window = " - ".join(format_date(self.env, one) for one in report["window"])
        foot = _(
            "%(policy)s. Window %(window)s.", policy=report["policy"], window=window
        )
        parts.append(Markup("<p class='text-muted small mb-0'>%s</p>") % foot)
        return Markup().join(parts)

    def _column_title(self, report):
        _ = self.env._
        if not report["column"]:
            return _("No column is granted: the base column holds")
        basis = dict(
            self.env["kam.price.grant"]
            ._fields["basis"]
            ._description_selection(self.env)
        )
        told = {
            "column": report["column"],
            "basis": basis.get(report["basis"], "").lower(),
            "day": format_date(self.env, report["date_from"]),
            "until": format_date(self.env, report["date_to"]),
        }
        if report["date_to"]:
            return _("%(column)s, %(basis)s from %(day)s until %(until)s", **told)
        return _("%(column)s, %(basis)s since %(day)s", **told)


def _list(lines):
    return Markup("<ul class='list-unstyled mb-2'>%s</ul>") % Markup().join(
        Markup("<li><i class='fa fa-fw %s' role='img'></i> %s</li>")
        % (
            "fa-check text-success" if one["met"] else "fa-times text-danger",
            one["words"],
        )
        for one in lines
    )
