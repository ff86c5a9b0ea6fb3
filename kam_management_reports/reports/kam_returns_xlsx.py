"""Returns and refusals by reason, product, customer, and their share of sales.

Credit notes count by accounting date, orders by order date. An order is cut when less
was delivered than ordered and nothing more comes: its rest was given up, its deliveries
have all ended, or it was locked.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_sheets import losses
from ..kam_sheets.losses import CANCELLED, CUT, REFUSED, RETURNED, Loss
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
)

MOVE_LINE = ("move_id", "product_id", "partner_id", "product_uom_id", "quantity")
ORDER_LINE = ("order_id", "product_id", "product_uom_id")
INVOICES = ("out_invoice", "out_receipt")


class KamReturnsXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.returns_xlsx"
    _inherit = "kam.workbook"
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

    # -------------------------------------------------------------------- domains
    def _customers(self, objs, asked):
        """Return the customers asked for; None: all that the reader may see."""
        accounts = objs or asked.account_ids
        if asked.user_ids:
            theirs = Domain("user_id", "in", asked.user_ids.ids)
            if accounts:
                theirs &= Domain("id", "in", accounts.ids)
            accounts = self.env["kam.account"].search(theirs)
        elif not accounts and not asked.partner_ids:
            return None
        return accounts.partner_id | asked.partner_ids.commercial_partner_id

    def _invoiced(self, objs, asked, refunds):
        """Return the domain of lines of credit notes, or of invoices."""
        types = ("out_refund",) if refunds else INVOICES
        domain = (
            Domain("parent_state", "=", "posted")
            & Domain("display_type", "=", "product")
            & Domain("move_type", "in", types)
            & Domain("company_id", "child_of", self.env.company.id)
            & Domain("date", ">=", asked.date_from)
            & Domain("date", "<=", asked.date_to)
        )
        customers = self._customers(objs, asked)
        if customers is not None:
            domain &= Domain("partner_id", "in", customers.ids)
        return domain

    def _ordered(self, objs, asked, state):
        """Return the domain of lines of goods in orders of the period."""
        zone = self.env.company._kam_time_zone()
        order = (
            Domain("state", "=", state)
            & Domain("company_id", "child_of", self.env.company.id)
            & Domain("date_order", ">=", self._start_of(asked.date_from, zone))
            & Domain("date_order", "<", self._start_of(asked.date_to, zone, 1))
        )
        customers = self._customers(objs, asked)
        if customers is not None:
            order &= Domain("partner_id", "child_of", customers.ids)
        return (
            Domain("order_id", "any", order)
            & Domain("display_type", "=", False)
            & Domain("is_downpayment", "=", False)
            & Domain("product_uom_qty", ">", 0)
        )

    def _ended(self):
        """Return the domain of lines of orders of which nothing more comes."""
        closed = self.env["kam.order.closing"].search([("closed", "=", True)])
        ended = Domain("order_id.locked", "=", True)
        if self.env.user.has_group("sale.group_auto_done_setting"):
            # orders are locked when they are confirmed: that ends nothing
            ended &= Domain("order_id.invoice_status", "=", "invoiced")
        orders = self.env["sale.order"]
        if "delivery_status" in orders._fields:  # with deliveries they say it
            under_way = ("pending", "started", "partial")
            ended &= Domain("order_id.delivery_status", "not in", under_way)
            ended |= Domain("order_id.delivery_status", "=", "full")
        return ended | Domain("order_id", "in", closed.order_id.ids)

    # --------------------------------------------------------------------- losses
    def _losses(self, objs, asked):
        """Return all losses, those of credit notes first."""
        found = self._returned(objs, asked)
        cancelled = self._order_rows(self._ordered(objs, asked, "cancel"))
        confirmed = self._once_confirmed({row["order_id"] for row in cancelled})
        cut = self._order_rows(
            self._ordered(objs, asked, "sale") & self._ended(), short=True
        )
        reasons = self._closing_reasons({row["order_id"] for row in cut})
        for row in cancelled:
            kind = CANCELLED if row["order_id"] in confirmed else REFUSED
            found.append(self._loss(kind, "", row))
        for row in cut:
            found.append(self._loss(CUT, reasons.get(row["order_id"], ""), row))
        return found

    def _loss(self, kind, reason, row):
        return Loss(
            kind,
            reason,
            row["product_id"] or 0,
            row["customer_id"],
            row["quantity"],
            row["amount"],
            row["document"],
        )

    def _returned(self, objs, asked):
        lines = self.env["account.move.line"]
        query = lines._search(self._invoiced(objs, asked, 1), order="date, move_id, id")
        rows = self._rows_of(lines, query, (*MOVE_LINE, "balance"))
        moves = self.env["account.move"].browse({row["move_id"] for row in rows})
        reasons = self._return_reasons(moves)
        units = self._units(rows)
        return [
            Loss(
                RETURNED,
                reasons[row["move_id"]],
                row["product_id"] or 0,
                row["partner_id"],
                units(row, row["quantity"]),
                _exact(row["balance"]),
                ("account.move", row["move_id"]),
            )
            for row in rows
        ]

    def _order_rows(self, domain, *, short=False):
        """Return lines of orders, amounts in the company's currency.

        :param short: only those delivered short, and of them what is missing
        """
        lines = self.env["sale.order.line"]
        query = lines._search(domain, order="order_id, id")
        ordered, delivered = "product_uom_qty", "qty_delivered"
        if short:
            lines.flush_model([ordered, delivered])
            query.add_where(
                SQL(
                    "%s > %s",
                    SQL.identifier(query.table, ordered),
                    SQL.identifier(query.table, delivered),
                )
            )
        names = (*ORDER_LINE, ordered, delivered, "price_subtotal")
        rows = self._rows_of(lines, query, names)
        orders = self.env["sale.order"].browse({row["order_id"] for row in rows})
        rates = {one.id: _exact(one.currency_rate or 1) for one in orders}
        customers = {one.id: one.partner_id.commercial_partner_id.id for one in orders}
        units = self._units(rows)
        for row in rows:
            whole, got = _exact(row[ordered]), _exact(row[delivered] or 0)
            missing = whole - max(got, Decimal(0)) if short else whole
            amount = _exact(row["price_subtotal"]) / rates[row["order_id"]]
            row["amount"] = amount * missing / whole
            row["quantity"] = units(row, missing)
            row["customer_id"] = customers[row["order_id"]]
            row["document"] = ("sale.order", row["order_id"])
        return rows

    def _rows_of(self, model, query, names):
        """Return the rows of a query as dicts; the reader's rules are in it."""
        terms = [model._field_to_sql(query.table, name, query) for name in names]
        rows = self.env.execute_query(query.select(*terms))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _units(self, rows):
        """Return function(row, quantity) -> quantity in the product's own unit."""
        # sudo: factors of units, and which unit a product has, are no secret
        products = self.env["product.product"].sudo()
        products = products.browse({row["product_id"] for row in rows} - {None})
        own = {one.id: _exact(one.uom_id.factor) for one in products}
        units = self.env["uom.uom"].sudo()
        units = units.browse({row["product_uom_id"] for row in rows} - {None})
        factors = {one.id: _exact(one.factor) for one in units}

        def convert(row, quantity):
            factor = factors.get(row["product_uom_id"], 1)
            return _exact(quantity) * factor / own.get(row["product_id"], factor)

        return convert

    # -------------------------------------------------------------------- reasons
    def _return_reasons(self, moves):
        """Return {id of a credit note: its reason}: that of a dispute goes first."""
        sources = moves.reversed_entry_id
        disputed = self.env["kam.dispute.line"].search(
            [("move_id", "in", (moves | sources).ids)]
        )
        known = {
            line.move_id.id: line.dispute_id.reason_id.name or "" for line in disputed
        }
        return {
            move.id: known.get(move.id)
            or known.get(move.reversed_entry_id.id)
            or losses.reason_of(move.ref, move.reversed_entry_id.name)
            for move in moves
        }

    def _once_confirmed(self, order_ids):
        """Return those of the orders that were confirmed before they were cancelled."""
        # sudo: whether an order that one reads was ever confirmed
        facts = self.env["kam.fact"].sudo()
        facts._catch_up()
        found = facts.search_fetch(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "in", list(order_ids)),
                ("kind", "=", "order"),
                ("reversal", "=", False),
            ],
            ["res_id"],
        )
        return set(found.mapped("res_id"))

    def _closing_reasons(self, order_ids):
        closings = self.env["kam.order.closing"].search(
            [("order_id", "in", list(order_ids)), ("closed", "=", True)]
        )
        return {one.order_id.id: one.reason or "" for one in closings}

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

    def _sold(self, objs, asked, name):
        """Return ({id: invoiced}, {id: ordered}) of the period, company currency."""
        rows = self.env["account.move.line"]._read_group(
            self._invoiced(objs, asked, 0), [name], ["balance:sum"]
        )
        invoiced = defaultdict(Decimal)
        for record, amount in rows:
            invoiced[record.id or 0] -= _exact(amount)  # income is credit
        lines = self.env["sale.order.line"]
        query = lines._search(
            self._ordered(objs, asked, "sale") | self._ordered(objs, asked, "cancel")
        )
        orders = query.left_join(query.table, "order_id", "sale_order", "id", "ordered")
        partners = query.left_join(
            orders, "partner_id", "res_partner", "id", "customer"
        )
        by = (
            SQL.identifier(query.table, "product_id")
            if name == "product_id"
            else SQL.identifier(partners, "commercial_partner_id")
        )
        query.groupby = by
        amount = SQL(
            "sum(%s / coalesce(nullif(%s, 0), 1))",
            SQL.identifier(query.table, "price_subtotal"),
            SQL.identifier(orders, "currency_rate"),
        )
        # of cancelled documents those alone that were orders once: told apart above
        ordered = {
            key or 0: _exact(value or 0)
            for key, value in self.env.execute_query(query.select(by, amount))
        }
        return invoiced, ordered

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
        ledger, sold = -_exact(ledger or 0), -_exact(sold or 0)
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

    def _amounts(self, one, invoiced, ordered):
        """Return the values of :meth:`_amount_columns`.

        :param ordered: with the quotations refused, which were no orders
        """
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
        invoiced, ordered = sold
        tallies = losses.tally(found, lambda one: one.product_id)
        names, units = self._products(tallies)
        rows = [
            (
                names.get(key) or _("Without product"),
                units.get(key),
                one.quantities[RETURNED] or None,
                one.quantities[CUT] or None,
                *self._amounts(
                    one, invoiced.get(key, Decimal(0)), ordered.get(key, Decimal(0))
                ),
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
        invoiced, ordered = sold
        tallies = losses.tally(found, lambda one: one.customer_id)
        names = self._names(tallies)
        accounts = self.env["kam.account"].search([("partner_id", "in", list(tallies))])
        # sudo: names of colleagues
        managers = {one.partner_id.id: one.user_id.sudo().name for one in accounts}
        rows = [
            (
                names.get(key),
                managers.get(key) or None,
                *self._amounts(
                    one, invoiced.get(key, Decimal(0)), ordered.get(key, Decimal(0))
                ),
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


def _exact(value):
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))
