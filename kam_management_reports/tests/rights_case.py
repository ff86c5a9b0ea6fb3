"""A little world of secrets, and how to find one in a workbook, wherever it hides.

Each secret is a text or a number that stands nowhere else, and is told to some only.
"""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.kam_management.kam_core.pay.statements import Close
from odoo.addons.kam_management.tests.pricing_case import PricingCase

from .report_case import ReportCase

MARGIN = "kam_management.group_kam_margin"
GROUPS = {
    "mine": "kam_management.group_kam_user",
    "colleague": "kam_management.group_kam_user",
    "head": "kam_management.group_kam_head",
    "head_with_margin": f"kam_management.group_kam_head,{MARGIN}",
    "director": "kam_management.group_kam_director",
    "credit": "kam_management.group_kam_credit",
    "support": "kam_management.group_kam_support",
    "payroll": "kam_management.group_kam_payroll",
    "system": "base.group_system",
    "internal": "",
}
PRICE, COST, PAY, FOREIGN = 731.17, 313.37, 4242.42, 658.39
NUMBER = re.compile(rb"<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>")


class RightsCase(PricingCase, ReportCase):
    """Mixed into a test class before ``KamCase``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = {
            role: new_test_user(
                cls.env,
                f"rights_{role}",
                groups=",".join(
                    filter(None, ("base.group_user", "base.group_allow_export", groups))
                ),
            )
            for role, groups in GROUPS.items()
        }
        mine, colleague = cls.readers["mine"], cls.readers["colleague"]
        cls.own, cls.foreign = cls.env["res.partner"].create(
            [
                {"name": "Zq own customer", "is_company": True},
                {"name": "Zq hidden customer", "is_company": True},
            ]
        )
        accounts = cls.env["kam.account"]
        cls.own_account = accounts.browse(cls.designate(cls.own, mine).ids)
        cls.foreign_account = accounts.browse(cls.designate(cls.foreign, colleague).ids)
        cls.secret_product = cls.env["product.product"].create(
            {
                "name": "Zq thing",
                "list_price": 500,
                "standard_price": COST,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        cls.sold(cls.own, PRICE)
        cls.sold(cls.foreign, FOREIGN)
        cls.pay_of(colleague)
        cls.elsewhere()
        cls.env.flush_all()

    @classmethod
    def sold(cls, partner, price):
        """Order, invoice and give back the product that has a secret cost."""
        line = {
            "product_id": cls.secret_product.id,
            "price_unit": price,
            "tax_ids": [Command.clear()],
        }
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({**line, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        for kind in ("out_invoice", "out_invoice", "out_refund"):
            cls.env["account.move"].create(
                {
                    "move_type": kind,
                    "partner_id": partner.id,
                    "invoice_date": cls.today,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                **line,
                                "quantity": 1,
                                "sale_line_ids": [Command.set(order.order_line.ids)],
                            }
                        )
                    ],
                }
            ).action_post()

    @classmethod
    def pay_of(cls, user):
        """Close a statement of pay with a secret amount."""
        scheme = cls.env["kam.pay.scheme"].create(
            {
                "name": "Zq",
                "period": "month",
                "base": 1000,
                "user_ids": [Command.set(user.ids)],
            }
        )
        first = cls.today.replace(day=1)
        cls.statement = cls.env["kam.pay.statement"].create(
            {
                "scheme_id": scheme.id,
                "user_id": user.id,
                "date_from": first,
                "date_to": date(first.year + first.month // 12, first.month % 12 + 1, 1)
                - date.resolution,
            }
        )
        none = Decimal(0)
        cls.statement._command(
            Close(Decimal(str(PAY)), none, none, 1, 1, "d", "{}", cls.today)
        )

    @classmethod
    def elsewhere(cls):
        """Make a key account of another company, of a customer that only it has."""
        cls.other_company = cls.env["res.company"].create({"name": "Zq elsewhere"})
        partner = cls.env["res.partner"].create(
            {
                "name": "Zq abroad customer",
                "is_company": True,
                "company_id": cls.other_company.id,
            }
        )
        cls.abroad = (
            cls.env["kam.account"]
            .with_company(cls.other_company)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": cls.other_company.id,
                    "owner_ids": [
                        Command.create({"user_id": cls.env.ref("base.user_admin").id})
                    ],
                }
            )
        )

    # ------------------------------------------------------------------- secrets
    def secrets(self, user, code):
        """Return {what: texts or numbers} that a reader must not find in a report."""
        accounts = self.env["kam.account"].with_user(user)
        accounts = accounts.with_context(
            allowed_company_ids=user.company_id.ids, active_test=False
        )
        lines = self.env["kam.analysis.line"].with_user(user)
        found = {"another company": ["Zq elsewhere", "Zq abroad customer"]}
        readable = accounts.has_access("read") and accounts.search(
            [("id", "=", self.foreign_account.id)]
        )
        if code == "analysis" and lines.has_access("read"):
            readable = readable or lines.search([("partner_id", "=", self.foreign.id)])
        if code == "log":  # whoever reads the log reads its keys and plain content
            readable = self.env["kam.event"].with_user(user).has_access("read")
        if not readable:
            found["another's customer"] = [self.foreign.name]
            if code not in TOTALS:
                found["another's amounts"] = [FOREIGN]
        if not user.has_group(MARGIN):
            found["cost"] = [COST]
            found["margin"] = [
                round(price * times - COST * times, 2)
                for price in (PRICE, FOREIGN)
                for times in (1, 2)
            ]
            found["margin ratio"] = [
                round((price - COST) / price, 6) for price in (PRICE, FOREIGN)
            ]
        statements = self.env["kam.pay.statement"].with_user(user)
        if not (
            statements.has_access("read")
            and statements.search([("id", "=", self.statement.id)])
        ):
            found["another's pay"] = [PAY]
        return found

    def leaks(self, content, secrets):
        """Return [(what, secret, part)] of secrets that a file holds, in any part.

        Cells of hidden and shown sheets, shared strings, caches of charts, comments,
        names, properties: all are parts of the archive.
        """
        found = []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                body = archive.read(part)
                numbers = [_number(one) for one in NUMBER.findall(body)]
                text = body.decode("utf-8", "replace")
                for what, values in secrets.items():
                    found += [
                        (what, one, part)
                        for one in values
                        if str(one) in text or _in(one, numbers)
                    ]
        return found


# sums over all customers of the company, told on purpose: controls of these reports
TOTALS = ("analysis",)


def _number(text):
    try:
        return float(text)
    except ValueError:
        return None


def _in(secret, numbers):
    if isinstance(secret, str):
        return False
    near = 0.004 if secret > 1 else 0.000004
    return any(one is not None and abs(abs(one) - secret) < near for one in numbers)
