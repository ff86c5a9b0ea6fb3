"""Demonstration of collections: promises kept and broken, a dispute, reminders sent."""

from datetime import timedelta

from odoo import fields, models

# customer: who promised it to whom; days from today it was said, and it was for
PROMISES = {
    "Northline Catering": ("david", -12, -6),
    "Harvest Food Market": ("david", -4, 0),
    "Bridge Street Deli": ("ben", -1, 3),
}
KEPT = ("Bellevue Restaurants", "ben")
DISPUTES = {
    "Pine Lodge Resort": (
        "david",
        "quality",
        -30,
        "Two sacks were wet when they came; photos sent by phone.",
    ),
    "Northline Catering": (
        "david",
        "price",
        -3,
        "The season's price was agreed at 5 % less.",
    ),
}
TALKS = {
    "Timber Works Canteen": ("david", "no_answer", "The phone rang out."),
    "Bridge Street Deli": ("ben", "will_check", "Looks for the invoice of March."),
}
REMINDED = ("Mill Creek Bistro", "Fern Valley Shops")


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _tell(self):
        told = super()._tell()
        if self._books_are_open():
            self._collect()
        return told

    def _collect(self):
        today = self.env.company._kam_today()
        self._promises(today)
        self._disputes(today)
        for name, (login, result, note) in TALKS.items():
            self._as(login, "kam.collection").note(
                self._customer(name).id, result, note=note
            )
        ids = [self._customer(name).id for name in REMINDED]
        for days in (24, 16, 8, 0):  # one stage after the other
            day = fields.Date.to_string(today - timedelta(days=days))
            self._as("carl", "kam.reminder").run(ids, day)

    def _as(self, login, model):
        user = self.env.ref(f"kam_management.demo_user_{login}")
        return self.env[model].with_user(user)

    def _customer(self, name):
        slug = name.lower().replace(" ", "_")
        return self.env.ref(f"kam_management.demo_partner_{slug}")

    def _owed(self, name):
        """Return the customer's oldest invoice that is not paid."""
        return self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self._customer(name).id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due, id",
            limit=1,
        )

    def _promises(self, today):
        for name, (login, made, by) in PROMISES.items():
            if move := self._owed(name):
                self._promise(
                    login,
                    move,
                    move.amount_residual,
                    today + timedelta(days=made),
                    today + timedelta(days=by),
                )
        name, login = KEPT
        paid = self.env["account.partial.reconcile"].search(
            [
                (
                    "debit_move_id.move_id.commercial_partner_id",
                    "=",
                    self._customer(name).id,
                ),
                ("credit_move_id.journal_id.type", "=", "bank"),
            ],
            order="max_date desc, id desc",
            limit=1,
        )
        if paid:
            day = paid.credit_move_id.date
            move = paid.debit_move_id.move_id
            self._promise(login, move, paid.amount, day - timedelta(days=5), day)

    def _promise(self, login, move, amount, made, by):
        partner = move.commercial_partner_id
        return self._as(login, "kam.promise").create(
            {
                "partner_id": partner.id,
                "amount": amount,
                "currency_id": move.currency_id.id,
                "made_on": made,
                "date_promised": by,
                "contact_id": partner.child_ids[:1].id,
                "move_ids": [fields.Command.set(move.ids)],
            }
        )

    def _disputes(self, today):
        for name, (login, reason, days, words) in DISPUTES.items():
            move = self._owed(name)
            if not move:
                continue
            self._as(login, "kam.dispute").create(
                {
                    "partner_id": move.commercial_partner_id.id,
                    "currency_id": move.currency_id.id,
                    "reason_id": self.env.ref(
                        f"kam_management.kam_dispute_reason_{reason}"
                    ).id,
                    "opened_on": today + timedelta(days=days),
                    "description": words,
                    "line_ids": [
                        fields.Command.create(
                            {
                                "move_id": move.id,
                                "amount": move.currency_id.round(
                                    move.amount_residual * 0.2
                                ),
                            }
                        )
                    ],
                }
            )
