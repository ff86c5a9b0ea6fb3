"""The items of a reliability check: what was looked at, found by whom and when."""

from odoo import fields, models

RESULTS = [
    ("passed", "Passed"),
    ("failed", "Failed"),
    ("not_applicable", "Does not apply"),
]


class KamReliabilityCheckLine(models.Model):
    _name = "kam.reliability.check.line"
    _inherit = ["kam.event.sourced.part"]
    _description = "Item of a reliability check"
    _order = "id"
    _part_of = ("check_id", "line_ids")

    check_id = fields.Many2one(
        "kam.reliability.check", required=True, ondelete="cascade", index=True
    )
    item_id = fields.Many2one(
        "kam.reliability.item", "What", required=True, ondelete="restrict"
    )
    required = fields.Boolean()
    result = fields.Selection(RESULTS)
    note = fields.Text()
    user_id = fields.Many2one("res.users", "By", ondelete="restrict")
    done_on = fields.Date("On")

    def _new_part(self, part_class, vals):
        return super()._new_part(part_class, self._stamped(vals))

    def _edited_part(self, part, vals):
        return super()._edited_part(part, self._stamped(vals))

    def _stamped(self, vals):
        """Say who found a result, and when."""
        vals = {k: v for k, v in vals.items() if k not in ("user_id", "done_on")}
        if "result" in vals:
            done = bool(vals["result"])
            vals["user_id"] = self.env.uid if done else False
            vals["done_on"] = self.env.company._kam_today() if done else False
        return vals

    def _part_words(self, words):
        return ": ".join(
            one for one in (words["item_id"], words["result"], words["note"]) if one
        )
