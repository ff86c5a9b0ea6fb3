"""Telephone numbers: international, right, of one customer."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import common
from .client_case import ClientCase


@tagged("post_install", "-at_install")
class TestKamPhone(ClientCase, common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.acme.country_id = cls.germany
        cls.account = cls.designate(cls.acme, cls.kim)
        cls.env.ref("base.group_partner_manager").user_ids += cls.kim
        cls.mine = cls.acme.with_user(cls.kim)

    def test_a_number_gets_its_international_form(self):
        self.mine.phone = "030 901820"
        self.assertEqual(self.acme.phone, "+49 30 901820")
        self.assertEqual(self.mine.kam_phone, "+49 30 901820")
        self.assertFalse(self.mine.kam_phone_problem)

    def test_the_people_of_a_customer_have_its_country(self):
        [contact] = (
            self.env["res.partner"]
            .with_user(self.kim)
            .create(
                [{"name": "Paula", "parent_id": self.acme.id, "phone": "0171 2345678"}]
            )
        )
        self.assertEqual(contact.phone, "+49 171 2345678")

    def test_a_wrong_number_is_refused_in_a_sentence(self):
        for number, mend in (
            ("+1 206 555", "digits are missing"),
            ("+49 30 90182090182090182", "too many digits"),
            ("call Paula", "write digits only"),
            ("+49 1 2345678", "area code"),
        ):
            with (
                self.subTest(number),
                self.assertRaisesRegex(UserError, f"“Phone” .* of Acme .*{mend}"),
                self.cr.savepoint(),
            ):
                self.mine.phone = number

    def test_without_any_country_the_country_is_asked_for(self):
        self.acme.country_id = False
        self.company.country_id = False
        with self.assertRaisesRegex(UserError, "choose the country"):
            self.mine.phone = "030 901820"

    def test_nobody_else_is_stopped(self):
        self.bolt.with_user(self.kim).phone = "call Paula"  # no key account
        self.acme.sudo().phone = "call Paula"  # a job of the server
        self.assertIn("digits", self.mine.kam_phone_problem)
        self.mine.comment = "An old wrong number hinders nobody"

    def test_a_number_of_two_customers_is_found(self):
        self.mine.phone = "+49 30 901820"
        people = self.env["res.partner"].create(
            [
                {"name": "Paula", "parent_id": self.acme.id, "phone": "+49 30 901820"},
                {"name": "Ivan", "parent_id": self.bolt.id, "phone": "+49 30 901821"},
            ]
        )
        paula, ivan = people.with_user(self.kim)
        self.assertFalse(self.mine.kam_phone_shared)
        ivan.phone = "+49 (0)30 901820"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.mine.kam_phone_others, "Bolt")
        self.assertEqual(ivan.kam_phone_others, "Acme")
        model = self.env["res.partner"].with_user(self.kim)
        found = model.search([("kam_phone_shared", "=", True)])
        self.assertLessEqual(self.mine + paula + ivan, found)
        self.assertNotIn(self.cog, found)
        self.assertFalse(found & model.search([("kam_phone_shared", "=", False)]))

    def test_asked_before_it_is_written(self):
        self.acme.phone = "+49 30 901820"
        model = self.env["res.partner"].with_user(self.kim)
        told = model.kam_check_phone("0049 30 901820")
        self.assertEqual(told["number"], "+49 30 901820")
        self.assertEqual(told["uri"], "tel:+4930901820")
        self.assertEqual([one["name"] for one in told["customers"]], ["Acme"])
        self.assertFalse(model.kam_check_phone("030 901820", self.acme.id)["customers"])
        self.assertTrue(model.kam_check_phone("12", self.acme.id)["problem"])
        for wrong in (None, 3, [], {}):
            with self.assertRaises(UserError):
                model.kam_check_phone(wrong)
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(
                self.env.ref("base.public_user")
            ).kam_check_phone("1", self.acme.id)

    def test_the_number_of_queries_does_not_grow(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Many {n}", "phone": f"+49 30 9018{n:02}"} for n in range(60)]
        )
        self.env.flush_all()
        counts = []
        for some in (partners[:5], partners):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.with_user(self.kim).mapped("kam_phone_shared")
            some.with_user(self.kim).mapped("kam_phone_problem")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
