"""Demonstration of settlements: a signed act with a later difference, one sent."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models

SIGNED, SENT = "Grand Harbour Hotels", "Northline Catering"
LATE = 186.40  # freight that was invoiced for the past quarter when it was over


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _tell(self):
        told = super()._tell()
        if self._books_are_open():
            self._reconcile()
        return told

    def _reconcile(self):
        """Draw up two acts of the last full quarter."""
        today = self.env.company._kam_today()
        quarter = fields.Date.start_of(today, "quarter")
        first, last = quarter - relativedelta(months=3), quarter - timedelta(1)
        signed, sent = (
            self._act_of(self._customer(name), first, last) for name in (SIGNED, SENT)
        )
        signed.send()
        signed.register_answer("agreed", note="Agrees with our books.")
        signed.sign(
            "Paula Stone, purchasing",
            "Power of attorney No. 14 of 2 January",
            fields.Date.to_string(min(today, last + timedelta(days=9))),
        )
        self._late_invoice(signed.partner_id, last - timedelta(days=12))
        sent.send()

    def _act_of(self, partner, first, last):
        return self._as("carl", "kam.act").create(
            {
                "partner_id": partner.id,
                "company_id": self.env.company.root_id.id,
                "currency_id": self.env.company.currency_id.id,
                "date_from": first,
                "date_to": last,
                "place": partner.city,
                "agreement": "Supply agreement of the season",
                "our_signatory": "Carl Weiss, credit controller",
                "our_authority": "Power of attorney No. 3 of 9 January",
            }
        )

    def _late_invoice(self, partner, day):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "ref": "Freight, forgotten",
                "invoice_line_ids": [
                    fields.Command.create(
                        {
                            "name": "Freight",
                            "quantity": 1,
                            "price_unit": LATE,
                            "tax_ids": [fields.Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
