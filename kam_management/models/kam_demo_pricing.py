"""Price columns, grants and approvals of the demonstration."""

from datetime import timedelta

from odoo import fields, models

from ..demo import story_pricing as story


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _absence(self, users, partners, today):
        result = super()._absence(users, partners, today)
        accounts = {
            one.partner_id.name: one
            for one in self.env["kam.account"].search(
                [("partner_id", "in", [one.id for one in partners.values()])]
            )
        }
        columns = self._columns(today)
        self._policy(users, columns, today)
        self._grants(users, accounts, columns, today)
        self._approvals(users, accounts, today)
        return result

    def _columns(self, today):
        # pricelists are shown as Odoo's own setting shows them
        shown = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids |= shown
        pricelists = self._records(
            "product.pricelist",
            {
                f"pricelist_{name.lower()}": {
                    "name": name,
                    "company_id": self.env.company.id,
                    "item_ids": [
                        fields.Command.create(
                            {"compute_price": "percentage", "percent_price": off}
                        )
                    ]
                    if off
                    else [],
                }
                for name, (_rank, off) in story.COLUMNS.items()
            },
        )
        made = self.env["kam.price.column"].create(
            [
                {
                    "name": name,
                    "rank": rank,
                    "pricelist_id": pricelists[f"pricelist_{name.lower()}"].id,
                    "date_from": today - timedelta(days=420),
                }
                for name, (rank, _off) in story.COLUMNS.items()
            ]
        )
        return dict(zip(story.COLUMNS, made, strict=True))

    def _policy(self, users, columns, today):
        names = ("turnover", "breadth", "on_time_percent", "term_days_to")
        names = (*names, "minimum_order")
        policy = (
            self.env["kam.price.policy"]
            .with_user(users["diana"])
            .create(
                {
                    "name": "Price policy",
                    "condition_ids": [
                        fields.Command.create(
                            {
                                "column_id": columns[name].id,
                                **dict(zip(names, figures, strict=True)),
                            }
                        )
                        for name, figures in story.CONDITIONS.items()
                    ],
                    "allowance_ids": [
                        fields.Command.create(
                            {"account_class": letter, "free_percent": percent}
                        )
                        for letter, percent in story.FREE.items()
                    ],
                }
            )
        )
        policy.publish(
            "Columns instead of discounts by feeling.",
            fields.Date.to_string(today - timedelta(days=400)),
        )

    def _grants(self, users, accounts, columns, today):
        day = fields.Date.to_string(today - timedelta(days=120))
        for name, (column, basis, why, days) in story.GRANTS.items():
            account = accounts[name]
            if basis == "policy" and not self._books_are_open():
                continue
            account.with_user(users["helen"])._grant(
                columns[column],
                basis,
                why,
                day,
                days and fields.Date.to_string(today + timedelta(days=days)),
            )

    def _approvals(self, users, accounts, today):
        for name, login, percent, why, granted, answer in story.EARLIER:
            order = self._past_order(accounts[name])
            if order:
                approval = self._request(users[login], order, percent, why)
                decided = approval.with_user(users["helen"])
                if granted:
                    decided.approve(answer)
                    approval.sudo()._use_up(order, "beyond_column")
                else:
                    decided.refuse(answer)
        name, login, percent, why = story.WAITING
        order = (
            self.env["sale.order"]
            .with_user(users[login])
            .create(
                {
                    "partner_id": accounts[name].partner_id.id,
                    "user_id": users[login].id,
                    "team_id": self.env.ref("kam_management.demo_team").id,
                    "order_line": [
                        fields.Command.create(
                            {
                                "product_id": self.env.ref(
                                    f"kam_management.demo_product_{code}"
                                ).id,
                                "product_uom_qty": quantity,
                                "discount": percent,
                            }
                        )
                        for code, quantity in (("espresso", 40), ("syrup", 24))
                    ],
                }
            )
        )
        order.order_line.discount = percent
        last = fields.Date.to_string(today + timedelta(days=14))
        approvals = self.env["kam.approval"].with_user(users[login])
        approvals.ask("discount", "sale.order", order.id, None, why, last)

    def _past_order(self, account):
        """Return an invoiced order that no approval was used for yet."""
        used = (
            self.env["kam.approval"]
            .search([("res_model", "=", "sale.order")])
            .mapped("res_id")
        )
        return self.env["sale.order"].search(
            [
                ("kam_account_id", "=", account.id),
                ("state", "=", "sale"),
                ("invoice_status", "=", "invoiced"),
                ("id", "not in", used),
            ],
            order="date_order desc",
            limit=1,
        )

    def _request(self, user, order, percent, why):
        amount = order.currency_id.round(order.amount_untaxed * percent / 100)
        approvals = self.env["kam.approval"].with_user(user)
        approval_id = approvals.ask(
            "discount",
            "sale.order",
            order.id,
            {
                "currency": order.currency_id.name,
                "amount": f"{amount:.2f}",
                "percent": str(percent),
            },
            why,
        )
        return approvals.browse(approval_id)
