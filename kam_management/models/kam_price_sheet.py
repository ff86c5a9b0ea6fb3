"""One order beside the price columns: prices, real discount, what is beyond."""

from decimal import Decimal
from typing import NamedTuple

from odoo.tools import format_amount

from ..kam_core.gate import Finding
from ..kam_core.money import round_half_up
from ..kam_core.pricing import discounts, eligibility
from ..kam_core.pricing.policies import allowance_of


class Held(NamedTuple):
    """What an order is judged by.

    :param column_id: the column granted
    :param account_class: of its key account
    :param term_days: the longest of its payment terms; None: to be read
    """

    column_id: int | None = None
    account_class: str | None = None
    term_days: int | None = None


class Sheet:
    """One order beside the columns: prices of one unit, order currency.

    ``prices`` holds a list for each pricelist, in the order of ``goods``.
    """

    def __init__(self, order, book, held, every_column):
        self.order, self.book, self.held = order, book, held
        self.column_ids = [one[0] for one in book["columns"]]
        self.ranks = {one[0]: one[1] for one in book["columns"]}
        self.pricelists = {one[0]: one[2] for one in book["columns"]}
        # a column that is no more counts as the base column
        granted = held.column_id in self.ranks
        self.granted = held.column_id if granted else self.column_ids[0]
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
                self._price(engine, pricelist.with_company(company), line)
                for line in self.goods
            ]

    def _price(self, engine, pricelist, line):
        """Return a price as Odoo would put it on the line, tax basis included."""
        order = self.order
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
            engine.env["res.currency"].browse(self.book["currencies"][pricelist.id]),
        )
        # without a fiscal position Odoo leaves the price as it is
        if position := order.fiscal_position_id:
            taxes = product.taxes_id._filter_taxes_by_company(order.company_id)
            price = product._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=position
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
        return allowance_of(self.book["allowances"], self.held.account_class or None)

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
        days = self.held.term_days
        if days is None:
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
