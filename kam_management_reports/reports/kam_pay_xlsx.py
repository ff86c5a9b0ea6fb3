"""Statements of pay: what is owed, down to the invoice, the payment and the rule."""

from odoo import models
from odoo.exceptions import UserError

from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    MONEY,
    RATIO,
    Column,
    Control,
    Sheet,
    grouped,
    total_of,
)


class KamPayXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.pay_xlsx"
    _inherit = "kam.workbook"
    _description = "Pay statements as a workbook"
    _code = "pay"
    _asks = ("period", "user_ids")
    _groups = "kam_management.group_kam_user,kam_management.group_kam_payroll"
    _for_records = "kam.pay.statement"

    def _title(self):
        return self.env._("Pay statements")

    def _note(self):
        return self.env._("Only statements that you may read: your own, or as payroll.")

    def _book(self, objs, asked):
        statements = objs or self._asked_for(asked)
        if not statements:
            raise UserError(
                self.env._("No statement of pay of this period is yours to read.")
            )
        companies = statements.company_id
        if len(companies) > 1:
            raise UserError(
                self.env._("Choose statements of one company: currencies may differ.")
            )
        lines = statements.line_ids.sorted(
            lambda one: (one.statement_id.date_from, one.statement_id.id, one.sequence)
        )
        facts = self._print_facts(companies)
        sheets = [
            self._summary(statements, lines, facts),
            self._drill(statements, lines, facts),
        ]
        return self._make_book(self._title(), companies, sheets)

    def _asked_for(self, asked):
        domain = [
            ("date_from", ">=", asked.date_from),
            ("date_to", "<=", asked.date_to),
            ("company_id", "in", self.env.company.root_id.ids),
        ]
        if asked.user_ids:
            domain.append(("user_id", "in", asked.user_ids.ids))
        return self.env["kam.pay.statement"].search(domain)

    @staticmethod
    def _owed(statement):
        """Return what a statement says: the total when closed, else the estimate."""
        closed = statement.state == "closed"
        return statement.total if closed else statement.estimate

    # ------------------------------------------------------------------- summary
    def _summary(self, statements, lines, facts):
        _ = self.env._
        columns = [
            Column(_("Statement"), width=34),
            Column(_("Key figure, kind"), width=30),
            Column(_("Fact"), DECIMAL),
            Column(_("Plan"), DECIMAL),
            Column(_("Attainment"), RATIO),
            Column(_("Base"), MONEY),
            Column(_("Paid of it"), RATIO),
            Column(_("Amount"), MONEY, name="amount", total="sum"),
        ]
        names = {one.id: self._statement_name(one) for one in statements}
        rows = []
        for statement in statements:
            mine = lines.filtered(lambda one, s=statement: one.statement_id == s)
            rows += [(names[statement.id], *row) for row in self._parts(mine)]
        owed = total_of(self._owed(one) for one in statements)
        return Sheet(
            name=_("Pay"),
            title=self._title(),
            facts=facts,
            columns=columns,
            rows=grouped(rows, lambda row: row[0], lambda name, _rows: name, columns),
            controls=self._proof(owed, total_of(one.amount for one in lines)),
            filter=False,
            breaks=True,
        )

    def _parts(self, lines):
        """Yield the lines of the scheme, then commission and adjustments as sums."""
        kinds = self._labels("kam.pay.statement.line", "kind")
        for one in lines.filtered(lambda one: one.kind == "bonus"):
            yield (
                one.kpi_id.display_name,
                one.fact,
                one.plan,
                one.attained,
                one.base,
                one.ratio,
                one.amount,
            )
        for kind in ("commission", "adjustment"):
            some = lines.filtered(lambda one, k=kind: one.kind == k)
            if some:
                base = total_of(some.mapped("base")) if kind == "commission" else None
                amount = total_of(some.mapped("amount"))
                yield (kinds[kind], None, None, None, base, None, amount)

    def _proof(self, owed, found):
        _ = self.env._
        return [
            Control(_("Owed by the statements"), owed),
            Control(
                _("Difference to the lines"),
                found - owed,
                formula="={total_amount}-{control_0}",
                zero=True,
            ),
        ]

    # ---------------------------------------------------------------- drill-down
    def _drill(self, statements, lines, facts):
        _ = self.env._
        columns = [
            Column(_("Statement"), width=34),
            Column(_("Kind"), width=14),
            Column(_("Made by"), width=34),
            Column(_("Customer"), width=30),
            Column(_("Date"), DATE),
            Column(_("Rule"), width=44),
            Column(_("Base"), MONEY),
            Column(_("Rate"), RATIO),
            Column(_("Amount"), MONEY, name="amount", total="sum"),
        ]
        kinds = self._labels("kam.pay.statement.line", "kind")
        names = {one.id: self._statement_name(one) for one in statements}
        rows = [
            (
                names[one.statement_id.id],
                kinds[one.kind],
                one.origin,
                # sudo: the name of a customer whose deal is paid
                one.partner_id.sudo().display_name if one.partner_id else None,
                one.date or None,
                self._rule(one),
                one.base,
                one.ratio,
                one.amount,
            )
            for one in lines
        ]
        owed = total_of(self._owed(one) for one in statements)
        return Sheet(
            name=_("Lines"),
            title=_("Every line, with what made it"),
            facts=facts,
            columns=columns,
            rows=rows,
            controls=self._proof(owed, total_of(one.amount for one in lines)),
        )

    def _rule(self, line):
        """Return the words of the rule that a line goes by."""
        _ = self.env._
        scheme = line.statement_id.scheme_id
        if line.kind == "bonus":
            return _(
                "%(scheme)s: curve of %(kpi)s",
                scheme=scheme.display_name,
                kpi=line.kpi_id.display_name,
            )
        if line.kind == "commission":
            base = dict(self._labels("kam.pay.scheme", "commission_base")).get(
                scheme.commission_base, ""
            )
            return _(
                "%(scheme)s: commission, %(base)s",
                scheme=scheme.display_name,
                base=base.lower(),
            )
        return _("Adjustment of %s", line.closed_id.display_name or "")

    def _statement_name(self, statement):
        states = self._labels("kam.pay.statement", "state")
        return self.env._(
            "%(who)s, %(first)s … %(last)s (%(state)s)",
            who=statement.user_id.name,
            first=self._day(statement.date_from),
            last=self._day(statement.date_to),
            state=states[statement.state].lower(),
        )
