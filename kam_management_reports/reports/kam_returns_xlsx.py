"""Returns and refusals by reason, product, customer, and their share of sales."""

from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from ..kam_sheets import losses
from ..kam_sheets.losses import CANCELLED, CUT, REFUSED, RETURNED
from ..kam_sheets.sheet import (
    DATE,
    DECIMAL,
    INTEGER,
    MONEY,
    RATIO,
    Chart,
    Column,
    Control,
    Sheet,
    exact,
)


class KamReturnsXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.returns_xlsx"
    _inherit = ("kam.losses", "kam.workbook")
    _description = "Returns and refusals as a workbook"
    _code = "returns"
    _asks = ("period", "detail", "user_ids", "account_ids", "partner_ids")
    _groups = "kam_management.group_kam_user"
    _usual = {"period": "last_month"}

    def _title(self):
        return self.env._("Returns and refusals")

    def _note(self):
        return self.env._(
            "Credit notes, cancelled orders, what was ordered and not delivered, and"
            " quotations that were refused."
        )

    def _size(self, objs, asked):
        if asked.detail != "detail":
            return 0
        lines = self.env["sale.order.line"]
        counts = [
            self.env["account.move.line"].search_count(self._invoiced(objs, asked, 1)),
            lines.search_count(self._ordered(objs, asked, "cancel")),
            lines.search_count(self._ordered(objs, asked, "sale") & self._ended()),
        ]
        return sum(counts)

    # ----------------------------------------------------------------------- book
    def _book(self, objs, asked):
        found = self._losses(objs, asked)
        facts = [
            *self._print_facts(self.env.company, asked),
            (
                self.env._("Amounts"),
                self.env._(
                    "Without tax, %s; credit notes by accounting date, orders by order"
                    " date",
                    self.env.company.currency_id.name,
                ),
            ),
        ]
        if asked.user_ids:
            facts.append((self.env._("Managers"), self.env._("Those of today")))
        proof = self._proof(objs, asked, found)
        sheets = [
            self._by_reason(found, facts, proof),
            self._by_product(found, facts, self._sold(objs, asked, "product_id")),
            self._by_customer(found, facts, self._sold(objs, asked, "partner_id")),
        ]
        if asked.detail == "detail":
            sheets.append(self._lines(found, facts))
        return self._make_book(self._title(), self.env.company, sheets)

    def _proof(self, objs, asked, found):
        """Return the control lines: what the ledger says, and the share of all."""
        _ = self.env._
        moves = Domain("move_type", "=", "out_refund") & Domain("state", "=", "posted")
        moves &= Domain("company_id", "child_of", self.env.company.id)
        moves &= Domain("date", ">=", asked.date_from)
        moves &= Domain("date", "<=", asked.date_to)
        customers = self._customers(objs, asked)
        if customers is not None:
            moves &= Domain("commercial_partner_id", "in", customers.ids)
        [(ledger,)] = self.env["account.move"]._read_group(
            moves, [], ["amount_untaxed_signed:sum"]
        )
        [(sold,)] = self.env["account.move.line"]._read_group(
            self._invoiced(objs, asked, 0), [], ["balance:sum"]
        )
        ledger, sold = -exact(ledger or 0), -exact(sold or 0)
        here = sum((one.amount for one in found if one.kind == RETURNED), Decimal(0))
        controls = [
            Control(_("Credit notes in the ledger"), ledger),
            Control(
                _("Difference to ledger"),
                here - ledger,
                "=ROUND({total_returned}-{control_0},2)",
                zero=True,
            ),
            Control(_("Invoiced in the period"), sold),
        ]
        if (ratio := losses.share(here, sold)) is not None:
            words = _("Returned, share of what was invoiced")
            formula = "={total_returned}/{control_2}"
            controls.append(Control(words, ratio, formula, kind=RATIO))
        return controls

    def _words(self):
        _ = self.env._
        return {
            RETURNED: _("Credit note"),
            CANCELLED: _("Order cancelled"),
            CUT: _("Order cut"),
            REFUSED: _("Quotation refused"),
        }

    # --------------------------------------------------------------------- sheets
    def _by_reason(self, found, facts, proof):
        _ = self.env._
        columns = [
            Column(_("Reason")),
            Column(_("Documents"), INTEGER, width=12),
            Column(_("Returned"), MONEY, total="sum", name="returned"),
            Column(_("Cancelled"), MONEY, total="sum", name="cancelled"),
            Column(_("Cut"), MONEY, total="sum", name="cut"),
            Column(_("Refused"), MONEY, total="sum", name="refused"),
            Column(_("Share of all losses"), RATIO, flag="bar"),
        ]
        everything = sum((one.amount for one in found), Decimal(0))
        rows = [
            (
                reason or _("Not given"),
                len(one.documents),
                *(one.amounts[kind] or None for kind in losses.KINDS),
                losses.share(one.weight(), everything),
            )
            for reason, one in losses.tally(found, lambda one: one.reason).items()
        ]
        chart = Chart(_("Losses by reason"), 0, (2, 3, 4, 5), "bar", stacked=True)
        return Sheet(
            name=_("By reason"),
            title=self._title(),
            facts=facts,
            columns=columns,
            rows=rows,
            controls=proof,
            chart=chart if rows else None,
        )

    def _amount_columns(self):
        _ = self.env._
        money = {"kind": MONEY, "total": "sum"}
        return [
            Column(_("Invoiced"), name="invoiced", **money),
            Column(_("Returned"), name="returned", **money),
            Column(
                _("Returned, share of sales"),
                RATIO,
                formula='=IF({invoiced}>0,{returned}/{invoiced},"")',
            ),
            Column(_("Ordered"), name="ordered", **money),
            Column(_("Cancelled"), name="cancelled", **money),
            Column(_("Cut"), name="cut", **money),
            Column(
                _("Cancelled and cut, share of orders"),
                RATIO,
                formula='=IF({ordered}>0,({cancelled}+{cut})/{ordered},"")',
            ),
            Column(_("Quotations refused"), name="refused", **money),
        ]

    def _amounts(self, key, one, sold):
        """Return the values of :meth:`_amount_columns`.

        :param key: product or customer
        :param sold: what :meth:`_sold` returned; the quotations refused, which were no
            orders, are in what was ordered
        """
        invoiced, ordered = (amounts.get(key, Decimal(0)) for amounts in sold)
        ordered -= one.amounts[REFUSED]
        return (
            invoiced,
            one.amounts[RETURNED],
            losses.share(one.amounts[RETURNED], invoiced),
            ordered,
            one.amounts[CANCELLED],
            one.amounts[CUT],
            losses.share(one.missed(), ordered),
            one.amounts[REFUSED],
        )

    def _by_product(self, found, facts, sold):
        _ = self.env._
        tallies = losses.tally(found, lambda one: one.product_id)
        names, units = self._products(tallies)
        rows = [
            (
                names.get(key) or _("Without product"),
                units.get(key),
                one.quantities[RETURNED] or None,
                one.quantities[CUT] or None,
                *self._amounts(key, one, sold),
            )
            for key, one in tallies.items()
        ]
        return Sheet(
            name=_("By product"),
            title=_("Returns and refusals by product"),
            facts=facts,
            columns=[
                Column(_("Product")),
                Column(_("Unit"), width=10),
                Column(_("Returned, quantity"), DECIMAL),
                Column(_("Cut, quantity"), DECIMAL),
                *self._amount_columns(),
            ],
            rows=rows,
            charts=[Chart(_("Returned"), 0, (5,)), Chart(_("Cut"), 0, (9,))]
            if rows
            else [],
        )

    def _products(self, ids):
        # sudo: names of products on documents that one reads, and their units
        products = self.env["product.product"].sudo().browse(set(ids) - {0}).exists()
        names = {one.id: one.display_name for one in products}
        return names, {one.id: one.uom_id.name for one in products}

    def _by_customer(self, found, facts, sold):
        _ = self.env._
        tallies = losses.tally(found, lambda one: one.customer_id)
        names = self._names(tallies)
        accounts = self.env["kam.account"].search([("partner_id", "in", list(tallies))])
        # sudo: names of colleagues
        managers = {one.partner_id.id: one.user_id.sudo().name for one in accounts}
        rows = [
            (
                names.get(key),
                managers.get(key) or None,
                *self._amounts(key, one, sold),
            )
            for key, one in tallies.items()
        ]
        return Sheet(
            name=_("By customer"),
            title=_("Returns and refusals by customer"),
            facts=facts,
            columns=[
                Column(_("Customer")),
                Column(_("Manager")),
                *self._amount_columns(),
            ],
            rows=rows,
        )

    def _names(self, ids):
        # sudo: names of customers whose documents one reads
        partners = self.env["res.partner"].sudo().browse(set(ids) - {None})
        return {one.id: one.display_name for one in partners}

    # ---------------------------------------------------------------------- lines
    def _lines(self, found, facts):
        _ = self.env._
        columns = [
            Column(_("Kind"), width=18),
            Column(_("Document"), width=24),
            Column(_("Date"), DATE),
            Column(_("Made from"), width=24),
            Column(_("Customer")),
            Column(_("Product")),
            Column(_("Quantity"), DECIMAL),
            Column(_("Unit"), width=10),
            Column(_("Amount"), MONEY, total="sum", name="amount"),
            Column(_("Reason"), width=40),
        ]
        documents = self._documents({one.document for one in found})
        names = self._names({one.customer_id for one in found})
        products, units = self._products({one.product_id for one in found})
        words = self._words()
        rows = (
            (
                words[one.kind],
                *documents[one.document],
                names.get(one.customer_id),
                products.get(one.product_id),
                one.quantity,
                units.get(one.product_id),
                one.amount,
                one.reason,
            )
            for one in found
        )
        return Sheet(
            name=_("Lines"),
            title=_("Every line, with its document"),
            facts=facts,
            columns=columns,
            rows=rows,
            size=len(found),
        )

    def _documents(self, keys):
        """Return {(model, id): (name, date, what it was made from)}."""
        moves = self.env["account.move"].browse(
            {key for model, key in keys if model == "account.move"}
        )
        orders = self.env["sale.order"].browse(
            {key for model, key in keys if model == "sale.order"}
        )
        found = {
            ("account.move", one.id): (
                one.name,
                one.date,
                # sudo: the name of the invoice that a credit note takes back
                one.reversed_entry_id.sudo().name or one.invoice_origin or None,
            )
            for one in moves
        }
        for one in orders:
            day = self._local(one.date_order).date()
            found["sale.order", one.id] = (one.name, day, one.origin or None)
        return found
