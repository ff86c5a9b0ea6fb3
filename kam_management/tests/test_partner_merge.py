from odoo.tests import tagged

from ..kam_core.record import names
from . import common
from .log_fixtures import make_account, stream_id


@tagged("post_install", "-at_install")
class TestPartnerMerge(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = make_account(cls.env, "First")
        cls.second = make_account(cls.env, "Second", needs="Rye")
        cls.admin = cls.env.ref("base.user_admin")

    def merge(self, sources, target):
        partners = sources | target
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, target)
        self.env.invalidate_all()

    def types(self, stream):
        self.env.cr.execute(
            "SELECT type FROM kam_es.event WHERE stream_id = %s ORDER BY version",
            [stream],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def test_two_accounts_become_one(self):
        streams = stream_id(self.first), stream_id(self.second)
        delegation = self.env["kam.delegation"].create(
            {
                "user_id": self.admin.id,
                "substitute_id": self.env.ref("base.user_demo").id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "account_ids": [(6, 0, self.second.ids)],
            }
        )
        self.second.message_post(body="They want rye")
        self.second.activity_schedule("mail.mail_activity_data_todo", user_id=2)
        order = self.env["sale.order"].create({"partner_id": self.second.partner_id.id})
        self.env.flush_all()
        self.assertEqual(order.kam_account_id, self.second)
        gone = self.second.id
        self.merge(self.second.partner_id, self.first.partner_id)
        self.assertFalse(self.env["kam.account"].browse(gone).exists())
        self.assertTrue(self.first.exists())
        self.assertEqual(self.types(streams[0])[-1], "AccountAbsorbed")
        self.assertEqual(self.types(streams[1])[-1], "MergedInto")
        self.env.cr.execute(
            "SELECT merged_into FROM kam_es.stream WHERE id = %s", [streams[1]]
        )
        self.assertEqual(self.env.cr.fetchone()[0], streams[0])
        self.assertEqual(delegation.account_ids, self.first)
        self.assertEqual(order.kam_account_id, self.first)
        self.assertIn("They want rye", str(self.first.message_ids.mapped("body")))
        self.assertEqual(len(self.first.activity_ids), 1)

    def test_account_follows_to_the_partner_that_stays(self):
        other = self.env["res.partner"].create({"name": "Third", "is_company": True})
        order = self.env["sale.order"].create({"partner_id": self.first.partner_id.id})
        self.merge(self.first.partner_id, other)
        self.assertEqual(self.first.partner_id, other)
        self.assertEqual(order.kam_account_id, self.first)
        self.assertEqual(self.types(stream_id(self.first))[-1], "Relinked")

    def test_of_three(self):
        third = self.env["res.partner"].create({"name": "Third", "is_company": True})
        self.merge(self.first.partner_id | self.second.partner_id, third)
        left = self.env["kam.account"].search([("partner_id", "=", third.id)])
        self.assertEqual(left, self.first)

    def test_into_a_contact_of_a_company(self):
        """A company is merged into somebody's contact: the account is the company's."""
        third = self.env["res.partner"].create({"name": "Third", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": third.id}
        )
        self.merge(self.first.partner_id, contact)
        self.assertEqual(self.first.partner_id, third)

    def test_no_line_points_to_a_partner(self):
        """Lines are not relinked one by one: none may point to what can be merged."""
        for name in self.env["kam.projector"]._models():
            model = self.env[name]
            for part in model._core.PARTS:
                lines = self.env[model._fields[part].comodel_name]
                for field in names(model._core.PARTS[part]):
                    if field != "key":
                        self.assertNotEqual(
                            lines._fields[field].comodel_name, "res.partner"
                        )


@tagged("post_install", "-at_install")
class TestCustomerMoves(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = make_account(cls.env, "Branch")
        cls.branch = cls.account.partner_id
        cls.holding = cls.env["res.partner"].create(
            {"name": "Holding", "is_company": True}
        )

    def asked(self, account):
        return account.activity_ids.mapped("summary")

    def test_account_follows_into_another_company(self):
        order = self.env["sale.order"].create({"partner_id": self.branch.id})
        self.branch.write({"parent_id": self.holding.id, "is_company": False})
        self.assertEqual(self.account.partner_id, self.holding)
        self.assertIn("now that of Holding", self.asked(self.account)[0])
        self.assertEqual(order.kam_account_id, self.account)

    def test_a_company_with_a_parent_stays_its_own(self):
        """Odoo: a child that is a company is a commercial partner of its own."""
        self.branch.parent_id = self.holding
        self.assertEqual(self.account.partner_id, self.branch)
        self.assertFalse(self.asked(self.account))

    def test_head_is_asked_where_there_are_two(self):
        other = self.env["kam.account"].create({"partner_id": self.holding.id})
        self.branch.write({"parent_id": self.holding.id, "is_company": False})
        self.assertEqual(self.account.partner_id, self.branch)
        self.assertEqual(other.partner_id, self.holding)
        self.assertIn("now part of Holding", self.asked(self.account)[0])

    def test_archived_with_debt(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.branch.id,
                "invoice_line_ids": [
                    (0, 0, {"name": "Rye", "price_unit": 100.0, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        self.branch.active = False
        self.assertEqual(self.asked(self.account), ["The customer was archived"])
        self.assertIn("100.00", self.account.activity_ids.note)

    def test_archived_without_debt(self):
        self.branch.active = False
        self.assertIn("Release the account", str(self.account.activity_ids.note))
