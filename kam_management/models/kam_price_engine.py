"""Prices of many lines in many columns: Odoo's own engine, its rules loaded once."""

from contextlib import contextmanager

from odoo import api, models, tools

RULES = "kam_pricelist_rules"


class KamPriceEngine(models.AbstractModel):
    _name = "kam.price.engine"
    _description = "Prices of many lines in many pricelists"

    def _prices(self, pricelists, wanted):
        """Return prices of one unit as Odoo computes them.

        One query for the rules of all pricelists, one more for each level of pricelists
        that are based on others; none a line.

        :param pricelists: recordset of ``product.pricelist``
        :param wanted: list of (product, quantity, uom, date or datetime, currency)
        :return: {pricelist id: list of prices (float), in the order of ``wanted``}
        """
        products = self.env["product.product"].union(*(one[0] for one in wanted))
        with self._rules_loaded(pricelists, products):
            return {
                pricelist.id: [self._price(pricelist, *one) for one in wanted]
                for pricelist in pricelists
            }

    def _price(self, pricelist, product, quantity, uom, date, currency, own=None):
        """Return the price of one unit in a currency; not rounded.

        Odoo gives a fixed price in the pricelist's own currency whatever is asked for,
        so it is asked for that one and converted here, at the day's rate.

        :param own: the pricelist's currency, where it is known; saves reading it
        """
        own = own or pricelist.currency_id
        price = pricelist._get_product_price(
            product, quantity or 1.0, uom=uom or product.uom_id, date=date, currency=own
        )
        return own._convert(price, currency, self.env.company, date, round=False)

    def _know(self, products, plain_lines):
        """Put into the cache what is known without asking; Odoo asks a query for each.

        :param plain_lines: order lines that have no attribute values of their own
        """
        lines = plain_lines._fields["product_no_variant_attribute_value_ids"]
        lines._insert_cache(plain_lines, [()] * len(plain_lines))
        # the stored list of a product's values is empty: it has none
        plain = products.filtered(lambda one: not one.combination_indices)
        values = products._fields["product_template_attribute_value_ids"]
        values._insert_cache(plain, [()] * len(plain))
        shared = products.product_tmpl_id.filtered(lambda one: not one.company_id)
        currency_id = self._main_currency_id()
        currencies = shared._fields["currency_id"]
        currencies._insert_cache(shared, [currency_id] * len(shared))

    @api.model
    @tools.ormcache()
    def _main_currency_id(self):
        """Return the currency of list prices of products that all companies share."""
        company = self.env["res.company"]._get_main_company()
        return company.currency_id.id

    @contextmanager
    def _rules_loaded(self, pricelists, products):
        cache = self.env.cr.cache
        before = cache.get(RULES)
        cache[RULES] = self._load_rules(pricelists, products)
        try:
            yield
        finally:
            cache[RULES] = before

    def _load_rules(self, pricelists, products):
        """Return {pricelist id: its rules for the products, of any date, in order}."""
        items = self.env["product.pricelist.item"]
        stored = [
            field.name
            for field in items._fields.values()
            if field.store and field.column_type
        ]
        loaded, todo = {}, pricelists
        while todo:
            found = items.search_fetch(
                [
                    ("pricelist_id", "in", todo.ids),
                    "|",
                    ("product_tmpl_id", "=", False),
                    ("product_tmpl_id", "in", products.product_tmpl_id.ids),
                    "|",
                    ("product_id", "=", False),
                    ("product_id", "in", products.ids),
                ],
                stored,
            )
            loaded |= dict.fromkeys(todo.ids, items)
            loaded |= {
                one.id: own for one, own in found.grouped("pricelist_id").items()
            }
            based_on = found.filtered(lambda one: one.base == "pricelist")
            todo = based_on.base_pricelist_id
            todo -= todo.browse(loaded)
        return loaded


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def write(self, vals):
        result = super().write(vals)
        if "currency_id" in vals:  # the policies' books remember it
            self.env.registry.clear_cache()
        return result

    def _get_applicable_rules(self, products, date, **kwargs):
        """Take the rules that were loaded for many lines at once, if they were.

        Whether a rule fits a product and quantity Odoo looks at after this.
        """
        loaded = self.env.cr.cache.get(RULES)
        if not loaded or self.id not in loaded:
            return super()._get_applicable_rules(products, date, **kwargs)
        rules = loaded[self.id].with_env(self.env)
        return rules.filtered(lambda one: _begun(one, date) and not _over(one, date))


def _begun(rule, date):
    return not rule.date_start or _day(rule.date_start, date) <= date


def _over(rule, date):
    return rule.date_end and _day(rule.date_end, date) < date


def _day(moment, date):
    """Return a moment in the type of ``date``, which may be a day or a moment."""
    return moment if hasattr(date, "hour") else moment.date()
