"""Orders against the customer's price column: prices, real discount, what is beyond."""

from decimal import Decimal

from odoo import api, models
from odoo.tools import format_amount

from ..kam_core.gate import Finding
from ..kam_core.money import round_half_up
from ..kam_core.pricing import discounts, eligibility
from ..kam_core.pricing.policies import allowance_of

# an order changed so may have outgrown what was granted for it
OUTGROWS = {"order_line", "pricelist_id", "partner_id", "currency_id", "date_order"}
LINE_OUTGROWS = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # ----------------------------------------------------------------- findings
    def _kam_findings(self):
        found = super()._kam_findings()
        for order, sheet in self._kam_sheets().items():
            found.setdefault(order.id, []).extend(sheet.findings())
        return found

    def _kam_sheets(self, every_column=False):
        """Return {order: :class:`Sheet`} of the orders that a policy judges.

        Two queries, however many orders and lines: the columns granted, and the rules
        of the pricelists. Prices are those of the order's own date.

        :param every_column: with the prices of all columns, not those judged by only
        """
        judged = []
        for order in self:
            book = self._kam_book(order)
            if book and (order.kam_account_id or book["scope"] == "all"):
                judged.append((order, book))
        if not judged:
            return {}
        held = {}
        for day, orders in self._kam_by_day(judged).items():
            ids = [one.kam_account_id.id for one in orders if one.kam_account_id]
            granted = self.env["kam.price.grant"]._in_force(ids, day)
            for order in orders:
                held[order] = granted.get(order.kam_account_id.id, (None, None))[1]
        sheets = {
            order: Sheet(order, book, held[order], every_column)
            for order, book in judged
        }
        self._kam_price_sheets(list(sheets.values()))
        return sheets

    def _kam_by_day(self, judged):
        days = {}
        for order, _book in judged:
            day = order.company_id._kam_today()
            days.setdefault(day, []).append(order)
        return days

    def _kam_book(self, order):
        company = order.company_id or self.env.company
        return self.env["kam.price.policy"]._book(
            company.root_id.id, company._kam_today()
        )

    def _kam_price_sheets(self, sheets):
        """Fill the sheets with prices: the rules of all pricelists are loaded once."""
        # sudo: the prices of other columns are asked to judge; what is shown of them
        # the screen decides
        engine = self.env["kam.price.engine"].sudo()
        pricelists = (
            self.env["product.pricelist"]
            .sudo()
            .browse(sorted({one for sheet in sheets for one in sheet.pricelist_ids()}))
        )
        products = (
            self.env["product.product"]
            .sudo()
            .union(*(line.product_id for sheet in sheets for line in sheet.goods))
        )
        if not products:
            return
        with engine._rules_loaded(pricelists, products):
            for sheet in sheets:
                sheet.fill(engine)

    def _kam_measure(self, kind):
        """Return what the order takes beyond the rules of a kind, as a measure.

        By the code of each finding, so that one request covers all of its kind.
        """
        self.ensure_one()
        # sudo: judged whoever asks; the sentences tell what may be told
        findings = self.sudo()._kam_findings_left()[1].get(self.id, ())
        return {
            one.code: dict(one.measure)
            for one in findings
            if one.kind == kind and one.severity == "ask" and one.measure
        }

    # ---------------------------------------------------------------- outgrowing
    def write(self, vals):
        result = super().write(vals)
        if not OUTGROWS.isdisjoint(vals):
            self.env["kam.approval"]._watch(self)
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["kam.approval"]._watch(lines.order_id)
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not LINE_OUTGROWS.isdisjoint(vals):
            # sudo: the order of a line is looked at, whoever may write the line
            self.env["kam.approval"]._watch(self.sudo().order_id)
        return result

    def unlink(self):
        orders = self.sudo().order_id  # sudo: as in write
        result = super().unlink()
        self.env["kam.approval"]._watch(orders)
        return result

    def _kam_is_deduction(self):
        """Tell whether the line takes from the order, instead of selling something."""
        reward = "is_reward_line" in self._fields and self.is_reward_line
        return bool(
            reward
            or self._is_discount_line()
            or self._is_global_discount()
            or (self.price_unit < 0 < self.product_uom_qty)
        )

    def _kam_is_goods(self):
        return bool(
            self.product_id
            and not self.display_type
            and not self.combo_item_id  # the combo is what is sold
            and not self.is_downpayment
            and not self._is_delivery()
            and not self._kam_is_deduction()
        )


