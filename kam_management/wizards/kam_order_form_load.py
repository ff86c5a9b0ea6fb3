"""The dialog that looks at a filled-in order form and makes the quotation."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cell_file import decode


class KamOrderFormLoad(models.TransientModel):
    _name = "kam.order.form.load"
    _description = "Filled-in order form: dialog"

    account_id = fields.Many2one("kam.account", "Key account", ondelete="cascade")
    data = fields.Binary("File", attachment=False)
    file_name = fields.Char()
    leave_out = fields.Boolean(
        "Leave out",
        help="Make the quotation of the other rows; the note on it names these.",
    )
    again = fields.Boolean(
        "Order again", help="It is a second order, by the same file."
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    # of the preview that was looked at: the client sends it back with the button
    seen = fields.Char(compute="_compute_seen", store=True, readonly=False)
    can_take = fields.Boolean(compute="_compute_preview")
    has_stopped = fields.Boolean(compute="_compute_preview")
    was_taken = fields.Boolean(compute="_compute_preview")

    @api.depends("data", "account_id")
    def _compute_seen(self):
        for dialog in self:
            look, _words = dialog._look(again=True)
            dialog.seen = look and look.seen()

    @api.depends("data", "account_id", "leave_out", "again")
    def _compute_preview(self):
        for dialog in self:
            look, words = dialog._look(dialog.again)
            dialog.update(dialog._shown(look, words))

    def _look(self, again):
        """Return (look, HTML); a file that is no form has no look."""
        forms, account = self.env["kam.order.form"], self.account_id._origin
        if not self.data or not account:
            return False, False
        try:
            account.check_access("read")
            look = forms._look(account, decode(self.env, self.data), again)
        except UserError as refusal:
            words = Markup('<div class="alert alert-danger mb-0" role="alert">%s</div>')
            return False, words % str(refusal)
        return look, forms._page(look)

    def _shown(self, look, words):
        if not look:
            return {**dict.fromkeys(SHOWN, False), "preview": words}
        taken = [one for one in look.problems if one.code == "taken_already"]
        stops = [one for one in look.problems if one.stops and one not in taken]
        stopped = bool(look.stopped_rows())
        return {
            "preview": words,
            "can_take": not look.stopped and (self.leave_out or not stopped),
            "has_stopped": stopped and not stops,
            "was_taken": bool(taken) or self.again,
        }

    def action_take(self):
        """Make the quotation and open it."""
        self.ensure_one()
        if not self.account_id:
            raise UserError(
                self.env._("“Key account” is empty: choose whose order it is.")
            )
        result = self.account_id.take_order_form(
            self.data, self.leave_out, self.again, self.file_name, self.seen
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": result["id"],
            "views": [(False, "form")],
        }


SHOWN = ("preview", "can_take", "has_stopped", "was_taken")
