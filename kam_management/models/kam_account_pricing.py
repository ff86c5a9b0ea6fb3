"""The price column of an account: which, why, and what is missing for the next."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ..kam_core import measures
from ..kam_core.pricing import eligibility, grants
from .kam_price_grant import IN_FORCE


class KamAccount(models.Model):
    _inherit = "kam.account"

    price_column_id = fields.Many2one(
        "kam.price.column",
        "Price column",
        compute="_compute_price_column",
        search="_search_price_column",
        compute_sudo=True,  # which column, of an account that one may read
        help="Granted and in force today.",
    )
    price_grant_id = fields.Many2one(
        "kam.price.grant",
        "Granted column",
        compute="_compute_price_column",
        compute_sudo=True,
    )
    price_grant_ids = fields.One2many(
        "kam.price.grant", "account_id", "Granted columns", readonly=True
    )
    column_words = fields.Html(
        "Why this column", compute="_compute_column_words", sanitize=False
    )

    def _compute_price_column(self):
        held = self.env["kam.price.grant"]._in_force(self._origin.ids, self._today())
        for account in self:
            grant_id, column_id = held.get(account._origin.id, (False, False))
            account.price_grant_id, account.price_column_id = grant_id, column_id

    @api.model
    def _search_price_column(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["kam.price.grant"].flush_model()
        ids = SQL("(SELECT id FROM kam_account)")
        held = SQL(IN_FORCE, accounts=ids, day=self._today())
        wanted = tuple(one for one in value if one) or (0,)
        found = Domain(
            "id",
            "in",
            SQL(
                "(SELECT h.account_id FROM (%s) AS h WHERE h.column_id IN %s)",
                held,
                wanted,
            ),
        )
        if False in value:
            found |= ~Domain("id", "in", SQL("(SELECT h.account_id FROM (%s) h)", held))
        return found

    # ------------------------------------------------------------------- report
    @api.readonly
    def column_report(self):
        """Return which column an account has, why, and what is missing for the next.

        All amounts are company currency, without tax, at the base price before any
        discount, over the policy's present window.

        :return: dict ``column`` (name or False), ``basis``, ``date_from``, ``date_to``,
            ``policy`` (version), ``window`` (first and last day), ``facts``
            (``turnover``, ``breadth``, ``on_time_percent``, ``term_days``),
            ``entitled`` (name of the column the policy gives), ``why`` and ``next``:
            dicts ``column`` and ``lines`` (list of ``{met, words}``), ``demotion``
            (sentence or False)
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
        better = columns.filtered(lambda one: one.rank > (held.rank or 0))[:1]
        best = account._entitled(columns, conditions, facts)
        grant = account.price_grant_id
        return {
            "column": held.name or False,
            "basis": grant.basis or False,
            "reason": grant.reason or False,
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
        basis = dict(
            self.env["kam.price.grant"]
            ._fields["basis"]
            ._description_selection(self.env)
        )
        parts = []
        for title, one in (
            (
                _(
                    "%(column)s, %(basis)s since %(day)s",
                    column=report["column"],
                    basis=basis.get(report["basis"], "").lower(),
                    day=format_date(self.env, report["date_from"]),
                )
                if report["column"]
                else _("No column is granted: the base column holds"),
                report["why"],
            ),
            (
                _("For %s", report["next"]["column"]) if report["next"] else False,
                report["next"],
            ),
        ):
            if title:
                parts.append(Markup("<h6>%s</h6>") % title)
            if one:
                parts.append(_list(one["lines"]))
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

    # ------------------------------------------------------------------- grant
    def grant_column(
        self,
        column_id,
        basis="policy",
        reason=None,
        date_from=None,
        date_to=None,
        expected_version=None,
        command_id=None,
    ):
        """Grant a price column to accounts.

        By policy the account's own manager grants it, when the conditions are met; by
        agreement or as an exception the head of sales does, or an approval
        (``kam.approval.ask`` of kind ``column`` about the account).

        :param column_id: id of the column
        :param basis: ``policy``, ``agreement`` or ``exception``
        :param reason: why, in a sentence; may be left out by policy
        :param date_from: date, ``YYYY-MM-DD``; today when left out
        :param date_to: last day, included; an exception needs one
        :param expected_version: refuse when an account changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of what was granted
        """

        def action(model):
            accounts = model.browse(self.ids)
            accounts.check_access("write")
            if expected_version is not None:
                accounts._check_version(accounts._load(), expected_version)
            column = accounts._column_given(column_id)
            made = self.env["kam.price.grant"]
            for account in accounts:
                account._check_may_grant(column, basis)
                made += account._grant(column, basis, reason, date_from, date_to)
            return made.ids

        request = ["grant", self.ids, column_id, basis, reason, date_from, date_to]
        return self._once(command_id, [*request, expected_version], action)

    def _column_given(self, column_id):
        if type(column_id) is not int or not 0 < column_id < 2**31:
            raise UserError(self.env._("“Column” is the id of a price column."))
        # sudo: the columns of one's own company are known to whoever works there
        column = self.env["kam.price.column"].sudo().browse(column_id).exists()
        if not column or column.company_id not in self.company_id:
            raise UserError(
                self.env._("“Column” is not one of this company; choose another.")
            )
        return column

    def _check_may_grant(self, column, basis):
        if basis != grants.POLICY:
            if self._may_decide() == self:
                return
            raise AccessError(
                self.env._(
                    "Beyond the policy a column is granted by the head of sales. Press"
                    " Ask for approval."
                )
            )
        # sudo: the conditions are judged by all invoices of the customer
        account = self.sudo()
        policy, columns = account._policy_and_columns()
        first, last = account._column_window(policy)
        [facts] = account._column_facts(first, min(last, self._today())).values()
        best = account._entitled(columns, policy._conditions(), facts)
        if column.rank > (best.rank or 0):
            lines = account._column_lines(column, policy._conditions(), facts)
            raise UserError(
                self.env._(
                    "The policy does not give %(column)s to %(name)s: %(why)s Ask for"
                    " approval of an exception.",
                    column=column.name,
                    name=self.display_name,
                    why=" ".join(
                        one["words"] for one in lines["lines"] if not one["met"]
                    ),
                )
            )

    def _grant(self, column, basis, reason, date_from, date_to, approval=None):
        """Record the grant, end those of the same basis, and mirror the prices."""
        day = self._day(date_from)
        policy, _columns = self.sudo()._policy_and_columns()
        values = {
            "account_id": self.id,
            "company_id": self.company_id.id,
            "column_id": column.id,
            "basis": basis,
            "reason": self._reason(reason),
            "date_from": day,
            "date_to": self._day_given(date_to),
            "granted_by_id": self.env.uid,
            "approval_id": approval and approval.id,
            "policy_id": policy.id or None,
        }
        # sudo: rights are read-only; who grants was checked
        model = self.env["kam.price.grant"].sudo()
        before = model.search(
            [
                ("account_id", "=", self.id),
                ("basis", "=", basis),
                ("ended_on", "=", False),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        made = model.create(values)
        if basis == grants.POLICY and before:
            words = self._reason(self.env._("Replaced by %s.", column.name))
            before._command(grants.End(day, words))
        self.sudo()._mirror_pricelist()
        return made.sudo(False)

    # ------------------------------------------------------------------ mirror
    def _mirror_pricelist(self):
        """Write the pricelist of the column in force into Odoo's customer.

        sudo: the mirror follows a decision that was checked
        """
        for account in self.sudo():
            column = account.price_column_id or account._base_column()
            companies = (
                self.env["res.company"]
                .sudo()
                .search([("id", "child_of", account.company_id.id)])
            )
            for company in companies:
                partner = account.partner_id.with_company(company)
                wanted = column.pricelist_id if column else column.pricelist_id.browse()
                if column and partner.specific_property_product_pricelist != wanted:
                    partner.specific_property_product_pricelist = wanted

    def _base_column(self):
        return self.env["kam.price.column"]._of(self.company_id, self._today())[:1]

    def action_grant_column(self):
        """Open the dialog that grants a column, or asks for it."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_price_grant_wizard_action"
        )
        return {**action, "context": {"default_account_id": self[:1].id}}

    # ---------------------------------------------------------------- approvals
    def _kam_measure(self, kind):
        """Return what an account takes beyond the rules: nothing of itself."""
        return {}


def _list(lines):
    return Markup("<ul class='list-unstyled mb-2'>%s</ul>") % Markup().join(
        Markup("<li><i class='fa fa-fw %s' role='img'></i> %s</li>")
        % (
            "fa-check text-success" if one["met"] else "fa-times text-danger",
            one["words"],
        )
        for one in lines
    )


class KamApproval(models.Model):
    _inherit = "kam.approval"

    def _tell_requester(self):
        """An approved column of an account is granted at once."""
        result = super()._tell_requester()
        granted = self.state == "approved" and self.kind == "column"
        if granted and self.res_model == "kam.account":
            self._grant_column()
        return result

    def _grant_column(self):
        measure = measures.decode(self.granted)
        column_id = str(measure.get("column", "")).lstrip("#")
        account = self.env["kam.account"].browse(self.res_id)
        if not column_id.isdigit() or not account.exists():
            return
        column = account._column_given(int(column_id))
        until = self.granted_until or fields.Date.add(account._today(), years=1)
        made = account._grant(
            column, grants.EXCEPTION, self.reason, None, until, approval=self
        )
        self._use_up(made, "column")
