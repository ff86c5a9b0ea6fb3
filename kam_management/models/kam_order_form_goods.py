"""Products of order forms: those that rows name, as they may be ordered today."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_round

from ..kam_core.pricing import order_form


class KamOrderForm(models.AbstractModel):
    _inherit = "kam.order.form"

    def _goods(self, asked, order):
        """Return (products by id, ids by code) that rows name, by three queries."""
        words = {word for one in asked for word in (one.code, one.barcode) if word}
        ids = [one.product_id for one in asked if one.product_id]
        # sudo: a product of another company is to be told from one that is none
        products = (
            self.env["product.product"]
            .sudo()
            .with_context(active_test=False)
            .search(
                Domain("id", "in", ids)
                | Domain("default_code", "in", list(words))
                | Domain("barcode", "in", list(words))
            )
        )
        here = products.filtered(lambda one: self._sold_here(one, order.company_id))
        prices = self._unit_prices(here, order.pricelist_id, order)
        goods = {one.id: self._good(one, here, prices.get(one.id)) for one in products}
        return goods, self._codes(here) | self._codes(products - here, here)

    @api.model
    def _sold_here(self, product, company):
        return not product.company_id or product.company_id in company.parent_ids

    @api.model
    def _pack(self, product):
        """Return how many of its own unit the smallest pack holds, or None."""
        packs = [
            one.factor / product.uom_id.factor
            for one in product.uom_ids
            if one.factor > product.uom_id.factor
        ]
        return Decimal(str(round(min(packs), 6))) if packs else None

    def _good(self, product, here, price):
        return order_form.Good(
            product.id,
            # whoever may not see a product is not told its name
            product.name if product in here else product.default_code or "?",
            (product.default_code or "").strip(),
            (product.barcode or "").strip(),
            (product.uom_id.id, *product.uom_ids.ids),
            self._pack(product),
            price,
            product.sale_ok and product.type != "combo",
            product.active,
            product in here,
        )

    @api.model
    def _codes(self, products, but=()):
        """Return {code or barcode: ids}; what is in the range goes before the rest."""
        found = {}
        for product in products.sorted(lambda one: not one.active):
            for word in {product.default_code, product.barcode} - {False, ""}:
                found.setdefault(word.strip(), []).append(product)
        held = {
            word.strip()
            for one in but
            for word in (one.default_code, one.barcode)
            if word
        }
        return {
            word: [one.id for one in some if one.active] or [one.id for one in some]
            for word, some in found.items()
            if word not in held
        }

    @api.model
    def _unit_prices(self, products, pricelist, order):
        """Return {product id: price of one of its unit} as the form shows it.

        On the tax basis and in the currency of the order, rounded as prices are.

        :param order: in memory or not: gives company, day and fiscal position
        """
        company = order.company_id
        engine = self.env["kam.price.engine"].sudo().with_company(company)
        products = products.sudo().with_company(company)
        currency = pricelist.currency_id or company.currency_id
        day = order.date_order or fields.Datetime.now()
        wanted = [(one, 1.0, one.uom_id, day, currency) for one in products]
        # sudo: prices of a column that the reader may know; who may is checked before
        pricelist = pricelist.sudo().with_company(company)
        prices = engine._prices(pricelist, wanted).get(pricelist.id) if wanted else []
        if prices is None:
            prices = [one.lst_price for one in products]
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return {
            product.id: self._rounded(
                product._get_tax_included_unit_price_from_price(
                    price,
                    product_taxes=product.taxes_id._filter_taxes_by_company(company),
                    fiscal_position=order.fiscal_position_id.sudo(),
                ),
                digits,
            )
            for product, price in zip(products, prices, strict=True)
        }

    @api.model
    def _rounded(self, price, digits):
        return Decimal(
            format(float_round(price, precision_digits=digits), f".{digits}f")
        )
