"""The dialog that erases a person, for administrators."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class KamPersonErase(models.TransientModel):
    _name = "kam.person.erase"
    _description = "Erase a person"

    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    words = fields.Text(
        "Found by",
        compute="_compute_words",
        store=True,
        readonly=False,
        help="One a line. Whatever names one of these is emptied, so add other"
        " spellings and leave out what names something else too.",
    )
    sure = fields.Boolean("I have read this, and nobody can undo it")
    result = fields.Text(readonly=True)

    @api.depends("partner_id")
    def _compute_words(self):
        for wizard in self:
            words = self.env["kam.erasure"]._words_for(wizard.partner_id)
            wizard.words = "\n".join(words)

    def action_erase(self):
        """Erase the contact, and say what was found and what is left."""
        self.ensure_one()
        if not self.sure:
            raise UserError(
                self.env._("Tick the box first: an erasure cannot be undone.")
            )
        words = [word for word in (self.words or "").splitlines() if word.strip()]
        done = self.env["kam.erasure"]._erase(self.partner_id, words)
        left = "\n".join(f"- {one['place']}: {one['rows']}" for one in done["left"])
        words = self.env._(
            "Erased: %(texts)s free texts of %(streams)s records, and %(traces)s"
            " messages and other traces. The event log still verifies.",
            **{name: done[name] for name in ("texts", "streams", "traces")},
        )
        if left:
            words += "\n\n" + self.env._(
                "Still named in documents that are kept (table, column: rows):\n%s",
                left,
            )
        # the dialog itself must not keep what it erased
        self.write({"result": words, "words": False})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase a person"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
