"""A small trade for the tests of the screens: people, customers, papers."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

GROUP = "kam_management.group_kam_"
PEOPLE = {
    "kim": "user",
    "lou": "user",
    "hal": "head",
    "dot": "director",
    "cy": "credit",
}


class ClientCase:
    """Mixed into a test class before ``KamCase`` or ``KamHttpCase``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.today = cls.company._kam_today()
        if not cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)]
        ):
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company)
        for login, group in PEOPLE.items():
            user = new_test_user(
                cls.env, f"cli_{login}", groups=f"base.group_user,{GROUP}{group}"
            )
            user.name = login.capitalize()
            setattr(cls, login, user)
        cls.acme, cls.bolt, cls.cog = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Acme", "Bolt", "Cog")]
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Crate", "standard_price": 6, "invoice_policy": "order"}
        )

    @classmethod
    def day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def designate(cls, partner, owner, days=-700, letter="A", by=None):
        model = cls.env["kam.account"].with_user(by or cls.hal)
        [account_id] = model.designate(
            partner.ids,
            letter,
            "Leads its segment",
            cls.day(days),
            owners=[{"user_id": owner.id}],
        )
        return model.browse(account_id)

    @classmethod
    def invoice(cls, partner, net, days, due=None):
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice" if net > 0 else "out_refund",
                "partner_id": partner.id,
                "invoice_date": cls.day(days),
                "invoice_date_due": cls.day(days if due is None else due),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "quantity": 1,
                            "price_unit": abs(net),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def order(cls, partner, days, price=10, confirm=True):
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "date_order": cls.day(days),
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 10,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = cls.day(days)
        return order
