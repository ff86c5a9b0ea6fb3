"""Three columns on three pricelists, a policy, and an account that has one of them."""

from odoo.exceptions import UserError
from odoo.fields import Command

from .client_case import ClientCase


class PricingCase(ClientCase):
    """Mixed into a test class before ``KamCase`` or ``KamHttpCase``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the columns of the demonstration are none of ours
        cls.env["kam.price.column"].search([]).write({"active": False})
        group = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user").implied_ids += group
        cls.product.list_price = 110
        cls.product.taxes_id = False
        cls.other = cls.env["product.product"].create(
            {"name": "Sack", "list_price": 50, "taxes_id": False}
        )
        cls.retail, cls.wholesale, cls.dealer = cls.env["product.pricelist"].create(
            [
                {"name": "T retail"},
                {
                    "name": "T wholesale",
                    "item_ids": [
                        Command.create(
                            {
                                "compute_price": "fixed",
                                "applied_on": "1_product",
                                "product_tmpl_id": cls.product.product_tmpl_id.id,
                                "fixed_price": 100,
                            }
                        )
                    ],
                },
                {"name": "T dealer"},
            ]
        )
        cls.env["product.pricelist.item"].create(
            {
                "pricelist_id": cls.dealer.id,
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": cls.wholesale.id,
                "price_discount": 10,
            }
        )
        first = cls.day(-400)
        cls.col_retail, cls.col_wholesale, cls.col_dealer = cls.env[
            "kam.price.column"
        ].create(
            [
                {"name": name, "rank": rank, "pricelist_id": one.id, "date_from": first}
                for rank, (name, one) in enumerate(
                    (
                        ("Retail", cls.retail),
                        ("Wholesale", cls.wholesale),
                        ("Dealer", cls.dealer),
                    ),
                    start=1,
                )
            ]
        )
        cls.policy = cls.env["kam.price.policy"].create(
            {
                "name": "Columns",
                "condition_ids": [
                    Command.create(
                        {
                            "column_id": cls.col_wholesale.id,
                            "turnover": 10500,
                            "minimum_order": 1000,
                            "term_days_to": 45,
                        }
                    ),
                    Command.create(
                        {
                            "column_id": cls.col_dealer.id,
                            "turnover": 50000,
                            "breadth": 2,
                            "on_time_percent": 90,
                        }
                    ),
                ],
                "allowance_ids": [Command.create({"free_percent": 3})],
            }
        )
        cls.policy.publish("New prices", str(first))
        cls.account = cls.designate(cls.acme, cls.kim)
        cls.account.head_id = cls.hal
        cls.give(cls.col_wholesale, "agreement")

    @classmethod
    def give(cls, column, basis="policy", account=None, **more):
        account = (account or cls.account).with_user(cls.hal)
        ids = account.grant_column(column.id, basis, "Agreed", **more)
        return cls.env["kam.price.grant"].browse(ids)

    def quote(self, price=None, quantity=10, discount=0, user=None, **vals):
        line = {"product_id": self.product.id, "product_uom_qty": quantity}
        if price is not None:
            line["price_unit"] = price
        if discount:
            line["discount"] = discount
        return (
            self.env["sale.order"]
            .with_user(user or self.kim)
            .create(
                {
                    "partner_id": self.acme.id,
                    "order_line": [Command.create(line)],
                    **vals,
                }
            )
        )

    def codes(self, order):
        [told] = order.kam_findings()
        return [one["code"] for one in told["findings"]]

    def assertStopped(self, act, words="below the column"):
        with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
            act()
        self.env.invalidate_all()
