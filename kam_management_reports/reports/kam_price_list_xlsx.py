"""Price lists: all columns for those who lead, one for a customer to order by."""

from datetime import timedelta
from types import SimpleNamespace

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.kam_management.kam_core.pricing import form_file

from ..kam_sheets.sheet import (
    DECIMAL,
    MONEY,
    RATIO,
    Between,
    Column,
    Control,
    Sheet,
    grouped,
)

VALID_DAYS = 30
MOST = 999_999_999
MOST_STEPS = 12  # quantities of a pricelist that a list tells


class KamPriceListBase(models.AbstractModel):
    _name = "kam.price.list"
    _inherit = "kam.workbook"
    _description = "What price lists share"

    def _products(self, company):
        """Return what the company sells, by category, with the reader's rights."""
        found = self.env["product.product"].search(
            Domain("sale_ok", "=", True)
            & Domain("type", "!=", "combo")
            & Domain("company_id", "in", [False, *company.parent_ids.ids])
        )
        return found.sorted(_by_category)

    def _goods(self, product, company):
        """Return (category, code, barcode, name, unit, pack, tax) of a product."""
        taxes = product.taxes_id._filter_taxes_by_company(company)
        pack = self.env["kam.order.form"]._pack(product)
        return (
            product.categ_id.complete_name or "",
            product.default_code or "",
            product.barcode or "",
            product.with_context(display_default_code=False).display_name,
            product.uom_id.name,
            float(pack) if pack else None,
            ", ".join(tax.name for tax in taxes),
        )

    def _stock(self, products, company):
        """Return {product id: free to sell, own unit} for those who may know, or None.

        Only where deliveries are installed, and for readers of the stock.
        """
        if "free_qty" not in products._fields or not products:
            return None
        if not self.env["stock.quant"].has_access("read"):
            return None
        some = products.with_company(company)
        return {one.id: one.free_qty if one.is_storable else None for one in some}

    def _breaks(self, products, pricelist, company):
        """Return {product id: {quantity: price}} where a pricelist has steps.

        Prices of one unit from that quantity on, in the pricelist's currency, as its
        rules give them: taxes that a fiscal position maps are not taken into account.
        """
        # sudo: rules of a column that the reader may know; who may is checked before
        rules = pricelist.sudo().item_ids.filtered(lambda one: one.min_quantity > 1)
        steps = sorted(set(rules.mapped("min_quantity")))[:MOST_STEPS]
        found = {}
        for step in steps:
            some = products.filtered(lambda one, s=step: _has_step(rules, one, s))
            for product, price in self._prices_from(some, pricelist, step, company):
                found.setdefault(product.id, {})[step] = price
        return found

    def _prices_from(self, products, pricelist, quantity, company):
        """Return [(product, price of one of its unit when so many are bought)]."""
        # sudo: as above
        engine = self.env["kam.price.engine"].sudo().with_company(company)
        pricelist = pricelist.sudo().with_company(company)
        currency = pricelist.currency_id or company.currency_id
        goods = products.sudo().with_company(company)
        now = fields.Datetime.now()
        wanted = [(one, quantity, one.uom_id, now, currency) for one in goods]
        if not wanted:
            return []
        prices = engine._prices(pricelist, wanted).get(pricelist.id) or []
        return list(zip(products, prices, strict=False))

    def _more_columns(self, stock, steps):
        """Return the columns that stand after the sums: they are only read."""
        _ = self.env._
        found = [Column(_("From a quantity on"), width=30)] if steps else []
        if stock is not None:
            found.append(Column(_("Free stock"), DECIMAL))
        return found

    def _more(self, product, stock, steps, currency):
        """Return the values of :meth:`_more_columns`."""
        found = ()
        if steps:
            found += (self._steps_word(steps.get(product.id, {}), currency),)
        return found if stock is None else (*found, stock[product.id])

    def _steps_word(self, steps, currency):
        """Return the steps of a product in words: 10: 9.50; 50: 9.00."""
        return "; ".join(
            self.env._(
                "from %(quantity)s: %(price)s",
                quantity=f"{quantity:g}",
                price=currency.format(float(price)),
            )
            for quantity, price in sorted(steps.items())
        )

    def _quantity(self):
        _ = self.env._
        return Column(
            _("Quantity"),
            DECIMAL,
            name="quantity",
            input=True,
            valid=Between(0, MOST, message=_("A number from 0 on, in the unit shown.")),
        )

    def _grouped(self, rows, columns):
        """Return rows (category, values) below a head for each category."""
        values = [values for _category, values in rows]
        names = {id(one): category for category, one in rows}
        return grouped(
            values, lambda one: names[id(one)], lambda name, _some: name, columns
        )

    def _policy_facts(self, company, today):
        _ = self.env._
        policy = self.env["kam.price.policy"]._of(company, today)
        if not policy:
            return []
        # sudo: the policy that every order is judged by, its day and who published it
        events = self.env["kam.event.store"]._read_log(
            "kam.price.policy", [policy.sudo().event_key]
        )
        published = [one for one in events if one["type"] == "Published"]
        who = (
            self.env["res.users"]
            .sudo()
            .browse([one["actor_id"] for one in published[-1:] if one["actor_id"]])
        )
        # sudo: the name of the policy that opened the column
        words = policy.sudo().display_name
        if who:
            words = _("%(policy)s, published by %(who)s", policy=words, who=who.name)
        return [(_("Approved"), words)]

    def _tax_words(self, company):
        included = company.account_price_include == "tax_included"
        return self.env._("Tax included") if included else self.env._("Without tax")


class KamOrderFormXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.order_form_xlsx"
    _inherit = "kam.price.list"
    _description = "Price list and order form of a customer"
    _code = "order_form"
    _asks = ("account_ids",)
    _groups = "kam_management.group_kam_user,kam_management.group_kam_support"

    def _title(self):
        return self.env._("Price list, order form of a customer")

    def _note(self):
        return self.env._(
            "Choose one key account: the file holds the prices of this customer alone,"
            " and comes back as an order."
        )

    def _book(self, objs, asked):
        account = objs or asked.account_ids
        if len(account) != 1:
            raise UserError(
                self.env._(
                    "An order form is made for one customer: choose one key account, so"
                    " that nobody gets the prices of another."
                )
            )
        forms = self.env["kam.order.form"]
        company = forms._company(account)
        order = (
            self.env["sale.order"]
            .with_company(company)
            .new(forms._order_vals(account, company))
        )
        sheet = self._sheet(account, company, order)
        book = self._make_book(
            self.env._("Price list"), company, [sheet], order.currency_id
        )
        book.subject = account.display_name
        return book

    def _sheet(self, account, company, order):
        _ = self.env._
        today, products = account._today(), self._products(company)
        prices = self.env["kam.order.form"]._unit_prices(
            products, order.pricelist_id, order
        )
        stock = self._stock(products, company)
        steps = self._breaks(products, order.pricelist_id, company)
        columns = self._columns(order.currency_id)
        columns += self._more_columns(stock, steps)
        rows, currency = [], order.pricelist_id.currency_id or company.currency_id
        for product in products:
            category, *words = self._goods(product, company)
            key = f"{product.id}/{product.uom_id.id}"
            more = self._more(product, stock, steps, currency)
            values = (key, *words, prices[product.id], None, 0, *more)
            rows.append((category, values))
        return Sheet(
            name=_("Order form"),
            title=_("Price list and order form"),
            facts=self._facts(account, company, order, today),
            columns=columns,
            rows=self._grouped(rows, columns),
            filter=False,
            protect=True,
            freeze=0,
        )

    def _columns(self, currency):
        _ = self.env._
        return [
            Column(form_file.KEY, width=16),
            Column(_("Code"), width=14),
            Column(_("Barcode"), width=15),
            Column(_("Product"), width=40),
            Column(_("Unit"), width=10),
            Column(_("Pack"), DECIMAL, width=8),
            Column(_("Tax"), width=10),
            Column(_("Price"), MONEY, name="price", currency=currency.name),
            self._quantity(),
            Column(
                _("Sum"),
                MONEY,
                name="sum",
                total="sum",
                currency=currency.name,
                formula="={price}*{quantity}",
            ),
        ]

    def _facts(self, account, company, order, today):
        _ = self.env._
        # sudo: the column of an account that the reader may read
        column = account.sudo().price_column_id or account.sudo()._base_column()
        until = self._until(account.sudo(), column, today)
        form = form_file.Form(
            account.event_key, column.id or 0, today, until, order.currency_id.name
        )
        book = self.env["kam.price.policy"]._book(account.company_id.id, today) or {}
        minimum = book.get("minimum", {}).get(column.id)
        facts = [
            *self._print_facts(company),
            (_("Customer"), account.partner_id.display_name),
            (_("Number"), f"{today:%Y%m%d}-{account.id}"),
            (_("Valid"), f"{self._day(today)} … {self._day(until)}"),
            (_("Prices"), f"{order.currency_id.name}, {self._tax_words(company)}"),
            (_("Column"), column.name or ""),
        ]
        if minimum:
            facts.append((_("Smallest order"), account._money(minimum)))
        if further := account.column_report()["next"]:
            missing = " ".join(one["words"] for one in further["lines"])
            facts.append((_("Next column"), f"{further['column']}: {missing}"))
        facts += self._policy_facts(company, today)
        facts.append(
            (_("How to order"), _("Fill in the quantities and send the file back."))
        )
        return [*facts, (_("Form"), form.cell())]

    def _until(self, account, column, today):
        grant = account.price_grant_id
        ends = [one for one in (column.date_to, grant.date_to) if one]
        if grant.demote_on:
            ends.append(grant.demote_on - timedelta(days=1))
        return min([today + timedelta(days=VALID_DAYS), *ends])


