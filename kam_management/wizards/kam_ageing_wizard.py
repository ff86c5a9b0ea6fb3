"""The dialog of the ageing: as of when, on which clock, from which day."""

from odoo import api, fields, models

from ..models import kam_ageing_query as query


class KamAgeingWizard(models.TransientModel):
    _name = "kam.ageing.wizard"
    _description = "Ageing: as of when"

    as_of = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._kam_today(),
        help="The last accounting date that counts.",
    )
    clock = fields.Selection(
        [("was", "As it was"), ("known", "As we knew it then")],
        required=True,
        default="was",
        help="As it was: from the ledger of today, with everything that was entered"
        " later for that time. As we knew it: only what had been entered by then.",
    )
    known_at = fields.Datetime("Known at", default=fields.Datetime.now)
    base = fields.Selection(
        [("due", "Due date"), ("invoice", "Invoice date")],
        "Ages from",
        required=True,
        default="due",
    )
    owner = fields.Selection(
        [("now", "of today"), ("then", "of that day")],
        "Key account manager",
        required=True,
        default="now",
    )
    currency_id = fields.Many2one(
        "res.currency", help="Only documents in it. Empty: all, in company currency."
    )
    show = fields.Selection(
        [("customers", "Customers"), ("documents", "Documents")],
        required=True,
        default="customers",
    )

    @api.model
    def default_get(self, fields_list):
        """Start from what the ageing on the screen was asked."""
        values = super().default_get(fields_list)
        if asked := self.env.context.get("kam_ageing"):
            asked = query.question(self.env, asked)
            values.update(
                as_of=asked.as_of,
                clock="known" if asked.known_at else "was",
                base=asked.base,
                owner=asked.owner,
                currency_id=asked.currency_id,
            )
            if asked.known_at:
                values["known_at"] = asked.known_at
        return values

    def action_show(self):
        """Show the ageing."""
        self.ensure_one()
        known = self.known_at or fields.Datetime.now()
        asked = {
            "as_of": fields.Date.to_string(self.as_of),
            "known_at": self.clock == "known" and fields.Datetime.to_string(known),
            "base": self.base,
            "owner": self.owner,
            "currency_id": self.currency_id.id,
        }
        question = query.question(self.env, asked)
        self.env["kam.ageing"]._prepare_facts(question)
        name = "" if self.show == "customers" else "_item"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"kam_management.kam_ageing{name}_action"
        )
        action["context"] = {"kam_ageing": asked}
        action["name"] = action["display_name"] = self._title()
        action["target"] = "main"
        return action

    def _title(self):
        day = fields.Date.to_string(self.as_of)
        if self.clock == "known":
            return self.env._("Ageing as of %s, as known then", day)
        return self.env._("Ageing as of %s", day)
