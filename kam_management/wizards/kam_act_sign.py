"""The dialog of the signature: who, on what authority, when, and the scan."""

from odoo import fields, models


class KamActSign(models.TransientModel):
    _name = "kam.act.sign"
    _description = "Signature of a reconciliation act: dialog"

    act_id = fields.Many2one("kam.act", required=True, ondelete="cascade")
    signatory = fields.Char("Signed by", help="Name and position.")
    authority = fields.Char(
        help="Charter, or number and date of the power of attorney: only an authorised"
        " signature interrupts limitation."
    )
    signed_on = fields.Date(
        required=True, default=lambda self: self.env.company._kam_today()
    )
    scan = fields.Binary("Signed scan", attachment=False)
    scan_name = fields.Char()

    def action_sign(self):
        """Seal the act."""
        self.ensure_one()
        self.act_id.sign(
            self.signatory,
            self.authority,
            fields.Date.to_string(self.signed_on),
            self.scan and self.scan.decode(),
            self.scan_name,
        )
        return {"type": "ir.actions.act_window_close"}
