"""Buttons of a reconciliation act."""

from odoo import models

from ..kam_core.receivables import acts


class KamAct(models.Model):
    _inherit = "kam.act"

    # ----------------------------------------------------------------- buttons
    def action_refresh(self):
        """Take the lines of drafts from the ledger as it is now."""
        self.check_access("write")
        self.filtered(lambda act: act.status == acts.DRAFT)._refresh_lines()
        return True

    def action_send(self):
        """Send the acts to the customers by e-mail, with a link to the portal."""
        self.send()
        template = self.env.ref("kam_management.kam_act_mail_template")
        for act in self:
            template.send_mail(act.id)
        return True

    def action_mark_sent(self):
        """Note that the acts were handed over on paper."""
        return self.send()

    def action_take_back(self):
        """Make sent acts drafts again."""
        return self.take_back()

    def action_agreed(self):
        """Note that the customers agreed, by telephone or on paper."""
        return self.register_answer(acts.AGREED)

    def action_close(self):
        """File signed acts."""
        return self.close()

    def action_sign(self):
        """Open the dialog of the signature."""
        return self._dialog("kam_management.kam_act_sign_action")

    def action_load_figures(self):
        """Open the dialog that reads the customer's own act."""
        return self._dialog("kam_management.kam_act_load_action")

    def action_open_delta(self):
        """Open the delta act of what was posted later; made if there is none."""
        ids = self[:1].open_delta()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": ids and ids[0],
            "views": [(False, "form")],
        }

    def action_view_lines(self):
        """Open the lines of the acts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_act_line_action"
        )
        action["domain"] = [("act_id", "in", self.ids)]
        return action

    def action_preview(self):
        """Open the act as the customer sees it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": self.get_portal_url(),
        }

    def _dialog(self, name):
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        action["context"] = {"default_act_id": self.id}
        return action
