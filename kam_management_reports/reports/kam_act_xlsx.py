"""The reconciliation act: two halves, balances, conclusion, signatures."""

from odoo import models

from ..kam_sheets.sheet import DATE, MONEY, STRONG, Column, Control, Formula, Row, Sheet

LINE = ("id", "date", "kind", "number", "debit", "credit")


class KamActXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.act_xlsx"
    _inherit = "kam.workbook"
    _description = "Reconciliation act as a workbook"
    _for_records = "kam.act"

    def _title(self):
        return self.env._("Reconciliation act")

    def _book(self, acts, asked):
        sheets = [self._sheet(act) for act in acts]
        company = acts[:1].company_id or self.env.company
        return self._make_book(self._title(), company, sheets, acts.currency_id)

    def _sheet(self, act):
        _ = self.env._
        money = {"kind": MONEY, "currency": act.currency_id.name, "width": 16}
        half = [
            Column(_("Date"), DATE, width=14),
            Column(_("Document"), width=30),
            Column(_("Debit"), **money),
            Column(_("Credit"), **money),
        ]
        shown = act._shown()
        return Sheet(
            name=act.number or self._title(),
            title=_("Act of reconciliation No. %s", act.number or ""),
            facts=[
                *self._print_facts(act.company_id),
                (_("Customer"), " · ".join(filter(None, self._customer(act)))),
                (_("Period"), f"{self._day(act.date_from)} … {self._day(act.date_to)}"),
                (_("Currency"), act.currency_id.name),
                (_("Agreement(s)"), act.agreement or ""),
            ],
            columns=half + half,
            bands=[
                (_("By the data of %s", act.company_id.name), 4),
                (_("By the data of %s", act.partner_id.name), 4),
            ],
            rows=self._rows(act, shown),
            size=len(act.line_ids) + len(act.their_ids),
            controls=[
                Control(
                    _("Closing less opening and turnover"),
                    shown["closing"]
                    - shown["opening"]
                    - shown["debit"]
                    + shown["credit"],
                    zero=True,
                )
            ],
            foot=self._foot(act),
            filter=False,
            freeze=0,
        )

    def _customer(self, act):
        # sudo: name and tax number of the customer whose act one reads
        partner = act.partner_id.sudo()
        return partner.name, partner.vat

    def _rows(self, act, shown):
        """Yield opening, operations, turnover and closing; the sums are live."""
        _ = self.env._
        empty = (None,) * 4
        opening = act._sided(shown["opening"])
        yield Row((None, _("Opening balance"), *opening, *empty), STRONG)
        count = 1  # rows up to the turnover
        for row in self._operations(act):
            count += 1
            yield row
        sums = [
            Formula(lambda at: f"=SUM(C{at(1)}:C{at(count - 1)})", shown["debit"]),
            Formula(lambda at: f"=SUM(D{at(1)}:D{at(count - 1)})", shown["credit"]),
        ]
        if count == 1:
            sums = [0, 0]
        yield Row((None, _("Turnover of the period"), *sums, *empty), STRONG)
        theirs = act.their_closing
        beside = (None, None, max(-theirs, 0) or None, max(theirs, 0) or None)
        closing = self._closing(shown["closing"], count)
        yield Row((None, _("Closing balance"), *closing, *beside), STRONG)

    def _closing(self, owed, count):
        """Return debit and credit of the closing balance, as formulas."""

        def balance(at):
            first, last = at(0), at(count)
            return f"C{first}+C{last}-D{first}-D{last}"

        return (
            Formula(lambda at: f"=MAX({balance(at)},0)", max(owed, 0)),
            Formula(lambda at: f"=MAX(-({balance(at)}),0)", max(-owed, 0)),
        )

    def _operations(self, act):
        """Yield the documents of ours, each beside what the customer has of it."""
        beside = {}
        for one in act.their_ids:
            half = (one.date or None, one.number, one.credit or None, one.debit or None)
            beside.setdefault(one.line_id.id, []).append(half)
        empty = (None,) * 4
        kinds = self._labels("kam.act.line", "kind")
        lines = self.env["kam.act.line"]
        found = lines._search([("act_id", "=", act.id)])
        terms = [lines._field_to_sql(found.table, name, found) for name in LINE]
        for key, day, kind, number, debit, credit in self._streamed(
            found.select(*terms)
        ):
            theirs = beside.pop(key, ())
            if not (debit or credit or theirs):
                continue
            words = f"{kinds.get(kind, '')} {number or ''}".strip()
            ours = (day, words, debit or None, credit or None)
            yield (*ours, *(theirs[0] if theirs else empty))
            for half in theirs[1:]:
                yield (*empty, *half)
        for halves in beside.values():
            for half in halves:
                yield (*empty, *half)

    def _foot(self, act):
        _ = self.env._
        blank = "________________ / "
        return [
            [(0, act._conclusion(), "strong")],
            [],
            [(0, act.company_id.name, "strong"), (4, act.partner_id.name, "strong")],
            [
                (0, blank + (act.our_signatory or ""), ""),
                (4, blank + (act.signatory or ""), ""),
            ],
            [
                (0, _("on the authority of %s", act.our_authority or "____"), "label"),
                (4, _("power of attorney No. %s", act.authority or "____"), "label"),
            ],
        ]