class Sheet:
    """One order beside the columns: prices of one unit, order currency.

    ``prices`` holds a list for each pricelist, in the order of ``goods``.
    """

    def __init__(self, order, book, column_id, every_column):
        self.order, self.book = order, book
        self.column_ids = [one[0] for one in book["columns"]]
        self.ranks = {one[0]: one[1] for one in book["columns"]}
        self.pricelists = {one[0]: one[2] for one in book["columns"]}
        # a column that is no more counts as the base column
        granted = column_id in self.ranks
        self.granted = column_id if granted else self.column_ids[0]
        self.base = self.column_ids[0]
        self.every_column = every_column
        lines = order.order_line
        # read together with the lines of the other orders
        goods = lines.filtered(lambda one: one._kam_is_goods())
        self.goods = goods.with_prefetch(lines._prefetch_ids)
        self.deductions = lines.filtered(
            lambda one: (
                not one.is_downpayment
                and not one.display_type
                and one._kam_is_deduction()
            )
        )
        self.prices = {}

    # ------------------------------------------------------------------ prices
    def taken(self):
        """Return the column the order takes its prices from, else the granted one."""
        mine = [
            key
            for key, pricelist_id in self.pricelists.items()
            if pricelist_id == self.order.pricelist_id.id
        ]
        return max(mine, key=self.ranks.get, default=self.granted)

    def judged_by(self):
        """Return the column that the lines are judged by.

        A better column than the granted one is a finding of its own, and the lines are
        then judged by it; a lesser one takes nothing from the customer.
        """
        return max((self.taken(), self.granted), key=self.ranks.get)

    def pricelist_ids(self):
        """Return the pricelists whose prices are needed."""
        wanted = {self.base, self.granted, self.judged_by()}
        keys = self.column_ids if self.every_column else wanted
        return [self.pricelists[key] for key in keys]

    def fill(self, engine):
        """Compute the prices by Odoo's engine, whose rules are loaded."""
        order, env = self.order, engine.env
        company = order.company_id or env.company
        for pricelist in env["product.pricelist"].browse(self.pricelist_ids()):
            self.prices[pricelist.id] = [
                self._price(engine, pricelist.with_company(company), line, order)
                for line in self.goods
            ]

    def _price(self, engine, pricelist, line, order):
        """Return a price as Odoo would put it on the line, tax basis included."""
        line = line.with_company(order.company_id).sudo()
        product = line.product_id
        if extra := line._get_product_price_context():
            product = product.with_context(**extra)
        price = engine._price(
            pricelist,
            product,
            line.product_uom_qty,
            line.product_uom_id,
            order.date_order,
            order.currency_id,
        )
        taxes = product.taxes_id._filter_taxes_by_company(order.company_id)
        price = product._get_tax_included_unit_price_from_price(
            price, product_taxes=taxes, fiscal_position=order.fiscal_position_id
        )
        return Decimal(str(price))

    def price(self, column_id, place):
        """Return the price in a column of the line at a place of ``goods``."""
        return self.prices[self.pricelists[column_id]][place]

    # ------------------------------------------------------------------- amounts
    def lines(self, column_id=None):
        """Return the order as :class:`discounts.Line`, compared with a column."""
        column_id = column_id or self.judged_by()
        found = [
            discounts.Line(
                _subject(line),
                Decimal(str(line.product_uom_qty)),
                self.net(line),
                self.price(self.base, place),
                self._full(column_id, line, place),
            )
            for place, line in enumerate(self.goods)
        ]
        return found + [
            discounts.Line(None, Decimal(1), self.net(line)) for line in self.deductions
        ]

    def _full(self, column_id, line, place):
        """Return the price that a line is measured by; a combo with its extras."""
        return self.price(column_id, place) + sum(
            Decimal(str(one.combo_item_id.extra_price))
            + Decimal(
                str(
                    one.product_id._get_no_variant_attributes_price_extra(
                        one.product_no_variant_attribute_value_ids
                    )
                )
            )
            for one in self._parts(line)
        )

    def _parts(self, line):
        """Return the lines of what was chosen in a combo: Odoo puts the price there."""
        if line.product_type != "combo":
            return line.browse()
        return line.order_id.order_line.filtered(
            lambda one: one.combo_item_id and one.linked_line_id == line
        )

    def net(self, line):
        """Return the whole line after its discount, on the tax basis of its price."""
        full = Decimal(str(line.price_unit)) * Decimal(str(line.product_uom_qty))
        net = full * (100 - Decimal(str(line.discount))) / 100
        return net + sum(self.net(one) for one in self._parts(line))

    def real_discount(self):
        """Return the real discount of the order against the base column, a ratio."""
        return discounts.real_discount(self.lines(self.base))

    def basis(self):
        """Return the order at the base price before discount, order currency."""
        return eligibility.basis(
            [line.product_uom_qty for line in self.goods],
            [self.price(self.base, place) for place in range(len(self.goods))],
        )

    def line_discounts(self):
        """Return {line: its real discount against the base column, a ratio}."""
        found = {}
        for place, line in enumerate(self.goods):
            full = self._full(self.base, line, place) * _quantity(line)
            if full > 0:
                found[line] = float(1 - self.net(line) / full)
        return found

    def told(self):
        """Return the sheet as JSON data for the screen."""
        real, discount = self.line_discounts(), self.real_discount()
        return {
            "column": self.granted,
            "judged_by": self.judged_by(),
            "base": self.base,
            "currency_id": self.order.currency_id.id,
            "free_percent": float(self.allowance().free_percent or 0),
            "real_discount": discount if discount is None else float(discount),
            "columns": [self._column_told(key) for key in self.column_ids],
            "lines": [
                self._line_told(place, line, real.get(line))
                for place, line in enumerate(self.goods)
            ],
        }

    def _column_told(self, key):
        total = sum(
            self.price(key, place) * _quantity(line)
            for place, line in enumerate(self.goods)
        )
        minimum = self.book["minimum"].get(key)
        return {
            "id": key,
            "name": self.name(key),
            "rank": self.ranks[key],
            "total": float(total),
            "minimum": float(self._to_order_currency(minimum)) if minimum else 0.0,
        }

    def _line_told(self, place, line, real):
        quantity = _quantity(line)
        full = self._full(self.judged_by(), line, place) * quantity
        return {
            "id": line.id,
            "name": line.product_id.display_name,
            "quantity": line.product_uom_qty,
            "uom": line.product_uom_id.name,
            "net": float(self.net(line) / quantity) if quantity else 0.0,
            "prices": {
                str(key): float(self.price(key, place)) for key in self.column_ids
            },
            "real_discount": real,
            "below": float(discounts.percent_off(self.net(line), full)),
        }

    # ------------------------------------------------------------------ findings
    def allowance(self):
        """Return what is free to give, and how grave the rest is."""
        return allowance_of(
            self.book["allowances"], self.order.kam_account_id.account_class or None
        )

    def findings(self):
        """Return what is beyond the column, as findings of the gate."""
        rules = self.allowance()
        found = [
            self._better_column(rules),
            self._beyond(rules),
            self._below_minimum(rules),
            self._longer_term(rules),
        ]
        return [one for one in found if one]

    def _better_column(self, rules):
        taken = self.taken()
        if self.ranks[taken] <= self.ranks[self.granted] or not self.goods:
            return None
        amount = sum(
            (
                max(
                    Decimal(0),
                    self.price(self.granted, place) - self.price(taken, place),
                )
                * Decimal(str(line.product_uom_qty))
                for place, line in enumerate(self.goods)
            ),
            Decimal(0),
        )
        words = self.order.env._(
            "The prices are those of the column “%(taken)s”, granted is “%(granted)s”:"
            " %(amount)s less. Ask for approval, or take the customer's pricelist.",
            taken=self.name(taken),
            granted=self.name(self.granted),
            amount=self.money(amount),
        )
        measure = {**self.measured(amount), "column": f"#{taken}"}
        return Finding("better_column", "column", rules.on_column, words, measure)

    def _beyond(self, rules):
        given = discounts.giveaway(self.lines(), rules.free_percent or Decimal(0))
        if given is None:
            return None
        column = self.name(self.judged_by())
        worst = max(given.lines.items(), key=lambda one: one[1][0], default=None)
        if worst:
            words = self.order.env._(
                "%(product)s is %(percent)s %% below the column “%(column)s”, free are"
                " %(free)s %%; the order gives away %(amount)s. Ask for approval, or"
                " take the column's price.",
                product=self._product_name(worst[0]),
                percent=_percent(worst[1][0]),
                column=column,
                free=_percent(rules.free_percent or 0),
                amount=self.money(given.amount),
            )
        else:
            words = self.order.env._(
                "The order is %(percent)s %% below the column “%(column)s”, free are"
                " %(free)s %%: it gives away %(amount)s. Ask for approval, or give"
                " less.",
                percent=_percent(given.percent),
                column=column,
                free=_percent(rules.free_percent or 0),
                amount=self.money(given.amount),
            )
        decimals = self.order.currency_id.decimal_places
        measure = given.measure(self.order.currency_id.name, decimals)
        return Finding("beyond_column", "discount", rules.on_discount, words, measure)

    def _below_minimum(self, rules):
        column = self.judged_by()
        minimum = self.book["minimum"].get(column)
        if not minimum or not self.goods:
            return None
        minimum = self._to_order_currency(minimum)
        basis = self.basis()
        if basis >= minimum:
            return None
        words = self.order.env._(
            "At base prices the order is %(basis)s, and the column “%(column)s” is for"
            " orders from %(minimum)s on: add %(missing)s, or ask for approval.",
            basis=self.money(basis),
            column=self.name(column),
            minimum=self.money(minimum),
            missing=self.money(minimum - basis),
        )
        measure = {**self.measured(minimum - basis), "column": f"#{column}"}
        return Finding("below_minimum", "column", rules.on_minimum, words, measure)

    def _longer_term(self, rules):
        column = self.judged_by()
        most = self.book["terms"].get(column)
        term = self.order.payment_term_id
        if not most or not term:
            return None
        days = max(term.line_ids.mapped("nb_days"), default=0)
        if days <= most:
            return None
        words = self.order.env._(
            "“Payment terms” are %(days)s days, and the column “%(column)s” goes with"
            " %(most)s at most: choose shorter ones, or ask for approval.",
            days=days,
            column=self.name(column),
            most=most,
        )
        measure = {"days": str(days), "column": f"#{column}"}
        return Finding("longer_term", "terms", rules.on_terms, words, measure)

    def _to_order_currency(self, amount):
        order = self.order
        company = order.company_id
        converted = company.currency_id._convert(
            float(amount), order.currency_id, company, order.date_order, round=False
        )
        return Decimal(str(converted))

    # --------------------------------------------------------------------- words
    def measured(self, amount):
        """Return an amount as the measure of a finding."""
        decimals = self.order.currency_id.decimal_places
        return {
            "currency": self.order.currency_id.name,
            "amount": format(round_half_up(amount, decimals), "f"),
        }

    def money(self, amount):
        """Return an amount in words, order currency."""
        return format_amount(self.order.env, float(amount), self.order.currency_id)

    def name(self, column_id):
        """Return the name of a column."""
        return self.book["names"][column_id]

    def _product_name(self, subject):
        line = self.goods.filtered(lambda one: _subject(one) == subject)[:1]
        return line.product_id.display_name


def _subject(line):
    """Return the code of what a line sells: a product in a unit."""
    return f"#{line.product_id.id}/{line.product_uom_id.id}"


def _quantity(line):
    return Decimal(str(line.product_uom_qty))


def _percent(number):
    return format(round_half_up(Decimal(number), 2).normalize() + 0, "f")
