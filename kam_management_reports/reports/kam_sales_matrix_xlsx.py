"""Sales history: customers, products, months, with gaps."""

from odoo import fields, models
from odoo.fields import Domain

from ..kam_sheets.gaps import gaps
from ..kam_sheets.sheet import INTEGER, MONEY, Column, Sheet, grouped, total_of

MONTHS = 36


class KamSalesMatrixXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.sales_matrix_xlsx"
    _inherit = "kam.workbook"
    _description = "Sales history: customers, products, months"
    _code = "sales_matrix"
    _asks = ("period", "account_ids", "user_ids")
    _groups = "kam_management.group_kam_user"

    def _title(self):
        return self.env._("Sales history by product and month")

    def _note(self):
        return self.env._(
            "A coloured 0 is a gap: a month without purchase after the first one. At"
            " most 36 months."
        )

    def _size(self, objs, asked):
        [(count,)] = self.env["account.move.line"]._read_group(
            self._domain(objs, asked), [], ["product_id:count_distinct"]
        )
        return count * max(len(objs or asked.account_ids), 1)

    def _domain(self, objs, asked):
        accounts = objs or asked.account_ids
        if not accounts:
            mine = Domain("status", "in", ("key", "suspended"))
            if asked.user_ids:
                mine &= Domain("user_id", "in", asked.user_ids.ids)
            accounts = self.env["kam.account"].search(mine)
        return (
            Domain("parent_state", "=", "posted")
            & Domain("display_type", "=", "product")
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("partner_id", "in", accounts.partner_id.ids)
            & Domain("product_id", "!=", False)
            & Domain("date", ">=", self._first(asked))
            & Domain("date", "<=", asked.date_to)
        )

    def _first(self, asked):
        earliest = fields.Date.subtract(asked.date_to.replace(day=1), months=MONTHS - 1)
        return max(asked.date_from, earliest)

    def _book(self, objs, asked):
        _ = self.env._
        months = self._months(self._first(asked), asked.date_to)
        columns = [
            Column(_("Product"), width=44),
            *(
                Column(
                    f"{one:%Y-%m}",
                    MONEY,
                    width=13,
                    total="sum",
                    name=f"m{n}",
                    flag="gap",
                )
                for n, one in enumerate(months)
            ),
            Column(_("Sum"), MONEY, total="sum", name="sum"),
            Column(_("Gaps"), INTEGER, flag="late"),
            Column(_("Months quiet"), INTEGER, flag="late"),
        ]
        rows = list(self._rows(objs, asked, months))
        sheet = Sheet(
            name=_("Sales history"),
            title=self._title(),
            facts=[
                *self._print_facts(self.env.company, asked),
                (_("Amounts"), _("Invoiced less returned, without tax")),
            ],
            columns=columns,
            rows=grouped(
                [row for _name, row in rows],
                _key(rows),
                lambda name, _some: name,
                columns,
            ),
            filter=False,
        )
        return self._make_book(self._title(), self.env.company, [sheet])

    def _months(self, first, last):
        found, month = [], first.replace(day=1)
        while month <= last:
            found.append(month)
            month = fields.Date.add(month, months=1)
        return found

    def _rows(self, objs, asked, months):
        """Yield (customer, row), by customer, the best sold product first."""
        groups = self.env["account.move.line"]._read_group(
            self._domain(objs, asked),
            ["partner_id", "product_id", "date:month"],
            ["balance:sum"],
        )
        place = {month: n for n, month in enumerate(months)}
        found = {}
        for partner, product, month, amount in groups:
            row = found.setdefault((partner, product), [None] * len(months))
            row[place[fields.Date.to_date(month)]] = -amount  # income is credit
        currency = self.env.company.currency_id
        for (partner, product), amounts in sorted(found.items(), key=_best_first):
            values = [one and currency.round(one) for one in amounts]
            cells, broken, quiet = gaps(values)
            yield (
                partner.display_name,
                (
                    product.display_name,
                    *cells,
                    total_of(values),
                    broken or None,
                    quiet or None,
                ),
            )


def _key(rows):
    names = {id(row): name for name, row in rows}
    return lambda row: names[id(row)]


def _best_first(item):
    (partner, _product), amounts = item
    return (partner.name or "", partner.id, -sum(filter(None, amounts)))
