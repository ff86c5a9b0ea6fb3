from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from . import common
from .log_fixtures import make_account

TOKEN = "zqxwvtoken"


@tagged("post_install", "-at_install")
class TestErasure(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_account = make_account(cls.env, "Northwind")
        cls.person = cls.env["res.partner"].create(
            {
                "name": f"Ann {TOKEN}",
                "email": f"{TOKEN}@example.com",
                "phone": "+44 20 7946 0958",
                "comment": f"<p>Likes {TOKEN}</p>",
                "street": f"{TOKEN} street",
                "function": f"Buyer {TOKEN}",
                "ref": f"REF{TOKEN}",
            }
        )
        cls.account = cls.env["kam.account"].create(
            {
                "partner_id": cls.person.id,
                "needs": f"Call {TOKEN} before nine",
                "owner_ids": [(0, 0, {"user_id": cls.env.ref("base.user_admin").id})],
            }
        )

    def found(self, term=TOKEN):
        """Return every text column of the database that holds the word."""
        self.env.flush_all()
        return self.env["kam.erasure"]._left([term])

    def leave_traces(self):
        admin = self.env.ref("base.user_admin")
        accounts = self.env["kam.account"].with_user(admin)
        accounts.browse(self.account.id).designate(
            self.person.ids,
            "A",
            f"{TOKEN} asked for it",
            command_id="6f1c2f0e-3b7e-4f57-9a0a-0d3c6a8f1e11",
        )
        self.company_account.needs = f"Their {TOKEN} decides"
        self.person.message_post(body=f"Met {TOKEN} today", subject=TOKEN)
        self.account.message_post(body=f"Met {TOKEN} again")
        self.account.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=admin.id,
            summary=f"Call {TOKEN}",
            note=f"{TOKEN} is away on Mondays",
        )
        other = self.env["res.partner"].create({"name": "Other"})
        self.account.message_post(body="Hello", author_id=self.person.id)
        self.env["crm.lead"].create(
            {"name": f"Lead of {TOKEN}", "partner_id": self.person.id}
        )
        self.assertTrue(self.person.message_ids)  # created with the partner
        self.env["mail.tracking.value"].create(
            {
                "mail_message_id": other.message_ids[:1].id
                or other.message_post(body="x").id,
                "field_id": self.env["ir.model.fields"]._get("res.partner", "name").id,
                "old_value_char": f"Ann {TOKEN}",
                "new_value_char": "Other",
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": f"{TOKEN}.txt",
                "raw": TOKEN.encode(),
                "res_model": "res.partner",
                "res_id": self.person.id,
            }
        )

    def test_found_nowhere_and_the_log_holds(self):
        self.leave_traces()
        places = {one["place"] for one in self.found()}
        for place in (
            "res_partner.name",
            "res_partner.comment",
            "kam_account.needs",
            "text.body",
            "mail_message.body",
            "mail_tracking_value.old_value_char",
            "mail_activity.note",
            "crm_lead.name",
            "ir_attachment.name",
        ):
            self.assertIn(place, places)
        self.assertNotIn("event.payload", places)
        self.assertNotIn("command.request", places)
        words = self.env["kam.erasure"]._words_for(self.person)
        done = self.env["kam.erasure"]._erase(self.person, [*words, TOKEN])
        self.assertEqual(done["left"], [])
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found("7946 0958"), [])
        self.assertGreaterEqual(done["texts"], 3)
        self.assertFalse(self.account.needs)
        self.assertFalse(self.company_account.needs)
        check = self.env["kam.log.check"]
        self.assertEqual(check.verify_now()["state"], "clean")
        self.assertEqual(check.drift_now()["state"], "clean")
        history = self.account.kam_history()["events"]
        self.assertIn("Designated", [one["type"] for one in history])
        event = self.env["kam.event"].search(
            [("model", "=", "res.partner"), ("res_id", "=", self.person.id)], limit=1
        )
        self.assertEqual(event.type, "PersonErased")

    def test_dialog(self):
        admin = self.env.ref("base.user_admin")
        wizard = self.env["kam.person.erase"].with_user(admin)
        form = Form(wizard.with_context(active_id=self.person.id))
        record = form.save()
        with self.assertRaisesRegex(UserError, "Tick the box"):
            record.action_erase()
        self.assertIn(f"{TOKEN}@example.com", record.words)
        record.words += f"\n{TOKEN}"
        record.sure = True
        record.action_erase()
        self.assertIn("still verifies", record.result)
        self.assertEqual(self.found(), [])

    def test_documents_that_are_kept_are_named(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.person.id,
                "invoice_line_ids": [
                    (0, 0, {"name": f"Rye for {TOKEN}", "price_unit": 10.0})
                ],
            }
        )
        invoice.action_post()
        left = {
            one["place"]
            for one in self.env["kam.erasure"]._erase(self.person, [TOKEN])["left"]
        }
        self.assertIn("account_move_line.name", left)

    def test_refused(self):
        director = new_test_user(
            self.env, "erase_director", "kam_management.group_kam_director"
        )
        with self.assertRaises(AccessError):
            self.env["kam.erasure"].with_user(director)._erase(self.person)
        with self.assertRaises(AccessError):
            self.env["kam.person.erase"].with_user(director).create(
                {"partner_id": self.person.id}
            )
        with self.assertRaisesRegex(UserError, "Archive the user"):
            self.env["kam.erasure"]._erase(self.env.ref("base.user_admin").partner_id)
        with self.assertRaisesRegex(UserError, "too short"):
            self.env["kam.erasure"]._erase(self.person, ["Ann"])
        with self.assertRaisesRegex(UserError, "your companies"):
            self.env["kam.erasure"]._erase(self.env.company.partner_id)