class KamPriceListXlsx(models.AbstractModel):
    _name = "report.kam_management_reports.price_list_xlsx"
    _inherit = "kam.price.list"
    _description = "Price list with all columns"
    _code = "price_list"
    _groups = "kam_management.group_kam_head"
    _for_records = "kam.price.column"

    def _title(self):
        return self.env._("Price list with all columns (confidential)")

    def _book(self, objs, asked):
        company = self.env.company
        today = company._kam_today()
        columns = objs or self.env["kam.price.column"].search(
            [("id", "in", self.env["kam.price.column"]._of(company, today).ids)]
        )
        if not columns:
            raise UserError(self.env._("There is no price column yet: make one first."))
        sheet = self._sheet(columns.sorted("rank"), company, today)
        return self._make_book(self.env._("Price list"), company, [sheet])

    def _sheet(self, price_columns, company, today):
        _ = self.env._
        products = self._products(company)
        order = SimpleNamespace(
            company_id=company,
            date_order=fields.Datetime.now(),
            fiscal_position_id=self.env["account.fiscal.position"],
        )
        prices = [self._prices_of(one, products, order) for one in price_columns]
        costs = self._costs(products, company)
        stock = self._stock(products, company)
        columns, rows = self._columns(price_columns, costs is not None), []
        columns += self._more_columns(stock, {})
        for product in products:
            category, *words = self._goods(product, company)
            found = [one[product.id] for one in prices]
            extra = self._margins(product, found, costs, company)
            more = self._more(product, stock, {}, company.currency_id)
            values = (*words, *found, *extra, None, *[0] * len(found), *more)
            rows.append((category, values))
        names = ", ".join(price_columns.mapped("name"))
        return Sheet(
            name=_("Price list"),
            title=_("Price list, confidential"),
            facts=[
                *self._print_facts(company),
                (_("Prices of"), self._day(today)),
                (_("Currency"), company.currency_id.name),
                (_("Prices"), self._tax_words(company)),
                (_("Columns"), names),
                *self._policy_facts(company, today),
            ],
            columns=columns,
            rows=self._grouped(rows, columns),
            controls=[Control(_("Products"), len(products), kind="integer")],
            filter=False,
            protect=True,
        )

    def _prices_of(self, column, products, order):
        """Return {product id: price} of a column in the company's currency."""
        company, pricelist = order.company_id, column.pricelist_id
        found = self.env["kam.order.form"]._unit_prices(products, pricelist, order)
        source, target = pricelist.currency_id, company.currency_id
        if source == target:
            return found
        day = company._kam_today()
        return {
            key: source._convert(float(one), target, company, day)
            for key, one in found.items()
        }

    def _costs(self, products, company):
        if not self._may_see_margin():
            return None
        # sudo: cost is closed to others; this reader is entitled to it
        some = products.sudo().with_company(company)
        return {one.id: one.standard_price for one in some}

    def _columns(self, price_columns, margins):
        _ = self.env._
        found = [
            Column(_("Code"), width=16),
            Column(_("Barcode"), width=15),
            Column(_("Product"), width=40),
            Column(_("Unit"), width=10),
            Column(_("Pack"), DECIMAL, width=8),
            Column(_("Tax"), width=10),
        ]
        names = price_columns.mapped("name")
        found += [Column(one, MONEY, name=f"c{n}") for n, one in enumerate(names)]
        if margins:
            found.append(Column(_("Cost"), MONEY, name="cost"))
            found += [Column(_("Margin, %s", one), RATIO) for one in names]
        found.append(self._quantity())
        return found + [
            Column(
                _("Sum, %s", one),
                MONEY,
                name=f"sum{n}",
                total="sum",
                formula=f"={{c{n}}}*{{quantity}}",
            )
            for n, one in enumerate(names)
        ]

    def _margins(self, product, prices, costs, company):
        """Return cost and margins on prices without tax; nothing unless entitled."""
        if costs is None:
            return ()
        cost = costs[product.id]
        taxes = product.taxes_id._filter_taxes_by_company(company)
        ratios = []
        for price in prices:
            net = taxes.compute_all(float(price), company.currency_id)["total_excluded"]
            ratios.append((net - cost) / net if net else None)
        return (cost, *ratios)


def _has_step(rules, product, step):
    """Tell whether a rule of that quantity is about the product."""
    category = product.categ_id.parent_path or ""
    for one in rules:
        if one.min_quantity != step:
            continue
        if one.applied_on == "3_global":
            return True
        if one.applied_on == "2_product_category":
            if not one.categ_id or category.startswith(one.categ_id.parent_path or "-"):
                return True
        elif one.product_id == product or (
            not one.product_id and one.product_tmpl_id == product.product_tmpl_id
        ):
            return True
    return False


def _by_category(product):
    category = product.categ_id.complete_name or ""
    return (category, product.default_code or "~", product.id)
