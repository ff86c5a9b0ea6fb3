"""What a customer has open, and writing to them about it."""

from odoo import api, fields, models

from .kam_collection_query import DOCUMENTS


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    # --------------------------------------------------------------- documents
    @api.model
    @api.readonly
    def documents(self, partner_id):
        """Return what a customer has open, the oldest first.

        :param partner_id: id of a customer you may collect from
        :return: dict ``partner_id``, ``name``, ``contacts`` (list of ``{id, name,
            phone}``), ``reasons`` (of disputes), and ``documents``: list of dicts
            ``line_id``, ``move_id``, ``name``, ``date``, ``due``, ``days`` (late),
            ``amount`` (company currency), ``amount_currency``, ``currency_id``,
            ``disputed``, tax included
        """
        partner = self._check_partner(partner_id)
        today = self.env.company._kam_today()
        rows = self._rows(DOCUMENTS, [partner.id])
        cases = self.env["kam.dispute"]._disputed(partner_ids=[partner.id])
        disputed = {row[2]: row[3] for row in cases}
        reasons = self.env["kam.dispute.reason"].search([("active", "=", True)])
        contacts = partner.child_ids.filtered(lambda one: one.type == "contact")
        return {
            "partner_id": partner.id,
            "name": partner.display_name,
            "contacts": [
                {"id": one.id, "name": one.name or "", "phone": one.phone or ""}
                for one in partner | contacts
            ],
            "reasons": [{"id": one.id, "name": one.name} for one in reasons],
            "documents": [self._document(row, disputed, today) for row in rows],
        }

    def _document(self, row, disputed, today):
        line_id, move_id, day, due, amount, in_currency, currency_id, name, kind = row
        return {
            "line_id": line_id,
            "move_id": move_id,
            "name": name or "",
            "is_invoice": kind in ("out_invoice", "out_receipt"),
            "date": fields.Date.to_string(day),
            "due": fields.Date.to_string(due),
            "days": (today - due).days,
            "amount": float(amount),
            "amount_currency": float(in_currency),
            "currency_id": currency_id,
            "disputed": float(disputed.get(move_id) or 0),
        }

    @api.model
    def compose(self, partner_id):
        """Open an e-mail to a customer, in their language, the statement attached.

        :param partner_id: id of a customer you may collect from
        :return: action of Odoo's mail composer; its text is the template “Receivables:
            statement of open items”
        """
        partner = self._check_partner(partner_id)
        name, content, mimetype = partner._kam_statement_file()
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": mimetype,
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        template = self.env.ref(
            "kam_management.mail_template_kam_statement", raise_if_not_found=False
        )
        address = self.env["kam.reminder"]._addresses(partner)[partner.id]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %s", partner.display_name),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": partner.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_partner_ids": address.ids,
                "default_attachment_ids": attachment.ids,
                "kam_collection_partner": partner.id,
            },
        }
