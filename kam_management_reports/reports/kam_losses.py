"""What was lost again: credit notes, orders cancelled or cut, quotations refused.

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
from ..kam_sheets.sheet import exact

MOVE_LINE = ("move_id", "product_id", "partner_id", "product_uom_id", "quantity")
ORDER_LINE = ("order_id", "product_id", "product_uom_id")
INVOICES = ("out_invoice", "out_receipt")


class KamLosses(models.AbstractModel):
    """Reads them with the rights of the current user; a workbook inherits it."""

    _name = "kam.losses"
    _description = "Returns and refusals of a period"

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
                exact(row["balance"]),
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
        rates = {one.id: exact(one.currency_rate or 1) for one in orders}
        customers = {one.id: one.partner_id.commercial_partner_id.id for one in orders}
        units = self._units(rows)
        for row in rows:
            whole, got = exact(row[ordered] or 0), exact(row[delivered] or 0)
            missing = whole - max(got, Decimal(0)) if short else whole
            amount = exact(row["price_subtotal"] or 0) / rates[row["order_id"]]
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
        own = {one.id: exact(one.uom_id.factor) for one in products}
        units = self.env["uom.uom"].sudo()
        units = units.browse({row["product_uom_id"] for row in rows} - {None})
        factors = {one.id: exact(one.factor) for one in units}

        def convert(row, quantity):
            factor = factors.get(row["product_uom_id"], 1)
            return exact(quantity) * factor / own.get(row["product_id"], factor)

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

    # ----------------------------------------------------------------------- sold
    def _sold(self, objs, asked, name):
        """Return ({id: invoiced}, {id: ordered}) of the period, company currency."""
        rows = self.env["account.move.line"]._read_group(
            self._invoiced(objs, asked, 0), [name], ["balance:sum"]
        )
        invoiced = defaultdict(Decimal)
        for record, amount in rows:
            invoiced[record.id or 0] -= exact(amount or 0)  # income is credit
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
            key or 0: exact(value or 0)
            for key, value in self.env.execute_query(query.select(by, amount))
        }
        return invoiced, ordered
