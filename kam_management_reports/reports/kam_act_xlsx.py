"""The reconciliation act: two halves, balances, conclusion, signatures."""

from odoo import models

from ..kam_sheets.sheet import DATE, MONEY, STRONG, Column, Control, Formula, Row, Sheet


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
        pairs = list(act._halves())
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
            rows=self._rows(act, pairs, shown),
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

    def _rows(self, act, pairs, shown):
        """Return opening, operations, turnover and closing; the sums are live."""
        _ = self.env._
        opening = act._sided(shown["opening"])
        rows = [Row((None, _("Opening balance"), *opening, None, None, None, None))]
        for pair in pairs:
            rows += self._pair(pair["ours"], list(pair["theirs"]))
        count = len(rows)
        sums = [
            Formula(lambda at: f"=SUM(C{at(1)}:C{at(count - 1)})", shown["debit"]),
            Formula(lambda at: f"=SUM(D{at(1)}:D{at(count - 1)})", shown["credit"]),
        ]
        if count == 1:
            sums = [0, 0]
        balance = "C{0}+C{1}-D{0}-D{1}"
        owed = shown["closing"]
        closing = [
            Formula(
                lambda at: f"=MAX({balance.format(at(0), at(count))},0)", max(owed, 0)
            ),
            Formula(
                lambda at: f"=MAX(-({balance.format(at(0), at(count))}),0)",
                max(-owed, 0),
            ),
        ]
        theirs = act.their_closing
        rows.append(
            Row((None, _("Turnover of the period"), *sums, None, None, None, None))
        )
        rows.append(
            Row(
                (
                    None,
                    _("Closing balance"),
                    *closing,
                    None,
                    None,
                    max(-theirs, 0) or None,
                    max(theirs, 0) or None,
                )
            )
        )
        strong = (0, count, count + 1)
        return [
            Row(row.values, STRONG) if number in strong else row
            for number, row in enumerate(rows)
        ]

    def _pair(self, line, theirs):
        """Return the rows of one document of ours and what stands beside it."""
        ours = (None, None, None, None)
        if line:
            kind = self._labels("kam.act.line", "kind").get(line.kind, "")
            ours = (line.date, f"{kind} {line.number or ''}".strip())
            ours += (line.debit or None, line.credit or None)
        beside = [
            (one.date or None, one.number, one.credit or None, one.debit or None)
            for one in theirs
        ] or [(None, None, None, None)]
        rows = [Row((*ours, *beside[0]))]
        return rows + [Row((None, None, None, None, *one)) for one in beside[1:]]

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
